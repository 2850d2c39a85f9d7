"""What is told of plans besides their layers, and which are shown on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from data.errors import NotFoundError, no_division, no_plan
from data.queries.common import find_below, shown

__all__ = ["PlanCard", "place_name", "plan_cards", "plans_under"]


@dataclass(frozen=True, slots=True)
class PlanCard:
    """What is told of a plan besides its layers."""

    plan: int
    community: str
    community_name: str
    places: str
    """Names of the district and the street."""
    version: int
    name: str
    status: str
    since: date | None
    until: date | None
    made: date
    low: int
    high: int
    row_version: int
    grids: int
    metric_crs: str
    made_up: bool
    attribution: str
    lon: float
    lat: float


_CARDS = text("""
    select p.id as plan, p.community, s.name as community_name,
           coalesce((
               select string_agg(u.name, ' ' order by u.path)
               from division d join division u on starts_with(d.path, u.path)
               where d.code = p.community and u.level in ('district', 'street')
           ), '') as places,
           p.version, p.name, p.status, p.effective_from as since,
           p.effective_to as until,
           cast(p.made at time zone 'Asia/Shanghai' as date) as made,
           p.low, p.high, p.row_version,
           (select count(*) from grid g where g.plan = p.id) as grids,
           s.metric_crs,
           coalesce(lower(p.document ->> 'made_up') = 'true', false)
               or coalesce(o.made_up, false) as made_up,
           coalesce(nullif(p.document ->> 'attribution', ''), o.attribution, '')
               as attribution,
           st_x(st_centroid(st_envelope(s.geom))) as lon,
           st_y(st_centroid(st_envelope(s.geom))) as lat
    from plan p join cell_set s on s.id = p.cell_set
    left join lateral (
        select bool_or(r.made_up) as made_up,
               string_agg(distinct nullif(r.attribution, ''), '; ') as attribution
        from division d join import_layer l on l.id = d.source
        join import_run r on r.id = l.run
        where d.code = p.community
    ) o on true
    where p.id = any(:plans) order by p.community, p.id
""")


def plan_cards(connection: Connection, plans: Sequence[int]) -> list[PlanCard]:
    """Return what is told of plans, by community.

    Raises
    ------
    NotFoundError
        If one is not in the record, or out of reach.
    """
    rows = connection.execute(_CARDS, {"plans": list(plans)}).all()
    cards = [PlanCard(**row._mapping) for row in rows]
    missing = set(plans) - {card.plan for card in cards}
    if missing or not cards:
        listed = ", ".join(map(str, sorted(missing)))
        raise no_plan(listed)
    return cards


def plans_under(
    connection: Connection, under: str, *, on: date, drafts: bool = False
) -> list[int]:
    """Return the plans shown below a division on a day, by community.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    below = find_below(connection, under)
    codes = None if below is None else below.codes
    query = f"""
        select p.id from plan p
        where {shown("p", drafts=drafts)}
        and (cast(:codes as text[]) is null or p.community = any(:codes))
        order by p.community, p.id
    """
    found = list(connection.scalars(text(query), {"on": on, "codes": codes}))
    if not found:
        raise NotFoundError(
            f"{under} 在 {on} 没有方案可导出；请核对代码和日期",
            f"no plan of {under} on {on} to export; check code and date",
        )
    return found


def place_name(connection: Connection, code: str) -> str:
    """Return the name of a division.

    Raises
    ------
    NotFoundError
        If it is not there, or out of reach.
    """
    query = text("select name from division where code = :code")
    found = connection.scalar(query, {"code": code})
    if found is None:
        raise no_division(code)
    return str(found)
