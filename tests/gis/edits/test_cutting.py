"""Cutting cells along a line: exact, between buildings, without slivers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from shapely import LineString, Point

from gis.cells import Ways
from gis.edits.cutting import Cut, cut_cells, tidy_line
from gis.edits.draft import Draft
from gis.edits.refusals import EditError
from gis.edits.samples import CORNER, row_draft, sheet_draft
from gis.kinds import SeamKind

X, Y = CORNER


def line(*points: tuple[float, float]) -> LineString:
    return tidy_line(LineString([(X + x, Y + y) for x, y in points]))


def cut(draft: Draft, *points: tuple[float, float], **options: object) -> Cut | None:
    return cut_cells(draft.cell_set, draft.buildings, line(*points), **options)  # type: ignore[arg-type]


def two_by_two() -> Draft:
    """Squares 0 and 1 in the north, 2 and 3 in the south."""
    return sheet_draft([[10, 20], [30, 40]], [[0, 0], [0, 0]])


def assert_coverage(done: Cut, area: float) -> None:
    polygons = done.cell_set.polygons
    assert shapely.coverage_is_valid(polygons)
    assert shapely.is_valid(polygons).all()
    assert shapely.area(polygons).sum() == pytest.approx(area, rel=1e-12)


def vertices(polygon: shapely.Polygon) -> set[tuple[float, float]]:
    return {(x - X, y - Y) for x, y in polygon.exterior.coords}


def test_a_line_through_one_cell_gives_its_neighbours_the_vertices() -> None:
    """The line ends on the edges of square 0 to square 1 and to the outside."""
    draft = two_by_two()
    done = cut(draft, (-5, 170), (150, 170), within=np.array([0]))
    assert done
    assert done.pieces == {4: 0}
    assert done.reshaped == (1,)
    assert (100.0, 170.0) in vertices(done.cell_set.polygons[1])
    assert (done.outline_vertices - CORNER).tolist() == [[0.0, 170.0]]
    assert_coverage(done, 40_000)
    assert done.cell_set.polygons[3] is draft.cell_set.polygons[3]
    assert len(vertices(done.cell_set.polygons[2])) == 4


def test_the_larger_piece_keeps_the_number() -> None:
    done = cut(two_by_two(), (30, 90), (30, 210))
    assert done
    areas = shapely.area(done.cell_set.polygons)
    assert areas[[0, 4]].tolist() == [7000.0, 3000.0]
    assert done.pieces == {4: 0}


def test_households_go_with_the_point_of_their_building() -> None:
    """RULES 003-11: the cut passes west of the building of square 0."""
    done = cut(two_by_two(), (30, 90), (30, 210))
    assert done
    assert done.cell_set.graph.households.tolist() == [10, 20, 30, 40, 0]
    other = cut(two_by_two(), (70, 90), (70, 210))
    assert other
    assert other.cell_set.graph.households.tolist() == [10, 20, 30, 40, 0]
    assert other.cell_set.member_cell.tolist() == [0, 1, 2, 3]


def test_what_dangles_inside_a_cell_cuts_nothing() -> None:
    done = cut(two_by_two(), (-10, 130), (130, 130))
    assert done
    assert done.pieces == {4: 0}
    assert done.cell_set.polygons[1].area == 10_000
    assert cut(two_by_two(), (10, 110), (90, 190), through_buildings=True) is None


def test_a_line_past_the_corner_of_four_cells_uses_their_vertex() -> None:
    done = cut(two_by_two(), (0, 100.003), (50, 98), (200, 104))
    assert done
    known = [vertices(p) for p in done.cell_set.polygons]
    assert all(len(points & {(100.0, 100.0)}) <= 1 for points in known)
    assert_coverage(done, 40_000)


def test_hairs_along_an_edge_are_not_cut_off() -> None:
    assert cut(two_by_two(), (-5, 100.4), (205, 100.4)) is None
    assert cut(two_by_two(), (-5, 100), (205, 100)) is None
    done = cut(two_by_two(), (-5, 100.4), (100, 100.4), (205, 130))
    assert done
    assert set(done.pieces.values()) == {1}


def test_a_corner_of_less_than_a_square_metre_stays() -> None:
    assert cut(two_by_two(), (0.9, 95), (0.9, 99.5), (-1, 101)) is None


def test_a_building_in_the_way_is_named() -> None:
    with pytest.raises(EditError) as caught:
        cut(two_by_two(), (-5, 150), (205, 150))
    assert caught.value.code == "through_building"
    assert caught.value.buildings == ("1号楼", "2号楼")
    assert "1号楼、2号楼" in caught.value.message_zh
    done = cut(two_by_two(), (-5, 151), (205, 151), through_buildings=True)
    assert done
    assert done.cell_set.graph.households.tolist() == [10, 20, 30, 40, 0, 0]


def test_a_building_in_another_grid_is_not_in_the_way() -> None:
    done = cut(two_by_two(), (-5, 50), (100, 50), (120, 20), (205, 20), within=[3])  # type: ignore[list-item]
    assert done
    assert done.pieces == {4: 3}


def test_a_closed_line_cuts_an_island() -> None:
    island = LineString(Point(X + 30, Y + 30).buffer(5, 2).exterior)
    draft = two_by_two()
    done = cut_cells(draft.cell_set, draft.buildings, tidy_line(island))
    assert done
    assert done.pieces == {4: 2}
    assert shapely.get_num_interior_rings(done.cell_set.polygons[2]) == 1
    assert_coverage(done, 40_000)


def test_what_lies_on_an_edge_stays_on_both_its_halves() -> None:
    draft = row_draft([10, 20], [0, 0])
    cells = draft.cell_set
    kinds = np.where(cells.segments.inner, int(SeamKind.ALLEY), cells.segment_kind)
    cells = replace(cells, segment_kind=kinds.astype(np.int8))
    done = cut_cells(cells, draft.buildings, line((-5, 20), (205, 20)))
    assert done
    kind, metres = done.cell_set.segment_kind, done.cell_set.segments.length
    assert metres[kind == int(SeamKind.ALLEY)].sum() == pytest.approx(100)
    graph = done.cell_set.graph
    assert graph.street.sum() == pytest.approx(100)


@pytest.mark.parametrize(
    ("points", "code"),
    [([(0, 0), (0, 0.0001)], "line_too_short"),
     ([(0, 0), (9, 9), (9, 0), (0, 9)], "line_crosses_itself")],
)  # fmt: skip
def test_lines_that_cannot_cut_are_refused(
    points: list[tuple[float, float]], code: str
) -> None:
    with pytest.raises(EditError) as caught:
        line(*points)
    assert caught.value.code == code


def test_a_ring_that_touches_an_edge_once_is_cut_out() -> None:
    ring = line((100, 130), (85, 140), (70, 130), (85, 120), (100, 130))
    draft = two_by_two()
    done = cut_cells(draft.cell_set, draft.buildings, ring)
    assert done
    assert done.pieces == {4: 0}
    assert done.cell_set.polygons[4].area == pytest.approx(300)
    assert_coverage(done, 40_000)


def test_a_cut_that_follows_a_path_has_its_kind() -> None:
    """RULES 003-01: within 5 m of a way, all along."""
    draft = two_by_two()
    paths = [LineString([(X, Y + 172), (X + 100, Y + 172)])]
    streets = GeoDataFrame({"class": ["footway"]}, geometry=paths, crs=4548)
    done = cut(draft, (-5, 170), (205, 170), ways=Ways.of_streets(streets))
    assert done
    kind, metres = done.cell_set.segment_kind, done.cell_set.segments.length
    assert metres[kind == int(SeamKind.ALLEY)].sum() == pytest.approx(100)
