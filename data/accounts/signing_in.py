"""Coming in by name and password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from data.accounts.errors import (
    AccountLockedError,
    CodeNeededError,
    WrongCodeError,
    WrongLoginError,
    WrongPasswordError,
)
from data.accounts.passwords import fits
from data.accounts.patience import begin_try, forgive, take_back
from data.accounts.second_factor import use_code
from data.accounts.sessions import open_session
from data.accounts.trail import note
from data.engine import door
from gis.errors import CommunityGridError

__all__ = ["SignedIn", "confirm_password", "sign_in"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was just opened: its cookie, and the twin that writes need."""

    account: int
    cookie: str
    csrf: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a try comes from."""

    address: str = ""
    agent: str = ""
    request: str = ""


def sign_in(
    engine: Engine,
    name: str,
    password: str,
    code: str = "",
    *,
    caller: Caller,
    former: str | None = None,
    patience: float = 0.0,
) -> SignedIn:
    """Open a session for who knows the password, and the code where one is set.

    An unknown name takes as long, and is refused in the same words, as a wrong
    password. `former`, the cookie of a session that was open here, ends.
    """
    known = name.strip().lower()[:100]
    told = {"request": caller.request, "address": caller.address, "patience": patience}
    with door(engine, actor=known, **told) as opened:  # type: ignore[arg-type]
        begin_try(opened, known, caller.address)
        found = opened.execute(_FIND, {"name": known}).one_or_none()
    # The slow part holds no connection and no lock.
    is_right = fits(password, None if found is None else found.password)
    account = None if found is None or not is_right else int(found.id)
    refused: CommunityGridError | None = None
    signed_in: SignedIn | None = None
    with door(engine, actor=known, account=account, **told) as opened:  # type: ignore[arg-type]
        if found is None or account is None:
            refused = WrongLoginError()
        else:
            refused = _hindrance(opened, found, code)
        if isinstance(refused, CodeNeededError):
            take_back(opened, known, caller.address)
        elif refused is not None:
            note(opened, "login", _DEEDS[type(refused)], row=known)
        else:
            assert account is not None
            take_back(opened, known, caller.address)
            forgive(opened, [known])
            signed_in = _open(opened, account, caller, former)
            note(opened, "login", "login", row=known)
    if signed_in is None:
        assert refused is not None
        raise refused
    return signed_in


def confirm_password(
    engine: Engine, account: int, password: str, *, caller: Caller
) -> None:
    """Refuse who has come in but does not know the password of the account."""
    told = {"request": caller.request, "address": caller.address}
    with door(engine, account=account, **told) as opened:  # type: ignore[arg-type]
        found = opened.execute(_BY_ID, {"account": account}).one()
        begin_try(opened, found.name, caller.address)
    is_right = fits(password, found.password)
    with door(engine, actor=found.name, account=account, **told) as opened:  # type: ignore[arg-type]
        if is_right:
            take_back(opened, found.name, caller.address)
        else:
            note(opened, "refusal", "wrong_password", row=found.name)
    if not is_right:
        raise WrongPasswordError


def _hindrance(door: Connection, found: Row[Any], code: str) -> Any:
    """Return what keeps somebody out whose password is right, None for nothing."""
    if found.locked:
        return AccountLockedError()
    if found.totp is None:
        return None
    if not code.strip():
        return CodeNeededError()
    return None if use_code(door, found.id, found.totp, code) else WrongCodeError()


def _open(
    door: Connection, account: int, caller: Caller, former: str | None
) -> SignedIn:
    if former:
        from data.accounts.tokens import digest

        door.execute(_END_FORMER, {"hash": digest(former)})
    made = open_session(door, account, address=caller.address, agent=caller.agent)
    return SignedIn(account, made.cookie, made.csrf, made.expires)


_DEEDS: dict[type[CommunityGridError], str] = {
    WrongLoginError: "login_failed",
    WrongCodeError: "code_failed",
    AccountLockedError: "login_locked",
}
_FIND = text(
    """
    select a.id, a.locked, s.password, s.totp
    from account a left join account_secret s on s.account = a.id
    where a.name = :name
    """
)
_BY_ID = text(
    """
    select a.name, s.password
    from account a left join account_secret s on s.account = a.id
    where a.id = :account
    """
)
_END_FORMER = text("delete from web_session where hash = :hash")
