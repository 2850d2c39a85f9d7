"""The OGC service as an application of its own, with its own API document."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from api.deps import GUARDED
from api.errors import add_error_handlers
from api.ogc import core, items, tiles

__all__ = ["mount_ogc"]

ROOT = "/ogc"


def mount_ogc(app: FastAPI) -> None:
    """Mount the service below /ogc; it shares the state of the application."""
    service = FastAPI(
        title="wangge OGC API",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[GUARDED],
    )
    service.state = app.state
    add_error_handlers(service)
    for router in (core.router, items.router, tiles.router):
        service.include_router(router)

    @app.get(ROOT, include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse(f"{ROOT}/")

    app.mount(ROOT, service)
