"""Certificates that were proven, kept while their plan does not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Proofs"]

KEPT = 500
"""Documents kept; one is about ten kilobytes."""

Key = tuple[int, int]
"""Number and row version of a plan."""


class Proofs:
    """Documents by plan and version, each made once.

    A proof takes a whole core, so one is made at a time; who asks for the same one
    meanwhile waits for it.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Key, bytes] = OrderedDict()
        self._making = threading.Lock()

    def get(self, key: Key) -> bytes | None:
        """Return a document that was made before."""
        return self._made.get(key)

    def make(self, key: Key, prove: Callable[[], bytes]) -> bytes:
        """Return the document, which `prove` makes if nobody else just did."""
        with self._making:
            found = self._made.get(key)
            if found is None:
                found = self._made[key] = prove()
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            return found
