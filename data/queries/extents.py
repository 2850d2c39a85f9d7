"""How far the record reaches, in space and in time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from data.errors import NotFoundError
from data.queries.common import Box

__all__ = ["WORLD", "first_day", "plan_extent", "record_extent"]

WORLD = Box(-180.0, -85.0, 180.0, 85.0)

_CORNERS = "st_xmin(b), st_ymin(b), st_xmax(b), st_ymax(b)"
_RECORD = text(f"select {_CORNERS} from (select st_extent(geom) b from division) d")
_PLAN = text(
    f"""
    select {_CORNERS} from (
        select box2d(s.geom) b from plan p join cell_set s on s.id = p.cell_set
        where p.id = :plan) d
    """
)


def record_extent(connection: Connection) -> Box:
    """Return the box of all divisions; the world where there is none."""
    corners = connection.execute(_RECORD).one()
    return WORLD if corners[0] is None else Box(*corners)


def plan_extent(connection: Connection, plan: int) -> Box:
    """Return the box of the community of a plan, or refuse a plan that is not there."""
    corners = connection.execute(_PLAN, {"plan": plan}).one_or_none()
    if corners is None:
        raise NotFoundError(f"没有方案 {plan}", f"there is no plan {plan}")
    return Box(*corners)


def first_day(connection: Connection) -> date | None:
    """Return the day the first plan took effect; None before there is one."""
    found: date | None = connection.scalar(_FIRST_DAY)
    return found


_FIRST_DAY = text(
    "select min(effective_from) from plan where status in ('published', 'archived')"
)
