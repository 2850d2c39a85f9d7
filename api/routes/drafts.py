"""Versions of a community and drafts: listed, copied, named, thrown away."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response, status
from sqlalchemy import Connection

from api.deps import KNOWN_ONLY, Actor, Db, Work, require, today
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.routes.plans import PlanId
from api.schemas.versions import NewDraft, NewName, VersionDetail, Versions
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.versions.deeds import DEEDS, why_not
from data.versions.drafts import (
    copy_plan,
    delete_draft,
    rename_draft,
    require_community,
    require_plan,
)
from data.versions.overview import (
    Done,
    Version,
    earliest_day,
    list_versions,
    one_version,
)
from data.versions.steps import list_steps, step_sentence

__all__ = ["Code", "detail_of", "router"]

router = APIRouter(
    tags=["versions"], dependencies=[KNOWN_ONLY], responses=READ_PROBLEMS
)
FOUND = problem_responses("not_found")
CHANGED = WRITE_PROBLEMS | problem_responses("not_found", "conflict")
Code = Annotated[
    str, Path(pattern=r"^[0-9]{12}$", description="code of the community, 12 digits")
]


@router.get(
    "/api/v1/divisions/{code}/versions", response_model=Versions, responses=FOUND
)
def versions(db: Db, actor: Actor, code: Code) -> dict[str, Any]:
    """List the plans of a community that can be seen, with what can be done to each."""
    require_community(db, code)
    day = today()
    found = list_versions(db, code, today=day)
    return {
        "items": [card_of(version, actor) for version in found],
        "earliest": earliest_day(db, code, today=day),
    }


@router.get(
    "/api/v1/plans/{plan}/version", response_model=VersionDetail, responses=FOUND
)
def version(db: Db, actor: Actor, plan: PlanId) -> dict[str, Any]:
    """Give how far a plan came, each step of the way, and what can be done to it."""
    return detail_of(db, plan, actor)


@router.post(
    "/api/v1/plans/{plan}/drafts",
    response_model=VersionDetail,
    status_code=status.HTTP_201_CREATED,
    responses=CHANGED,
)
def copy(
    db: Work, actor: Actor, plan: PlanId, asked: NewDraft, response: Response
) -> dict[str, Any]:
    """Copy a plan of any status to a draft on the same cells."""
    source = require_plan(db, plan)
    require(actor, Permission.EDIT_PLAN, source.community)
    made = copy_plan(db, plan, name=asked.name, actor=actor.display)
    response.headers["Location"] = f"/api/v1/plans/{made}"
    return detail_of(db, made, actor)


@router.patch("/api/v1/plans/{plan}", response_model=VersionDetail, responses=CHANGED)
def rename(db: Work, actor: Actor, plan: PlanId, asked: NewName) -> dict[str, Any]:
    """Give a draft another name."""
    require(actor, Permission.EDIT_PLAN, require_plan(db, plan).community)
    rename_draft(db, plan, name=asked.name, actor=actor.display)
    return detail_of(db, plan, actor)


@router.delete(
    "/api/v1/plans/{plan}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGED,
)
def delete(db: Work, actor: Actor, plan: PlanId) -> Response:
    """Throw a draft away, with its edits and remarks."""
    require(actor, Permission.EDIT_PLAN, require_plan(db, plan).community)
    delete_draft(db, plan)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def detail_of(db: Connection, plan: int, actor: Principal) -> dict[str, Any]:
    """Return how far a plan came, as the answer has it."""
    day = today()
    found = one_version(db, plan, today=day)
    steps = [
        {
            "step": row.step,
            "actor": row.actor,
            "mine": row.account == actor.account,
            "at": row.at,
            "comment": row.comment,
            "sentence_zh": zh,
            "sentence_en": en,
        }
        for row in list_steps(db, plan)
        for zh, en in [step_sentence(row.step, row.detail)]
    ]
    earliest = earliest_day(db, found.community, today=day)
    return {**card_of(found, actor), "steps": steps, "earliest": earliest}


def card_of(version: Version, actor: Principal) -> dict[str, Any]:
    """Return a version as the answer has it, with what `actor` can do to it."""
    may = {p for p in Permission if actor.may(p, version.community)}
    card = asdict(version)
    for name in ("edited", "submitted", "approved", "returned"):
        card[name] = _act(getattr(version, name), actor)
    card["base"] = _base(version)
    card["deeds"] = []
    for deed in DEEDS:
        reason = why_not(deed, version, permissions=may, account=actor.account)
        zh, en = reason or ("", "")
        known = {"deed": deed, "may": reason is None, "why_zh": zh, "why_en": en}
        card["deeds"].append(known)
    return card


def _act(done: Done | None, actor: Principal) -> dict[str, Any] | None:
    if done is None:
        return None
    mine = done.account == actor.account
    return {"actor": done.actor, "mine": mine, "at": done.at, "comment": done.comment}


def _base(version: Version) -> dict[str, Any] | None:
    base = version.base
    if base is None:
        return None
    successor = None
    if base.succeeded_by is not None:
        successor = {
            "id": base.succeeded_by,
            "version": base.succeeded_version,
            "since": base.succeeded_on,
        }
    return {"id": base.id, "version": base.version, "succeeded_by": successor}
