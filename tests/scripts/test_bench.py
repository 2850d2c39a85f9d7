"""The command that measures: where it runs, what it prints, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.cli import wangge
from scripts.commands import bench
from tests.benchmarks import bench_engine
from tests.benchmarks.engine_cases import BENCH


@pytest.mark.parametrize("part", ["engine", "certificate"])
def test_outside_a_checkout_it_says_where_to_run_and_ends_in_2(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    result = CliRunner().invoke(wangge, ["bench", part])
    assert result.exit_code == 2
    assert "run it from a checkout" in " ".join(result.output.split())


def test_without_the_generator_it_names_the_missing_files_and_ends_in_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bench_engine, "BENCH", tmp_path)
    assert bench_engine.command(["--case", "tiny"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"gen.py and harness.py, which must lie in {tmp_path}" in said.err


@pytest.mark.shared
def test_a_tiny_case_without_peers_is_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if not (BENCH / "gen.py").is_file():
        pytest.skip("no case generator here: ../shared/bench/gen.py is absent")
    call = ["bench", "engine", "--case", "tiny", "--no-peers", "--json"]
    result = CliRunner().invoke(wangge, [*call, "--out", str(tmp_path / "new")])
    assert result.exit_code == 0
    found = json.loads(capfd.readouterr().out)
    rows = found["cases"]["tiny"]["rows"]
    assert list(rows) == ["wangge fast", "wangge best", "wangge certified"]
    assert [row["fully_valid"] for row in rows.values()] == [1, 1, 1]
    kept = json.loads((tmp_path / "new" / "engine.json").read_text())
    assert kept["cases"] == found["cases"]
    table = (tmp_path / "new" / "engine.md").read_text()
    assert "used while tuning 0, 1, 2, 3, 4; kept for proof 1002, 1004, 3001" in table


def test_the_certificate_is_measured_beside_geos(
    capfd: pytest.CaptureFixture[str],
) -> None:
    result = CliRunner().invoke(wangge, ["bench", "certificate", "--cells", "400"])
    assert result.exit_code == 0
    said = capfd.readouterr().out
    assert "400 cells" in said
    assert "goal: certify at most 1.5 times: " in said
