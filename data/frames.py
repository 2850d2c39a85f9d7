"""Rows of the record ↔ tables with geometry, every coordinate bit by bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import psycopg
import shapely
from geopandas import GeoDataFrame
from psycopg import sql
from sqlalchemy import Connection, text

__all__ = ["copy_frame", "read_frame"]

_SRID = 4326


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
            column = frame[name].astype(object)
            values.append(column.where(column.notna(), None).tolist())
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name in columns.values()),
    )
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*values, strict=True):
            copy.write_row(row)
    return len(frame)


def read_frame(connection: Connection, query: str, **values: object) -> GeoDataFrame:
    """Return the rows of a query whose column `geometry` is WKB."""
    result = connection.execute(text(query), values)
    rows = pd.DataFrame(result.all(), columns=list(result.keys()))
    shapes = shapely.from_wkb(rows["geometry"].to_numpy(dtype=object))
    return GeoDataFrame(rows.drop(columns="geometry"), geometry=shapes, crs=_SRID)
