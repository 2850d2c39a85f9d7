"""Accounts: found, made, locked, given roles and passwords, by who manages them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response, status
from sqlalchemy import Connection, Row

from api.answers import json_page
from api.deps import KNOWN_ONLY, Db, Page, require
from api.managing import AtDoor, Manager
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.schemas.base import ListOf
from api.schemas.managing import (
    Account,
    AccountChange,
    GrantOf,
    GrantWish,
    MadeAccount,
    NewAccount,
    NewPassword,
)
from data.accounts.managing import (
    find_managed,
    list_managed,
    rename_account,
    require_another_administrator,
    require_within,
    stop_totp,
)
from data.accounts.passwords import invent
from data.accounts.people import (
    add_account,
    end_sessions,
    give_role,
    set_locked,
    set_password,
    take_role,
)
from data.accounts.principal import Principal
from data.accounts.roles import Permission, Role
from data.errors import ConflictError, NotFoundError
from data.queries.divisions import division_names, require_division

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/accounts",
    tags=["accounts"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("forbidden")},
)
AccountId = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="number of the account")
]
FOUND = problem_responses("not_found")
CHANGED = WRITE_PROBLEMS | problem_responses("not_found", "conflict", "forbidden")


@router.get("", response_model=ListOf[Account])
def accounts(
    request: Request,
    actor: Manager,
    people: AtDoor,
    db: Db,
    page: Page,
    q: Annotated[
        str, Query(max_length=64, description="words of the name or the display name")
    ] = "",
    role: Annotated[Role | None, Query(description="only who has this role")] = None,
    state: Annotated[
        Literal["active", "locked"] | None, Query(description="only in this state")
    ] = None,
) -> Response:
    """List the accounts with a role in one's divisions, by name."""
    found = list_managed(
        people,
        _codes(actor),
        me=actor.account,
        words=q,
        role=role,
        locked=None if state is None else state == "locked",
        limit=page.limit,
        after=page.key(str),
    )
    return json_page(request, ListOf[Account], found, _cards(db, found.rows))


@router.post(
    "",
    response_model=MadeAccount,
    status_code=status.HTTP_201_CREATED,
    responses=CHANGED,
)
def make(
    actor: Manager, people: AtDoor, db: Db, asked: NewAccount, response: Response
) -> dict[str, Any]:
    """Make an account with a password that is told this once."""
    for wish in asked.grants:
        _require_place(db, actor, wish)
    password = invent()
    account = add_account(
        people,
        asked.name,
        display=asked.display,
        password=password,
        made_by=actor.account,
    )
    for wish in asked.grants:
        give_role(people, account, wish.role, wish.division, by=actor.display)
    response.headers["Location"] = f"/api/v1/accounts/{account}"
    return {**_card(people, db, actor, account), "password": password}


@router.get("/{account}", response_model=Account, responses=FOUND)
def account(
    actor: Manager, people: AtDoor, db: Db, account: AccountId
) -> dict[str, Any]:
    """Give an account with its roles."""
    return _card(people, db, actor, account)


@router.patch("/{account}", response_model=Account, responses=CHANGED)
def change(
    actor: Manager, people: AtDoor, db: Db, account: AccountId, asked: AccountChange
) -> dict[str, Any]:
    """Lock an account or let it in again, or call somebody otherwise."""
    _within(people, actor, account)
    if asked.display is not None:
        rename_account(people, account, asked.display)
    if asked.state is not None:
        if asked.state == "locked":
            _require_another(actor, account)
            require_another_administrator(people, account)
        set_locked(people, account, locked=asked.state == "locked")
    return _card(people, db, actor, account)


@router.post("/{account}/password", response_model=NewPassword, responses=CHANGED)
def reset(actor: Manager, people: AtDoor, account: AccountId) -> NewPassword:
    """Give somebody a new password, which is told this once; sessions end."""
    _within(people, actor, account)
    _require_another(actor, account)
    password = invent()
    set_password(people, account, password, must_change=True)
    return NewPassword(password=password)


@router.delete(
    "/{account}/totp", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED
)
def forget_phone(actor: Manager, people: AtDoor, account: AccountId) -> Response:
    """Switch the second step off for somebody whose phone is lost."""
    _within(people, actor, account)
    stop_totp(people, account)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete(
    "/{account}/sessions", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED
)
def sign_out(actor: Manager, people: AtDoor, account: AccountId) -> Response:
    """End every session of an account."""
    _within(people, actor, account)
    end_sessions(people, account)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post(
    "/{account}/grants",
    response_model=GrantOf,
    status_code=status.HTTP_201_CREATED,
    responses=CHANGED,
)
def give(
    actor: Manager, people: AtDoor, db: Db, account: AccountId, asked: GrantWish
) -> dict[str, Any]:
    """Give a role in one of one's divisions; it holds at once."""
    find_managed(people, account, _codes(actor), me=actor.account)
    _require_place(db, actor, asked)
    number = give_role(people, account, asked.role, asked.division, by=actor.display)
    grants = _card(people, db, actor, account)["grants"]
    found: dict[str, Any] = next(each for each in grants if each["id"] == number)
    return found


@router.delete(
    "/{account}/grants/{grant}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGED,
)
def take(
    actor: Manager,
    people: AtDoor,
    account: AccountId,
    grant: Annotated[int, Path(ge=1, le=2**63 - 1, description="number of it")],
) -> Response:
    """Take a role away that holds in one of one's divisions; it ends at once."""
    row = find_managed(people, account, _codes(actor), me=actor.account)
    known = {each["id"]: each["division"] for each in row.grants}
    if grant not in known:
        raise NotFoundError(
            f"没有授权 {grant}；请刷新列表",
            f"there is no grant {grant}; reload the list",
        )
    require(actor, Permission.MANAGE_ACCOUNTS, known[grant])
    require_another_administrator(people, account, grant=grant)
    take_role(people, account, grant)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _codes(actor: Principal) -> frozenset[str]:
    return actor.where(Permission.MANAGE_ACCOUNTS)


def _within(people: Connection, actor: Principal, account: int) -> None:
    """Refuse an account that is not there for one, or is not all one's own matter."""
    codes = _codes(actor)
    require_within(find_managed(people, account, codes, me=actor.account), codes)


def _require_another(actor: Principal, account: int) -> None:
    """Refuse to shut oneself out."""
    if account == actor.account:
        raise ConflictError(
            "这是您自己的账号；密码请在“我的账号”修改，停用请找另一位管理员",
            "this is your own account; change the password on the page of your "
            "account, and let another administrator lock it",
        )


def _require_place(db: Connection, actor: Principal, wish: GrantWish) -> None:
    """Refuse to give a role beyond one's own divisions."""
    if wish.division:
        require_division(db, wish.division)
    require(actor, Permission.MANAGE_ACCOUNTS, wish.division)


def _card(
    people: Connection, db: Connection, actor: Principal, account: int
) -> dict[str, Any]:
    row = find_managed(people, account, _codes(actor), me=actor.account)
    (card,) = _cards(db, [row])
    return card


def _cards(db: Connection, rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Return accounts as answers have them; names of places as far as one sees."""
    found = [dict(row._mapping) for row in rows]
    codes = {grant["division"] for each in found for grant in each["grants"]}
    names = division_names(db, codes)
    for each in found:
        each["state"] = "locked" if each.pop("locked") else "active"
        for grant in each["grants"]:
            grant["division_name"] = names.get(grant["division"], "")
    return found
