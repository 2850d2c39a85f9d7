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
from tests.benchmarks.engine_goals import goal_lines, to_table


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
    (case,) = found["cases"]
    assert [row["peer"] for row in case["rows"]] == ["wangge fast", "wangge best"]
    assert [row["fully_valid"] for row in case["rows"]] == [1, 1]
    # One size gives no slope, and JSON has no word for that but null.
    assert found["growth"]["slope"] is None
    assert json.loads((tmp_path / "new" / "engine.json").read_text()) == found
    table = (tmp_path / "new" / "engine.md").read_text()
    assert "used while tuning: 1, 2, 3, 4; kept for proof: 1002, 1004, 3001" in table


def test_the_certificate_is_measured_beside_geos(
    capfd: pytest.CaptureFixture[str],
) -> None:
    result = CliRunner().invoke(wangge, ["bench", "certificate", "--cells", "400"])
    assert result.exit_code == 0
    said = capfd.readouterr().out
    assert "400 cells" in said
    assert "goal: certify at most 1.5 times: " in said


def test_goals_are_met_missed_by_a_share_or_met_by_one_effort() -> None:
    rows = [
        {"peer": "wangge fast", "fully_valid": 9, "inside_ratio": 1.1, "pp": 0.65},
        {"peer": "wangge best", "fully_valid": 10, "inside_ratio": 1.0, "pp": 0.66},
        {"peer": "METIS street", "fully_valid": 5, "inside_ratio": 2.0, "pp": 0.625},
        # It gave no plan for some, so its shorter seam stands for less ground.
        {"peer": "tree", "fully_valid": 8, "inside_ratio": 0.9, "no_plan": 2},
    ]
    case = {
        "case": "mid",
        "proof": False,
        "communities": 10,
        "rows": rows,
        "redraw": {"moved_share": 0.06, "bad": 0},
        "certified": {"communities": 10, "within_1_percent": 9},
    }
    lines = goal_lines({"cases": [case]})
    verdicts = {line.goal.split(" ")[1]: line for line in lines}
    assert [line.verdict for line in lines] == [
        "met by best",  # 9 and 10 of 10
        "met",  # 1.1 and 1.0 of at most 1.15
        "missed by 4.0%",  # .66 of at least 1.10 × .625 = .6875
        "missed by 20.0%",  # .06 of at most .05
        "met",  # no grid out of the band
        "met",  # 9 of 10 proved
    ]
    seam = verdicts["seam"]
    assert (seam.peer_name, seam.ratio) == ("METIS street", 0.5)
    row = "| mid: communities valid, all 10 | 9 | 10 | 8 (tree) | 1.250 | met by best |"
    assert row in to_table(lines)
