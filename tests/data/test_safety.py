"""Hostile and broken files: each ends in a message that names file and cure."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from geopandas import GeoDataFrame
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from shapely import GeometryCollection, Point, Polygon, box

from data.errors import ImportFormatError
from data.readers import RowReport, open_source, read_sources
from data.readers.nesting import is_deep_text, is_deep_wkb
from data.safety import Limits, digest_of, expand_zip
from data.writers import write_layers

SECRET = "root:x:0:0"
VRT = """<OGRVRTDataSource><OGRVRTLayer name="buildings">
<SrcDataSource>CSV:{path}</SrcDataSource><SrcLayer>{stem}</SrcLayer>
</OGRVRTLayer></OGRVRTDataSource>"""


def refuse(path: Path, match: str, **options: object) -> ImportFormatError:
    """Read a file that must be refused; the message names it in both languages."""
    with pytest.raises(ImportFormatError, match=match) as caught:
        read_sources([path], **options)  # type: ignore[arg-type]
    error = caught.value
    assert path.name in error.message_zh
    assert path.name in error.message_en
    assert str(path.parent) not in str(error)
    assert str(error).startswith(error.message_zh)
    return error


def houses(count: int = 3) -> GeoDataFrame:
    shapes = [
        box(117 + i / 1e3, 36, 117 + i / 1e3 + 5e-4, 36.0005) for i in range(count)
    ]
    return GeoDataFrame({"户数": range(count)}, geometry=shapes, crs=4326)


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    write_layers(tmp_path / "town.gpkg", {"buildings": houses(50)})
    return tmp_path / "town.gpkg"


@pytest.mark.parametrize(
    "name", ["x.geojson", "x.json", "x.csv", "x.gpkg", "x.shp", "x.pbf", "x.xlsx"]
)
def test_a_vrt_in_disguise_is_not_opened(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(SECRET)
    path = tmp_path / name
    path.write_text(VRT.format(path=secret, stem="secret"))
    assert SECRET not in str(refuse(path, "inside"))


def test_gdal_itself_has_no_vrt_driver_once_we_are_imported(tmp_path: Path) -> None:
    path = tmp_path / "x.vrt"
    path.write_text(VRT.format(path=path, stem="x"))
    code = "import data.safety, pyogrio; print('OGR_VRT' in pyogrio.list_drivers())"
    run = [sys.executable, "-c", code]
    told = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv", "zip", "pbf"])
def test_an_empty_file_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"none.{ending}"
    path.touch()
    refuse(path, "is empty")


def test_a_file_that_is_not_there_a_device_and_an_unknown_ending(
    tmp_path: Path,
) -> None:
    refuse(tmp_path / "gone.gpkg", "cannot find")
    refuse(Path("/dev/zero"), "plain file")
    (tmp_path / "notes.docx").write_bytes(b"PK\3\4")
    refuse(tmp_path / "notes.docx", "no format")


def test_a_wrong_ending_is_named(tmp_path: Path, gpkg: Path) -> None:
    wrong = gpkg.rename(tmp_path / "town.geojson")
    refuse(wrong, "GeoPackage or SQLite")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_off_geopackage_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "big.gpkg"
    write_layers(path, {"buildings": houses(3000)})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refuse(path, "damaged")


def test_a_geopackage_without_feature_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table a (b)")
    database.close()
    refuse(path, "damaged")


def test_a_view_that_never_ends_is_not_run(gpkg: Path) -> None:
    with sqlite3.connect(gpkg) as database:
        database.execute("alter table buildings rename to hidden")
        database.execute(
            "create view buildings as with recursive n(fid) as "
            "(select 1 union all select fid + 1 from n) select fid, null as geom from n"
        )
    database.close()
    refuse(gpkg, "no plain table")


@pytest.mark.parametrize("claim", [10**9, -5])
def test_the_row_count_a_geopackage_claims_is_not_believed(
    gpkg: Path, claim: int
) -> None:
    with sqlite3.connect(gpkg) as database:
        database.execute("update gpkg_ogr_contents set feature_count = ?", [claim])
    database.close()
    assert len(read_sources([gpkg]).layers.buildings) == 50


def test_more_rows_than_the_limit_are_refused(gpkg: Path) -> None:
    refuse(gpkg, "claims 50 rows", limits=Limits(rows=49))


def test_a_shapefile_that_claims_a_billion_rows_is_refused(tmp_path: Path) -> None:
    write_layers(tmp_path / "a.zip", {"buildings": houses()})
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "a")
    dbf = tmp_path / "a" / "buildings.dbf"
    data = bytearray(dbf.read_bytes())
    data[4:8] = struct.pack("<I", 10**9)
    dbf.write_bytes(data)
    with pytest.raises(ImportFormatError, match="1,000,000,000 rows"):
        read_sources([tmp_path / "a"])
    data[4:8] = struct.pack("<I", 1000)
    dbf.write_bytes(data)
    with pytest.raises(ImportFormatError, match="damaged"):
        read_sources([tmp_path / "a"])


def test_parquet_that_claims_a_billion_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "buildings.parquet"
    column = pa.DictionaryArray.from_arrays(
        pa.array([0] * 6_000_000, pa.int32()), pa.array(["x"])
    )
    pq.write_table(pa.table({"wkt": column}), path)
    assert path.stat().st_size < 100_000
    refuse(path, "6,000,000 rows")


def test_cut_off_parquet_json_and_pbf_are_refused(tmp_path: Path) -> None:
    write_layers(tmp_path / "b.parquet", {"buildings": houses(500)})
    write_layers(tmp_path / "b.geojson", {"buildings": houses(500)})
    for name in ("b.parquet", "b.geojson"):
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        refuse(tmp_path / name, "damaged|not complete")
    (tmp_path / "b.osm.pbf").write_bytes(b"\0\0\0\x0d\x0a\x09OSMHeader\x18\x7c\x10")
    refuse(tmp_path / "b.osm.pbf", "damaged|no features")


@pytest.mark.shared
def test_a_cut_off_osm_extract_is_refused(tmp_path: Path, helsinki: Path) -> None:
    data = helsinki.read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(data[: len(data) // 2])
    refuse(path, "damaged")


@pytest.mark.parametrize("depth", [5_000, 200_000])
def test_deep_json_is_refused(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.geojson"
    path.write_text('{"type":"FeatureCollection","features":' + "[" * depth)
    refuse(path, "too deep|not complete")
    path.write_text(
        '{"type":"FeatureCollection","features":' + "[" * depth + "]" * depth + "}"
    )
    refuse(path, "too deep")


def test_deep_properties_do_no_harm(tmp_path: Path) -> None:
    deep: object = 1
    for _ in range(300):
        deep = [deep]
    feature = {
        "type": "Feature",
        "properties": {"x": deep, "户数": 3},
        "geometry": json.loads('{"type":"Point","coordinates":[117,36]}'),
    }
    path = tmp_path / "buildings.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_sources([path]).layers.buildings["households"].tolist() == [3]


def nested_wkb(depth: int) -> bytes:
    inner = struct.pack("<BIdd", 1, 1, 117.0, 36.0)
    return struct.pack("<BII", 1, 7, 1) * depth + inner


def nested_wkt(depth: int) -> str:
    # not one bracket right after the other: a point stands between
    opening = "GEOMETRYCOLLECTION (POINT (1 2), "
    return opening * depth + "POINT (117 36)" + ")" * depth


@pytest.mark.parametrize("depth", [33, 100_000])
def test_geometry_nested_too_deep_is_left_out_alive(tmp_path: Path, depth: int) -> None:
    text = tmp_path / "text.csv"
    rows = [nested_wkt(depth), nested_wkb(depth).hex(), "POINT (117 36)"]
    text.write_text("户数;wkt\n" + "".join(f"{i};{r}\n" for i, r in enumerate(rows)))
    binary = tmp_path / "binary.parquet"
    shapes = [nested_wkb(depth), None, Point(117, 36).wkb]
    pq.write_table(pa.table({"户数": [1, 2, 3], "geom": shapes}), binary)
    for path, kept in ((text, 2), (binary, 3)):
        reading = read_sources([path], crs=4326, layer_names={"buildings": path.stem})
        assert reading.layers.buildings["households"].tolist() == [kept]
        assert reading.report.count("refused_broken") >= 1


@given(st.integers(1, 32))
def test_geometry_nested_as_deep_as_allowed_is_not_called_deep(depth: int) -> None:
    assert not is_deep_wkb(nested_wkb(depth - 1))
    assert not is_deep_text(nested_wkt(depth - 1))
    many = GeometryCollection([Point(i, i).buffer(1) for i in range(100)])
    assert not is_deep_wkb(many.wkb)
    assert not is_deep_text(many.wkt)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv"])
def test_a_million_vertex_ring_is_refused(tmp_path: Path, ending: str) -> None:
    ring = Point(117, 36).buffer(0.1, quad_segs=3000)  # 12,001 vertices
    layer = GeoDataFrame(
        {"户数": [1, 2]}, geometry=[box(117, 36, 118, 37), ring], crs=4326
    )
    path = tmp_path / f"buildings.{ending}"
    write_layers(path, {"buildings": layer})
    options = {"limits": Limits(vertices=12_000), "crs": "EPSG:4326"}
    assert "2" in refuse(path, "12,001 vertices", **options).message_zh


def test_the_vertex_limit_is_far_below_a_million() -> None:
    assert Limits().vertices <= 1_000_000


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", ("buildings.csv", b"0" * (64 << 20)))
    assert bomb.stat().st_size < 100_000
    refuse(bomb, "zip bomb")


def test_a_zip_of_too_much_and_of_too_many_is_refused(tmp_path: Path) -> None:
    data = os.urandom(2000)
    path = zipped(tmp_path / "many.zip", *((f"{i}.csv", data) for i in range(20)))
    refuse(path, "more than the limit", limits=Limits(zip_entries=19))
    refuse(path, "more than the limit", limits=Limits(zip_bytes=30_000))


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lies.zip", ("a.csv", b"x" * 5_000_000))
    data = path.read_bytes()
    honest, lie = struct.pack("<I", 5_000_000), struct.pack("<I", 10)
    path.write_bytes(data.replace(honest, lie))
    refuse(path, "damaged")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/evil.csv",
        "C:/evil.csv",
        "..\\evil.csv",
        "a/\0.csv",
    ],
)
def test_paths_out_of_a_zip_are_refused(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    inner = tmp_path / "inner"
    inner.mkdir()
    path = zipped(inner / "paths.zip", (info, b"a,b\n1,2\n"))
    refuse(path, "path out of the zip")
    assert [p.name for p in tmp_path.iterdir()] == ["inner"]


def test_links_and_locked_entries_in_a_zip_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("buildings.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refuse(zipped(tmp_path / "link.zip", (link, b"/etc/passwd")), "is a link")
    path = zipped(tmp_path / "locked.zip", ("buildings.csv", b"a,b\n"))
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)
    refuse(path, "encrypted")


def test_a_zip_with_nothing_to_read_is_refused(tmp_path: Path) -> None:
    refuse(zipped(tmp_path / "a.zip", ("readme.txt", b"hello")), "no layer")


TOWN = b"\xe6\x88\xb7\xe6\x95\xb0,lon,lat\n7,117,36\n"


def test_zips_in_a_zip_are_read_and_no_deeper(tmp_path: Path) -> None:
    one = zipped(tmp_path / "1.zip", ("buildings.csv", TOWN)).read_bytes()
    both = zipped(tmp_path / "b.zip", ("east.zip", one), ("west/west.zip", one))
    found = open_source(both, report=RowReport())
    assert [raw.file for raw in found] == [
        "b.zip/east.zip/buildings.csv",
        "b.zip/west/west.zip/buildings.csv",
    ]
    assert [raw.table["户数"].tolist() for raw in found] == [["7"], ["7"]]
    refuse(zipped(tmp_path / "c.zip", ("b.zip", both.read_bytes())), "no layer")


def test_zips_in_a_zip_share_one_budget(tmp_path: Path) -> None:
    table = TOWN + b"7,117,36\n" * 500
    one = zipped(tmp_path / "1.zip", ("buildings.csv", table)).read_bytes()
    names = ("east.zip", "west.zip")
    both = zipped(tmp_path / "b.zip", *((name, one) for name in names))
    # When the second is unpacked, the first is a table, and the second lies beside it.
    room = len(table) + len(one) + len(table)
    for enough in (Limits(zip_bytes=room), Limits(zip_entries=3)):
        assert len(open_source(both, report=RowReport(), limits=enough)) == 2
    with pytest.raises(ImportFormatError, match=r"^west\.zip"):
        open_source(both, report=RowReport(), limits=Limits(zip_bytes=room - 1))
    with pytest.raises(ImportFormatError, match=r"^east\.zip"):
        open_source(both, report=RowReport(), limits=Limits(zip_entries=2))


def test_gbk_names_in_a_zip_are_read(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.mkdir()
    path = zipped(tmp_path / "gbk.zip", ("AAAA.csv", b"lon,lat\n117,36\n"))
    path.write_bytes(path.read_bytes().replace(b"AAAA", "建筑".encode("gbk")))
    expand_zip(path, place, limits=Limits())
    assert [p.name for p in place.iterdir()] == ["建筑.csv"]


def test_links_out_of_a_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "buildings.csv").symlink_to("/etc/passwd")
    with pytest.raises(ImportFormatError, match="links out of the folder"):
        read_sources([folder])


def workbook(
    path: Path, change: Callable[[Workbook], None] = lambda book: None
) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "建筑"
    sheet.append(["经度", "纬度", "户数"])
    sheet.append([117.0, 36.0, 12])
    change(book)
    book.save(path)
    return path


def added(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def replaced(path: Path, name: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        entries = {n: archive.read(n) for n in archive.namelist()}
    entries[name] = entries[name].replace(old, new)
    return zipped(path, *entries.items())


def test_a_workbook_bomb_and_links_to_other_files_are_refused(tmp_path: Path) -> None:
    bomb = added(workbook(tmp_path / "bomb.xlsx"), "xl/media/x", b"0" * (64 << 20))
    refuse(bomb, "zip bomb", datum="wgs84")
    links = added(workbook(tmp_path / "links.xlsx"), "xl/externalLinks/a.xml", b"<a/>")
    refuse(links, "links to other files", datum="wgs84")


def test_a_workbook_that_claims_a_huge_sheet_is_read_as_it_is(tmp_path: Path) -> None:
    path = replaced(
        workbook(tmp_path / "huge.xlsx"),
        "xl/worksheets/sheet1.xml",
        b'ref="A1:C2"',
        b'ref="A1:XFD1048576"',
    )
    assert read_sources([path], datum="wgs84").layers.buildings.shape[0] == 1


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    laugh = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = replaced(
        workbook(tmp_path / "laugh.xlsx"),
        "xl/worksheets/sheet1.xml",
        b"<worksheet",
        laugh + b"<worksheet",
    )
    refuse(path, "declares entities", datum="wgs84")


def test_a_file_that_only_begins_like_a_workbook_is_refused(tmp_path: Path) -> None:
    refuse(zipped(tmp_path / "no.xlsx", ("a.txt", b"hello")), "no complete workbook")
    (tmp_path / "cut.xlsx").write_bytes(b"PK\3\4" + b"\0" * 50)
    refuse(tmp_path / "cut.xlsx", "damaged")


def test_text_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_bytes(b"lon,lat\n117,36\n\xff\xff\xff\n")
    refuse(path, "neither UTF-8")


def test_names_that_gdal_would_take_for_commands_are_only_names(tmp_path: Path) -> None:
    for name in ("vsizip!x?.gpkg", "GPKG:a:b.gpkg", "town{a}.gpkg"):
        write_layers(tmp_path / "t.gpkg", {"buildings": houses()})
        (tmp_path / "t.gpkg").rename(tmp_path / name)
        assert len(read_sources([tmp_path / name]).layers.buildings) == 3


def test_the_digest_follows_contents_not_names(tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).write_text(text)
    a, b, c = (digest_of([tmp_path / name]) for name in "abc")
    assert a == b
    assert a != c
    assert digest_of([tmp_path / "a", tmp_path / "c"]) != a


def test_a_polygon_of_infinite_coordinates_is_left_out(tmp_path: Path) -> None:
    layer = houses()
    layer.loc[1, "geometry"] = Polygon([(117, 36), (float("inf"), 36), (117, 37)])
    write_layers(tmp_path / "b.parquet", {"buildings": layer})
    path = (tmp_path / "b.parquet").rename(tmp_path / "buildings.parquet")
    reading = read_sources([path])
    assert len(reading.layers.buildings) == 2
    assert [note.row for note in reading.report.rows] == [2]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("samples")
    samples = {}
    for ending in ("gpkg", "parquet", "geojson", "zip", "csv", "xlsx"):
        path = folder / f"buildings.{ending}"
        write_layers(path, {"buildings": houses(5)})
        samples[ending] = path.read_bytes()
    return samples


@given(
    ending=st.sampled_from(["gpkg", "parquet", "geojson", "zip", "csv", "xlsx"]),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=5),
    kept=st.floats(0.05, 1.0),
)
def test_no_damage_ends_in_anything_but_rows_or_a_refusal(
    samples: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    ending: str,
    flips: list[tuple[float, int]],
    kept: float,
) -> None:
    data = bytearray(samples[ending])
    for place, value in flips:
        data[int(place * len(data))] = value
    path = tmp_path_factory.mktemp("damaged") / f"buildings.{ending}"
    path.write_bytes(data[: max(1, round(kept * len(data)))])
    try:
        rows = len(read_sources([path], crs=4326).layers.buildings)
    except ImportFormatError as error:
        rows, told = 0, str(error)
    else:
        told = path.name
    assert rows <= 5
    assert path.name in told
