"""Sessions of browsers: opened, listed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from data.accounts.coming import IDLE
from data.accounts.tokens import digest, new_secret
from data.errors import NotFoundError

__all__ = [
    "LONGEST",
    "OpenedSession",
    "end_others",
    "end_session",
    "list_sessions",
    "open_session",
    "sweep_sessions",
]

LONGEST = timedelta(hours=12)
"""A session ends after so long even if it is used all the time."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session; the texts are not kept, only their hashes."""

    id: int
    cookie: str
    csrf: str
    expires: datetime


def open_session(
    door: Connection, account: int, *, address: str = "", agent: str = ""
) -> OpenedSession:
    """Open a session under a secret nobody knew before."""
    cookie, csrf = new_secret(), new_secret()
    row = door.execute(
        _OPEN,
        {
            "account": account,
            "hash": digest(cookie),
            "csrf": digest(csrf),
            "longest": LONGEST,
            "address": address,
            "agent": agent[:200],
        },
    ).one()
    return OpenedSession(row.id, cookie, csrf, row.expires)


def list_sessions(door: Connection, account: int) -> list[Row[Any]]:
    """Return the sessions of an account that still hold, the last used first."""
    return list(door.execute(_LIST, {"account": account, "idle": IDLE}))


def end_session(door: Connection, account: int, session: int) -> None:
    """End a session of an account at once."""
    done = door.execute(_END, {"account": account, "session": session})
    if not done.rowcount:
        raise NotFoundError(
            f"没有会话 {session}；请刷新列表",
            f"there is no session {session}; reload the list",
        )


def end_others(door: Connection, account: int, but: int) -> int:
    """End every other session of an account; returns how many there were."""
    return door.execute(_END_OTHERS, {"account": account, "but": but}).rowcount


def sweep_sessions(door: Connection) -> int:
    """Forget sessions that have ended; returns how many there were."""
    return door.execute(_SWEEP, {"idle": IDLE}).rowcount


_OPEN = text(
    """
    insert into web_session (account, hash, csrf, expires, address, agent)
    values (:account, :hash, :csrf, now() + :longest, :address, :agent)
    returning id, expires
    """
)
_LIST = text(
    """
    select id, made, seen, least(expires, seen + :idle) as until, address, agent
    from web_session
    where account = :account and expires > now() and seen > now() - :idle
    order by seen desc, id desc
    """
)
_END = text("delete from web_session where account = :account and id = :session")
_END_OTHERS = text("delete from web_session where account = :account and id <> :but")
_SWEEP = text("delete from web_session where expires < now() or seen < now() - :idle")
