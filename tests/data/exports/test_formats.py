"""Plans leave in the formats of other programs and are read back by them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from geopandas import GeoDataFrame
from sqlalchemy import Connection, text

from data.errors import ConflictError, ParameterError
from data.exports.cards import PlanCard, plan_cards
from data.exports.kml import write_kml
from data.exports.order import Format, Order
from data.exports.reading import read_layers_of
from data.exports.systems import read_system
from data.exports.workbook import write_workbook
from data.exports.writing import write_data
from data.plans import is_plan, read_plan
from data.queries.plans import export_plans
from gis.certificate import plan_hash
from tests.data.exports.conftest import Record

pytestmark = pytest.mark.postgis

MEASURED = 4548


def grids_of(connection: Connection, card: PlanCard) -> GeoDataFrame:
    return read_layers_of(connection, [card]).layers["grids"]


def shared_points(shapes: np.ndarray) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shapes).tolist()))


def require_coverage(grids: GeoDataFrame) -> None:
    """No gap and no overlap: the edges are the same, point by point."""
    shapes = grids.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    holes = sum(len(part.interiors) for part in shapely.get_parts(whole))
    assert holes == 0
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)


def test_a_geopackage_is_the_plan_file_with_its_hash(
    record: Record, tmp_path: Path
) -> None:
    out = record.write(Order(Format.GPKG), tmp_path / "a.gpkg")
    found = export_plans(record.engine, record.plans[:1], tmp_path / "b.gpkg")
    layers, about = read_plan(out)
    assert is_plan(out)
    assert plan_hash(layers["grids"]) == found == about["certificate"]["plan_hash"]
    assert about["certificate"]["ok"]


def test_the_same_plan_gives_the_same_bytes(record: Record, tmp_path: Path) -> None:
    for number, kind in enumerate(
        (Format.GPKG, Format.SHP, Format.GEOJSON, Format.KML, Format.XLSX)
    ):
        order = Order(kind)
        first, second = (
            record.write(order, tmp_path / f"{number}{name}{order.ending}")
            for name in ("a", "b")
        )
        assert first.read_bytes() == second.read_bytes(), kind


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4548", "EPSG:4549", "gcj02"])
def test_no_coordinate_system_opens_a_gap(
    record: Record, connection: Connection, card: PlanCard, tmp_path: Path, crs: str
) -> None:
    out = record.write(Order(Format.GPKG, crs=crs), tmp_path / "moved.gpkg")
    moved = gpd.read_file(out, layer="grids")
    here = grids_of(connection, card)
    require_coverage(moved)
    assert len(moved) == len(here)
    seams = gpd.read_file(out, layer="seams")
    corners = shared_points(moved.geometry.to_numpy())
    assert shared_points(seams.geometry.to_numpy()) <= corners
    if crs == "gcj02":
        apart = moved.to_crs(MEASURED).centroid.distance(here.to_crs(MEASURED).centroid)
        assert apart.between(300, 800).all()
    else:
        assert moved.crs.to_epsg() == int(crs.removeprefix("EPSG:"))
        back = moved.to_crs(MEASURED).geometry
        assert back.distance(here.to_crs(MEASURED).geometry).max() < 1e-3
    # Nobody takes moved coordinates for the plan of the record.
    assert not is_plan(out)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_shapefiles_keep_chinese_and_tell_what_fields_mean(
    record: Record, connection: Connection, card: PlanCard, tmp_path: Path,
    encoding: str,
) -> None:  # fmt: skip
    out = record.write(Order(Format.SHP, encoding=encoding), tmp_path / "s.zip")
    with zipfile.ZipFile(out) as archive:
        assert archive.read("grids.cpg").decode() == encoding.upper()
        names = archive.read("fields.txt").decode("utf-8-sig")
        about = archive.read("about.txt").decode("utf-8-sig")
        table = archive.read("grids.dbf")
    here = grids_of(connection, card)
    assert str(here["name"][0]).encode(encoding) in table
    assert "grids\tcompactnes\tcompactness\t形状" in names
    assert all(
        len(line.split("\t")[1].encode(encoding)) <= 10
        for line in names.splitlines()[1:]
    )
    assert "东关社区 方案" in about
    assert "虚构示例" in about
    back = gpd.read_file(f"zip://{out}!grids.shp", encoding=None)
    assert back["name"].tolist() == here["name"].tolist()
    np.testing.assert_array_equal(
        np.sort(shapely.get_coordinates(back.geometry), axis=0),
        np.sort(shapely.get_coordinates(here.geometry), axis=0),
    )


def test_geojson_follows_rfc_7946_to_the_last_digit(
    record: Record, connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    out = record.write(Order(Format.GEOJSON), tmp_path / "g.geojson")
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    assert told["made_up"] is True
    back, here = gpd.read_file(out), grids_of(connection, card)
    assert shared_points(back.geometry) == shared_points(here.geometry)
    for feature in told["features"]:
        ring = shapely.LinearRing(feature["geometry"]["coordinates"][0])
        assert ring.is_ccw
    cells = record.write(Order(Format.GEOJSON, layer="cells"), tmp_path / "c.geojson")
    assert len(gpd.read_file(cells)) > len(here)


def test_shifted_coordinates_are_not_called_by_a_number_of_epsg(
    record: Record, tmp_path: Path
) -> None:
    out = record.write(Order(Format.GEOJSON, crs="gcj02"), tmp_path / "g.geojson")
    told = json.loads(out.read_text(encoding="utf-8"))
    assert "crs" not in told
    assert told["datum"] == "gcj02"
    assert told["coordinate_system"].startswith("GCJ-02")
    assert "不是 EPSG:4326" in told["coordinate_system"]
    plain = record.write(Order(Format.GEOJSON), tmp_path / "p.geojson")
    word = json.loads(plain.read_text(encoding="utf-8"))["coordinate_system"]
    assert word == "WGS 84 (EPSG:4326)"
    shapes = record.write(Order(Format.SHP, crs="gcj02"), tmp_path / "s.zip")
    with zipfile.ZipFile(shapes) as archive:
        about = archive.read("about.txt").decode("utf-8-sig")
    assert "crs: GCJ-02" in about
    assert "WGS 84" not in about


def test_kml_has_a_folder_for_every_type(
    record: Record, connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    out = record.write(Order(Format.KML), tmp_path / "k.kml")
    root = ElementTree.fromstring(out.read_text(encoding="utf-8"))
    space = {"k": "http://www.opengis.net/kml/2.2"}
    folders = [f.findtext("k:name", namespaces=space) for f in root.iter(
        "{http://www.opengis.net/kml/2.2}Folder")]  # fmt: skip
    assert folders[1:4] == ["居民网格", "专属网格", "预留网格"]
    layers = [name for name, _ in pyogrio.list_layers(out)]
    assert "居民网格" in layers
    resident = gpd.read_file(out, layer="居民网格")
    here = grids_of(connection, card)
    same = here[here["type"] == "resident"]
    assert sorted(resident["Name"]) == sorted(same["name"])
    assert shared_points(resident.geometry) == shared_points(same.geometry)


def test_kml_escapes_names_and_joins_parts(
    connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    exported = read_layers_of(connection, [card])
    grids = exported.layers["grids"]
    two = shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    grids.loc[0, "name"] = '<script>&"经一路"'
    grids.loc[[0], "geometry"] = two
    write_kml(tmp_path / "k.kml", exported, "a<b", system=read_system("gcj02"))
    root = ElementTree.fromstring((tmp_path / "k.kml").read_text(encoding="utf-8"))
    told = [element.text for element in root.iter()]
    assert '<script>&"经一路"' in told
    assert "a<b" in told
    assert any("GCJ-02" in (text or "") for text in told)
    assert sum(element.tag.endswith("MultiGeometry") for element in root.iter()) == 1


def test_the_workbook_adds_up_and_prints_on_a4(
    record: Record, connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    out = record.write(Order(Format.XLSX), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["网格", "社区", "楼栋", "接边线", "说明"]
    sheet, here = book["网格"], grids_of(connection, card)
    head = [cell.value for cell in sheet[1]]
    rows = [
        dict(zip(head, values, strict=True))
        for values in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert [row["编码"] for row in rows[:-1]] == here["code"].tolist()
    assert rows[-1]["编码"] == "合计"
    assert rows[-1]["户数"] == here["households"].sum()
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    at = head.index("户数") + 1
    assert sheet.cell(2, at).number_format == "#,##0"
    assert not any(
        cell.data_type == "f" for part in book for row in part for cell in row
    )


def test_a_name_like_a_formula_stays_text(
    connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    exported = read_layers_of(connection, [card])
    exported.layers["grids"].loc[0, "name"] = '=HYPERLINK("http://x")'
    write_workbook(tmp_path / "x.xlsx", exported, "=1+1 & more")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    values = [cell for part in book for row in part.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in values)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in values)


def test_what_is_out_of_the_band_is_marked_in_the_workbook(
    connection: Connection, card: PlanCard, tmp_path: Path
) -> None:
    exported = read_layers_of(connection, [card])
    grids = exported.layers["grids"]
    row = int(grids.index[grids["type"] == "resident"][0])
    grids.loc[row, "households"] = card.high + 12
    write_workbook(tmp_path / "x.xlsx", exported, "标题")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["网格"]
    head = [cell.value for cell in sheet[1]]
    mark = sheet.cell(row + 2, head.index("与标准") + 1)
    assert mark.value == "▲ 12"
    assert mark.font.color.rgb.endswith("B2182B")


def test_plans_of_a_street_share_a_file(record: Record, tmp_path: Path) -> None:
    out = record.write(Order(Format.GPKG), tmp_path / "s.gpkg", plans=record.plans)
    layers, about = read_plan(out)
    assert len(layers["communities"]) == 2
    assert len(about["certificate"]["communities"]) == 2


def test_plans_drawn_one_by_one_share_a_file_but_not_with_another_band(
    record: Record, connection: Connection, tmp_path: Path
) -> None:
    other = {"plan": record.plans[1]}
    connection.execute(text("alter table plan disable trigger user"))
    connection.execute(
        text(
            "update plan set document = document || jsonb_build_object("
            "'seed', 99, 'inputs_digest', 'x') where id = :plan"
        ),
        other,
    )
    cards = plan_cards(connection, record.plans)
    write_data(connection, cards, Order(Format.GPKG), "", tmp_path / "one.gpkg")
    assert len(read_plan(tmp_path / "one.gpkg")[1]["inputs_digest"]) == 64
    connection.execute(text("update plan set high = 450 where id = :plan"), other)
    with pytest.raises(ConflictError, match="bands"):
        write_data(connection, cards, Order(Format.GPKG), "", tmp_path / "two.gpkg")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"format": "xlsx", "crs": "gcj02"}, "no use for crs"),
        ({"format": "gpkg", "encoding": "gbk"}, "no use for encoding"),
        ({"format": "geojson", "crs": "EPSG:4548"}, "RFC 7946"),
        ({"format": "kml", "crs": "EPSG:4548"}, "KML"),
        ({"format": "shp", "crs": "EPSG:3857"}, "cannot be exported"),
    ],
)
def test_what_a_format_cannot_do_is_said(told: dict[str, str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        assert Order.of(told).system


def test_a_zone_far_away_is_refused_with_the_right_one(
    record: Record, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match="use EPSG:4548"):
        record.write(Order(Format.GPKG, crs="EPSG:4540"), tmp_path / "x.gpkg")
