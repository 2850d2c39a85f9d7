"""`wangge serve`: show a folder of generated pages on this machine."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from scripts.console import say

if TYPE_CHECKING:
    from uvicorn import Server

__all__ = ["serve"]

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 50

EXAMPLES = """\b
例 / Examples:
\b
  在浏览器里看一个文件夹的图纸 / look at a folder of sheets
    wangge serve sheets
\b
  换一个端口 / another port
    wangge serve sheets --port 9000
\b
  只验证能打开每一页 / only prove that every page opens
    wangge serve sheets --check
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--port",
    default=8000,
    type=click.IntRange(1, 65535),
    help="端口; 被占用时用下一个空闲的 / port; the next free one if it is taken.",
)
@click.option(
    "--check",
    is_flag=True,
    help="打开每一页后退出 / open every page, then end.",
)
def serve(folder: Path, port: int, check: bool) -> None:
    """查看图纸 / Show a FOLDER of sheets in the browser.

    只在本机能看到, 用 Ctrl-C 结束。

    They are seen on this machine only; Ctrl-C ends it.
    """
    from uvicorn import Config, Server

    from api.main import create_app
    from api.settings import Settings

    with free_socket(port) as listener:
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}/"
        app = create_app(Settings(pages=folder))
        # uvicorn's own log would only repeat what the lines below say.
        config = Config(app, log_config=None, access_log=False)
        server = Server(config)
        if check:
            check_pages(server, listener, address)
            return
        say(f"图纸在 {address}  (Ctrl-C 结束)", f"sheets at {address}  (Ctrl-C ends)")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def free_socket(port: int) -> socket.socket:
    """Return a socket bound to the port on loopback, or to the next free one."""
    last = min(port + PORTS_TRIED, 65535)
    for number in range(port, last + 1):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, number))
            listener.listen()
        except OSError:
            listener.close()
            continue
        return listener
    message = f"no free port from {port} to {last}; give another with --port"
    raise click.UsageError(message)


def check_pages(server: Server, listener: socket.socket, address: str) -> None:
    """Serve, open the index and every sheet it lists, and stop."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        open_page(address)
        sheets = json.loads(open_page(f"{address}api/v1/sheets"))
        if not sheets:
            message = "there is no sheet in the folder; draw one with --map first"
            raise click.ClickException(message)
        for sheet in sheets:
            page = open_page(address + quote(sheet["href"]))
            click.echo(f"✓ {sheet['title']}  {len(page) / 1e6:.1f} MB")
    finally:
        server.should_exit = True
        thread.join()


def open_page(address: str) -> bytes:
    """Return what the address answers; an error status or an empty page is refused."""
    # A proxy of this machine has no business with its own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=30) as answer:
            body: bytes = answer.read()
    except OSError as error:
        message = f"{address} did not open: {error}"
        raise click.ClickException(message) from error
    if not body:
        message = f"{address} is empty"
        raise click.ClickException(message)
    return body
