"""Bring a database to the tables of today, step by step."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.pool import NullPool

__all__ = [
    "alembic_config",
    "current_revision",
    "head_revision",
    "revisions",
    "upgrade",
]

_LOCK = 0x77616E676765
"""Key of the advisory lock that lets one process migrate at a time ("wangge")."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, told here and in no file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option(
        "file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s"
    )
    config.attributes["connection"] = connection
    return config


def revisions() -> list[str]:
    """Return all revisions, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [step.revision for step in script.walk_revisions()][::-1]


def head_revision() -> str | None:
    """Return the revision of today."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(connection: psycopg.Connection) -> str | None:
    """Return the revision a database is at; None where it was never migrated."""
    known = connection.execute("select to_regclass('public.alembic_version')")
    if (known.fetchone() or [None])[0] is None:
        return None
    row = connection.execute("select version_num from alembic_version").fetchone()
    return None if row is None else str(row[0])


def upgrade(url: URL, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction; two at once take turns."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(alembic_config(connection), revision)
        connection.execute(text(_SHARE))


# Who sees the whole record may do what the web role may, on every row.
_SHARE = """
do $$
declare
    found record;
begin
    if not exists (select from pg_roles where rolname = 'wangge_web')
        or not exists (select from pg_roles where rolname = 'wangge_whole')
    then
        return;
    end if;
    grant usage on schema public to wangge_web, wangge_whole;
    for found in
        select c.relname, string_agg(a.privilege_type, ', ') as rights
        from pg_class c, aclexplode(c.relacl) a
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
          and a.grantee = 'wangge_web'::regrole
          and c.relowner = current_user::regrole
        group by c.relname
    loop
        execute format('grant %s on %I to wangge_whole', found.rights, found.relname);
    end loop;
end $$
"""
