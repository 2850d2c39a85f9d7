"""`wangge serve`: the record and sheets in the browser of this machine."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.beside import worker_beside
from scripts.console import say
from scripts.listening import LOOPBACK, free_socket, listening_at
from scripts.store import running_store

if TYPE_CHECKING:
    from data.authority.pairs import KeyPair
    from data.settings import StoreSettings

__all__ = ["serve"]

CHECKER = "serve.check"

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
  给单位内网用 (先 wangge cert 和 wangge user add) / for the office network
    wangge serve --host 0.0.0.0
\b
  用单位发的证书 / with a certificate of your organisation
    wangge serve --host 0.0.0.0 --cert site.pem --key site.key
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
    help="本机地址; 0.0.0.0 对内网开放, 要有证书和账号 / address of this machine; "
    "0.0.0.0 opens it for others, which takes a certificate and an account.",
)
@click.option(
    "--cert",
    type=click.Path(dir_okay=False, path_type=Path),
    help="HTTPS 证书 (PEM, 含中间证书) / certificate for HTTPS, with its chain.",
    show_default="that of wangge cert beyond this machine, none on it",
)
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="证书的私钥 (PEM) / key of the certificate.",
)
@click.option(
    "--hsts",
    default=0,
    metavar="DAYS",
    type=click.IntRange(0, 730),
    help="让浏览器只走 HTTPS 的天数 / days browsers are to come by HTTPS only; see "
    "docs/decisions/https.md first.",
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
    cert: Path | None,
    key: Path | None,
    hsts: int,
    log: Path | None,
    check: bool,
) -> None:
    """在浏览器里查看 / Show communities, plans and a FOLDER of sheets in the browser.

    不加 --host 只在本机能看到, 用 Ctrl-C 结束。没有运行的数据库会自动启动, 结束时停下。

    Without --host they are seen on this machine only; Ctrl-C ends it. A database that
    does not run is started, kept running, and stopped at the end.
    """
    from uvicorn import Config

    from api.logs import write_log
    from api.main import create_app
    from api.server import StreamingServer, get_ready
    from api.settings import Settings
    from data.authority.keeping import Keeper
    from data.demo_accounts import FILE_NAME, read_logins
    from data.settings import StoreSettings
    from scripts.opening import Visitor, open_everything

    state = StoreSettings.from_environment(os.environ).state
    at = listening_at(host, cert, key, Keeper.below(state))
    if hsts and at.pair is None:
        message = "--hsts 要有 HTTPS / needs HTTPS: --cert, --key"
        raise click.UsageError(message)
    warn_of(at.pair)
    write_log(log)
    with_store = folder is None if store is None else store
    with (
        kept_store(wanted=with_store) as kept,
        free_socket(port, str(at.address)) as listener,
    ):
        refuse_unbound(kept)
        if at.reaches_others:
            require_people(kept)
        demo = None if kept is None else state / FILE_NAME
        number = listener.getsockname()[1]
        home = at.home(number)
        app = create_app(
            Settings(
                pages=folder,
                store=kept,
                demo=demo,
                trust=at.authority,
                hsts_s=hsts * 24 * 3600,
                hosts=at.hosts,
            )
        )
        # Requests have a log of their own; uvicorn's would only repeat it.
        config = Config(
            app, log_config=None, access_log=False, server_header=False, **at.options()
        )
        server = StreamingServer(config)
        if check:
            with checking_token(kept) as token:
                open_everything(
                    server,
                    listener,
                    Visitor(home, token, at.certificate),
                    store=with_store,
                    sheets=folder is not None,
                    logins=read_logins(demo) if demo else (),
                )
            return
        what = ("社区网格", "community grids") if kept else ("图纸", "sheets")
        say(f"{what[0]}在 {home}  (Ctrl-C 结束)", f"{what[1]} at {home}  (Ctrl-C ends)")
        if at.authority is not None and kept is not None:
            say(f"安装证书: {home}trust", f"to install the certificate: {home}trust")
        if with_store:
            get_ready()
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
                # Without a password nobody can log in as it, and none is to change.
                account = add_account(
                    door, CHECKER, display="serve --check", must_change=False
                )
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


def require_people(kept: StoreSettings | None) -> None:
    """Refuse to open for others what nobody could sign in to, or what asks nobody."""
    from data.accounts.console import someone_can_sign_in
    from data.errors import ParameterError
    from scripts.store import open_record

    if kept is None:
        raise ParameterError(
            "没有数据库就没有账号，谁都能看到；对外开放请加 --store",
            "without the database there are no accounts and anyone could read; add "
            "--store to open it for others",
        )
    with open_record(kept.store()) as record, record.connect() as door:
        if not someone_can_sign_in(door):
            raise ParameterError(
                "还没有能登录的账号；先运行 wangge user add admin --role administrator",
                "there is no account that can sign in; first run wangge user add admin "
                "--role administrator",
            )


def warn_of(pair: KeyPair | None) -> None:
    """Say what about a certificate needs somebody's attention."""
    if pair is None:
        return
    now = dt.datetime.now(dt.UTC)
    if pair.key_is_open:
        say(
            f"警告: 私钥 {pair.key} 别人也能读; 运行 chmod 600 {pair.key}",
            f"warning: others may read the key {pair.key}; run chmod 600 {pair.key}",
            err=True,
        )
    if pair.ends_soon(now):
        left = pair.days_left(now)
        say(
            f"警告: 证书还有 {left} 天到期; 运行 wangge cert, 不用重启",
            f"warning: the certificate ends in {left} days; run wangge cert, this "
            "takes it up by itself",
            err=True,
        )


def refuse_unbound(kept: StoreSettings | None) -> None:
    """Refuse to serve a record whose row security does not bind the pages."""
    if kept is None:
        return
    from data.engine import build_web_engine
    from data.queries.readiness import require_bound

    engine = build_web_engine(kept, pool_size=1)
    try:
        require_bound(engine)
    finally:
        engine.dispose()


@contextmanager
def kept_store(*, wanted: bool) -> Iterator[StoreSettings | None]:
    """Give the settings of a database that is kept running, or None if not wanted."""
    from data.settings import StoreSettings

    if not wanted:
        yield None
        return
    with running_store(watched=True):
        yield StoreSettings.from_environment(os.environ)
