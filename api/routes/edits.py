"""Edits of a plan: done, tried, taken back, made again, told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status

from api.answers import answer, json_page, not_modified, plan_tag
from api.deps import (
    KNOWN_ONLY,
    Actor,
    Db,
    Page,
    Working,
    actor_of,
    require,
    settings_of,
    snapshot_for,
)
from api.edit_problems import EDIT_PROBLEMS
from api.editing import IdempotencyKey, IfMatch, edit_body, expected_version
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.routes.plans import PlanId
from api.schemas.base import ListOf
from api.schemas.edits import Advice, EditAnswer, EditRequest, LoggedEdit
from data.accounts.roles import Permission
from data.editing import (
    REDO,
    UNDO,
    Ahead,
    Hold,
    Outcome,
    Terms,
    apply_edit,
    find_state,
    list_edits,
    preview_edit,
    read_head,
    redo_edit,
    undo_edit,
)
from data.editing import (
    Actor as Editor,
)
from data.editing.advice import advice_on
from data.editing.limited import drawn_within

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/plans",
    tags=["edits"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
FOUND = problem_responses("not_found")
CHANGES: dict[str, Any] = {
    "response_model": EditAnswer,
    "responses": WRITE_PROBLEMS | EDIT_PROBLEMS,
    "status_code": status.HTTP_201_CREATED,
}


async def on_terms(
    request: Request,
    plan: PlanId,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Terms:
    """Return who asks for an edit, made for which version, under which key."""
    actor = actor_of(request)
    return Terms(
        actor=Editor(actor.account, actor.display),
        expected=expected_version(if_match, plan),
        key=idempotency_key,
        permit=lambda community: require(actor, Permission.EDIT_PLAN, community),
        tell=edit_body,
        at_once=True,
    )


OnTerms = Annotated[Terms, Depends(on_terms)]
Preview = Annotated[
    bool,
    Query(
        description="true: only tell what the edit would do, with households of both "
        "sides and buildings in the way; nothing is stored"
    ),
]


@router.post("/{plan}/edits", **CHANGES)
def edit(
    request: Request,
    working: Working,
    terms: OnTerms,
    plan: PlanId,
    asked: EditRequest,
    preview: Preview = False,
) -> Response:
    """Do an edit, or try it; the answer holds all that a map must draw again.

    The answer has the new ETag of the plan. An edit that would break a promise of the
    plan is refused with what is in the way; one that was made for an earlier version
    with what was done since.
    """
    parameters = asked.model_dump(mode="json", exclude={"operation"})
    with drawn_within(settings_of(request).redraw_timeout_s):
        if preview:
            with working() as db:
                tried = preview_edit(db, plan, asked.operation, parameters, terms)
            return _answer(tried, status.HTTP_200_OK)
        step = asked.operation, parameters, terms
        ahead = Ahead(plan, *step)
        if ahead.takes_long:
            with snapshot_for(request) as db:
                ahead.make_first(db)
        hold = Hold(plan, asked.operation, terms.key, meanwhile=ahead.make_at_once)
        with working(hold.ask) as db:
            done = apply_edit(db, hold.held(), *step, ahead=ahead)
    return _answer(done)


@router.post("/{plan}/undo", **CHANGES)
def undo(working: Working, terms: OnTerms, plan: PlanId) -> Response:
    """Take back the last step that still counts; there is no limit to it."""
    hold = Hold(plan, UNDO, terms.key)
    with working(hold.ask) as db:
        return _answer(undo_edit(db, hold.held(), terms))


@router.post("/{plan}/redo", **CHANGES)
def redo(working: Working, terms: OnTerms, plan: PlanId) -> Response:
    """Make the step again that was taken back last; a new edit forgets it."""
    hold = Hold(plan, REDO, terms.key)
    with working(hold.ask) as db:
        return _answer(redo_edit(db, hold.held(), terms))


@router.get("/{plan}/edits", response_model=ListOf[LoggedEdit], responses=FOUND)
def edits(request: Request, db: Db, actor: Actor, plan: PlanId, page: Page) -> Response:
    """List what was done to a plan as sentences, the newest step first."""
    read_head(db, plan)
    found = list_edits(db, plan, limit=page.limit, after=page.key(int))
    items = [dict(row._mapping) for row in found.rows]
    return json_page(request, ListOf[LoggedEdit], found, items)


@router.get("/{plan}/advice", response_model=Advice, responses=FOUND)
def advice(request: Request, db: Db, actor: Actor, plan: PlanId) -> Response:
    """Tell what is still amiss in a plan, and which edits would help."""
    head = read_head(db, plan)
    tag = plan_tag(plan, head.row_version)
    known = not_modified(request, tag)
    if known is not None:
        return known
    made = Advice.model_validate(advice_on(find_state(db, head)))
    return answer(request, made.model_dump_json().encode(), tag=tag)


def _answer(outcome: Outcome, code: int = status.HTTP_201_CREATED) -> Response:
    tag = plan_tag(outcome.head.id, outcome.head.row_version)
    return Response(
        outcome.told,
        status_code=code,
        media_type="application/json",
        headers={"ETag": tag, "Cache-Control": "no-store"},
    )
