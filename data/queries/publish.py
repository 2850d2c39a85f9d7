"""Put a plan into force on a day, and end the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import DBAPIError

from data.errors import ConflictError, NotFoundError
from data.models import Plan
from data.queries.cell_sets import drop_unused_sets
from data.queries.search_index import index_names

__all__ = ["Published", "archive_ended", "publish"]

_NOT_WHOLE, _STAYS, _OVERLAPS = "WG001", "WG002", "23P01"


@dataclass(frozen=True, slots=True)
class Published:
    """A plan in force from `since`, and the plan that it `ended`, if any."""

    plan: int
    community: str
    since: date
    ended: int | None


def publish(connection: Connection, plan: int, *, since: date) -> Published:
    """Put a draft into force from a day on; what was in force until then ends.

    The earlier plan stays published until `archive_ended` finds its last day past. A
    plan that took effect on that day or later is in the way: days that people already
    worked by are not written over. Two who publish in one community take turns.
    """
    community = _drafted(connection, plan)
    key = func.hashtextextended(f"publish {community}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(key)))
    _drafted(connection, plan)  # whoever held the lock may have published this one
    latest = connection.execute(
        select(Plan.id, Plan.effective_from, Plan.effective_to)
        .where(Plan.community == community, Plan.status.in_(("published", "archived")))
        .order_by(Plan.effective_from.desc())
        .limit(1)
    ).one_or_none()
    ended = None
    if latest is not None and latest.effective_from >= since:
        raise ConflictError(
            f"方案 {latest.id} 已从 {latest.effective_from} 起生效；"
            "新方案的生效日期必须更晚",
            f"plan {latest.id} is in force since {latest.effective_from}; let the new "
            "one take effect on a later day",
        )
    with _refusals(plan):
        if latest is not None and (latest.effective_to or date.max) > since:
            _change(connection, latest.id, effective_to=since)
            ended = int(latest.id)
        _change(connection, plan, status="published", effective_from=since)
        connection.execute(text("set constraints all immediate"))
        connection.execute(text("set constraints all deferred"))
    drop_unused_sets(connection, community)
    index_names(connection, community)
    return Published(plan, community, since, ended)


def archive_ended(connection: Connection, *, today: date) -> list[int]:
    """Archive published plans whose last day is past; return their numbers."""
    ended = (
        update(Plan)
        .where(Plan.status == "published", Plan.effective_to <= today)
        .values(status="archived")
        .returning(Plan.id)
    )
    return sorted(connection.scalars(ended))


def _drafted(connection: Connection, plan: int) -> str:
    """Return the community of a plan that can be published."""
    found = connection.execute(
        select(Plan.community, Plan.status).where(Plan.id == plan)
    ).one_or_none()
    if found is None:
        raise NotFoundError(
            f"没有方案 {plan}；请核对编号", f"there is no plan {plan}; check the number"
        )
    if found.status not in ("draft", "review"):
        raise ConflictError(
            f"方案 {plan} 已经发布；请另做新版本",
            f"plan {plan} was published before; make a new version",
        )
    return str(found.community)


def _change(connection: Connection, plan: int, **values: object) -> None:
    connection.execute(update(Plan).where(Plan.id == plan).values(**values))


@contextmanager
def _refusals(plan: int) -> Iterator[None]:
    """Say what the guards of the database refuse as what it means for a planner."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().split("\n", 1)[0]
        state = getattr(error.orig, "sqlstate", "")
        if state == _NOT_WHOLE:
            raise ConflictError(
                f"方案 {plan} 不完整，不能发布；请补齐后再试（{said}）",
                f"plan {plan} is not whole and cannot be published; mend it first: "
                f"{said}",
            ) from error
        if state in (_STAYS, _OVERLAPS):
            raise ConflictError(
                f"方案 {plan} 的日期与已发布的方案冲突；请改换生效日期（{said}）",
                f"the dates of plan {plan} collide with a published one; choose "
                f"another day: {said}",
            ) from error
        raise
