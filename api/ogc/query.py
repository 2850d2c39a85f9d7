"""What a caller asks of a collection, read from the query by the rules of Part 1."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from starlette.datastructures import QueryParams

from api.deps import CHINA, today
from api.errors import UnknownParameterError
from api.paging import decode_cursor
from data.errors import NotFoundError, ParameterError
from data.queries.collections import COLLECTIONS, Collection, Type
from data.queries.common import Box
from data.queries.features import Key, Wish

__all__ = [
    "CRS84",
    "DEFAULT_LIMIT",
    "MAX_LIMIT",
    "Days",
    "find_collection",
    "read_days",
    "read_key",
    "read_wish",
    "require_known",
]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
STANDARD = ("limit", "bbox", "bbox-crs", "crs", "datetime", "after")

Days = tuple[date | None, date | None]
"""First and last day; None where a side is open."""


def find_collection(name: str) -> Collection:
    """Return a collection of the registry."""
    known = COLLECTIONS.get(name)
    if known is None:
        listed = ", ".join(COLLECTIONS)
        raise NotFoundError(
            f"没有这个集合；可用的：{listed}",
            f"there is no such collection; there are: {listed}",
        )
    return known


def require_known(query: QueryParams, known: Sequence[str]) -> dict[str, str]:
    """Return the parameters of a query, each known and given once."""
    given = query.multi_items()
    unknown = sorted({name for name, _ in given} - set(known))
    if unknown:
        raise UnknownParameterError(unknown, sorted(known))
    if len(dict(given)) < len(given):
        raise _wrong("query", "每个参数只能给一次", "give each parameter once")
    return dict(given)


def read_wish(collection: Collection, query: QueryParams) -> Wish:
    """Return what a query asks of a collection, or refuse it."""
    given = require_known(query, (*STANDARD, *collection.properties))
    for name in ("crs", "bbox-crs"):
        if given.get(name, CRS84) != CRS84:
            raise _wrong(name, f"只支持 {CRS84}", f"only {CRS84} is there")
    since, until = read_days(given.get("datetime"))
    kinds = tuple(_PYTHON[kind] for kind in collection.key.values())
    after = given.get("after")
    return Wish(
        limit=_limit(given.get("limit", str(DEFAULT_LIMIT))),
        after=None if after is None else decode_cursor(after, kinds),
        boxes=_boxes(given["bbox"]) if "bbox" in given else (),
        since=since,
        until=until,
        equal={
            name: _value(name, given[name], known.type)
            for name, known in collection.properties.items()
            if name in given
        },
    )


def read_days(value: str | None) -> Days:
    """Return the days of `datetime`: an instant, or an interval open on a side."""
    if value is None:
        return today(), today()
    parts = value.split("/")
    if len(parts) == 1:
        day = _day(value)
        return day, day
    if len(parts) != 2 or set(parts) <= {"", ".."}:
        raise _wrong_datetime(value)
    since, until = (None if part in ("", "..") else _day(part) for part in parts)
    if since and until and since > until:
        raise _wrong_datetime(value)
    return since, until


def read_key(collection: Collection, identity: str) -> Key | None:
    """Return the key in the id of a feature; None where no feature has such an id."""
    parts = identity.split(".")
    if len(parts) != len(collection.key):
        return None
    key: list[str | int] = []
    for part, kind in zip(parts, collection.key.values(), strict=True):
        if kind == "string":
            key.append(part)
        elif re.fullmatch(r"[0-9]{1,18}", part):
            key.append(int(part))
        else:
            return None
    return None if "\0" in identity else tuple(key)


_PYTHON: Mapping[str, type[Any]] = {"string": str, "integer": int}


def _limit(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) or int(value) < 1:
        raise _wrong("limit", "应为正整数", "a positive integer is needed")
    # More than the most there is means the most there is, says Part 1.
    return min(int(value), MAX_LIMIT)


def _boxes(value: str) -> tuple[Box, ...]:
    """Return the box, in two where it crosses the 180th meridian; heights count not."""
    try:
        corners = [float(part) for part in value.split(",")]
    except ValueError:
        corners = []
    if len(corners) == 6:
        corners = [*corners[:2], *corners[3:5]]
    fits = len(corners) == 4 and all(map(math.isfinite, corners))
    if not fits or corners[1] > corners[3]:
        raise _wrong(
            "bbox", "应为 西,南,东,北 的度数", "write west,south,east,north in degrees"
        )
    west, south, east, north = corners
    if west <= east:
        return (Box(west, south, east, north),)
    return Box(west, south, 180.0, north), Box(-180.0, south, east, north)


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?", re.ASCII
)


def _day(value: str) -> date:
    """Return the day of an RFC 3339 date or time, as days are counted in China."""
    if not _MOMENT.fullmatch(value):
        raise _wrong_datetime(value)
    try:
        if len(value) == len("2026-01-01"):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value.upper()).astimezone(CHINA).date()
    except (ValueError, OverflowError) as error:
        raise _wrong_datetime(value) from error


def _value(name: str, value: str, kind: Type) -> str | int | float | bool:
    """Return the value a property is compared with, in the type of the property."""
    read, zh, en = _READERS[kind]
    try:
        return read(value)
    except (ValueError, KeyError) as error:
        raise _wrong(name, f"应为{zh}", f"{en} is needed") from error


_BEYOND = 10**30


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError(value)
    return value


def _integer(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", value, re.ASCII):
        raise ValueError(value)
    # No row has a number beyond; the database need not know how far beyond.
    return max(-_BEYOND, min(_BEYOND, int(value)))


def _number(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_READERS: Mapping[Type, tuple[Callable[[str], str | int | float | bool], str, str]] = {
    "string": (_text, "文字", "a text"),
    "integer": (_integer, "整数", "an integer"),
    "number": (_number, "数字", "a number"),
    "boolean": (
        {"true": True, "false": False}.__getitem__,
        " true 或 false",
        "a truth",
    ),
}


def _wrong(name: str, zh: str, en: str) -> ParameterError:
    return ParameterError(f"{name}：{zh}", f"{name}: {en}")


def _wrong_datetime(value: str) -> ParameterError:
    shown = value[:60]
    return _wrong(
        "datetime",
        f"{shown!r} 应为日期、带时区的时间或 起/止",
        f"{shown!r} is no date, no time with an offset and no start/end",
    )
