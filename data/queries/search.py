"""Search by name, address, code, pinyin and initials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data.queries.common import Where, find_below
from data.queries.search_index import index_names
from data.spelling import fold, tokens

__all__ = ["Hit", "index_names", "search_names"]

LONG = 9
"""Digits from which on a number can only be a code."""
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
    """One way to be found; a stage is asked only if those before left room.

    `column` is what an index has the rows in the order of.
    """

    matched: str
    where: str
    column: str = ""


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
        "tokens": _rarest(words),
        "limit": limit,
        "candidates": max(CANDIDATES, limit),
    }
    values |= {f"word{i}": _inside(word) for i, word in enumerate(words)}
    values |= {f"begun{i}": f"% {_escape(word)}%" for i, word in enumerate(words)}
    inside = Where()
    inside.under("e.community", find_below(connection, under))
    values |= inside.values
    found: dict[tuple[str, str, str], Hit] = {}
    for stage in _stages(words, values["tokens"]):
        for row in connection.execute(text(_sql(stage, inside)), values):
            hit = Hit(*row)
            found.setdefault((hit.kind, hit.community, hit.id), hit)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


_LAST = "\U0010ffff"
"""Sorts after every character, so that a text and it bound what begins with it."""


def _stages(words: Sequence[str], pairs: Sequence[str]) -> Iterator[_Stage]:
    whole = " ".join(words)
    yield _Stage("code", "e.tier in (0, 1) and e.code = :whole")
    columns = []
    if len(whole) >= 4 and whole.isascii():
        columns.append(("code", "code", "whole"))
    is_code = len(whole) >= LONG and whole.isdigit()  # no name holds as many digits
    if not is_code:
        yield _Stage("name", "e.tier in (0, 1) and e.key = :whole")
        columns.append(("name", "key", "whole"))
    if whole.isascii() and not is_code:
        columns += [(name, name, "typed") for name in ("initials", "pinyin")]
    for matched, column, value in columns:
        for tier in (0, 1):
            begins = f"e.tier = {tier} and {_begins(column, value)}"
            yield _Stage(matched, begins, column)
    if pairs and not is_code:
        every = " and ".join(f"({_HAS.format(i)})" for i in range(len(words)))
        for tier in (0, 1):
            inside = f"e.tier = {tier} and e.tokens @> :tokens and {every}"
            yield _Stage("inside", inside)


def _begins(column: str, value: str) -> str:
    """Return the condition that an index answers, whatever the statement's plan."""
    return f"e.{column} ~>=~ :{value} and e.{column} ~<~ :after_{value}"


_HAS = (
    "concat_ws(' ', e.key, e.code, e.words, e.initials) like :word{0} "
    "or ' ' || e.pinyin like :begun{0}"
)


def _sql(stage: _Stage, under: Where) -> str:
    # The order of the index, which is that of bytes, whatever the locale.
    order = f"order by e.{stage.column} using ~<~" if stage.column else ""
    return f"""
        select e.kind, e.ref, e.name, e.detail, e.community, st_x(e.geom),
               st_y(e.geom), e.bbox, '{stage.matched}'
        from (select * from search_entry e where {stage.where} and {under}
              {order} limit :candidates) e
        order by e.tier, length(e.key), e.key, e.community, e.ref limit :limit
    """


def _rarest(words: Sequence[str]) -> list[str]:
    """Return the tokens to look words up by: pairs, which say all that one does."""
    found = [tokens(word) for word in words]
    return [
        token for every in found for token in every if len(token) > 1 or len(every) == 1
    ]


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _inside(word: str) -> str:
    return f"%{_escape(word)}%"
