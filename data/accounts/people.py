"""Accounts: made, locked, given roles and passwords."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from data.accounts.passwords import hash_password, require_good
from data.accounts.roles import Role
from data.errors import ConflictError, NotFoundError, ParameterError

__all__ = [
    "account_named",
    "add_account",
    "end_sessions",
    "give_role",
    "list_accounts",
    "set_locked",
    "set_password",
    "take_role",
]


def add_account(
    door: Connection,
    name: str,
    *,
    display: str = "",
    password: str | None = None,
    must_change: bool = True,
    made_by: int | None = None,
) -> int:
    """Make an account; without a password it can hold tokens but not log in."""
    known = name.strip().lower()
    if password is not None:
        require_good(password, name=known)
    kept = None if password is None else hash_password(password)
    try:
        with door.begin_nested():
            account = door.execute(
                _ADD,
                {
                    "name": known,
                    "display": display.strip() or known,
                    "made_by": made_by,
                },
            ).scalar_one()
    except IntegrityError as error:
        if "uq_account_name" in str(error.orig):
            raise ConflictError(
                f"账号 {known} 已存在；请换一个名字",
                f"there is an account {known} already; take another name",
            ) from error
        raise ParameterError(
            "账号名用小写字母、数字、点、横线，最多 40 个字符",
            "an account name has small letters, digits, dots and dashes, 40 at most",
        ) from error
    values = {"account": account, "password": kept, "must_change": must_change}
    door.execute(_SECRET, values)
    return int(account)


def account_named(door: Connection, name: str) -> int:
    """Return the number of an account, or refuse a name nobody has."""
    found = door.scalar(_NAMED, {"name": name.strip().lower()})
    if found is None:
        raise NotFoundError(
            f"没有账号 {name}；wangge user list 列出全部",
            f"there is no account {name}; wangge user list lists them",
        )
    return int(found)


def list_accounts(door: Connection) -> list[Row[Any]]:
    """Return all accounts by name, each with its grants and when it last came in."""
    return list(door.execute(_LIST))


def give_role(
    door: Connection, account: int, role: Role, division: str = "", *, by: str = ""
) -> int:
    """Give a role in a division and all below it; "" is the whole record."""
    values = {
        "account": account,
        "role": str(role),
        "division": division or None,
        "by": by,
    }
    try:
        with door.begin_nested():
            return int(door.execute(_GIVE, values).scalar_one())
    except IntegrityError as error:
        raise NotFoundError(
            f"没有区划 {division}，或没有这个账号；请核对代码",
            f"there is no division {division}, or no such account; check the code",
        ) from error


def take_role(door: Connection, account: int, grant: int) -> None:
    """Take a grant away; it ends at once."""
    done = door.execute(_TAKE, {"account": account, "grant": grant})
    if not done.rowcount:
        raise NotFoundError(
            f"没有授权 {grant}；请刷新列表",
            f"there is no grant {grant}; reload the list",
        )


def set_locked(door: Connection, account: int, *, locked: bool) -> None:
    """Lock an account, which ends its sessions, or let it in again."""
    door.execute(_LOCK, {"account": account, "locked": locked})
    if locked:
        end_sessions(door, account)


def set_password(
    door: Connection, account: int, password: str, *, must_change: bool = False
) -> None:
    """Keep a new password and end every session of the account."""
    name = door.scalar(_NAME, {"account": account})
    require_good(password, name=name or "")
    values = {"account": account, "password": hash_password(password)}
    door.execute(_PASSWORD, {**values, "must_change": must_change})
    end_sessions(door, account)


def end_sessions(door: Connection, account: int, *, but: Iterable[int] = ()) -> int:
    """End the sessions of an account; returns how many there were."""
    done = door.execute(_END, {"account": account, "but": list(but)})
    return int(done.rowcount)


_ADD = text(
    "insert into account (name, display, made_by) "
    "values (:name, :display, :made_by) returning id"
)
_SECRET = text(
    "insert into account_secret (account, password, must_change) "
    "values (:account, :password, :must_change)"
)
_NAMED = text("select id from account where name = :name")
_NAME = text("select name from account where id = :account")
_LIST = text(
    """
    select a.id, a.name, a.display, a.locked, a.made,
           s.password is not null as has_password, s.must_change,
           s.totp is not null as has_totp,
           (select max(seen) from web_session w where w.account = a.id) as seen,
           coalesce((
               select json_agg(json_build_object('id', g.id, 'role', g.role,
                   'division', coalesce(g.division, ''),
                   'division_name', coalesce(d.name, '')) order by g.id)
               from role_grant g left join division d on d.code = g.division
               where g.account = a.id), '[]'::json) as grants
    from account a left join account_secret s on s.account = a.id order by a.name
    """
)
_GIVE = text(
    """
    insert into role_grant (account, role, division, by)
    values (:account, :role, :division, :by)
    on conflict (account, role, coalesce(division, ''))
    do update set role = excluded.role returning id
    """
)
_TAKE = text("delete from role_grant where account = :account and id = :grant")
_LOCK = text("update account set locked = :locked where id = :account")
_PASSWORD = text(
    """
    insert into account_secret (account, password, must_change)
    values (:account, :password, :must_change)
    on conflict (account) do update set password = excluded.password,
        must_change = excluded.must_change, password_at = now()
    """
)
_END = text("delete from web_session where account = :account and id <> all(:but)")
