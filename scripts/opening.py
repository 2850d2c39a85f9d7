"""Open what a server shows, as a browser would, to prove that it came up."""

from __future__ import annotations

import json
import math
import re
import socket
import threading
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

import click

if TYPE_CHECKING:
    from uvicorn import Server

__all__ = ["open_everything", "open_page"]

ZOOM = 14
LINKED = re.compile(r"""(?:src|href)="(/?static/[^"]+)\"""")


def open_everything(
    server: Server,
    listener: socket.socket,
    home: str,
    *,
    store: bool,
    sheets: bool,
    token: str = "",
) -> None:
    """Serve, open the first page, what it loads and every sheet, and stop."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        open_page(f"{home}readyz")
        open_home(home, token)
        if store:
            open_plan(home, token)
        if sheets:
            open_sheets(home, token)
    finally:
        server.should_exit = True
        thread.join()


def open_home(home: str, token: str = "") -> None:
    """Open the first page and every file it names."""
    page = open_page(home, token).decode()
    files = sorted(set(LINKED.findall(page)))
    for file in files:
        open_page(urljoin(home, file))
    click.echo(f"✓ {home}  {len(files)} 个文件 / files")


def open_plan(home: str, token: str = "") -> None:
    """Open a plan of the record with its grids, and the map tile of its place."""
    plans = json.loads(open_page(f"{home}api/v1/plans?limit=1", token))["items"]
    if not plans:
        return
    plan, place = plans[0]["id"], plans[0]["community"]
    open_page(f"{home}api/v1/plans/{plan}/grids", token)
    division = json.loads(open_page(f"{home}api/v1/divisions/{place}", token))
    west, south, east, north = division["properties"]["bbox"]
    x, y = tile_of((west + east) / 2, (south + north) / 2)
    open_page(f"{home}api/v1/tiles/base/{ZOOM}/{x}/{y}.mvt", token)
    click.echo(f"✓ {plans[0]['community_name']}  方案和地图 / plan and map")


def tile_of(lon: float, lat: float) -> tuple[int, int]:
    """Return the number of the Web Mercator tile that holds a place."""
    tiles = 2**ZOOM
    y = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * tiles), int((1 - y) / 2 * tiles)


def open_sheets(home: str, token: str = "") -> None:
    """Open every sheet of the folder."""
    sheets = json.loads(open_page(f"{home}api/v1/sheets", token))
    if not sheets:
        message = "there is no sheet in the folder; draw one with --map first"
        raise click.ClickException(message)
    for sheet in sheets:
        page = open_page(home + quote(sheet["href"]), token)
        click.echo(f"✓ {sheet['title']}  {len(page) / 1e6:.1f} MB")


def open_page(address: str, token: str = "") -> bytes:
    """Return what the address answers; an error status or an empty page is refused."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(address, headers=headers)
    # A proxy of this machine has no business with its own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            body: bytes = answer.read()
    except OSError as error:
        message = f"{address} did not open: {error}"
        raise click.ClickException(message) from error
    if not body:
        message = f"{address} is empty"
        raise click.ClickException(message)
    return body
