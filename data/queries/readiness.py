"""Whether the record can be worked with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from data.engine import read_only
from data.errors import StoreError
from data.migrations import head_revision

__all__ = ["Readiness", "readiness"]

GUARDS = (
    *("guard_plan", "plan_is_whole", "cell_set_sealed", "cell_never_changes"),
    *("cell_building_never_changes", "plan_edit_stays", "plan_edit_never_changes"),
    *("grid_touch_insert", "plan_cell_touch_insert", "seam_touch_insert"),
)
"""Triggers without which a plan could lose a cell or change once published."""

_STATE = text(
    """
    select
        to_regclass('public.alembic_version') is not null as has_tables,
        (select count(*) from pg_trigger
         where not tgisinternal and tgenabled in ('O', 'A')
           and tgname = any(:guards)) as guards
    """
)
_REVISION = text("select version_num from alembic_version")


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is as it must be."""

    database: bool = False
    migrated: bool = False
    guarded: bool = False


def readiness(engine: Engine, *, timeout: float) -> Readiness:
    """Tell what is as it must be; a database that cannot be reached is an answer."""
    try:
        with read_only(engine, timeout=timeout) as connection:
            return _look(connection)
    except (DBAPIError, StoreError):
        return Readiness()


def _look(connection: Connection) -> Readiness:
    found = connection.execute(_STATE, {"guards": list(GUARDS)}).one()
    migrated = found.has_tables and connection.scalar(_REVISION) == head_revision()
    return Readiness(
        database=True, migrated=migrated, guarded=found.guards == len(GUARDS)
    )
