"""What lies in a place: one list for each noun of the register."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import GeoJSONResponse, collection
from api.deps import KNOWN_ONLY, Bbox, Db, OnDate, Page, Under
from api.problems import READ_PROBLEMS
from api.schemas import places as answers
from api.schemas.base import Answer, FeatureCollection
from data.queries.places import PLACES, Noun, list_places

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1",
    tags=["places"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)

Kind = Annotated[
    str | None,
    Query(max_length=50, description="only this kind, road class or use"),
]
InGrid = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{13,18}$",
        description="code of a grid: only what lies in it on the day",
    ),
]

ANSWERS: dict[Noun, tuple[type[Answer], str]] = {
    "spaces": (answers.Space, "activity spaces 活动空间"),
    "devices": (answers.Device, "devices 设备"),
    "buildings": (answers.Building, "buildings 楼栋"),
    "compounds": (answers.Compound, "compounds 小区"),
    "sites": (answers.Site, "sites for exclusive 专属 and reserved 预留 grids"),
    "streets": (answers.Street, "streets 道路"),
    "barriers": (answers.Barrier, "barriers 阻隔"),
    "gates": (answers.Gate, "gates 出入口 of compounds"),
}


def add_places(noun: Noun, properties: type[Answer], what: str) -> None:
    """Add the list of one noun to the router."""

    def places(
        request: Request,
        db: Db,
        on: OnDate,
        bbox: Bbox,
        page: Page,
        under: Under = "",
        kind: Kind = None,
        grid: InGrid = None,
    ) -> Response:
        place = PLACES[noun]
        found = list_places(
            db,
            noun,
            on=on,
            under=under,
            box=bbox,
            kind=kind,
            grid=grid,
            limit=page.limit,
            after=page.key(*place.key_kinds(under)),
        )
        return collection(request, found)

    def without_kind(
        request: Request,
        db: Db,
        on: OnDate,
        bbox: Bbox,
        page: Page,
        under: Under = "",
        grid: InGrid = None,
    ) -> Response:
        return places(request, db, on, bbox, page, under, None, grid)

    router.add_api_route(
        f"/{noun}",
        places if PLACES[noun].kind else without_kind,
        methods=["GET"],
        name=noun,
        description=f"List the {what}.",
        response_model=FeatureCollection[properties],  # type: ignore[valid-type]
        response_class=GeoJSONResponse,
    )


for _noun, (_properties, _what) in ANSWERS.items():
    add_places(_noun, _properties, _what)
