"""Row security, for migrations to put on the tables they make.

A table of the record is protected by what ties its rows to a division: its own column,
or the row it belongs to, whose own policy then decides. Why there are two roles, and
what an index can do under a policy, is told in `docs/decisions/row-security.md`.
"""

from __future__ import annotations

from alembic import op

__all__ = [
    "OPEN_TABLES",
    "audit_rows",
    "audit_statements",
    "behind_the_door",
    "by_community",
    "by_draft",
    "by_parent",
    "grant",
    "protect",
]

OPEN_TABLES = frozenset(
    {"alembic_version", "spatial_ref_sys", "table_change", "table_version"}
)
"""Tables that tell nothing of any place; every other one has a policy."""

WHOLE = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_whole') then
        create policy {table}_whole on {table} to wangge_whole
            using (true) with check (true);
    end if;
end $$
"""
GRANT = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant {rights} on {table} to wangge_web;
    end if;
end $$
"""


def protect(table: str, condition: str, *, check: str | None = None) -> None:
    """Show rows to those in whose reach they lie, and let nobody write others.

    `condition` is one of `by_…`; `check`, what written rows must fulfil, is the same
    by default. Who sees the whole record works as a role that no condition slows.
    """
    op.execute(f"alter table {table} enable row level security")
    written = check or condition
    op.execute(
        f"create policy {table}_reach on {table} "
        f"using ({condition}) with check ({written})"
    )
    op.execute(WHOLE.format(table=table))


def by_community(column: str = "community", *, led_to: bool = False) -> str:
    """Return the condition for rows that name their division; null belongs to all.

    With `led_to` also those of divisions that lead to what is in reach: the street a
    community lies in, and the river along it. A set of codes is hashed once for a
    statement; an array would be walked for each row.
    """
    ways = ["app.scope", *(["app.above"] if led_to else [])]
    inside = " or ".join(
        f"{column} in (select unnest(reached('{way}')))" for way in ways
    )
    return f"(select reaches_all('app.scope')) or {column} is null or {inside}"


def by_parent(column: str, parent: str, key: str = "id") -> str:
    """Return the condition for rows of a parent: seen where the parent is seen."""
    return f"exists (select from {parent} up where up.{key} = {column})"


def by_draft(column: str = "plan") -> str:
    """Return the condition for what only those see who see drafts of a plan.

    The offset keeps the plan of a row looked up by its key: a step is asked for alone,
    and a hash of all plans there are takes as long as ten such steps.
    """
    return (
        f"exists (select from plan up where up.id = {column} "
        "and ((select reaches_all('app.drafts')) "
        "or up.community in (select unnest(reached('app.drafts')))) offset 0)"
    )


def behind_the_door(table: str) -> None:
    """Show a table to nothing but the code that lets people in."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(
        f"create policy {table}_door on {table} "
        "using ((select current_setting('app.door', true)) = 'open')"
    )


def grant(table: str, rights: str) -> None:
    """Let the web role do something with a table."""
    op.execute(GRANT.format(table=table, rights=rights))


def audit_rows(table: str, key: str, community: str, columns: str) -> None:
    """Write every changed row of a small table to the audit.

    `key` and `community` are SQL over a row `r`; `columns`, a list of names, are what
    is kept of it: never a shape, never a secret.
    """
    kept = ", ".join(f"'{name}', r.{name}" for name in columns.split())
    op.execute(
        f"""
        create function audit_{table}() returns trigger language plpgsql
        security definer set search_path = public, pg_temp as $$
        declare
            r {table};
            was jsonb;
            is_now jsonb;
            named text;
            place text;
        begin
            if tg_op <> 'INSERT' then
                r := old;
                was := jsonb_build_object({kept});
                named := {key};
                place := {community};
            end if;
            if tg_op <> 'DELETE' then
                r := new;
                is_now := jsonb_build_object({kept});
                named := {key};
                place := {community};
            end if;
            if was is distinct from is_now then
                perform note_audit('write', lower(tg_op), '{table}', named, place,
                                   was, is_now);
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        f"create trigger audit_{table} after insert or update or delete on {table} "
        f"for each row execute function audit_{table}()"
    )


def audit_statements(table: str, key: str) -> None:
    """Write one line for each statement that changed a large table.

    It tells how many rows of which `key`, an SQL expression over the table `changed`
    with one value for a row, e.g. a community.
    """
    op.execute(
        f"""
        create function audit_{table}() returns trigger language plpgsql
        security definer set search_path = public, pg_temp as $$
        declare
            found record;
        begin
            for found in
                select {key} as key, count(*) as rows from changed
                group by 1 order by 1 limit 100
            loop
                perform note_audit('write', lower(tg_op), '{table}', found.key::text,
                    case when found.key::text ~ '^[0-9]{{4,12}}$' then found.key::text
                    end, null, jsonb_build_object('rows', found.rows));
            end loop;
            return null;
        end $$
        """
    )
    for deed, name in (("insert", "new"), ("update", "new"), ("delete", "old")):
        op.execute(
            f"create trigger audit_{table}_{deed} after {deed} on {table} "
            f"referencing {name} table as changed "
            f"for each statement execute function audit_{table}()"
        )
