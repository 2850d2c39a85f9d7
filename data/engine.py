"""SQLAlchemy engines on the store."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import psycopg
from psycopg.errors import QueryCanceled
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    TextClause,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import OperationalError

from data.accounts.principal import NOTHING, Reach
from data.cluster import WEB, WHOLE
from data.driver import driver_at_work, roll_back
from data.errors import StoreError
from data.settings import StoreSettings

__all__ = [
    "Also",
    "ask_alone",
    "build_engine",
    "build_web_engine",
    "door",
    "reach_of",
    "reach_settings",
    "read_only",
    "working",
]

T = TypeVar("T")
Also = Callable[[psycopg.Connection], None]

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
    settings: StoreSettings,
    *,
    pool_size: int = 20,
    patience: float = 3.0,
    timeout: float = 10.0,
) -> Engine:
    """Return an engine for the pages, whose connections find the database themselves.

    It can be made before the database runs, and a private cluster that comes back at
    another socket is found there. To a private cluster it goes as the web role; a URL
    names its own user, who takes the web role where it may (`read_only`). Where all
    connections are in use, `patience` is how many seconds to wait for one. Whether one
    still holds shows when it is used: what begins here is then begun on another.
    A statement that stands alone (`ask_alone`) is stopped after `timeout` seconds.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience,
        # What was used last has its plans and tables in mind.
        pool_use_lifo=True,
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

    @event.listens_for(engine, "connect")
    def limit(driver: Any, _record: Any) -> None:
        # Once for each connection: to tell it with every question would make all of
        # them slower. A transaction sets its own.
        driver.autocommit = True
        driver.execute(f"set statement_timeout = {timeout * 1000:.0f}")
        driver.autocommit = False

    return engine


@contextmanager
def read_only(
    engine: Engine,
    *,
    timeout: float,
    patience: float = 0.0,
    reach: Reach = NOTHING,
    account: int | None = None,
) -> Iterator[Connection]:
    """Give one snapshot of the record as the web role, which nothing can change.

    Row security shows what lies within `reach`, by default nothing, and what `account`
    has begun itself. A statement
    that takes longer than `timeout` seconds is stopped. A database that is starting
    again is waited for, `patience` seconds at most.
    """
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    values = _values(reach, timeout) | {"app.account": _number(account)}
    with _connect(engine, options, values, patience) as connection:
        yield connection
        # There is nothing to keep; but at a rollback the driver forgets the statements
        # it has prepared.
        connection.commit()


@contextmanager
def working(
    engine: Engine,
    *,
    reach: Reach,
    actor: str,
    account: int | None = None,
    request: str = "",
    address: str = "",
    timeout: float = 10.0,
    patience: float = 0.0,
    also: Also | None = None,
) -> Iterator[Connection]:
    """Give one transaction as the web role; it is kept if all goes well.

    What is written must lie within `reach`, and the audit says that `actor` wrote it,
    on which request, from which address. `also` sends questions along with the
    beginning, for nobody to wait twice; it may be called again on another connection.
    """
    values = _values(reach, timeout) | {
        "app.actor": actor,
        "app.account": _number(account),
        "app.request": request,
        "app.address": address,
    }
    with _connect(engine, {}, values, patience, also) as connection:
        try:
            yield connection
        except BaseException:
            roll_back(connection)
            raise
        connection.commit()


@contextmanager
def door(
    engine: Engine,
    *,
    reach: Reach = NOTHING,
    actor: str = "",
    account: int | None = None,
    request: str = "",
    address: str = "",
    timeout: float = 10.0,
    patience: float = 0.0,
) -> Iterator[Connection]:
    """Give a transaction that sees accounts and their secrets.

    For the code that lets people in, and for those who manage accounts, whose `reach`
    shows them the divisions they manage.
    """
    values = _values(reach, timeout) | {
        # What is asked here is asked by key, of every request, and always alike.
        "plans": "auto",
        "app.door": "open",
        "app.actor": actor,
        "app.account": _number(account),
        "app.request": request,
        "app.address": address,
    }
    with _connect(engine, {}, values, patience) as connection:
        yield connection
        connection.commit()


def ask_alone(
    engine: Engine, question: Callable[[Connection], T], *, patience: float = 0.0
) -> T:
    """Return what a question finds on a connection whose statements stand alone.

    It has no reach and begins no transaction: for functions that answer whoever knows a
    secret. It may be put again to another connection, but not where it took longer than
    a statement of the engine may (`build_web_engine`).
    """

    def put() -> T:
        with engine.connect() as connection:
            return question(connection.execution_options(**_ALONE))

    return _try(put, patience)


_ALONE = {"isolation_level": "AUTOCOMMIT"}

# Plans are made for the values at hand: one made for any value would walk past indexes
# on text and geometry. To start helpers and to compile takes longer than a page may.
_SETTINGS = """
    select
        set_config('role', %(role)s, true),
        set_config('statement_timeout', %(ms)s, true),
        set_config('plan_cache_mode', %(plans)s, true),
        set_config('max_parallel_workers_per_gather', '0', true),
        set_config('jit', 'off', true)
"""

_ROLES = "wangge_roles"
"""What a connection knows of the roles it may take, for as long as it lives."""

_MAY_TAKE = text(
    """
    select rolname::text from pg_roles
    where rolname = any(:roles) and pg_has_role(oid, 'member')
    """
)


def _role(connection: Connection, wanted: str) -> str:
    """Return the role to work as; the database is asked once a connection.

    The user of a URL may not be allowed our roles: it then stays what it is, and row
    security binds it unless it owns the tables, which /readyz refuses.
    """
    known = connection.info.get(_ROLES)
    if known is None:
        known = set(connection.scalars(_MAY_TAKE, {"roles": [WEB, WHOLE]}))
        connection.info[_ROLES] = known
    return next((role for role in (wanted, WEB) if role in known), "none")


def reach_of(connection: Connection) -> str:
    """Return a name for how far a transaction reaches, the same for all who see alike.

    It was noted by what set the reach of this very transaction. Of any other the
    database is asked, which is what decides.
    """
    noted = connection.get_execution_options().get(_NOTED)
    return str(noted if noted is not None else connection.scalar(_REACH))


_NOTED = "wangge_reach"
"""Option of a connection, which lasts as long as its transaction does here."""


def _name_of(values: Mapping[str, str]) -> str:
    seen = [values[name] for name in ("role", "app.scope", "app.drafts", "app.above")]
    return hashlib.sha256("|".join(seen).encode()).hexdigest()


# The role counts: who sees the whole record works as another, whatever is set.
_REACH = text(
    """
    select md5(concat_ws('|', current_user,
        current_setting('app.scope', true), current_setting('app.drafts', true),
        current_setting('app.above', true)))
    """
)


def _number(account: int | None) -> str:
    return "" if account is None else str(account)


def reach_settings(reach: Reach) -> TextClause:
    """Return the statement that sets a reach for the rest of a transaction."""
    values = reach.settings()
    parts = [f"set_config('{name}', :{name[4:]}, true)" for name in values]
    told = {name[4:]: value for name, value in values.items()}
    return text(f"select {', '.join(parts)}").bindparams(**told)


def _values(reach: Reach, timeout: float) -> dict[str, str]:
    """Return the role and the settings of a transaction."""
    return {
        # Who sees everything works as a role whose policies hide nothing, so that
        # plans of statements need not be made around them.
        "role": WHOLE if reach.everything else WEB,
        "ms": f"{timeout * 1000:.0f}",
        "plans": "force_custom_plan",
        **reach.settings(),
    }


def _connect(
    engine: Engine,
    options: Mapping[str, Any],
    values: Mapping[str, str],
    patience: float,
    also: Also | None = None,
) -> Connection:
    """Return a connection that has begun its transaction."""
    return _try(lambda: _begin(engine, options, values, also), patience)


def _try(deed: Callable[[], T], patience: float) -> T:
    """Return what a deed gives, after some attempts.

    A connection that ended since it was used last is replaced at once, as all others
    of its age are.
    """
    end = time.monotonic() + patience
    is_fresh = False
    while True:
        try:
            return deed()
        except (OperationalError, psycopg.OperationalError, StoreError) as error:
            if not is_fresh and getattr(error, "connection_invalidated", False):
                is_fresh = True
                continue
            is_late = isinstance(getattr(error, "orig", error), QueryCanceled)
            if is_late or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _begin(
    engine: Engine,
    options: Mapping[str, Any],
    values: Mapping[str, str],
    also: Also | None,
) -> Connection:
    connection = engine.connect()
    try:
        noted = {**options, _NOTED: _name_of(values)}
        connection = connection.execution_options(**noted)
        plain = {name.removeprefix("app."): told for name, told in values.items()}
        plain["role"] = _role(connection, values["role"])
        _open(connection, _opening_of(frozenset(values)), plain, also)
    except BaseException:
        connection.close()
        raise
    return connection


def _open(
    connection: Connection,
    opening: str,
    values: dict[str, str],
    also: Also | None,
) -> None:
    """Begin the transaction, and send its settings along without waiting for it."""
    if not connection.in_transaction():
        connection.begin()
    with driver_at_work(connection) as driver, driver.pipeline():
        driver.execute(opening, values)
        if also is not None:
            also(driver)


@cache
def _opening_of(names: frozenset[str]) -> str:
    """Return the statement for settings of these names, made once."""
    given = sorted(name for name in names if name.startswith("app."))
    parts = [f"set_config('{name}', %({name[4:]})s, true)" for name in given]
    return ", ".join([_SETTINGS, *parts])
