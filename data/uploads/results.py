"""What was found in an upload, kept beside it and read from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from data.frames import copy_rows, driver_of
from data.queries.common import Key, Slice, ask
from data.readers import RowNote

__all__ = [
    "keep_inspection",
    "keep_report",
    "list_rows",
    "mark_imported",
    "upload_outline",
]

MOST_ROWS = 100_000
"""Remarks that are kept; a file with more has one fault many times."""
_NOTE = tuple(RowNote.__dataclass_fields__)


def keep_inspection(
    connection: Connection, upload: int, found: Mapping[str, Any]
) -> None:
    """Keep what is in an upload; choices for an earlier look no longer fit."""
    query = text("""
        update upload set inspection = cast(:found as jsonb), report = null
        where id = :id
    """)
    told = {"id": upload, "found": json.dumps(dict(found), ensure_ascii=False)}
    connection.execute(query, told)


def keep_report(
    connection: Connection,
    upload: int,
    report: Mapping[str, Any],
    notes: Iterable[RowNote],
) -> None:
    """Keep what a check found, in place of what the one before did."""
    connection.execute(
        text("delete from upload_row where upload = :id"), {"id": upload}
    )
    rows = (
        (upload, number, *(getattr(note, name) for name in _NOTE))
        for number, note in enumerate(notes, start=1)
        if number <= MOST_ROWS
    )
    with driver_of(connection).cursor() as cursor:
        copy_rows(cursor, "upload_row", ("upload", "number", *_NOTE), rows)
    told = {"id": upload, "report": json.dumps(dict(report), ensure_ascii=False)}
    connection.execute(_REPORT, told)


_REPORT = text("update upload set report = cast(:report as jsonb) where id = :id")


def mark_imported(connection: Connection, upload: int) -> None:
    """Say that an upload has been taken in."""
    query = text("update upload set state = 'imported' where id = :id")
    connection.execute(query, {"id": upload})


def list_rows(
    connection: Connection,
    upload: int,
    *,
    prefix: str = "",
    code: str | None = None,
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return a page of the remarks of the last check, in the order of the rows."""
    query = """
        select number, file, layer, row, field, code, message_zh, message_en
        from upload_row
        where upload = :upload and number > :after and starts_with(code, :prefix)
          and (cast(:code as text) is null or code = :code)
        order by number limit :limit
    """
    told = {
        "upload": upload,
        "prefix": prefix,
        "code": code,
        "after": after[0] if after else 0,
    }
    return ask(connection, query, told, limit=limit, key=["number"])


def upload_outline(connection: Connection, division: str) -> bytes | None:
    """Return the outline of a division, coarse enough to compare a sketch with."""
    query = text("select st_asbinary(geom) from division where code = :code")
    found = connection.scalar(query, {"code": division})
    return None if found is None else bytes(found)
