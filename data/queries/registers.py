"""What planners ask the register: rooms to use, devices of each grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

__all__ = ["SMALLEST_ROOM", "devices_by_grid", "unused_rooms"]

SMALLEST_ROOM = 30.0
"""Square metres an activity room must have (rule 000-05)."""

_UNUSED = text("""
    select id, community, kind, name, area_m2, origin from activity_space
    where in_use is false and area_m2 >= :smallest and starts_with(community, :under)
    order by community, area_m2 desc, id
""")
_BY_GRID = text("""
    select held.code, count(*) from plan p join device d on d.community = p.community
    cross join lateral (
        select g.code from grid g
        where g.plan = p.id and st_intersects(g.geom, d.geom) order by g.code limit 1
    ) held
    where p.id = any(:plans) group by held.code order by held.code
""")


def unused_rooms(
    connection: Connection, *, under: str = "", smallest: float = SMALLEST_ROOM
) -> list[dict[str, Any]]:
    """Return the rooms that are free and large enough, by community, largest first."""
    values = {"under": under, "smallest": smallest}
    return [dict(row) for row in connection.execute(_UNUSED, values).mappings()]


def devices_by_grid(connection: Connection, plans: Sequence[int]) -> dict[str, int]:
    """Return how many devices each grid has; one on a seam counts for one grid only."""
    rows = connection.execute(_BY_GRID, {"plans": list(plans)})
    return {str(code): int(count) for code, count in rows}
