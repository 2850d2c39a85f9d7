"""What a worker says to the queue: this one is mine, it is so far, it has ended.

A worker holds a lock of its session on the job it works on. The server drops it the
moment the session ends, however that comes about, so a job without that lock is free:
nobody waits for a time to run out, and no two workers can have the same one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from data.jobs.queue import WORKER_LOCK

__all__ = [
    "MOST_ATTEMPTS",
    "Session",
    "beat",
    "claim",
    "finish",
    "give_back",
    "sign_on",
]

MOST_ATTEMPTS = 3
"""How often a job may be begun without one more piece of it being finished."""

JOB_LOCK = 0x776A
"""First half of the key of the locks; the second is the job's number."""

Session = psycopg.Connection[DictRow]

_MINE = """
    select from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = %(job_lock)s
      and l.objid = mod(j.id, 2147483647)::int::oid
      and l.database = (select oid from pg_database where datname = current_database())
"""
_NEXT = f"""
    select j.id, j.state, j.attempts from job j
    where j.state in ('queued', 'running') and j.kind = any(%(kinds)s)
      and not exists ({_MINE})
    order by j.id limit 1 for update of j skip locked
"""
_LOCK = "select pg_try_advisory_lock(%s, mod(%s::bigint, 2147483647)::int) as got"
_UNLOCK = "select pg_advisory_unlock(%s, mod(%s::bigint, 2147483647)::int)"
_BEGIN = """
    update job set state = 'running', attempts = attempts + 1, heartbeat = now(),
                   started = coalesce(started, now())
    where id = %s
    returning id, kind, arguments, division, account, stop_asked
"""
_GIVE_UP = """
    update job set state = 'failed', finished = now(),
        error_zh = '任务多次中断（程序被终止），已停止重试；已完成的部分保留',
        error_en = 'the job was cut off several times and is not tried again; what was '
                   'finished stays'
    where id = %s
"""
_BEAT = """
    update job set heartbeat = now(), progress = greatest(progress, %(share)s),
                   message_zh = %(zh)s, message_en = %(en)s
    where id = %(id)s returning stop_asked
"""
_FINISH = """
    update job set state = %(state)s, finished = now(), heartbeat = now(),
        message_zh = '', message_en = '',
        progress = case when %(state)s = 'done' then 1 else progress end,
        result = %(result)s, error_zh = %(zh)s, error_en = %(en)s
    where id = %(id)s
"""
_GIVE_BACK = """
    update job set state = 'queued', attempts = attempts - %(forgiven)s,
                   message_zh = '', message_en = '' where id = %(id)s
"""


def sign_on(session: Session) -> None:
    """Be seen as a worker, for as long as this session lasts."""
    session.execute("select pg_try_advisory_lock(%s, pg_backend_pid())", [WORKER_LOCK])


def claim(session: Session, kinds: Sequence[str]) -> DictRow | None:
    """Take the oldest job that nobody works on, and hold its lock; None if none."""
    given = {"kinds": list(kinds), "job_lock": JOB_LOCK}
    with session.transaction(), session.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_NEXT, given).fetchone()
        if found is None:
            return None
        number = found["id"]
        got = cursor.execute(_LOCK, [JOB_LOCK, number]).fetchone()
        if got is None or not got["got"]:
            return None
        if found["state"] == "running" and found["attempts"] >= MOST_ATTEMPTS:
            cursor.execute(_GIVE_UP, [number])
            cursor.execute(_UNLOCK, [JOB_LOCK, number])
            return None
        return cursor.execute(_BEGIN, [number]).fetchone()


def beat(session: Session, number: int, share: float, zh: str, en: str) -> bool:
    """Say that a job is worked on and how far it is; tell whether it shall stop."""
    told = {"id": number, "share": share, "zh": zh, "en": en}
    row = session.execute(_BEAT, told).fetchone()
    return row is None or bool(row["stop_asked"])


def finish(
    session: Session,
    number: int,
    state: str,
    *,
    result: Any = None,
    words: tuple[str | None, str | None] = (None, None),
) -> None:
    """Say how a job ended, and let go of it."""
    zh, en = words
    written = None if result is None else json.dumps(result, ensure_ascii=False)
    told = {"id": number, "state": state, "result": written, "zh": zh, "en": en}
    session.execute(_FINISH, told)
    session.execute(_UNLOCK, [JOB_LOCK, number])


def give_back(session: Session, number: int, *, forgiven: bool) -> None:
    """Put a job back; `forgiven` if it was not its fault that it was cut off."""
    session.execute(_GIVE_BACK, {"id": number, "forgiven": int(forgiven)})
    session.execute(_UNLOCK, [JOB_LOCK, number])
