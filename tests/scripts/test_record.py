"""`wangge import`, `imports`, `export` and `demo` speak to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from shapely import Point

from data.cluster import Cluster
from data.demo_accounts import read_logins
from data.migrations import upgrade
from data.synthetic import made_up_town
from data.writers import read_metadata, write_layers
from scripts.cli import wangge as command_line

pytestmark = pytest.mark.postgis

Wangge = Callable[..., Result]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of one community, one device of which lies far away."""
    tables = made_up_town(seed=9, communities=1).tables()
    devices = tables["devices"].copy()
    devices.loc[devices.index[0], "geometry"] = Point(118, 37.5)
    path = tmp_path_factory.mktemp("source") / "town.gpkg"
    write_layers(path, {**tables, "devices": devices}, {"made_up": True})
    return path


@pytest.fixture
def wangge(place: Path, postgis: None) -> Wangge:
    """The command line on a record of its own, which is not running yet."""
    environment = {"WANGGE_STATE": str(place / "state"), "WANGGE_DATABASE_URL": ""}

    def call(*words: str) -> Result:
        return CliRunner(env=environment).invoke(command_line, words)

    return call


@pytest.fixture
def running(place: Path, postgis: None) -> Iterator[Cluster]:
    """The database of that record, running."""
    made = Cluster(place / "state", runtime=place)
    upgrade(made.start(tied=True).url())
    yield made
    made.stop()


@pytest.fixture
def started(running: Cluster, wangge: Wangge) -> Wangge:
    """The command line on a record that runs."""
    return wangge


def test_a_source_is_taken_in_reported_and_given_out(
    started: Wangge, source: Path, tmp_path: Path
) -> None:
    first = started("import", str(source))
    assert first.exit_code == 0, first.output
    (community,) = [w for w in first.output.split() if w.startswith("370115")]
    assert "已入库 1 个社区: 新增" in first.output
    assert "town.gpkg devices 1 geometry: 不在任何社区内" in first.output
    assert "1 行没有读入; 全部见 wangge imports 1" in first.output

    again = started("--lang", "en", "import", str(source), "--json")
    told = json.loads(again.output)
    assert set(told["communities"][community]["buildings"]) == {"same"}
    assert [row["code"] for row in told["rows"] if row["row"] == 1] == [
        "refused_outside"
    ]

    runs = json.loads(started("imports", "--json").output)["runs"]
    assert [(run["id"], run["refused"], run["finished"]) for run in runs] == [
        (2, 1, True),
        (1, 1, True),
    ]
    assert "lies in no community" in started("--lang", "en", "imports", "1").output

    out = tmp_path / "out.gpkg"
    assert "已写出 1 个社区" in started("export", str(out), "--registers").output
    assert read_metadata(out) == {"made_up": True}
    nothing = started("--lang", "en", "export", str(out), "--registers", "--under", "9")
    assert (nothing.exit_code, "no community 9" in nothing.output) == (2, True)


def test_streets_take_their_names_from_a_table(
    running: Cluster, wangge: Wangge, source: Path, tmp_path: Path
) -> None:
    names = tmp_path / "names.csv"
    names.write_text("代码,名称\n370115001000,城关街道\n", encoding="gb18030")
    assert wangge("import", str(source), "--divisions", str(names)).exit_code == 0
    with running.store().connect() as connection:
        found = connection.execute("select name from division where level = 'street'")
        assert found.fetchall() == [("城关街道",)]


def test_options_that_contradict_each_other_are_refused(
    wangge: Wangge, source: Path
) -> None:
    both = wangge("import", str(source), "--boundary", "hull", "--communities",
                  str(source))  # fmt: skip
    assert (both.exit_code, "exclude each other" in both.output) == (2, True)
    missing = wangge("import", str(source), "--boundary", "nowhere.gpkg")
    assert (missing.exit_code, "no such file" in missing.output) == (2, True)


def test_without_a_database_the_cure_is_told(wangge: Wangge, source: Path) -> None:
    refused = wangge("import", str(source))
    assert (refused.exit_code, "wangge db start" in refused.output) == (2, True)


def test_the_demo_starts_the_database_it_needs_and_stops_it(
    place: Path, wangge: Wangge
) -> None:
    first = wangge("demo", "--communities", "1", "--json")
    told = json.loads(first.output)
    known = ("made_up", "communities", "plans", "new")
    assert [told[key] for key in known] == [True, 1, 1, True]
    assert Cluster(place / "state").status().word == "stopped"
    logins = read_logins(Path(told["logins"]))
    assert [login.name for login in logins] == told["accounts"]
    again = wangge("demo", "--communities", "1").output
    assert "原已在库" in again
    for login in logins:
        assert f"{login.password}  " in again
        assert login.password not in first.output
    refused = wangge("demo", "--buildings", "9")
    assert (refused.exit_code, "--out" in refused.output) == (2, True)


def test_plans_are_given_out_in_the_format_of_the_ending(
    started: Wangge, source: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.gpkg"
    assert started("draw", str(source), "--out", str(plan)).exit_code == 0
    for file in (source, plan):
        assert started("import", str(file)).exit_code == 0
    for name, *options in (
        ("方案.zip", "--encoding", "gbk", "--crs", "gcj02"),
        ("清单.xlsx",),
        ("图册.pdf", "--sheet", "overview"),
        ("证书.pdf", "--certificate"),
        ("图.png", "--paper", "a3"),
    ):
        done = started("export", str(tmp_path / name), *options)
        assert done.exit_code == 0, done.output
        assert "已写出 1 个社区" in done.output
    with ZipFile(tmp_path / "方案.zip") as archive:
        assert archive.read("grids.cpg") == b"GBK"
    assert (tmp_path / "证书.pdf").read_bytes().startswith(b"%PDF")
    for name, options, words in (
        ("a.dwg", (), "the ending must be one of"),
        ("a.xlsx", ("--certificate",), "the ending must be one of .pdf"),
        ("a.png", ("--sheet", "all"), "all sheets go into a .pdf"),
        ("a.gpkg", ("--registers", "--crs", "gcj02"), "--registers goes with --under"),
        ("a.kml", ("--crs", "EPSG:4548"), "KML"),
    ):
        refused = started("--lang", "en", "export", str(tmp_path / name), *options)
        assert (refused.exit_code, words in refused.output) == (2, True), refused.output
