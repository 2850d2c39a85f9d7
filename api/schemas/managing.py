"""Accounts, their roles, and tokens for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.base import Answer, Asked
from data.accounts.roles import Permission, Role

__all__ = [
    "Account",
    "AccountChange",
    "GrantOf",
    "GrantWish",
    "MadeAccount",
    "MadeToken",
    "NewAccount",
    "NewPassword",
    "NewToken",
    "Token",
]

Display = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)
]
Division = Annotated[
    str, StringConstraints(pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$")
]


class GrantWish(Asked):
    """A role to be given."""

    role: Role = Field(description="which")
    division: Division = Field(
        description="code of the division it holds in, and below; empty: everywhere"
    )


class NewAccount(Asked):
    """An account to be made; its password is made up."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")] = (
        Field(description="to sign in with: small letters, digits, . _ -")
    )
    display: Display = Field(description="what others see: a name or a post")
    grants: list[GrantWish] = Field(max_length=20, description="roles from the start")


class AccountChange(Asked):
    """What is to change; what is not named stays."""

    display: Display | None = Field(default=None, description="what others see")
    state: Literal["active", "locked"] | None = Field(
        default=None, description="locked: signed out at once, tokens stop, roles stay"
    )


class GrantOf(Answer):
    """A role of an account."""

    id: int = Field(description="number of the grant")
    role: Role = Field(description="which")
    division: str = Field(description="code of the division; empty: everywhere")
    division_name: str = Field(description="its name; empty if everywhere or unseen")
    since: datetime = Field(description="when it was given")
    by: str = Field(description="who gave it; empty: from the command line")


class Account(Answer):
    """Somebody who may come in."""

    id: int = Field(description="number of the account")
    name: str = Field(description="what they sign in with")
    display: str = Field(description="what others see")
    state: Literal["active", "locked"] = Field(description="whether they may come in")
    must_change_password: bool = Field(
        description="true: their password was set by another and not changed yet"
    )
    totp: bool = Field(description="true: a code is asked for as well")
    created: datetime = Field(description="when the account was made")
    seen: datetime | None = Field(description="last seen in a session that still holds")
    grants: list[GrantOf] = Field(description="their roles")


class NewPassword(Answer):
    """A password made up for somebody, told this once."""

    password: str = Field(description="it has to be changed at the first sign-in")


class MadeAccount(Account):
    """A new account with its password, told this once."""

    password: str = Field(description="it has to be changed at the first sign-in")


class NewToken(Asked):
    """A token to be made."""

    name: Display = Field(description="what it is for")
    scopes: list[Permission] = Field(
        min_length=1, max_length=20, description="what it may do, of what one may"
    )
    days: int = Field(ge=1, le=366, description="days it is good for")


class Token(Answer):
    """A key of a program."""

    id: int = Field(description="number of the token")
    name: str = Field(description="what it is for")
    scopes: list[Permission] = Field(description="what it may do at most")
    since: datetime = Field(description="when it was made")
    until: datetime = Field(description="when it ends")
    seen: datetime | None = Field(description="when it was used last")
    revoked: datetime | None = Field(description="when it was revoked; null: it holds")
    tail: str = Field(description="its last characters, to tell it by")


class MadeToken(Token):
    """A new token with its text, told this once."""

    token: str = Field(description="the token itself")
