"""What the routes of accounts ask for: the tables of accounts, within one's reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.auth.admission import deed_of, engine_of
from api.deps import Actor, AppSettings
from data.engine import door

__all__ = ["Desk"]


def desk(
    request: Request, settings: AppSettings, principal: Actor
) -> Iterator[Connection]:
    """Give one transaction on accounts; it is kept if the route returns."""
    with door(
        engine_of(request),
        reach=principal.reach,
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        **deed_of(request)._asdict(),
    ) as opened:
        yield opened


Desk = Annotated[Connection, Depends(desk, scope="function")]
