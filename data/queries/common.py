"""What questions have in common: pages of a list, plans in force, GeoJSON by SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

__all__ = [
    "EXACT",
    "Below",
    "Box",
    "Key",
    "Slice",
    "Where",
    "ask",
    "feature",
    "find_below",
    "in_force",
    "is_below",
    "shown",
]

Key = tuple[str | int, ...]

EXACT = 15
"""Decimals that give back every coordinate of a plan, so that seams match."""
CLOSE = 7
"""Decimals for what lies around a plan: about a centimetre."""


class Box(NamedTuple):
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Below:
    """A division and all below it.

    Codes below a division are as a rule a range, which an index walks in order; with
    `gaps` other divisions have codes in between.
    """

    first: str
    last: str
    gaps: bool
    codes: list[str]


def find_below(connection: Connection, under: str) -> Below | None:
    """Return what lies below a division by the tree; None asks for everything."""
    if not under:
        return None
    row = connection.execute(text(_BELOW), {"under": under}).one()
    if row.codes is None:  # nothing has this code, nor anything below it
        return Below(under, under, gaps=False, codes=[under])
    return Below(row.first, row.last, gaps=row.gaps, codes=row.codes)


_BELOW = """
    with below as (
        select c.code from division u join division c
          on c.path ~>=~ u.path and c.path ~<~ (u.path || ':')
        where u.code = :under
    ), ends as (
        select min(code) as first, max(code) as last, array_agg(code) as codes
        from below
    )
    select first, last, codes, cardinality(codes) < (
        select count(*) from division d where d.code between first and last
    ) as gaps
    from ends
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a list, and the key of the last one if there are more."""

    rows: Sequence[Row[Any]]
    next: Key | None


class Where:
    """Conditions joined by "and", with the values they name."""

    def __init__(self, *clauses: str, **values: Any) -> None:
        self.clauses = list(clauses)
        self.values = values

    def add(self, clause: str, **values: Any) -> None:
        """Add a condition."""
        self.clauses.append(clause)
        self.values |= values

    def after(self, columns: Sequence[str], key: Key | None) -> None:
        """Keep what comes after a key, in the order of the columns."""
        if key is not None:
            names = [f"after{i}" for i in range(len(columns))]
            marks = ", ".join(f":{name}" for name in names)
            clause = f"({', '.join(columns)}) > ({marks})"
            self.add(clause, **dict(zip(names, key, strict=True)))

    def inside(self, geometry: str, box: Box | None) -> None:
        """Keep what touches a box."""
        if box is not None:
            clause = (
                f"st_intersects({geometry}, "
                "st_makeenvelope(:west, :south, :east, :north, 4326))"
            )
            self.add(clause, **box._asdict())

    def under(self, code: str, below: Below | None) -> None:
        """Keep what belongs to one of the divisions; None keeps everything."""
        if below is None:
            return
        if below.first == below.last:
            self.add(f"{code} = :first", first=below.first)
            return
        self.add(f"{code} between :first and :last", first=below.first, last=below.last)
        if below.gaps:
            self.add(f"{code} = any(:codes)", codes=below.codes)

    def __str__(self) -> str:
        return " and ".join(self.clauses) or "true"


def ask(
    connection: Connection,
    query: str,
    values: Mapping[str, Any],
    *,
    limit: int,
    key: Sequence[str],
) -> Slice:
    """Return at most `limit` rows of a query that ends in `limit :limit`.

    `key` names the columns that order it. One row more is asked for, to know whether
    there are more without counting.
    """
    rows = connection.execute(text(query), {**values, "limit": limit + 1}).all()
    if len(rows) <= limit:
        return Slice(rows, None)
    last = rows[limit - 1]._mapping
    return Slice(rows[:limit], tuple(last[name] for name in key))


def is_below(lower: str, upper: str) -> str:
    """Return the condition that a division is another or below it.

    Written with the operators of the index on paths; ":" sorts after every digit.
    """
    return f"{lower}.path ~>=~ {upper}.path and {lower}.path ~<~ ({upper}.path || ':')"


def in_force(plan: str) -> str:
    """Return the condition that a plan is in force on the day `:on`.

    By the columns, not by the range of the constraint: of those the planner knows how
    many rows fit.
    """
    return (
        f"({plan}.status in ('published', 'archived') "
        f"and {plan}.effective_from <= cast(:on as date) "
        f"and ({plan}.effective_to is null "
        f"or {plan}.effective_to > cast(:on as date)))"
    )


def shown(plan: str, *, drafts: bool) -> str:
    """Return the condition that a plan stands for its community on the day `:on`.

    It is in force or, with `drafts`, is the newest draft where none is.
    """
    if not drafts:
        return in_force(plan)
    return f"""
        ({in_force(plan)} or {plan}.status in ('draft', 'review') and not exists (
            select from plan o where o.community = {plan}.community
            and ({in_force("o")}
                 or o.status in ('draft', 'review') and o.version > {plan}.version)))
    """


def feature(
    id_: str, geometry: str, properties: Mapping[str, str], *, decimals: int = CLOSE
) -> str:
    """Return the SQL of a GeoJSON feature as text; `properties` are name → SQL.

    Rings turn as RFC 7946 has them; no coordinate changes by that.
    """
    pairs = ", ".join(f"'{name}', {value}" for name, value in properties.items())
    return (
        f"json_build_object('type', 'Feature', 'id', {id_}, "
        f"'geometry', st_asgeojson(st_forcepolygonccw({geometry}), {decimals})::json, "
        f"'properties', json_build_object({pairs}))::text"
    )
