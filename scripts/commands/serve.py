"""`wangge serve`: the record and sheets in the browser of this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.beside import worker_beside
from scripts.console import say
from scripts.store import running_store

if TYPE_CHECKING:
    from data.settings import StoreSettings

__all__ = ["serve"]

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 50
CHECKER = "serve-check"

EXAMPLES = """\b
例 / Examples:
\b
  打开数据库里的社区和方案 / communities and plans of the database
    wangge demo
    wangge serve
\b
  看一个文件夹的图纸, 不用数据库 / look at a folder of sheets, without a database
    wangge serve sheets
\b
  两样都要, 换一个端口 / both, on another port
    wangge serve sheets --store --port 9000
\b
  只验证能打开 / only prove that it opens
    wangge serve --check
"""


@click.command(epilog=EXAMPLES)
@click.argument(
    "folder",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--store/--no-store",
    default=None,
    help="接数据库 (没有就新建) / with the database, made where there is none.",
    show_default="yes, unless a FOLDER is given",
)
@click.option(
    "--port",
    default=8000,
    type=click.IntRange(1, 65535),
    help="端口; 被占用时用下一个空闲的 / port; the next free one if it is taken.",
)
@click.option(
    "--host",
    default=LOOPBACK,
    help="本机地址; 有账户之前只对本机开放 / address of this machine; it is open to "
    "no other until there are accounts.",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="每个请求一行 JSON / a file that takes a line of JSON for each request.",
    show_default="warnings only, to stderr",
)
@click.option(
    "--check",
    is_flag=True,
    help="打开每一页后退出 / open every page, then end.",
)
def serve(
    folder: Path | None,
    store: bool | None,
    port: int,
    host: str,
    log: Path | None,
    check: bool,
) -> None:
    """在浏览器里查看 / Show communities, plans and a FOLDER of sheets in the browser.

    只在本机能看到, 用 Ctrl-C 结束。没有运行的数据库会自动启动, 结束时停下。

    They are seen on this machine only; Ctrl-C ends it. A database that does not run is
    started, kept running, and stopped at the end.
    """
    from uvicorn import Config, Server

    from api.logs import write_log
    from api.main import create_app
    from api.settings import Settings
    from scripts.opening import open_everything

    address = require_loopback(host)
    write_log(log)
    with_store = folder is None if store is None else store
    with kept_store(wanted=with_store) as kept, free_socket(port, address) as listener:
        home = f"http://{address}:{listener.getsockname()[1]}/"
        names = (address, "localhost")
        app = create_app(Settings(pages=folder, store=kept, hosts=names))
        # Requests have a log of their own; uvicorn's would only repeat it.
        config = Config(app, log_config=None, access_log=False, server_header=False)
        server = Server(config)
        if check:
            with checking_token(kept) as token:
                open_everything(
                    server,
                    listener,
                    home,
                    store=with_store,
                    sheets=folder is not None,
                    token=token,
                )
            return
        what = ("社区网格", "community grids") if kept else ("图纸", "sheets")
        say(f"{what[0]}在 {home}  (Ctrl-C 结束)", f"{what[1]} at {home}  (Ctrl-C ends)")
        beside = worker_beside(wanted=with_store, log=log)
        with suppress(KeyboardInterrupt), beside:
            server.run(sockets=[listener])


@contextmanager
def checking_token(kept: StoreSettings | None) -> Iterator[str]:
    """Give a token that may read everything, for as long as the check takes."""
    if kept is None:
        yield ""
        return
    from datetime import timedelta

    from data.accounts.people import account_named, add_account, give_role
    from data.accounts.roles import Permission, Role
    from data.accounts.tokens import make_token, revoke_token
    from data.errors import NotFoundError
    from scripts.store import open_record

    with open_record(kept.store()) as record:
        with record.begin() as door:
            try:
                account = account_named(door, CHECKER)
            except NotFoundError:
                # Without a password nobody can log in as it.
                account = add_account(door, CHECKER, display="serve --check")
            give_role(door, account, Role.auditor)
            made = make_token(
                door,
                account,
                name="serve --check",
                scopes=[Permission.READ, Permission.READ_DRAFTS],
                valid=timedelta(minutes=10),
            )
        yield made.token
        with record.begin() as door:
            revoke_token(door, account, made.id)


def require_loopback(host: str) -> str:
    """Return the address to listen on, refusing one that others can reach."""
    from data.errors import ParameterError

    address = LOOPBACK if host == "localhost" else host
    with suppress(ValueError):
        if ipaddress.IPv4Address(address).is_loopback:
            return address
    raise ParameterError(
        f"不能在 {host} 上开放：还没有账户，谁都能看到；请用 {LOOPBACK}，"
        "远程请走 SSH 隧道",
        f"cannot listen on {host}: there are no accounts yet and anyone could read; "
        f"use {LOOPBACK}, and an SSH tunnel from afar",
    )


@contextmanager
def kept_store(*, wanted: bool) -> Iterator[StoreSettings | None]:
    """Give the settings of a database that is kept running, or None if not wanted."""
    from data.settings import StoreSettings

    if not wanted:
        yield None
        return
    with running_store(watched=True):
        yield StoreSettings.from_environment(os.environ)


def free_socket(port: int, host: str = LOOPBACK) -> socket.socket:
    """Return a socket bound to the port on loopback, or to the next free one."""
    last = min(port + PORTS_TRIED, 65535)
    for number in range(port, last + 1):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen()
        except OSError:
            listener.close()
            continue
        return listener
    message = f"no free port from {port} to {last}; give another with --port"
    raise click.UsageError(message)
