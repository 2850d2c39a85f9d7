"""Layers of plans for an export, and the ground around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geopandas import GeoDataFrame
from sqlalchemy import Connection

from data.exports.cards import PlanCard
from data.frames import read_frame
from data.queries.plans import read_layers

__all__ = ["Exported", "read_ground", "read_layers_of"]


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
