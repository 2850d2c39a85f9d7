"""What an import was, how far it came, and what it could not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data.driver import driver_of
from data.errors import ConflictError
from data.frames import copy_rows
from data.models import ImportCommunity, ImportLayer, ImportRow, ImportRun
from data.readers import RowNote, RowReport, SourceReading

__all__ = [
    "Run",
    "begin_run",
    "end_run",
    "note_community",
    "read_report",
    "read_runs",
    "require_unmixed",
]


@dataclass(frozen=True, slots=True)
class Run:
    """An import on its way: its number, its layers', and what is done already."""

    number: int
    layers: tuple[int, ...]
    done: frozenset[str]


def begin_run(
    connection: Connection,
    reading: SourceReading,
    report: RowReport,
    communities: list[str],
    options: Mapping[str, Any],
) -> Run:
    """Begin an import, or go on with one of the same sources that was cut off."""
    require_unmixed(connection, reading, communities)
    # Two imports of the same sources take turns to look.
    key = func.hashtextextended(f"import run {reading.digest}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(key)))
    query = (
        select(ImportRun.id)
        .where(
            ImportRun.digest == reading.digest,
            ImportRun.options == dict(options),
            ImportRun.finished.is_(None),
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    known = connection.scalar(query)
    if known is not None:
        done = select(ImportCommunity.community).where(ImportCommunity.run == known)
        read = select(ImportLayer.id).where(ImportLayer.run == known)
        return Run(
            known,
            tuple(connection.scalars(read.order_by(ImportLayer.id))),
            frozenset(connection.scalars(done)),
        )
    made = (
        insert(ImportRun)
        .values(
            digest=reading.digest,
            options=dict(options),
            communities=len(communities),
            made_up=reading.made_up,
            attribution=reading.attribution,
        )
        .returning(ImportRun.id)
    )
    number = connection.execute(made).scalar_one()
    layers = tuple(_insert_layers(connection, number, reading))
    _insert_notes(connection, number, report)
    return Run(number, layers, frozenset())


def _insert_layers(
    connection: Connection, run: int, reading: SourceReading
) -> Iterator[int]:
    names = ("file", "layer", "role", "crs", "datum", "rows", "kept")
    for record in reading.records:
        told = {name: getattr(record, name) for name in names}
        made = insert(ImportLayer).values(run=run, **told).returning(ImportLayer.id)
        yield connection.execute(made).scalar_one()


def _insert_notes(connection: Connection, run: int, report: RowReport) -> None:
    names = tuple(RowNote.__dataclass_fields__)
    rows = (
        (run, number, *(getattr(note, name) for name in names))
        for number, note in enumerate(report.rows, start=1)
    )
    with driver_of(connection).cursor() as cursor:
        copy_rows(cursor, ImportRow.__tablename__, ("run", "number", *names), rows)


def require_unmixed(
    connection: Connection, reading: SourceReading, communities: list[str]
) -> None:
    """Refuse to mix what is made up with what is not: nobody could tell it apart."""
    query = text("""
        select d.code from division d
        join import_layer l on l.id = d.source join import_run r on r.id = l.run
        where d.code = any(:codes) and r.made_up <> :made_up order by 1 limit 1
    """)
    told = {"codes": communities, "made_up": reading.made_up}
    other = connection.scalar(query, told)
    if other is None:
        return
    if reading.made_up:
        raise ConflictError(
            f"库里的社区 {other} 是真实数据，不能混入虚构数据；"
            "演示请用 WANGGE_STATE 指定另一个文件夹",
            f"community {other} in the database is real; made-up data must not mix "
            "with it, so name another folder for them by WANGGE_STATE",
        )
    raise ConflictError(
        f"库里的社区 {other} 是虚构的演示数据，不能混入真实数据；"
        "真实数据请用 WANGGE_STATE 指定另一个文件夹",
        f"community {other} in the database is made up; real data must not mix with "
        "it, so name another folder for them by WANGGE_STATE",
    )


def note_community(
    connection: Connection, run: Run, community: str, changes: Mapping[str, Any]
) -> None:
    """Say that a run has taken a community in, in the transaction that did."""
    row = {"run": run.number, "community": community, "changes": dict(changes)}
    # Of two who go on with the same run, the first has said it.
    connection.execute(upsert(ImportCommunity).values(**row).on_conflict_do_nothing())


def end_run(connection: Connection, run: Run) -> None:
    """Say that a run is whole."""
    ended = update(ImportRun).where(ImportRun.id == run.number)
    connection.execute(ended.values(finished=func.now()))


def read_runs(connection: Connection, *, limit: int = 20) -> list[dict[str, Any]]:
    """Return the latest imports, newest first, with how many rows they refused."""
    query = text("""
        select r.id, to_char(r.started at time zone 'Asia/Shanghai',
                             'YYYY-MM-DD HH24:MI') as started,
               r.finished is not null as finished, r.made_up, r.communities,
               (select count(*) from import_community c where c.run = r.id) as done,
               (select count(*) from import_row w where w.run = r.id) as remarks,
               (select count(*) from import_row w
                where w.run = r.id and w.code like 'refused%') as refused,
               (select coalesce(array_agg(distinct l.file order by l.file), '{}')
                from import_layer l where l.run = r.id) as files
        from import_run r order by r.id desc limit :limit
    """)
    return [dict(row) for row in connection.execute(query, {"limit": limit}).mappings()]


def read_report(connection: Connection, run: int) -> list[dict[str, Any]]:
    """Return the remarks of an import, in the order the rows were met."""
    query = text("""
        select file, layer, row, field, code, message_zh, message_en
        from import_row where run = :run order by number
    """)
    return [dict(row) for row in connection.execute(query, {"run": run}).mappings()]
