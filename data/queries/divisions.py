"""Questions about the administrative tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import no_division
from data.queries.common import (
    Key,
    Slice,
    Where,
    ask,
    find_below,
    in_force,
    is_below,
)

__all__ = [
    "DivisionCard",
    "division_card",
    "division_dates",
    "division_names",
    "list_divisions",
    "require_division",
]


@dataclass(frozen=True, slots=True)
class DivisionCard:
    """A division with what lies above it and what is in it on a day."""

    row: Row[Any]
    geometry: str | None
    ancestors: list[dict[str, str]]
    figures: dict[str, Any]


_COLUMNS = """
    d.code, d.parent, d.level, d.name, below.communities, below.planned,
    case
        when d.geom is not null then array[
            st_xmin(d.geom), st_ymin(d.geom), st_xmax(d.geom), st_ymax(d.geom)]
        when below.box is not null then array[
            st_xmin(below.box), st_ymin(below.box),
            st_xmax(below.box), st_ymax(below.box)]
    end as bbox
"""
_BELOW = f"""
    left join lateral (
        select count(*) as communities, st_extent(c.geom) as box,
               count(*) filter (where exists (
                   select from plan p where p.community = c.code and {in_force("p")}
               )) as planned
        from division c where c.level = 'community' and {is_below("c", "d")}
    ) below on true
"""


def list_divisions(
    connection: Connection,
    *,
    on: date,
    parent: str | None = None,
    level: str | None = None,
    under: str = "",
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return divisions by code, with how many communities have a plan on a day."""
    where = Where(on=on)
    if parent is not None:
        where.add("d.parent = :parent", parent=parent)
    if level is not None:
        where.add("d.level = :level", level=level)
    where.under("d.code", find_below(connection, under))
    where.after(["d.code"], after)
    query = f"""
        select {_COLUMNS}
        from (select * from division d where {where} order by d.code limit :limit) d
        {_BELOW} order by d.code
    """
    return ask(connection, query, where.values, limit=limit, key=["code"])


def division_card(connection: Connection, code: str, *, on: date) -> DivisionCard:
    """Return a division, the divisions above it, and what it holds on a day."""
    values = {"code": code, "on": on}
    query = f"""
        select {_COLUMNS}, st_asgeojson(d.geom, 7) as geometry
        from division d {_BELOW} where d.code = :code
    """
    row = connection.execute(text(query), values).one_or_none()
    if row is None:
        raise no_division(code)
    above = connection.execute(text(_ANCESTORS), values)
    ancestors = [dict(found) for found in above.mappings()]
    figures = dict(connection.execute(text(_FIGURES), values).mappings().one())
    return DivisionCard(row, row.geometry, ancestors, figures)


def division_dates(connection: Connection, code: str) -> list[tuple[date, int]]:
    """Return the days on which plans in a division took effect, and how many did."""
    known = connection.scalar(
        text("select true from division where code = :code"), {"code": code}
    )
    if not known:
        raise no_division(code)
    rows = connection.execute(text(_DATES), {"code": code})
    return [(row.date, row.plans) for row in rows]


def division_names(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Return code → name of the divisions that are there."""
    query = text("select code, name from division where code = any(:codes)")
    rows = connection.execute(query, {"codes": list(codes)})
    return {row.code: row.name for row in rows}


def require_division(connection: Connection, code: str) -> None:
    """Refuse a division that is not there, or not to be seen."""
    query = text("select 1 from division where code = :code")
    if connection.scalar(query, {"code": code}) is None:
        raise no_division(code)


_ANCESTORS = """
    select u.code, u.level, u.name from division d join division u
    on u.code = any(string_to_array(d.path, '/')) and u.code <> d.code
    where d.code = :code order by length(u.path)
"""

_COMMUNITIES = f"""
    communities as (
        select c.code from division d join division c on {is_below("c", "d")}
        where d.code = :code and c.level = 'community'
    )
"""

_FIGURES = f"""
    with {_COMMUNITIES}, grids as (
        select
            count(*) filter (where g.type = 'resident') as resident,
            count(*) filter (where g.type = 'exclusive') as exclusive,
            count(*) filter (where g.type = 'reserved') as reserved,
            coalesce(sum(g.households), 0)::bigint as households,
            count(*) filter (where not g.in_band) as out_of_band
        from communities c join plan p on p.community = c.code and {in_force("p")}
        join grid g on g.plan = p.id
    )
    select
        json_build_object('resident', resident, 'exclusive', exclusive,
                          'reserved', reserved) as grids,
        households, out_of_band,
        (select count(*) from device t where t.community in (table communities))
            as devices,
        (select count(*) from activity_space t
         where t.community in (table communities)) as spaces
    from grids
"""

_DATES = f"""
    with {_COMMUNITIES}
    select p.effective_from as date, count(*) as plans
    from communities c join plan p on p.community = c.code
    where p.status in ('published', 'archived')
    group by p.effective_from order by p.effective_from
"""
