"""What the codes of problems mean; `type` of a problem leads here."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from api.deps import KNOWN_ONLY
from api.problems import PROBLEMS, problem_responses
from api.schemas.base import Answer

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/problems",
    tags=["service"],
    dependencies=[KNOWN_ONLY],
    responses=problem_responses("unknown_parameter"),
)


class ProblemKind(Answer):
    """A kind of problem."""

    code: str = Field(description="stable word")
    status: int = Field(description="HTTP status")
    title: str = Field(description="the HTTP status in words")
    detail_zh: str = Field(description="what it means and what to do, in Chinese")
    detail_en: str = Field(description="what it means and what to do, in English")


@router.get("")
async def problems() -> list[ProblemKind]:
    """List the kinds of problems, with what to do about each."""
    return [
        ProblemKind(
            code=code,
            status=status,
            title=status.phrase,
            detail_zh=zh,
            detail_en=en,
        )
        for code, (status, zh, en) in PROBLEMS.items()
    ]
