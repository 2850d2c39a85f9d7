"""One's own session: coming in, the password, the second factor."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import Answer, Asked
from data.accounts.roles import Permission, Role

__all__ = [
    "Code",
    "Factor",
    "Login",
    "Password",
    "PasswordChange",
    "Recovery",
    "Session",
    "SessionItem",
]

Secret = Annotated[str, Field(min_length=1, max_length=200)]
Digits = Annotated[str, Field(max_length=32)]


class Login(Asked):
    """What somebody comes in with."""

    name: str = Field(min_length=1, max_length=100, description="the account")
    password: Secret = Field(description="its password")
    code: Digits = Field(
        default="", description="six digits of the authenticator, or a recovery code"
    )


class Password(Asked):
    """The password once more, before something that matters."""

    password: Secret = Field(description="the present password")


class PasswordChange(Asked):
    """Another password."""

    old: Secret = Field(description="the present password")
    new: Secret = Field(description="the new one: 12 characters or more")


class Code(Asked):
    """A code of the authenticator."""

    code: Digits = Field(description="the six digits it shows now")


class Factor(Answer):
    """A key for an authenticator; it counts once a code of it has come back."""

    secret: str = Field(description="the key in Base32, to type")
    uri: str = Field(description="the same as an otpauth address")
    qr: str = Field(description="its QR code: data of an SVG path, a module a unit")
    qr_size: int = Field(description="modules of the QR code in a row")


class Recovery(Answer):
    """Codes that stand in for the authenticator, each once; told this once."""

    recovery: list[str] = Field(description="the codes")


class OwnGrant(Answer):
    """A role somebody has."""

    role: Role = Field(description="which")
    division: str = Field(description="code of the division; empty: everywhere")
    division_name: str = Field(description="its name; empty: everywhere")
    permissions: list[Permission] = Field(description="what it allows there")


class OwnToken(Answer):
    """The token a program came in with."""

    id: int = Field(description="number of the token")
    name: str = Field(description="what it is for")


class Session(Answer):
    """Who has come in, and what they may do."""

    account: int = Field(description="number of the account")
    name: str = Field(description="what they sign in with")
    display: str = Field(description="what others see")
    grants: list[OwnGrant] = Field(description="their roles")
    permissions: list[Permission] = Field(description="what they may do somewhere")
    totp: bool = Field(description="true: a code is asked for as well")
    must_change_password: bool = Field(
        description="true: nothing else is open until the password is changed"
    )
    csrf: str = Field(description="for the header X-CSRF-Token; empty for a token")
    until: datetime = Field(description="when it ends at the latest")
    token: OwnToken | None = Field(description="the token; null in a browser")


class SessionItem(Answer):
    """A browser somebody is signed in with."""

    id: int = Field(description="number of the session")
    began: datetime = Field(description="when somebody signed in")
    seen: datetime = Field(description="when it was used last")
    until: datetime = Field(description="when it ends if it is not used")
    address: str = Field(description="network address it began at")
    agent: str = Field(description="what the browser calls itself")
    current: bool = Field(description="true: the one that asks")
