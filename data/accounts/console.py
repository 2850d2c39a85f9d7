"""Accounts from the command line, by who owns the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from data.accounts.roles import Permission, Role
from data.errors import NotFoundError, ParameterError

__all__ = [
    "at_console",
    "grant_of",
    "password_is_due",
    "permission_named",
    "require_division",
    "role_named",
    "someone_can_sign_in",
]


@contextmanager
def at_console(engine: Engine, actor: str) -> Iterator[Connection]:
    """Give one transaction of which the audit says that `actor` did it.

    It is for the owner's connection, which row security does not bind.
    """
    with engine.begin() as door:
        door.execute(_SIGN, {"actor": actor})
        yield door


def someone_can_sign_in(door: Connection) -> bool:
    """Tell whether an account has a password and a role, and is not locked."""
    return bool(door.scalar(_SOMEONE))


def password_is_due(door: Connection, account: int) -> bool:
    """Tell whether the password has to be changed before anything else is let in."""
    return bool(door.scalar(_DUE, {"account": account}))


def role_named(word: str) -> Role:
    """Return a role by its code, or refuse with the codes there are."""
    try:
        return Role(word.strip().lower())
    except ValueError:
        known = ", ".join(Role)
        raise ParameterError(
            f"没有角色 {word}；可用的：{known}",
            f"there is no role {word}; the roles are {known}",
        ) from None


def permission_named(word: str) -> Permission:
    """Return a permission by its code, or refuse with the codes there are."""
    try:
        return Permission(word.strip().lower())
    except ValueError:
        known = ", ".join(Permission)
        raise ParameterError(
            f"没有权限 {word}；可用的：{known}",
            f"there is no permission {word}; the permissions are {known}",
        ) from None


def require_division(door: Connection, code: str) -> str:
    """Return the name of a division, or refuse a code nobody has."""
    name = door.scalar(_DIVISION, {"code": code})
    if name is None:
        raise NotFoundError(
            f"没有区划 {code}；请核对代码，或先用 wangge import 导入资料",
            f"there is no division {code}; check the code, or take its data in by "
            "wangge import first",
        )
    return str(name)


def grant_of(door: Connection, account: int, role: Role, division: str) -> int:
    """Return the number of a grant, or refuse one the account does not hold."""
    values = {"account": account, "role": str(role), "division": division}
    grant = door.scalar(_GRANT, values)
    if grant is None:
        raise NotFoundError(
            f"这个账号没有角色 {role} · {division or '全部区域'}；"
            "wangge user list 列出全部",
            f"this account does not hold the role {role} · {division or 'everywhere'}; "
            "wangge user list lists them",
        )
    return int(grant)


_SIGN = text(
    "select set_config('app.actor', :actor, true), "
    "set_config('app.address', 'console', true)"
)
_SOMEONE = text(
    """
    select exists (
        select from account a join account_secret s on s.account = a.id
        where not a.locked and s.password is not null
            and exists (select from role_grant g where g.account = a.id)
    )
    """
)
_DUE = text("select must_change from account_secret where account = :account")
_DIVISION = text("select name from division where code = :code")
_GRANT = text(
    """
    select id from role_grant
    where account = :account and role = :role and coalesce(division, '') = :division
    """
)
