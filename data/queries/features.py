"""Features of a collection, page by page, as GeoJSON that PostgreSQL writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, text

from data.queries.collections import Collection
from data.queries.common import Box

__all__ = ["Found", "Key", "Wish", "find_feature", "find_features"]

Key = tuple[str | int, ...]

DIGITS = 9
"""Decimals of a degree, a tenth of a millimetre; neighbours round alike."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which features of a collection are wanted.

    A box that crosses the 180th meridian comes in two. `since` and `until` are the
    first and last day of what plans made; None leaves that side open.
    """

    limit: int
    after: Key | None = None
    boxes: Sequence[Box] = ()
    since: date | None = None
    until: date | None = None
    equal: Mapping[str, str | int | float | bool] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Features as JSON text, and the key of the last one if there are more."""

    features: Sequence[str]
    more_after: Key | None


def find_features(connection: Connection, collection: Collection, wish: Wish) -> Found:
    """Return the features of a page, in the order of their key."""
    conditions, values = _conditions(collection, wish)
    if wish.after is not None:
        parts = ", ".join(f":after_{number}" for number in range(len(wish.after)))
        conditions.append(f"({', '.join(collection.key)}) > ({parts})")
        values |= {f"after_{n}": part for n, part in enumerate(wish.after)}
    # One row more than asked for tells whether there is another page.
    rows = connection.execute(
        text(f"{_select(collection, conditions)} limit :limit"),
        {**values, "limit": wish.limit + 1},
    ).all()
    features = [row[0] for row in rows[: wish.limit]]
    more = len(rows) > wish.limit
    return Found(features, tuple(rows[wish.limit - 1][1:]) if more else None)


def find_feature(
    connection: Connection, collection: Collection, key: Key
) -> str | None:
    """Return one feature as JSON text, whatever the date; None if it is not there."""
    conditions = [
        f"{part} = :key_{number}" for number, part in enumerate(collection.key)
    ]
    if collection.dated:
        conditions.append(_PUBLIC)
    values = {f"key_{number}": part for number, part in enumerate(key)}
    row = connection.execute(text(_select(collection, conditions)), values).first()
    return None if row is None else str(row[0])


_PUBLIC = "p.status in ('published', 'archived')"


def _conditions(collection: Collection, wish: Wish) -> tuple[list[str], dict[str, Any]]:
    """Return SQL conditions and their values; names come from the registry alone."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if wish.boxes:
        touched = [
            f"st_intersects(g.geom, {_envelope(n)})" for n in range(len(wish.boxes))
        ]
        conditions.append(f"({' or '.join(touched)})")
        for number, box in enumerate(wish.boxes):
            values |= {f"{side}_{number}": at for side, at in box._asdict().items()}
    if collection.dated:
        conditions.append(_PUBLIC)
        if wish.until is not None:
            conditions.append("p.effective_from <= :until")
            values["until"] = wish.until
        if wish.since is not None:
            conditions.append("(p.effective_to is null or p.effective_to > :since)")
            values["since"] = wish.since
    for number, (name, value) in enumerate((wish.equal or {}).items()):
        conditions.append(f"{collection.properties[name].sql} = :equal_{number}")
        values[f"equal_{number}"] = value
    return conditions, values


def _envelope(number: int) -> str:
    sides = ", ".join(f":{side}_{number}" for side in Box._fields)
    return f"st_makeenvelope({sides}, 4326)"


def _select(collection: Collection, conditions: Sequence[str]) -> str:
    where = " and ".join([collection.where, *conditions])
    return f"{_head(collection)} where {where} order by {', '.join(collection.key)}"


@lru_cache(maxsize=64)
def _head(collection: Collection) -> str:
    """Return the SELECT of a feature: its JSON, then the parts of its key.

    The text is put together by hand: PostgreSQL would parse the geometry again.
    """
    pairs = ", ".join(
        f"'{name}', {known.sql}" for name, known in collection.properties.items()
    )
    identity = " || '.' || ".join(f"({part})::text" for part in collection.key)
    if list(collection.key.values()) != ["integer"]:
        identity = f"to_json({identity})::text"
    feature = (
        """'{"type":"Feature","id":' || """
        f"{identity}"
        """ || ',"geometry":' || """
        f"coalesce(st_asgeojson(g.geom, {DIGITS}), 'null')"
        """ || ',"properties":' || """
        f"json_build_object({pairs})::text"
        " || '}'"
    )
    return f"select {feature}, {', '.join(collection.key)} from {collection.source}"
