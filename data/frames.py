"""Rows of the record ↔ tables with geometry, every coordinate bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pandas as pd
import psycopg
import shapely
from geopandas import GeoDataFrame
from psycopg import sql
from sqlalchemy import Connection, text

from data.driver import driver_of

__all__ = [
    "copy_frame",
    "copy_rows",
    "plain_values",
    "read_frame",
    "to_json",
    "with_srid",
]

_SRID = 4326
_HAS_SRID = 0x20000000
"""Flag of EWKB: the number of the CRS follows the kind of geometry."""


def to_json(values: Any) -> str:
    """Return plain values as JSON: one parameter for rows of any size and type."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def plain_values(column: pd.Series) -> list[Any]:
    """Return what the driver takes: plain numbers, text, flags; missing is None."""
    values = column.astype(object)
    plain: list[Any] = values.where(values.notna(), None).tolist()
    return plain


def with_srid(wkb: bytes) -> str:
    """Return little-endian WKB as the text of a geometry in degrees."""
    kind = int.from_bytes(wkb[1:5], "little") | _HAS_SRID
    head = b"\1" + kind.to_bytes(4, "little") + _SRID.to_bytes(4, "little")
    return (head + wkb[5:]).hex()


def copy_rows(
    cursor: psycopg.Cursor[Any],
    table: str,
    columns: Iterable[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Append rows by COPY, or by INSERT where row security judges each of them."""
    names = list(columns)
    into = sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    judged = cursor.execute("select row_security_active(%s::text)", [table]).fetchone()
    if judged is not None and judged[0]:
        marks = sql.SQL("({})").format(
            sql.SQL(", ").join([sql.Placeholder()] * len(names))
        )
        for part in _parts(rows, size=_MOST_VALUES // len(names)):
            insert = sql.SQL("insert into {} ({}) values {}").format(
                *into, sql.SQL(", ").join([marks] * len(part))
            )
            # Sizes differ, so there is nothing to be gained by keeping a plan.
            values = [value for each in part for value in each]
            cursor.execute(insert, values, prepare=False)
        return
    statement = sql.SQL("copy {} ({}) from stdin").format(*into)
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


_MOST_VALUES = 10_000
"""Values in one INSERT; PostgreSQL takes 65,535."""


def _parts(
    rows: Iterable[Sequence[Any]], *, size: int
) -> Iterator[list[Sequence[Any]]]:
    waiting = iter(rows)
    while part := list(islice(waiting, size)):
        yield part


def copy_frame(
    connection: Connection, table: str, frame: GeoDataFrame, columns: Mapping[str, str]
) -> int:
    """Append rows by COPY; `columns` names the table's column for each of the frame's.

    Geometry travels as EWKB, so it is stored as it is; what is missing becomes null.
    """
    values: list[Sequence[Any]] = []
    for name in columns:
        if name == frame.geometry.name:
            shapes = shapely.set_srid(frame.geometry.to_numpy(), _SRID)
            values.append(shapely.to_wkb(shapes, hex=True, include_srid=True))
        else:
            values.append(plain_values(frame[name]))
    with driver_of(connection).cursor() as cursor:
        copy_rows(cursor, table, columns.values(), zip(*values, strict=True))
    return len(frame)


def read_frame(connection: Connection, query: str, **values: object) -> GeoDataFrame:
    """Return the rows of a query whose column `geometry` is WKB."""
    result = connection.execute(text(query), values)
    rows = pd.DataFrame(result.all(), columns=list(result.keys()))
    shapes = shapely.from_wkb(rows["geometry"].to_numpy(dtype=object))
    return GeoDataFrame(rows.drop(columns="geometry"), geometry=shapes, crs=_SRID)
