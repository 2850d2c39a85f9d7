"""How often tables changed: what was made from them is good while that stands."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

__all__ = ["plan_stamp", "table_versions"]

_VERSIONS = text(
    """
    select (select oid::bigint from pg_database where datname = current_database()),
           (select sum(folded) from table_version where relation = any(:tables))
           + (select count(*) from table_change where relation = any(:tables))
    """
)


def table_versions(connection: Connection, tables: Collection[str]) -> tuple[int, int]:
    """Return a number for the database and the count of changes of some tables.

    The count grows with every commit that changed one of them. A restore puts another
    database in the place of the first, where counting may begin lower.
    """
    database, changes = connection.execute(_VERSIONS, {"tables": list(tables)}).one()
    return int(database), int(changes)


_STAMP = text(
    """
    select (select oid::bigint from pg_database where datname = current_database()),
           (select row_version from plan where id = :plan)
    """
)


def plan_stamp(connection: Connection, plan: int) -> tuple[int, int]:
    """Return a number for the database and the version of a plan, 0 if it is not there.

    Whatever belongs to a plan changes its version, and nothing of another plan does.
    """
    database, version = connection.execute(_STAMP, {"plan": plan}).one()
    return int(database), int(version or 0)
