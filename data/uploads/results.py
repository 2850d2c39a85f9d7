"""What was found in an upload, kept beside it and read from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from data.driver import driver_of
from data.frames import copy_rows
from data.readers import RowNote

__all__ = ["keep_inspection", "keep_report", "mark_imported"]

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
    choices: Mapping[str, Any],
    report: Mapping[str, Any],
    notes: Iterable[RowNote],
) -> None:
    """Keep what a check found, unless the upload is to be read otherwise by now."""
    told = {"id": upload, "choices": json.dumps(dict(choices), ensure_ascii=False)}
    if connection.execute(_CURRENT, told).first() is None:
        return
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


_CURRENT = text("""
    select 1 from upload where id = :id and choices = cast(:choices as jsonb)
    for update
""")
_REPORT = text("update upload set report = cast(:report as jsonb) where id = :id")


def mark_imported(connection: Connection, upload: int) -> None:
    """Say that an upload has been taken in."""
    query = text("update upload set state = 'imported' where id = :id")
    connection.execute(query, {"id": upload})
