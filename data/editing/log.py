"""The log of a plan: what was done, what undo takes back, what others did since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Cursor
from sqlalchemy import Connection, text

from data.driver import driver_of
from data.editing.model import Actor, Change, Head
from data.frames import to_json
from data.queries.common import Key, Slice, Where, ask

__all__ = [
    "ENTRY_COLUMNS",
    "REDO",
    "UNDO",
    "Counts",
    "Entry",
    "changes_since",
    "count_inside",
    "entry_of",
    "inside",
    "list_edits",
    "read_counts",
    "write_entry",
]

UNDO, REDO = "undo", "redo"

Counts = dict[str, tuple[int, int]]
"""Devices and activity spaces by grid."""

_MANY = 20
"""Steps told to who comes too late."""


@dataclass(frozen=True)
class Entry:
    """A step of the log; undo and redo name another as their `target`."""

    operation: str
    parameters: dict[str, Any]
    forward: Change
    inverse: Change
    sentence_zh: str
    sentence_en: str
    done_before: int
    undone_before: int
    set_before: int | None = None
    set_after: int | None = None
    target: int | None = None
    key: str | None = None
    number: int = 0
    row_version: int = 0


def write_entry(cursor: Cursor[Any], head: Head, entry: Entry, actor: Actor) -> None:
    """Add a step to the log, which wakes who listens.

    `head` is the row of the plan afterwards, whose lock the caller holds.
    """
    values = {
        "plan": head.id,
        "number": head.step,
        "operation": entry.operation,
        "actor": actor.display,
        "account": actor.account,
        "parameters": to_json(entry.parameters),
        "forward": to_json(entry.forward.to_dict()),
        "inverse": to_json(entry.inverse.to_dict()),
        "sentence_zh": entry.sentence_zh,
        "sentence_en": entry.sentence_en,
        "target": entry.target,
        "done_before": entry.done_before,
        "undone_before": entry.undone_before,
        "set_before": entry.set_before,
        "set_after": entry.set_after,
        "row_version": head.row_version,
        "key": entry.key,
    }
    cursor.execute(_WRITE, values)


def count_inside(connection: Connection, head: Head, change: Change) -> Counts:
    """Return devices and activity spaces in the grids of a change, on edges too."""
    rows = [
        {"code": row["code"], "geom": row["geom"]}
        for row in change.grids.values()
        if row is not None
    ]
    with driver_of(connection).cursor() as cursor:
        cursor.execute(_COUNTS, {"community": head.community, "rows": to_json(rows)})
        return read_counts(cursor)


def inside(shape: str) -> str:
    """Return SQL for the devices and the activity spaces in a shape, on its edge too.

    It takes the parameter `community`; `read_counts` reads it after the code of a grid.
    """
    counted = (
        f"(select count(*) from {table} t where t.community = %(community)s "
        f"and st_intersects({shape}, t.geom))"
        for table in ("device", "activity_space")
    )
    return ", ".join(counted)


def read_counts(cursor: Cursor[Any]) -> Counts:
    """Return devices and activity spaces by grid."""
    return {str(code): (int(a), int(b)) for code, a, b in cursor.fetchall()}


def changes_since(
    connection: Connection, plan: int, row_version: int
) -> list[dict[str, Any]]:
    """Return what was done to a plan after a version of it, the newest first."""
    rows = connection.execute(
        text(_SINCE), {"plan": plan, "since": row_version, "many": _MANY}
    )
    return [dict(row._mapping) for row in rows]


def list_edits(
    connection: Connection, plan: int, *, limit: int, after: Key | None = None
) -> Slice:
    """Return the log of a plan, the newest step first."""
    where = Where("e.plan = :plan", plan=plan)
    if after is not None:
        where.add("e.number < :before", before=after[0])
    query = f"""
        select {_TOLD}, exists (
            select from plan_edit u
            where u.plan = e.plan and u.target = e.number and u.operation = 'undo'
              and not exists (select from plan_edit r where r.plan = e.plan
                              and r.target = e.number and r.operation = 'redo'
                              and r.number > u.number)) as undone, {_SHOWN}
        from plan_edit e
        left join plan_edit t on t.plan = e.plan and t.number = e.target
        where {where} order by e.number desc limit :limit
    """
    return ask(connection, query, where.values, limit=limit, key=["number"])


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return a step that was asked for by `ENTRY_COLUMNS`."""
    found = dict(row)
    for name in ("forward", "inverse"):
        found[name] = Change.from_dict(found[name]) if found[name] else Change()
    return Entry(**found)


_COUNTS = f"""
    select u.code, {inside("u.geom::geometry")}
    from json_to_recordset(%(rows)s::json) u (code text, geom text)
"""
ENTRY_COLUMNS = """
    number, operation, parameters, forward, inverse, sentence_zh, sentence_en, target,
    done_before, undone_before, set_before, set_after,
    coalesce(row_version, 0) as row_version, key
"""
_TOLD = """
    e.number, e.at, e.actor, e.account, e.operation, e.sentence_zh, e.sentence_en,
    e.target
"""
_SHOWN = """
    array(select k::int from jsonb_object_keys(
        coalesce(t.forward, e.forward) -> 'cells') k order by 1) as cells,
    array(select k from jsonb_object_keys(
        coalesce(t.forward, e.forward) -> 'grids') k order by 1) as grids
"""
"""What a map can show of a step: of undo and redo, what it is about."""
_SINCE = f"""
    select {_TOLD} from plan_edit e
    where e.plan = :plan and e.row_version > :since order by e.number desc limit :many
"""
_WRITE = """
    insert into plan_edit (
        plan, number, operation, actor, account, parameters, forward, inverse,
        sentence_zh, sentence_en, target, done_before, undone_before, set_before,
        set_after, row_version, key)
    values (
        %(plan)s, %(number)s, %(operation)s, %(actor)s, %(account)s,
        %(parameters)s::jsonb, %(forward)s::jsonb, %(inverse)s::jsonb,
        %(sentence_zh)s, %(sentence_en)s, %(target)s, %(done_before)s,
        %(undone_before)s, %(set_before)s, %(set_after)s, %(row_version)s, %(key)s)
"""
