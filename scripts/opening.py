"""Open what a server shows, as a browser would, to prove that it came up."""

from __future__ import annotations

import http.client
import ipaddress
import json
import math
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

import click

if TYPE_CHECKING:
    from uvicorn import Server

    from data.demo_accounts import Login

__all__ = ["Visitor", "open_everything"]

Opened = Callable[[str], bytes]
ZOOM = 14
LINKED = re.compile(r"""(?:src|href)="(/?static/[^"]+)\"""")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opens the pages: from where, with which token.

    With a certificate it comes by HTTPS and takes that one alone, for the name of the
    address: whether phones trust who signed it is another question.
    """

    home: str
    token: str = ""
    certificate: Path | None = None

    def open(self, address: str, *, at: str, sent: object = None) -> bytes:
        """Return what an address answers; an error status or no body is refused.

        The way leads to `at`, an address of this machine, whatever the name says. With
        something to send, as JSON, it is a POST without the token.
        """
        headers, body = {"Authorization": f"Bearer {self.token}"}, None
        if sent is not None:
            headers, body = {"Content-Type": "application/json"}, json.dumps(sent)
        elif not self.token:
            headers = {}
        request = urllib.request.Request(
            address, None if body is None else body.encode(), headers
        )
        # A proxy of this machine has no business with its own pages.
        ways: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self.certificate is not None:
            ways.append(_Straight(at, self._trusting()))
        try:
            with urllib.request.build_opener(*ways).open(request, timeout=30) as answer:
                told: bytes = answer.read()
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()  # or a server with TLS waits half a minute for it
            message = f"{address} did not open: {error}"
            raise click.ClickException(message) from error
        if not told:
            message = f"{address} is empty"
            raise click.ClickException(message)
        return told

    def _trusting(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


class _Straight(urllib.request.HTTPSHandler):
    """Goes to one address of this machine for any name."""

    def __init__(self, at: str, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self.at, self.context = at, context

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Open one request."""
        made = partial(_Connection, at=self.at, context=self.context)
        return self.do_open(made, request)


class _Connection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, at: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.at, self.trust = at, options["context"]

    def connect(self) -> None:
        """Connect to the address, and ask for the name."""
        plain = socket.create_connection((self.at, self.port), self.timeout)
        # What ends the handshake and the question are sent apart: the second would wait
        # until the first is acknowledged.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self.trust.wrap_socket(plain, server_hostname=self.host)


def open_everything(
    server: Server,
    listener: socket.socket,
    visitor: Visitor,
    *,
    store: bool,
    sheets: bool,
    logins: Sequence[Login] = (),
) -> None:
    """Serve, open the first page, what it loads and every sheet, and stop.

    Where there are log-ins of a made-up town, the first of them signs in.
    """
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        opened = partial(visitor.open, at=_here(listener))
        opened(f"{visitor.home}readyz")
        open_home(visitor.home, opened)
        if store:
            open_plan(visitor.home, opened)
        if sheets:
            open_sheets(visitor.home, opened)
        for login in logins[:1]:
            given = {"name": login.name, "password": login.password}
            opened(f"{visitor.home}api/v1/session", sent=given)
            click.echo(f"✓ {visitor.home}login  {login.name}")
    finally:
        server.should_exit = True
        thread.join()


def _here(listener: socket.socket) -> str:
    """Return the address of this machine at which a listener is reached."""
    address = ipaddress.ip_address(listener.getsockname()[0])
    if not address.is_unspecified:
        return str(address)
    return "127.0.0.1" if address.version == 4 else "::1"


def open_home(home: str, opened: Opened) -> None:
    """Open the first page and every file it names."""
    page = opened(home).decode()
    files = sorted(set(LINKED.findall(page)))
    for file in files:
        opened(urljoin(home, file))
    click.echo(f"✓ {home}  {len(files)} 个文件 / files")


def open_plan(home: str, opened: Opened) -> None:
    """Open a plan of the record with its grids, and the map tile of its place."""
    plans = json.loads(opened(f"{home}api/v1/plans?limit=1"))["items"]
    if not plans:
        return
    plan, place = plans[0]["id"], plans[0]["community"]
    opened(f"{home}api/v1/plans/{plan}/grids")
    division = json.loads(opened(f"{home}api/v1/divisions/{place}"))
    west, south, east, north = division["properties"]["bbox"]
    x, y = tile_of((west + east) / 2, (south + north) / 2)
    opened(f"{home}api/v1/tiles/base/{ZOOM}/{x}/{y}.mvt")
    click.echo(f"✓ {plans[0]['community_name']}  方案和地图 / plan and map")


def tile_of(lon: float, lat: float) -> tuple[int, int]:
    """Return the number of the Web Mercator tile that holds a place."""
    tiles = 2**ZOOM
    y = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * tiles), int((1 - y) / 2 * tiles)


def open_sheets(home: str, opened: Opened) -> None:
    """Open every sheet of the folder."""
    sheets = json.loads(opened(f"{home}api/v1/sheets"))
    if not sheets:
        message = "there is no sheet in the folder; draw one with --map first"
        raise click.ClickException(message)
    for sheet in sheets:
        page = opened(home + quote(sheet["href"]))
        click.echo(f"✓ {sheet['title']}  {len(page) / 1e6:.1f} MB")
