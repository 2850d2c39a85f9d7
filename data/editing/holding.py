"""The lock on a plan, and all an edit asks of the record before it begins.

One look at the record: the lock, the row of the plan as it is then, the step to take
back or to make again, and the step a request made that may have come before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.rows import dict_row
from sqlalchemy import Connection

from data.driver import driver_of
from data.editing.log import ENTRY_COLUMNS, REDO, UNDO, Entry, entry_of
from data.editing.model import Head
from data.editing.state import HEAD, head_of

__all__ = ["Held", "Hold", "hold_plan"]


@dataclass(frozen=True)
class Held:
    """A plan that nobody else changes till the end of the transaction.

    Attributes
    ----------
    head : Head
    earlier : Entry or None
        The step that a request with the same key made before.
    target : Entry or None
        The step that undo takes back, or redo makes again.
    left_undone : int
        The step that redo makes again once the target is made again; 0 for none.
    """

    head: Head
    earlier: Entry | None = None
    target: Entry | None = None
    left_undone: int = 0


class Hold:
    """The questions by which a plan is locked, to be sent and then heard.

    Parameters
    ----------
    plan : int
    operation : str, optional
        What is to be done; undo and redo ask for the step they are about.
    key : str, optional
        Of the request, which may have come before.
    meanwhile : callable, optional
        What is done while the record looks for the answers.
    """

    def __init__(
        self,
        plan: int,
        operation: str = "",
        key: str | None = None,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.plan, self.meanwhile = plan, meanwhile
        self._values = {"plan": plan, "key": key}
        # What is asked after the lock is held is of one moment.
        self._questions = _questions(operation, key)
        self._asked: dict[str, Cursor[dict[str, Any]]] = {}

    def ask(self, driver: psycopg.Connection) -> None:
        """Send the questions, in a pipeline."""
        self._asked = {
            name: driver.cursor(row_factory=dict_row).execute(question, self._values)
            for name, question in self._questions.items()
        }
        self.meanwhile()

    def held(self) -> Held:
        """Return what was found, after the pipeline. Raises `NotFoundError`."""
        found = {name: cursor.fetchone() for name, cursor in self._asked.items()}
        return Held(
            head=head_of(self.plan, found["head"]),
            earlier=_entry(found.get("earlier")),
            target=_entry(found.get("target")),
            left_undone=(found.get("taken") or {}).get("undone_before", 0),
        )


def hold_plan(
    connection: Connection, plan: int, operation: str = "", *, key: str | None = None
) -> Held:
    """Lock a plan and return what an operation begins with. Raises `NotFoundError`.

    Whatever belongs to a plan touches its row, so the row tells of every change.
    """
    hold, driver = Hold(plan, operation, key), driver_of(connection)
    with driver.pipeline():
        hold.ask(driver)
    return hold.held()


def _questions(operation: str, key: str | None) -> dict[str, str]:
    asked = {"lock": _LOCK, "head": _LOCKED}
    if key is not None:
        asked["earlier"] = _EARLIER
    if operation in _TARGETS:
        asked["target"] = _TARGETS[operation]
    if operation == REDO:
        asked["taken"] = _TAKEN
    return asked


def _entry(row: dict[str, Any] | None) -> Entry | None:
    return None if row is None else entry_of(row)


# Statements of an edit go by keys, and so do guards, some dozen of them: to plan each
# for the values at hand, policies and all, would cost more than all else.
_LOCK = """
    select set_config('plan_cache_mode', 'force_generic_plan', true)
    from plan where id = %(plan)s for no key update
"""
_NEXT = """,
           1 + coalesce((select max(number) from plan_edit where plan = p.id), 0)
               as step,
           pg_current_xact_id()::xid::text as transaction"""
_LOCKED = HEAD.format(more=_NEXT, plan="%(plan)s")
_EARLIER = f"""
    select {ENTRY_COLUMNS} from plan_edit where plan = %(plan)s and key = %(key)s
"""
_TARGET = f"""
    select {ENTRY_COLUMNS} from plan_edit
    where plan = %(plan)s and number = (select {{}} from plan where id = %(plan)s)
"""
_TARGETS = {UNDO: _TARGET.format("done"), REDO: _TARGET.format("undone")}
_TAKEN = """
    select undone_before from plan_edit
    where plan = %(plan)s and operation = 'undo'
      and target = (select undone from plan where id = %(plan)s)
    order by number desc limit 1
"""
