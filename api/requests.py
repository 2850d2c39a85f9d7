"""Each request from door to door: its id, its log line, its figures, its failures."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import broken

__all__ = ["Requests", "Seen", "route_of"]

log = logging.getLogger("wangge.requests")

Seen = Callable[[str, str, int, float], None]
"""Told of each answer: method, route template, status, seconds."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NO_ROUTE = "none"


class Requests:
    """Nothing leaves without an id, a log line and a status.

    HEAD is answered as GET without its body. An error nobody foresaw becomes problem
    500; its traceback goes to the log and nowhere else.
    """

    def __init__(self, app: ASGIApp, *, seen: Seen) -> None:
        self.app = app
        self.seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method = scope["method"]
        if method == "HEAD":
            scope["method"] = "GET"
        began = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message["headers"])["x-request-id"] = request_id
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            log.exception("failed", extra={"request_id": request_id})
            if status:  # too late to say anything: the connection is cut
                raise
            await broken(scope)(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            route = route_of(scope)
            self.seen(method, route, status, seconds)
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 2),
                },
            )


def _request_id(scope: Scope) -> str:
    """Return the id the caller gave, if it is a plain word, or a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _ID.fullmatch(given) else uuid4().hex


def route_of(scope: Scope) -> str:
    """Return the template of the route that served; paths themselves are not counted.

    A path holds codes and numbers; as a label each would be a series of its own.
    """
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return NO_ROUTE
    return str(scope.get("root_path", "")) + str(path)
