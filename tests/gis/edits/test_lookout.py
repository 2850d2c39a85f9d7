"""What a planner asks of a draft."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gis.edits.assign import reassign
from gis.edits.attributes import change_type
from gis.edits.changes import Patch, apply_patch
from gis.edits.draft import plan_of
from gis.edits.lookout import (
    grid_parts,
    heavy_cells,
    next_out_of_band,
    next_unassigned,
    preview,
)
from gis.edits.refusals import EditError
from gis.edits.samples import row_draft, sheet_draft
from gis.kinds import GridType


def test_the_preview_is_what_the_edit_makes() -> None:
    draft = sheet_draft([[150, 150, 300], [100, 200, 90]], [[0, 0, 1], [0, 2, 2]])
    to = draft.code_at(2) or ""
    sides = {s.code: s for s in preview(draft, [1, 5], to)}
    plan = reassign(draft, [1, 5], to).plan
    for code, side in sides.items():
        assert side.before == draft.households[draft.place(code)]
        assert side.after == plan.households[plan.place(code)]
        assert side.in_band == (plan.off[plan.place(code)] == 0)


def test_cells_already_in_the_grid_change_nothing_in_the_preview() -> None:
    draft = row_draft([150, 150, 300], [0, 0, 1])
    (side,) = preview(draft, [0], draft.codes[0])
    assert (side.before, side.after) == (300, 300)


def test_the_band_says_nothing_of_land() -> None:
    draft = row_draft([0, 300], [0, 1])
    land = change_type(draft, draft.codes[0], GridType.EXCLUSIVE).plan
    assert [s.in_band for s in preview(land, [0], land.codes[1])] == [True, None]


def test_grids_outside_the_band_come_one_after_the_other_and_around() -> None:
    draft = row_draft([200, 400, 600, 300], [0, 1, 2, 3])
    a, b, c, d = draft.codes
    seen = [next_out_of_band(draft, code) for code in ("", a, b, c, d)]
    assert seen == [a, c, c, a, a]
    assert next_out_of_band(row_draft([300], [0])) is None


def test_cells_without_a_grid_are_found_and_hinder_a_plan() -> None:
    draft = row_draft([150, 150, 150, 300], [0, 0, 0, 1])
    assert next_unassigned(draft) is None
    loose = apply_patch(draft, Patch(cells={1: None, 2: None}), operation="erase")
    plan = loose.plan
    assert [next_unassigned(plan, k) for k in (-1, 1, 2)] == [1, 2, 1]
    assert plan.households.tolist() == [150, 300]
    with pytest.raises(EditError) as caught:
        plan_of(plan)
    assert caught.value.cells == (1, 2)
    back = apply_patch(plan, loose.inverse, operation="undo").plan
    assert back.labels.tolist() == draft.labels.tolist()
    assert reassign(plan, [1, 2], draft.codes[0]).plan.households.tolist() == [450, 300]


def test_parts_that_hang_loose_are_listed_the_largest_first() -> None:
    draft = row_draft([100, 100, 100, 300], [0, 0, 0, 1])
    assert grid_parts(draft) == {}
    broken = replace(draft, labels=np.array([0, 1, 0, 0], np.int32))
    ((code, parts),) = grid_parts(broken).items()
    assert code == draft.codes[0]
    assert [part.tolist() for part in parts] == [[2, 3], [0]]


def test_cells_above_the_band_are_pointed_out() -> None:
    assert heavy_cells(row_draft([500, 501], [0, 1])).tolist() == [1]
