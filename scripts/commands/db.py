"""`wangge db`: the database that keeps the record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.console import print_json, say

if TYPE_CHECKING:
    from data.cluster.backup import Proof
    from data.settings import StoreSettings

__all__ = ["db"]

EXAMPLES = """\b
例 / Examples:
\b
  启动 (没有就新建) / start, making it first where there is none
    wangge db start
\b
  每晚备份, 不用停 / back up every night while people work
    wangge db backup /backup/wangge.dump
\b
  证明备份能恢复 / prove that a backup can be restored
    wangge db verify /backup/wangge.dump
\b
  用别的 PostGIS / another PostGIS
    WANGGE_DATABASE_URL=postgresql://wangge@host/wangge wangge db upgrade
"""


@click.group(epilog=EXAMPLES)
def db() -> None:
    """数据库 / The database that keeps the record.

    本机自带的 PostgreSQL 和 PostGIS, 只走本机套接字, 不开网络端口。数据放在
    WANGGE_STATE (root 默认 /var/lib/wangge, 普通用户默认 ~/.local/state/wangge);
    WANGGE_DATABASE_URL 换成别的数据库。

    A PostgreSQL with PostGIS of our own, on a local socket, with no network port. Its
    files lie in WANGGE_STATE; WANGGE_DATABASE_URL takes another database instead.
    """


@db.command()
@click.option(
    "--foreground",
    is_flag=True,
    help="留在前台, 崩溃时自动重启 / stay, and start again after a crash.",
)
def start(foreground: bool) -> None:
    """启动数据库并更新数据表 / Start the database and bring its tables up to date."""
    from data.migrations import upgrade as bring_up_to_date

    settings = _settings()
    cluster = settings.cluster()
    if cluster is None:
        say(
            "WANGGE_DATABASE_URL 指定的数据库不由这里启动",
            "the database of WANGGE_DATABASE_URL is not started from here",
            err=True,
        )
        bring_up_to_date(settings.store().url())
        return
    if foreground:
        bring_up_to_date(cluster.start(tied=True).url())
        say("数据库已启动, 按 Ctrl-C 停止", "the database runs; Ctrl-C stops it")
        cluster.supervise()
        return
    bring_up_to_date(cluster.start().url())
    say(
        f"数据库已启动, 数据在 {cluster.places.state}",
        f"the database runs; its files are in {cluster.places.state}",
    )


@db.command()
def stop() -> None:
    """停止数据库 / Stop the database; what was saved stays saved."""
    cluster = _settings().cluster()
    if cluster is None:
        raise click.UsageError(
            "WANGGE_DATABASE_URL 指定的数据库不由这里停止 / "
            "the database of WANGGE_DATABASE_URL is not stopped from here"
        )
    if cluster.stop():
        say("数据库已停止", "the database has stopped")
    else:
        say("数据库没有在运行", "the database was not running")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """数据库的状态 / What the database is doing; exit code 1 unless it runs."""
    found = _status(_settings())
    if as_json:
        print_json(found)
    else:
        for name, value in found.items():
            click.echo(f"{name:<12} {'-' if value is None else value}")
    ctx.exit(0 if found["status"] == "running" else 1)


@db.command()
def upgrade() -> None:
    """更新数据表 / Bring the tables up to date."""
    from data.migrations import head_revision
    from data.migrations import upgrade as bring_up_to_date

    bring_up_to_date(_settings().store().url())
    say(f"数据表已是最新: {head_revision()}", f"the tables are at {head_revision()}")


@db.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def backup(out: Path) -> None:
    """备份, 不影响使用 / Back up while people work.

    写出 OUT 和清单 OUT.json, 两个文件一起保存。
    / Writes OUT and its manifest OUT.json; keep both.
    """
    from data.cluster.backup import backup as back_up

    made = back_up(_settings().store(), out)
    rows = sum(table["rows"] for table in made["tables"].values())
    say(
        f"已备份 {len(made['tables'])} 张表, {rows} 行 → {out}",
        f"backed up {len(made['tables'])} tables, {rows} rows → {out}",
    )


@db.command()
@click.argument("dump", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(dump: Path) -> None:
    """从备份恢复 / Restore a backup, once it is proven equal to what was backed up.

    原来的数据库改名保留; 不一致时什么都不动。
    / The database it replaces is kept under another name; a fault changes nothing.
    """
    from data.cluster.backup import restore as bring_back

    proof, kept = bring_back(_settings().store(), dump)
    note_zh = f", 原数据库保留为 {kept}" if kept else ""
    note_en = f"; what was there is kept as {kept}" if kept else ""
    say(
        f"已恢复并核对 {len(proof.tables)} 张表{note_zh}",
        f"restored and compared {len(proof.tables)} tables{note_en}",
    )


@db.command()
@click.argument(
    "dump", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def verify(ctx: click.Context, dump: Path | None, as_json: bool) -> None:
    """核对数据库或备份 / Prove the database, or a backup; exit code 1 if it fails.

    不给 DUMP: 约束、触发器和权限与新建的库逐项比较。给 DUMP: 恢复到临时库,
    每张表按行数和校验值比较, 再删除。

    Without DUMP the guards are compared with those of a new database; with DUMP it is
    restored beside the database and every table compared by count and hash.
    """
    from data.cluster.backup import verify as verify_store
    from data.cluster.backup import verify_backup

    store = _settings().store()
    proof = verify_store(store) if dump is None else verify_backup(store, dump)
    if as_json:
        print_json(proof.to_dict())
    else:
        _tell(proof)
    ctx.exit(0 if proof.ok else 1)


def _tell(proof: Proof) -> None:
    for fault in proof.faults:
        click.echo(fault)
    rows = sum(int(table["rows"]) for table in proof.tables.values())
    word_zh, word_en = ("一致", "all equal") if proof.ok else ("不一致", "not equal")
    say(
        f"{len(proof.tables)} 张表, {rows} 行, {proof.guards} 条约束: {word_zh}",
        f"{len(proof.tables)} tables, {rows} rows, {proof.guards} guards: {word_en}",
    )


def _settings() -> StoreSettings:
    from data.settings import StoreSettings

    return StoreSettings.from_environment(os.environ)


def _status(settings: StoreSettings) -> dict[str, Any]:
    from data.migrations import current_revision, head_revision

    cluster = settings.cluster()
    found: dict[str, Any] = {"status": "running"}
    if cluster is not None:
        now = cluster.status()
        found = {"status": now.word, "folder": str(now.state), "pid": now.pid}
    if found["status"] == "running":
        with settings.store().connect() as connection:
            row = connection.execute(
                "select current_setting('server_version'), postgis_lib_version(), "
                "pg_database_size(current_database())"
            ).fetchone()
            version, postgis, size = row or (None, None, None)
            found |= {
                "postgresql": version,
                "postgis": postgis,
                "bytes": size,
                "revision": current_revision(connection),
                "newest": head_revision(),
            }
    return found
