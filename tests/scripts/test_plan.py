"""From the made-up town to a plan, its proof and its copies, as a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from scripts.cli import wangge

ENTRY = "from scripts.cli import main; main()"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(wangge, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a town of two communities, its plan, sheet and figures."""
    folder = tmp_path_factory.mktemp("plan")
    town = folder / "town.gpkg"
    made = run("demo", "--out", town, "--communities", "2")
    assert made.exit_code == 0, made.output
    options: list[str | Path] = [
        "--out",
        folder / "plan.gpkg",
        "--map",
        folder / "plan.html",
    ]
    drawn = run("draw", town, *options, "--title", "两个社区", "--json")
    assert drawn.exit_code == 0, drawn.output
    (folder / "plan.json").write_text(drawn.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((folder / "plan.json").read_bytes())
    return figures


def test_the_demo_says_what_it_made(tmp_path: Path) -> None:
    result = run("demo", "--out", tmp_path, "--communities", "1", "--json")
    told = json.loads(result.stdout)
    assert told["path"] == str(tmp_path / "made-up-town.gpkg")
    assert told["made_up"] is True
    rows = {
        name: pyogrio.read_info(told["path"], layer=name)["features"]
        for name in told["rows"]
    }
    assert told["rows"] == rows
    assert rows["communities"] == 1


def test_the_figures_agree_with_the_plan_file(
    folder: Path, figures: dict[str, Any]
) -> None:
    plan = folder / "plan.gpkg"
    grids = gpd.read_file(plan, layer="grids")
    assert figures["communities"] == 2
    assert figures["cells"] == pyogrio.read_info(plan, layer="cells")["features"]
    assert sum(figures["grids"].values()) == len(grids)
    assert figures["households"] == grids["households"].sum()
    assert figures["certificate"]["ok"] is True


def test_no_household_of_the_source_is_lost(
    folder: Path, figures: dict[str, Any]
) -> None:
    buildings = gpd.read_file(folder / "town.gpkg", layer="buildings")
    communities = gpd.read_file(folder / "town.gpkg", layer="communities")
    inside = buildings.representative_point().within(communities.union_all())
    assert figures["households"] == buildings.loc[inside, "households"].sum()


def test_the_sheet_stands_alone_and_says_that_the_town_is_made_up(
    folder: Path,
) -> None:
    page = (folder / "plan.html").read_text(encoding="utf-8")
    assert "<title>两个社区" in page
    assert "虚构" in page
    assert 'src="http' not in page


def test_the_certificate_is_found_again_from_the_file_alone(
    folder: Path, figures: dict[str, Any]
) -> None:
    result = run("check", folder / "plan.gpkg", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["ok"] is True
    assert found["plan_hash"] == figures["plan_hash"]


def test_the_source_confirms_the_households(folder: Path) -> None:
    result = run("check", folder / "plan.gpkg", "--source", folder / "town.gpkg")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("lang", "word"), [("zh", "检验证书"), ("en", "Certificate of")]
)
def test_the_certificate_can_be_read_in_both_languages(
    lang: str, word: str, folder: Path
) -> None:
    result = run("--lang", lang, "check", folder / "plan.gpkg")
    assert result.exit_code == 0
    assert word in result.output.splitlines()[0]


def test_a_source_with_other_counts_fails_the_check(
    folder: Path, tmp_path: Path
) -> None:
    """RULES 003-02: bounds are about people, so counts are compared one by one."""
    town = tmp_path / "town.gpkg"
    shutil.copy(folder / "town.gpkg", town)
    buildings = gpd.read_file(town, layer="buildings")
    row = buildings.index[buildings["households"] > 0][0]
    buildings.loc[row, "households"] += 1
    buildings.to_file(town, layer="buildings", driver="GPKG")
    result = run("check", folder / "plan.gpkg", "--source", town)
    assert result.exit_code == 1


def test_a_plan_with_a_grid_moved_by_a_millimetre_fails_and_says_where(
    folder: Path, tmp_path: Path
) -> None:
    """RULES 003-03: seamless means seamless."""
    plan = tmp_path / "plan.gpkg"
    shutil.copy(folder / "plan.gpkg", plan)
    grids = gpd.read_file(plan, layer="grids")
    millimetre_north = 1e-8
    grids.loc[0, "geometry"] = shapely.affinity.translate(
        grids.geometry[0], 0, millimetre_north
    )
    grids.to_file(plan, layer="grids", driver="GPKG")
    result = run("check", plan, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False


def test_a_source_is_not_a_plan(folder: Path) -> None:
    result = run("--lang", "en", "check", folder / "town.gpkg")
    assert result.exit_code == 2
    assert "is not a plan" in result.output


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "csv", "xlsx", "parquet", "zip"])
def test_a_plan_can_be_written_in_every_format_and_read_again(
    suffix: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"copy.{suffix}"
    result = run("convert", folder / "plan.gpkg", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["left_out"] == []
    assert {"grids", "cells", "communities", "seams", "buildings"} <= set(told["rows"])
    again = tmp_path / "again.gpkg"
    for path in map(Path, told["paths"]):
        # Tables cannot hold a CRS; for the others the option changes nothing.
        result = run("convert", path, again, "--crs", "EPSG:4326")
        assert result.exit_code == 0, result.output


def test_a_datum_there_and_back_is_true_to_a_centimetre(
    folder: Path, tmp_path: Path
) -> None:
    there, back = tmp_path / "there.gpkg", tmp_path / "back.gpkg"
    town = folder / "town.gpkg"
    assert run("convert", town, there, "--to-datum", "gcj02").exit_code == 0
    assert run("convert", there, back, "--datum", "gcj02").exit_code == 0
    first, last = (
        gpd.read_file(path, layer="gates").to_crs(4548) for path in (town, back)
    )
    shifted = gpd.read_file(there, layer="gates").to_crs(4548)
    assert first.distance(last, align=False).max() < 0.01
    assert first.distance(shifted, align=False).min() > 100


def test_what_a_sheet_shows_can_be_drawn_in_another_language(
    folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "plan.html"
    options: list[str | Path] = ["--out", tmp_path / "plan.gpkg", "--map", page]
    result = run("--lang", "en", "draw", folder / "town.gpkg", *options)
    assert result.exit_code == 0
    assert '<html lang="en' in page.read_text(encoding="utf-8")


def test_an_old_plan_stays_where_a_new_one_cannot_be_drawn(tmp_path: Path) -> None:
    plan = tmp_path / "plan.gpkg"
    plan.write_bytes(b"the old plan")
    source = tmp_path / "town.geojson"
    source.write_text("{", encoding="utf-8")
    assert run("draw", source, "--out", plan).exit_code == 2
    assert plan.read_bytes() == b"the old plan"


def test_progress_is_drawn_on_a_terminal_and_json_stays_clean(
    folder: Path, tmp_path: Path
) -> None:
    terminal, theirs = os.openpty()
    out = tmp_path / "out.json"
    options = ["--out", str(tmp_path / "plan.gpkg"), "--json"]
    with out.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", ENTRY, "draw", str(folder / "town.gpkg"), *options],
            stdout=stream,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        )
    os.close(theirs)
    # A terminal nobody reads fills up and blocks the writer.
    shown = b"".join(read_until_closed(terminal)).decode(errors="replace")
    os.close(terminal)
    assert process.wait(60) == 0
    assert "读取数据" in shown
    assert "100 %" in shown
    assert json.loads(out.read_bytes())["communities"] == 2


def read_until_closed(terminal: int) -> Iterator[bytes]:
    """Yield what is written to a terminal; Linux ends it with an error."""
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            yield piece


def test_a_plan_kept_from_an_earlier_one_moves_nobody(
    folder: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.gpkg"
    options: list[str | Path] = ["--previous", folder / "plan.gpkg", "--out", plan]
    result = run("--lang", "en", "draw", folder / "town.gpkg", *options)
    assert result.exit_code == 0
    assert "\n0 households change grid\n" in result.output
