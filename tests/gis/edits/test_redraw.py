"""Edits that let the engine draw."""

from __future__ import annotations

import numpy as np
import pytest

from gis.edits.attributes import change_type, lock
from gis.edits.changes import apply_patch
from gis.edits.draft import Draft
from gis.edits.redraw import redraw_around_locks, repartition_after_counts, split_grid
from gis.edits.refusals import EditError, LockedError
from gis.edits.samples import row_draft, sheet_draft
from gis.kinds import GridType


def wide(households: int = 50) -> Draft:
    """Two grids of 4 by 4 squares side by side."""
    return sheet_draft([[households] * 8] * 4, [[0] * 4 + [1] * 4] * 4)


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_a_grid_splits_in_parts_as_even_as_its_cells_allow(parts: int) -> None:
    draft = wide(parts * 25)
    edit = split_grid(draft, draft.codes[0], parts)
    mine = [edit.plan.place(code) for code in (draft.codes[0], *edit.added)]
    cells = np.bincount(edit.plan.labels)[mine]
    assert len(cells) == parts
    assert sorted(cells)[-1] - sorted(cells)[0] <= 1
    assert edit.plan.grids[0].reason is None


def test_a_split_outside_the_band_says_why() -> None:
    """RULES 003-02: 550 are too many for one grid and too few for two."""
    draft = row_draft([110] * 5 + [400], [0] * 5 + [1])
    edit = split_grid(draft, draft.codes[0])
    assert sorted(edit.plan.households.tolist()) == [220, 330, 400]
    (why,) = [g.reason for g in edit.plan.grids if g.reason]
    assert why.text_zh == "220户：550户拆成2份，不可能都在300–500户之内"


def test_land_without_households_splits_by_area() -> None:
    draft = sheet_draft([[0] * 6 + [400]], [[0] * 6 + [1]])
    land = change_type(draft, draft.codes[0], GridType.RESERVED).plan
    edit = split_grid(land, land.codes[0], 3)
    cells = np.bincount(edit.plan.labels)
    assert sorted(cells.tolist()) == [1, 2, 2, 2]
    assert [g.type for g in edit.plan.grids].count(GridType.RESERVED) == 3


def test_what_cannot_be_split_is_refused() -> None:
    draft = row_draft([300, 300, 400], [0, 0, 1])
    for parts, code in ((1, "too_few_parts"), (3, "too_few_cells")):
        with pytest.raises(EditError) as caught:
            split_grid(draft, draft.codes[0], parts)
        assert caught.value.code == code
    with pytest.raises(LockedError):
        split_grid(lock(draft).plan, draft.codes[0])


def test_locked_grids_stay_when_the_rest_is_drawn_anew() -> None:
    draft = sheet_draft([[100] * 8] * 2, [[0] * 2 + [1] * 6] * 2)
    held = lock(draft, draft.codes[:1]).plan
    edit = redraw_around_locks(held, seed=3)
    assert edit.plan.households.tolist() == [400, 400, 400, 400]
    assert (edit.plan.labels == 0).tolist() == (draft.labels == 0).tolist()
    assert edit.plan.grids[0] == held.grids[0]
    undone = apply_patch(edit.plan, edit.inverse, operation="undo").plan
    assert undone.labels.tolist() == held.labels.tolist()
    assert undone.grids == held.grids
    with pytest.raises(EditError, match="all grids are locked"):
        redraw_around_locks(lock(draft).plan)


def test_new_counts_move_as_few_households_as_may_be() -> None:
    draft = row_draft([150, 100, 150, 100, 120, 80], [0, 0, 0, 1, 1, 1])
    counts = draft.buildings.households.copy()
    counts[0] = 260
    edit = repartition_after_counts(draft, counts)
    assert edit.plan.off.tolist() == [0, 0]
    assert edit.households_moved == 150
    assert edit.plan.buildings.households.tolist() == counts.tolist()
    undone = apply_patch(edit.plan, edit.inverse, operation="undo").plan
    assert undone.cell_set is draft.cell_set
    assert undone.buildings is draft.buildings


def test_new_counts_that_fit_move_nobody() -> None:
    draft = row_draft([150, 150, 200, 200], [0, 0, 1, 1])
    edit = repartition_after_counts(draft, draft.buildings.households + 1)
    assert edit.moves == ()
    assert edit.touched == draft.codes
    with pytest.raises(ValueError, match="counts for 4 buildings"):
        repartition_after_counts(draft, np.array([1, 2]))


def test_locked_grids_get_new_counts_and_keep_their_cells() -> None:
    draft = lock(row_draft([150, 150, 200, 200], [0, 0, 1, 1])).plan
    counts = draft.buildings.households * 2
    edit = repartition_after_counts(draft, counts)
    assert edit.moves == ()
    assert [g.reason.code for g in edit.plan.grids if g.reason] == ["locked"] * 2
