from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from data.errors import ImportFormatError
from data.readers import SourceReading, read_sources
from data.readers.roles import unique_ids
from data.writers import write_layers
from gis.crs import metric_crs
from gis.datum import wgs84_to_bd09, wgs84_to_gcj02
from gis.layers import COLUMNS

JINAN = box(117.0, 36.7, 117.02, 36.72)
HOUSES = [box(117 + i / 1e3, 36.7, 117 + i / 1e3 + 5e-4, 36.7005) for i in range(4)]
BOW_TIE = Polygon([(117, 36.7), (117.001, 36.701), (117.001, 36.7), (117, 36.701)])


def frame(shapes: list[Any], crs: Any = 4326, **columns: Any) -> GeoDataFrame:
    return GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def source(folder: Path, **layers: GeoDataFrame) -> Path:
    write_layers(folder / "town.gpkg", layers)
    return folder / "town.gpkg"


def notes(reading: SourceReading) -> list[tuple[str, int | None, str]]:
    return [(note.layer, note.row, note.code) for note in reading.report.rows]


def refused(*paths: Path, match: str, **options: Any) -> None:
    with pytest.raises(ImportFormatError, match=match) as caught:
        read_sources(list(paths), **options)
    assert caught.value.message_zh


def test_every_role_comes_with_its_columns_even_when_empty(tmp_path: Path) -> None:
    layers = read_sources([source(tmp_path, buildings=frame(HOUSES))]).layers
    for role, columns in COLUMNS.items():
        layer = getattr(layers, role)
        assert list(layer.columns) == [*columns, "geometry"], role
        assert layer.crs.to_epsg() == 4326
    assert layers.streets.empty


def test_chinese_columns_and_words_are_understood(tmp_path: Path) -> None:
    buildings = frame(
        HOUSES[:2],
        总户数=["３６", "12户"],
        楼层=["18层", None],
        单元数=[2, 3],
        房屋用途=["住宅", "办公"],
        所属小区=["银山小区", ""],
    )
    streets = frame(
        [LineString([(117, 36.7), (117.01, 36.7)])],
        道路等级=["主干道"],
        道路名称=["经十路"],
        隧道=["否"],
    )
    path = source(tmp_path, 楼栋=buildings, 道路=streets)
    layers = read_sources([path]).layers
    assert layers.buildings["households"].tolist() == [36, 12]
    assert layers.buildings["floors"].tolist()[0] == 18
    assert layers.buildings["use"].tolist() == ["residential", "office"]
    assert layers.buildings["compound"].tolist() == ["银山小区", ""]
    assert layers.streets["class"].tolist() == ["主干路"]
    assert layers.streets["name"].tolist() == ["经十路"]
    assert not layers.streets["tunnel"].any()


def test_numbers_that_cannot_be_are_blanked_with_row_and_reason(tmp_path: Path) -> None:
    path = source(
        tmp_path,
        buildings=frame(
            HOUSES, households=["12", "-3", "2.5", "many"], floors=[6, 0, 999, 7]
        ),
    )
    reading = read_sources([path])
    assert reading.layers.buildings["households"].isna().tolist() == [
        False,
        True,
        True,
        True,
    ]
    table = reading.report.to_frame()
    assert list(table.columns) == [
        *("file", "layer", "row", "field", "code", "message_zh", "message_en")
    ]
    told = set(zip(table["row"], table["field"], strict=True))
    # rows as QGIS shows them: the feature ids 1 to 4
    assert told == {
        *((2, "households"), (3, "households"), (4, "households")),
        *((2, "floors"), (3, "floors")),
    }
    assert set(table["file"]) == {"town.gpkg"}
    assert table["message_en"].str.contains("many").any()
    json.dumps(table.to_dict("records"))


def test_a_bow_tie_is_mended_and_said(tmp_path: Path) -> None:
    reading = read_sources([source(tmp_path, buildings=frame([HOUSES[3], BOW_TIE]))])
    assert notes(reading) == [("buildings", 2, "repaired_ring")]
    mended = reading.layers.buildings.geometry.iloc[1]
    assert mended.is_valid
    assert isinstance(mended, MultiPolygon)
    # two triangles of a quarter of the square each
    assert mended.area == pytest.approx(0.001**2 / 2)


def test_rows_without_or_with_wrong_geometry_are_left_out_and_said(
    tmp_path: Path,
) -> None:
    line = LineString([(117, 36.7), (117.01, 36.7)])
    closed = LineString(HOUSES[1].exterior.coords)
    flat = Polygon([(117, 36.7), (117.001, 36.7), (117, 36.7)])
    path = source(tmp_path, buildings=frame([HOUSES[0], None, line, closed, flat]))
    reading = read_sources([path])
    assert len(reading.layers.buildings) == 2
    assert sorted(notes(reading)) == [
        ("buildings", 2, "refused_no_geometry"),
        ("buildings", 3, "refused_geometry_type"),
        ("buildings", 4, "repaired_outline"),
        ("buildings", 5, "refused_ring"),
    ]


def test_community_codes_have_twelve_digits_or_none(tmp_path: Path) -> None:
    areas = [box(117 + i / 100, 36.7, 117.01 + i / 100, 36.71) for i in range(4)]
    codes = ["370115001023", "３７０１１５００１０２４", "37011500102", None]
    path = source(
        tmp_path, 社区=frame(areas, 社区编码=codes, 社区名称=list("甲乙丙丁"))
    )
    reading = read_sources([path])
    communities = reading.layers.communities
    assert communities["code"].tolist() == ["370115001023", "370115001024", "", ""]
    assert communities["name"].tolist() == list("甲乙丙丁")
    assert notes(reading) == [("社区", 3, "blanked_code")]


def test_parts_of_one_community_are_joined_by_code(tmp_path: Path) -> None:
    areas = [box(117, 36.7, 117.01, 36.71), box(117.02, 36.7, 117.03, 36.71)]
    path = source(
        tmp_path,
        communities=frame(areas, code=["370115001023"] * 2, name=["银山", "银山"]),
    )
    communities = read_sources([path]).layers.communities
    assert len(communities) == 1
    assert isinstance(communities.geometry.iloc[0], MultiPolygon)


def test_a_compound_of_unknown_type_is_rejected_000_04(tmp_path: Path) -> None:
    path = source(
        tmp_path,
        小区=frame(
            HOUSES, 名称=list("甲乙丙丁"), 类型=["商品房", "老旧", "别墅区", None]
        ),
    )
    reading = read_sources([path])
    assert reading.layers.compounds["type"].tolist() == ["commodity", "old", ""]
    assert notes(reading) == [("小区", 3, "refused_compound_type")]
    assert "商品房、老旧或安置" in reading.report.rows[0].message_zh


def test_a_site_of_unknown_kind_is_rejected(tmp_path: Path) -> None:
    path = source(tmp_path, sites=frame(HOUSES[:3], kind=["学校", "park", "castle"]))
    reading = read_sources([path])
    assert reading.layers.sites["kind"].tolist() == ["school", "park"]
    assert notes(reading) == [("sites", 3, "refused_site_kind")]


def test_land_use_becomes_compounds_and_sites_unless_they_are_given(
    tmp_path: Path,
) -> None:
    land = frame(
        [box(117, 36.7, 117.002, 36.702), box(117.002, 36.7, 117.004, 36.702)],
        kind=["residential", "school"],
        name=["银山小区", "一小"],
    )
    layers = read_sources([source(tmp_path, landuse=land)]).layers
    assert layers.compounds["name"].tolist() == ["银山小区"]
    assert layers.sites["name"].tolist() == ["一小"]
    given = frame([JINAN], name=["甲"], type=["old"])
    layers = read_sources([source(tmp_path, landuse=land, compounds=given)]).layers
    assert layers.compounds["name"].tolist() == ["甲"]
    assert layers.sites["name"].tolist() == ["一小"]


def test_streets_lose_piers_and_steps_and_give_rails_to_the_barriers(
    tmp_path: Path,
) -> None:
    line = LineString([(117, 36.7), (117.01, 36.7)])
    path = source(
        tmp_path,
        streets=frame(
            [line] * 6,
            kind=["minor_road", "path", "path", "rail", "minor_road", "minor_road"],
            kind_detail=["residential", "steps", "pier", "rail", None, "wormhole"],
            is_bridge=[None, None, None, None, "True", None],
        ),
    )
    reading = read_sources([path])
    assert reading.layers.streets["class"].tolist() == [
        "residential",
        "minor_road",
        "wormhole",
    ]
    assert reading.layers.streets["bridge"].tolist() == [False, True, False]
    assert reading.layers.barriers["kind"].tolist() == ["railway"]
    words = [note.message_en for note in reading.report.rows]
    assert any("wormhole 1" in text for text in words)


def test_a_street_without_a_class_is_a_road(tmp_path: Path) -> None:
    line = LineString([(117, 36.7), (117.01, 36.7)])
    path = source(tmp_path, streets=frame([line, line], name=["a", "b"]))
    assert read_sources([path]).layers.streets["class"].tolist() == ["road", "road"]


def test_water_bars_and_pools_do_not(tmp_path: Path) -> None:
    path = source(
        tmp_path,
        water=frame(HOUSES[:3], kind=["riverbank", "swimming_pool", ""]),
        围墙=frame([LineString([(117, 36.7), (117.01, 36.7)])], note=["x"]),
    )
    kinds = read_sources([path]).layers.barriers["kind"].tolist()
    assert sorted(kinds) == ["river", "river", "wall"]


def test_layers_are_named_by_hand_where_their_names_say_nothing(tmp_path: Path) -> None:
    path = source(tmp_path, t1=frame(HOUSES, a=[1] * 4), buildings=frame(HOUSES[:1]))
    told = read_sources([path], layer_names={"buildings": "t1"})
    assert len(told.layers.buildings) == 4
    assert notes(told) == [("buildings", None, "note_layer_ignored")]
    refused(path, match="t1.*buildings|buildings.*t1", layer_names={"gates": "no"})
    refused(path, match="is called 'roofs'", layer_names={"roofs": "t1"})
    refused(path, match="no geometry that streets", layer_names={"streets": "t1"})


def test_columns_and_geometry_tell_the_role_where_no_name_does(tmp_path: Path) -> None:
    line = LineString([(117, 36.7), (117.01, 36.7)])
    path = source(
        tmp_path,
        a=frame(HOUSES, 户数=[1] * 4),
        b=frame([line], fclass=["primary"]),
        c=frame([JINAN], sqmc=["银山"]),
        d=frame([line], x=[1]),
    )
    layers = read_sources([path]).layers
    assert len(layers.buildings) == 4
    assert len(layers.streets) == 1
    assert layers.communities["name"].tolist() == ["银山"]


def test_later_sources_add_rows_and_doubles_are_kept_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = source(tmp_path / "a", buildings=frame(HOUSES[:3], id=["1", "2", "3"]))
    again = source(tmp_path / "b", buildings=frame(HOUSES[2:], id=["3", "3"]))
    reading = read_sources([first, again])
    assert len(reading.layers.buildings) == 4
    assert reading.layers.buildings["id"].is_unique
    assert [note.code for note in reading.report.rows] == ["repaired_duplicates"]


def test_rows_of_one_address_are_no_doubles(tmp_path: Path) -> None:
    path = source(tmp_path, buildings=frame([Point(117, 36.7)] * 3, 户数=[12, 12, 8]))
    buildings = read_sources([path]).layers.buildings
    assert buildings["households"].tolist() == [12, 12, 8]
    assert buildings["id"].is_unique


@given(st.permutations(range(6)))
@settings(max_examples=20)
def test_ids_are_unique_and_no_order_of_rows_changes_them(order: list[int]) -> None:
    shapes = [*HOUSES[:2], Point(117, 36.7), Point(117, 36.7), HOUSES[2], HOUSES[3]]
    rows = frame(shapes, id=["", "", "", "", "x", "x"], households=[1, 2, 3, 4, 5, 6])
    once, again = unique_ids(rows), unique_ids(rows.iloc[list(order)])
    assert once["id"].is_unique
    assert again.set_index("id")["households"].to_dict() == (
        once.set_index("id")["households"].to_dict()
    )


@pytest.mark.parametrize("crs", [4490, 4548, 32650, 3857])
def test_any_declared_crs_ends_in_degrees(tmp_path: Path, crs: int) -> None:
    path = source(tmp_path, buildings=frame(HOUSES).to_crs(crs))
    reading = read_sources([path])
    back = reading.layers.buildings.geometry.to_numpy()
    assert shapely.equals_exact(back, np.array(HOUSES), tolerance=1e-9).all()
    assert reading.crs == f"EPSG:{crs}"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_declared_datum_is_taken_off_and_kept_for_the_record(
    tmp_path: Path, datum: str
) -> None:
    shift = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}[datum]
    moved = [Polygon(np.column_stack(shift(*h.exterior.xy))) for h in HOUSES]
    reading = read_sources([source(tmp_path, buildings=frame(moved))], datum=datum)
    back = reading.layers.buildings.geometry.to_numpy()
    assert shapely.equals_exact(back, np.array(HOUSES), tolerance=1e-8).all()
    record = reading.to_metadata()
    assert record["datum"] == datum
    assert record["layers"][0]["crs"] == "EPSG:4326"
    assert record["layers"][0]["rows"] == record["layers"][0]["kept"] == 4
    json.dumps(record)


def test_a_layer_without_crs_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text("lon,lat\n117,36.7\n")
    refused(path, match=r"buildings\.csv.*--crs EPSG:4326")
    assert len(read_sources([path], crs="EPSG:4326").layers.buildings) == 1
    assert len(read_sources([path], datum="gcj02").layers.buildings) == 1
    refused(path, match="EPSG:99999999", crs="EPSG:99999999")
    refused(path, match="datum 'xian80'", datum="xian80")


def test_swapped_axes_are_noticed(tmp_path: Path) -> None:
    turned = [Point(36.7, 117.0), Point(36.71, 117.01)]
    refused(source(tmp_path, buildings=frame(turned)), match="swapped")
    metres = [Point(4064000, 500000), Point(4064010, 500020)]
    refused(source(tmp_path, buildings=frame(metres, crs=4548)), match="swapped")
    # Helsinki turned round is a place in the Arabian Sea: only the streets tell.
    path = source(
        tmp_path,
        buildings=frame([Point(24.94, 60.17)]),
        streets=frame([LineString([(60.17, 24.94), (60.18, 24.95)])], fclass=["road"]),
    )
    refused(path, match="nowhere near the buildings; x and y seem swapped")


def test_metres_called_degrees_and_a_wrong_zone_are_noticed(tmp_path: Path) -> None:
    metres = frame([Point(500000, 4064000)] * 2)
    refused(source(tmp_path, buildings=metres), match="look like metres")
    path = source(tmp_path, buildings=metres)
    told = read_sources([path], crs="EPSG:4548")  # the cure works
    assert told.layers.buildings.geometry.iloc[0].x == pytest.approx(117.0)
    assert [note.code for note in told.report.rows] == ["note_crs_replaced"]
    zoned = frame([Point(39500000, 4064000)] * 2, crs=4548)  # zone 39 put before
    refused(source(tmp_path, buildings=zoned), match="check CRS and zone")


def test_single_places_out_of_range_are_left_out(tmp_path: Path) -> None:
    odd = [Point(0, 0), Point(1170, 36.7), *HOUSES]
    reading = read_sources([source(tmp_path, buildings=frame(odd))])
    assert len(reading.layers.buildings) == 4
    assert notes(reading) == [
        ("buildings", 1, "refused_coordinates"),
        ("buildings", 2, "refused_coordinates"),
    ]


def test_buildings_outside_every_community_are_counted_or_refused(
    tmp_path: Path,
) -> None:
    areas = frame([box(116.9, 36.6, 117.0013, 36.8)], code=[""], name=["甲"])
    path = source(tmp_path, buildings=frame(HOUSES), communities=areas)
    reading = read_sources([path])
    assert [note.message_en for note in reading.report.rows] == [
        "2 of 4 buildings lie in no community"
    ]
    elsewhere = frame([box(117.01, 36.7, 117.02, 36.8)], code=[""], name=["甲"])
    path = source(tmp_path, buildings=frame(HOUSES), communities=elsewhere)
    refused(path, match="not one building lies in a community")


def test_a_boundary_file_is_one_community_and_replaces_others(tmp_path: Path) -> None:
    halves = [box(116.9, 36.6, 117.001, 36.8), box(117.001, 36.6, 117.1, 36.8)]
    path = source(
        tmp_path, buildings=frame(HOUSES), communities=frame([JINAN], name=["x"])
    )
    edge = tmp_path / "edge.geojson"
    write_layers(edge, {"edge": frame(halves, a=[1, 2])})
    reading = read_sources([path], boundary=edge)
    assert reading.layers.communities["name"].tolist() == [""]
    assert reading.layers.communities.geometry.iloc[0].area == pytest.approx(0.04)
    many = read_sources([path], communities=edge)
    assert len(many.layers.communities) == 2
    roads = tmp_path / "line.geojson"
    write_layers(roads, {"line": frame([LineString([(117, 36), (118, 37)])])})
    refused(path, match="no boundary of a community", boundary=roads)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(5, 600)),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=40)
def test_the_hull_is_one_area_that_holds_every_building_30_m_in(
    spots: list[tuple[int, int, int]],
) -> None:
    from data.readers.outline import hull_of_buildings

    metric = metric_crs(117, 36.7)
    shapes = [
        box(
            500_000 + 60 * x,
            4_064_000 + 60 * y,
            500_000 + 60 * x + w,
            4_064_012 + 60 * y,
        )
        for x, y, w in spots
    ]
    buildings = GeoDataFrame(geometry=shapes, crs=metric).to_crs(4326)
    hull = GeoSeries([hull_of_buildings(buildings)], crs=4326).to_crs(metric).iloc[0]
    assert isinstance(hull, Polygon)
    assert hull.is_valid
    assert not hull.interiors
    for shape in shapes:
        assert hull.contains(shape)
        # round corners are drawn as 16-gons: 30 m × cos(11.25°) = 29.4 m
        assert hull.exterior.distance(shape) >= 28.0


def test_the_hull_needs_buildings(tmp_path: Path) -> None:
    line = frame([LineString([(117, 36.7), (117.01, 36.7)])], fclass=["road"])
    refused(source(tmp_path, streets=line), match="needs buildings", boundary="hull")


def test_the_digest_is_that_of_the_contents(tmp_path: Path) -> None:
    path = source(tmp_path, buildings=frame(HOUSES))
    once = hashlib.sha256(path.read_bytes()).digest()
    assert read_sources([path]).digest == hashlib.sha256(once).hexdigest()


def test_a_source_says_whether_it_is_made_up_and_whom_to_name(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    write_layers(path, {"buildings": frame(HOUSES)}, {"made_up": True})
    assert read_sources([path]).made_up
    write_layers(path, {"buildings": frame(HOUSES, osm_id=[1, 2, 3, 4])})
    reading = read_sources([path])
    assert not reading.made_up
    assert "OpenStreetMap" in reading.attribution


def test_an_empty_layer_beside_a_full_one_does_no_harm(tmp_path: Path) -> None:
    path = source(tmp_path, streets=frame([]), buildings=frame(HOUSES))
    layers = read_sources([path]).layers
    assert (len(layers.streets), len(layers.buildings)) == (0, 4)


def test_nothing_given_is_refused() -> None:
    refused(match="no source")


@pytest.mark.shared
def test_the_shanghai_extract(shared_data: Path) -> None:
    path = shared_data / "shanghai_lujiazui_osm.gpkg"
    reading = read_sources([path], boundary="hull")
    layers = reading.layers
    assert len(layers.communities) == 1
    assert len(layers.buildings) == 1321
    assert len(layers.streets) == 1078 - 28 - 19  # piers and steps
    assert layers.streets["tunnel"].sum() == 59  # of 60 tunnels one is steps
    assert set(layers.barriers["kind"]) == {"river"}
    assert len(layers.compounds) == 12
    assert {"崂山二村", "梅园三街坊"} <= set(layers.compounds["name"])
    assert layers.buildings["height"].notna().sum() in (582, 583)
    assert reading.report.count("refused") == 0


@pytest.mark.shared
def test_new_york_is_read_from_two_files(shared_data: Path) -> None:
    reading = read_sources(
        [
            shared_data / "nyc_buildings_102k.parquet",
            shared_data / "nyc_streets_20k.parquet",
        ]
    )
    assert len(reading.layers.buildings) == 102_034
    assert len(reading.layers.streets) == 20_365 - 895  # steps
    assert reading.layers.buildings["id"].is_unique
    assert pd.api.types.is_float_dtype(reading.layers.buildings["height"])


@pytest.mark.shared
def test_helsinki_is_read_from_an_osm_extract_with_broken_rings(helsinki: Path) -> None:
    reading = read_sources([helsinki], boundary="hull")
    layers = reading.layers
    assert reading.report.count("refused_broken_geometry") == 11
    assert 475 <= len(layers.buildings) <= 494
    assert layers.buildings["floors"].notna().sum() > 150
    assert (layers.buildings["address"] != "").sum() > 80
    assert {"railway", "river", "wall"} == set(layers.barriers["kind"])
    assert layers.buildings.geometry.is_valid.all()
    assert "OpenStreetMap" in reading.attribution


def test_an_estimate_told_by_the_source_stays_one(tmp_path: Path) -> None:
    homes = frame(HOUSES[:3], households=[12, 8, None], estimated=[True, False, True])
    read = read_sources([source(tmp_path, buildings=homes)]).layers.buildings
    # Where no number came along nothing was estimated yet.
    assert read["estimated"].tolist() == [True, False, False]


def test_000_05_a_room_that_is_drawn_is_measured_in_metres(tmp_path: Path) -> None:
    middle = GeoSeries([Point(117.01, 36.71)], crs=4326).to_crs(4548).iloc[0]
    room = box(middle.x, middle.y, middle.x + 5, middle.y + 6)
    rooms = frame([room, room, middle], 4548, name=["a", "b", "c"],
                  area_m2=[None, 41.5, None]).to_crs(3857)  # fmt: skip
    path = source(tmp_path, buildings=frame(HOUSES), spaces=rooms)
    areas = read_sources([path]).layers.spaces["area_m2"]
    assert areas.tolist()[:2] == [30.0, 41.5]
    assert np.isnan(areas.iloc[2])


def test_every_row_knows_where_it_came_from(tmp_path: Path) -> None:
    metric = frame(HOUSES[:3], name=["a", "b", "c"]).to_crs(4548)
    path = source(tmp_path, buildings=metric, communities=frame([JINAN]))
    reading = read_sources([path])
    origins = reading.origins["buildings"]
    assert origins.index.equals(reading.layers.buildings.index)
    layers = [reading.records[k].layer for k in origins["origin_layer"]]
    assert layers == ["buildings"] * 3
    assert origins["origin_row"].tolist() == [1, 2, 3]
    raw = np.asarray(origins["origin_raw"].to_numpy(), dtype=object)
    assert shapely.equals_identical(raw, metric.geometry.to_numpy()).all()
    # In degrees already: what stands there is what was read.
    assert reading.origins["communities"]["origin_raw"].isna().all()
