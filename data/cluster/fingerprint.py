"""What a database holds and what guards it, as words that can be compared."""

from __future__ import annotations

import psycopg
from psycopg import sql

__all__ = ["Digests", "differences", "guards", "table_differences", "table_digests"]

Digests = dict[str, dict[str, int | str]]
"""Rows and digest of each table."""

_TABLES = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by 1
"""

_GUARDS = """
with mine as (
    select c.oid, c.relname, c.relowner, c.relacl, c.relrowsecurity,
           c.relforcerowsecurity, c.relkind
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'S', 'v')
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
), routines as (
    select p.* from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
)
select 'table ' || relname || ' owner=' || pg_get_userbyid(relowner)
       || ' row_security=' || relrowsecurity || '/' || relforcerowsecurity from mine
union all
select 'column ' || m.relname || '.' || a.attname || ' '
       || format_type(a.atttypid, a.atttypmod)
       || case when a.attnotnull then ' not null' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
from mine m join pg_attribute a on a.attrelid = m.oid
left join pg_attrdef d on d.adrelid = m.oid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and m.relkind = 'r'
union all
select 'constraint ' || m.relname || '.' || k.conname || ' '
       || pg_get_constraintdef(k.oid) || ' validated=' || k.convalidated
from mine m join pg_constraint k on k.conrelid = m.oid where k.contype <> 't'
union all
select 'index ' || i.indexdef from pg_indexes i join mine m on m.relname = i.tablename
where i.schemaname = 'public'
union all
select 'trigger ' || pg_get_triggerdef(t.oid) || ' enabled=' || t.tgenabled::text
from mine m join pg_trigger t on t.tgrelid = m.oid where not t.tgisinternal
union all
select 'function ' || proname || ' ' || md5(pg_get_functiondef(oid))
       || ' owner=' || pg_get_userbyid(proowner) from routines
union all
select 'grant ' || m.relname || ' ' || a.privilege_type || ' to '
       || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
from mine m, aclexplode(m.relacl) a
union all
select 'grant ' || r.proname || ' ' || a.privilege_type || ' to '
       || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
from routines r, aclexplode(r.proacl) a
union all
select 'grant schema ' || a.privilege_type || ' to '
       || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'public'
union all
select 'policy ' || tablename || '.' || policyname || ' ' || cmd || ' ' || roles::text
       || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '')
from pg_policies where schemaname = 'public'
union all
select 'leakproof ' || p.oid::regprocedure::text from pg_proc p
where p.proleakproof
  and p.proname in ('geometry_overlaps', 'st_intersects', 'arraycontains')
order by 1
"""


def table_digests(connection: psycopg.Connection) -> Digests:
    """Return rows and a digest of every table, whatever the order of its rows.

    The digest adds up a hash of each row as text, geometry as its exact bytes.
    """
    # How text is written must not hang on settings of the session.
    connection.execute("set local timezone = 'UTC'")
    connection.execute("set local datestyle = 'ISO'")
    connection.execute("set local extra_float_digits = 1")
    connection.execute("set local bytea_output = 'hex'")
    found: Digests = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        row = connection.execute(
            sql.SQL(
                "select count(*), coalesce(sum(('x' || left(md5(t::text), 15))"
                "::bit(60)::bigint), 0)::text from {} t"
            ).format(sql.Identifier(name))
        ).fetchone()
        if row is not None:
            found[name] = {"rows": int(row[0]), "digest": str(row[1])}
    return found


def guards(connection: psycopg.Connection) -> list[str]:
    """Return everything that keeps rows right and apart, one line each.

    Owners, columns, constraints, indexes, triggers with their state, functions,
    grants, row security, and leak-proof marks, which a dump loses.
    """
    return [str(line) for (line,) in connection.execute(_GUARDS).fetchall()]


def differences(expected: list[str], found: list[str]) -> list[str]:
    """Return what is missing (-) and what is there beside it (+)."""
    missing = [f"- {line}" for line in sorted(set(expected) - set(found))]
    return missing + [f"+ {line}" for line in sorted(set(found) - set(expected))]


def table_differences(expected: Digests, found: Digests) -> list[str]:
    """Return one line for each table that is not what was expected."""
    return [
        f"{table}: {expected.get(table)} ≠ {found.get(table)}"
        for table in sorted({*expected, *found})
        if expected.get(table) != found.get(table)
    ]
