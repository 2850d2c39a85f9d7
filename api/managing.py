"""For the routes that manage accounts: who may, how far, and the way to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.auth.admission import deed_of, engine_of
from api.deps import Actor, AppSettings, require
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.engine import door
from data.errors import ForbiddenError

__all__ = ["AtDoor", "Manager", "require_session"]


def at_door(
    request: Request, settings: AppSettings, _actor: Actor
) -> Iterator[Connection]:
    """Give a transaction on accounts, which is kept when the route returns."""
    with door(
        engine_of(request),
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        **deed_of(request)._asdict(),
    ) as opened:
        yield opened


AtDoor = Annotated[Connection, Depends(at_door, scope="function")]


async def manager(actor: Actor) -> Principal:
    """Return who asks, if they manage accounts anywhere at all."""
    if not actor.may_anywhere(Permission.MANAGE_ACCOUNTS):
        require(actor, Permission.MANAGE_ACCOUNTS, "")
    return actor


Manager = Annotated[Principal, Depends(manager)]


def require_session(actor: Principal) -> None:
    """Refuse a token what only a person may do: a token must not make another."""
    if actor.session is None:
        raise ForbiddenError(
            "令牌不能再生成令牌；请在“我的账号”页面操作",
            "a token cannot make another; use the page of your account",
        )
