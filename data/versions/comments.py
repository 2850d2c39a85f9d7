"""Remarks on a plan, perhaps with a place; resolved, never unwritten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import NotFoundError, ParameterError
from data.versions.drafts import require_plan

__all__ = ["LONGEST_COMMENT", "add_comment", "list_comments", "resolve_comment"]

LONGEST_COMMENT = 2000

_COLUMNS = """
    c.id, c.plan, c.at, c.account, c.actor, c.body, c.grid,
    st_x(c.geom) as lon, st_y(c.geom) as lat, c.resolved_at, c.resolved_by
"""
_LIST = text(f"select {_COLUMNS} from plan_comment c where plan = :plan order by id")
_ONE = text(
    f"select {_COLUMNS} from plan_comment c where plan = :plan and id = :comment"
)
_ADD = text(
    """
    insert into plan_comment (plan, actor, body, grid, geom)
    values (:plan, :actor, :body, :grid, st_setsrid(st_makepoint(:lon, :lat), 4326))
    returning id
    """
)
_RESOLVE = text(
    """
    update plan_comment set resolved_at = clock_timestamp(), resolved_by = :actor
    where plan = :plan and id = :comment and resolved_at is null
    """
)
_REOPEN = text(
    """
    update plan_comment set resolved_at = null, resolved_by = null
    where plan = :plan and id = :comment and resolved_at is not null
    """
)


def list_comments(connection: Connection, plan: int) -> list[Row[Any]]:
    """Return the remarks on a plan, the first one first."""
    return list(connection.execute(_LIST, {"plan": plan}))


def add_comment(
    connection: Connection,
    plan: int,
    *,
    actor: str,
    body: str,
    grid: str | None = None,
    place: tuple[float, float] | None = None,
) -> Row[Any]:
    """Write a remark, at a place in degrees or about a grid of the plan."""
    require_plan(connection, plan)
    words = body.strip()
    if not words or len(words) > LONGEST_COMMENT:
        raise ParameterError(
            f"意见要有 1 至 {LONGEST_COMMENT} 个字",
            f"a remark has 1 to {LONGEST_COMMENT} characters",
        )
    known = grid is None or connection.scalar(
        text("select 1 from grid where plan = :plan and code = :grid"),
        {"plan": plan, "grid": grid},
    )
    if not known:
        raise NotFoundError(
            f"方案里没有网格 {grid}；请刷新后再试",
            f"the plan has no grid {grid}; reload and try again",
        )
    lon, lat = place or (None, None)
    row = {"plan": plan, "actor": actor, "body": words, "grid": grid}
    made = connection.execute(_ADD, {**row, "lon": lon, "lat": lat}).scalar_one()
    return _one(connection, plan, int(made))


def resolve_comment(
    connection: Connection, plan: int, comment: int, *, actor: str, resolved: bool
) -> Row[Any]:
    """Mark a remark as dealt with, or as open again."""
    _one(connection, plan, comment)
    deed = _RESOLVE if resolved else _REOPEN
    connection.execute(deed, {"plan": plan, "comment": comment, "actor": actor})
    return _one(connection, plan, comment)


def _one(connection: Connection, plan: int, comment: int) -> Row[Any]:
    row = connection.execute(_ONE, {"plan": plan, "comment": comment}).one_or_none()
    if row is None:
        raise NotFoundError(
            f"方案 {plan} 没有意见 {comment}；请刷新后再试",
            f"plan {plan} has no remark {comment}; reload and try again",
        )
    return row
