"""The application pages and the files they load."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from data.errors import NotFoundError
from maps.catalogue import DEFAULT_LANGUAGE, tag
from maps.planner import planner_page
from maps.public import MEDIA_TYPES, public_files
from maps.wizard import wizard_page

__all__ = ["Language", "page_router"]

COOKIE = "lang"
A_YEAR_S = 365 * 24 * 3600
FOR_EVER = f"public, max-age={A_YEAR_S}, immutable"


async def language(
    asked: Annotated[str | None, Query(alias="lang")] = None,
    kept: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> str:
    """Return the language of a page: as asked, as kept, or Chinese."""
    return tag(asked) or tag(kept) or DEFAULT_LANGUAGE


Language = Annotated[str, Depends(language)]


def page_router() -> APIRouter:
    """Return the routes of the pages; the public files are read once."""
    router = APIRouter(include_in_schema=False)
    public = public_files()

    @router.get("/plan", response_class=HTMLResponse)
    def plan(lang: Language) -> HTMLResponse:
        """Show the planner's page; what it shows is in the query, for its script."""
        page = planner_page(lang=lang, static=f"static/{public.digest}")
        return HTMLResponse(page, headers={"Vary": "Cookie"})

    @router.get("/import", response_class=HTMLResponse)
    def take_in(lang: Language) -> HTMLResponse:
        """Show the page that takes in files."""
        page = wizard_page(lang=lang, static=f"static/{public.digest}")
        return HTMLResponse(page, headers={"Vary": "Cookie"})

    @router.get("/static/{digest}/{name:path}")
    async def static(
        request: Request, digest: str, name: Annotated[str, Path(max_length=255)]
    ) -> Response:
        """Give a public file, to be kept for ever; the first page asks for hundreds."""
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        give = public.packed if takes_gzip else public.read
        body = give(name) if digest == public.digest else None
        if body is None:
            raise NotFoundError(
                f"这里没有 {name!r}；请刷新页面",
                f"there is no {name!r} here; reload the page",
            )
        media_type = MEDIA_TYPES[PurePosixPath(name).suffix]
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        if takes_gzip:
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=media_type, headers=headers)

    return router
