"""A stranger's file is opened in a process that can do no harm."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.errors import ImportFormatError
from data.synthetic import MadeUpTown, made_up_town
from data.uploads.limited import inspect_limited, read_limited
from data.writers import write_layers
from tests.data.uploads import files

FENCED = """
import json, sys
from data.uploads.fence import close_in
close_in(memory=2 << 30, cpu_s=2)
"""


@pytest.fixture(scope="module")
def town() -> MadeUpTown:
    return made_up_town(seed=3, communities=2)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def inspect(path: Path, out: Path, **more: Any) -> dict[str, Any]:
    return inspect_limited(path, out, more)


def refusal(path: Path, out: Path) -> str:
    with pytest.raises(ImportFormatError) as caught:
        inspect(path, out)
    assert "/tmp" not in caught.value.message_en
    return str(caught.value.message_en)


def test_a_town_is_told_layer_by_layer(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    tables = town.tables()
    path = tmp_path / "town.gpkg"
    write_layers(path, tables)
    found = {one["layer"]: one for one in inspect(path, out)["layers"]}
    assert {name for name, one in found.items() if one["role"] == name} == {
        *("communities", "buildings", "streets", "barriers", "compounds"),
        *("gates", "sites", "spaces", "devices"),
    }
    homes = found["buildings"]
    assert homes["rows"] == len(tables["buildings"])
    assert homes["guesses"]["buildings"]["households"] == "households"
    assert homes["crs"] == {
        "code": "EPSG:4326",
        "name": "WGS 84",
        "declared": True,
        "degrees": True,
    }
    assert len(homes["sample"]) == 8
    assert homes["sketch"]["shapes"][0]["type"] == "Polygon"


def test_what_was_read_behind_the_fence_is_what_is_read_without_it(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    from data.readers import read_sources

    path = tmp_path / "town.gpkg"
    write_layers(path, town.tables(), {"made_up": True})
    plain = read_sources([path])
    layers = [
        {"file": "town.gpkg", "layer": one.layer, "role": one.role, "columns": {}}
        for one in plain.records
    ]
    handed = read_limited(path, out, {"layers": layers})
    assert handed.digest == plain.digest
    assert handed.made_up
    assert handed.attribution == plain.attribution == ""
    assert handed.records == plain.records
    for role in ("communities", "buildings", "streets", "devices"):
        mine, other = getattr(handed.layers, role), getattr(plain.layers, role)
        assert mine.geometry.geom_equals_exact(other.geometry, 0).all()
        assert (
            mine.drop(columns="geometry")
            .astype(str)
            .equals(other.drop(columns="geometry").astype(str))
        ), role
        assert handed.origins[role].astype(str).equals(plain.origins[role].astype(str))


def test_columns_roles_and_axes_are_read_as_chosen(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    homes = files.houses(town)
    odd = homes.assign(hs=homes["households"], households=1)
    path = tmp_path / "x.gpkg"
    write_layers(path, {"a": files.swapped(odd[["hs", "households", "geometry"]])})
    choices = {
        "layers": [
            {
                "file": "x.gpkg",
                "layer": "a",
                "role": "buildings",
                "columns": {"households": "hs"},
            }
        ],
        "swap": True,
    }
    read = read_limited(path, out, choices)
    assert read.layers.buildings["households"].sum() == homes["households"].sum()
    assert read.layers.buildings.total_bounds == pytest.approx(homes.total_bounds)


def test_a_declared_crs_that_is_wrong_can_be_replaced(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    homes = files.houses(town).to_crs(4548).set_crs(4549, allow_override=True)
    path = tmp_path / "x.gpkg"
    write_layers(path, {"楼栋": homes})
    layer = {"file": "x.gpkg", "layer": "楼栋", "role": "buildings"}
    told = {"layers": [layer], "crs": "EPSG:4548", "force": True}
    read = read_limited(path, out, told)
    right = files.houses(town).total_bounds
    assert read.layers.buildings.total_bounds == pytest.approx(right, abs=1e-8)


def test_gbk_without_cpg_reads_as_chinese_and_can_be_read_otherwise(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    homes = files.houses(town)[["address", "households", "geometry"]]
    path = files.shapefile(tmp_path / "x.zip", homes, without=(".cpg",))
    layer = inspect(path, out)["layers"][0]
    assert layer["encoding"] == "gb18030"
    assert layer["layer"] == "楼栋"
    assert "号" in layer["sample"][0][0]
    garbled = inspect(path, out, encoding="big5")["layers"][0]
    assert "号" not in garbled["sample"][0][0]


def test_no_prj_is_told_as_no_crs(town: MadeUpTown, tmp_path: Path, out: Path) -> None:
    homes = files.houses(town)[["households", "geometry"]].to_crs(4548)
    path = files.shapefile(tmp_path / "x.zip", homes, without=(".prj",))
    assert inspect(path, out)["layers"][0]["crs"] is None


def test_points_in_a_workbook_are_a_layer(tmp_path: Path, out: Path) -> None:
    path = files.workbook(
        tmp_path / "设备.xlsx",
        [["设备编码", "经度", "纬度"], ["37011501011320000001", 117.0, 36.0]],
    )
    layer = inspect(path, out)["layers"][0]
    assert (layer["role"], layer["geometry"]["points"]) == ("devices", 1)
    assert layer["crs"] is None
    assert (layer["places"]["x"], layer["places"]["y"]) == ("经度", "纬度")


ODD = "楼号,户数,东距,北距\n1,8,500123.5,4096321.5\n2,9,500223.5,4096421.5\n,,,\n"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_columns_of_coordinates_are_chosen_where_their_names_say_nothing(
    ending: str, tmp_path: Path, out: Path
) -> None:
    path = tmp_path / f"楼栋.{ending}"
    if ending == "csv":
        path.write_text(ODD, encoding="utf-8")
    else:
        files.workbook(path, [line.split(",") for line in ODD.split()])
    (layer,) = inspect(path, out)["layers"]
    assert (layer["role"], layer["roles"], layer["sketch"]) == ("", [], None)
    assert layer["places"] == {
        "columns": ["楼号", "户数", "东距", "北距"],
        "x": None,
        "y": None,
    }
    name = {"file": path.name, "layer": layer["layer"]}
    places = [{**name, "x": "东距", "y": "北距"}]
    (placed,) = inspect(path, out, places=places)["layers"]
    assert "buildings" in placed["roles"]
    assert (placed["geometry"]["points"], placed["rows"]) == (2, 2)
    assert placed["sketch"]["box"] == [500123.5, 4096321.5, 500223.5, 4096421.5]
    assert (placed["places"]["x"], placed["places"]["y"]) == ("东距", "北距")
    assert [column["name"] for column in placed["columns"]] == ["楼号", "户数"]
    told = {"layers": [{**name, "role": "buildings"}], "places": places}
    hull = {"outline": {"code": "370115001099", "name": "新社区"}}
    homes = read_limited(path, out, {**told, **hull, "crs": "EPSG:4548"})
    assert homes.layers.buildings["households"].tolist() == [8, 9]
    assert homes.layers.buildings.geometry.x.round(3).tolist() == [117.001, 117.003]


def test_chosen_columns_go_before_those_whose_names_tell(
    tmp_path: Path, out: Path
) -> None:
    path = tmp_path / "楼栋.csv"
    path.write_text("经度,纬度,E84,N84\n117.006,36.002,117,36\n", encoding="utf-8")
    places = [{"file": path.name, "layer": "楼栋", "x": "E84", "y": "N84"}]
    (layer,) = inspect(path, out, places=places)["layers"]
    assert layer["sketch"]["box"] == [117, 36, 117, 36]
    gone = [{**places[0], "x": "absent"}]
    (layer,) = inspect(path, out, places=gone)["layers"]
    assert layer["sketch"]["box"] == [117.006, 36.002, 117.006, 36.002]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (files.bomb, "zip bomb"),
        (files.climber, "path out of the zip"),
        (files.deep_json, "nested|JSON"),
        (files.million_vertices, "1,000,001 vertices"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(
    make: Any, words: str, tmp_path: Path, out: Path
) -> None:
    import re

    ending = {"deep_json": "geojson", "million_vertices": "gpkg"}.get(
        make.__name__, "zip"
    )
    assert re.search(words, refusal(make(tmp_path / f"x.{ending}"), out))


def test_a_vrt_called_geojson_reads_no_file_of_ours(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(files.VRT)
    assert "XML or VRT" in refusal(path, out)


@pytest.mark.parametrize("ending", ["gpkg", "xlsx", "zip"])
def test_a_file_cut_off_is_told_as_damaged(
    ending: str, town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    whole = tmp_path / f"whole.{ending}"
    write_layers(whole, {"楼栋": files.houses(town)})
    said = refusal(files.truncated(tmp_path / f"x.{ending}", whole), out)
    assert "damaged" in said or "no complete workbook" in said


def test_one_broken_file_does_not_hide_the_others(
    town: MadeUpTown, tmp_path: Path, out: Path
) -> None:
    good = tmp_path / "楼栋.geojson"
    write_layers(good, {"楼栋": files.houses(town)})
    path = files.zip_of(
        tmp_path / "x.zip",
        {"楼栋.geojson": good.read_bytes(), "街道.geojson": b'{"type": "Feature'},
    )
    found = inspect(path, out)
    assert [one["layer"] for one in found["layers"]] == ["楼栋"]
    assert [one["file"] for one in found["broken"]] == ["x.zip/街道.geojson"]


def fenced(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FENCED + code], capture_output=True, text=True
    )


def test_behind_the_fence_there_is_no_network() -> None:
    done = fenced(
        "import socket\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
    )
    import errno

    # ENETUNREACH, not ECONNREFUSED: there is not even a loopback.
    assert done.stdout.strip() == str(errno.ENETUNREACH)


def test_memory_and_time_end_behind_the_fence() -> None:
    greedy = fenced("x = bytearray(4 << 30)")
    assert "MemoryError" in greedy.stderr
    endless = fenced("while True: pass")
    assert endless.returncode < 0


def test_a_reader_that_takes_too_much_is_told_as_that(
    tmp_path: Path, out: Path
) -> None:
    path = tmp_path / "楼栋.csv"
    path.write_text("户数,lon,lat\n" + "1,117.1,36.9\n" * 600_000)
    with pytest.raises(ImportFormatError, match="limits of memory and time"):
        inspect_limited(path, out, {}, cpu_s=1)


def test_the_reader_knows_nothing_of_the_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from data.uploads import limited

    seen: dict[str, Any] = {}

    class Spy:
        returncode = 0

        def __init__(self, command: list[str], **options: Any) -> None:
            seen.update(options, command=command)

        def communicate(self, data: bytes, _wait: float) -> tuple[None, bytes]:
            asked = json.loads(data)
            (Path(asked["folder"]) / "answer.json").write_text('{"found": {}}')
            return None, b""

    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://secret@host/x")
    monkeypatch.setenv("PGPASSWORD", "secret")
    monkeypatch.setattr(limited.subprocess, "Popen", Spy)
    inspect_limited(tmp_path / "x.csv", tmp_path, {})
    assert "secret" not in json.dumps([seen["env"], seen["command"]])


def test_a_crs_chosen_for_a_table_leaves_degrees_beside_it_alone(
    tmp_path: Path, out: Path
) -> None:
    edge = [[117, 36.9], [117.01, 36.9], [117.01, 37.1], [117, 37.1], [117, 36.9]]
    area = {"type": "Polygon", "coordinates": [edge]}
    about = {"社区代码": "370115001099", "社区名称": "新社区"}
    both = {"type": "Feature", "geometry": area, "properties": about}
    outline = files.geojson(tmp_path / "社区.geojson", [both])
    path = files.zip_of(
        tmp_path / "x.zip",
        {"楼栋.csv": ODD.encode(), "社区.geojson": outline.read_bytes()},
    )
    homes = {"file": "x.zip/楼栋.csv", "layer": "楼栋"}
    told = {
        "layers": [
            {**homes, "role": "buildings"},
            {"file": "x.zip/社区.geojson", "layer": "社区", "role": "communities"},
        ],
        "places": [{**homes, "x": "东距", "y": "北距"}],
        "crs": "EPSG:4548",
    }
    read = read_limited(path, out, told)
    assert read.layers.communities.total_bounds.tolist() == [117, 36.9, 117.01, 37.1]
    assert read.layers.buildings.geometry.x.round(3).tolist() == [117.001, 117.003]
    shutil.rmtree(out)
    out.mkdir()
    with pytest.raises(ImportFormatError, match="out of the area of CGCS2000"):
        read_limited(path, out, {**told, "force": True})
