"""From a cookie or a token to who that is, with the grants of this very moment."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, text

from data.accounts.principal import Principal
from data.accounts.roles import Grant, Permission, Role
from data.accounts.tokens import digest
from data.driver import driver_at_work

__all__ = ["IDLE", "Subtrees", "by_session", "by_token", "principal_of"]

IDLE = timedelta(hours=2)
"""A session nobody uses for so long has ended."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session or token was used last."""

Subtree = tuple[frozenset[str], frozenset[str]]
"""Codes of a division and all below it; codes of all above it."""


class Subtrees:
    """Which codes lie below and above a division, kept until the tree changes."""

    LIMIT = 1000

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, object], Subtree] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: Connection, division: str, version: object) -> Subtree:
        """Return the subtree of a division at a version of the tree."""
        key = division, version
        with self._lock:
            known = self._known.get(key)
        if known is None:
            row = connection.execute(_SUBTREE, {"code": division}).one()
            known = frozenset(row.below or ()), frozenset(row.above or ())
            with self._lock:
                self._known[key] = known
                while len(self._known) > self.LIMIT:
                    self._known.popitem(last=False)
        return known


def by_session(
    connection: Connection,
    cookie: str,
    subtrees: Subtrees,
    *,
    csrf: str | None = None,
    touch: bool = True,
) -> tuple[Principal, bool] | None:
    """Return whose session a cookie is, and whether `csrf` is its twin.

    The session lasts longer for it, unless it is not to be touched.
    """
    values = {"secret": digest(cookie), "idle": IDLE, "every": _every(touch)}
    row = _ask(connection, _SESSION, values)
    if row is None:
        return None
    is_twin = csrf is not None and digest(csrf) == bytes(row.csrf)
    return _principal(connection, row, subtrees, session=row.session), is_twin


def by_token(
    connection: Connection, token: str, subtrees: Subtrees
) -> Principal | None:
    """Return whose token it is, limited to the scopes of the token."""
    values = {"secret": digest(token), "every": _every(True)}
    row = _ask(connection, _TOKEN, values)
    if row is None:
        return None
    limits = frozenset(map(Permission, row.scopes))
    return _principal(connection, row, subtrees, token=row.token, limits=limits)


def principal_of(
    connection: Connection, account: int, subtrees: Subtrees | None = None
) -> Principal | None:
    """Return an account as who it would be now, e.g. for a job it asked for."""
    row = _ask(connection, _ACCOUNT, {"account": account})
    return None if row is None else _principal(connection, row, subtrees or Subtrees())


def _ask(connection: Connection, question: str, values: dict[str, Any]) -> Any:
    with driver_at_work(connection) as driver:
        cursor = driver.cursor(row_factory=namedtuple_row)
        return cursor.execute(question, values).fetchone()


def _every(touch: bool) -> timedelta | None:
    return SEEN_EVERY if touch else None


def _principal(
    connection: Connection,
    row: Any,
    subtrees: Subtrees,
    *,
    session: int | None = None,
    token: int | None = None,
    limits: frozenset[Permission] | None = None,
) -> Principal:
    grants, above = [], set[str]()
    for role, division in row.grants or ():
        below: frozenset[str] = frozenset()
        if division:
            below, leading = subtrees.of(connection, division, row.tree)
            above |= leading
        grants.append(Grant(Role(role), division, below))
    return Principal(
        account=row.id,
        name=row.name,
        display=row.display,
        grants=tuple(grants),
        limits=limits,
        session=session,
        token=token,
        # A token is no password, and whoever set that knows nothing of it.
        must_change=row.must_change and token is None,
        above=frozenset(above),
    )


_SESSION = "select * from who_has_session(%(secret)s, %(idle)s, %(every)s)"
_TOKEN = "select * from who_has_token(%(secret)s, %(every)s)"
_ACCOUNT = "select * from who_is(%(account)s)"
_SUBTREE = text("select below, above from division_subtree(:code)")
