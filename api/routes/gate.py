"""The pages of signing in, of one's own account and of the administration."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth.admission import page_actor
from api.auth.refusals import note_refusal
from api.deps import Actor, AppSettings, Db
from api.routes.page import Language
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.demo_accounts import read_logins
from data.queries.divisions import division_names
from maps.gate import account_page, admin_page, login_page, refused_page
from maps.public import public_files

__all__ = ["gate_router", "local_path"]

HOME = "/plan"
PRIVATE = {"Cache-Control": "no-store", "Vary": "Cookie"}
"""Pages that tell who is signed in stay out of every cache."""
OFFICE = (Permission.MANAGE_ACCOUNTS, Permission.READ_AUDIT)

Visitor = Annotated[Principal | None, Depends(page_actor)]


def gate_router() -> APIRouter:
    """Return the routes of the pages; the public files are read once."""
    router = APIRouter(include_in_schema=False)
    static = f"static/{public_files().digest}"

    @router.get("/login", response_class=HTMLResponse)
    def login(
        visitor: Visitor,
        lang: Language,
        settings: AppSettings,
        target: Annotated[str | None, Query(alias="next", max_length=2000)] = None,
    ) -> Response:
        """Let somebody sign in, or lead who is in already to where they wanted."""
        there = local_path(target)
        if visitor is not None and not visitor.must_change:
            return RedirectResponse(there, HTTPStatus.SEE_OTHER, headers=PRIVATE)
        logins = read_logins(settings.demo) if settings.demo else []
        page = login_page(
            lang=lang,
            static=static,
            target=there,
            must_change=visitor is not None,
            demo=[{"name": each.name, "role": each.role} for each in logins],
            guide=settings.trust is not None,
        )
        return HTMLResponse(page, headers=PRIVATE)

    @router.get("/account", response_class=HTMLResponse)
    def account(_actor: Actor, lang: Language) -> HTMLResponse:
        """Show the page of one's own account."""
        return HTMLResponse(account_page(lang=lang, static=static), headers=PRIVATE)

    @router.get("/admin", response_class=HTMLResponse)
    def admin(request: Request, actor: Actor, lang: Language, db: Db) -> HTMLResponse:
        """Show the administration, or say who may open it."""
        if any(actor.may_anywhere(permission) for permission in OFFICE):
            return HTMLResponse(admin_page(lang=lang, static=static), headers=PRIVATE)
        note_refusal(request, "forbidden")
        names = division_names(db, {grant.division for grant in actor.grants})
        page = refused_page(
            lang=lang,
            static=static,
            name=actor.name,
            display=actor.display,
            grants=[
                (str(grant.role), names.get(grant.division, grant.division))
                for grant in actor.grants
            ],
        )
        return HTMLResponse(page, HTTPStatus.FORBIDDEN, headers=PRIVATE)

    return router


def local_path(asked: str | None) -> str:
    """Return the path of this service somebody wants to go to, or the first page.

    Browsers take backslashes for slashes and drop control characters, so that an
    address with either could lead elsewhere.
    """
    path = asked or ""
    odd = any(letter <= " " or letter == "\\" for letter in path)
    if odd or not path.startswith("/") or path.startswith("//"):
        return HOME
    parts = urlsplit(path)
    elsewhere = parts.scheme or parts.netloc or parts.path.startswith("/login")
    return HOME if elsewhere else path
