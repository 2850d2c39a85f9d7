"""Exports: a plan, or those of a division, as a file; the large ones by a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi import Path as PathParameter
from sqlalchemy import Connection
from starlette.background import BackgroundTask

from api.answers import not_modified
from api.auth.principal import Permission, Principal
from api.deps import (
    KNOWN_ONLY,
    Actor,
    AppSettings,
    Drafts,
    OnDate,
    Snapshot,
    Work,
    require,
    today,
)
from api.exports.asked import Asked, require_at_once, require_possible
from api.exports.job import arguments_of
from api.exports.sending import (
    export_tag,
    note_export,
    one_place,
    send,
    working_folder,
)
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.routes.jobs import accepted
from api.routes.plans import PlanId
from api.schemas.exports import ExportJob, query_order
from api.schemas.jobs import JobDetail
from data.accounts.trail import note
from data.errors import ParameterError
from data.exports.cards import place_name, plan_cards, plans_under
from data.exports.order import MEDIA_TYPES, Order
from data.jobs.queue import add_job

__all__ = ["router"]

PROBLEMS = READ_PROBLEMS | problem_responses(
    *("not_found", "conflict", "refused", "export_too_large"),
    *("timeout", "store_busy", "store_unavailable", "export_busy", "no_font"),
)
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the file",
        "content": {
            media: {
                "schema": {"type": "object"}
                if media.endswith("json")
                else {"type": "string", "format": "binary"}
            }
            for media in MEDIA_TYPES.values()
        },
    },
    304: {"description": "nothing that the file shows has changed"},
}

router = APIRouter(
    prefix="/api/v1", tags=["exports"], dependencies=[KNOWN_ONLY], responses=PROBLEMS
)
OrderOf = Annotated[Order, Depends(query_order)]
DivisionCode = Annotated[
    str,
    PathParameter(
        pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
        description="code of a division",
    ),
]


@router.get("/plans/{plan}/export", response_class=Response, responses=FILE)
def export_plan(
    request: Request,
    settings: AppSettings,
    snapshot: Snapshot,
    actor: Actor,
    plan: PlanId,
    order: OrderOf,
) -> Response:
    """Make a plan into a file: data, an atlas to print, or its certificate.

    The same plan gives the same bytes. At most 120 sheets are drawn at once; more by
    a job.
    """
    with snapshot() as db:
        asked = _plan(db, plan, order)
        require(actor, Permission.EXPORT, asked.cards[0].community)
        tag = export_tag(db, asked)
    return _answer(request, settings, snapshot, actor, asked, tag)


@router.get("/divisions/{code}/export", response_class=Response, responses=FILE)
def export_division(
    request: Request,
    settings: AppSettings,
    snapshot: Snapshot,
    actor: Actor,
    code: DivisionCode,
    order: OrderOf,
    on: OnDate,
    drafts: Drafts = False,
) -> Response:
    """Make the plans shown below a division on a day into one file.

    At most 1,000 grids of data or 120 sheets are made at once; more by a job.
    """
    with snapshot() as db:
        place = place_name(db, code)
        require(actor, Permission.EXPORT, code)
        plans = plans_under(db, code, on=on, drafts=drafts)
        asked = Asked(plan_cards(db, plans), order, place, on)
        tag = export_tag(db, asked)
    return _answer(request, settings, snapshot, actor, asked, tag)


@router.post(
    "/exports",
    response_model=JobDetail,
    status_code=status.HTTP_202_ACCEPTED,
    responses=WRITE_PROBLEMS,
)
def export_by_job(
    db: Work, actor: Actor, asked: ExportJob, response: Response
) -> dict[str, Any]:
    """Order an export that a job makes; its file can be downloaded for a week.

    The same order while it is being made is the same job.
    """
    if (asked.plan is None) == (asked.division is None):
        raise ParameterError(
            "请给出 plan 或 division 其中一个", "give either `plan` or `division`"
        )
    if asked.plan is not None:
        found = _plan(db, asked.plan, asked.order())
        division = found.cards[0].community
    else:
        assert asked.division is not None
        division = asked.division
        place, on = place_name(db, division), asked.on or today()
        plans = plans_under(db, division, on=on, drafts=asked.drafts)
        found = Asked(plan_cards(db, plans), asked.order(), place, on)
    require(actor, Permission.EXPORT, division)
    require_possible(found)
    told = arguments_of(found)
    row = add_job(
        db,
        "export",
        told,
        division=division,
        account=actor.account,
        key=f"export:{actor.account}:{division}:{sorted(told['order'].items())}",
    )
    note(
        db,
        "export",
        str(found.order.format),
        relation="job",
        row=str(row.id),
        community=division if len(division) == 12 else None,
        after={**found.order.told(), "how": "job", "division": division,
               "plans": len(found.cards), "grids": found.grids},
    )  # fmt: skip
    return accepted(db, row, actor, response)


def _plan(db: Connection, plan: int, order: Order) -> Asked:
    cards = plan_cards(db, [plan])
    return Asked(cards, order, cards[0].community_name)


def _answer(
    request: Request,
    settings: AppSettings,
    snapshot: Snapshot,
    actor: Principal,
    asked: Asked,
    tag: str,
) -> Response:
    """Make the file, note who took it, and send it."""
    unchanged = not_modified(request, tag)
    if unchanged is not None:
        return unchanged
    require_at_once(asked)
    # Drawing takes a second to load, which the first page need not wait for.
    from api.exports.making import make

    folder = working_folder()
    try:
        out = Path(folder.name) / f"export{asked.order.ending}"
        with one_place():
            make(snapshot, asked, out)
        note_export(request, settings, actor, asked, "download")
        return send(out, asked, tag, BackgroundTask(folder.cleanup))
    except BaseException:
        folder.cleanup()
        raise
