"""Search by name, address, code, pinyin and initials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data.queries.common import find_below
from data.queries.search_index import index_names
from data.spelling import fold, tokens

__all__ = ["Hit", "index_names", "search_names"]

CANDIDATES = 100
"""Rows a stage looks at before it puts the shortest names first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A named thing that was found, and by what: `matched`."""

    kind: str
    id: str
    name: str
    detail: str
    community: str
    lon: float | None
    lat: float | None
    bbox: tuple[float, float, float, float] | None
    matched: str


@dataclass(frozen=True, slots=True)
class _Stage:
    """One way to be found; a stage is asked only if those before left room."""

    matched: str
    where: str
    order: str = "e.tier, e.key"


def search_names(
    connection: Connection, query: str, *, under: str = "", limit: int = 20
) -> list[Hit]:
    """Return what a query names, best first.

    A code or name that is the query comes before one that begins so, that before
    initials and pinyin that begin so, and last what has each word of it inside. Short
    names come first; buildings and devices after all else.
    """
    words = fold(query).split()
    if not words:
        return []
    values: dict[str, Any] = {
        "whole": " ".join(words),
        "typed": "".join(words),
        "after_whole": " ".join(words) + _LAST,
        "after_typed": "".join(words) + _LAST,
        "tokens": tokens(*words),
        "limit": limit,
        "candidates": max(CANDIDATES, limit),
    }
    values |= {f"word{i}": _inside(word) for i, word in enumerate(words)}
    values |= {f"begun{i}": f"% {_escape(word)}%" for i, word in enumerate(words)}
    if under:
        below = find_below(connection, under)
        values["communities"] = below.codes if below else []
    found: dict[tuple[str, str, str], Hit] = {}
    for stage in _stages(words, values["tokens"]):
        sql = _sql(stage, bool(under))
        for row in connection.execute(text(sql), values):
            hit = Hit(*row)
            found.setdefault((hit.kind, hit.community, hit.id), hit)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


_LAST = "\U0010ffff"
"""Sorts after every character, so that a text and it bound what begins with it."""


def _stages(words: Sequence[str], pairs: Sequence[str]) -> Iterator[_Stage]:
    whole = " ".join(words)
    spelled = "".join(words).isascii()
    yield _Stage("code", "e.code = :whole", "e.community")
    yield _Stage("name", "e.key = :whole")
    if len(whole) >= 4 and whole.isascii():
        yield _Stage("code", _begins("code", "whole"), "e.code")
    for tier in (0, 1):
        yield _Stage("name", f"e.tier = {tier} and {_begins('key', 'whole')}")
    if spelled:
        for tier in (0, 1):
            for column in ("initials", "pinyin"):
                begins = f"e.tier = {tier} and {_begins(column, 'typed')}"
                yield _Stage(column, begins, f"e.{column}")
    if pairs:
        every = " and ".join(f"({_HAS.format(i)})" for i in range(len(words)))
        for tier in (0, 1):
            yield _Stage(
                "inside", f"e.tier = {tier} and e.tokens @> :tokens and {every}", ""
            )


def _begins(column: str, value: str) -> str:
    """Return the condition that an index answers, whatever the statement's plan."""
    return f"e.{column} ~>=~ :{value} and e.{column} ~<~ :after_{value}"


_HAS = (
    "concat_ws(' ', e.key, e.code, e.words, e.initials) like :word{0} "
    "or ' ' || e.pinyin like :begun{0}"
)


def _sql(stage: _Stage, under: bool) -> str:
    inside = "and e.community = any(:communities)" if under else ""
    order = f"order by {stage.order}" if stage.order else ""
    return f"""
        select e.kind, e.ref, e.name, e.detail, e.community, st_x(e.geom),
               st_y(e.geom), e.bbox, '{stage.matched}'
        from (select * from search_entry e where {stage.where} {inside}
              {order} limit :candidates) e
        order by e.tier, length(e.key), e.key, e.community, e.ref limit :limit
    """


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _inside(word: str) -> str:
    return f"%{_escape(word)}%"
