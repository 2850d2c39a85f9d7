"""What every step on a plan begins and ends with, whatever it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from data.driver import driver_of
from data.editing.cache import GROUNDS, STATES
from data.editing.errors import KeyReusedError, NotDraftError, StaleError
from data.editing.holding import Held
from data.editing.log import (
    Counts,
    Entry,
    changes_since,
    count_inside,
    read_counts,
    write_entry,
)
from data.editing.model import Actor, Change, Head, Moved, Outcome, Row, State
from data.editing.operations import Made
from data.editing.state import find_state
from data.editing.storing import Cut, begin_change, seal_cells, store_change
from data.queries.search_index import index_grids

__all__ = [
    "Permit",
    "Tell",
    "Terms",
    "outcome_of",
    "require_fresh",
    "rows_after",
    "store_step",
    "tell_nothing",
    "told_before",
]

Permit = Callable[[str], None]
"""Refuses who may not edit plans of a community."""

Tell = Callable[[Outcome], Callable[[Counts], bytes]]
"""Makes an answer of what was done, while the record writes; the counts come last."""


Worked = tuple[Entry, Callable[[], State]]
"""What is to be written, and what makes the plan in memory of it."""


def tell_nothing(_outcome: Outcome) -> Callable[[Counts], bytes]:
    """Make no answer."""
    return lambda _counts: b""


@dataclass(frozen=True)
class Terms:
    """On what terms a step is asked for.

    Attributes
    ----------
    actor : Actor
    expected : int or None
        The row version the caller knows; None for any.
    key : str or None
        Tells a request that is sent again from a new one.
    permit : callable
    tell : callable
    at_once : bool
        Ends the transaction as it writes, so that nobody waits twice.
    """

    actor: Actor
    expected: int | None = None
    key: str | None = None
    permit: Permit = lambda _community: None
    tell: Tell = tell_nothing
    at_once: bool = False


def require_fresh(connection: Connection, head: Head, expected: int | None) -> None:
    """Refuse a plan that is no draft, or not the one the caller knows."""
    if head.status != "draft":
        raise NotDraftError(head.id, head.status)
    if expected is not None and expected != head.row_version:
        raise StaleError(head.id, changes_since(connection, head.id, expected))


def told_before(
    connection: Connection,
    held: Held,
    terms: Terms,
    operation: str,
    parameters: Mapping[str, Any],
) -> Outcome | None:
    """Return what a request did when it came the first time, if it comes again."""
    entry, head = held.earlier, held.head
    if entry is None:
        return None
    if (entry.operation, entry.parameters) != (operation, dict(parameters)):
        raise KeyReusedError(
            f"Idempotency-Key {terms.key} 已用于另一个请求；请换一个",
            f"Idempotency-Key {terms.key} was used for another request; take a new one",
        )
    then = replace(
        head,
        row_version=entry.row_version,
        cell_set=entry.set_after or head.cell_set,
        done=head.done if entry.target else entry.number,
        undone=head.undone if entry.target else 0,
    )
    state = find_state(connection, head)
    outcome = replace(outcome_of(entry.number, entry, state), head=then)
    counts = count_inside(connection, head, entry.forward)
    return replace(outcome, told=terms.tell(outcome)(counts))


def store_step(
    connection: Connection,
    head: Head,
    after: Head,
    moved: Moved,
    work_out: Callable[[], Worked],
    terms: Terms,
    *,
    made: Made | None = None,
    cut: Cut | None = None,
) -> Outcome:
    """Write a step, and keep the plan as it is afterwards.

    In a pipeline no statement waits for the one before it: what is to be written is
    worked out, and the answer made, while the record is at work. The cells that moved
    are known first.
    """
    # Names for search are written when the grids are there.
    at_once = terms.at_once and not head.searched
    driver = driver_of(connection)
    counting = driver.cursor()
    with driver.pipeline(), driver.cursor() as cursor:
        begin_change(cursor, head, after, moved, cut)
        entry, carry = work_out()
        store_change(cursor, counting, head, entry.forward)
        if cut is not None:
            # Made while the record is busy with all that was sent before.
            seal_cells(cursor, cut.ground)
        write_entry(cursor, after, entry, terms.actor)
        if at_once:
            cursor.execute("commit", prepare=False)
        state = carry()
        outcome = outcome_of(after.step, entry, state, made)
        tell = terms.tell(outcome)
    # What was rolled back is never found under its stamp.
    STATES.put((after.stamp[0], after.id), after.stamp, state)
    GROUNDS.put((after.stamp[0], state.ground.id), after.register, state.ground)
    if head.searched:
        index_grids(connection, head.id, list(entry.forward.grids))
    return replace(outcome, told=tell(read_counts(counting)))


def rows_after(state: State, change: Change) -> tuple[dict[str, Row], dict[int, Row]]:
    """Return the rows of grids and seams after a change."""
    grids = {**state.grids, **change.grids}
    seams = {**state.seams, **change.seams}
    return (
        {code: row for code, row in sorted(grids.items()) if row is not None},
        {number: row for number, row in seams.items() if row is not None},
    )


def outcome_of(
    number: int | None, entry: Entry, state: State, made: Made | None = None
) -> Outcome:
    """Return what a step did to a plan."""
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
    )
