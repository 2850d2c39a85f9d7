"""Do a step on a plan, or try it: one transaction each.

The record is the truth: a step begins with the lock on the row of its plan, and what
this process remembers of the plan counts only if that row is still the one it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from data.editing.ahead import Ahead
from data.editing.holding import Held, hold_plan
from data.editing.log import Entry, count_inside
from data.editing.making import cells_cut, cells_moved, ground_after, step_of
from data.editing.model import Outcome, State
from data.editing.operations import carry_out
from data.editing.state import find_state, is_remembered, read_head
from data.editing.steps import (
    Terms,
    Worked,
    outcome_of,
    require_fresh,
    rows_after,
    store_step,
    told_before,
)
from data.editing.storing import Cut, number_seams, number_set
from gis.edits import describe

__all__ = ["apply_edit", "preview_edit"]


def apply_edit(
    connection: Connection,
    held: Held,
    operation: str,
    parameters: Mapping[str, Any],
    terms: Terms,
    *,
    ahead: Ahead | None = None,
) -> Outcome:
    """Do an operation of `gis.edits` on a draft, and store what differs.

    `ahead` may have made the same edit already. Raises `EditError` where the plan would
    break a promise, `NotDraftError`, `StaleError`, `KeyReusedError`.
    """
    head = held.head
    terms.permit(head.community)
    again = told_before(connection, held, terms, operation, parameters)
    if again is not None:
        return again
    require_fresh(connection, head, terms.expected)
    state = find_state(connection, head)
    ahead = ahead or Ahead(head.id, operation, parameters, terms)
    made = ahead.made(connection, state)
    edit = made.edit
    ground, cell_set, cut = ground_after(state, edit, made.ground), head.cell_set, None
    if edit.plan.cell_set is not state.ground.cells:
        cell_set = number_set(connection)
        ground = replace(ground, id=cell_set)
        cut = Cut(state.ground, ground, cells_cut(state.draft, edit.plan))
    after = head.after(cell_set=cell_set, done=head.step, undone=0)
    moved = cells_moved(state.draft, edit.plan)

    def work_out() -> Worked:
        step = step_of(state, edit, ground, moved)
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
            set_before=head.cell_set if cut else None,
            set_after=cell_set if cut else None,
            key=terms.key,
        )
        return entry, lambda: State(
            after, ground, step.draft, *rows_after(state, forward)
        )

    return store_step(
        connection, head, after, moved, work_out, terms, made=made, cut=cut
    )


def preview_edit(
    connection: Connection,
    plan: int,
    operation: str,
    parameters: Mapping[str, Any],
    terms: Terms,
) -> Outcome:
    """Return what an operation would do; nothing is stored.

    Nobody waits for it, but for the moment a plan that is not in memory is read.
    """
    head = read_head(connection, plan)
    terms.permit(head.community)
    if not is_remembered(head):
        head = hold_plan(connection, plan).head
    require_fresh(connection, head, terms.expected)
    state = find_state(connection, head)
    made = carry_out(connection, state, operation, parameters)
    ground = ground_after(state, made.edit, made.ground)
    moved = cells_moved(state.draft, made.edit.plan)
    step = step_of(state, made.edit, ground, moved)
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
    new = State(head, ground, step.draft, *rows_after(state, step.forward))
    outcome = outcome_of(None, entry, new, made)
    counts = count_inside(connection, head, step.forward)
    return replace(outcome, told=terms.tell(outcome)(counts))
