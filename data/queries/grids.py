"""Questions about grids of the plans in force."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from data.errors import NotFoundError
from data.queries.common import (
    EXACT,
    Box,
    Key,
    Slice,
    Where,
    ask,
    feature,
    find_below,
    in_force,
    shown,
)

__all__ = ["GRID_AREA", "GRID_AT", "GRID_FEATURE", "grid_feature", "list_grids"]


def _count(table: str) -> str:
    return (
        f"(select count(*) from {table} t where t.community = p.community "
        "and st_intersects(g.geom, t.geom))"
    )


_PROPERTIES = {
    "code": "g.code",
    "number": "right(g.code, 3)",
    "community": "p.community",
    "plan": "p.id",
    **{
        name: f"g.{name}"
        for name in (
            *("name", "type", "households", "buildings", "estimated", "area_m2"),
            *("compactness", "street_share", "in_band", "reason", "reason_zh"),
            *("reason_en", "color", "locked"),
        )
    },
    "low": "p.low",
    "high": "p.high",
    "devices": _count("device"),
    "spaces": _count("activity_space"),
}
GRID_FEATURE = feature("g.code", "g.geom", _PROPERTIES, decimals=EXACT)
"""SQL of grid `g` of plan `p` as a GeoJSON feature."""


def list_grids(
    connection: Connection,
    *,
    on: date,
    under: str = "",
    type_: str | None = None,
    in_band: bool | None = None,
    box: Box | None = None,
    drafts: bool = False,
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return the grids of the plans in force on a day, by community and code."""
    where = Where(shown("p", drafts=drafts), on=on)
    if type_ is not None:
        where.add("g.type = :type", type=type_)
    if in_band is not None:
        where.add("g.in_band = :in_band", in_band=in_band)
    where.under("p.community", find_below(connection, under))
    where.after(["p.community", "g.code"], after)
    touching = Where()
    touching.inside("g.geom", box)
    grids = f"(select * from grid g where {touching} offset 0)" if box else "grid"
    query = f"""
        select p.community, g.code, {GRID_FEATURE} as feature
        from (select g.* from {grids} g join plan p on p.id = g.plan
              where {where} order by p.community, g.code limit :limit) g
        join plan p on p.id = g.plan order by p.community, g.code
    """
    values = {**where.values, **touching.values}
    return ask(connection, query, values, limit=limit, key=["community", "code"])


def grid_feature(
    connection: Connection, code: str, *, on: date, drafts: bool = False
) -> str:
    """Return a grid of the plan in force on a day as a GeoJSON feature."""
    query = f"""
        select {GRID_FEATURE} from grid g join plan p on p.id = g.plan
        where g.code = :code and {shown("p", drafts=drafts)} order by p.id limit 1
    """
    found = connection.scalar(text(query), {"code": code, "on": on})
    if found is None:
        raise NotFoundError(
            f"{on} 没有编码为 {code} 的网格；请核对编码和日期",
            f"there is no grid {code} on {on}; check code and date",
        )
    return str(found)


GRID_AREA = f"""
    (select g.geom from grid g join plan p on p.id = g.plan
     where g.code = :grid and {in_force("p")} order by p.id limit 1)
"""
"""SQL of the area of grid `:grid` on the day `:on`."""

GRID_AT = f"""
    (select min(g.code) from grid g join plan p on p.id = g.plan
     where {in_force("p")} and st_intersects(g.geom, {{point}}))
"""
"""SQL of the code of the grid at a point on the day `:on`."""
