"""At the door: which account a request comes from, and whether it may come in at all.

Every route is closed unless it is listed here. A cookie that leads a browser to write
needs its twin in a header, which another site can neither read nor send.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection, Engine

from api.settings import Settings
from data.accounts.coming import Subtrees, by_session, by_token
from data.accounts.errors import CrossSiteError, MustChangePasswordError
from data.accounts.principal import Principal
from data.engine import ask_alone
from data.errors import NotSignedInError, StoreError

__all__ = [
    "CSRF_COOKIE",
    "CSRF_HEADER",
    "SESSION_COOKIE",
    "Deed",
    "deed_of",
    "engine_of",
    "guard",
    "page_actor",
    "principal_of",
    "require_same_site",
]

SESSION_COOKIE, CSRF_COOKIE = "wangge_session", "wangge_csrf"
CSRF_HEADER = "x-csrf-token"

PUBLIC = frozenset(
    {
        *("/healthz", "/readyz", "/api/v1/problems", "/login", "/logout", "/"),
        *("/static/{digest}/{name:path}", "/trust", "/trust/{name}"),
    }
)
"""Templates of routes for everybody."""
SIGNING_IN = ("POST", "/api/v1/session")
WHILE_CHANGING = frozenset({"/api/v1/session", "/api/v1/session/password"})
"""What somebody may still do whose password has to be changed first."""
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Deed(NamedTuple):
    """What the audit is told of a request."""

    actor: str
    account: int | None
    request: str
    address: str


def engine_of(request: Request) -> Engine:
    """Return the connections to the record."""
    engine: Engine | None = request.app.state.engine
    if engine is None:
        raise StoreError(
            "这个服务没有接数据库；请用 wangge serve 启动",
            "this service has no database; start it by wangge serve",
        )
    return engine


def deed_of(request: Request) -> Deed:
    """Return what the audit is told of a request."""
    principal: Principal | None = getattr(request.state, "principal", None)
    return Deed(
        actor="" if principal is None else principal.name,
        account=None if principal is None else principal.account,
        request=str(getattr(request.state, "request_id", "")),
        address=request.client.host if request.client else "",
    )


async def guard(request: Request) -> None:
    """Let a request in, or refuse it; what it is let in as is kept on its state."""
    settings: Settings = request.app.state.settings
    request.state.principal = None
    template = getattr(request.scope["route"], "path", "")
    here = request.scope.get("root_path", "") + template
    # Without a record there are no accounts; such a service is for this machine only.
    if settings.store is None or here in PUBLIC:
        return
    if (request.method, here) == SIGNING_IN:
        return
    principal = await run_in_threadpool(_admit, request)
    if principal.must_change and here not in WHILE_CHANGING:
        raise MustChangePasswordError
    request.state.principal = principal


def principal_of(request: Request) -> Principal | None:
    """Return whose request it is now, None for nobody's.

    It can be asked again while an answer is still being sent: a session may have ended
    meanwhile.
    """
    found = _find(request, csrf=None)
    return None if found is None else found[0]


async def page_actor(request: Request) -> Principal | None:
    """Return who opens a page, None for nobody."""
    if request.app.state.settings.store is None:
        return None
    return await run_in_threadpool(principal_of, request)


def require_same_site(request: Request) -> None:
    """Refuse a write that a page of another site began.

    Browsers tell where a request began; programs tell nothing and are let through.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        given = urlsplit(origin)
        ours = request.headers.get("host", "")
        if given.netloc != ours or given.scheme not in ("http", "https"):
            raise CrossSiteError
    if request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise CrossSiteError


def _admit(request: Request) -> Principal:
    csrf = request.headers.get(CSRF_HEADER)
    found = _find(request, csrf=csrf)
    if found is None:
        raise NotSignedInError(
            "请先登录；会话或令牌不存在或已过期",
            "sign in first; there is no session or token, or it has ended",
        )
    principal, is_twin = found
    if principal.session is not None and request.method not in _HARMLESS:
        require_same_site(request)
        if not is_twin:
            raise CrossSiteError
    return principal


def _find(request: Request, *, csrf: str | None) -> tuple[Principal, bool] | None:
    settings: Settings = request.app.state.settings
    subtrees: Subtrees = request.app.state.subtrees
    token = _token_of(request)
    cookie = request.cookies.get(SESSION_COOKIE)
    if token is None and not cookie:
        return None

    def ask(connection: Connection) -> tuple[Principal, bool] | None:
        if token is not None:
            principal = by_token(connection, token, subtrees)
            return None if principal is None else (principal, False)
        assert cookie is not None
        return by_session(connection, cookie, subtrees, csrf=csrf)

    return ask_alone(engine_of(request), ask, patience=settings.patience_s)


def _token_of(request: Request) -> str | None:
    """Return the API token of a request; as Basic it is the password of any name."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() == "basic":
        try:
            pair = base64.b64decode(given, validate=True).decode()
        except (binascii.Error, ValueError):
            return ""
        return pair.partition(":")[2]
    return None
