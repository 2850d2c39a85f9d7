"""Types, names, numbers and locks."""

from __future__ import annotations

import pytest

from gis.edits.attributes import change_type, lock, rename, renumber, unlock
from gis.edits.changes import apply_patch
from gis.edits.draft import Draft
from gis.edits.refusals import EditError, LockedError
from gis.edits.samples import row_draft, sheet_draft
from gis.kinds import GridType


def two() -> Draft:
    return row_draft([350, 450], [0, 1])


def test_the_band_binds_resident_grids_only() -> None:
    """RULES 003-05: a bound applies to resident grids only."""
    draft = row_draft([100, 450], [0, 1])
    land = change_type(draft, draft.codes[0], GridType.RESERVED)
    assert land.plan.off.tolist() == [0, 0]
    assert land.plan.grids[0].reason is None
    back = change_type(land.plan, draft.codes[0], GridType.RESIDENT)
    assert back.plan.off.tolist() == [200, 0]
    assert back.plan.grids[0].reason is not None


def test_a_locked_grid_keeps_its_type_but_not_its_name() -> None:
    draft = two()
    held = lock(draft, draft.codes[:1]).plan
    with pytest.raises(LockedError):
        change_type(held, draft.codes[0], GridType.EXCLUSIVE)
    assert rename(held, draft.codes[0], " 银山东 ").plan.grids[0].name == "银山东"


def test_two_grids_cannot_have_one_name() -> None:
    draft = two()
    with pytest.raises(EditError) as caught:
        rename(draft, draft.codes[0], draft.grids[1].name)
    assert caught.value.code == "name_taken"


def test_an_empty_name_brings_back_the_one_from_the_code() -> None:
    draft = two()
    named = rename(draft, draft.codes[0], "东区").plan
    assert rename(named, draft.codes[0], "").plan.grids == draft.grids


def test_grids_are_numbered_west_to_east_and_north_to_south() -> None:
    draft = sheet_draft([[300, 310], [320, 330]], [[0, 1], [2, 3]])
    a, b, c, d = draft.codes
    mixed = renumber(draft, {a: 4, b: 3, c: 2, d: 1}).plan
    assert mixed.households.tolist() == [330, 320, 310, 300]
    again = renumber(mixed)
    assert again.plan.households.tolist() == [300, 310, 320, 330]
    assert again.plan.grids == draft.grids
    assert again.moves == ()


def test_names_from_codes_follow_and_given_names_stay() -> None:
    draft = rename(two(), two().codes[0], "东区").plan
    a, b = draft.codes
    edit = renumber(draft, {a: 2, b: 1})
    assert [g.name for g in edit.plan.grids] == ["银山社区第001网格", "东区"]
    undone = apply_patch(edit.plan, edit.inverse, operation="undo").plan
    assert (undone.codes, undone.grids) == (draft.codes, draft.grids)
    assert undone.labels.tolist() == draft.labels.tolist()


@pytest.mark.parametrize(
    ("serials", "code"),
    [({0: 2}, "serial_taken"), ({0: 0}, "bad_serial"), ({0: 1000}, "bad_serial"),
     ({0: 1, 1: 2}, "nothing_changes")],
)  # fmt: skip
def test_numbers_are_unique_and_fit(serials: dict[int, int], code: str) -> None:
    draft = two()
    with pytest.raises(EditError) as caught:
        renumber(draft, {draft.codes[k]: n for k, n in serials.items()})
    assert caught.value.code == code


def test_all_grids_lock_and_unlock_at_once() -> None:
    draft = two()
    held = lock(draft)
    assert all(grid.locked for grid in held.plan.grids)
    assert held.touched == draft.codes
    assert unlock(held.plan).plan.grids == draft.grids
    with pytest.raises(EditError, match="changes nothing"):
        unlock(draft)


def test_an_edit_hands_on_what_it_does_not_touch() -> None:
    draft = two()
    edit = lock(draft, draft.codes[1:])
    assert edit.plan.outlines.tolist() == draft.outlines.tolist()
    assert edit.plan.labels.tolist() == draft.labels.tolist()
    assert edit.households_moved == 0
