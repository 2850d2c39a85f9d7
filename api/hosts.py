"""Answer only to the names this service is known by."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

__all__ = ["KnownHosts"]


class KnownHosts:
    """Refuse a request whose Host is none of ours; without names take any.

    A page elsewhere could name its own host and have it lead to this machine; the
    browser would then hand it what only this machine may see.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self.hosts:
            host = Headers(scope=scope).get("host", "").lower()
            if not self.knows(host.rpartition(":")[0]) and not self.knows(host):
                await problem(scope, "wrong_host")(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def knows(self, host: str) -> bool:
        """Tell whether a host is ours; `*.` of a certificate is any one label."""
        return host in self.hosts or f"*.{host.partition('.')[2]}" in self.hosts
