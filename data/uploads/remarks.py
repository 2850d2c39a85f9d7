"""What checks of uploads found, and the outlines they are held against."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Row, text

from data.queries.common import Key, Slice, ask

__all__ = ["all_rows", "list_rows", "upload_outline"]


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


def all_rows(connection: Connection, upload: int) -> Iterator[Row[tuple[object, ...]]]:
    """Return every remark of the last check, for a file."""
    query = text("""
        select file, layer, row, field, code, message_zh, message_en
        from upload_row where upload = :upload order by number
    """)
    yield from connection.execute(query, {"upload": upload})


def upload_outline(connection: Connection, division: str) -> bytes | None:
    """Return the outline of a division, coarse enough to compare a sketch with."""
    query = text("select st_asbinary(geom) from division where code = :code")
    found = connection.scalar(query, {"code": division})
    return None if found is None else bytes(found)
