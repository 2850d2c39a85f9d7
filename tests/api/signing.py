"""Accounts for tests, and what they come in with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp, Receive, Scope, Send

from data.accounts.people import add_account, give_role
from data.accounts.roles import Permission, Role
from data.accounts.sessions import open_session
from data.accounts.tokens import make_token
from data.cluster import Store
from data.engine import door

__all__ = [
    "Signed",
    "account_for",
    "at_the_door",
    "bearer",
    "session_for",
    "token_for",
]


@contextmanager
def at_the_door(record: Engine | Store) -> Iterator[Connection]:
    """Give a transaction that may make accounts."""
    engine = (
        create_engine(record.url(), poolclass=NullPool)
        if isinstance(record, Store)
        else record
    )
    with door(engine) as opened:
        yield opened


def account_for(
    record: Engine | Store,
    role: Role | str,
    division: str = "",
    *,
    password: str | None = None,
) -> int:
    """Make an account of its own with one role; returns its number."""
    name = f"{role}-{uuid4().hex[:8]}".replace("_", "-")
    with at_the_door(record) as opened:
        account = add_account(opened, name, password=password, must_change=False)
        give_role(opened, account, Role(role), division)
    return account


def token_for(
    record: Engine | Store,
    role: Role | str,
    division: str = "",
    *,
    scopes: frozenset[Permission] = frozenset(Permission),
) -> str:
    """Make an account with one role, and return a token of it."""
    account = account_for(record, role, division)
    with at_the_door(record) as opened:
        made = make_token(
            opened, account, name="test", scopes=scopes, valid=timedelta(days=1)
        )
    return made.token


def session_for(
    record: Engine | Store, role: Role | str, division: str = ""
) -> tuple[str, str]:
    """Make an account with one role; returns the cookie of a session and its twin."""
    account = account_for(record, role, division)
    with at_the_door(record) as opened:
        made = open_session(opened, account)
    return made.cookie, made.csrf


def bearer(token: str) -> dict[str, str]:
    """Return the header that a token is sent in."""
    return {"Authorization": f"Bearer {token}"}


class Signed:
    """An application whose every request comes in with a token, if with nothing else.

    For programs and browsers under test that are not about coming in.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.header = (b"authorization", f"Bearer {token}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            came = any(
                name == b"authorization"
                or (name == b"cookie" and b"wangge_session=" in value)
                for name, value in scope["headers"]
            )
            if not came:
                scope = {**scope, "headers": [*scope["headers"], self.header]}
        await self.app(scope, receive, send)
