"""Where a server listens, by which names and with which certificate."""

from __future__ import annotations

import datetime as dt
import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from data.authority.keeping import Keeper
    from data.authority.pairs import KeyPair

__all__ = ["LOOPBACK", "Listening", "free_socket", "listening_at"]

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 50

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Listening:
    """An address of this machine, and what stands behind it."""

    address: Address
    pair: KeyPair | None = None
    authority: Path | None = None

    @property
    def reaches_others(self) -> bool:
        """Whether other machines can get here."""
        return not self.address.is_loopback

    @property
    def certificate(self) -> Path | None:
        """The certificate shown to who comes, None without HTTPS."""
        return None if self.pair is None else self.pair.certificate

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names a request may come by."""
        from data.authority.names import LOCAL, as_hosts

        own = () if self.address.is_unspecified else (str(self.address),)
        named = () if self.pair is None else self.pair.names
        # A certificate says which names are ours; without one it is this machine only.
        return as_hosts(dict.fromkeys((*named, *own, *(() if named else LOCAL[:1]))))

    def home(self, port: int) -> str:
        """Return the address to open, by the first name of the certificate."""
        if self.pair is None:
            return f"http://{self.hosts[0]}:{port}/"
        # Of a certificate for any name of a domain, this is one.
        return f"https://{self.hosts[0].replace('*', 'wangge')}:{port}/"

    def options(self) -> dict[str, Any]:
        """Return what the server is told of TLS."""
        if self.pair is None:
            return {}
        return {
            "ssl_certfile": str(self.pair.certificate),
            "ssl_keyfile": str(self.pair.key),
            "ssl_context_factory": _no_older_than_1_2,
        }


def listening_at(
    host: str, certificate: Path | None, key: Path | None, keeper: Keeper
) -> Listening:
    """Return where to listen; others get here only by HTTPS.

    Beyond loopback the certificate of `wangge cert` is taken where none is given.

    Raises
    ------
    ParameterError
        If the address is none, or reaches others without a certificate.
    """
    from data.authority.pairs import read_pair
    from data.errors import ParameterError

    address = _address(host)
    now = dt.datetime.now(dt.UTC)
    if (certificate is None) != (key is None):
        message = "--cert 和 --key 要一起用 / --cert and --key go together"
        raise click.UsageError(message)
    if certificate is not None and key is not None:
        pair = read_pair(certificate, key, now=now)
        return Listening(address, pair, _authority_of(pair, keeper))
    if address.is_loopback:
        return Listening(address)
    if not keeper.has_pair:
        raise ParameterError(
            f"不能在 {host} 上开放：没有 HTTPS 证书，密码会被同一网络的人看到；"
            "先运行 wangge cert，或给出 --cert 和 --key",
            f"cannot listen on {host}: there is no certificate for HTTPS, so passwords "
            "could be read on the network; run wangge cert first, or give --cert and "
            "--key",
        )
    pair = read_pair(keeper.certificate, keeper.key, now=now)
    return Listening(address, pair, _authority_of(pair, keeper))


def _authority_of(pair: KeyPair, keeper: Keeper) -> Path | None:
    """Return our authority's certificate if it signed this one."""
    from cryptography.exceptions import InvalidSignature

    from data.authority.pairs import read_certificate

    if not keeper.authority.is_file():
        return None
    with suppress(InvalidSignature, ValueError, TypeError):
        authority = read_certificate(keeper.authority)
        read_certificate(pair.certificate).verify_directly_issued_by(authority)
        return keeper.authority
    return None


def _address(host: str) -> Address:
    from data.errors import ParameterError

    with suppress(ValueError):
        return ipaddress.ip_address(LOOPBACK if host == "localhost" else host)
    raise ParameterError(
        f"{host!r} 不是本机的 IP 地址；0.0.0.0 是全部，名字由证书给出",
        f"{host!r} is no IP address of this machine; 0.0.0.0 is all of them, and names "
        "come from the certificate",
    )


def _no_older_than_1_2(
    _config: object, default: Callable[[], ssl.SSLContext]
) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


def free_socket(port: int, host: str = LOOPBACK) -> socket.socket:
    """Return a socket bound to the port, or to the next free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + PORTS_TRIED, 65535)
    for number in range(port, last + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen()
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRNOTAVAIL:
                message = f"{host} 不是本机的地址 / is no address of this machine"
                raise click.UsageError(message) from error
            continue
        return listener
    message = f"no free port from {port} to {last}; give another with --port"
    raise click.UsageError(message)
