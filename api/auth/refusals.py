"""What follows a refusal: a line in the audit, the way to the log-in page."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.exc import DBAPIError

from api.auth.admission import deed_of, engine_of
from data.accounts.trail import note
from data.engine import door
from data.errors import StoreError

__all__ = ["note_refusal", "sign_in_address"]

log = logging.getLogger("wangge.auth")

DATA = ("/api/", "/ogc", "/metrics", "/static/", "/openapi.json")
LOGIN = "/login"


def note_refusal(request: Request, code: str) -> None:
    """Write into the audit that somebody was refused something."""
    deed = deed_of(request)
    if deed.account is None or getattr(request.state, "noted", False):
        return
    about = {"method": request.method, "path": request.url.path[:300]}
    try:
        with door(engine_of(request), **deed._asdict()) as opened:
            note(opened, "refusal", code, after=about)
    except (DBAPIError, StoreError):
        # It is refused all the same; that it could not be noted must not be lost.
        log.exception("refusal not noted", extra={"code": code})


def sign_in_address(request: Request) -> str | None:
    """Return where a page leads who is not signed in; None where it is no page."""
    path = request.url.path
    if path.startswith(DATA) or path == LOGIN or request.method not in ("GET", "HEAD"):
        return None
    # A path of ours only: "//" and "\\\\" would lead to another machine.
    local = "/" + path.lstrip("/\\")
    query = request.url.query
    wanted = f"{local}?{query}" if query else local
    return f"{LOGIN}?{urlencode({'next': wanted})}"
