"""SQLAlchemy engines on the store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import OperationalError

from data.cluster import WEB
from data.errors import StoreError
from data.settings import StoreSettings

__all__ = ["build_engine", "build_web_engine", "read_only"]

_PAUSE = 0.1
"""Seconds between two attempts to reach a database that is starting again."""


def build_engine(
    url: URL, *, pool_size: int = 5, pooled_outside: bool = False
) -> Engine:
    """Return an engine that checks a connection before it hands it out.

    A restart of the database then costs a reconnect, not a failed request. Behind
    PgBouncer in transaction mode (`pooled_outside`) no statement is prepared: another
    session would answer for it.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args={"prepare_threshold": None} if pooled_outside else {},
    )


def build_web_engine(
    settings: StoreSettings, *, pool_size: int = 20, patience: float = 3.0
) -> Engine:
    """Return an engine for the pages, whose connections find the database themselves.

    It can be made before the database runs, and a private cluster that comes back at
    another socket is found there. To a private cluster it goes as the web role; a URL
    names its own user, who takes the web role where it may (`read_only`). Where all
    connections are in use, `patience` is how many seconds to wait for one.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience,
        pool_pre_ping=True,
    )
    user = None if settings.database_url else WEB

    @event.listens_for(engine, "do_connect")
    def find(
        dialect: Dialect, _record: Any, arguments: list[Any], keywords: dict[str, Any]
    ) -> None:
        found = dialect.create_connect_args(settings.store().url(user=user))
        arguments[:] = found[0]
        keywords.clear()
        keywords.update(found[1])

    return engine


@contextmanager
def read_only(
    engine: Engine, *, timeout: float, patience: float = 0.0
) -> Iterator[Connection]:
    """Give one snapshot of the record as the web role, which nothing can change.

    A statement that takes longer than `timeout` seconds is stopped. A database that is
    starting again is waited for, `patience` seconds at most.
    """
    with _connect(engine, timeout, patience) as connection:
        yield connection


# The user of a URL may not be allowed the web role: it then stays what it is, and the
# transaction still is read-only. Plans are made for the values at hand: one made for
# any value would walk past indexes on text and geometry. To start helpers and to
# compile takes longer than a page may.
_TAKE_ROLE = text(
    """
    select
        set_config('role', coalesce((
            select rolname::text from pg_roles
            where rolname = :role and pg_has_role(oid, 'member')
        ), current_user::text), true),
        set_config('statement_timeout', :ms, true),
        set_config('plan_cache_mode', 'force_custom_plan', true),
        set_config('max_parallel_workers_per_gather', '0', true),
        set_config('jit', 'off', true)
    """
)


def _connect(engine: Engine, timeout: float, patience: float) -> Connection:
    """Return a connection that has begun its snapshot, after some attempts."""
    end = time.monotonic() + patience
    while True:
        try:
            return _begin(engine, timeout)
        except (OperationalError, StoreError):
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _begin(engine: Engine, timeout: float) -> Connection:
    connection = engine.connect()
    try:
        connection = connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        connection.execute(_TAKE_ROLE, {"role": WEB, "ms": f"{timeout * 1000:.0f}"})
    except BaseException:
        connection.close()
        raise
    return connection
