"""Suggestions help, and can be carried out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.edits.advice import carry_out, promotable, suggestions
from gis.edits.attributes import change_type, lock
from gis.edits.draft import Draft
from gis.edits.refusals import EditError
from gis.edits.samples import row_draft, sheet_draft
from gis.kinds import GridType


@st.composite
def sheets(draw: st.DrawFn) -> Draft:
    """Sheets of columns of squares, each column cut at random into grids."""
    wide, high = draw(st.integers(1, 4)), draw(st.integers(2, 6))
    counts = draw(
        st.lists(
            st.lists(st.integers(0, 320), min_size=wide, max_size=wide),
            min_size=high,
            max_size=high,
        )
    )
    starts = draw(st.lists(st.booleans(), min_size=wide * high, max_size=wide * high))
    labels, last = [[0] * wide for _ in range(high)], -1
    for column in range(wide):
        for row in range(high):
            last += row == 0 or starts[column * high + row]
            labels[row][column] = last
    return sheet_draft(counts, labels)


@settings(max_examples=150, deadline=None)
@given(draft=sheets())
def test_every_suggestion_does_what_it_says(draft: Draft) -> None:
    for suggestion in suggestions(draft, most=30):
        edit = carry_out(draft, suggestion)
        gain = int(draft.off.sum() - edit.plan.off.sum())
        assert suggestion.gain == gain
        assert gain > 0
        load = edit.plan.households.tolist()
        assert set(suggestion.households) <= set(load)


def test_neighbours_below_the_band_are_proposed_to_merge() -> None:
    draft = row_draft([200, 242, 400], [0, 1, 2])
    (best,) = suggestions(draft)
    assert best.text_zh == "合并 001 与 002：442"
    assert carry_out(draft, best).plan.households.tolist() == [442, 400]


def test_a_grid_above_the_band_is_proposed_to_split() -> None:
    draft = row_draft([111, 200, 122, 200], [0, 0, 0, 0])
    texts = [s.text_en for s in suggestions(draft)]
    assert texts == ["split 001 in 2: 322 + 311"]


def test_a_building_on_the_seam_is_proposed_by_name() -> None:
    draft = row_draft([300, 100, 110, 250], [0, 0, 0, 1])
    best = suggestions(draft)[0]
    assert best.text_zh == "把3号楼划给 002 → 400/360"
    assert best.gain == 60


def test_locked_grids_have_no_part_in_suggestions() -> None:
    draft = row_draft([200, 242, 400], [0, 1, 2])
    assert suggestions(lock(draft, draft.codes[:1]).plan) == []


def test_reserved_land_is_proposed_as_resident_at_three_hundred() -> None:
    """RULES 003-05: reserved -> resident proposed at 300."""
    draft = row_draft([299, 400, 300], [0, 1, 2])
    for code in (draft.codes[0], draft.codes[2]):
        draft = change_type(draft, code, GridType.RESERVED).plan
    assert promotable(draft) == [draft.codes[2]]
    best = suggestions(draft)[0]
    assert best.text_zh == "预留网格 003 已有 300 户，可转为住宅网格"
    promoted = carry_out(draft, best).plan
    assert promoted.grids[2].type is GridType.RESIDENT
    assert promoted.off.tolist() == [0, 0, 0]


def test_a_stale_suggestion_is_refused_not_carried_out_wrongly() -> None:
    draft = row_draft([200, 242, 400], [0, 1, 2])
    (best,) = suggestions(draft)
    held = lock(draft).plan
    with pytest.raises(EditError, match="locked"):
        carry_out(held, best)
