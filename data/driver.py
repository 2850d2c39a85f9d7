"""The driver below SQLAlchemy, for what only it can do."""

from __future__ import annotations

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

__all__ = ["driver_of", "roll_back"]


def driver_of(connection: Connection) -> psycopg.Connection:
    """Return psycopg's connection below one of SQLAlchemy, in the same transaction."""
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


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
