"""Signing in and out over HTTP: cookies, and who is told what."""

from __future__ import annotations

from fastapi import Request, Response

from api.auth.admission import (
    CSRF_COOKIE,
    SESSION_COOKIE,
    deed_of,
    engine_of,
    require_same_site,
)
from data.accounts import signing_in
from data.accounts.signing_in import Caller, SignedIn

__all__ = ["SignedIn", "caller_of", "clear_cookies", "set_cookies", "sign_in"]


def caller_of(request: Request) -> Caller:
    """Return where a request comes from, for the audit."""
    deed = deed_of(request)
    agent = request.headers.get("user-agent", "")
    return Caller(address=deed.address, agent=agent, request=deed.request)


def sign_in(request: Request, name: str, password: str, code: str = "") -> SignedIn:
    """Open a session under a new secret; takes a tenth of a second of one core.

    A session that was open in this browser ends, so nobody can slip one of theirs in.
    """
    require_same_site(request)
    return signing_in.sign_in(
        engine_of(request),
        name,
        password,
        code,
        caller=caller_of(request),
        former=request.cookies.get(SESSION_COOKIE),
        patience=request.app.state.settings.patience_s,
    )


def set_cookies(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Give the browser its session, which scripts cannot read, and its twin."""
    secure = request.url.scheme == "https"
    for name, value in (
        (SESSION_COOKIE, signed_in.cookie),
        (CSRF_COOKIE, signed_in.csrf),
    ):
        response.set_cookie(
            name,
            value,
            path="/",
            secure=secure,
            httponly=name == SESSION_COOKIE,
            samesite="lax",
        )
    response.headers["Cache-Control"] = "no-store"


def clear_cookies(response: Response) -> None:
    """Take session and twin away."""
    for name in (SESSION_COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, path="/")
