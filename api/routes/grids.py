"""Grids of the plans in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import GeoJSONResponse, answer, collection
from api.deps import KNOWN_ONLY, Bbox, Db, Drafts, OnDate, Page, Under
from api.problems import READ_PROBLEMS, problem_responses
from api.schemas.base import Feature, FeatureCollection
from api.schemas.plans import GridProperties, GridType
from data.queries.grids import grid_feature, list_grids

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/grids",
    tags=["grids"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)


@router.get(
    "",
    response_model=FeatureCollection[GridProperties],
    response_class=GeoJSONResponse,
)
def grids(
    request: Request,
    db: Db,
    on: OnDate,
    bbox: Bbox,
    page: Page,
    under: Under = "",
    type: Annotated[GridType | None, Query(description="only this type")] = None,
    in_band: Annotated[
        bool | None,
        Query(description="true: only within low and high; false: only outside"),
    ] = None,
    drafts: Drafts = False,
) -> Response:
    """List the grids of the plans in force on a day, by community and code."""
    found = list_grids(
        db,
        on=on,
        under=under,
        type_=type,
        in_band=in_band,
        box=bbox,
        drafts=drafts,
        limit=page.limit,
        after=page.key(str, str),
    )
    return collection(request, found)


@router.get(
    "/{code}",
    response_model=Feature[GridProperties],
    response_class=GeoJSONResponse,
    responses=problem_responses("not_found"),
)
def grid(
    request: Request,
    db: Db,
    code: Annotated[
        str, Path(pattern=r"^[0-9]{13,18}$", description="code of the grid")
    ],
    on: OnDate,
    drafts: Drafts = False,
) -> Response:
    """Give a grid of the plan in force on a day."""
    body = grid_feature(db, code, on=on, drafts=drafts).encode()
    return answer(request, body, media_type=GeoJSONResponse.media_type)
