"""Plans with their figures, and what one plan is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import no_plan
from data.queries.common import (
    EXACT,
    Key,
    Slice,
    Where,
    ask,
    feature,
    find_below,
    in_force,
)
from data.queries.grids import GRID_FEATURE

__all__ = [
    "list_plans",
    "plan_buildings",
    "plan_cells",
    "plan_grids",
    "plan_row",
    "plan_seams",
    "plan_version",
]

_COLUMNS = """
    p.id, p.community, s.name as community_name, p.version, p.name, p.author, p.status,
    p.effective_from, p.effective_to, p.made, p.low, p.high, p.row_version,
    json_build_object('resident', f.resident, 'exclusive', f.exclusive,
                      'reserved', f.reserved) as grids,
    f.households, f.out_of_band
"""
_FIGURES = """
    join cell_set s on s.id = p.cell_set
    left join lateral (
        select
            count(*) filter (where g.type = 'resident') as resident,
            count(*) filter (where g.type = 'exclusive') as exclusive,
            count(*) filter (where g.type = 'reserved') as reserved,
            coalesce(sum(g.households), 0)::bigint as households,
            count(*) filter (where not g.in_band) as out_of_band
        from grid g where g.plan = p.id
    ) f on true
"""


def list_plans(
    connection: Connection,
    *,
    under: str = "",
    on: date | None = None,
    status: str | None = None,
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return plans by community and version; with `on` those in force that day."""
    where = Where()
    if on is not None:
        where.add(in_force("p"), on=on)
    if status is not None:
        where.add("p.status = :status", status=status)
    where.under("p.community", find_below(connection, under))
    where.after(["p.community", "p.version"], after)
    query = f"""
        select {_COLUMNS}
        from (select * from plan p where {where}
              order by p.community, p.version limit :limit) p
        {_FIGURES} order by p.community, p.version
    """
    key = ["community", "version"]
    return ask(connection, query, where.values, limit=limit, key=key)


def plan_row(connection: Connection, plan: int) -> Row[Any]:
    """Return a plan with its figures and how it was drawn."""
    query = f"select {_COLUMNS}, p.document from plan p {_FIGURES} where p.id = :plan"
    row = connection.execute(text(query), {"plan": plan}).one_or_none()
    if row is None:
        raise no_plan(plan)
    return row


def plan_version(connection: Connection, plan: int) -> int:
    """Return the row version of a plan, which every change of it makes larger."""
    found = connection.scalar(
        text("select row_version from plan where id = :plan"), {"plan": plan}
    )
    if found is None:
        raise no_plan(plan)
    return int(found)


def _part(
    connection: Connection,
    query: str,
    plan: int,
    *,
    key: str,
    limit: int,
    after: Key | None,
) -> Slice:
    where = Where(plan=plan)
    where.after([key], after)
    name = key.rpartition(".")[2]
    filled = query.format(after=where)
    return ask(connection, filled, where.values, limit=limit, key=[name])


def plan_grids(
    connection: Connection, plan: int, *, limit: int, after: Key | None = None
) -> Slice:
    """Return the grids of a plan by code."""
    return _part(connection, _GRIDS, plan, key="g.code", limit=limit, after=after)


def plan_cells(
    connection: Connection, plan: int, *, limit: int, after: Key | None = None
) -> Slice:
    """Return the cells of a plan by number, each with its grid."""
    return _part(connection, _CELLS, plan, key="c.number", limit=limit, after=after)


def plan_seams(
    connection: Connection, plan: int, *, limit: int, after: Key | None = None
) -> Slice:
    """Return the seams between the grids of a plan."""
    return _part(connection, _SEAMS, plan, key="s.id", limit=limit, after=after)


def plan_buildings(
    connection: Connection, plan: int, *, limit: int, after: Key | None = None
) -> Slice:
    """Return the buildings counted in the cells of a plan, as points."""
    return _part(connection, _BUILDINGS, plan, key="b.code", limit=limit, after=after)


_GRIDS = f"""
    select g.code, {GRID_FEATURE} as feature
    from grid g join plan p on p.id = g.plan
    where g.plan = :plan and {{after}} order by g.code limit :limit
"""

_CELL = {
    "number": "c.number",
    "grid": "k.grid",
    "households": "c.households",
    "buildings": "c.buildings",
    "kind": "c.kind",
    "block": "c.block",
    "compound": "c.compound",
}
_CELLS = f"""
    select c.number, {feature("c.number", "c.geom", _CELL, decimals=EXACT)} as feature
    from plan p join cell c on c.cell_set = p.cell_set
    left join plan_cell k on k.plan = p.id and k.cell = c.number
    where p.id = :plan and {{after}} order by c.number limit :limit
"""

_SEAM = {
    "left": "s.left_grid",
    "right": "s.right_grid",
    "kind": "s.kind",
    "length_m": "s.length_m",
}
_SEAMS = f"""
    select s.id, {feature("s.id", "s.geom", _SEAM, decimals=EXACT)} as feature
    from seam s where s.plan = :plan and {{after}} order by s.id limit :limit
"""

_BUILDING = {
    "code": "b.code",
    "cell": "b.cell",
    "grid": "k.grid",
    "households": "b.households",
    "estimated": "b.estimated",
    "floors": "b.floors",
    "use": "b.use",
    "address": "coalesce(r.address, '')",
}
_BUILDINGS = f"""
    select b.code, {feature("b.code", "b.geom", _BUILDING, decimals=EXACT)} as feature
    from plan p join counted_building b on b.cell_set = p.cell_set
    left join plan_cell k on k.plan = p.id and k.cell = b.cell
    left join building r on r.community = p.community and r.code = b.code
    where p.id = :plan and {{after}} order by b.code limit :limit
"""
