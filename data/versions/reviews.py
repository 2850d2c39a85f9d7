"""Review: submitted with a certificate, decided by another person, put into force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from data.errors import ConflictError
from data.queries.publish import Published, publish
from data.versions.drafts import require_plan
from data.versions.steps import add_step

__all__ = ["approve", "put_into_force", "return_plan", "submit", "withdraw"]

_IN_REVIEW, _OWN, _NOT_YET = "WG006", "WG007", "WG008"


def submit(
    connection: Connection,
    plan: int,
    *,
    actor: str,
    row_version: int,
    certificate: Mapping[str, Any],
    comment: str = "",
) -> None:
    """Send a draft for review with what was proven of it at `row_version`.

    Whoever edited it after that proof is told by the version, and nothing is sent.
    """
    row = require_plan(connection, plan, lock=True)
    if row.status != "draft":
        raise ConflictError(
            f"第 {row.version} 版不是草稿，不能送审",
            f"version {row.version} is no draft and cannot be sent for review",
        )
    now = connection.scalar(
        text("select row_version from plan where id = :plan"), {"plan": plan}
    )
    if now != row_version:
        raise ConflictError(
            "检验期间方案又被改动；请看过最新的方案后再送审",
            "the plan was edited while it was being proven; look at it again, then "
            "send it",
        )
    _set_status(connection, plan, "review")
    detail = {"certificate": dict(certificate)}
    add_step(connection, plan, "submitted", actor=actor, comment=comment, detail=detail)


def withdraw(connection: Connection, plan: int, *, actor: str) -> None:
    """Take a plan back from review, so that it can be edited again."""
    _require_review(connection, plan)
    _set_status(connection, plan, "draft")
    add_step(connection, plan, "withdrawn", actor=actor)


def approve(
    connection: Connection, plan: int, *, actor: str, comment: str = ""
) -> None:
    """Approve a plan; the database refuses who edited it last or submitted it."""
    row = _require_review(connection, plan)
    if _last_decision(connection, plan) == "approved":
        raise ConflictError(
            f"第 {row.version} 版已经审核通过",
            f"version {row.version} is approved already",
        )
    with _refusals():
        add_step(connection, plan, "approved", actor=actor, comment=comment)


def return_plan(connection: Connection, plan: int, *, actor: str, comment: str) -> None:
    """Send a plan back to its planner with what has to be mended."""
    _require_review(connection, plan)
    _set_status(connection, plan, "draft")
    add_step(connection, plan, "returned", actor=actor, comment=comment)


def put_into_force(
    connection: Connection, plan: int, *, since: date, today: date, actor: str
) -> Published:
    """Publish an approved plan from today or a later day on."""
    row = require_plan(connection, plan, lock=True)
    if row.status == "draft":
        raise ConflictError(
            "草稿要先送审并由另一人通过，才能发布",
            "a draft is sent for review and approved by another person, then published",
        )
    if row.status == "review" and _last_decision(connection, plan) != "approved":
        raise ConflictError(
            "还没有审核通过，不能发布",
            "it is not approved yet and cannot be published",
        )
    if since < today:
        raise ConflictError(
            f"生效日期 {since} 已经过去；请选今天（{today}）或以后",
            f"{since} is past; let it take effect today ({today}) or later",
        )
    with _refusals():
        done = publish(connection, plan, since=since)
    detail = {"since": since.isoformat(), "ended": done.ended}
    add_step(connection, plan, "published", actor=actor, detail=detail)
    return done


def _require_review(connection: Connection, plan: int) -> Any:
    row = require_plan(connection, plan, lock=True)
    if row.status != "review":
        raise ConflictError(
            f"第 {row.version} 版不在审核中",
            f"version {row.version} is not under review",
        )
    return row


def _set_status(connection: Connection, plan: int, status: str) -> None:
    connection.execute(
        text("update plan set status = :status where id = :plan"),
        {"plan": plan, "status": status},
    )


def _last_decision(connection: Connection, plan: int) -> str | None:
    found: str | None = connection.scalar(_DECISION, {"plan": plan})
    return found


_DECISION = text(
    """
    select step from plan_step
    where plan = :plan and step in ('submitted', 'withdrawn', 'approved', 'returned')
    order by id desc limit 1
    """
)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what the guards of the database refuse as what it means for a person."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", "")
        if state == _OWN:
            raise ConflictError(
                "这份方案由您送审或最后修改，要由另一人审核",
                "you submitted this plan or edited it last; another person has to "
                "approve it",
            ) from error
        if state in (_IN_REVIEW, _NOT_YET):
            raise ConflictError(
                "方案的状态已变，请刷新后再试",
                "the plan went on meanwhile; reload and try again",
            ) from error
        raise
