"""Coverages: intact ones pass, broken ones are located (RULES 003-03)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from gis.chains import Segments, cancel, directed_segments
from gis.coverage import (
    carry_vertices,
    check_coverage,
    check_coverages,
    clean_coverage,
    coverage_gaps,
    coverage_overlaps,
    coverage_spills,
    require_coverage,
    unmatched_edges,
)
from gis.errors import CoverageError, CRSError

CRS = 4548


def outline(grids: GeoSeries) -> Polygon | MultiPolygon:
    """Community that carries every vertex of an intact coverage."""
    return shapely.coverage_union_all(grids.array.to_numpy())


def without_edge_points(polygon: Polygon, point: tuple[float, float]) -> Polygon:
    """Drop one vertex of a ring."""
    ring = list(polygon.exterior.coords)[:-1]
    return Polygon([xy for xy in ring if xy != point])


@st.composite
def coverages(draw: st.DrawFn) -> GeoSeries:
    """Skewed sheets of cells, some joined, one perhaps left out as a hole."""
    columns = draw(st.integers(2, 4))
    rows = draw(st.integers(2, 4))
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij")
    # Far from the origin, as a real CRS has it, on a millimetre grid.
    corners = np.stack([x * 90.0 + 5e5, y * 110.0 + 4e6], axis=-1)
    corners = np.round(corners + rng.uniform(-20, 20, corners.shape), 3)
    cells = [
        Polygon(
            [
                corners[c, r],
                corners[c + 1, r],
                corners[c + 1, r + 1],
                corners[c, r + 1],
            ]
        )
        for c in range(columns)
        for r in range(rows)
    ]
    label = np.arange(len(cells))
    for k in rng.permutation(len(cells))[: draw(st.integers(0, 3))]:
        if k % rows:
            label[label == label[k]] = label[k - 1]
    if draw(st.booleans()) and columns > 2 and rows > 2:
        label[rows + 1] = -1  # a courtyard that belongs to no community
    shapes = np.array(cells, dtype=object)
    grids = [
        shapely.get_parts(shapely.coverage_union_all(shapes[label == k]))
        for k in np.unique(label[label >= 0])
    ]
    return GeoSeries(np.concatenate(grids), crs=CRS)


# ── Intact ────────────────────────────────────────────────────────────────────


@given(grids=coverages())
def test_an_intact_coverage_is_proven(
    grids: GeoSeries, second_opinion: Callable[..., Any]
) -> None:
    community = outline(grids)
    report = check_coverage(grids, community)
    assert report.ok
    assert report.gaps.empty
    assert report.overlaps.empty
    assert second_opinion(grids, community).ok


@given(grids=coverages(), seed=st.integers(0, 2**16))
def test_order_direction_and_start_of_rings_do_not_matter(
    grids: GeoSeries, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    community = outline(grids)
    turned = [
        Polygon(np.roll(np.array(g.exterior.coords)[:-1], k, axis=0)[::way])
        for g, k, way in zip(
            grids,
            rng.integers(0, 4, len(grids)),
            rng.choice([-1, 1], len(grids)),
            strict=True,
        )
        if not g.interiors
    ]
    assume(len(turned) == len(grids))
    shuffled = GeoSeries(turned, crs=CRS).sample(frac=1, random_state=int(seed))
    assert check_coverage(shuffled, community).ok


def test_a_community_in_parts_with_holes_is_covered() -> None:
    ring = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    grids = GeoSeries([ring, box(50, 0, 60, 10)], crs=CRS)
    assert check_coverage(grids, MultiPolygon([*grids])).ok


def test_a_grid_inside_a_hole_of_another_is_covered() -> None:
    ring = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    grids = GeoSeries([ring, box(10, 10, 20, 20)], crs=CRS)
    assert check_coverage(grids, box(0, 0, 30, 30)).ok


def test_repeated_points_and_negative_zero_are_no_fault() -> None:
    left = Polygon([(-0.0, -0.0), (1, 0), (1, 0), (1, 1), (0, 1)])
    grids = GeoSeries([left, box(1, 0, 2, 1)], crs=CRS)
    community = Polygon([(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)])
    assert check_coverage(grids, community).ok


# ── Broken on purpose (RULES 003-03) ──────────────────────────────────────────


@given(grids=coverages(), data=st.data())
def test_003_03_one_square_metre_bitten_out_is_located(
    grids: GeoSeries, data: st.DataObject, second_opinion: Callable[..., Any]
) -> None:
    community = outline(grids)
    victim = data.draw(st.integers(0, len(grids) - 1))
    point = grids.iloc[victim].representative_point()
    bite = box(point.x - 0.5, point.y - 0.5, point.x + 0.5, point.y + 0.5)
    assume(grids.iloc[victim].contains(bite))
    broken = grids.copy()
    broken.iloc[victim] = grids.iloc[victim].difference(bite)
    report = check_coverage(broken, community)
    assert not report.ok
    assert report.gaps["area_m2"].tolist() == pytest.approx([1.0])
    assert report.gaps.geometry.iloc[0].distance(point) == 0
    assert report.overlaps.empty
    naive = second_opinion(broken, community)
    assert naive.gap_area == pytest.approx(1.0)
    assert not naive.ok


@given(grids=coverages(), data=st.data())
def test_003_03_one_square_metre_of_overlap_is_located(
    grids: GeoSeries, data: st.DataObject, second_opinion: Callable[..., Any]
) -> None:
    community = outline(grids)
    victim = data.draw(st.integers(0, len(grids) - 1))
    point = grids.iloc[victim].representative_point()
    patch = box(point.x - 0.5, point.y - 0.5, point.x + 0.5, point.y + 0.5)
    assume(grids.iloc[victim].contains(patch))
    broken = GeoSeries([*grids, patch], crs=CRS)
    report = check_coverage(broken, community)
    assert not report.ok
    assert report.overlaps["area_m2"].tolist() == pytest.approx([1.0])
    assert report.overlaps[["left", "right"]].to_numpy().tolist() == [
        [victim, len(grids)]
    ]
    assert report.gaps.empty
    naive = second_opinion(broken, community)
    assert naive.overlap_area == pytest.approx(1.0)
    assert not naive.ok


@given(grids=coverages(), data=st.data())
def test_003_03_one_missing_shared_vertex_is_located(
    grids: GeoSeries, data: st.DataObject, second_opinion: Callable[..., Any]
) -> None:
    """A vertex in the middle of a shared edge, present on one side only."""
    community = outline(grids)
    segments = directed_segments(grids.array.to_numpy())
    row = data.draw(st.integers(0, len(segments) - 1))
    x0, y0, x1, y1 = segments.xy[row]
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    owner = int(segments.owner[row])
    ring = list(grids.iloc[owner].exterior.coords)
    ends = {(x0, y0), (x1, y1)}
    at = next((k for k in range(1, len(ring)) if {ring[k - 1], ring[k]} == ends), None)
    assume(at is not None)
    broken = grids.copy()
    broken.iloc[owner] = Polygon(
        [*ring[:at], middle, *ring[at:]], grids.iloc[owner].interiors
    )
    assume(broken.iloc[owner].is_valid)
    report = check_coverage(broken, community)
    assert not report.ok
    assert report.vertices.geometry.tolist() == [Point(middle)]
    assert report.vertices["polygon"].iloc[0] != owner
    assert len(report.edges) == 3
    assert report.gaps["area_m2"].sum() < 1e-3
    assert second_opinion(broken, community).unmatched


@given(grids=coverages(), data=st.data())
def test_dropping_a_grid_leaves_a_gap_of_its_area(
    grids: GeoSeries, data: st.DataObject
) -> None:
    community = outline(grids)
    victim = data.draw(st.integers(0, len(grids) - 1))
    gaps = coverage_gaps(grids.drop(index=victim), community)
    assert gaps.area.sum() == pytest.approx(grids.iloc[victim].area)


@given(grids=coverages(), data=st.data())
def test_moving_one_vertex_never_fools_the_check(
    grids: GeoSeries, data: st.DataObject, second_opinion: Callable[..., Any]
) -> None:
    """Areas agree with plain overlays whatever the shift does."""
    community = outline(grids)
    victim = data.draw(st.integers(0, len(grids) - 1))
    ring = np.array(grids.iloc[victim].exterior.coords)[:-1]
    corner = data.draw(st.integers(0, len(ring) - 1))
    ring[corner] += data.draw(
        st.tuples(st.floats(-60, 60), st.floats(-60, 60)).filter(
            lambda shift: np.hypot(*shift) > 0.01
        )
    )
    broken = grids.copy()
    broken.iloc[victim] = Polygon(ring, grids.iloc[victim].interiors)
    report = check_coverage(broken, community)
    naive = second_opinion(broken, community)
    assert not report.ok
    assert not naive.ok
    assert report.gaps["area_m2"].sum() == pytest.approx(naive.gap_area, abs=1e-3)
    assert report.spills["area_m2"].sum() == pytest.approx(naive.outside_area, abs=1e-3)
    assert report.overlaps["area_m2"].sum() == pytest.approx(
        naive.overlap_area, abs=1e-3
    )


def test_a_missing_middle_is_a_gap(squares: Callable[..., GeoSeries]) -> None:
    grids = squares(3, 3)
    rim = grids.drop(index=4)
    assert shapely.coverage_is_valid(rim.array.to_numpy())  # the known trap
    gaps = coverage_gaps(rim, outline(grids))
    assert len(gaps) == 1
    assert gaps.iloc[0].equals(grids[4])


def test_a_missing_corner_is_a_gap(squares: Callable[..., GeoSeries]) -> None:
    grids = squares(3, 3)
    gaps = coverage_gaps(grids.drop(index=0), outline(grids))
    assert gaps.area.tolist() == [10_000.0]


def test_no_grid_at_all_leaves_the_whole_community_open() -> None:
    nothing = GeoSeries([], crs=CRS)
    assert shapely.coverage_is_valid([])  # the known trap
    assert coverage_gaps(nothing, box(0, 0, 10, 10)).area.tolist() == [100.0]


def test_a_wide_gap_between_grids_is_located() -> None:
    grids = GeoSeries([box(0, 0, 40, 10), box(50, 0, 100, 10)], crs=CRS)
    gaps = coverage_gaps(grids, box(0, 0, 100, 10))
    assert gaps.iloc[0].bounds == (40, 0, 50, 10)


def test_small_gaps_can_be_left_out() -> None:
    grids = GeoSeries([box(0, 0, 40, 10), box(41, 0, 98, 10)], crs=CRS)
    gaps = coverage_gaps(grids, box(0, 0, 100, 10), min_area=10.0)
    assert gaps.area.tolist() == [20.0]


def test_a_bow_tie_is_located_where_it_crosses() -> None:
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    report = check_coverage(GeoSeries([bow_tie], crs=CRS), box(0, 0, 10, 10))
    assert report.shapes["reason"].tolist() == ["Self-intersection"]
    assert report.shapes.geometry.tolist() == [Point(5, 5)]
    assert report.gaps["area_m2"].tolist() == [25.0, 25.0]
    assert not report.ok


def test_a_bow_tie_whose_edges_all_match_does_not_pass() -> None:
    """Its chain cancels, its winding numbers do not: validity decides."""
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    community = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    assert not check_coverage(GeoSeries([bow_tie], crs=CRS), community).ok


def test_a_polygon_given_twice_overlaps_itself(
    squares: Callable[..., GeoSeries],
) -> None:
    grids = squares(2, 1)
    twice = GeoSeries([*grids, grids[1]], index=["a", "b", "c"], crs=CRS)
    overlaps = coverage_overlaps(twice, outline(grids))
    assert overlaps[["left", "right"]].to_numpy().tolist() == [["b", "c"]]
    assert overlaps["area_m2"].tolist() == [10_000.0]


def test_three_on_one_place_are_three_pairs() -> None:
    grids = GeoSeries([box(0, 0, 1, 1)] * 3, crs=CRS)
    overlaps = coverage_overlaps(grids, box(0, 0, 1, 1))
    pairs = overlaps[["left", "right"]].to_numpy().tolist()
    assert sorted(pairs) == [[0, 1], [0, 2], [1, 2]]


@pytest.mark.parametrize("nothing", [Polygon(), None])
def test_an_empty_geometry_is_a_fault(nothing: Polygon | None) -> None:
    grids = GeoSeries([box(0, 0, 1, 1), nothing], crs=CRS)
    report = check_coverage(grids, box(0, 0, 1, 1))
    assert report.shapes[["polygon", "reason"]].to_numpy().tolist() == [[1, "empty"]]
    assert not report.ok


def test_a_line_among_the_grids_is_a_fault() -> None:
    grids = GeoSeries([box(0, 0, 1, 1), box(0, 0, 1, 1).exterior], crs=CRS)
    report = check_coverage(grids, box(0, 0, 1, 1))
    assert report.shapes["reason"].tolist() == ["LinearRing is no polygon"]


def test_a_coordinate_that_is_not_a_number_is_a_fault() -> None:
    with np.errstate(invalid="ignore"):
        nowhere = Polygon([(0, 0), (1, 0), (1, np.nan)])
    grids = GeoSeries([nowhere], crs=CRS)
    report = check_coverage(grids, box(0, 0, 1, 1))
    assert report.shapes["reason"].tolist() == ["coordinate is not a number"]
    assert report.gaps["area_m2"].tolist() == [1.0]


def test_a_polygon_outside_the_community_is_located(
    squares: Callable[..., GeoSeries],
) -> None:
    grids = squares(2, 1)
    spills = coverage_spills(grids, grids[0])
    assert spills["polygon"].tolist() == [1]
    assert spills["area_m2"].tolist() == [10_000.0]


def test_edges_name_their_owner_and_the_boundary_names_none() -> None:
    grids = GeoSeries([box(0, 0, 4, 1)], index=["g"], crs=CRS)
    edges = unmatched_edges(grids, box(0, 0, 5, 1))
    assert edges["length_m"].tolist() == [5.0, 5.0, 4.0, 4.0, 1.0, 1.0]
    owners = dict(zip(edges.geometry.length, edges["polygon"], strict=True))
    assert owners[5.0] is None
    assert owners[4.0] == "g"


def test_a_vertex_missing_on_the_boundary_is_located() -> None:
    grids = GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=CRS)
    report = check_coverage(grids, box(0, 0, 2, 1))
    assert report.vertices.geometry.tolist() == [Point(1, 0), Point(1, 1)]
    assert report.vertices["polygon"].tolist() == [None, None]


# ── Many wholes at once ───────────────────────────────────────────────────────


def test_parts_count_towards_their_own_whole_only() -> None:
    """Two rooms swapped between two houses leave both houses open."""
    rooms = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 1)], crs=CRS)
    houses = GeoSeries([*rooms], index=["A", "B"], crs=CRS)
    assert check_coverages(rooms, houses, np.array([0, 1])).ok
    swapped = check_coverages(rooms, houses, np.array([1, 0]))
    assert swapped.of("A").gaps["area_m2"].tolist() == [1.0]
    assert swapped.of("B").spills["area_m2"].tolist() == [1.0]


def test_a_part_of_no_whole_is_a_fault() -> None:
    rooms = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 1)], crs=CRS)
    houses = GeoSeries([box(0, 0, 1, 1)], crs=CRS)
    report = check_coverages(rooms, houses, np.array([0, -1]))
    assert report.shapes["reason"].tolist() == ["belongs to no whole"]
    assert not report.ok


def test_an_empty_whole_is_a_fault() -> None:
    report = check_coverage(GeoSeries([box(0, 0, 1, 1)], crs=CRS), Polygon())
    assert not report.ok
    assert report.spills["area_m2"].tolist() == [1.0]


# ── Doors, repair, kernel ─────────────────────────────────────────────────────


def test_degrees_are_refused() -> None:
    grids = GeoSeries([box(116, 39, 117, 40)], crs="EPSG:4326")
    with pytest.raises(CRSError, match="metres"):
        coverage_gaps(grids, box(116, 39, 117, 40))


def test_requiring_a_coverage_names_the_first_place() -> None:
    grids = GeoSeries([box(0, 0, 4, 1)], crs=CRS)
    require_coverage(grids, box(0, 0, 4, 1))
    with pytest.raises(CoverageError, match=r"1 gaps, the first at 4\.500 0\.500"):
        require_coverage(grids, box(0, 0, 5, 1))


def test_repair_matches_edges_and_says_what_moved() -> None:
    grids = GeoSeries([box(0, 0, 6, 1), box(5, 0, 9, 1)], index=["a", "b"], crs=CRS)
    cleaned, moved = clean_coverage(grids)
    assert cleaned.area.sum() == pytest.approx(9.0)
    assert moved["lost_m2"].sum() == pytest.approx(1.0)
    assert moved["gained_m2"].sum() == 0
    community = carry_vertices(box(0, 0, 9, 1), cleaned)
    assert check_coverage(cleaned, community).ok


def test_repair_leaves_wide_gaps_open() -> None:
    grids = GeoSeries([box(0, 0, 4, 1), box(5, 0, 9, 1)], crs=CRS)
    cleaned, _ = clean_coverage(grids, gap_width=0.5)
    assert coverage_gaps(cleaned, box(0, 0, 9, 1)).area.tolist() == [1.0]


def test_carried_vertices_close_t_junctions_and_hide_no_gap(
    squares: Callable[..., GeoSeries],
) -> None:
    grids = squares(3, 2)
    community = box(0, 0, 300, 200)
    assert not check_coverage(grids, community).ok
    assert check_coverage(grids, carry_vertices(community, grids)).ok
    holed = grids.drop(index=1)
    carried = carry_vertices(community, holed)
    assert carried.equals(community)
    assert coverage_gaps(holed, carried).area.tolist() == [10_000.0]


def test_carried_vertices_keep_parts_and_holes() -> None:
    ring = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    community = MultiPolygon([ring, box(50, 0, 60, 10)])
    parts = GeoSeries(
        [
            ring.intersection(box(0, 0, 15, 30)),
            ring.intersection(box(15, 0, 30, 30)),
            box(50, 0, 60, 10),
        ],
        crs=CRS,
    )
    carried = carry_vertices(community, parts)
    assert carried.equals(community)
    assert check_coverage(parts, carried).ok


def test_segments_that_share_a_hash_are_still_told_apart(
    monkeypatch: pytest.MonkeyPatch, squares: Callable[..., GeoSeries]
) -> None:
    """With one hash for all, the full sort must give the same answer."""
    grids = squares(3, 3)
    parts = directed_segments(grids.array.to_numpy())
    whole = directed_segments(np.array([outline(grids)]))
    wanted = cancel(parts, whole)
    monkeypatch.setattr(
        "gis.chains._hash", lambda xy, chain: np.zeros(len(xy), dtype=np.uint64)
    )
    slow = cancel(parts, whole)
    assert slow.is_zero
    assert len(slow.pairs) == len(wanted.pairs) == 12
    fewer = Segments(parts.xy[1:], parts.owner[1:])
    assert not cancel(fewer, whole).is_zero
