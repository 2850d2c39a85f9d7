"""Plans and cell sets of this process that were in hand last.

Nothing is true because it is here: a plan is looked up by a stamp that the row of the
plan has in the record, read under its lock. A cell set is sealed and never changes;
names and footprints of its buildings are as good as the register they were read from.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from data.editing.ground import Ground
from data.editing.model import State

__all__ = ["GROUNDS", "STATES", "Latest"]

T = TypeVar("T")


class Latest(Generic[T]):
    """The things asked for last, each good for one stamp."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, stamp: Hashable) -> T | None:
        """Return the thing, if it is there with this stamp."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != stamp:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def newest(self, what: Hashable) -> T | None:
        """Return the thing kept last whose key, a pair, ends so; it may be out of date.

        Of two databases in one process it may be that of the other.
        """
        with self._lock:
            for key in reversed(self._kept):
                if isinstance(key, tuple) and key[-1] == what:
                    return self._kept[key][1]
        return None

    def put(self, key: Hashable, stamp: Hashable, thing: T) -> None:
        """Keep a thing; what was not asked for longest makes room."""
        with self._lock:
            self._kept[key] = (stamp, thing)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()


STATES: Latest[State] = Latest(32)
GROUNDS: Latest[Ground] = Latest(64)
