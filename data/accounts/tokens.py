"""Keys for programs: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from data.accounts.roles import Permission
from data.errors import NotFoundError, ParameterError

__all__ = [
    "LONGEST",
    "PREFIX",
    "MadeToken",
    "digest",
    "list_tokens",
    "make_token",
    "new_secret",
    "revoke_token",
]

PREFIX = "wg_"
"""What every token begins with, so that one that leaks is known for what it is."""
LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
_TAIL = 4


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is kept of a random secret; it has no need of salt or slowness."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; its text is not kept."""

    id: int
    token: str
    expires: datetime


def make_token(
    door: Connection,
    account: int,
    *,
    name: str,
    scopes: Iterable[Permission],
    valid: timedelta = USUAL,
) -> MadeToken:
    """Make a token of an account; it can never do more than its account may."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise ParameterError(
            "令牌至少要有一项权限", "a token needs at least one permission"
        )
    if not timedelta(0) < valid <= LONGEST:
        raise ParameterError(
            f"令牌最长有效 {LONGEST.days} 天",
            f"a token is good for {LONGEST.days} days at most",
        )
    token = PREFIX + new_secret()
    row = door.execute(
        _MAKE,
        {
            "account": account,
            "name": name,
            "hash": digest(token),
            "tail": token[-_TAIL:],
            "scopes": wanted,
            "valid": valid,
        },
    ).one()
    return MadeToken(row.id, token, row.expires)


def list_tokens(door: Connection, account: int) -> list[Row[Any]]:
    """Return the tokens of an account that still hold, newest first."""
    return list(door.execute(_LIST, {"account": account}))


def revoke_token(door: Connection, account: int, token: int) -> None:
    """End a token of an account at once."""
    done = door.execute(_REVOKE, {"account": account, "token": token})
    if not done.rowcount:
        raise NotFoundError(
            f"没有令牌 {token}；请刷新列表",
            f"there is no token {token}; reload the list",
        )


_MAKE = text(
    """
    insert into api_token (account, name, hash, tail, scopes, expires)
    values (:account, :name, :hash, :tail, :scopes, now() + :valid)
    returning id, expires
    """
)
_LIST = text(
    """
    select id, name, tail, scopes, made, expires, seen from api_token
    where account = :account and revoked is null and expires > now()
    order by id desc
    """
)
_REVOKE = text(
    """
    update api_token set revoked = now()
    where account = :account and id = :token and revoked is null
    """
)
