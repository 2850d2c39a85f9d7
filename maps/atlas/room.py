"""Which parts of a page are taken by labels already."""

from __future__ import annotations

from typing import Final

__all__ = ["Rectangle", "Room"]

_CELL: Final = 10.0

Rectangle = tuple[float, float, float, float]
"""West, south, east, north."""


class Room:
    """Boxes that are taken already, in buckets of a centimetre."""

    def __init__(self, frame: Rectangle) -> None:
        self._frame = frame
        self._taken: dict[tuple[int, int], list[Rectangle]] = {}

    def is_free(self, box: Rectangle) -> bool:
        """Tell whether all of a box, west, south, east, north, is in sight and free."""
        west, south, east, north = self._frame
        if box[0] < west or box[1] < south or box[2] > east or box[3] > north:
            return False
        return not any(
            box[0] < other[2]
            and box[2] > other[0]
            and box[1] < other[3]
            and box[3] > other[1]
            for key in _cells(box)
            for other in self._taken.get(key, ())
        )

    def hold(self, box: Rectangle) -> None:
        """Take a box, whatever is there."""
        for key in _cells(box):
            self._taken.setdefault(key, []).append(box)

    def take(self, box: Rectangle) -> bool:
        """Take a box if it is free; tell whether it was."""
        free = self.is_free(box)
        if free:
            self.hold(box)
        return free


def _cells(box: Rectangle) -> list[tuple[int, int]]:
    west, south, east, north = (int(value // _CELL) for value in box)
    return [(i, j) for i in range(west, east + 1) for j in range(south, north + 1)]
