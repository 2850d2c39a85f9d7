"""Transactions that a route opens when it needs them, not for as long as it runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.auth.admission import deed_of, engine_of
from api.deps import Actor, AppSettings, Open
from data.engine import working

__all__ = ["Working"]


async def opener(request: Request, settings: AppSettings, principal: Actor) -> Open:
    """Return what opens one transaction as the one who asks."""
    deed = deed_of(request)._asdict()
    return lambda: working(
        engine_of(request),
        reach=principal.reach,
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        **deed,
    )


Working = Annotated[Open, Depends(opener)]
"""As `Work`, but for requests that take long: no connection is held in between."""
