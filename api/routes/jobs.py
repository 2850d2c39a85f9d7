"""Jobs: drawing asked for, looked at, cancelled; files they made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response, status
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, Row

from api.deps import KNOWN_ONLY, Actor, Db, Page, Snapshot, Under, Work, require
from api.paging import encode_cursor
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.schemas.jobs import DrawJob, DrawOptions, JobDetail, Jobs
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.errors import ParameterError
from data.jobs.files import file_parts, file_row
from data.jobs.queue import (
    add_job,
    ask_to_stop,
    count_workers,
    job_items,
    job_row,
    list_jobs,
    no_job,
)
from data.jobs.registry import KINDS
from data.queries.divisions import require_division

__all__ = ["accepted", "card_of", "draw_arguments", "router"]

router = APIRouter(
    prefix="/api/v1/jobs",
    tags=["jobs"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
JobId = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the job")]
FOUND = problem_responses("not_found")
CHANGED = WRITE_PROBLEMS | problem_responses("not_found", "conflict")


@router.get("", response_model=Jobs)
def jobs(
    db: Db,
    actor: Actor,
    page: Page,
    under: Under = "",
    kind: Annotated[
        str | None, Query(pattern="^[a-z_]{1,40}$", description="only this kind")
    ] = None,
    open: Annotated[
        bool, Query(description="true: only those that wait or run")
    ] = False,
) -> dict[str, Any]:
    """List jobs, newest first: one's own, and those where one may see drafts."""
    found = list_jobs(
        db,
        account=actor.account,
        divisions=actor.where(Permission.READ_DRAFTS),
        under=under,
        kind=kind,
        open_only=open,
        limit=page.limit,
        after=page.key(int),
    )
    return {
        "items": [card_of(row, actor) for row in found.rows],
        "next": None if found.next is None else encode_cursor(found.next),
        "workers": count_workers(db),
    }


@router.post(
    "",
    response_model=JobDetail,
    status_code=status.HTTP_202_ACCEPTED,
    responses=CHANGED,
)
def draw(db: Work, actor: Actor, asked: DrawJob, response: Response) -> dict[str, Any]:
    """Order the drawing of a community, street or district; answers at once.

    Each community gets a draft beside the plans it has. The same order while it is
    being done is the same job.
    """
    require_division(db, asked.division)
    require(actor, Permission.EDIT_PLAN, asked.division)
    row = add_job(
        db,
        "draw",
        draw_arguments(asked),
        division=asked.division,
        account=actor.account,
        key=f"draw:{asked.division}",
    )
    return accepted(db, row, actor, response)


@router.get("/{job}", response_model=JobDetail, responses=FOUND)
def job(db: Db, actor: Actor, job: JobId) -> dict[str, Any]:
    """Give a job with the pieces of it that are finished."""
    return _detail(db, _seen(db, actor, job), actor)


@router.post("/{job}/cancel", response_model=JobDetail, responses=CHANGED)
def cancel(db: Work, actor: Actor, job: JobId) -> dict[str, Any]:
    """Cancel a job; it ends within two seconds, and what is finished stays."""
    row = _seen(db, actor, job)
    if row.account != actor.account:
        require(actor, Permission[KINDS[row.kind].may], row.division)
    return _detail(db, ask_to_stop(db, job), actor)


@router.get(
    "/{job}/file",
    response_class=Response,
    responses={
        **FOUND,
        200: {
            "description": "the file that the job made",
            "content": {"application/octet-stream": {}},
        },
    },
)
def file(snapshot: Snapshot, actor: Actor, job: JobId) -> Response:
    """Download what a job made; it is kept for a week."""
    with snapshot() as db:
        _seen(db, actor, job)
        found = file_row(db, job)

    def parts() -> Iterator[bytes]:
        # Given back between parts: a slow reader must not hold a connection.
        for number in range(found.parts):
            with snapshot() as db:
                yield file_parts(db, job, number)

    names = f"filename*=UTF-8''{quote(found.name)}"
    headers = {
        "Content-Disposition": f"attachment; {names}",
        "Content-Length": str(found.size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(parts(), media_type=found.media_type, headers=headers)


def _seen(db: Connection, actor: Principal, job: int) -> Row[Any]:
    """Return a job of one's own, or where one may see drafts; no other is there."""
    row = job_row(db, job)
    if row.account == actor.account:
        return row
    if actor.may(Permission.READ_DRAFTS, row.division):
        return row
    raise no_job(job)


def draw_arguments(asked: DrawOptions) -> dict[str, Any]:
    """Return what the job that draws is told, checked."""
    if asked.low > asked.high:
        raise ParameterError(
            f"户数下限 {asked.low} 高于上限 {asked.high}；请对调或修改",
            f"low {asked.low} is above high {asked.high}; exchange or change them",
        )
    weights = asked.weights.model_dump()
    if asked.former in ("loyalty", "legacy"):
        weights["loyalty"] = weights["loyalty"] or 1.0
    elif weights["loyalty"] > 0:
        raise ParameterError(
            "“沿用网格”的权重需要把 former 设为 loyalty 或 legacy",
            "a weight of loyalty needs `former` to be loyalty or legacy",
        )
    names = ("low", "high", "seed", "effort", "former")
    return {**{name: getattr(asked, name) for name in names}, "weights": weights}


def accepted(
    db: Connection, row: Row[Any], actor: Principal, response: Response
) -> dict[str, Any]:
    """Return a job that was put in, and say where to look for it."""
    response.headers["Location"] = f"/api/v1/jobs/{row.id}"
    return _detail(db, row, actor)


def card_of(row: Row[Any], actor: Principal) -> dict[str, Any]:
    """Return a job as the one who asks is to see it."""
    told = dict(row._mapping)
    name, size = told.pop("file_name"), told.pop("file_size")
    for inner in ("account", "arguments", "attempts"):
        told.pop(inner)
    mine = row.account is not None and row.account == actor.account
    return {
        **told,
        "mine": mine,
        "file": None if name is None else {"name": name, "size": size},
    }


def _detail(db: Connection, row: Row[Any], actor: Principal) -> dict[str, Any]:
    items = [dict(item._mapping) for item in job_items(db, row.id)]
    return {**card_of(row, actor), "arguments": row.arguments, "items": items}
