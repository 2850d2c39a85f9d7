"""From layers to plans, on communities of every kind."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, box

from gis import drafts
from gis.blocks import build_blocks
from gis.certificate import certify
from gis.drawing import canonical, draw_plans
from gis.errors import GeometryError
from gis.kinds import GridType
from gis.layers import COLUMNS, Layers
from gis.plan import Plan, plan_layers
from tests.communities import CRS, communities, make_layers

X, Y = 500_000.0, 4_090_000.0


def rect(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return box(X + x0, Y + y0, X + x1, Y + y1)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in points])


def drawn(layers: Layers) -> tuple[list[Plan], dict[str, GeoDataFrame]]:
    ordered = canonical(layers)
    plans = draw_plans(ordered)
    return plans, plan_layers(plans, ordered, low=300, high=500)


def plan_hash(layers: Layers) -> str:
    _, out = drawn(layers)
    return certified(out).plan_hash


def certified(out: dict[str, GeoDataFrame]):  # type: ignore[no-untyped-def]
    return certify(**out, low=300, high=500)


def assert_seamless(out: dict[str, GeoDataFrame]) -> None:
    """Prove the coverage without any of the product's own checks."""
    for code, grids in out["grids"].groupby("community"):
        shapes = grids.geometry.to_numpy()
        whole = out["communities"].set_index("code").geometry[code]
        assert set(shapely.get_type_id(shapes)) <= {3}
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        missing = shapely.difference(whole, shapely.union_all(shapes))
        assert shapely.area(missing) < 1e-6
        assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-9)


@settings(max_examples=60)
@given(layers=communities())
def test_every_kind_of_community_gets_a_proven_plan(layers: Layers) -> None:
    plans, out = drawn(layers)
    assert_seamless(out)
    certificate = certified(out)
    assert certificate.ok, certificate.to_text("en")
    grids = out["grids"].set_index("code")
    held = out["buildings"].groupby("grid")["households"].sum()
    assert grids["households"].sub(held, fill_value=0).eq(0).all()
    resident = grids[grids["type"] == "resident"]
    outside = resident[~resident["households"].between(300, 500)]
    assert outside["reason_zh"].str.len().gt(0).all()
    assert not resident.drop(outside.index)["reason"].any()
    for plan, given_shape in zip(plans, layers.communities.geometry, strict=True):
        total = shapely.area(plan.outlines).sum()
        # Snapping moves the outline by half a millimetre at most.
        assert abs(total - given_shape.area) < 0.002 * given_shape.length + 0.01


@settings(max_examples=15)
@given(layers=communities(), seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_change_the_plan(layers: Layers, seed: int) -> None:
    shuffled = Layers(
        **{
            role: getattr(layers, role).sample(frac=1, random_state=seed)
            for role in COLUMNS
        }
    )
    assert plan_hash(layers) == plan_hash(shuffled)


@settings(max_examples=25)
@given(layers=communities())
def test_a_large_community_is_proven_though_drawn_again_only_in_part(
    layers: Layers,
) -> None:
    """Every community counts as large here, as a city in one piece would."""
    with mock.patch.object(drafts, "_LARGE", 0):
        plans, out = drawn(layers)
    assert_seamless(out)
    certificate = certified(out)
    assert certificate.ok, certificate.to_text("en")
    for plan in plans:
        told = {g: f.households for g, f in plan.findings.items()}
        resident = plan.types == int(GridType.RESIDENT)
        missed = resident & ~((plan.households >= 300) & (plan.households <= 500))
        assert told == {int(g): plan.households[g] for g in np.flatnonzero(missed)}


def test_a_grid_cut_finer_is_mended_in_its_window() -> None:
    # Five blocks of 198 are 990: whole blocks leave one grid with 198 or 594.
    layers = canonical(row_of_blocks(*(198,) * 5))
    with (
        mock.patch.object(drafts, "_LARGE", 0),
        mock.patch.object(drafts, "redraw_near", wraps=drafts.redraw_near) as near,
    ):
        (plan,) = draw_plans(layers)
    assert near.called
    assert all(300 <= n <= 500 for n in plan.households)
    assert sum(plan.households) == 990


def row_of_blocks(*households: int) -> Layers:
    """Blocks of 100 m in a row, six buildings in each."""
    n = len(households)
    homes = [
        rect(100 * k + dx, dy, 100 * k + dx + 15, dy + 20)
        for k in range(n)
        for dx in (10, 40, 70)
        for dy in (15, 60)
    ]
    return make_layers(
        rect(0, 0, 100 * n, 100),
        buildings=homes,
        households=[count // 6 for count in households for _ in range(6)],
        streets=[line((100 * k, -10), (100 * k, 110)) for k in range(n + 1)],
    )


def lattice_town(households: int, columns: int = 4) -> Layers:
    """Blocks of 100 m with four buildings each between straight streets."""
    side = 100 * columns
    homes = [
        rect(100 * i + dx, 100 * j + dy, 100 * i + dx + 20, 100 * j + dy + 15)
        for i in range(columns)
        for j in range(columns)
        for dx in (15, 60)
        for dy in (15, 60)
    ]
    streets = [line((100 * k, -10), (100 * k, side + 10)) for k in range(columns + 1)]
    streets += [line((-10, 100 * k), (side + 10, 100 * k)) for k in range(columns + 1)]
    return make_layers(
        rect(0, 0, side, side),
        buildings=homes,
        households=[households] * len(homes),
        streets=streets,
    )


def test_blocks_that_fit_the_band_give_seams_on_streets_only() -> None:
    """RULES 003-01, 003-02: 16 blocks of 100 make 4 grids of 400."""
    _, out = drawn(lattice_town(25))
    grids = out["grids"]
    assert grids["households"].between(300, 500).all()
    assert grids["street_share"].eq(1.0).all()
    assert set(out["seams"]["kind"]) == {"street"}


def test_blocks_above_the_band_are_cut_between_buildings() -> None:
    """RULES 003-02, 003-06: 4 blocks of 800 households, 200 a building."""
    layers = lattice_town(200, columns=2)
    _, out = drawn(layers)
    assert out["grids"]["households"].between(300, 500).all()
    walls = layers.buildings.geometry.to_numpy()
    seams = out["seams"].geometry.to_numpy()
    crossing = shapely.length(shapely.intersection(seams[:, None], walls[None, :]))
    assert crossing.max() < 1e-6


def test_a_total_in_the_hole_is_explained() -> None:
    """RULES 003-02: 550 households cannot make grids of 300 to 500."""
    layers = lattice_town(25)
    keep = layers.buildings.iloc[:22]
    _, out = drawn(replace(layers, buildings=keep))
    odd = out["grids"].query("type == 'resident' and not in_band")
    assert odd["reason"].tolist() == ["total_in_hole"] * len(odd)
    assert len(odd) >= 1
    assert certified(out).ok


def test_sites_are_grids_of_their_own() -> None:
    """RULES 003-05: a school is exclusive, vacant land is reserved."""
    sites = GeoDataFrame(
        {"kind": ["school", "vacant"], "name": ["小学", ""]},
        geometry=[rect(5, 5, 95, 95), rect(105, 5, 195, 95)],
        crs=CRS,
    )
    layers = lattice_town(25)
    within = layers.buildings.geometry.within(rect(0, 0, 200, 100))
    layers = replace(layers, sites=sites, buildings=layers.buildings[~within])
    _, out = drawn(layers)
    types = out["grids"]["type"].value_counts()
    assert types["exclusive"] == 1
    assert types["reserved"] == 1
    school = out["grids"].query("type == 'exclusive'").geometry.iloc[0]
    assert school.equals(rect(0, 0, 100, 100)), "the strip to the street belongs to it"


def test_nobody_lives_there() -> None:
    layers = make_layers(rect(0, 0, 400, 400), streets=[line((0, 200), (400, 200))])
    plans, out = drawn(layers)
    assert set(out["grids"]["type"]) == {"reserved"}
    assert not plans[0].findings
    assert certified(out).ok


def test_a_community_without_streets_is_cut_between_buildings() -> None:
    town = lattice_town(60)
    layers = replace(town, streets=town.streets.iloc[:0])
    _, out = drawn(layers)
    assert out["grids"]["households"].between(300, 500).all()


def test_dead_ends_leave_no_trace() -> None:
    town = lattice_town(25)
    ends = make_layers(
        rect(0, 0, 400, 400),
        streets=[line((50, -10), (50, 40)), line((200, 150), (240, 150))],
    )
    more = pd.concat([town.streets, ends.streets], ignore_index=True)
    blocks = build_blocks(replace(town, streets=GeoDataFrame(more, crs=CRS)))
    assert len(blocks.polygons) == 16


def test_a_road_median_joins_a_block() -> None:
    town = lattice_town(25)
    second = make_layers(rect(0, 0, 1, 1), streets=[line((-10, 212), (410, 212))])
    more = pd.concat([town.streets, second.streets], ignore_index=True)
    blocks = build_blocks(replace(town, streets=GeoDataFrame(more, crs=CRS)))
    assert len(blocks.polygons) == 16
    assert shapely.area(blocks.polygons).sum() == pytest.approx(160_000)


def test_tunnels_and_bridges_over_water_do_not_divide() -> None:
    town = lattice_town(25)
    river = GeoDataFrame(
        {"kind": ["river"], "name": ["河"]}, geometry=[rect(0, 140, 400, 180)], crs=CRS
    )
    dry = build_blocks(replace(town, barriers=river))
    cut = shapely.contains(dry.polygons, rect(10, 145, 90, 175)).sum()
    assert cut == 1
    bridged = town.streets.assign(bridge=True)
    spanned = build_blocks(replace(town, barriers=river, streets=bridged))
    assert shapely.contains(spanned.polygons, rect(10, 145, 390, 175)).sum() == 1
    buried = build_blocks(replace(town, streets=town.streets.assign(tunnel=True)))
    assert len(buried.polygons) == 1


def test_an_exclave_is_a_piece_of_its_own_with_a_reason() -> None:
    town = lattice_town(25)
    shape = MultiPolygon([rect(0, 0, 400, 400), rect(900, 0, 1000, 100)])
    far = make_layers(shape, buildings=[rect(920, 20, 950, 50)], households=[80])
    homes = pd.concat([town.buildings, far.buildings], ignore_index=True)
    homes["id"] = [str(k) for k in range(len(homes))]
    layers = replace(
        town, communities=far.communities, buildings=GeoDataFrame(homes, crs=CRS)
    )
    _, out = drawn(layers)
    odd = out["grids"].query("reason != ''")
    assert odd["households"].tolist() == [80]
    assert odd["reason"].tolist() == ["cut_off_piece"]


def test_people_cut_off_by_empty_land_get_it_back() -> None:
    """Two homes of 200 with 3 ha of nothing between them make one grid."""
    homes = [rect(20, 20, 60, 60), rect(520, 20, 560, 60)]
    streets = [line((100, -10), (100, 110)), line((450, -10), (450, 110))]
    layers = make_layers(
        rect(0, 0, 600, 100), buildings=homes, households=[200, 200], streets=streets
    )
    _, out = drawn(layers)
    assert out["grids"]["households"].tolist() == [400]
    crowded = replace(layers, buildings=layers.buildings.assign(households=400))
    _, out = drawn(crowded)
    assert sorted(out["grids"]["type"]) == ["reserved", "resident", "resident"]


def test_adjoining_communities_share_every_vertex_of_their_border() -> None:
    left, right = rect(0, 0, 200, 300), rect(200, 0, 400, 300)
    streets = [line((-10, 150), (190, 150)), line((210, 80), (410, 80))]
    streets += [line((150, 60), (260, 60.5))]
    layers = make_layers([left, right], streets=streets)
    _, out = drawn(layers)
    a, b = out["communities"].geometry
    assert shapely.coverage_is_valid(np.array([a, b], dtype=object))
    assert shapely.coverage_is_valid(out["grids"].geometry.to_numpy())


def test_communities_that_overlap_are_refused_by_name() -> None:
    layers = make_layers([rect(0, 0, 200, 200), rect(150, 0, 400, 200)])
    with pytest.raises(GeometryError, match="社区0 and 社区1 overlap by 10000 m²"):
        drawn(layers)


def test_a_code_given_twice_is_refused() -> None:
    layers = make_layers([rect(0, 0, 200, 200), rect(200, 0, 400, 200)])
    layers.communities["code"] = "370115001023"
    with pytest.raises(GeometryError, match="370115001023 is given twice"):
        drawn(layers)


def test_a_building_across_a_street_belongs_where_its_middle_lies() -> None:
    town = lattice_town(25)
    across = make_layers(
        rect(0, 0, 1, 1), buildings=[rect(80, 40, 130, 55)], households=[30]
    ).buildings.assign(id="across")
    homes = GeoDataFrame(
        pd.concat([town.buildings, across], ignore_index=True), crs=CRS
    )
    _, out = drawn(replace(town, buildings=homes))
    row = out["buildings"].set_index("id").loc["across"]
    assert row["straddles"]
    assert out["buildings"]["straddles"].sum() == 1
    grid = out["grids"].set_index("code").geometry[row["grid"]]
    assert grid.contains(row["geometry"])


def test_types_of_grids_are_words_of_the_field() -> None:
    assert [t.label for t in GridType] == ["resident", "exclusive", "reserved"]
