"""Tiles kept in memory as they go out, each good for one version of its tables."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from isal import igzip

__all__ = ["PackedTile", "TileCache"]

LIMIT = 128 * 2**20
OVERHEAD = 500
"""Bytes an entry takes beside its tile, so that empty ones count as well."""
LEVEL = 1
"""Level of gzip: what zlib's fastest makes, in a quarter of the time."""


@dataclass(frozen=True, slots=True)
class PackedTile:
    """A tile under gzip, and a name for its content; both empty for an empty tile."""

    packed: bytes
    digest: str

    @classmethod
    def of(cls, tile: bytes) -> PackedTile:
        """Pack a tile."""
        if not tile:
            return cls(b"", "")
        packed = igzip.compress(tile, LEVEL, mtime=0)
        return cls(packed, hashlib.sha256(tile).hexdigest()[:32])

    def plain(self) -> bytes:
        """Return the tile as it was."""
        return gzip.decompress(self.packed) if self.packed else b""


class TileCache:
    """The tiles asked for last, up to a limit of bytes.

    A tile is kept with the version of the tables it was made from, and is given back
    only for that version: after a commit it is made anew.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.size = 0
        self._tiles: OrderedDict[Hashable, tuple[Hashable, PackedTile]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, version: Hashable) -> PackedTile | None:
        """Return a tile, if it is there and of this version."""
        with self._lock:
            known = self._tiles.get(key)
            if known is None or known[0] != version:
                return None
            self._tiles.move_to_end(key)
            return known[1]

    def put(self, key: Hashable, version: Hashable, tile: PackedTile) -> None:
        """Keep a tile; what was not asked for longest makes room."""
        with self._lock:
            former = self._tiles.pop(key, None)
            if former is not None:
                self.size -= _weight(former[1])
            self._tiles[key] = (version, tile)
            self.size += _weight(tile)
            while self.size > self.limit:
                _, (_, oldest) = self._tiles.popitem(last=False)
                self.size -= _weight(oldest)


def _weight(tile: PackedTile) -> int:
    return len(tile.packed) + OVERHEAD
