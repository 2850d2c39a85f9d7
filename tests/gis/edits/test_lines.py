"""Edits by a drawn line."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, box

from gis.edits.attributes import lock
from gis.edits.changes import apply_patch
from gis.edits.lines import draw_grid, reshape_seam, split_by_line
from gis.edits.refusals import EditError, LockedError
from gis.edits.samples import CORNER, row_draft, sheet_draft
from gis.kinds import GridType

X, Y = CORNER


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in points])


def rect(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return box(X + x0, Y + y0, X + x1, Y + y1)


def test_a_line_splits_a_grid_and_leaves_the_rest() -> None:
    draft = row_draft([200, 100, 300], [0, 0, 1])
    a, b = draft.codes
    edit = split_by_line(draft, a, line((130, -9), (130, 109)))
    assert edit.plan.households.tolist() == [200, 300, 100]
    assert shapely.area(edit.plan.outlines).tolist() == [13_000, 10_000, 7_000]
    assert edit.added == (edit.plan.codes[2],)
    assert edit.touched == (a, edit.plan.codes[2])
    assert edit.cut == {1: (1, 3)}
    assert b not in edit.touched


def test_an_end_that_stops_short_of_the_edge_is_carried_on() -> None:
    draft = row_draft([200, 100], [0, 0])
    edit = split_by_line(draft, draft.codes[0], line((130, 6), (130, 94)))
    assert len(edit.plan.codes) == 2
    with pytest.raises(EditError) as caught:
        split_by_line(draft, draft.codes[0], line((130, 20), (130, 94)))
    assert caught.value.code == "line_does_not_cut"


def test_a_line_along_a_cell_edge_splits_without_a_cut() -> None:
    draft = row_draft([200, 300], [0, 0])
    edit = split_by_line(draft, draft.codes[0], line((100.3, -9), (99.8, 109)))
    assert edit.cut == {}
    assert edit.plan.cell_set is draft.cell_set
    assert edit.plan.households.tolist() == [300, 200]


def test_a_line_that_leaves_and_comes_back_makes_three_parts() -> None:
    """A horseshoe: two squares in the north, joined by three in the south."""
    draft = sheet_draft([[100, 0, 100], [10, 20, 30]], [[0, 1, 0], [0, 0, 0]])
    shoe = draft.code_at(0) or ""
    edit = split_by_line(draft, shoe, line((-9, 120), (309, 120)))
    assert sorted(edit.plan.households.tolist()) == [0, 60, 100, 100]


def test_the_vertex_on_a_seam_goes_to_the_locked_neighbour_too() -> None:
    draft = row_draft([200, 300], [0, 1])
    held = lock(draft, draft.codes[1:]).plan
    edit = split_by_line(held, draft.codes[0], line((-9, 30), (109, 30)))
    assert draft.codes[1] in edit.touched
    assert shapely.coverage_is_valid(edit.plan.outlines)
    assert edit.plan.households.tolist() == [200, 300, 0]


def test_undo_returns_to_the_former_cell_set() -> None:
    draft = row_draft([200, 300], [0, 1])
    edit = split_by_line(draft, draft.codes[0], line((-9, 30), (109, 30)))
    undone = apply_patch(edit.plan, edit.inverse, operation="undo")
    assert undone.plan.cell_set is draft.cell_set
    assert undone.plan.labels.tolist() == draft.labels.tolist()
    pairs = zip(undone.plan.outlines, draft.outlines, strict=True)
    assert all(shapely.equals_identical(*pair) for pair in pairs)
    redone = apply_patch(undone.plan, undone.inverse, operation="redo").plan
    assert redone.cell_set is edit.plan.cell_set
    assert redone.households.tolist() == edit.plan.households.tolist()


def test_a_seam_drawn_anew_moves_what_lies_between() -> None:
    """A bulge of 20 by 60 m goes from the western grid to the eastern one."""
    draft = row_draft([300, 300], [0, 1])
    bulge = line((101, 20), (80, 20), (80, 80), (101, 80))
    edit = reshape_seam(draft, (draft.codes[0], draft.codes[1]), bulge)
    assert shapely.area(edit.plan.outlines).tolist() == [8800, 11_200]
    assert [(m.former, m.grid) for m in edit.moves] == [draft.codes]


def test_a_seam_may_be_crossed_by_its_new_stretch() -> None:
    draft = row_draft([300, 300], [0, 1])
    wave = line((100, 10), (70, 20), (70, 35), (130, 65), (130, 80), (100, 90))
    edit = reshape_seam(draft, (draft.codes[0], draft.codes[1]), wave)
    assert shapely.area(edit.plan.outlines) == pytest.approx([10_000, 10_000])
    assert {(m.former, m.grid) for m in edit.moves} == {
        draft.codes,
        draft.codes[::-1],
    }


def test_a_new_seam_may_take_most_of_a_grid() -> None:
    draft = row_draft([300, 300], [0, 1])
    most = line((101, 5), (20, 5), (20, 95), (101, 95))
    edit = reshape_seam(draft, (draft.codes[0], draft.codes[1]), most)
    assert shapely.area(edit.plan.outlines).tolist() == [2800, 17_200]
    assert edit.households_moved == 300


def test_a_whole_new_seam_leaves_each_grid_its_larger_part() -> None:
    draft = row_draft([300, 300], [0, 1])
    pair = (draft.codes[0], draft.codes[1])
    edit = reshape_seam(draft, pair, line((70, -5), (70, 105)))
    assert shapely.area(edit.plan.outlines).tolist() == [7000, 13_000]
    with pytest.raises(EditError) as caught:
        reshape_seam(draft, pair, line((20, -5), (20, 105)))
    assert caught.value.code == "line_off_seam"


def test_a_line_away_from_the_seam_reshapes_nothing() -> None:
    draft = row_draft([200, 300], [0, 1])
    pair = (draft.codes[0], draft.codes[1])
    with pytest.raises(EditError) as caught:
        reshape_seam(draft, pair, line((-9, 20), (30, -9)))
    assert caught.value.code == "line_off_seam"
    with pytest.raises(LockedError):
        reshape_seam(lock(draft).plan, pair, line((80, -9), (80, 109)))


def test_grids_that_do_not_touch_have_no_seam() -> None:
    draft = row_draft([100, 100, 100], [0, 1, 2])
    with pytest.raises(EditError) as caught:
        reshape_seam(draft, (draft.codes[0], draft.codes[2]), line((9, -9), (9, 200)))
    assert caught.value.code == "not_neighbours"


def test_a_drawn_grid_takes_ground_from_all_it_covers() -> None:
    draft = row_draft([300, 300], [0, 1])
    edit = draw_grid(draft, rect(62, -5, 138, 105), kind=GridType.RESERVED)
    assert shapely.area(edit.plan.outlines).tolist() == [6200, 6200, 7600]
    assert edit.plan.households.tolist() == [300, 300, 0]
    assert edit.plan.grids[2].type is GridType.RESERVED
    assert edit.plan.grids[2].name == "银山社区第003网格"


def test_a_drawn_grid_that_cuts_another_in_two_is_refused_or_handed_over() -> None:
    draft = sheet_draft([[300, 0, 100], [400, 0, 0]], [[0, 0, 0], [1, 1, 1]])
    middle = rect(110, 99.8, 190, 205)
    with pytest.raises(EditError) as caught:
        draw_grid(draft, middle)
    assert caught.value.code == "not_in_one_piece"
    edit = draw_grid(draft, middle, orphans="hand_over")
    assert edit.plan.households.tolist() == [300, 500, 0]
    assert np.sort(shapely.area(edit.plan.outlines)).sum() == pytest.approx(60_000)


def test_a_drawn_grid_takes_no_ground_from_a_locked_one() -> None:
    draft = row_draft([300, 300], [0, 1])
    held = lock(draft, draft.codes[1:]).plan
    with pytest.raises(LockedError):
        draw_grid(held, rect(62, -5, 205, 105))
    beside = draw_grid(held, rect(62, -5, 104, 105))
    assert shapely.area(beside.plan.outlines).tolist() == [6200, 10_000, 3800]


def test_a_grid_covered_whole_goes_only_when_asked() -> None:
    draft = row_draft([300, 300], [0, 1])
    with pytest.raises(EditError) as caught:
        draw_grid(draft, rect(-5, -5, 100, 105))
    assert caught.value.code == "would_empty"
    edit = draw_grid(draft, rect(-5, -5, 100, 105), remove_emptied=True, name="东头")
    assert edit.removed == draft.codes[:1]
    assert edit.plan.grids[1].name == "东头"


def test_a_polygon_beside_the_community_takes_nothing() -> None:
    draft = row_draft([300, 300], [0, 1])
    with pytest.raises(EditError) as caught:
        draw_grid(draft, rect(-90, 0, -5, 50))
    assert caught.value.code == "no_cells"
