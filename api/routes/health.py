"""Whether the service lives, whether it can work, what it has done."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from api.auth.principal import Permission
from api.deps import KNOWN_ONLY, AppSettings, require
from api.problems import problem_responses
from api.schemas.base import Answer
from data.queries.readiness import Readiness, readiness

__all__ = ["router"]

router = APIRouter(
    tags=["service"],
    dependencies=[KNOWN_ONLY],
    responses=problem_responses("unknown_parameter"),
)


class Health(Answer):
    """Answer of a process that lives."""

    status: Literal["ok"] = Field(description="ok while the process answers")


class Ready(Answer):
    """What the service needs for its work."""

    ready: bool = Field(description="true if everything below is as it must be")
    database: bool = Field(description="the database answers; true where none is set")
    migrated: bool = Field(description="its tables are those of this version")
    guarded: bool = Field(description="the triggers that guard plans are in force")
    bound: bool = Field(description="row security is on and binds this service")
    indexed: bool = Field(
        description="indexes on geometry work for who sees a part; true or slower"
    )


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process lives; asks nothing of the database."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Ready, "description": "not ready"}})
def readyz(request: Request, response: Response, settings: AppSettings) -> Ready:
    """Tell whether the database can be reached, is up to date and guarded."""
    found = _readiness(request, settings)
    answer = Ready(
        ready=found.ready,
        database=found.database,
        migrated=found.migrated,
        guarded=found.guarded,
        bound=found.bound,
        indexed=found.indexed,
    )
    if not answer.ready:
        response.status_code = 503
    return answer


def _readiness(request: Request, settings: AppSettings) -> Readiness:
    engine = request.app.state.engine
    if engine is None:
        return Readiness(True, True, True, True, True)
    return readiness(engine, timeout=settings.statement_timeout_s)


@router.get("/metrics", response_class=Response)
def metrics(request: Request, settings: AppSettings) -> Response:
    """Give figures of this process in the text format of Prometheus.

    They tell of everybody's requests, so they are for those who read the audit.
    """
    if settings.store is not None:
        require(request.state.principal, Permission.READ_AUDIT, "")
    body = request.app.state.metrics.text(request.app.state.engine)
    return Response(body, media_type=CONTENT_TYPE_LATEST)
