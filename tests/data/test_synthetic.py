"""The made-up town holds what it promises: RULES 000-04 to 000-06, 003-05, 003-09."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.synthetic import MadeUpTown, made_up_town
from gis.device_codes import parse_device_code
from gis.kinds import GridType
from gis.landuse import site_type
from gis.layers import COLUMNS, Layers

METRIC = 4548
HECTARE = 10_000.0


@pytest.fixture(scope="module")
def town() -> MadeUpTown:
    return made_up_town()


@pytest.fixture(scope="module")
def layers(town: MadeUpTown) -> Layers:
    return town.layers.to_crs(METRIC)


def pairs_within(layer: GeoDataFrame, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows nearer to each other than a distance, each pair once."""
    shapes = layer.geometry.to_numpy()
    i, j = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=distance)
    return i[i < j], j[i < j]


def assert_tiles(communities: GeoDataFrame) -> None:
    """Communities fill one area without gap or overlap, vertex by vertex."""
    shapes = communities.geometry.to_numpy()
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)
    assert shapely.coverage_is_valid(shapes)


def assert_stands_free(buildings: GeoDataFrame) -> None:
    """No building overlaps another; only houses share walls, others are 2 m apart."""
    i, j = pairs_within(buildings, 1.99)
    shapes = buildings.geometry.to_numpy()
    use = buildings["use"].to_numpy()
    assert (use[i] == "house").all()
    assert (use[j] == "house").all()
    assert shapely.distance(shapes[i], shapes[j]).max(initial=0.0) < 0.002
    common = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    assert common.max(initial=0.0) < 0.01


def assert_keeps_clear(buildings: GeoDataFrame, lines: GeoDataFrame) -> None:
    """No building touches a street, a wall or a river."""
    tree = shapely.STRtree(buildings.geometry.to_numpy())
    hits = tree.query(lines.geometry.to_numpy(), predicate="intersects")
    assert hits.shape[1] == 0


def test_it_says_that_it_is_made_up(town: MadeUpTown) -> None:
    assert town.made_up is True


def test_layers_are_lon_lat_near_jiyang_with_the_columns_of_their_role(
    town: MadeUpTown,
) -> None:
    for role, columns in COLUMNS.items():
        layer = getattr(town.layers, role)
        assert layer.crs.to_epsg() == 4326
        assert list(layer.columns) == [*columns, "geometry"]
    west, south, east, north = town.layers.communities.total_bounds
    assert 117.1 < west < east < 117.3
    assert 36.9 < south < north < 37.1


def test_003_05_sixteen_communities_tile_the_town(town: MadeUpTown) -> None:
    communities = town.layers.communities
    assert len(communities) == 16
    assert communities["code"].is_unique
    assert communities["code"].str.fullmatch(r"370115001\d{3}").all()
    assert communities["name"].is_unique
    assert_tiles(communities)


def test_borders_between_communities_follow_streets_or_the_river(
    layers: Layers,
) -> None:
    borders = shapely.union_all(layers.communities.boundary.to_numpy())
    river = layers.barriers["kind"] == "river"
    lines = layers.streets.geometry.buffer(0.05).union_all()
    water = layers.barriers.geometry[river].union_all()
    left = shapely.difference(shapely.difference(borders, lines), water)
    assert left.length < 0.001 * borders.length


def test_every_building_lies_inside_one_community_and_bears_its_code(
    layers: Layers,
) -> None:
    shapes = layers.buildings.geometry.to_numpy()
    tree = shapely.STRtree(layers.communities.geometry.to_numpy())
    building, community = tree.query(shapes, predicate="within")
    assert building.tolist() == list(range(len(shapes)))
    codes = layers.communities["code"].to_numpy()[community]
    assert (layers.buildings["id"].str[:12] == codes).all()
    assert layers.buildings["id"].is_unique


def test_buildings_stand_free_or_share_a_wall(layers: Layers) -> None:
    assert shapely.is_valid(layers.buildings.geometry.to_numpy()).all()
    assert_stands_free(layers.buildings)


def test_buildings_keep_clear_of_streets_walls_and_water(layers: Layers) -> None:
    assert_keeps_clear(layers.buildings, layers.streets)
    assert_keeps_clear(layers.buildings, layers.barriers)


def test_some_houses_share_walls(layers: Layers) -> None:
    i, _ = pairs_within(layers.buildings, 0.002)
    assert len(i) > 500


def test_003_05_sites_and_households_lead_to_about_247_grids(layers: Layers) -> None:
    types = Counter(site_type(kind) for kind in layers.sites["kind"])
    assert types[GridType.EXCLUSIVE] == 58
    assert 38 <= types[GridType.RESERVED] <= 42
    assert layers.buildings["households"].sum() == pytest.approx(147 * 400, rel=0.04)


def test_sites_are_large_enough_for_a_grid_of_their_own(layers: Layers) -> None:
    reserved = np.array(
        [site_type(kind) == GridType.RESERVED for kind in layers.sites["kind"]]
    )
    area = layers.sites.area.to_numpy()
    assert area[~reserved].min() >= 0.5 * HECTARE
    assert area[reserved].min() > 2.0 * HECTARE


def test_every_community_can_be_cut_into_grids_of_300_to_500(layers: Layers) -> None:
    code = layers.buildings["id"].str[:12]
    totals = layers.buildings.groupby(code)["households"].sum()
    assert len(totals) == 16
    assert totals.between(1_500, 6_500).all()


def test_households_are_given_not_estimated(layers: Layers) -> None:
    buildings = layers.buildings
    assert not buildings["estimated"].any()
    assert buildings["households"].dtype == np.int64
    assert (buildings["households"] >= 0).all()
    lived_in = buildings["use"].isin(["apartments", "house"])
    assert (buildings.loc[~lived_in, "households"] == 0).all()
    assert (buildings.loc[buildings["use"] == "apartments", "households"] > 0).all()


def test_there_are_towers_and_one_of_them_is_a_grid_by_itself(layers: Layers) -> None:
    towers = layers.buildings[layers.buildings["floors"] >= 18]
    assert len(towers) > 40
    assert layers.buildings["floors"].max() <= 33
    assert (towers["households"] > 120).sum() > 5
    assert 300 < layers.buildings["households"].max() <= 500


def test_some_compounds_hold_more_households_than_a_grid_may(layers: Layers) -> None:
    buildings = layers.buildings[layers.buildings["compound"] != ""]
    totals = buildings.groupby("compound")["households"].sum()
    assert (totals > 500).sum() >= 3
    assert totals.median() < 500


def test_000_04_compounds_are_of_three_types_and_hold_their_buildings(
    layers: Layers,
) -> None:
    compounds = layers.compounds
    assert set(compounds["type"]) == {"commodity", "old", "resettlement"}
    assert compounds["name"].is_unique
    homes = layers.buildings[layers.buildings["compound"] != ""]
    assert set(homes["compound"]) == set(compounds["name"])
    around = compounds.set_index("name").geometry.reindex(homes["compound"])
    assert shapely.within(homes.geometry.to_numpy(), around.to_numpy()).all()
    assert len(pairs_within(compounds, 0.0)[0]) == 0


def test_gates_stand_on_the_wall_of_their_compound(layers: Layers) -> None:
    walls = layers.barriers[layers.barriers["kind"] == "wall"].set_index("name")
    wall = walls.geometry.reindex(layers.gates["compound"] + "围墙").to_numpy()
    assert shapely.distance(layers.gates.geometry.to_numpy(), wall).max() < 0.001
    counts = layers.gates["compound"].value_counts()
    assert set(counts.index) == set(layers.compounds["name"])
    assert counts.between(1, 4).all()


def test_a_service_way_leads_through_every_gate(layers: Layers) -> None:
    ways = layers.streets[layers.streets["class"] == "service"].geometry.union_all()
    assert layers.gates.distance(ways).max() < 0.001


def test_streets_have_a_hierarchy_names_and_bridges(layers: Layers) -> None:
    classes = set(layers.streets["class"])
    assert classes == {
        *("primary", "secondary", "tertiary", "residential"),
        *("living_street", "service", "footway"),
    }
    roads = layers.streets[
        layers.streets["class"].isin(
            ["primary", "secondary", "tertiary", "residential"]
        )
    ]
    assert (roads["name"] != "").all()
    river = layers.barriers[layers.barriers["kind"] == "river"].geometry.union_all()
    crossing = layers.streets[layers.streets.crosses(river)]
    assert len(crossing) >= 4
    assert crossing["bridge"].all()
    assert not layers.streets["tunnel"].any()


def test_003_09_there_are_438_devices_with_codes_of_the_standard(
    town: MadeUpTown,
) -> None:
    devices = town.devices
    assert Counter(devices["kind"]) == {
        "camera": 398,
        "access_control": 30,
        "face": 9,
        "fire_lane": 1,
    }
    assert devices["code"].is_unique
    types: dict[str, set[int]] = {}
    for kind, text in zip(devices["kind"], devices["code"], strict=True):
        code = parse_device_code(text)
        assert code.centre.startswith("370115")
        types.setdefault(kind, set()).add(code.type)
    assert types["camera"] == {131, 132}
    assert types["access_control"] == {124, 142}


def test_002_20_some_compounds_have_cameras_at_every_gate_and_access_control(
    layers: Layers,
) -> None:
    devices = layers.devices
    seen = devices[devices["kind"] == "camera"].geometry.union_all()
    doors = devices[devices["kind"] == "access_control"].geometry.union_all()
    gates = layers.gates.assign(
        seen=layers.gates.distance(seen) < 3.0, door=layers.gates.distance(doors) < 3.0
    )
    by_compound = gates.groupby("compound")
    smart = by_compound["seen"].all() & by_compound["door"].any()
    assert 5 < smart.sum() < len(smart)


def test_devices_stand_in_the_town(town: MadeUpTown) -> None:
    assert town.devices.within(town.layers.communities.union_all()).all()


def test_000_05_activity_rooms_measure_18_to_400_square_metres(
    layers: Layers,
) -> None:
    spaces = layers.spaces
    assert spaces["area_m2"].min() == 18.0
    assert spaces["area_m2"].max() == 400.0
    assert (spaces["area_m2"] < 30.0).any()
    inside = shapely.within(
        spaces.geometry.to_numpy(), layers.compounds.geometry.union_all()
    )
    assert inside.all()


def test_000_06_rooms_have_kind_origin_and_use(layers: Layers) -> None:
    spaces = layers.spaces
    assert set(spaces["kind"]) == {"居民活动室", "便民服务室", "邻里互助中心"}
    assert set(spaces["origin"]) == {"架空层", "配套用房"}
    assert set(spaces["in_use"]) == {True, False}


def test_003_20_households_of_stairwells_add_up_to_their_building(
    town: MadeUpTown,
) -> None:
    buildings = town.layers.buildings.set_index("id")
    flats = buildings[buildings["use"] == "apartments"]
    by_building = town.stairwells.groupby("building")
    totals = by_building["households"].sum().reindex(flats.index)
    assert (totals == flats["households"]).all()
    assert (by_building.size().reindex(flats.index) == flats["units"]).all()


def test_tables_are_named_by_role(town: MadeUpTown) -> None:
    tables = town.tables()
    assert set(tables) - set(COLUMNS) == {"stairwells"}
    assert all(len(table) for table in tables.values())


def bytes_of(town: MadeUpTown) -> list[bytes]:
    return [table.to_wkb().to_csv().encode() for table in town.tables().values()]


def test_the_same_seed_gives_the_same_town() -> None:
    one, two = (bytes_of(made_up_town(seed=7, communities=3)) for _ in range(2))
    assert one == two


def test_another_seed_gives_another_town() -> None:
    one, two = (made_up_town(seed=seed, communities=3) for seed in (7, 8))
    assert bytes_of(one) != bytes_of(two)


def test_buildings_set_the_size() -> None:
    town = made_up_town(buildings=12_000)
    assert len(town.layers.buildings) == pytest.approx(12_000, rel=0.25)
    assert town.layers.communities["code"].is_unique
    assert town.layers.compounds["name"].is_unique


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"communities": 0}, {"buildings": 0}])
def test_sizes_that_make_no_town_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"give \d or more"):
        made_up_town(**wrong)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), communities=st.integers(1, 7))
def test_every_town_is_a_town(seed: int, communities: int) -> None:
    town = made_up_town(seed=seed, communities=communities)
    layers = town.layers.to_crs(METRIC)
    assert len(layers.communities) == communities
    assert_tiles(town.layers.communities)
    assert_stands_free(layers.buildings)
    assert_keeps_clear(layers.buildings, layers.streets)
    assert_keeps_clear(layers.buildings, layers.barriers)
    inside = layers.buildings.within(layers.communities.union_all())
    assert inside.all()
    homes = layers.buildings.groupby("compound")["households"].sum()
    assert (homes.reindex(layers.compounds["name"]) > 0).all()
