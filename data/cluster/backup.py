"""Back a database up while people work, and bring it back proven."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from data.cluster.fingerprint import (
    Digests,
    differences,
    guards,
    table_differences,
    table_digests,
)
from data.cluster.places import free_space
from data.cluster.store import Store
from data.errors import ConflictError, ImportFormatError, NotFoundError, StoreError
from data.migrations import current_revision, upgrade

__all__ = ["Proof", "backup", "manifest_path", "restore", "verify", "verify_backup"]

_FORMAT = "wangge-backup-1"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a comparison found; `faults` is empty where all is well."""

    tables: Digests
    guards: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything compared was equal."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Return the proof for JSON."""
        return {
            "ok": self.ok,
            "tables": self.tables,
            "guards": self.guards,
            "faults": list(self.faults),
        }


def manifest_path(dump: Path) -> Path:
    """Return the file beside a dump that says what it must hold."""
    return dump.with_name(dump.name + ".json")


def backup(store: Store, out: Path) -> dict[str, Any]:
    """Write a dump and its manifest; both show one moment, and nobody waits for it.

    The manifest counts and hashes every table in the very snapshot that is dumped, so
    that a restore can be held against it.
    """
    if not out.parent.is_dir():
        raise NotFoundError(
            f"文件夹 {out.parent} 不存在；请先建立",
            f"folder {out.parent} does not exist; make it first",
        )
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with store.connect() as connection:
            connection.execute(
                "set transaction isolation level repeatable read, read only"
            )
            snapshot = _one(connection, "select pg_export_snapshot()")
            _dump(store, part, snapshot=str(snapshot))
            manifest = {
                "format": _FORMAT,
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "postgresql": _one(connection, "show server_version"),
                "postgis": _one(connection, "select postgis_lib_version()"),
                "revision": current_revision(connection),
                "sha256": _sha256(part),
                "tables": table_digests(connection),
                "guards": guards(connection),
            }
        _replace(part, out)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        part.write_text(text, encoding="utf-8")
        _replace(part, manifest_path(out))
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(store: Store, dump: Path) -> tuple[Proof, str | None]:
    """Put a backup in the place of the database, once it is proven equal.

    The dump goes into a new database, is held against its manifest table by table,
    migrated to today's revision, and its guards against those of a fresh database.
    Only then do the two change names. Returns the proof and the name under which the
    replaced database is kept.
    """
    manifest = read_manifest(dump)
    fresh = f"{store.name}_restoring"
    with (
        store.connect("postgres", autocommit=True) as server,
        _kept_on_success(store, server, fresh),
    ):
        proof = _load_and_prove(store, server, dump, manifest, fresh)
        if not proof.ok:
            listed = "\n".join(proof.faults[:20])
            raise ConflictError(
                f"{dump.name} 恢复后与备份时不一致，原数据库没有动\n{listed}",
                f"{dump.name} restored is not what was backed up; the database "
                f"was left as it is\n{listed}",
            )
        return proof, _swap(store, server, fresh)


def verify_backup(store: Store, dump: Path) -> Proof:
    """Restore a backup beside the database, compare everything, and drop it again."""
    manifest = read_manifest(dump)
    scratch = f"{store.name}_verifying"
    with store.connect("postgres", autocommit=True) as server:
        try:
            return _load_and_prove(store, server, dump, manifest, scratch)
        finally:
            store.drop(server, scratch)


def verify(store: Store) -> Proof:
    """Hold the guards of the database against those of a freshly made one."""
    with store.connect() as connection:
        have = guards(connection)
        tables = table_digests(connection)
    with store.connect("postgres", autocommit=True) as server:
        faults = differences(_guards_of_fresh(store, server), have)
    return Proof(tables, len(have), tuple(faults))


def read_manifest(dump: Path) -> dict[str, Any]:
    """Return the manifest of a dump, refusing one that does not match its file."""
    beside = manifest_path(dump)
    try:
        manifest: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        known = manifest.get("format") == _FORMAT and {"sha256", "tables"} <= set(
            manifest
        )
    except FileNotFoundError as error:
        raise NotFoundError(
            f"没有找到 {beside.name}；备份由 {dump.name} 和它两个文件组成",
            f"{beside.name} is missing; a backup is {dump.name} and this file",
        ) from error
    except (ValueError, AttributeError):
        known = False
    if not known:
        raise ImportFormatError(
            f"{beside.name} 不是备份清单；请换一份备份",
            f"{beside.name} is no manifest of a backup; take another backup",
        )
    if _sha256(dump) != manifest["sha256"]:
        raise ImportFormatError(
            f"{dump.name} 已损坏：校验码与清单不符；请换一份备份",
            f"{dump.name} is damaged: its checksum is not the one in the manifest; "
            "take another backup",
        )
    return manifest


def _load_and_prove(
    store: Store,
    server: psycopg.Connection,
    dump: Path,
    manifest: Mapping[str, Any],
    name: str,
) -> Proof:
    store.drop(server, name)
    store.create(server, name)
    _load(store, dump, name)
    copy = store.named(name)
    with copy.connect() as connection:
        tables = table_digests(connection)
    faults = table_differences(manifest["tables"], tables)
    # An older backup is brought to the tables of today; a dump also loses marks that
    # the migrations make again.
    upgrade(copy.url())
    copy.harden()
    with copy.connect() as connection:
        have = guards(connection)
    faults += differences(_guards_of_fresh(store, server), have)
    return Proof(tables, len(have), tuple(faults))


def _guards_of_fresh(store: Store, server: psycopg.Connection) -> list[str]:
    """Return the guards of a database made by the migrations alone."""
    name = f"{store.name}_fresh"
    store.drop(server, name)
    fresh = store.named(name)
    try:
        store.create(server, name)
        with fresh.connect() as connection:
            connection.execute("create extension postgis")
        upgrade(fresh.url())
        fresh.harden()
        with fresh.connect() as connection:
            return guards(connection)
    finally:
        store.drop(server, name)


def _swap(store: Store, server: psycopg.Connection, fresh: str) -> str | None:
    """Let two databases change names in one step; keep the replaced one."""
    kept = f"{store.name}_before_restore"
    store.drop(server, kept)
    now, old, new = (sql.Identifier(n) for n in (store.name, kept, fresh))
    rename = sql.SQL("alter database {} rename to {}")
    allow = sql.SQL("alter database {} with allow_connections {}")
    if not store.exists(server):
        server.execute(rename.format(new, now))
        return None
    # Nobody may come back between the ending of sessions and the renaming. A crash in
    # between is mended by the next start, see `Store.prepare`.
    server.execute(allow.format(now, sql.SQL("false")))
    try:
        _end_sessions(server, store.name)
        with server.transaction():
            server.execute(rename.format(now, old))
            server.execute(rename.format(new, now))
    finally:
        closed = kept if store.exists(server, kept) else store.name
        server.execute(allow.format(sql.Identifier(closed), sql.SQL("true")))
    return kept


def _end_sessions(server: psycopg.Connection, name: str) -> None:
    server.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = %s and pid <> pg_backend_pid()",
        [name],
    )


@contextlib.contextmanager
def _kept_on_success(
    store: Store, server: psycopg.Connection, name: str
) -> Iterator[None]:
    """Drop a half-made database if anything goes wrong."""
    try:
        yield
    except BaseException:
        store.drop(server, name)
        raise


def _dump(store: Store, out: Path, *, snapshot: str) -> None:
    database, environment = store.client()
    with out.open("wb") as file:
        _run(
            [
                str(store.programs / "pg_dump"),
                *("--format=custom", f"--snapshot={snapshot}"),
                f"--dbname={database}",
            ],
            environment,
            stdout=file,
            folder=out.parent,
        )


def _load(store: Store, dump: Path, name: str) -> None:
    database, environment = store.client(name)
    _run(
        [
            str(store.programs / "pg_restore"),
            *("--exit-on-error", "--single-transaction"),
            f"--dbname={database}",
            str(dump),
        ],
        environment,
        stdout=subprocess.DEVNULL,
        folder=dump.parent,
    )


def _run(
    argv: list[str], environment: dict[str, str], *, stdout: Any, folder: Path
) -> None:
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**environment, "LC_ALL": "C"},
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        tool = Path(argv[0]).name
        if "No space left on device" in said:
            raise StoreError(
                f"磁盘已满：{folder} 只剩 {free_space(folder)}；请腾出空间后重试",
                f"the disk is full: {folder} has {free_space(folder)} left; free some "
                "space and try again",
            )
        raise StoreError(f"{tool} 没有成功\n{said}", f"{tool} failed\n{said}")


def _one(connection: psycopg.Connection, query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return None if row is None else row[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(part: Path, path: Path) -> None:
    """Give a finished file its name once its bytes are on the disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
