"""The driver below SQLAlchemy, for what only it can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, text

__all__ = ["driver_at_work", "driver_of", "roll_back"]


def driver_of(connection: Connection) -> psycopg.Connection:
    """Return psycopg's connection below one of SQLAlchemy, in the same transaction."""
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


@contextmanager
def driver_at_work(connection: Connection) -> Iterator[psycopg.Connection]:
    """Give psycopg's connection for what every request asks, without any detour.

    Where it turns out that the connection has ended, SQLAlchemy is led to find that out
    for itself, and replaces all of its age.
    """
    driver = driver_of(connection)
    try:
        yield driver
    except psycopg.OperationalError:
        if driver.broken:
            connection.scalar(_ANYTHING)
        raise


_ANYTHING = text("select 1")


def roll_back(connection: Connection) -> None:
    """Take a transaction back, and keep the statements that are prepared.

    The driver's own way forgets them all, as their tables might have been made in it;
    after a failed statement it is taken.
    """
    if connection.invalidated or connection.closed:
        return
    driver = driver_of(connection)
    if driver.info.transaction_status is TransactionStatus.INTRANS:
        driver.pgconn.exec_(b"rollback")
