"""Review: sent, decided by another person, published; remarks along the way."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, status

from api.deps import KNOWN_ONLY, Actor, Db, Work, require, today
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.proofs import Proofs
from api.routes.certificates import kept_proofs, prove
from api.routes.drafts import detail_of
from api.routes.plans import PlanId
from api.schemas.versions import (
    Comment,
    Comments,
    Decision,
    NewComment,
    Publication,
    Resolution,
    ReviewRequest,
    VersionDetail,
)
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.errors import ParameterError
from data.queries.plan_views import plan_version
from data.queries.publish import archive_ended
from data.versions.comments import add_comment, list_comments, resolve_comment
from data.versions.drafts import require_plan
from data.versions.readiness import require_ready
from data.versions.reviews import (
    approve,
    put_into_force,
    return_plan,
    submit,
    withdraw,
)

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/plans/{plan}",
    tags=["versions"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("not_found")},
)
CHANGED = WRITE_PROBLEMS | problem_responses("conflict")


@router.post(
    "/review",
    response_model=VersionDetail,
    responses=CHANGED | problem_responses("not_ready"),
)
def review(
    db: Work,
    actor: Actor,
    plan: PlanId,
    asked: ReviewRequest,
    proofs: Annotated[Proofs, Depends(kept_proofs)],
) -> dict[str, Any]:
    """Send a draft for review, if its certificate is valid."""
    # What proves takes a second to load, which the first page need not wait for.
    from data.queries.plans import read_plans

    # Locked: nobody edits what is being proven.
    row = require_plan(db, plan, lock=True)
    require(actor, Permission.EDIT_PLAN, row.community)
    version = plan_version(db, plan)
    if row.status == "draft":
        stored = read_plans(db, [plan])
        document = json.loads(
            proofs.make((plan, version), lambda: prove(stored, plan, version))
        )
        require_ready(db, plan, document)
    else:
        document = {}
    submit(
        db,
        plan,
        actor=actor.display,
        row_version=version if asked.row_version is None else asked.row_version,
        certificate={k: document.get(k) for k in ("verdict", "plan_hash", "checked")},
        comment=asked.comment,
    )
    return detail_of(db, plan, actor)


@router.post("/withdraw", response_model=VersionDetail, responses=CHANGED)
def take_back(db: Work, actor: Actor, plan: PlanId) -> dict[str, Any]:
    """Take a plan back from review, so that it can be edited again."""
    require(actor, Permission.EDIT_PLAN, require_plan(db, plan).community)
    withdraw(db, plan, actor=actor.display)
    return detail_of(db, plan, actor)


@router.post("/decision", response_model=VersionDetail, responses=CHANGED)
def decide(db: Work, actor: Actor, plan: PlanId, asked: Decision) -> dict[str, Any]:
    """Approve a plan that somebody else edited and sent, or return it."""
    require(actor, Permission.REVIEW_PLAN, require_plan(db, plan).community)
    if asked.decision == "approve":
        approve(db, plan, actor=actor.display, comment=asked.comment)
    elif not asked.comment:
        raise ParameterError(
            "退回时请写明要改什么", "to return a plan, say what has to be mended"
        )
    else:
        return_plan(db, plan, actor=actor.display, comment=asked.comment)
    return detail_of(db, plan, actor)


@router.post("/publication", response_model=VersionDetail, responses=CHANGED)
def publish(db: Work, actor: Actor, plan: PlanId, asked: Publication) -> dict[str, Any]:
    """Put an approved plan into force from a day on; the one before it ends then."""
    require(actor, Permission.PUBLISH_PLAN, require_plan(db, plan).community)
    put_into_force(db, plan, since=asked.since, today=today(), actor=actor.display)
    archive_ended(db, today=today())
    return detail_of(db, plan, actor)


@router.get("/comments", response_model=Comments)
def comments(db: Db, actor: Actor, plan: PlanId) -> dict[str, Any]:
    """List the remarks on a plan."""
    require(actor, Permission.READ_DRAFTS, require_plan(db, plan).community)
    return {"items": [_comment(row, actor) for row in list_comments(db, plan)]}


@router.post(
    "/comments",
    response_model=Comment,
    status_code=status.HTTP_201_CREATED,
    responses=WRITE_PROBLEMS,
)
def comment(db: Work, actor: Actor, plan: PlanId, asked: NewComment) -> dict[str, Any]:
    """Make a remark, about a grid, a place, or the plan as a whole."""
    require(actor, Permission.READ_DRAFTS, require_plan(db, plan).community)
    if (asked.lon is None) != (asked.lat is None):
        raise ParameterError(
            "经度和纬度要一起给出", "longitude and latitude go together"
        )
    place = None
    if asked.lon is not None and asked.lat is not None:
        place = (asked.lon, asked.lat)
    made = add_comment(
        db, plan, actor=actor.display, body=asked.body, grid=asked.grid, place=place
    )
    return _comment(made, actor)


@router.patch("/comments/{comment}", response_model=Comment, responses=WRITE_PROBLEMS)
def resolve(
    db: Work,
    actor: Actor,
    plan: PlanId,
    comment: Annotated[int, Path(ge=1, le=2**63 - 1, description="number of it")],
    asked: Resolution,
) -> dict[str, Any]:
    """Mark a remark as dealt with, or as open again."""
    require(actor, Permission.READ_DRAFTS, require_plan(db, plan).community)
    done = resolve_comment(
        db, plan, comment, actor=actor.display, resolved=asked.resolved
    )
    return _comment(done, actor)


def _comment(row: Any, actor: Principal) -> dict[str, Any]:
    known = {k: v for k, v in row._mapping.items() if k not in ("plan", "account")}
    return {**known, "mine": row.account == actor.account}
