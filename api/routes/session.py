"""One's own session: coming in, going out, the password, the second factor."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection, text

from api.auth.admission import CSRF_COOKIE, deed_of, engine_of
from api.auth.desk import Desk
from api.auth.signing import caller_of, clear_cookies, set_cookies, sign_in
from api.deps import KNOWN_ONLY, Actor, AppSettings
from api.problems import WRITE_PROBLEMS, problem_responses
from api.schemas.accounts import (
    Code,
    Factor,
    Login,
    Password,
    PasswordChange,
    Recovery,
    Session,
    SessionItem,
)
from api.schemas.base import ListOf
from data.accounts.coming import principal_of
from data.accounts.people import set_password
from data.accounts.principal import Principal
from data.accounts.roles import ALLOWED, Permission
from data.accounts.second_factor import (
    begin_factor,
    confirm_factor,
    drop_factor,
    renew_recovery,
)
from data.accounts.sessions import (
    end_others,
    end_session,
    list_sessions,
    open_session,
)
from data.accounts.signing_in import SignedIn, confirm_password
from data.accounts.trail import note
from data.engine import door

__all__ = ["router"]

Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of it")]
NO_STORE = {"Cache-Control": "no-store"}
router = APIRouter(
    prefix="/api/v1",
    tags=["session"],
    dependencies=[KNOWN_ONLY],
    responses={
        **WRITE_PROBLEMS,
        **problem_responses("too_many_tries"),
        **problem_responses(
            "not_signed_in", "wrong_login", "code_needed", "wrong_code"
        ),
        **problem_responses(
            *("forbidden", "must_change_password", "cross_site"),
            *("account_locked", "wrong_password"),
        ),
        **problem_responses("invalid", "weak_password", "refused"),
    },
)


@router.post("/session", status_code=201)
def post_session(
    request: Request, response: Response, settings: AppSettings, login: Login
) -> Session:
    """Come in by name and password; the answer sets the cookies of a new session."""
    signed_in = sign_in(request, login.name, login.password, login.code)
    set_cookies(request, response, signed_in)
    with door(engine_of(request), timeout=settings.statement_timeout_s) as opened:
        found = principal_of(opened, signed_in.account, request.app.state.subtrees)
        assert found is not None
        return _session(opened, found, csrf=signed_in.csrf, until=signed_in.expires)


@router.get("/session")
def get_session(
    request: Request, response: Response, actor: Actor, desk: Desk
) -> Session:
    """Tell who has come in, and what they may do."""
    response.headers.update(NO_STORE)
    csrf = "" if actor.session is None else request.cookies.get(CSRF_COOKIE, "")
    return _session(desk, actor, csrf=csrf)


@router.delete("/session", status_code=204)
def delete_session(actor: Actor, desk: Desk) -> Response:
    """Go out: the session ends at once, here and on the server."""
    if actor.session is not None:
        end_session(desk, actor.account, actor.session)
        note(desk, "login", "logout", row=actor.name)
    response = Response(status_code=204, headers={"Clear-Site-Data": '"storage"'})
    clear_cookies(response)
    return response


@router.post("/session/password")
def change_password(
    request: Request,
    response: Response,
    settings: AppSettings,
    actor: Actor,
    change: PasswordChange,
) -> Session:
    """Change one's password: every session ends, and this browser gets a new one."""
    confirm(request, actor, change.old)
    told = deed_of(request)._asdict()
    # The hash takes a while, so it is not made inside a request's own transaction.
    with door(
        engine_of(request), timeout=settings.statement_timeout_s, **told
    ) as opened:
        set_password(opened, actor.account, change.new)
        note(opened, "account", "password_changed", row=actor.name)
        caller = caller_of(request)
        made = open_session(
            opened, actor.account, address=caller.address, agent=caller.agent
        )
        signed_in = SignedIn(actor.account, made.cookie, made.csrf, made.expires)
        found = principal_of(opened, actor.account, request.app.state.subtrees)
        assert found is not None
        answer = _session(opened, found, csrf=made.csrf, until=made.expires)
    set_cookies(request, response, signed_in)
    return answer


@router.post("/session/totp", status_code=201)
def begin_totp(
    request: Request, response: Response, actor: Actor, desk: Desk, given: Password
) -> Factor:
    """Make a key for an authenticator; it counts once a code of it has come back."""
    confirm(request, actor, given.password)
    response.headers.update(NO_STORE)
    made = begin_factor(desk, actor.account, actor.name)
    return Factor(secret=made.secret, uri=made.uri, qr=made.qr, qr_size=made.qr_size)


@router.put("/session/totp")
def confirm_totp(response: Response, actor: Actor, desk: Desk, given: Code) -> Recovery:
    """Turn the second factor on by a first code."""
    response.headers.update(NO_STORE)
    codes = confirm_factor(desk, actor.account, given.code)
    note(desk, "account", "totp_on", row=actor.name)
    return Recovery(recovery=codes)


@router.post("/session/totp/recovery")
def renew_codes(
    request: Request, response: Response, actor: Actor, desk: Desk, given: Password
) -> Recovery:
    """Make new recovery codes; the old ones end."""
    confirm(request, actor, given.password)
    response.headers.update(NO_STORE)
    note(desk, "account", "recovery_renewed", row=actor.name)
    return Recovery(recovery=renew_recovery(desk, actor.account))


@router.delete("/session/totp", status_code=204)
def drop_totp(request: Request, actor: Actor, desk: Desk, given: Password) -> Response:
    """Turn the second factor off."""
    confirm(request, actor, given.password)
    drop_factor(desk, actor.account)
    note(desk, "account", "totp_off", row=actor.name)
    return Response(status_code=204)


@router.get("/sessions")
def sessions(actor: Actor, desk: Desk) -> ListOf[SessionItem]:
    """List the browsers one is signed in with, the last used first."""
    items = [
        SessionItem(
            id=row.id,
            began=row.made,
            seen=row.seen,
            until=row.until,
            address=row.address,
            agent=row.agent,
            current=row.id == actor.session,
        )
        for row in list_sessions(desk, actor.account)
    ]
    return ListOf[SessionItem](items=items, next=None)


@router.delete("/sessions", status_code=204)
def end_other_sessions(actor: Actor, desk: Desk) -> Response:
    """Sign out everywhere else."""
    end_others(desk, actor.account, actor.session or 0)
    note(desk, "login", "others_signed_out", row=actor.name)
    return Response(status_code=204)


@router.delete("/sessions/{session}", status_code=204)
def end_one_session(actor: Actor, desk: Desk, session: Number) -> Response:
    """Sign one browser out."""
    end_session(desk, actor.account, session)
    return Response(status_code=204)


def confirm(request: Request, actor: Principal, password: str) -> None:
    """Refuse who does not know the password of the account they came in as."""
    confirm_password(
        engine_of(request), actor.account, password, caller=caller_of(request)
    )


def _session(
    door: Connection, principal: Principal, *, csrf: str, until: Any = None
) -> Session:
    about = door.execute(
        _ABOUT,
        {
            "account": principal.account,
            "session": principal.session,
            "token": principal.token,
        },
    ).one()
    names: dict[str, str] = about.names or {}
    allowed = principal.limits if principal.limits is not None else set(Permission)
    return Session.model_validate(
        {
            "account": principal.account,
            "name": principal.name,
            "display": principal.display,
            "grants": [
                {
                    "role": grant.role,
                    "division": grant.division,
                    "division_name": names.get(grant.division, ""),
                    "permissions": sorted(ALLOWED[grant.role] & allowed),
                }
                for grant in principal.grants
            ],
            "permissions": [p for p in Permission if principal.may_anywhere(p)],
            "totp": about.totp,
            "must_change_password": principal.must_change,
            "csrf": csrf,
            "until": until or about.until,
            "token": None
            if principal.token is None
            else {"id": principal.token, "name": about.token_name},
        }
    )


_ABOUT = text(
    """
    select
        coalesce((select totp is not null from account_secret
                  where account = :account), false) as totp,
        coalesce((select expires from web_session where id = :session),
                 (select expires from api_token where id = :token), now()) as until,
        (select name from api_token where id = :token) as token_name,
        granted_names(:account) as names
    """
)
