"""Lists page by page: a cursor is the key of the last row, wrapped for transport."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query

from data.errors import ParameterError

__all__ = ["Key", "Paging", "decode_cursor", "encode_cursor", "paging"]

Key = tuple[str | int, ...]

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Paging:
    """How many rows are wanted, and after which."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None

    def key(self, *kinds: type[str] | type[int]) -> Key | None:
        """Return the key of the last row seen, whose parts are of these kinds."""
        return None if self.after is None else decode_cursor(self.after, kinds)


async def paging(
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="rows of one page at most")
    ] = DEFAULT_LIMIT,
    after: Annotated[
        str | None,
        Query(max_length=500, description="`next` of the page before; opaque"),
    ] = None,
) -> Paging:
    """Return which page of a list is wanted."""
    return Paging(limit, after)


def encode_cursor(key: Key) -> str:
    """Return a key as an opaque word that is safe in a URL."""
    plain = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: tuple[type[Any], ...]) -> Key:
    """Return the key in a cursor, or refuse one that we did not give out."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True)
        key = json.loads(plain)
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if not _fits(key, kinds):
        raise ParameterError(
            "after 不是这个列表给出的；请用上一页的 next",
            "after was not given out by this list; take `next` of the page before",
        )
    return tuple(key)


def _fits(key: Any, kinds: tuple[type[Any], ...]) -> bool:
    if not isinstance(key, list) or len(key) != len(kinds):
        return False
    for part, kind in zip(key, kinds, strict=True):
        if type(part) is not kind:
            return False
        if kind is int and not -(2**63) <= part < 2**63:
            return False
        if kind is str and "\0" in part:
            return False
    return True
