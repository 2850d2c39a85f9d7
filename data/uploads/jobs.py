"""The jobs on uploads: look into one, check how it is to be read, take it in."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, text

from data.errors import ConflictError, ImportFormatError
from data.jobs.task import Task
from data.readers import RowNote, SourceReading
from data.registers import import_registers, preview_registers
from data.registers.rows import RegisterRows
from data.registers.runs import require_unmixed
from data.uploads.choices import Choices
from data.uploads.keeping import upload_row, write_upload
from data.uploads.limited import inspect_limited, read_limited
from data.uploads.placing import suggest
from data.uploads.results import keep_inspection, keep_report, mark_imported
from data.uploads.wording import plainly

__all__ = ["check", "inspect", "take_in"]

IMPORT_SHARE = 0.5
"""Of a job that takes in and then draws."""


def inspect(task: Task) -> dict[str, Any]:
    """Find out what an upload holds, and where it could lie."""
    upload = int(task.arguments["upload"])
    told = {name: task.arguments.get(name) for name in ("encoding", "places")}
    task.tell(0.1, "读取文件", "reading the file")
    with _as_file(task, upload) as (source, folder):
        found = inspect_limited(source, folder, told)
    task.tell(0.8, "比对位置", "comparing places")
    with task.engine.begin() as connection:
        outline = _outline(connection, task.division)
        sketches = [one["sketch"] for one in found["layers"] if one["sketch"]]
        found["suggestions"] = suggest(sketches, outline) if outline else []
        found["encoding"] = told["encoding"]
        keep_inspection(connection, upload, found)
    return {"layers": len(found["layers"]), "broken": len(found["broken"])}


def check(task: Task) -> dict[str, Any]:
    """Read an upload as chosen and tell what would come of it; take nothing in."""
    upload = int(task.arguments["upload"])
    choices = task.arguments["choices"]
    task.tell(0.1, "读取文件", "reading the file")
    with _as_file(task, upload) as (source, folder):
        reading = _named(read_limited(source, folder, choices), Choices.of(choices))
    task.tell(0.7, "检查每一行", "checking every row")
    with task.engine.begin() as connection, _said_plainly():
        rows = preview_registers(connection, reading, under=task.division)
        require_unmixed(connection, reading, rows.communities["code"].tolist())
        told = _report(connection, reading, rows)
        keep_report(connection, upload, choices, told, _told_notes(rows))
    return {"refused": told["remarks"]["refused"]}


def take_in(task: Task) -> dict[str, Any]:
    """Take an upload into the register, and draw its communities if that was asked."""
    upload = int(task.arguments["upload"])
    told = task.arguments["choices"]
    orders = task.arguments.get("draw")
    share = IMPORT_SHARE if orders else 0.95
    task.tell(0.02, "读取文件", "reading the file")
    with _as_file(task, upload) as (source, folder):
        reading = _named(read_limited(source, folder, told), Choices.of(told))
    with _said_plainly():
        work = import_registers(
            task.engine,
            reading,
            replace=bool(told.get("replace")),
            options={**told, "upload": upload},
            under=task.division,
        )
    totals: Counter[str] = Counter()
    communities: list[str] = []
    for place, one in enumerate(work, start=1):
        communities.append(one.community)
        for change in one.changes.values():
            totals.update(change.to_dict())
        task.tell(
            0.1 + (share - 0.1) * place / len(work),
            f"入库 {place}/{len(work)} {one.community}",
            f"taking in {place} of {len(work)}, {one.community}",
        )
    with task.engine.begin() as connection:
        mark_imported(connection, upload)
    result: dict[str, Any] = {
        "run": work.run.number,
        "communities": communities,
        "rows": dict(totals),
        "refused": work.report.count("refused"),
        "drawing": None,
    }
    if orders:
        from data.jobs.draw import Orders, draw_communities

        result["drawing"] = draw_communities(
            task, Orders.of(orders), begins=share, only=communities
        )
    return result


@contextmanager
def _as_file(task: Task, upload: int) -> Iterator[tuple[Path, Path]]:
    """Give an upload as a file, and an empty folder to work in."""
    with tempfile.TemporaryDirectory(prefix="wangge-upload-") as name:
        home, work = Path(name) / "in", Path(name) / "out"
        home.mkdir(mode=0o700)
        work.mkdir(mode=0o700)
        with task.engine.connect() as connection:
            if upload_row(connection, upload).state == "receiving":
                raise ConflictError(
                    "文件还没有传完；请等它传完，或重新上传",
                    "the file has not arrived whole; wait for it or upload it again",
                )
            path = write_upload(connection, upload, home)
        yield path, work


def _named(reading: SourceReading, choices: Choices) -> SourceReading:
    """Give the outline around the buildings the code and name it was given."""
    if choices.boundary is None:
        return reading
    outline = reading.layers.communities.assign(code=choices.code, name=choices.name)
    return replace(reading, layers=replace(reading.layers, communities=outline))


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Let a refusal speak of steps of the page, not of options of a command."""
    try:
        yield
    except (ConflictError, ImportFormatError) as error:
        words = plainly(error.message_zh, error.message_en)
        raise type(error)(*words) from error


def _outline(connection: Connection, division: str) -> shapely.Geometry | None:
    """Return the outline of a division; of everything there is if it names none."""
    query = text("""
        select st_asbinary(case when :division = '' then (
            select st_union(geom) from division
            where level = 'community' and geom is not null
        ) else (select geom from division where code = :division) end)
    """)
    found = connection.scalar(query, {"division": division})
    return None if found is None else shapely.from_wkb(bytes(found))


def _told_notes(rows: RegisterRows) -> list[RowNote]:
    """Return the remarks but those on layers that were left out on purpose."""
    kept = [note for note in rows.report.rows if note.code != "note_layer_ignored"]
    return [_plain(note) for note in kept]


def _plain(note: RowNote) -> RowNote:
    zh, en = plainly(note.message_zh, note.message_en)
    return replace(note, message_zh=zh, message_en=en)


def _report(
    connection: Connection, reading: SourceReading, rows: RegisterRows
) -> dict[str, Any]:
    """Return what would be taken in, in figures."""
    notes = _told_notes(rows)
    kinds = Counter(note.code.partition("_")[0] for note in notes)
    by_code = Counter(note.code for note in notes)
    first = {note.code: note for note in reversed(notes)}
    homes = rows.tables.get("buildings")
    codes = rows.communities["code"].tolist()
    known = connection.execute(
        text("select code from division where code = any(:codes)"), {"codes": codes}
    )
    there = set(known.scalars())
    counts = {} if homes is None else dict(homes["community"].value_counts())
    return {
        "layers": [
            {name: getattr(one, name) for name in ("file", "layer", "role", "crs")}
            | {"rows": one.rows, "kept": one.kept}
            for one in reading.records
        ],
        "tables": {role: len(table) for role, table in rows.tables.items()},
        "communities": [
            {
                "code": row.code,
                "name": row.name,
                "known": row.code in there,
                "buildings": int(counts.get(row.code, 0)),
            }
            for row in rows.communities.itertuples(index=False)
        ],
        "given": rows.given,
        "households": 0 if homes is None else int(homes["households"].sum()),
        "estimated": 0
        if homes is None
        else int(homes.loc[homes["estimated"].astype(bool), "households"].sum()),
        "remarks": {
            kind: kinds.get(kind, 0)
            for kind in ("refused", "repaired", "blanked", "note")
        },
        "kinds": [
            {
                "code": code,
                "count": count,
                "zh": first[code].message_zh,
                "en": first[code].message_en,
            }
            for code, count in by_code.most_common(50)
        ],
        "made_up": reading.made_up,
        "attribution": reading.attribution,
    }
