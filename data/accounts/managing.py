"""Accounts as an administrator sees them: those of their divisions, and no others.

Who holds a role outside of them is shown, but only somebody with all of it may change
how they sign in: else a street could reset the password of the whole city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from data.accounts.principal import ALL
from data.accounts.roles import Role
from data.errors import ConflictError, ForbiddenError, NotFoundError
from data.queries.common import Key, Slice, Where, ask

__all__ = [
    "find_managed",
    "list_managed",
    "managed_token",
    "rename_account",
    "require_another_administrator",
    "require_within",
    "stop_totp",
]

Codes = frozenset[str]
"""Codes of the divisions somebody manages; `ALL` alone is the whole record."""


def list_managed(
    door: Connection,
    codes: Codes,
    *,
    me: int,
    limit: int,
    words: str = "",
    role: Role | None = None,
    locked: bool | None = None,
    after: Key | None = None,
) -> Slice:
    """List accounts by name that hold a role in the divisions, or none and are mine."""
    where = _seen(codes, me)
    if words:
        pattern = "%" + words.replace("\\", r"\\").replace("%", r"\%") + "%"
        where.add("(a.name ilike :words or a.display ilike :words)", words=pattern)
    if role is not None:
        where.add(
            "exists (select from role_grant g where g.account = a.id "
            "and g.role = :role)",
            role=str(role),
        )
    if locked is not None:
        where.add("a.locked = :locked", locked=locked)
    where.after(["a.name"], after)
    query = f"{_ACCOUNTS} where {where} order by a.name limit :limit"
    return ask(door, query, where.values, limit=limit, key=["name"])


def find_managed(door: Connection, account: int, codes: Codes, *, me: int) -> Row[Any]:
    """Return an account of the divisions; one of elsewhere is not there."""
    where = _seen(codes, me)
    where.add("a.id = :account", account=account)
    row = door.execute(text(f"{_ACCOUNTS} where {where}"), where.values).one_or_none()
    if row is None:
        raise NotFoundError(
            f"没有账号 {account}；请刷新列表",
            f"there is no account {account}; reload the list",
        )
    return row


def require_within(row: Row[Any], codes: Codes) -> None:
    """Refuse to change how somebody signs in who has a role beyond the divisions."""
    if ALL in codes or all(grant["division"] in codes for grant in row.grants):
        return
    raise ForbiddenError(
        f"{row.display} 还有您范围以外的角色；请联系上级管理员",
        f"{row.display} has a role beyond your divisions; ask an administrator there",
    )


def require_another_administrator(
    door: Connection, account: int, *, grant: int | None = None
) -> None:
    """Refuse to take the last administrator of the whole record away."""
    door.execute(text("select pg_advisory_xact_lock(hashtext('last administrator'))"))
    values = {"account": account, "grant": grant}
    found = door.execute(_ADMINISTRATORS, values).one()
    if found.going and not found.staying:
        raise ConflictError(
            "这是最后一个全部区域的管理员；请先给别人授予这个角色",
            "this is the last administrator of the whole record; give somebody else "
            "that role first",
        )


def rename_account(door: Connection, account: int, display: str) -> None:
    """Call somebody otherwise."""
    query = text("update account set display = :display where id = :account")
    door.execute(query, {"account": account, "display": display})


def stop_totp(door: Connection, account: int) -> None:
    """Switch the second step off, for somebody whose phone is lost."""
    for statement in _STOP_TOTP:
        door.execute(statement, {"account": account})


def managed_token(door: Connection, token: int, codes: Codes, *, me: int) -> int:
    """Return whose token it is: one's own, or of an account of the divisions."""
    query = text("select account from api_token where id = :token and revoked is null")
    account = door.scalar(query, {"token": token})
    if account == me:
        return me
    missing = NotFoundError(
        f"没有令牌 {token}；请刷新列表", f"there is no token {token}; reload the list"
    )
    if account is None:
        raise missing
    try:
        row = find_managed(door, account, codes, me=me)
    except NotFoundError:
        raise missing from None
    require_within(row, codes)
    return int(account)


def _seen(codes: Iterable[str], me: int) -> Where:
    """Return the condition that an account shows to who manages the divisions."""
    if ALL in codes:
        return Where()
    values: Mapping[str, Any] = {"codes": sorted(codes), "me": me}
    return Where(
        """(
            exists (select from role_grant g
                    where g.account = a.id and g.division = any(:codes))
            or a.made_by = :me
               and not exists (select from role_grant g where g.account = a.id)
        )""",
        **values,
    )


_ACCOUNTS = """
    select a.id, a.name, a.display, a.locked, a.made as created,
           coalesce(s.must_change, false) as must_change_password,
           s.totp is not null as totp,
           (select max(w.seen) from web_session w where w.account = a.id) as seen,
           coalesce((
               select json_agg(json_build_object('id', g.id, 'role', g.role,
                   'division', coalesce(g.division, ''), 'since', g.since, 'by', g.by)
                   order by g.id)
               from role_grant g where g.account = a.id), '[]'::json) as grants
    from account a left join account_secret s on s.account = a.id
"""
_ADMINISTRATORS = text(
    """
    with chief as (
        select a.id, g.id as number from account a join role_grant g on g.account = a.id
        where g.role = 'administrator' and g.division is null and not a.locked
    ), going as (
        select id from chief
        where id = :account and number = coalesce(:grant, number)
    )
    select exists (select from going) as going,
           exists (select from chief where id <> :account) as staying
    """
)
_STOP_TOTP = (
    text(
        "update account_secret set totp = null, totp_waiting = null "
        "where account = :account"
    ),
    text("delete from recovery_code where account = :account"),
)
