"""Take a step on a plan back, or make it again, from the rows the log has of it."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection

from data.editing.errors import NothingToDoError
from data.editing.ground import Ground
from data.editing.holding import Held
from data.editing.log import REDO, UNDO, Entry
from data.editing.model import Change, Head, Moved, Outcome, State
from data.editing.state import draft_from, find_ground, find_state
from data.editing.steps import (
    Terms,
    Worked,
    require_fresh,
    rows_after,
    store_step,
    told_before,
)

__all__ = ["redo_edit", "undo_edit"]


def undo_edit(connection: Connection, held: Held, terms: Terms) -> Outcome:
    """Take back the last step of a plan that is not taken back yet.

    Raises `NothingToDoError` and what `apply_edit` does, but for `EditError`.
    """
    return _replay(connection, held, UNDO, terms)


def redo_edit(connection: Connection, held: Held, terms: Terms) -> Outcome:
    """Make the step again that was taken back last. Raises as `undo_edit` does."""
    return _replay(connection, held, REDO, terms)


def _replay(
    connection: Connection, held: Held, operation: str, terms: Terms
) -> Outcome:
    """Store a change that was worked out before, and carry the draft along."""
    head, target = held.head, held.target
    terms.permit(head.community)
    again = told_before(connection, held, terms, operation, {})
    if again is not None:
        return again
    require_fresh(connection, head, terms.expected)
    if target is None:
        raise NothingToDoError(*_NOTHING[operation])
    is_undo = operation == UNDO
    entry = _entry(head, target, terms.key, is_undo=is_undo)
    cell_set = entry.set_after or head.cell_set
    after = head.after(
        cell_set=cell_set,
        done=target.done_before if is_undo else target.number,
        undone=head.done if is_undo else held.left_undone,
    )
    state = find_state(connection, head)
    ground = state.ground
    if cell_set != head.cell_set:
        ground = find_ground(connection, head, cell_set)
    there, back = entry.forward, entry.inverse
    moved = Moved(there.cells, back.cells, there.gone)

    def work_out() -> Worked:
        return entry, lambda: _carried(state, after, ground, there)

    return store_step(connection, head, after, moved, work_out, terms)


_NOTHING = {
    UNDO: ("没有可以撤销的步骤", "there is nothing to undo"),
    REDO: ("没有可以重做的步骤", "there is nothing to redo"),
}


def _entry(head: Head, target: Entry, key: str | None, *, is_undo: bool) -> Entry:
    """Return the step that leads from a plan to where its target began, or ended."""
    ways = [(target.inverse, target.set_before), (target.forward, target.set_after)]
    if not is_undo:
        ways.reverse()
    (forward, to), (inverse, start) = ways
    zh, en = ("撤销", "undo") if is_undo else ("重做", "redo")
    return Entry(
        operation=UNDO if is_undo else REDO,
        parameters={},
        forward=forward,
        inverse=inverse,
        sentence_zh=f"{zh}：{target.sentence_zh}",
        sentence_en=f"{en}: {target.sentence_en}",
        done_before=head.done,
        undone_before=head.undone,
        set_before=start,
        set_after=to,
        target=target.number,
        key=key,
    )


def _carried(state: State, after: Head, ground: Ground, change: Change) -> State:
    """Return a plan in memory after a change of its rows."""
    grids, seams = rows_after(state, change)
    place = {code: k for k, code in enumerate(grids)}
    names = np.full(len(ground.stored), None, object)
    held = np.array([*state.draft.codes, None], object)[state.draft.labels]
    size = min(len(names), len(held))
    names[:size] = held[:size]
    for cell, code in change.cells.items():
        names[cell] = code
    labels = np.array([place.get(name, -1) for name in names], np.int32)
    draft = draft_from(ground, after, grids, labels, former=state.draft)
    ordered = {code: grids[code] for code in draft.codes}
    return State(after, ground, draft, ordered, seams)
