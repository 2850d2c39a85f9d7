"""What lives as long as the application: the connections to the record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from api.live import Live
from api.settings import Settings
from data.engine import build_web_engine

__all__ = ["lifespan_of"]


def lifespan_of(
    settings: Settings,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the lifespan that keeps one engine on `app.state.engine`.

    Nothing is asked of the database here: the service starts beside one that is still
    starting, and /readyz tells when it can work.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = settings.store and build_web_engine(
            settings.store,
            pool_size=settings.pool_size,
            patience=settings.patience_s,
            timeout=settings.statement_timeout_s,
        )
        engine = app.state.engine
        app.state.live = None if engine is None else Live(engine)
        try:
            yield
        finally:
            if app.state.live is not None:
                await app.state.live.stop()
            if app.state.engine is not None:
                app.state.engine.dispose()

    return lifespan
