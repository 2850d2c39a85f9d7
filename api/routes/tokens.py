"""Tokens for programs: one's own, and those of people one manages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, status

from api.deps import KNOWN_ONLY, Actor
from api.managing import AtDoor, require_session
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.schemas.base import ListOf
from api.schemas.managing import MadeToken, NewToken, Token
from data.accounts.managing import find_managed, managed_token
from data.accounts.roles import Permission
from data.accounts.tokens import list_tokens, make_token, revoke_token

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/tokens",
    tags=["accounts"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
CHANGED = WRITE_PROBLEMS | problem_responses("not_found", "forbidden")


@router.get(
    "",
    response_model=ListOf[Token],
    responses=problem_responses("not_found", "forbidden"),
)
def tokens(
    actor: Actor,
    people: AtDoor,
    account: Annotated[
        int | None,
        Query(ge=1, le=2**63 - 1, description="whose; one's own by default"),
    ] = None,
) -> dict[str, Any]:
    """List tokens that hold, newest first."""
    whose = actor.account if account is None else account
    if whose != actor.account:
        codes = actor.where(Permission.MANAGE_ACCOUNTS)
        find_managed(people, whose, codes, me=actor.account)
    items = [_card(dict(row._mapping)) for row in list_tokens(people, whose)]
    return {"items": items, "next": None}


@router.post(
    "",
    response_model=MadeToken,
    status_code=status.HTTP_201_CREATED,
    responses=CHANGED,
)
def make(actor: Actor, people: AtDoor, asked: NewToken) -> dict[str, Any]:
    """Make a token of one's own; it is told this once, and only in a session."""
    require_session(actor)
    made = make_token(
        people,
        actor.account,
        name=asked.name,
        scopes=asked.scopes,
        valid=timedelta(days=asked.days),
    )
    rows = list_tokens(people, actor.account)
    row = next(row for row in rows if row.id == made.id)
    return {**_card(dict(row._mapping)), "token": made.token}


@router.delete("/{token}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def revoke(
    actor: Actor,
    people: AtDoor,
    token: Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the token")],
) -> Response:
    """Revoke a token: one's own, or of somebody one manages; it ends at once."""
    codes = actor.where(Permission.MANAGE_ACCOUNTS)
    revoke_token(people, managed_token(people, token, codes, me=actor.account), token)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _card(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "name", "scopes", "seen", "tail")},
        "since": row["made"],
        "until": row["expires"],
        "revoked": None,
    }
