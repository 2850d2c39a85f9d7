"""Tiles show what the record holds now, each in its place, to the unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, text

from api.main import create_app
from api.settings import Settings
from data.queries.changes import plan_stamp, table_versions
from data.queries.tile_layers import (
    DEEPEST,
    IN_FORCE,
    PLAN_ROWS,
    TILESETS,
    layers_at,
)
from data.queries.tiles import EXTENT, TileAddress, read_tile
from data.settings import StoreSettings
from tests.data.places import fill_places
from tests.data.records import CELLS, COMMUNITY, SIDE, Record, fill, publish, square
from tests.tiles import tile_at

pytestmark = pytest.mark.postgis

SINCE = "2026-01-01"
HERE = tile_at(117 + SIDE / 2, 36 + SIDE / 2, 15)
"""A tile that holds a part of the community."""
SEA = tile_at(125, 30, 15)


def path(tileset: str, address: TileAddress = HERE, query: str = "") -> str:
    z, x, y = address.zoom, address.x, address.y
    return f"/api/v1/tiles/{tileset}/{z}/{x}/{y}.mvt{query}"


@pytest.fixture(scope="module")
def record(engine: Engine) -> Record:
    with engine.begin() as connection:
        made = fill(connection)
        publish(connection, made.plan, since=SINCE)
        fill_places(connection)
    return made


@pytest.fixture(scope="module")
def client(
    store: StoreSettings, record: Record, headers: dict[str, str]
) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store)), headers=headers) as made:
        yield made


def layer(
    body: bytes, name: str, folder: Path, address: TileAddress = HERE
) -> GeoDataFrame:
    """Return a layer of a tile as GDAL reads it, in metres of Mercator."""
    file = folder / str(address.zoom) / str(address.x) / f"{address.y}.mvt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return pyogrio.read_dataframe(f"MVT:{file}", layer=name)


def mercator(*shapes: object) -> NDArray[np.object_]:
    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = np.radians(points).T
        return np.column_stack([lon, np.arcsinh(np.tan(lat))]) * 6378137.0

    moved: NDArray[np.object_] = shapely.transform(np.array(shapes), project)
    return moved


# --- what is in a tile


@pytest.mark.parametrize("zoom", [15, 12, 11])
def test_grids_lie_where_they_are(
    client: TestClient, tmp_path: Path, zoom: int
) -> None:
    address = tile_at(117 + SIDE / 2, 36 + SIDE / 2, zoom)
    answer = client.get(path("plans", address))
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    grids = layer(answer.content, "grids", tmp_path, address).set_index("code")
    first = grids.loc[f"{COMMUNITY}001"]
    assert first[["number", "type", "households"]].tolist() == ["001", "resident", 200]
    assert bool(first["in_band"])
    unit = 2 * math.pi * 6378137 / 2**zoom / EXTENT
    truth = shapely.union_all(mercator(square(0), square(1)))
    truth = shapely.intersection(truth, mercator(shapely.box(*address.frame))[0])
    # Half a unit along each axis by rounding, one more by the straight line.
    assert shapely.hausdorff_distance(first.geometry, truth) < 1.8 * unit


@pytest.mark.parametrize(
    ("tileset", "layers", "named"),
    [
        (
            "base",
            {"streets", "barriers", "compounds", "sites", "buildings"},
            ("streets", "name", "经十路"),
        ),
        (
            "plans",
            {"divisions", "grids", "grid_labels"},
            ("divisions", "name", "城东社区"),
        ),
        ("places", {"devices", "spaces"}, ("spaces", "name", "城东活动室")),
    ],
)
def test_a_tile_has_its_layers_with_chinese_intact(
    client: TestClient,
    tmp_path: Path,
    tileset: str,
    layers: set[str],
    named: tuple[str, str, str],
) -> None:
    name, column, value = named
    rows = layer(client.get(path(tileset)).content, name, tmp_path)
    assert value in set(rows[column])
    file = next(tmp_path.rglob("*.mvt"))
    assert layers <= set(pyogrio.list_layers(f"MVT:{file}")[:, 0])


def test_a_river_that_crosses_the_tile_is_cut_to_its_frame(
    client: TestClient, tmp_path: Path
) -> None:
    rows = layer(client.get(path("base")).content, "barriers", tmp_path)
    frame = mercator(shapely.box(*HERE.frame))[0]
    river = rows.set_index("kind").loc["river"].geometry
    assert river.area > 0
    assert frame.buffer(2).covers(river)


def test_walls_wait_for_their_zoom(client: TestClient, tmp_path: Path) -> None:
    far = tile_at(117 + SIDE / 2, 36 + SIDE / 2, 13)
    rows = layer(client.get(path("base", far)).content, "barriers", tmp_path, far)
    assert rows["kind"].tolist() == ["river"]


def test_a_plan_shows_its_cells_whatever_its_status(
    client: TestClient, record: Record, tmp_path: Path
) -> None:
    body = client.get(path(f"plan/{record.plan}")).content
    cells = layer(body, "cells", tmp_path)
    assert set(cells["grid"]) <= {f"{COMMUNITY}001", f"{COMMUNITY}002"}
    assert cells["households"].tolist() == [100] * len(cells)


def skewed(side: int, west: float, south: float, size: float) -> NDArray[np.object_]:
    """Return `side`² four-cornered areas whose corners are off their lattice."""
    rng = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij")
    corner = np.stack([x, y], axis=-1) + rng.uniform(-0.3, 0.3, (side + 1, side + 1, 2))
    corner = np.array([west, south]) + corner * size / side
    rings = [corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]]
    areas: NDArray[np.object_] = shapely.polygons(
        np.stack(rings, axis=2).reshape(-1, 4, 2)
    )
    return areas


@pytest.mark.parametrize("zoom", range(12, 17))
def test_neighbours_share_every_point_at_every_zoom(
    connection: Connection, record: Record, tmp_path: Path, zoom: int
) -> None:
    middle = tile_at(120, 31, 16).box
    areas = skewed(6, middle.west + 0.001, middle.south + 0.001, 0.002)
    add = text(
        "insert into site (community, kind, geom) "
        f"values ('{COMMUNITY}', 'vacant', st_geomfromwkb(:wkb, 4326))"
    )
    connection.execute(add, [{"wkb": shapely.to_wkb(area)} for area in areas])
    address = tile_at(middle.west + 0.002, middle.south + 0.002, zoom)
    body = read_tile(connection, TILESETS["base"], address)
    drawn = layer(body, "sites", tmp_path, address).geometry.to_numpy()
    drawn = shapely.get_parts(drawn)
    assert len(drawn) == len(areas)
    # GDAL gives metres: back to the whole units that the tile holds.
    span = 2 * math.pi * 6378137 / 2**zoom
    units = shapely.transform(drawn, lambda points: np.round(points * EXTENT / span))
    assert shapely.is_valid(units).all()
    assert shapely.coverage_is_valid(units)
    whole = shapely.union_all(units)
    assert len(shapely.get_rings(whole)) == 1


WHOLE = shapely.box(117, 36, 117 + 4 * SIDE, 36 + SIDE)
ESTATE = shapely.box(117, 36, 117 + SIDE, 36 + SIDE)
HALVES = [shapely.union(square(n), square(n + 1)) for n in (0, 2)]
HELD: dict[str, list[BaseGeometry]] = {
    "sites": [ESTATE],
    "compounds": [ESTATE],
    "buildings": [shapely.box(117.0004, 36.0004, 117.0006, 36.0005)],
    "streets": [LineString([(116, 36.0005), (118, 36.0005)])],
    "barriers": [
        shapely.box(116.9, 36.0002, 117.1, 36.0003),
        LineString([(117, 36), (117 + SIDE, 36 + SIDE)]),
    ],
    "divisions": [WHOLE, WHOLE],
    "division_labels": [WHOLE.centroid, WHOLE.centroid],
    "grids": HALVES,
    "grid_labels": [half.centroid for half in HALVES],
    "seams": [LineString([(117 + 2 * SIDE, 36), (117 + 2 * SIDE, 36 + SIDE)])],
    "cells": [square(number) for number in range(CELLS)],
    "spaces": [Point(117.0006, 36.0005)],
    "devices": [Point(117.0005, 36.0005)],
}
"""What the record holds, layer by layer."""


def held(name: str, address: TileAddress) -> int:
    """Return how many features of a layer a tile must have."""
    shapes = HELD[name]
    if name == "barriers" and address.zoom < 14:
        shapes = shapes[:1]  # without the wall
    if name.startswith("division"):
        # The street, both, the community; neither a district nor a city is there.
        shapes = shapes[: 2 if address.zoom == 11 else int(address.zoom > 8)]
    seen = address.box if name.endswith("labels") else address.frame
    return int(shapely.intersects(shapes, shapely.box(*seen)).sum())


@pytest.mark.parametrize("name", TILESETS)
def test_every_layer_holds_what_there_is_at_every_zoom(
    engine: Engine, record: Record, tmp_path: Path, name: str
) -> None:
    met = set()
    with engine.connect() as connection, connection.begin():
        for zoom in range(DEEPEST + 1):
            address = tile_at(117 + SIDE / 2, 36 + SIDE / 2, zoom)
            shown = layers_at(TILESETS[name], zoom)
            wanted = {each.name: held(each.name, address) for each in shown}
            wanted = {each: count for each, count in wanted.items() if count}
            body = read_tile(connection, TILESETS[name], address, plans=[record.plan])
            found = {}
            for each in shown if body else ():
                if each.name not in wanted:
                    continue
                rows = layer(body, each.name, tmp_path, address)
                assert set(each.fields) <= set(rows.columns), (zoom, each.name)
                assert not rows.is_empty.any(), (zoom, each.name)
                found[each.name] = len(rows)
            assert found == wanted, zoom
            if body:
                file = tmp_path / str(zoom) / str(address.x) / f"{address.y}.mvt"
                assert set(pyogrio.list_layers(f"MVT:{file}")[:, 0]) == set(wanted)
            met |= set(wanted)
    assert met == {each.name for each in TILESETS[name]}


def test_from_afar_a_grid_goes_without_the_points_nobody_sees(
    connection: Connection, tmp_path: Path
) -> None:
    drawn = fill(connection, version=7)
    # Its border with the second grid swings by a fifth of a metre, forty times.
    half = HALVES[0]
    heights = np.linspace(36, 36 + SIDE, 81)
    swing = 117 + 2 * SIDE + np.resize([0, 2e-6], 81)
    wavy = Polygon([(117, 36), *zip(swing, heights, strict=True), (117, 36 + SIDE)])
    change = text(
        "update grid set geom = st_geomfromtext(:wkt, 4326) "
        "where plan = :plan and code = :code"
    )
    code = f"{COMMUNITY}001"
    told = {"wkt": wavy.wkt, "plan": drawn.plan, "code": code}
    connection.execute(change, told)
    points = {}
    for zoom in (11, 12, 13):
        address = tile_at(117 + SIDE / 2, 36 + SIDE / 2, zoom)
        body = read_tile(connection, TILESETS["plan"], address, plans=[drawn.plan])
        grids = layer(body, "grids", tmp_path, address).set_index("code")
        shape = grids.geometry[code]
        points[zoom] = shapely.get_num_coordinates(shape)
        unit = 2 * math.pi * 6378137 / 2**zoom / EXTENT
        truth = mercator(half)[0].intersection(mercator(shapely.box(*address.frame))[0])
        assert shapely.hausdorff_distance(shape, truth) < 1.8 * unit
    assert points[11] == points[12] == 5
    assert points[13] > 80


# --- which plans


def test_before_the_first_day_nothing_is_in_force(client: TestClient) -> None:
    with_grids = client.get(path("plans", query="?on=2026-01-01"))
    without = client.get(path("plans", query="?on=2025-12-31"))
    assert len(with_grids.content) > len(without.content)
    assert client.get(path("plans", SEA)).status_code == 204


def test_a_draft_shows_on_request_where_no_plan_is_in_force(
    client: TestClient, engine: Engine, tmp_path: Path
) -> None:
    other = "370115001009"
    with engine.begin() as connection:
        made = fill(connection, community=other)
    query = "?on=2025-12-31"
    assert b"grids" not in client.get(path("plans", query=query)).content
    drafted = client.get(path("plans", query=f"{query}&drafts=true")).content
    assert set(layer(drafted, "grids", tmp_path)["code"]) == {
        f"{other}001",
        f"{other}002",
    }
    today = client.get(path("plans", query="?drafts=true")).content
    assert set(layer(today, "grids", tmp_path)["code"].str[:12]) == {other, COMMUNITY}
    with engine.begin() as connection:
        connection.execute(text("delete from plan where id = :p"), {"p": made.plan})


# --- how it is answered


def test_a_known_tile_is_not_sent_again(client: TestClient) -> None:
    first = client.get(path("base"))
    assert first.headers["content-encoding"] == "gzip"
    again = client.get(path("base"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_who_takes_no_gzip_gets_the_same_tile_under_another_etag(
    client: TestClient,
) -> None:
    packed = client.get(path("base"))
    plain = client.get(path("base"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["etag"] != packed.headers["etag"]


def test_after_a_commit_no_tile_is_old(
    client: TestClient, engine: Engine, tmp_path: Path
) -> None:
    before = client.get(path("base"))
    for households in (25, 26):
        change = text("update building set households = :n")
        with engine.begin() as connection:
            connection.execute(change, {"n": households})
        after = client.get(
            path("base"), headers={"If-None-Match": before.headers["etag"]}
        )
        assert after.status_code == 200
        rows = layer(after.content, "buildings", tmp_path)
        assert rows["households"].tolist() == [households]
        before = after


def test_every_table_a_tile_reads_is_counted(engine: Engine) -> None:
    read = {
        table
        for layers in TILESETS.values()
        for entry in layers
        for table in entry.tables
    }
    query = """
        select distinct relname from pg_trigger join pg_class c on c.oid = tgrelid
        join table_version on relation = relname
        where tgname like relname || '_note_%' and tgenabled = 'O'
    """
    with engine.connect() as connection:
        assert read <= set(connection.scalars(text(query)))


def version_of(connection: Connection, plan: int) -> tuple[object, ...]:
    """Return what tiles of plans in force, of drafts, and of one plan are good for."""
    return (
        table_versions(connection, [IN_FORCE]),
        table_versions(connection, [PLAN_ROWS]),
        plan_stamp(connection, plan),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "update grid set name = name where plan = :plan",
        "delete from seam where plan = :plan",
        "update plan_cell set grid = grid where plan = :plan",
        "update plan set low = low where id = :plan",
    ],
)
def test_an_edit_of_a_draft_leaves_tiles_of_plans_in_force_alone(
    engine: Engine, record: Record, statement: str
) -> None:
    with engine.begin() as connection:
        made = fill(connection, community="370115001009")
    with engine.begin() as connection:
        before = version_of(connection, made.plan)
        other = plan_stamp(connection, record.plan)
        connection.execute(text(statement), {"plan": made.plan})
    with engine.begin() as connection:
        after = version_of(connection, made.plan)
        assert plan_stamp(connection, record.plan) == other
        connection.execute(text("delete from plan where id = :p"), {"p": made.plan})
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[2] != before[2]


def test_what_takes_effect_or_ends_makes_tiles_of_plans_in_force_anew(
    connection: Connection,
) -> None:
    made = fill(connection, community="370115001009")
    seen = [table_versions(connection, [IN_FORCE])]
    publish(connection, made.plan)
    seen.append(table_versions(connection, [IN_FORCE]))
    change = text("update plan set effective_to = '2026-07-01' where id = :plan")
    connection.execute(change, {"plan": made.plan})
    seen.append(table_versions(connection, [IN_FORCE]))
    assert len(set(seen)) == 3


def test_a_tile_stays_the_same_while_others_change(
    client: TestClient, engine: Engine
) -> None:
    before = client.get(path("base"))
    with engine.begin() as connection:
        connection.execute(text("update device set name = '西门'"))
    cached = client.get(path("base"), headers={"If-None-Match": before.headers["etag"]})
    assert cached.status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("base/3/8/0.mvt", 404, "not_found"),
        ("base/3/0/8.mvt", 404, "not_found"),
        ("base/23/0/0.mvt", 400, "invalid_parameter"),
        ("base/3/-1/0.mvt", 400, "invalid_parameter"),
        ("base/3/a/0.mvt", 400, "invalid_parameter"),
        ("plans/3/0/0.mvt?on=gestern", 400, "invalid_parameter"),
        ("plans/3/0/0.mvt?color=1", 400, "unknown_parameter"),
        ("plan/999999/15/0/0.mvt", 404, "not_found"),
        ("plan/999999.json", 404, "not_found"),
        ("roads/3/0/0.mvt", 404, "not_found"),
        ("roads.json", 400, "invalid_parameter"),
    ],
)
def test_a_wrong_address_is_a_problem(
    client: TestClient, address: str, status: int, code: str
) -> None:
    answer = client.get(f"/api/v1/tiles/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


@pytest.mark.parametrize("name", ["base", "plans", "places", "plan"])
def test_tilejson_describes_what_can_be_fetched(
    client: TestClient, record: Record, name: str
) -> None:
    wanted = f"plan/{record.plan}" if name == "plan" else name
    about = client.get(f"/api/v1/tiles/{wanted}.json").json()
    assert about["bounds"] == pytest.approx([117, 36, 117.004, 36.001])
    place = {"z": HERE.zoom, "x": HERE.x, "y": HERE.y}
    assert client.get(about["tiles"][0].format(**place)).status_code == 200
    described = {entry["id"]: entry for entry in about["vector_layers"]}
    assert set(described) == {entry.name for entry in TILESETS[name]}
    assert about["minzoom"] == min(entry["minzoom"] for entry in described.values())


def test_the_default_day_is_today_in_china(client: TestClient) -> None:
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    today = client.get(path("plans"))
    assert today.content == client.get(path("plans", query=f"?on={day}")).content
