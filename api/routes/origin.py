"""Whose data the record holds, and whether it is made up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import answer
from api.deps import KNOWN_ONLY, Db
from api.problems import READ_PROBLEMS
from api.schemas.origin import Origin
from data.queries.origin import read_origin

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/origin",
    tags=["origin"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)


@router.get("", response_model=Origin)
def origin(request: Request, db: Db) -> Response:
    """Tell whose data it is, and whether it is made up."""
    found = Origin.model_validate(read_origin(db), from_attributes=True)
    return answer(request, found.model_dump_json().encode())
