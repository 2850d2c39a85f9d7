"""Rows of one community into one table: new ones added, changed ones changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import psycopg
import shapely
from geopandas import GeoDataFrame
from psycopg import sql
from sqlalchemy import Connection

from data.driver import driver_of
from data.frames import copy_rows, plain_values, with_srid
from data.queries.tree import STREET_DIGITS
from data.registers.tables import Register

__all__ = ["Change", "merge_community", "merge_rows"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the rows of a table.

    `missing` are rows of the record that the source does not have and that stay;
    `removed` are such rows that went.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    removed: int = 0

    def to_dict(self) -> dict[str, int]:
        """Return the counts that are not 0."""
        return {name: count for name, count in asdict(self).items() if count}


def merge_rows(
    connection: Connection,
    register: Register,
    community: str,
    rows: GeoDataFrame,
    *,
    replace: bool,
) -> Change:
    """Bring the rows of a community to what a source says.

    A row is known by its owner and key. `replace` takes out what the source has not.
    """
    columns = (register.owner, register.key, *register.columns, "raw", "geom")
    with driver_of(connection).cursor() as cursor:
        there = _there(cursor, register, community, columns)
        new, changed = [], []
        same = 0
        for row, source in _told(rows, columns):
            known = there.pop(row[:2], None)
            stored = (*row[:-1], with_srid(row[-1]), source)
            if known is None:
                new.append(stored)
            elif known[1:] != row:
                changed.append((*stored, known[0]))
            else:
                same += 1
        gone = [known[0] for known in there.values()]
        if replace and gone:
            _remove(cursor, register, gone)
        _change(cursor, register, (*columns, "source"), changed)
        if new:  # even an empty COPY would tell the maps that something changed
            copy_rows(cursor, register.table, (*columns, "source"), new)
    missing, removed = (0, len(gone)) if replace else (len(gone), 0)
    return Change(len(new), len(changed), same, missing, removed)


def merge_community(connection: Connection, row: pd.Series, source: Any) -> Change:
    """Bring the name and outline of a community to what a source says.

    A source without a name leaves the one there is; else its code is its name.
    """
    code, shape, raw = str(row["code"]), _wkb(row["geometry"]), row["origin_raw"]
    told = (row["name"], shape, None if raw is None else _wkb(raw))
    with driver_of(connection).cursor() as cursor:
        cursor.execute(
            "select name, st_asbinary(geom, 'NDR'), raw from division "
            "where code = %s for update",
            [code],
        )
        known = cursor.fetchone()
        name = told[0] or (known[0] if known else code)
        if known == (name, *told[1:]):
            return Change(same=1)
        cursor.execute(
            "insert into division (code, parent, level, name, geom, raw, source) "
            "values (%s, %s, 'community', %s, %s, %s, %s) on conflict (code) do update "
            "set (parent, name, geom, raw, source) = (excluded.parent, excluded.name, "
            "excluded.geom, excluded.raw, excluded.source)",
            [
                *(code, code[:STREET_DIGITS], name),
                *(with_srid(shape), told[2], None if source is pd.NA else int(source)),
            ],
        )
    return Change(changed=1) if known else Change(new=1)


def _told(
    rows: GeoDataFrame, columns: Sequence[str]
) -> list[tuple[tuple[Any, ...], int | None]]:
    """Return what a source says of each row, and the layer that says it."""
    values = [plain_values(rows[name]) for name in columns[:-2]]
    values.append([None if raw is None else _wkb(raw) for raw in rows["origin_raw"]])
    values.append(shapely.to_wkb(rows.geometry.to_numpy(), byte_order=1).tolist())
    sources = plain_values(rows["source"])
    return list(zip(zip(*values, strict=True), sources, strict=True))


def _wkb(shape: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(shape, byte_order=1))


def _there(
    cursor: psycopg.Cursor[Any],
    register: Register,
    community: str,
    columns: Sequence[str],
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return what the record holds, the number of each row before what it says."""
    query = sql.SQL(
        "select id, {}, st_asbinary(geom, 'NDR') from {} where {} for update"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, columns[:-1])),
        sql.Identifier(register.table),
        sql.SQL(register.below),
    )
    cursor.execute(query, {"community": community})
    return {(row[1], row[2]): row for row in cursor}


def _change(
    cursor: psycopg.Cursor[Any],
    register: Register,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Write changed rows over; the last value of each is its number."""
    if not rows:
        return
    sets = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns]
    query = sql.SQL("update {} set {} where id = %s").format(
        sql.Identifier(register.table), sql.SQL(", ").join(sets)
    )
    cursor.executemany(query, rows)


def _remove(
    cursor: psycopg.Cursor[Any], register: Register, numbers: list[int]
) -> None:
    """Take rows out; buildings of a compound that goes stay without one."""
    if register.table == "compound":
        cursor.execute(
            "update building set compound = null where compound = any(%s)", [numbers]
        )
    query = sql.SQL("delete from {} where id = any(%s)").format(
        sql.Identifier(register.table)
    )
    cursor.execute(query, [numbers])
