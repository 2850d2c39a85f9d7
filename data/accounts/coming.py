"""From a cookie or a token to who that is, with the grants of this very moment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Connection, TextClause, text

from data.accounts.principal import Principal
from data.accounts.roles import Grant, Permission, Role
from data.accounts.tokens import digest

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

    def of(self, door: Connection, division: str, version: object) -> Subtree:
        """Return the subtree of a division at a version of the tree."""
        key = division, version
        with self._lock:
            known = self._known.get(key)
        if known is None:
            row = door.execute(_SUBTREE, {"code": division}).one()
            known = frozenset(row.below or ()), frozenset(row.above or ())
            with self._lock:
                self._known[key] = known
                while len(self._known) > self.LIMIT:
                    self._known.popitem(last=False)
        return known


def by_session(
    door: Connection, cookie: str, subtrees: Subtrees, *, csrf: str | None = None
) -> tuple[Principal, bool] | None:
    """Return whose session a cookie is, and whether `csrf` is its twin."""
    row = _look(door, _SESSION, {"hash": digest(cookie), "idle": IDLE})
    if row is None:
        return None
    if row["stale"]:
        door.execute(_SEEN_SESSION, {"id": row["session"]})
    is_twin = csrf is not None and digest(csrf) == bytes(row["csrf"])
    return _principal(door, row, subtrees), is_twin


def by_token(door: Connection, token: str, subtrees: Subtrees) -> Principal | None:
    """Return whose token it is, limited to the scopes of the token."""
    row = _look(door, _TOKEN, {"hash": digest(token)})
    if row is None:
        return None
    if row["stale"]:
        door.execute(_SEEN_TOKEN, {"id": row["token"]})
    return _principal(door, row, subtrees)


def principal_of(
    door: Connection, account: int, subtrees: Subtrees | None = None
) -> Principal | None:
    """Return an account as who it would be now, e.g. for a job it asked for."""
    row = _look(door, _ACCOUNT, {"account": account})
    return None if row is None else _principal(door, row, subtrees or Subtrees())


def _look(
    door: Connection, query: TextClause, values: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    row = door.execute(query, {**values, "every": SEEN_EVERY}).one_or_none()
    return None if row is None else dict(row._mapping)


def _principal(
    door: Connection, row: Mapping[str, Any], subtrees: Subtrees
) -> Principal:
    grants, above = [], set[str]()
    for role, division in row["grants"] or ():
        below: frozenset[str] = frozenset()
        if division:
            below, leading = subtrees.of(door, division, row["tree"])
            above |= leading
        grants.append(Grant(Role(role), division, below))
    scopes = row.get("scopes")
    return Principal(
        account=row["id"],
        name=row["name"],
        display=row["display"],
        grants=tuple(grants),
        limits=None if scopes is None else frozenset(map(Permission, scopes)),
        session=row.get("session"),
        token=row.get("token"),
        # A token is no password, and whoever set that knows nothing of it.
        must_change=bool(row["must_change"]) and row.get("token") is None,
        above=frozenset(above),
    )


_ABOUT = """
    a.id, a.name, a.display,
    coalesce((select must_change from account_secret where account = a.id), false)
        as must_change,
    (select json_agg(json_build_array(g.role, coalesce(g.division, '')) order by g.id)
     from role_grant g where g.account = a.id) as grants,
    (select array[d.oid::bigint,
        (select sum(folded) from table_version where relation = 'division')
        + (select count(*) from table_change where relation = 'division')]::text
     from pg_database d where d.datname = current_database()) as tree
"""
_SESSION = text(
    f"""
    select {_ABOUT}, s.id as session, s.csrf, s.seen < now() - :every as stale
    from web_session s join account a on a.id = s.account
    where s.hash = :hash and s.expires > now() and s.seen > now() - :idle
      and not a.locked
    """
)
_TOKEN = text(
    f"""
    select {_ABOUT}, t.id as token, t.scopes,
           coalesce(t.seen < now() - :every, true) as stale
    from api_token t join account a on a.id = t.account
    where t.hash = :hash and t.expires > now() and t.revoked is null and not a.locked
    """
)
_ACCOUNT = text(
    f"""
    select {_ABOUT}, :every as stale from account a
    where a.id = :account and not a.locked
    """
)
_SEEN_SESSION = text("update web_session set seen = now() where id = :id")
_SEEN_TOKEN = text("update api_token set seen = now() where id = :id")
_SUBTREE = text("select below, above from division_subtree(:code)")
