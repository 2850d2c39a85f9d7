"""Security headers: what a browser may load for each kind of page."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders", "content_policy"]

_SHUT = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DATA = f"default-src 'none'; {_SHUT}"
"""For answers that are data: nothing in them may run or load."""
SHEET = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    f"img-src data: blob:; font-src data:; worker-src blob:; {_SHUT}"
)
"""Sheets carry their script, style and images inside; nothing comes from outside."""
PAGE = f"default-src 'self'; img-src 'self' data: blob:; object-src 'none'; {_SHUT}"
"""Application pages load from this service only; MapLibre's worker is a file."""

_BY_PATH = (
    ("/sheets", SHEET),
    ("/api/", DATA),
    ("/ogc", DATA),
    ("/healthz", DATA),
    ("/readyz", DATA),
    ("/metrics", DATA),
    ("/openapi.json", DATA),
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def content_policy(path: str) -> str:
    """Return the Content-Security-Policy for answers of a path."""
    return next((policy for start, policy in _BY_PATH if path.startswith(start)), PAGE)


class SecurityHeaders:
    """Add the headers to every answer; one that a route set itself stays."""

    def __init__(self, app: ASGIApp, *, hsts_s: int = 0) -> None:
        self.app = app
        self.always = dict(_ALWAYS)
        if hsts_s:
            # Never for names below ours: they are other machines of the office.
            self.always["Strict-Transport-Security"] = f"max-age={hsts_s}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = content_policy(scope["path"])

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.setdefault("Content-Security-Policy", policy)
                for name, value in self.always.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, answer)
