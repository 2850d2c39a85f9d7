"""The folder of generated sheets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import Field

from api.deps import KNOWN_ONLY, AppSettings
from api.pages import Page, file_of, index_page, list_pages
from api.problems import problem_responses
from api.schemas.base import Answer
from data.errors import NotFoundError

__all__ = ["api", "pages"]

api = APIRouter(
    prefix="/api/v1/sheets",
    tags=["sheets"],
    dependencies=[KNOWN_ONLY],
    responses=problem_responses("unknown_parameter"),
)
pages = APIRouter(prefix="/sheets", include_in_schema=False)


class Sheet(Answer):
    """One generated sheet."""

    title: str = Field(description="title of the sheet")
    href: str = Field(description="address on this service")
    size_bytes: int = Field(description="size of the page in bytes")
    plan: str | None = Field(description="address of the plan as a GeoPackage")


@api.get("")
def sheets(settings: AppSettings) -> list[Sheet]:
    """List the sheets of the folder by name."""
    return [
        Sheet(
            title=page.title,
            href=f"sheets/{page.href}",
            size_bytes=page.size_bytes,
            plan=page.plan and f"sheets/{page.plan}",
        )
        for page in _pages(settings)
    ]


def _pages(settings: AppSettings) -> list[Page]:
    return list_pages(settings.pages) if settings.pages else []


@pages.get("/", response_class=HTMLResponse)
def index(settings: AppSettings) -> str:
    """Show the sheets of the folder."""
    return index_page(_pages(settings))


@pages.get("/{name}")
def file(
    settings: AppSettings, name: Annotated[str, Path(max_length=255)]
) -> FileResponse:
    """Give a sheet or what lies beside it."""
    if settings.pages is None:
        raise NotFoundError(
            "没有图纸文件夹；请用 wangge serve 文件夹 启动",
            "there is no folder of sheets; start by wangge serve FOLDER",
        )
    path, media_type = file_of(settings.pages, name)
    return FileResponse(path, media_type=media_type)
