from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from shapely import LineString, Point, Polygon, box

from data.convert import convert_source
from data.errors import ImportFormatError, NotFoundError
from data.readers import RowReport, open_source, read_sources
from data.shapefiles import short_names
from data.sheets import harmless, is_marked
from data.writers import read_metadata, write_layers
from gis.datum import gcj02_to_wgs84

HOUSES = [box(117 + i / 1e3, 36.7, 117 + i / 1e3 + 5e-4, 36.7005) for i in range(3)]
FORMATS = [".gpkg", ".parquet", ".geojson", ".zip", ".csv", ".xlsx"]


def town() -> GeoDataFrame:
    return GeoDataFrame(
        {
            "id": ["a", "b", "-7"],
            "households": pd.array([12, None, 0], dtype="Int64"),
            "floors": [6.0, np.nan, 18.5],
            "estimated": [True, False, True],
            "address": ["银山路，一号\n院", "", "=1+1"],
        },
        geometry=HOUSES,
        crs=4326,
    )


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_written_is_read_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"buildings{ending}"
    assert write_layers(path, {"buildings": town()}) == (path,)
    layers = read_sources([path], crs=4326).layers
    assert layers.buildings["id"].tolist() == ["a", "b", "-7"]
    assert layers.buildings["households"].isna().tolist() == [False, True, False]
    assert layers.buildings["households"].dropna().tolist() == [12, 0]
    assert layers.buildings["floors"].dropna().tolist() == [6, 18.5]
    assert layers.buildings["address"].tolist() == ["银山路，一号\n院", "", "=1+1"]
    shapes = shapely.normalize(layers.buildings.geometry.to_numpy())
    assert shapely.equals_exact(shapes, shapely.normalize(HOUSES), 1e-11).all()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(("crs", "datum"), [(4490, "cgcs2000"), (4548, "wgs84")])
def test_any_crs_on_the_way_out_and_in(
    tmp_path: Path, ending: str, crs: int, datum: str
) -> None:
    path = tmp_path / f"buildings{ending}"
    write_layers(path, {"buildings": town()}, crs=crs, datum=datum)
    layers = read_sources([path], crs=crs).layers
    shapes = shapely.normalize(layers.buildings.geometry.to_numpy())
    assert shapely.equals_exact(shapes, shapely.normalize(HOUSES), 1e-9).all()


def test_a_datum_on_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "gcj.geojson"
    write_layers(path, {"x": town()}, crs=4326, datum="gcj02")
    written = geopandas.read_file(path).geometry
    moved = written.iloc[0].exterior.coords[0]
    assert not Point(moved).dwithin(HOUSES[0], 0.001)
    back = Polygon(np.column_stack(gcj02_to_wgs84(*written.iloc[0].exterior.xy)))
    assert shapely.equals_exact(back.normalize(), HOUSES[0].normalize(), 1e-8)
    read = read_sources([path], layer_names={"buildings": "gcj"}, datum="gcj02")
    shapes = shapely.normalize(read.layers.buildings.geometry.to_numpy())
    assert shapely.equals_exact(shapes, shapely.normalize(HOUSES), 1e-8).all()


def test_a_geopackage_holds_layers_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    empty = town().iloc[:0]
    about = {"seed": 0, "made_up": True, "certificate": '{"ok": true}', "digest": "1e9"}
    write_layers(path, {"grids": town(), "seams": empty}, about)
    assert read_metadata(path) == about | {"certificate": {"ok": True}}
    with sqlite3.connect(path) as database:
        tables = dict(
            database.execute("select table_name, data_type from gpkg_contents")
        )
    database.close()
    assert tables == {
        "grids": "features",
        "seams": "features",
        "wangge_metadata": "attributes",
    }
    assert len(geopandas.read_file(path, layer="seams")) == 0


def test_a_file_of_others_has_no_metadata_and_no_file_is_refused(
    tmp_path: Path,
) -> None:
    town().to_file(tmp_path / "other.gpkg")
    assert read_metadata(tmp_path / "other.gpkg") == {}
    (tmp_path / "no.gpkg").write_text("no")
    with pytest.raises(ImportFormatError, match=r"no\.gpkg"):
        read_metadata(tmp_path / "no.gpkg")
    with pytest.raises(ImportFormatError, match=r"gone\.gpkg"):
        read_metadata(tmp_path / "gone.gpkg")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"x{ending}"
    write_layers(path, {"buildings": town()})
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write_layers(path, {"buildings": town().iloc[:1]})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    write_layers(path, {"a": town()})
    write_layers(path, {"b": town()})
    assert geopandas.list_layers(path)["name"].tolist() == ["b"]


@pytest.mark.parametrize("ending", [".parquet", ".geojson", ".csv"])
def test_several_layers_become_several_files(tmp_path: Path, ending: str) -> None:
    written = write_layers(tmp_path / f"t{ending}", {"a": town(), "b": town()})
    assert [path.name for path in written] == [f"t_a{ending}", f"t_b{ending}"]
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("ending", [".geojson", ".csv", ".zip"])
def test_layer_names_lead_nowhere(tmp_path: Path, ending: str) -> None:
    (tmp_path / "out").mkdir()
    layers = {"../../evil": town(), "/etc/x": town(), "a:b": town(), "a?b": town()}
    written = write_layers(tmp_path / "out" / f"t{ending}", layers)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.parent for path in written} == {tmp_path / "out"}
    assert len(set(written)) == (1 if ending == ".zip" else 4)
    if ending == ".zip":
        assert len(open_source(written[0], report=RowReport())) == 4


def test_geojson_keeps_to_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    clockwise = Polygon([(117, 36), (117, 37), (118, 37), (118, 36)])
    layer = GeoDataFrame({"v": [np.nan]}, geometry=[clockwise], crs=4326)
    write_layers(path, {"x": layer})
    document = json.loads(path.read_text(encoding="utf-8"))
    assert set(document) == {"type", "features"}  # RFC 7946 knows no crs member
    assert document["features"][0]["properties"] == {"v": None}
    ring = document["features"][0]["geometry"]["coordinates"][0]
    assert Polygon(ring).exterior.is_ccw


def test_shapefile_names_are_short_and_the_full_ones_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    layer = GeoDataFrame(
        {"households_2020": [1], "households_2021": [2], "建筑面积平方米": [3.5]},
        geometry=[Point(117, 36)],
        crs=4326,
    )
    write_layers(path, {"x": layer})
    with zipfile.ZipFile(path) as archive:
        names = {Path(name).suffix for name in archive.namelist()}
        told = archive.read("fields.txt").decode().splitlines()
        assert archive.read("x.cpg") == b"UTF-8"
    assert names == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".txt"}
    assert told[1:] == [
        "x\thouseholds\thouseholds_2020",
        "x\thousehol_2\thouseholds_2021",
        "x\t建筑面\t建筑面积平方米",
    ]


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=30))
def test_short_names_are_short_and_differ(names: list[str]) -> None:
    short = short_names(names, encoding="utf-8")
    assert list(short) == names
    assert all(len(name.encode()) <= 10 for name in short.values())
    assert len({name.lower() for name in short.values()}) == len(names)


def test_shapefiles_split_by_kind_of_geometry(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    mixed = GeoDataFrame({"a": [1, 2]}, geometry=[HOUSES[0], Point(117, 36)], crs=4326)
    write_layers(path, {"buildings": mixed})
    raw = open_source(path, report=RowReport())
    assert [layer.name for layer in raw] == ["buildings_point", "buildings_polygon"]


def test_gbk_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    layer = GeoDataFrame({"a": ["😀"]}, geometry=[Point(117, 36)], crs=4326)
    with pytest.raises(ImportFormatError, match="UTF-8"):
        write_layers(tmp_path / "x.zip", {"x": layer}, encoding="gbk")
    assert list(tmp_path.iterdir()) == []


DANGEROUS = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "|dir",
]


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_no_cell_of_a_table_is_a_formula(
    tmp_path: Path, text: str, ending: str
) -> None:
    path = tmp_path / f"x{ending}"
    layer = GeoDataFrame({text: [text, "-5"]}, geometry=HOUSES[:2], crs=4326)
    write_layers(path, {"x": layer}, {text: text})
    if ending == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
    else:
        book = load_workbook(path)
        found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in found)
        cells = [str(cell.value) for cell in found]
    starts = {cell[0] for cell in cells if cell and cell != "-5"}
    assert not starts & set("=+-@\t\r＝|")
    assert "-5" in cells  # a plain number is no formula


@given(st.text(max_size=40))
def test_harmless_text_begins_harmlessly_and_the_mark_comes_off(text: str) -> None:
    safe = harmless(text)
    plain = safe[1:] if is_marked(safe) else safe
    assert all(sign in text for sign in plain)
    assert safe[:1] not in set("=@\t\r\n＝＋－＠|%")
    assert safe[:1] not in set("+-") or safe[1:].replace(".", "").isdigit()


def test_points_get_columns_in_workbooks(tmp_path: Path) -> None:
    layer = GeoDataFrame({"name": ["东门"]}, geometry=[Point(117, 36.5)], crs=4326)
    write_layers(tmp_path / "x.xlsx", {"gates": layer})
    rows = list(load_workbook(tmp_path / "x.xlsx")["gates"].values)
    assert rows == [("name", "lon", "lat"), ("东门", 117, 36.5)]


def test_a_geometry_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    ring = Point(117, 36).buffer(1, quad_segs=500)
    layer = GeoDataFrame({"a": [1]}, geometry=[ring], crs=4326)
    with pytest.raises(ImportFormatError, match="too long for an Excel cell"):
        write_layers(tmp_path / "x.xlsx", {"x": layer})


def test_an_unknown_ending_folder_and_crs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match=r"x\.dwg"):
        write_layers(tmp_path / "x.dwg", {"x": town()})
    with pytest.raises(NotFoundError, match="no-such"):
        write_layers(tmp_path / "no-such" / "x.gpkg", {"x": town()})
    with pytest.raises(ImportFormatError, match="no CRS"):
        write_layers(
            tmp_path / "x.gpkg", {"x": town().set_crs(None, allow_override=True)}
        )


@pytest.mark.parametrize("ending", [".gpkg", ".parquet", ".geojson", ".zip"])
@pytest.mark.parametrize("to_datum", ["wgs84", "bd09"])
def test_a_source_goes_to_any_format_and_back(
    tmp_path: Path, ending: str, to_datum: str
) -> None:
    start, there = tmp_path / "a.gpkg", tmp_path / f"b{ending}"
    odd = GeoDataFrame(
        {"备注": ["甲", "乙"], "n": [1, 2]},
        geometry=[LineString([(117, 36), (117.1, 36.1)])] * 2,
        crs=4326,
    )
    write_layers(start, {"随便什么": odd})
    done = convert_source(start, there, to_crs=4548, to_datum=to_datum)
    assert done.rows == {"随便什么": 2}
    assert done.paths == (there,)
    end = tmp_path / "c.gpkg"
    convert_source(there, end, datum=to_datum)
    back = geopandas.read_file(end)
    assert back.crs.to_epsg() == 4326
    assert back["备注"].tolist() == ["甲", "乙"]
    assert back["n"].tolist() == [1, 2]
    # 1e-8 degrees are a millimetre
    shapes = back.geometry.to_numpy()
    assert shapely.equals_exact(shapes, odd.geometry.to_numpy(), 1e-8).all()


def test_converting_without_change_keeps_every_digit(tmp_path: Path) -> None:
    third = GeoDataFrame(
        {"a": [1]}, geometry=[Point(1 / 3 + 117, 36 + 1 / 7)], crs=4548
    )
    write_layers(tmp_path / "a.gpkg", {"x": third})
    convert_source(tmp_path / "a.gpkg", tmp_path / "b.parquet", to_crs="EPSG:4548")
    back = geopandas.read_parquet(tmp_path / "b.parquet")
    assert back.geometry.iloc[0].equals_exact(third.geometry.iloc[0], 0)


def test_converting_reports_rows_without_place(tmp_path: Path) -> None:
    layer = GeoDataFrame({"a": [1, 2]}, geometry=[Point(117, 36), None], crs=4326)
    write_layers(tmp_path / "a.gpkg", {"x": layer})
    done = convert_source(tmp_path / "a.gpkg", tmp_path / "b.geojson")
    assert done.rows == {"x": 1}
    assert [(n.row, n.code) for n in done.report.rows] == [(2, "refused_no_geometry")]
