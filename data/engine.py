"""SQLAlchemy engines on the store."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine

__all__ = ["build_engine"]


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
