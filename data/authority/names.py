"""Names a server goes by: hosts and addresses."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from contextlib import closing, suppress

from cryptography import x509

from data.authority.errors import AuthorityError

__all__ = [
    "LOCAL",
    "addresses_of",
    "as_hosts",
    "from_certificate",
    "likely_names",
    "parse_name",
]

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Names of this machine for itself; every certificate of ours has them."""

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST = 253


def parse_name(word: str) -> x509.DNSName | x509.IPAddress:
    """Return a host name or an address as certificates hold it."""
    name = word.strip().lower().rstrip(".")
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    labels = name.split(".")
    # A name of digits alone would be taken for an address by browsers.
    is_name = all(_LABEL.fullmatch(label) for label in labels)
    if not is_name or labels[-1].isdigit() or len(name) > _LONGEST:
        raise AuthorityError(
            f"{word!r} 不是主机名或 IP 地址；不要写 https:// 和端口，"
            "中文域名请写成 xn-- 形式",
            f"{word!r} is no host name or IP address; leave out https:// and the port, "
            "and write a Chinese domain in its xn-- form",
        )
    return x509.DNSName(name)


def from_certificate(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names a certificate is good for, hosts before addresses.

    The common name does not count: browsers have long stopped to read it.
    """
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return ()
    hosts = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*hosts, *(str(address) for address in addresses))


def as_hosts(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as a Host header has them: IPv6 addresses stand in brackets."""
    return tuple(
        f"[{name}]" if ":" in name and name[0] != "[" else name for name in names
    )


def addresses_of(names: Iterable[str], port: int | None) -> list[str]:
    """Return the addresses others may open a server at that goes by `names`."""
    local = as_hosts(LOCAL)
    hosts = [host for host in as_hosts(names) if host not in local]
    at = f":{port}" if port else ""
    return [f"https://{host}{at}/" for host in hosts if not host.startswith("*")]


def likely_names() -> tuple[str, ...]:
    """Return what others may know this machine by: its name and its address.

    Nothing is sent: connecting a datagram socket only asks which way it would go.
    """
    names = [socket.gethostname().lower()]
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe,
        suppress(OSError),
    ):
        probe.connect(("10.255.255.255", 9))
        names.append(str(probe.getsockname()[0]))
    return tuple(name for name in names if name not in LOCAL)
