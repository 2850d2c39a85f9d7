"""The queue: jobs put in, looked at, asked to stop, by the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from data.errors import ConflictError, NotFoundError
from data.jobs.registry import KINDS
from data.queries.common import Key, Slice, ask

__all__ = [
    "CHANNEL",
    "WORKER_LOCK",
    "add_job",
    "ask_to_stop",
    "count_workers",
    "job_items",
    "job_row",
    "last_job_on",
    "list_jobs",
    "no_job",
]

CHANNEL = "wangge_job"
"""Told when a job is put in or asked to stop, so that nobody has to wait for a poll."""

WORKER_LOCK = 0x7777
"""First half of the key of the locks that workers hold while they are there."""

_SHOWN = """
    j.id, j.kind, j.division, d.name as division_name, j.account, j.arguments, j.state,
    j.progress, j.message_zh, j.message_en, j.stop_asked, j.attempts, j.made, j.started,
    j.heartbeat, j.finished, j.result, j.error_zh, j.error_en,
    f.name as file_name, f.size as file_size,
    (select count(*) from job o where j.state = 'queued' and o.state = 'queued'
     and o.id < j.id) as ahead
"""
_FROM = """
    from job j left join division d on d.code = j.division
    left join job_file f on f.job = j.id and f.expires > now()
"""


def add_job(
    connection: Connection,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    division: str = "",
    account: int | None = None,
    key: str | None = None,
) -> Row[Any]:
    """Put a job into the queue and return it as `job_row` does.

    Of open jobs with the same `key` there is one: the same work asked for again is
    that job, other work is refused until it has ended.
    """
    if kind not in KINDS:
        raise ValueError(f"no job of kind {kind!r}; it is not in the registry")
    told = {
        "kind": kind,
        "key": key,
        "division": division,
        "account": account,
        "arguments": json.dumps(dict(arguments), ensure_ascii=False),
    }
    if key is not None:
        known = _open_job(connection, key)
        if known is not None:
            return _same_or_refused(connection, known, arguments)
    try:
        with connection.begin_nested():
            number = connection.execute(_ADD, told).scalar_one()
    except IntegrityError:
        known = _open_job(connection, key or "")
        if known is None:
            raise
        return _same_or_refused(connection, known, arguments)
    connection.execute(text("select pg_notify(:c, '')"), {"c": CHANNEL})
    return job_row(connection, number)


_ADD = text("""
    insert into job (kind, key, division, account, arguments)
    values (:kind, :key, :division, :account, cast(:arguments as jsonb)) returning id
""")
_OPEN = text("""
    select id, arguments from job where key = :key and state in ('queued', 'running')
""")


def _open_job(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(_OPEN, {"key": key}).one_or_none()


def _same_or_refused(
    connection: Connection, known: Row[Any], arguments: Mapping[str, Any]
) -> Row[Any]:
    if known.arguments == json.loads(json.dumps(dict(arguments))):
        return job_row(connection, known.id)
    raise ConflictError(
        f"同一范围的任务 {known.id} 还在进行；请等它完成，或先取消它",
        f"job {known.id} on the same ground is still at work; wait for its end or "
        "cancel it first",
    )


def job_row(connection: Connection, number: int) -> Row[Any]:
    """Return a job, with how many wait before it."""
    query = text(f"select {_SHOWN} {_FROM} where j.id = :id")
    row = connection.execute(query, {"id": number}).one_or_none()
    if row is None:
        raise no_job(number)
    return row


def no_job(number: int) -> NotFoundError:
    """Return the error that says a job is not there."""
    return NotFoundError(
        f"没有任务 {number}；请核对编号", f"there is no job {number}; check it"
    )


def last_job_on(connection: Connection, upload: int) -> Row[Any] | None:
    """Return the last job on an upload, if there was one."""
    query = text(f"""
        select {_SHOWN} {_FROM}
        where j.arguments ->> 'upload' = :upload order by j.id desc limit 1
    """)
    return connection.execute(query, {"upload": str(upload)}).one_or_none()


def list_jobs(
    connection: Connection,
    *,
    account: int | None = None,
    divisions: Collection[str] = ("*",),
    under: str = "",
    kind: str | None = None,
    open_only: bool = False,
    limit: int,
    after: Key | None = None,
) -> Slice:
    """Return a page of jobs, newest first.

    Those of an account, and those in one of the divisions; "*" stands for all of them.
    """
    query = f"""
        select {_SHOWN} {_FROM}
        where (j.account = :account or :all or j.division = any(:divisions))
          and starts_with(j.division, :under)
          and (cast(:kind as text) is null or j.kind = :kind)
          and (not :open or j.state in ('queued', 'running'))
          and (cast(:after as bigint) is null or j.id < :after)
        order by j.id desc limit :limit
    """
    told = {
        "account": account,
        "all": "*" in divisions,
        "divisions": list(divisions),
        "under": under,
        "kind": kind,
        "open": open_only,
        "after": after[0] if after else None,
    }
    return ask(connection, query, told, limit=limit, key=["id"])


def ask_to_stop(connection: Connection, number: int) -> Row[Any]:
    """Cancel a job: at once where it waits, within a second or two where it runs."""
    row = job_row(connection, number)
    if row.state not in ("queued", "running"):
        raise ConflictError(
            f"任务 {number} 已经结束，不能取消",
            f"job {number} has ended and cannot be cancelled",
        )
    connection.execute(_STOP, {"id": number})
    connection.execute(text("select pg_notify(:c, '')"), {"c": CHANNEL})
    return job_row(connection, number)


_STOP = text("""
    update job set stop_asked = true,
        state = case when state = 'queued' then 'cancelled' else state end,
        finished = case when state = 'queued' then now() else finished end
    where id = :id and state in ('queued', 'running')
""")


def job_items(connection: Connection, number: int) -> list[Row[Any]]:
    """Return the pieces of a job that are finished, by key."""
    query = text("select key, at, result from job_item where job = :id order by key")
    return list(connection.execute(query, {"id": number}))


def count_workers(connection: Connection) -> int:
    """Return how many lanes of workers are there to take jobs."""
    return int(connection.scalar(_WORKERS, {"lock": WORKER_LOCK}) or 0)


_WORKERS = text("""
    select count(*) from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = :lock
      and l.database = (select oid from pg_database where datname = current_database())
""")
