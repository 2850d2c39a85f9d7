"""Accounts, what they may do where, and how they come in.

Secrets lie in tables of their own, which row security shows only to the code that lets
people in; of tokens there are hashes alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.accounts.roles import Role
from data.models.base import Base, Key, Moment, one_of

__all__ = [
    "Account",
    "AccountSecret",
    "ApiToken",
    "Audit",
    "LoginFailure",
    "RecoveryCode",
    "RoleGrant",
    "WebSession",
]

_now = func.now()
AUDIT_KINDS = ("write", "login", "refusal", "export", "account")


def _account(*, primary_key: bool = False) -> Mapped[int]:
    return mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=not primary_key,
    )


class Account(Base):
    """Somebody who may come in; never deleted, as the record names them."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint(r"name ~ '^[a-z0-9][a-z0-9._-]{0,39}$'", "name"),
        CheckConstraint("length(display) between 1 and 100", "display"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(comment="to log in with, lower case")
    display: Mapped[str] = mapped_column(comment="as others see it: a post, a name")
    locked: Mapped[bool] = mapped_column(server_default="false")
    made: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    made_by: Mapped[int | None] = mapped_column(
        ForeignKey("account.id"), comment="null: from the command line"
    )


class AccountSecret(Base):
    """The password and second factor of an account."""

    __tablename__ = "account_secret"

    account: Mapped[int] = _account(primary_key=True)
    password: Mapped[str | None] = mapped_column(comment="Argon2id; null: no log-in")
    password_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=_now
    )
    must_change: Mapped[bool] = mapped_column(server_default="false")
    totp: Mapped[str | None] = mapped_column(comment="key in Base32; null: none")
    totp_waiting: Mapped[str | None] = mapped_column(comment="key not yet confirmed")
    totp_step: Mapped[int] = mapped_column(
        server_default="0", comment="last step used; none is taken twice"
    )


class RecoveryCode(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"

    account: Mapped[int] = _account(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class RoleGrant(Base):
    """A role in a division and all below it; no division is the whole record."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", tuple(Role)),
        Index(
            "uq_role_grant",
            "account",
            "role",
            text("coalesce(division, '')"),
            unique=True,
        ),
    )

    id: Mapped[Key]
    account: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[str]
    division: Mapped[str | None] = mapped_column(
        ForeignKey("division.code", onupdate="CASCADE", ondelete="CASCADE"),
        index=True,
    )
    since: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=_now
    )
    by: Mapped[str] = mapped_column(server_default="", comment="name of who gave it")


class WebSession(Base):
    """A browser that has come in."""

    __tablename__ = "web_session"
    __table_args__ = (UniqueConstraint("hash"),)

    id: Mapped[Key]
    account: Mapped[int] = _account()
    hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the cookie")
    csrf: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of its twin")
    made: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    seen: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    expires: Mapped[Moment]
    address: Mapped[str] = mapped_column(server_default="")
    agent: Mapped[str] = mapped_column(server_default="")


class ApiToken(Base):
    """A key for a program: QGIS, GDAL, another system."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("hash"),
        CheckConstraint("length(name) between 1 and 100", "name"),
    )

    id: Mapped[Key]
    account: Mapped[int] = _account()
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the token")
    tail: Mapped[str] = mapped_column(comment="its last characters, to tell it by")
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    expires: Mapped[Moment]
    seen: Mapped[Moment | None]
    revoked: Mapped[Moment | None]


class LoginFailure(Base):
    """How often coming in has failed of late, by account name and by address."""

    __tablename__ = "login_failure"

    key: Mapped[str] = mapped_column(primary_key=True, comment="name:… or address:…")
    failures: Mapped[int]
    last: Mapped[Moment]
    until: Mapped[Moment | None]


class Audit(Base):
    """What was done, by whom, on which request; only ever added to.

    Triggers write every change of a row, the application log-ins, refusals and exports.
    """

    __tablename__ = "audit"
    __table_args__ = (
        one_of("kind", AUDIT_KINDS),
        Index(None, "at", "id"),
        Index(None, "account", "id"),
        Index(None, "community", "id"),
        Index(None, "relation", "row", "id"),
    )

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    kind: Mapped[str]
    action: Mapped[str] = mapped_column(
        comment="insert, update, delete, login_failed …"
    )
    account: Mapped[int | None] = mapped_column(comment="null: nobody had come in")
    actor: Mapped[str] = mapped_column(server_default="")
    request: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    relation: Mapped[str] = mapped_column(server_default="")
    row: Mapped[str] = mapped_column(server_default="", comment="key of the row")
    community: Mapped[str | None] = mapped_column(comment="division it concerns")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
