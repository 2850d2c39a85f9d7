"""A database and who may reach it how: private cluster or any other PostGIS."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL, make_url

from data.cluster.places import PORT
from data.cluster.servers import find_server
from data.errors import StoreError

__all__ = [
    "ADMIN",
    "DATABASE",
    "LEAK_PROOF",
    "OWNER",
    "WEB",
    "WHOLE",
    "Store",
    "store_errors",
]

ADMIN = "postgres"
"""Superuser of the private cluster: makes databases, backs up, restores."""
OWNER = "wangge"
"""Owns the tables and runs the migrations."""
WEB = "wangge_web"
"""What the pages work as: owns nothing, so guards and row security bind it."""
WHOLE = "wangge_whole"
"""What the web role becomes for those who see the whole record: no row is hidden."""
DATABASE = "wangge"

_OLDEST_POSTGIS = (3, 3)

LEAK_PROOF = (
    "geometry_overlaps(geometry, geometry)",
    "st_intersects(geometry, geometry)",
    "arraycontains(anyarray, anyarray)",
)
"""What asks the indexes on geometry and on the words that are searched; the trade is
told in `docs/decisions/row-security.md`."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where a database is, and the parameters to reach it as each role.

    `admin` and `owner` are libpq parameters without the database. `programs` is the
    folder of pg_dump and pg_restore.
    """

    name: str
    admin: Mapping[str, str] = field(repr=False)
    owner: Mapping[str, str] = field(repr=False)
    programs: Path

    @classmethod
    def on_socket(cls, socket: Path, *, programs: Path) -> Store:
        """Return the database of a private cluster."""
        place = {"host": str(socket), "port": str(PORT)}
        return cls(
            name=DATABASE,
            admin={**place, "user": ADMIN},
            owner={**place, "user": OWNER},
            programs=programs,
        )

    @classmethod
    def at(cls, url: str) -> Store:
        """Return the database that a URL or libpq string names."""
        try:
            plain = url.replace("postgresql+psycopg:", "postgresql:", 1)
            found = {k: str(v) for k, v in conninfo_to_dict(plain).items()}
            name = found.pop("dbname")
        except (psycopg.ProgrammingError, KeyError) as error:
            # The value may hold a password, so it is not repeated.
            raise StoreError(
                "WANGGE_DATABASE_URL 不是数据库地址；例如 "
                "postgresql://user@host/wangge",
                "WANGGE_DATABASE_URL is no address of a database; write e.g. "
                "postgresql://user@host/wangge",
            ) from error
        return cls(name=name, admin=found, owner=found, programs=find_server().folder)

    def named(self, name: str) -> Store:
        """Return the same server with another database."""
        return replace(self, name=name)

    @contextlib.contextmanager
    def connect(
        self, name: str | None = None, *, autocommit: bool = False
    ) -> Iterator[psycopg.Connection]:
        """Give a connection as administrator, committed at the end if all went well."""
        info = make_conninfo(**self.admin, dbname=name or self.name)
        with (
            store_errors(),
            psycopg.connect(info, autocommit=autocommit) as connection,
        ):
            yield connection

    def url(self, *, user: str | None = None) -> URL:
        """Return the address for SQLAlchemy, as owner or as another role."""
        given = {**self.owner, **({"user": user} if user else {})}
        host = given.pop("host", "")
        on_socket = host.startswith("/")
        port = given.pop("port", "")
        query = {"host": host, **({"port": port} if port else {})} if on_socket else {}
        return make_url("postgresql+psycopg://").set(
            username=given.pop("user", None),
            password=given.pop("password", None),
            host=None if on_socket or not host else host,
            port=None if on_socket or not port else int(port),
            database=self.name,
            query={**query, **given},
        )

    def client(self, name: str | None = None) -> tuple[str, dict[str, str]]:
        """Return `--dbname` and the environment for pg_dump: no password in `ps`."""
        given = {**self.admin, "dbname": name or self.name}
        password = given.pop("password", None)
        secret = {"PGPASSWORD": password} if password else {}
        return make_conninfo(**given), {**os.environ, **secret}

    def prepare(self) -> None:
        """Make roles, database and PostGIS where they are missing; safe to repeat."""
        with self.connect(self._other(), autocommit=True) as server:
            for role in (OWNER, WEB, WHOLE):
                known = server.execute(
                    "select 1 from pg_roles where rolname = %s", [role]
                )
                if known.fetchone() is None:
                    name = sql.Identifier(role)
                    server.execute(sql.SQL("create role {} login").format(name))
            _tie_roles(server)
            if not self.exists(server):
                self.create(server)
            # A restore that was cut off may have left the door closed.
            server.execute(
                sql.SQL("alter database {} with allow_connections true").format(
                    sql.Identifier(self.name)
                )
            )
        with self.connect() as database:
            database.execute("create extension if not exists postgis")
            _require_postgis(database)
        self.harden()

    def harden(self, name: str | None = None) -> bool:
        """Let those indexes work under row security; tell whether they do.

        PostgreSQL asks an index about rows somebody may not see only through functions
        that are marked to leak nothing. A dump loses the marks, and only a superuser
        can set them: without, what others may not see stays hidden, but is skipped row
        by row.
        """
        with self.connect(name) as database:
            if _leak_proof(database):
                return True
            try:
                with database.transaction():
                    for function in LEAK_PROOF:
                        database.execute(
                            sql.SQL("alter function {} leakproof").format(
                                sql.SQL(function)
                            )
                        )
            except psycopg.errors.InsufficientPrivilege:
                return False
        return True

    def exists(self, server: psycopg.Connection, name: str | None = None) -> bool:
        """Tell whether the server has a database of this name."""
        found = server.execute(
            "select 1 from pg_database where datname = %s", [name or self.name]
        )
        return found.fetchone() is not None

    def create(
        self,
        server: psycopg.Connection,
        name: str | None = None,
        *,
        template: str = "template0",
    ) -> None:
        """Make a database that belongs to the owner; needs an autocommit connection."""
        server.execute(
            sql.SQL("create database {} owner {} template {} encoding 'UTF8'").format(
                sql.Identifier(name or self.name),
                sql.Identifier(OWNER),
                sql.Identifier(template),
            )
        )

    def drop(self, server: psycopg.Connection, name: str) -> None:
        """Drop a database, ending whatever is connected to it."""
        server.execute(
            sql.SQL("drop database if exists {} with (force)").format(
                sql.Identifier(name)
            )
        )

    def _other(self) -> str:
        """Return a database that is always there, to make ours from."""
        return "template1" if self.name == "postgres" else "postgres"


def _leak_proof(database: psycopg.Connection) -> bool:
    row = database.execute(
        "select bool_and(proleakproof) from pg_proc "
        "where oid = any(cast(%s as regprocedure[]))",
        [list(LEAK_PROOF)],
    ).fetchone()
    return bool(row and row[0])


def _tie_roles(server: psycopg.Connection) -> None:
    """Let the web role become the one that sees all, and not be it beforehand."""
    web, whole = sql.Identifier(WEB), sql.Identifier(WHOLE)
    server.execute(sql.SQL("alter role {} noinherit").format(web))
    server.execute(sql.SQL("alter role {} nologin").format(whole))
    server.execute(sql.SQL("grant {} to {}").format(whole, web))


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Say what the database means where a user can mend it: full, closed, refused."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise StoreError(
            "磁盘已满，这一步没有保存；请腾出空间后重试，已保存的数据不受影响",
            "the disk is full and this step was not saved; free some space and try "
            "again, what was saved before is safe",
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            f"数据库拒绝：权限不足（{error.diag.message_primary}）；"
            "请让数据库管理员授权",
            f"the database refused: {error.diag.message_primary}; ask its "
            "administrator for the right",
        ) from error
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise StoreError(
            f"连不上数据库或连接中断；请查看 wangge db status\n{said[0]}",
            f"the database cannot be reached or went away; see wangge db status\n"
            f"{said[0]}",
        ) from error


def _require_postgis(database: psycopg.Connection) -> None:
    row = database.execute("select postgis_lib_version()").fetchone()
    found = str(row[0]) if row else "0"
    if tuple(int(part) for part in found.split(".")[:2]) < _OLDEST_POSTGIS:
        oldest = ".".join(map(str, _OLDEST_POSTGIS))
        raise StoreError(
            f"PostGIS {found} 太旧；需要 {oldest} 或更新",
            f"PostGIS {found} is too old; {oldest} or newer is needed",
        )
