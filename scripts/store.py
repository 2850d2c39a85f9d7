"""The database that the commands work with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from scripts.console import say

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from data.cluster import Store

__all__ = ["open_record", "running_store"]


@contextmanager
def running_store(*, watched: bool = False) -> Iterator[Store]:
    """Give a database that runs and has today's tables, made where there is none.

    A private cluster that was not running is started for the time of the work and
    stopped after it, even by a kill; one that runs already goes on. A `watched` one
    is started again whenever it crashes.
    """
    from data.migrations import upgrade
    from data.settings import StoreSettings

    settings = StoreSettings.from_environment(os.environ)
    cluster = settings.cluster()
    started = cluster is not None and cluster.status().word != "running"
    store = settings.store() if cluster is None else cluster.start(tied=True)
    try:
        upgrade(store.url())
        if cluster is None and not store.harden():
            say(
                "这个数据库不允许标记防泄漏函数：按辖区查看时较慢，其余一样",
                "this database does not let functions be marked leak-proof: who sees a "
                "part of the record waits longer, all else is the same",
            )
        if watched and cluster is not None and started:
            # People work with it: it is not given up on for a bad minute.
            keep = partial(cluster.supervise, crashes=20)
            Thread(target=keep, daemon=True).start()
        yield store
    finally:
        if cluster is not None and started:
            cluster.stop()


@contextmanager
def open_record(store: Store | None = None) -> Iterator[Engine]:
    """Give the database; an error of the server ends in one line, not a traceback."""
    from psycopg import Error
    from sqlalchemy.exc import DBAPIError

    from data.engine import build_engine
    from data.errors import StoreError
    from data.settings import StoreSettings

    store = store or StoreSettings.from_environment(os.environ).store()
    engine = build_engine(store.url())
    try:
        yield engine
    except (DBAPIError, Error) as error:
        said = str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
        raise StoreError(
            "数据库没有做成；请查看 wangge db status，必要时 wangge db upgrade\n"
            f"{said}",
            f"the database did not do it; see wangge db status, perhaps run wangge db "
            f"upgrade\n{said}",
        ) from error
    finally:
        engine.dispose()
