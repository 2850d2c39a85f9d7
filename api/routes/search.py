"""Search by name, address, code, pinyin and initials."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import answer
from api.deps import KNOWN_ONLY, Db, Under
from api.problems import READ_PROBLEMS
from api.schemas.search import Found, Hit
from data.queries.search import search_names

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/search",
    tags=["search"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)


@router.get("", response_model=Found)
def search(
    request: Request,
    db: Db,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            description="name, address, code, pinyin or its initials, or a part",
            examples=["xfl"],
        ),
    ],
    under: Under = "",
    limit: Annotated[int, Query(ge=1, le=100, description="rows at most")] = 20,
) -> Response:
    """Find divisions, grids and places by what people type, best first."""
    hits = search_names(db, q, under=under, limit=limit)
    found = Found(items=[Hit.model_validate(hit, from_attributes=True) for hit in hits])
    return answer(request, found.model_dump_json().encode())
