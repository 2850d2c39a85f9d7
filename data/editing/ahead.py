"""An edit made on a plan as it is remembered, before its lock is held.

What it makes counts only if the plan under the lock is that very draft: a quick edit is
made while the record is still asked, and one that takes long keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from data.editing.cache import STATES
from data.editing.errors import NotDraftError, StaleError
from data.editing.model import State
from data.editing.operations import ASKING, DRAWING, Made, carry_out
from data.editing.state import find_state, read_head
from data.editing.steps import Terms, require_fresh
from data.errors import ForbiddenError
from gis.edits import EditError

__all__ = ["Ahead"]


class Ahead:
    """What an operation would make of a plan.

    Parameters
    ----------
    plan : int
    operation : str
    parameters : mapping
    terms : Terms
    """

    def __init__(
        self, plan: int, operation: str, parameters: Mapping[str, Any], terms: Terms
    ) -> None:
        self.plan, self.operation, self.parameters = plan, operation, parameters
        self.terms = terms
        self._state: State | None = None
        self._made: Made | EditError | None = None

    @property
    def takes_long(self) -> bool:
        """Whether it is to be made before the transaction begins."""
        return self.operation in DRAWING

    def make_at_once(self) -> None:
        """Make the edit on what is remembered, if that may well be the plan."""
        known = STATES.newest(self.plan)
        if self._state is not None or known is None or self.operation in ASKING:
            return
        if self.terms.expected not in (None, known.head.row_version):
            return
        try:
            self.terms.permit(known.head.community)
        except ForbiddenError:
            return
        self._make(None, known)

    def make_first(self, connection: Connection) -> None:
        """Make the edit on the plan as a snapshot has it.

        Raises as `apply_edit` does, but for a request that may have come before.
        """
        head = read_head(connection, self.plan)
        self.terms.permit(head.community)
        try:
            require_fresh(connection, head, self.terms.expected)
        except (NotDraftError, StaleError):
            if self.terms.key is None:
                raise
            return
        self._make(connection, find_state(connection, head))

    def made(self, connection: Connection, state: State) -> Made:
        """Return what the edit makes of a plan; anew if it is not the one known."""
        if self._state is None or self._state.draft is not state.draft:
            self._make(connection, state)
        assert self._made is not None
        if isinstance(self._made, EditError):
            raise self._made
        return self._made

    def _make(self, connection: Connection | None, state: State) -> None:
        self._state = state
        try:
            self._made = carry_out(connection, state, self.operation, self.parameters)
        except EditError as error:
            self._made = error
