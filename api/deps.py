"""What routes ask for: who asks, the record, a date, a subtree, a box, a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from sqlalchemy import Connection, Engine

from api.auth.admission import deed_of, engine_of, guard
from api.auth.principal import Permission, Principal
from api.errors import UnknownParameterError
from api.paging import Paging, paging
from api.settings import Settings
from data.engine import Also, read_only, working
from data.errors import ForbiddenError, NotSignedInError, ParameterError
from data.queries.common import Box
from maps.catalogue import read_texts

__all__ = [
    "GUARDED",
    "KNOWN_ONLY",
    "Actor",
    "AppSettings",
    "Bbox",
    "Db",
    "Drafts",
    "OnDate",
    "OnDateIfGiven",
    "Page",
    "Snapshot",
    "Under",
    "Work",
    "Working",
    "actor_of",
    "known_parameters",
    "require",
    "scoped",
    "settings_of",
    "snapshot_for",
]

CHINA = ZoneInfo("Asia/Shanghai")


def settings_of(request: Request) -> Settings:
    """Return what the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


async def app_settings(request: Request) -> Settings:
    """Return what the application was made with."""
    return settings_of(request)


AppSettings = Annotated[Settings, Depends(app_settings)]


Open = Callable[[], AbstractContextManager[Connection]]


GUARDED = Depends(guard)
"""Closes every route of an application that is not public."""


def actor_of(request: Request) -> Principal:
    """Return who asks; the guard at the door has looked already."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise NotSignedInError("请先登录", "sign in first")
    return principal


async def actor(request: Request) -> Principal:
    """Return who asks; the guard at the door has looked already."""
    return actor_of(request)


Actor = Annotated[Principal, Depends(actor)]


def scoped(
    engine: Engine, principal: Principal, settings: Settings
) -> AbstractContextManager[Connection]:
    """Open a read-only snapshot of what somebody may see."""
    return read_only(
        engine,
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        reach=principal.reach,
        account=principal.account,
    )


def snapshot_for(request: Request) -> AbstractContextManager[Connection]:
    """Open a read-only snapshot of what somebody may see who asks."""
    return scoped(engine_of(request), actor_of(request), settings_of(request))


# Every request walks through what these ask for: they look it up without asking again.
async def snapshot(request: Request) -> Open:
    """Return what opens a read-only snapshot of the record, as far as one may see."""
    actor_of(request)
    return lambda: snapshot_for(request)


Snapshot = Annotated[Open, Depends(snapshot)]


def connection(opener: Snapshot) -> Iterator[Connection]:
    """Give a read-only snapshot of the record for one request."""
    with opener() as opened:
        yield opened


# Given back when the route returns: a slow reader must not hold a connection.
Db = Annotated[Connection, Depends(connection, scope="function")]


class OpenWork(Protocol):
    """Opens a transaction; `also` sends questions along with its beginning."""

    def __call__(
        self, also: Also | None = None
    ) -> AbstractContextManager[Connection]: ...


async def working_opener(request: Request) -> OpenWork:
    """Return what opens a transaction, for work that must not hold one all along."""
    settings, principal = settings_of(request), actor_of(request)
    return lambda also=None: working(
        engine_of(request),
        reach=principal.reach,
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        also=also,
        **deed_of(request)._asdict(),
    )


Working = Annotated[OpenWork, Depends(working_opener)]


def work(opener: Working) -> Iterator[Connection]:
    """Give one transaction that is kept when the route returns, undone if it fails."""
    with opener() as opened:
        yield opened


Work = Annotated[Connection, Depends(work, scope="function")]


def require(principal: Principal, permission: Permission, community: str) -> None:
    """Refuse what somebody may see but not do; "" is the whole record."""
    if principal.may(permission, community):
        return
    zh, en = _DEEDS[permission]
    words = read_texts("gate")
    roles = "、".join(words[f"role.{role}"][0] for role in principal.roles)
    raise ForbiddenError(
        f"您的角色（{roles or '没有角色'}）不能{zh}；需要的话请找管理员授权",
        f"your role ({', '.join(principal.roles) or 'none'}) may not {en} here; ask an "
        "administrator if you need to",
    )


_DEEDS: dict[Permission, tuple[str, str]] = {
    Permission.READ: ("查看这里的数据", "read"),
    Permission.READ_DRAFTS: ("查看草稿", "read drafts"),
    Permission.EDIT_PLAN: ("修改方案", "change plans"),
    Permission.REVIEW_PLAN: ("审核方案", "review plans"),
    Permission.PUBLISH_PLAN: ("发布方案", "publish plans"),
    Permission.IMPORT: ("导入数据", "import data"),
    Permission.EXPORT: ("导出数据", "export data"),
    Permission.MANAGE_ACCOUNTS: ("管理账号", "manage accounts"),
    Permission.READ_AUDIT: ("查看审计记录", "read the audit"),
}


def today() -> date:
    """Return the date in China."""
    return datetime.now(CHINA).date()


DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


async def on_date_if_given(
    on: Annotated[
        str | None,
        Query(
            pattern=DAY,
            description="day YYYY-MM-DD: what is in force on it",
            examples=["2026-11-22"],
            json_schema_extra={"format": "date"},
        ),
    ] = None,
) -> date | None:
    """Return the day a question is about, if it names one."""
    try:
        return None if on is None else date.fromisoformat(on)
    except ValueError:
        raise ParameterError(
            f"on={on} 不是日期；请写成 2026-11-22",
            f"on={on} is no day; write it like 2026-11-22",
        ) from None


OnDateIfGiven = Annotated[date | None, Depends(on_date_if_given)]


async def on_date(on: OnDateIfGiven) -> date:
    """Return the day a question is about, today in China by default."""
    return on or today()


OnDate = Annotated[date, Depends(on_date)]

Drafts = Annotated[
    bool,
    Query(description="true: the newest draft where no plan is in force"),
]

Under = Annotated[
    str,
    Query(
        pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$",
        description="code of a division: only what lies in it; all by default",
    ),
]

_NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,15})?"


async def box(
    bbox: Annotated[
        str | None,
        Query(
            pattern=rf"^{_NUMBER}(,{_NUMBER}){{3}}$",
            description="west,south,east,north in degrees: only what touches the box",
            examples=["117.0,36.0,117.1,36.1"],
        ),
    ] = None,
) -> Box | None:
    """Return the box a question is about, if any."""
    if bbox is None:
        return None
    west, south, east, north = map(float, bbox.split(","))
    fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    if not fits:
        raise ParameterError(
            f"bbox={bbox} 不是 西,南,东,北 的经纬度范围",
            f"bbox={bbox} is no box of west,south,east,north in degrees",
        )
    return Box(west, south, east, north)


Bbox = Annotated[Box | None, Depends(box)]

Page = Annotated[Paging, Depends(paging)]


async def known_parameters(request: Request) -> None:
    """Refuse a query parameter the route does not know: a typo must not go unseen."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    names = [name for name, _ in request.query_params.multi_items()]
    if not names:
        return
    known = {
        parameter.alias
        for parameter in get_flat_params(route.dependant)
        if isinstance(parameter.field_info, QueryParameter)
    }
    if any("\0" in value for value in request.query_params.values()):
        raise ParameterError("参数含有空字符", "a parameter holds a null character")
    unknown = sorted(set(names) - known)
    twice = sorted({name for name in names if names.count(name) > 1})
    if unknown:
        raise UnknownParameterError(unknown, sorted(known))
    if twice:
        listed = ", ".join(twice)
        raise ParameterError(f"参数 {listed} 给了两次", f"{listed} is given twice")


KNOWN_ONLY = Depends(known_parameters)
