"""What each format needs to be read right."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas import GeoDataFrame
from openpyxl import Workbook
from shapely import LineString, MultiPolygon, Point, box

from data.errors import ImportFormatError
from data.readers import RowReport, open_source, read_sources
from data.readers.osm import tags_of
from data.readers.raw import RawLayer
from data.writers import write_layers

HOUSE = box(117, 36.7, 117.001, 36.701)
OTHER = box(117.002, 36.7, 117.003, 36.701)
TEXT = "经度,纬度,户数,地址\n１１７.０１,36.7,１２,经十路１号\n117.02,36.7,8,银山路\n"


def opened(path: Path) -> tuple[list[RawLayer], RowReport]:
    report = RowReport()
    return open_source(path, report=report), report


def homes(path: Path, **options: Any) -> list[int]:
    options = {"crs": "EPSG:4326"} | options
    return list(read_sources([path], **options).layers.buildings["households"])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_is_read_in_the_encodings_of_the_trade(
    tmp_path: Path, encoding: str, newline: str
) -> None:
    path = tmp_path / "楼栋.csv"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + TEXT.replace("\n", newline)).encode(encoding))
    layers = read_sources([path], crs="EPSG:4326").layers
    assert layers.buildings["households"].tolist() == [12, 8]
    assert layers.buildings["address"].tolist() == ["经十路１号", "银山路"]
    assert layers.buildings.geometry.iloc[0] == Point(117.01, 36.7)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_is_read_with_any_usual_separator(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(TEXT.replace(",", mark), encoding="utf-8")
    assert homes(path) == [12, 8]


def test_csv_rows_are_numbered_as_excel_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(
        "lon,lat,households\n"
        "117,36.7,1\n"
        "\n"
        "117,36.7,1,too,many\n"
        "far,36.7,3\n"
        "117.1,36.7,x\n"
        ",,5\n"
        '117.2,36.7,"6"\n',
        encoding="utf-8",
    )
    reading = read_sources([path], crs=4326)
    assert [(n.row, n.code) for n in reading.report.rows] == [
        (4, "refused_columns"),
        (5, "refused_broken_geometry"),
        (7, "refused_no_geometry"),
        (6, "blanked_number"),
    ]
    found = reading.layers.buildings["households"]
    assert found.astype(object).where(found.notna(), None).tolist() == [1, None, 6]


def test_csv_geometry_may_be_wkt_or_hexadecimal_wkb(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(
        "户数,geom\n"
        f'1,"{HOUSE.wkt}"\n'
        f'2,"SRID=4326;{HOUSE.wkt}"\n'
        f"3,{HOUSE.wkb_hex}\n"
        "4,POLYGON ((1 2\n"
        '5,"POINT Z (117 36.7 12)"\n',
        encoding="utf-8",
    )
    layers, report = opened(path)
    shapes = layers[0].geometry
    assert shapely.equals(shapes[:3], HOUSE).all()
    assert shapes[3] is None
    assert not shapely.has_z(shapes[4])
    assert [note.row for note in report.rows] == [5]


def test_a_table_without_places_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text("户数\n1\n", encoding="utf-8")
    with pytest.raises(ImportFormatError, match=r"“经度”“纬度”"):
        homes(path)


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    return path


def test_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "town.xlsx",
        说明=[["甲", "乙"], ["随便", "写写"]],
        空表=[],
        楼栋=[
            ["经度", "纬度", "户数"],
            [117.0, "３６.７", 12],
            [None] * 3,
            [117.1, 36.7, 8],
        ],
        摄像头=[["lon", "lat", "名称"], [117, 36.7, "东门"]],
    )
    reading = read_sources([path], datum="cgcs2000")
    assert reading.layers.buildings["households"].tolist() == [12, 8]
    assert reading.layers.devices["name"].tolist() == ["东门"]
    assert [(n.layer, n.code) for n in reading.report.rows] == [
        ("说明", "note_no_place")
    ]


def test_a_workbook_runs_no_formula(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "buildings.xlsx", 建筑=[["lon", "lat", "户数"], [117, 36.7, "=6*7"]]
    )
    # never calculated by Excel, so there is no value to take
    assert read_sources([path], crs=4326).layers.buildings["households"].isna().all()


def shapefile(folder: Path, encoding: str, **columns: list[Any]) -> Path:
    """Write a Shapefile as GIS of the trade do, names cut at ten bytes."""
    path = folder / "buildings.zip"
    layer = GeoDataFrame(columns, geometry=[HOUSE, OTHER], crs=4326)
    write_layers(path, {"buildings": layer}, encoding=encoding)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "shp")
    return folder / "shp"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_shapefile_text_is_read_with_and_without_cpg(
    tmp_path: Path, encoding: str, with_cpg: bool
) -> None:
    folder = shapefile(tmp_path, encoding, 户数=[3, 4], 地址=["银山路", "经十路"])
    if not with_cpg:
        (folder / "buildings.cpg").unlink()
    for path in (folder, folder / "buildings.shp"):
        layers = read_sources([path]).layers
        assert layers.buildings["address"].tolist() == ["银山路", "经十路"]
        assert layers.buildings["households"].tolist() == [3, 4]


def test_a_shapefile_zip_is_read_whole(tmp_path: Path) -> None:
    shapefile(tmp_path, "gbk", 户数=[3, 4])
    reading = read_sources([tmp_path / "buildings.zip"])
    assert reading.layers.buildings["households"].tolist() == [3, 4]
    assert reading.records[0].file == "buildings.zip/buildings.shp"


def test_field_names_cut_inside_a_character_are_read(tmp_path: Path) -> None:
    folder = shapefile(tmp_path, "utf-8", AAAAAAAAAA=[6, 7], note=["x", "y"])
    dbf = folder / "buildings.dbf"
    # 建筑层数 is 12 bytes; the field keeps 10 and ends inside the last character.
    cut = "建筑层数".encode()[:10]
    dbf.write_bytes(dbf.read_bytes().replace(b"AAAAAAAAAA", cut))
    assert read_sources([folder]).layers.buildings["floors"].tolist() == [6, 7]


def test_text_cut_inside_a_character_is_read(tmp_path: Path) -> None:
    folder = shapefile(tmp_path, "utf-8", 地址=["银山路一号院东区" * 9, "甲"])
    dbf = folder / "buildings.dbf"
    data = dbf.read_bytes()
    width = data[32 + 16]
    whole = ("银山路一号院东区" * 9).encode()
    dbf.write_bytes(data.replace(whole, whole[: width - 1] + b" "))
    address = read_sources([folder]).layers.buildings["address"].iloc[0]
    assert address == ("银山路一号院东区" * 9)[:-1]


def test_a_shapefile_without_prj_is_refused_until_declared(tmp_path: Path) -> None:
    folder = shapefile(tmp_path, "utf-8", 户数=[3, 4])
    (folder / "buildings.prj").unlink()
    with pytest.raises(ImportFormatError, match=r"buildings\.shp.*--crs EPSG:4326"):
        read_sources([folder])
    assert homes(folder) == [3, 4]


def test_a_shapefile_without_its_other_files_is_refused(tmp_path: Path) -> None:
    folder = shapefile(tmp_path, "utf-8", 户数=[3, 4])
    (folder / "buildings.dbf").unlink()
    with pytest.raises(ImportFormatError, match=r"lacks its \.dbf"):
        read_sources([folder])


def test_shapefile_names_in_capitals_are_read(tmp_path: Path) -> None:
    folder = shapefile(tmp_path, "utf-8", 户数=[3, 4])
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.upper())
    assert homes(folder) == [3, 4]


def geojson(path: Path, *features: Any, **members: Any) -> Path:
    document = {"type": "FeatureCollection", "features": features, **members}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8-sig")
    return path


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


GOOD = json.loads(shapely.to_geojson(HOUSE))


def test_geojson_rows_are_good_or_told(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "buildings.geojson",
        feature(GOOD, 户数=3),
        feature(None, 户数=4),
        feature({"type": "Polygon", "coordinates": [[["a", 1]]]}, 户数=5),
        feature({"type": "Blob"}),
        "nonsense",
        {"type": "Feature", "properties": None, "geometry": GOOD},
    )
    reading = read_sources([path])
    assert len(reading.layers.buildings) == 2
    assert sorted({note.row for note in reading.report.rows if note.row}) == [
        2,
        3,
        4,
        5,
    ]


def test_geojson_of_one_feature_one_shape_and_one_feature_per_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "buildings.geojson"
    for text in (
        json.dumps(feature(GOOD)),
        json.dumps(GOOD),
        "\n".join(json.dumps(feature(GOOD, n=n)) for n in range(2)),
    ):
        path.write_text(text)
        count = 2 if "\n" in text else 1
        assert len(opened(path)[0][0].table) == count
    path.write_text('{"a": 1}')
    with pytest.raises(ImportFormatError, match="not GeoJSON"):
        read_sources([path])


def test_geojson_may_name_its_crs_in_the_old_way(tmp_path: Path) -> None:
    metres = {"type": "Point", "coordinates": [500_000, 4_064_000]}
    for name in ("EPSG:4548", "urn:ogc:def:crs:EPSG::4548"):
        path = geojson(
            tmp_path / "buildings.geojson",
            feature(metres),
            crs={"type": "name", "properties": {"name": name}},
        )
        place = read_sources([path]).layers.buildings.geometry.iloc[0]
        assert place.x == pytest.approx(117.0, abs=1e-9)
    path = geojson(tmp_path / "buildings.geojson", feature(metres), crs={"a": 1})
    with pytest.raises(ImportFormatError, match="crs member"):
        read_sources([path])


def test_plain_parquet_is_read_by_wkb_wkt_or_lon_lat(tmp_path: Path) -> None:
    path = tmp_path / "buildings.parquet"
    tables = (
        {"户数": [5], "geom": [HOUSE.wkb]},
        {"户数": [5], "wkt": [HOUSE.wkt]},
        {"户数": [5], "lon": [117.0], "lat": [36.7]},
    )
    for columns in tables:
        pq.write_table(pa.table(columns), path)
        with pytest.raises(ImportFormatError, match="has no CRS"):
            read_sources([path])
        assert homes(path) == [5]
    pq.write_table(pa.table({"户数": [5]}), path)
    with pytest.raises(ImportFormatError, match="no columns of coordinates"):
        read_sources([path])


def test_parquet_keeps_its_crs_and_takes_structs_as_text(tmp_path: Path) -> None:
    path = tmp_path / "buildings.parquet"
    layer = GeoDataFrame({"户数": [5]}, geometry=[HOUSE], crs=4326).to_crs(4548)
    layer.to_parquet(path)
    table = pq.read_table(path)
    names = pa.array([{"primary": "甲"}])
    pq.write_table(table.append_column("names", names), path)
    raw = opened(path)[0][0]
    assert raw.crs is not None
    assert raw.crs.to_epsg() == 4548
    assert raw.table["names"].tolist() == ['{"primary": "甲"}']
    assert homes(path) == [5]


def test_a_folder_gives_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    (folder / "deep").mkdir(parents=True)
    (folder / "readme.txt").write_text("read me")
    (folder / ".hidden.geojson").write_text("{")
    geojson(folder / "buildings.geojson", feature(GOOD, 户数=3))
    line = json.loads(shapely.to_geojson(LineString([(117, 36.7), (117.1, 36.7)])))
    geojson(folder / "deep" / "道路.geojson", feature(line, 道路等级="支路"))
    layers = read_sources([folder]).layers
    assert len(layers.buildings) == len(layers.streets) == 1


def test_tags_are_read_from_what_gdal_joins() -> None:
    text = (
        '"building:levels"=>"5","name"=>"a \\"b\\" \\\\ c","x=>y"=>"z",'
        '"addr:street"=>"Fabianinkatu"'
    )
    tags = tags_of(pd.Series([text, None, ""]), ("building:levels", "name", "none"))
    assert tags["building:levels"].tolist() == ["5", None, None]
    assert tags["name"].iloc[0] == 'a "b" \\ c'
    assert tags["none"].isna().all()


@pytest.mark.shared
def test_an_osm_extract_gives_layers_with_their_role(helsinki: Path) -> None:
    layers, report = opened(helsinki)
    roles = {raw.role for raw in layers}
    assert roles == {"buildings", "streets", "barriers", "landuse", "gates"}
    buildings = next(raw for raw in layers if raw.role == "buildings")
    assert len(buildings.table) == 494
    assert isinstance(buildings.geometry[0], MultiPolygon)
    assert {note.code for note in report.rows} == {"refused_broken_geometry"}
    # the row number is the OSM id, which anyone can look up
    assert all(note.row and note.row > 1000 for note in report.rows)
