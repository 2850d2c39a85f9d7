"""Whether the record can be worked with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from data.cluster import WEB, WHOLE
from data.cluster.store import LEAK_PROOF
from data.engine import read_only
from data.errors import StoreError
from data.migrations import head_revision
from data.migrations.policies import OPEN_TABLES

__all__ = ["Readiness", "readiness", "require_bound"]

GUARDS = (
    *("guard_plan", "plan_is_whole", "cell_set_sealed", "cell_never_changes"),
    *("cell_building_never_changes", "plan_edit_stays", "plan_edit_never_changes"),
    *("grid_touch_insert", "plan_cell_touch_insert", "seam_touch_insert"),
    *("guard_review", "guard_step", "audit_stays", "audit_no_truncate"),
)
"""Triggers without which a plan could lose a cell, change once published, or be
approved by its author; and those that keep the audit."""

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

# Superusers, who bypasses policies, and the owner of a table are not bound by row
# security. A role that inherits the one which sees everything would see everything.
_BOUND = text(
    """
    select
        (r.rolsuper or r.rolbypassrls) as mighty,
        exists (
            select from pg_class c where c.relnamespace = 'public'::regnamespace
            and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'usage')
            and not exists (
                select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        ) as owner,
        exists (
            select from pg_roles w
            where w.rolname = :whole and pg_has_role(r.oid, w.oid, 'usage')
        ) as inherits,
        (select coalesce(string_agg(c.relname, ', ' order by c.relname), '')
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and not c.relrowsecurity and c.relname <> all(:open)
           and not exists (
               select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        ) as unguarded,
        (select bool_and(proleakproof) from pg_proc
         where proname || '(' || oidvectortypes(proargtypes) || ')' = any(:functions)
        ) as leak_proof
    from pg_roles r where r.rolname = current_user
    """
)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is as it must be.

    `bound` is row security: it is on for every table, and the role of the pages cannot
    walk past it. Without `indexed`, which only a superuser can mend, who sees a part of
    the record waits longer. `faults` tells the administrator, in both languages, what
    to mend; they name roles and tables, so they are for the console, not for HTTP.
    """

    database: bool = False
    migrated: bool = False
    guarded: bool = False
    bound: bool = False
    indexed: bool = False
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the record can be worked with."""
        return self.database and self.migrated and self.guarded and self.bound


def readiness(engine: Engine, *, timeout: float) -> Readiness:
    """Tell what is as it must be; a database that cannot be reached is an answer."""
    try:
        with read_only(engine, timeout=timeout) as connection:
            return _look(connection)
    except (DBAPIError, StoreError):
        return Readiness()


def require_bound(engine: Engine, *, timeout: float = 10.0) -> None:
    """Refuse to serve a record whose rows the role of the pages could all see."""
    with read_only(engine, timeout=timeout) as connection:
        faults = _bounds(connection)[0]
    if faults:
        zh = "；".join(fault[0] for fault in faults)
        en = "; ".join(fault[1] for fault in faults)
        raise StoreError(f"不能开放数据：{zh}", f"the record is not served: {en}")


def _look(connection: Connection) -> Readiness:
    found = connection.execute(_STATE, {"guards": list(GUARDS)}).one()
    migrated = found.has_tables and connection.scalar(_REVISION) == head_revision()
    faults, indexed = _bounds(connection)
    return Readiness(
        database=True,
        migrated=migrated,
        guarded=found.guards == len(GUARDS),
        bound=not faults,
        indexed=indexed,
        faults=faults,
    )


def _bounds(connection: Connection) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Return what is wrong with row security, and whether indexes work under it."""
    about = {"whole": WHOLE, "open": sorted(OPEN_TABLES), "functions": list(LEAK_PROOF)}
    found = connection.execute(_BOUND, about).one()
    role = connection.scalar(text("select current_user"))
    faults = []
    if found.mighty:
        faults.append(
            (
                f"数据库角色 {role} 是超级用户或可绕过行级安全；请授予它 {WEB}",
                f"the database role {role} is a superuser or bypasses row security; "
                f"grant it {WEB}",
            )
        )
    if found.owner:
        faults.append(
            (
                f"数据库角色 {role} 拥有数据表，不受行级安全约束；"
                f"请另用角色，或授予它 {WEB}",
                f"the database role {role} owns tables, so row security does not bind "
                f"it; connect as another, or grant it {WEB}",
            )
        )
    if found.inherits:
        faults.append(
            (
                f"数据库角色 {role} 继承了 {WHOLE}；请执行 alter role {role} noinherit",
                f"the database role {role} inherits {WHOLE}; run alter role {role} "
                "noinherit",
            )
        )
    if found.unguarded:
        faults.append(
            (
                f"这些表没有开启行级安全：{found.unguarded}；请运行 wangge db upgrade",
                f"row security is off for {found.unguarded}; run wangge db upgrade",
            )
        )
    return tuple(faults), bool(found.leak_proof)
