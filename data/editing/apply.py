"""Do a step on a plan, take it back, make it again: one transaction each.

The record is the truth: a step begins with the lock on the row of its plan, and what
this process remembers of the plan counts only if that row is still the one it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data.driver import driver_of
from data.editing.cache import GROUNDS, STATES
from data.editing.errors import (
    KeyReusedError,
    NotDraftError,
    NothingToDoError,
    StaleError,
)
from data.editing.ground import Ground
from data.editing.log import (
    REDO,
    UNDO,
    Counts,
    Entry,
    ask_counts,
    changes_since,
    count_inside,
    find_by_key,
    find_entry,
    find_undo_of,
    read_counts,
    write_entry,
)
from data.editing.making import step_of
from data.editing.model import Actor, Change, Head, Outcome, Row, State
from data.editing.operations import Made, carry_out
from data.editing.state import (
    draft_from,
    find_ground,
    find_state,
    is_remembered,
    read_head,
)
from data.editing.storing import number_seams, store_cells, store_change
from data.queries.search_index import index_grids
from gis.edits import describe

__all__ = ["apply_edit", "preview_edit", "redo_edit", "undo_edit"]


Permit = Callable[[str], None]
"""Refuses who may not edit plans of a community."""

Tell = Callable[[Outcome], bytes]
"""Makes an answer of what was done; the record writes meanwhile."""


def apply_edit(
    connection: Connection,
    plan: int,
    operation: str,
    parameters: Mapping[str, Any],
    *,
    actor: Actor,
    expected: int | None = None,
    key: str | None = None,
    permit: Permit = lambda _community: None,
    tell: Tell = lambda _outcome: b"",
) -> Outcome:
    """Do an operation of `gis.edits` on a draft, and store what differs.

    `expected` is the row version the caller knows; `key` tells a request that is sent
    again from a new one. Raises `EditError` where the plan would break a promise,
    `NotDraftError`, `StaleError`, `KeyReusedError`.
    """
    head = read_head(connection, plan, lock=True)
    permit(head.community)
    again = _told_before(connection, head, key, operation, parameters, tell)
    if again is not None:
        return again
    _require_fresh(connection, head, expected)
    state = find_state(connection, head)
    made = carry_out(connection, state, operation, parameters)
    edit = made.edit
    step = step_of(state, edit, made.ground)
    ground, cell_set = step.ground, head.cell_set
    if step.recut:
        cell_set = store_cells(connection, state.ground, ground, step.forward.cut)
        ground = replace(ground, id=cell_set)
    forward, inverse = number_seams(connection, step.forward, step.inverse)
    zh, en = describe(edit)
    entry = Entry(
        operation=operation,
        parameters=dict(parameters),
        forward=forward,
        inverse=inverse,
        sentence_zh=zh,
        sentence_en=en,
        done_before=head.done,
        undone_before=head.undone,
        set_before=head.cell_set if step.recut else None,
        set_after=cell_set if step.recut else None,
        key=key,
    )
    after = head.after(cell_set=cell_set, done=head.step, undone=0)
    state = State(after, ground, step.draft, *_rows(state, forward))
    return _store(connection, head, entry, actor, state, tell, made)


def preview_edit(
    connection: Connection,
    plan: int,
    operation: str,
    parameters: Mapping[str, Any],
    *,
    expected: int | None = None,
    permit: Permit = lambda _community: None,
    tell: Tell = lambda _outcome: b"",
) -> Outcome:
    """Return what an operation would do; nothing is stored.

    Nobody waits for it, but for the moment a plan that is not in memory is read.
    """
    head = read_head(connection, plan)
    permit(head.community)
    if not is_remembered(head):
        head = read_head(connection, plan, lock=True)
    _require_fresh(connection, head, expected)
    state = find_state(connection, head)
    made = carry_out(connection, state, operation, parameters)
    step = step_of(state, made.edit, made.ground)
    zh, en = describe(made.edit)
    entry = Entry(
        operation=operation,
        parameters=dict(parameters),
        forward=step.forward,
        inverse=step.inverse,
        sentence_zh=zh,
        sentence_en=en,
        done_before=head.done,
        undone_before=head.undone,
    )
    grids, seams = _rows(state, step.forward)
    new = State(head, step.ground, step.draft, grids, seams)
    counts = count_inside(connection, head, step.forward)
    outcome = _outcome(None, entry, new, counts, made)
    return replace(outcome, told=tell(outcome))


def undo_edit(
    connection: Connection,
    plan: int,
    *,
    actor: Actor,
    expected: int | None = None,
    key: str | None = None,
    permit: Permit = lambda _community: None,
    tell: Tell = lambda _outcome: b"",
) -> Outcome:
    """Take back the last step of a plan that is not taken back yet."""
    head = read_head(connection, plan, lock=True)
    permit(head.community)
    again = _told_before(connection, head, key, UNDO, {}, tell)
    if again is not None:
        return again
    _require_fresh(connection, head, expected)
    if not head.done:
        raise NothingToDoError("没有可以撤销的步骤", "there is nothing to undo")
    target = find_entry(connection, plan, head.done)
    entry = Entry(
        operation=UNDO,
        parameters={},
        forward=target.inverse,
        inverse=target.forward,
        sentence_zh=f"撤销：{target.sentence_zh}",
        sentence_en=f"undo: {target.sentence_en}",
        done_before=head.done,
        undone_before=head.undone,
        set_before=target.set_after,
        set_after=target.set_before,
        target=target.number,
        key=key,
    )
    return _replay(
        connection,
        head,
        entry,
        actor,
        tell=tell,
        done=target.done_before,
        undone=head.done,
    )


def redo_edit(
    connection: Connection,
    plan: int,
    *,
    actor: Actor,
    expected: int | None = None,
    key: str | None = None,
    permit: Permit = lambda _community: None,
    tell: Tell = lambda _outcome: b"",
) -> Outcome:
    """Make the step again that was taken back last."""
    head = read_head(connection, plan, lock=True)
    permit(head.community)
    again = _told_before(connection, head, key, REDO, {}, tell)
    if again is not None:
        return again
    _require_fresh(connection, head, expected)
    if not head.undone:
        raise NothingToDoError("没有可以重做的步骤", "there is nothing to redo")
    target = find_entry(connection, plan, head.undone)
    taken = find_undo_of(connection, plan, head.undone)
    entry = Entry(
        operation=REDO,
        parameters={},
        forward=target.forward,
        inverse=target.inverse,
        sentence_zh=f"重做：{target.sentence_zh}",
        sentence_en=f"redo: {target.sentence_en}",
        done_before=head.done,
        undone_before=head.undone,
        set_before=target.set_before,
        set_after=target.set_after,
        target=target.number,
        key=key,
    )
    return _replay(
        connection,
        head,
        entry,
        actor,
        tell=tell,
        done=target.number,
        undone=taken.undone_before,
    )


def _replay(
    connection: Connection,
    head: Head,
    entry: Entry,
    actor: Actor,
    *,
    tell: Tell,
    done: int,
    undone: int,
) -> Outcome:
    """Store a change that was worked out before, and carry the draft along."""
    state = find_state(connection, head)
    cell_set = entry.set_after or head.cell_set
    after = head.after(cell_set=cell_set, done=done, undone=undone)
    ground = state.ground
    if cell_set != head.cell_set:
        ground = find_ground(connection, head, cell_set)
    carried = _carried(state, after, ground, entry.forward)
    return _store(connection, head, entry, actor, carried, tell)


def _store(
    connection: Connection,
    head: Head,
    entry: Entry,
    actor: Actor,
    state: State,
    tell: Tell,
    made: Made | None = None,
) -> Outcome:
    """Write a step, and keep the plan as it is afterwards.

    In a pipeline no statement waits for the one before it: the answer is made while
    they are carried out.
    """
    after = state.head
    driver = driver_of(connection)
    with driver.pipeline(), driver.cursor() as cursor, driver.cursor() as counting:
        ask_counts(counting, after, entry.forward)
        counts = read_counts(counting)
        store_change(cursor, head, after, entry.forward, entry.inverse)
        write_entry(cursor, after, entry, actor)
        outcome = _outcome(after.step, entry, state, counts, made)
        told = tell(outcome)
    _keep(connection, head, state, entry.forward)
    return replace(outcome, told=told)


def _carried(state: State, after: Head, ground: Ground, change: Change) -> State:
    """Return a plan in memory after a change of its rows."""
    grids, seams = _rows(state, change)
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


def _rows(state: State, change: Change) -> tuple[dict[str, Row], dict[int, Row]]:
    """Return the rows of grids and seams after a change."""
    grids = {**state.grids, **change.grids}
    seams = {**state.seams, **change.seams}
    return (
        {code: row for code, row in sorted(grids.items()) if row is not None},
        {number: row for number, row in seams.items() if row is not None},
    )


def _keep(connection: Connection, former: Head, state: State, change: Change) -> None:
    """Keep a plan in memory, and its names in search.

    What is rolled back is never found under its stamp.
    """
    head = state.head
    STATES.put((head.stamp[0], head.id), head.stamp, state)
    GROUNDS.put((head.stamp[0], state.ground.id), head.register, state.ground)
    if former.searched:
        index_grids(connection, head.id, list(change.grids))


def _require_fresh(connection: Connection, head: Head, expected: int | None) -> None:
    """Refuse a plan that is no draft, or not the one the caller knows."""
    if head.status != "draft":
        raise NotDraftError(head.id, head.status)
    if expected is not None and expected != head.row_version:
        raise StaleError(head.id, changes_since(connection, head.id, expected))


def _told_before(
    connection: Connection,
    head: Head,
    key: str | None,
    operation: str,
    parameters: Mapping[str, Any],
    tell: Tell,
) -> Outcome | None:
    """Return what a request did when it came the first time, if it comes again."""
    entry = None if key is None else find_by_key(connection, head.id, key)
    if entry is None:
        return None
    if (entry.operation, entry.parameters) != (operation, dict(parameters)):
        raise KeyReusedError(
            f"Idempotency-Key {key} 已用于另一个请求；请换一个",
            f"Idempotency-Key {key} was used for another request; take a new one",
        )
    then = replace(
        head,
        row_version=entry.row_version,
        cell_set=entry.set_after or head.cell_set,
        done=head.done if entry.target else entry.number,
        undone=head.undone if entry.target else 0,
    )
    state = find_state(connection, head)
    free = int((state.draft.labels < 0).sum())
    outcome = Outcome(
        number=entry.number,
        operation=entry.operation,
        sentence_zh=entry.sentence_zh,
        sentence_en=entry.sentence_en,
        change=entry.forward,
        head=then,
        state=state,
        unassigned=free,
        counts=count_inside(connection, head, entry.forward),
    )
    return replace(outcome, told=tell(outcome))


def _outcome(
    number: int | None,
    entry: Entry,
    state: State,
    counts: Counts,
    made: Made | None = None,
) -> Outcome:
    return Outcome(
        number=number,
        operation=entry.operation,
        sentence_zh=entry.sentence_zh,
        sentence_en=entry.sentence_en,
        change=entry.forward,
        head=state.head,
        state=state,
        unassigned=int((state.draft.labels < 0).sum()),
        line=made.line if made else None,
        hit=made.hit if made else (),
        counts=counts,
    )
