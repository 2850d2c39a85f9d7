"""The web application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.middleware.gzip import GZipMiddleware

from api.deps import GUARDED
from api.edit_problems import add_edit_handlers
from api.errors import add_error_handlers
from api.headers import SecurityHeaders
from api.hosts import KnownHosts
from api.lifespan import lifespan_of
from api.metrics import Metrics
from api.ogc.main import mount_ogc
from api.openapi import ABOUT, describe
from api.problems import GUARD_PROBLEMS
from api.proofs import Proofs
from api.requests import Requests
from api.routes import (
    accounts,
    audit,
    certificates,
    compare,
    divisions,
    drafts,
    edits,
    events,
    exports,
    grids,
    health,
    jobs,
    origin,
    places,
    plans,
    problems,
    reviews,
    search,
    session,
    sheets,
    tiles,
    tokens,
    uploads,
)
from api.routes.gate import gate_router
from api.routes.page import page_router
from api.routes.trust import trust_router
from api.settings import Settings
from api.tile_cache import TileCache
from data.accounts.coming import Subtrees

__all__ = ["create_app"]

SMALL = 1000
"""Bytes below which an answer is not worth compressing."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application: the record where there is a store, and sheets."""
    # The stock documentation pages load scripts from a CDN, so they stay off.
    app = FastAPI(
        title="wangge",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan_of(settings),
        dependencies=[GUARDED],
        responses=GUARD_PROBLEMS,
    )
    app.state.settings = settings
    app.state.subtrees = Subtrees()
    app.state.engine = None
    app.state.metrics = Metrics()
    add_error_handlers(app)
    describe(app)
    for router in (health.router, problems.router, sheets.api, sheets.pages):
        app.include_router(router)
    if settings.store is not None:
        add_record(app)
    home = "/plan" if settings.store else "/sheets/"

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse(home)

    # The last one added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=5)
    app.add_middleware(KnownHosts, hosts=settings.hosts)
    app.add_middleware(Requests, seen=app.state.metrics.seen)
    app.add_middleware(SecurityHeaders, hsts_s=settings.hsts_s)
    return app


def add_record(app: FastAPI) -> None:
    """Add everything that reads the record: the API, tiles, OGC and the pages."""
    # Routes are tried in their order: a map asks for tiles by the dozen, and a hand
    # that paints waits for each of its strokes.
    app.state.tiles = TileCache()
    app.include_router(tiles.router)
    app.state.proofs = Proofs()
    add_edit_handlers(app)
    app.include_router(edits.router)
    for noun in (origin, divisions, plans, certificates, grids, places, search):
        app.include_router(noun.router)
    for noun in (drafts, reviews, compare, events, exports):
        app.include_router(noun.router)
    for noun in (jobs, uploads):
        app.include_router(noun.router)
    for noun in (session, accounts, tokens, audit):
        app.include_router(noun.router)
    mount_ogc(app)
    app.include_router(page_router())
    app.include_router(gate_router())
    if (trust := app.state.settings.trust) is not None:
        app.include_router(trust_router(trust))
