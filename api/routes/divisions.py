"""The administrative tree."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import GeoJSONResponse, answer, json_page
from api.deps import KNOWN_ONLY, Db, OnDate, Page, Under
from api.problems import READ_PROBLEMS, problem_responses
from api.schemas.base import Feature, ListOf
from api.schemas.divisions import Days, Division, DivisionProperties, Level
from data.queries.divisions import (
    DivisionCard,
    division_card,
    division_dates,
    list_divisions,
)

__all__ = ["router"]

CODE = r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"

router = APIRouter(
    prefix="/api/v1/divisions",
    tags=["divisions"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
Code = Annotated[str, Path(pattern=CODE, description="code of the division")]
FOUND = problem_responses("not_found")


@router.get("", response_model=ListOf[Division])
def divisions(
    request: Request,
    db: Db,
    on: OnDate,
    page: Page,
    under: Under = "",
    parent: Annotated[
        str | None,
        Query(pattern=CODE, description="code of the division directly above"),
    ] = None,
    level: Annotated[Level | None, Query(description="only this level")] = None,
) -> Response:
    """List divisions by code, each with how much of it is planned on a day."""
    found = list_divisions(
        db,
        on=on,
        parent=parent,
        level=level,
        under=under,
        limit=page.limit,
        after=page.key(str),
    )
    items = [dict(row._mapping) for row in found.rows]
    return json_page(request, ListOf[Division], found, items)


@router.get(
    "/{code}",
    response_model=Feature[DivisionProperties],
    response_class=GeoJSONResponse,
    responses=FOUND,
)
def division(request: Request, db: Db, code: Code, on: OnDate) -> Response:
    """Give a division with its outline, what lies above it and what it holds."""
    body = _feature(division_card(db, code, on=on))
    return answer(request, body, media_type=GeoJSONResponse.media_type)


@router.get("/{code}/dates", response_model=Days, responses=FOUND)
def dates(request: Request, db: Db, code: Code) -> Response:
    """List the days on which a plan in a division took effect, to travel to."""
    days = [{"date": day, "plans": plans} for day, plans in division_dates(db, code)]
    made = Days.model_validate({"items": days})
    return answer(request, made.model_dump_json().encode())


def _feature(card: DivisionCard) -> bytes:
    told = {k: v for k, v in card.row._mapping.items() if k != "geometry"}
    told |= {"ancestors": card.ancestors, "figures": card.figures}
    properties = DivisionProperties.model_validate(told).model_dump_json()
    head = f'{{"type":"Feature","id":{json.dumps(card.row.code)}'
    shape = card.geometry or "null"
    return f'{head},"geometry":{shape},"properties":{properties}}}'.encode()
