"""The web application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import FastAPI, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel, Field

from api.errors import add_error_handlers
from api.pages import file_of, index_page, list_pages
from api.settings import Settings

__all__ = ["create_app"]

SECURITY_HEADERS = {
    # Sheets carry their script, style and images inside; nothing comes from outside.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Health(BaseModel):
    """Answer of a service that can do its work."""

    status: str = Field(default="ok", description="ok while pages can be served")
    pages: int = Field(description="number of sheets in the folder")


class Sheet(BaseModel):
    """One generated sheet."""

    title: str = Field(description="title of the sheet")
    href: str = Field(description="address, relative to the root of this service")
    size_bytes: int = Field(description="size of the page in bytes")
    plan: str | None = Field(description="address of the plan as a GeoPackage")


def create_app(settings: Settings) -> FastAPI:
    """Return the application that shows a folder of generated pages."""
    # The stock documentation pages load scripts from a CDN, so they stay off.
    app = FastAPI(title="wangge", docs_url=None, redoc_url=None)
    add_error_handlers(app)
    folder = settings.pages

    @app.middleware("http")
    async def add_security_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.get("/healthz")
    def health() -> Health:
        """Tell whether the service can do its work."""
        return Health(pages=len(list_pages(folder)))

    @app.get("/api/v1/sheets")
    def sheets() -> list[Sheet]:
        """List the sheets of the folder by name."""
        return [
            Sheet(
                title=page.title,
                href=page.href,
                size_bytes=page.size_bytes,
                plan=page.plan,
            )
            for page in list_pages(folder)
        ]

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def index() -> str:
        return index_page(list_pages(folder))

    @app.get("/{name}", include_in_schema=False)
    def file(name: Annotated[str, Path(max_length=255)]) -> FileResponse:
        path, media_type = file_of(folder, name)
        return FileResponse(path, media_type=media_type)

    return app
