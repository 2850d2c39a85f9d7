"""Questions about the register: buildings, streets and what else lies in a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from data.queries.common import Box, Key, Slice, Where, ask, feature, find_below
from data.queries.grids import GRID_AREA, GRID_AT

__all__ = ["PLACES", "Noun", "list_places"]

Noun = Literal[
    "spaces",
    "devices",
    "buildings",
    "compounds",
    "sites",
    "streets",
    "barriers",
    "gates",
]


@dataclass(frozen=True, slots=True)
class _Place:
    """How a kind of place is listed.

    `key` are the columns that order the list, each with an index to walk along;
    `at` is the point that decides in which grid it lies, None where it may cross some.
    """

    source: str
    owner: str
    key: tuple[str, ...]
    kind: str | None
    properties: Mapping[str, str]
    at: str | None = None

    def key_of(self, under: str) -> tuple[str, ...]:
        """Return the key; with a division first where it is one that is walked."""
        return ("division", *self.key) if under and self.in_division else self.key

    def key_kinds(self, under: str) -> tuple[type[str] | type[int], ...]:
        """Return the types of the parts of the key."""
        return tuple(int if name == "id" else str for name in self.key_of(under))

    @property
    def in_division(self) -> bool:
        """Whether a row may belong to any division, or to none."""
        return self.owner == "t.division"


def _columns(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


_BY_ID, _BY_CODE = ("community", "id"), ("community", "code")

PLACES: Mapping[Noun, _Place] = {
    "spaces": _Place(
        source="activity_space t",
        owner="t.community",
        key=_BY_ID,
        kind="t.kind",
        properties=_columns(
            "id", "community", "kind", "name", "area_m2", "origin", "in_use"
        ),
        at="t.geom",
    ),
    "devices": _Place(
        source="device t",
        owner="t.community",
        key=_BY_CODE,
        kind="t.kind",
        properties=_columns("code", "community", "kind", "name", "network"),
        at="t.geom",
    ),
    "buildings": _Place(
        source="building t",
        owner="t.community",
        key=_BY_CODE,
        kind="t.use",
        properties=_columns(
            *("code", "community", "compound", "compound_name", "households"),
            *("estimated", "floors", "height_m", "units", "use", "address"),
        ),
        at="st_pointonsurface(t.geom)",
    ),
    "compounds": _Place(
        source="compound t",
        owner="t.community",
        key=_BY_ID,
        kind="t.kind",
        properties=_columns("id", "community", "kind", "name"),
    ),
    "sites": _Place(
        source="site t",
        owner="t.community",
        key=_BY_ID,
        kind="t.kind",
        properties=_columns("id", "community", "kind", "name"),
    ),
    "streets": _Place(
        source="street t",
        owner="t.division",
        key=("id",),
        kind="t.road_class",
        properties={
            **_columns("id", "division", "name", "tunnel", "bridge"),
            "class": "t.road_class",
        },
    ),
    "barriers": _Place(
        source="barrier t",
        owner="t.division",
        key=("id",),
        kind="t.kind",
        properties=_columns("id", "division", "kind", "name"),
    ),
    "gates": _Place(
        source="(select t.*, c.community, c.name as compound_name "
        "from gate t join compound c on c.id = t.compound) t",
        owner="t.community",
        key=_BY_ID,
        kind=None,
        properties=_columns("id", "community", "compound", "compound_name", "name"),
        at="t.geom",
    ),
}


def list_places(
    connection: Connection,
    noun: Noun,
    *,
    on: date,
    under: str = "",
    box: Box | None = None,
    kind: str | None = None,
    grid: str | None = None,
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return places of one kind; what has one point also with its grid on a day."""
    place = PLACES[noun]
    where = Where(on=on)
    where.under(place.owner, find_below(connection, under))
    where.inside("t.geom", box)
    if kind is not None:
        where.add(f"{place.kind} = :kind", kind=kind)
    if grid is not None:
        where.add(f"st_intersects(t.geom, {GRID_AREA})", grid=grid)
        if place.at not in (None, "t.geom"):
            where.add(f"st_intersects({place.at}, {GRID_AREA})")
    key = place.key_of(under)
    columns = [f"t.{name}" for name in key]
    where.after(columns, after)
    properties = dict(place.properties)
    if place.at is not None:
        properties["grid"] = GRID_AT.format(point=place.at)
    order = ", ".join(columns)
    query = f"""
        select {order}, {feature("t.id", "t.geom", properties)} as feature
        from (select t.* from {place.source} where {where}
              order by {order} limit :limit) t order by {order}
    """
    return ask(connection, query, where.values, limit=limit, key=key)
