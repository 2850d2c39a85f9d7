"""Plans read for an export: what they are, their layers, the ground around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geopandas import GeoDataFrame
from sqlalchemy import Connection, text

from data.errors import NotFoundError
from data.frames import read_frame
from data.queries.common import find_below, shown
from data.queries.plans import read_layers

__all__ = [
    "Exported",
    "PlanCard",
    "plan_cards",
    "plans_under",
    "read_ground",
    "read_layers_of",
]


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


@dataclass(frozen=True, slots=True)
class Exported:
    """Plans with their layers, in EPSG:4326."""

    cards: list[PlanCard]
    layers: dict[str, GeoDataFrame]

    @property
    def made_up(self) -> bool:
        """Whether any of it is generated."""
        return any(card.made_up for card in self.cards)

    @property
    def attribution(self) -> str:
        """Whose data it is."""
        told = {card.attribution for card in self.cards if card.attribution}
        return "; ".join(sorted(told))


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
        raise NotFoundError(
            f"没有方案 {listed}；请用 /api/v1/plans 查编号",
            f"there is no plan {listed}; /api/v1/plans lists them",
        )
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


def read_layers_of(connection: Connection, cards: list[PlanCard]) -> Exported:
    """Return plans with their layers."""
    layers = read_layers(connection, [card.plan for card in cards])
    layers.pop("cell_seams", None)  # for drawing again, not for a reader
    return Exported(cards, layers)


_WIDER = 0.004
"""Degrees around a community that its sheets may show."""

_NEAR = "t.geom && st_makeenvelope(:west, :south, :east, :north, 4326)"
_GROUND: Mapping[str, str] = {
    "streets": f"""
        select t.road_class as class, t.name, t.tunnel, st_asbinary(t.geom) as geometry
        from street t where {_NEAR} order by t.id
    """,
    "buildings": f"""
        select case when t.community = :community then t.code else '' end as id,
               t.address, st_asbinary(t.geom) as geometry
        from building t where {_NEAR} order by t.id
    """,
    "barriers": f"""
        select t.kind, t.name, st_asbinary(t.geom) as geometry
        from barrier t where {_NEAR} order by t.id
    """,
    "compounds": f"""
        select t.name, st_asbinary(t.geom) as geometry
        from compound t where {_NEAR} order by t.id
    """,
    "sites": f"""
        select t.name, st_asbinary(t.geom) as geometry
        from site t where {_NEAR} order by t.id
    """,
    "communities": f"""
        select t.code, t.name, st_asbinary(t.geom) as geometry
        from division t where t.level = 'community' and {_NEAR} order by t.code
    """,
}


def read_ground(
    connection: Connection, card: PlanCard, communities: GeoDataFrame
) -> dict[str, GeoDataFrame]:
    """Return what lies in and around a community, for its sheets."""
    west, south, east, north = communities.total_bounds.tolist()
    values = {
        "community": card.community,
        "west": west - _WIDER,
        "south": south - _WIDER,
        "east": east + _WIDER,
        "north": north + _WIDER,
    }
    return {
        role: read_frame(connection, query, **values) for role, query in _GROUND.items()
    }
