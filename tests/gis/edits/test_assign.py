"""Handing whole cells from grid to grid."""

from __future__ import annotations

import pytest

from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import lock
from gis.edits.changes import Patch, apply_patch
from gis.edits.draft import Draft, plan_of
from gis.edits.refusals import EditError, LockedError
from gis.edits.samples import row_draft, sheet_draft


def refused(code: str, edit) -> EditError:  # type: ignore[no-untyped-def]
    """Run an edit that must be refused for one reason, in both languages."""
    with pytest.raises(EditError) as caught:
        edit()
    assert caught.value.code == code
    assert caught.value.message_zh != caught.value.message_en
    return caught.value


def three_columns() -> Draft:
    """Three grids of two squares side by side, 200 households a square."""
    return sheet_draft([[200] * 3, [200] * 3], [[0, 1, 2], [0, 1, 2]])


def test_a_painted_cell_changes_both_grids_and_nothing_else() -> None:
    """RULES 003-11: the households of a grid are those of its buildings."""
    draft = row_draft([150, 150, 100, 150, 150, 400], [0, 0, 0, 1, 1, 2])
    a, b, c = draft.codes
    edit = reassign(draft, [2], b)
    assert edit.plan.households.tolist() == [300, 400, 400]
    assert edit.touched == (a, b)
    assert [(m.cell, m.former, m.grid, m.households) for m in edit.moves] == [
        (2, a, b, 100)
    ]
    assert edit.plan.cell_set is draft.cell_set
    assert edit.plan.outlines[2] is draft.outlines[2]
    assert draft.households.tolist() == [400, 300, 400]
    assert edit.plan.codes == (a, b, c)


def test_a_grid_taken_out_of_the_band_gets_a_reason_and_loses_it_again() -> None:
    draft = row_draft([150, 150, 100, 300], [0, 0, 0, 1])
    out = reassign(draft, [1, 2], draft.codes[1]).plan
    why = [grid.reason for grid in out.grids]
    assert [w.code for w in why if w] == ["by_hand", "by_hand"]
    assert why[1]
    assert why[1].text_zh == "人工调整：550户，超出上限500户50户"
    back = reassign(out, [1], out.codes[0]).plan
    assert [grid.reason for grid in back.grids] == [None, None]
    assert set(plan_of(out).findings) == {0, 1}


def test_undo_and_redo_lead_to_the_very_same_drafts() -> None:
    draft = three_columns()
    edit = merge_grids(draft, draft.codes[:2])
    undone = apply_patch(edit.plan, edit.inverse, operation="undo")
    assert undone.plan.labels.tolist() == draft.labels.tolist()
    assert undone.plan.grids == draft.grids
    redone = apply_patch(undone.plan, undone.inverse, operation="redo")
    assert redone.plan.labels.tolist() == edit.plan.labels.tolist()
    assert redone.plan.grids == edit.plan.grids


def test_a_patch_survives_json() -> None:
    draft = three_columns()
    edit = merge_grids(draft, draft.codes[:2])
    for patch in (edit.forward, edit.inverse):
        assert Patch.from_dict(patch.to_dict()) == patch


def test_merging_keeps_the_grid_with_most_households() -> None:
    draft = row_draft([100, 250, 400], [0, 1, 2])
    edit = merge_grids(draft, draft.codes[:2])
    assert edit.plan.codes == draft.codes[1:]
    assert edit.removed == draft.codes[:1]
    assert edit.households_moved == 100
    other = merge_grids(draft, draft.codes[:2], into=draft.codes[0])
    assert other.plan.codes == (draft.codes[0], draft.codes[2])


def test_grids_that_do_not_touch_cannot_merge() -> None:
    draft = row_draft([100, 250, 400], [0, 1, 2])
    ends = (draft.codes[0], draft.codes[2])
    error = refused("not_neighbours", lambda: merge_grids(draft, ends))
    assert "001" in error.message_zh
    assert "003" in error.message_zh


def test_a_grid_cut_in_two_is_refused_and_the_part_is_shown() -> None:
    draft = row_draft([150, 100, 150, 300], [0, 0, 0, 1])
    error = refused("not_in_one_piece", lambda: reassign(draft, [1], draft.codes[1]))
    assert error.grids[0] in draft.codes


def test_the_part_cut_off_goes_to_the_best_neighbour_when_asked() -> None:
    """The middle square of a row of three goes south: the eastern end follows."""
    draft = sheet_draft([[200, 100, 50], [0, 300, 0]], [[0, 0, 0], [1, 1, 1]])
    b = draft.codes[1]
    refused("not_in_one_piece", lambda: reassign(draft, [1], b))
    edit = reassign(draft, [1], b, orphans="hand_over")
    assert [m.cell for m in edit.moves] == [1, 2]
    assert edit.plan.households.tolist() == [200, 450]


def test_a_cut_off_part_stays_where_every_neighbour_is_locked() -> None:
    draft = sheet_draft([[200, 100, 50], [0, 0, 300]], [[0, 0, 0], [1, 1, 2]])
    held = lock(draft, [draft.codes[2]]).plan
    edit = reassign(held, [1], held.codes[1], orphans="hand_over")
    assert [m.cell for m in edit.moves] == [1, 2]
    both = lock(held, [held.codes[1]]).plan
    with pytest.raises(LockedError):
        reassign(both, [1], both.codes[1], orphans="hand_over")


def test_emptying_a_grid_must_be_asked_for() -> None:
    draft = row_draft([100, 250], [0, 1])
    refused("would_empty", lambda: reassign(draft, [0], draft.codes[1]))
    edit = reassign(draft, [0], draft.codes[1], remove_emptied=True)
    assert edit.removed == draft.codes[:1]


def test_locked_grids_neither_give_nor_get() -> None:
    draft = row_draft([150, 150, 300], [0, 0, 1])
    a, b = draft.codes
    for code in (a, b):
        held = lock(draft, [code]).plan
        error = refused("locked", lambda held=held: reassign(held, [1], b))
        assert isinstance(error, LockedError)
        assert error.grids == (code,)
    held = lock(draft).plan
    refused("locked", lambda: merge_grids(held, [a, b]))


def test_what_the_plan_does_not_have_is_refused() -> None:
    draft = row_draft([150, 150], [0, 1])
    refused("unknown_grid", lambda: reassign(draft, [0], "999"))
    refused("unknown_cell", lambda: reassign(draft, [7], draft.codes[0]))
    refused("no_cells", lambda: reassign(draft, [], draft.codes[0]))
    refused("too_few_grids", lambda: merge_grids(draft, draft.codes[:1]))
    refused("nothing_changes", lambda: reassign(draft, [0], draft.codes[0]))
