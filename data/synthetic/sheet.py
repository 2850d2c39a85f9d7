"""A drawing sheet of straight streets: convex pieces cut again and again.

Every street is one `Line`; a cut leaves its end points as stops on the lines it meets.
A stop is stored once, so outlines on both sides of a street share it to the last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from data.synthetic.warp import Array, Warp

__all__ = ["Line", "Piece", "Rank", "Sheet"]

Point = tuple[float, float]


class Rank:
    """What a line is, widest first."""

    RIVER = 0
    MAIN = 1
    COLLECTOR = 2
    BANK = 3
    LANE = 4
    ALLEY = 5


@dataclass(slots=True)
class Line:
    """A straight line of the plan with the junctions on it."""

    start: Point
    end: Point
    rank: int
    name: tuple[int, int, int]
    stops: list[tuple[float, Point]] = field(default_factory=list)

    def at(self, t: float) -> Point:
        """Return the stop at a share of the length, making it if it is not there."""
        for known, point in self.stops:
            if abs(known - t) < 1e-9:
                return point
        if t < 1e-9:
            return self.start
        if t > 1.0 - 1e-9:
            return self.end
        (x0, y0), (x1, y1) = self.start, self.end
        point = (x0 + t * (x1 - x0), y0 + t * (y1 - y0))
        self.stops.append((t, point))
        return point

    def share(self, point: Point) -> float:
        """Return where a point of the line lies on it, from 0 to 1."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        along = (point[0] - self.start[0]) * dx + (point[1] - self.start[1]) * dy
        return along / (dx * dx + dy * dy)

    def length(self) -> float:
        """Length in metres of the plan."""
        return math.dist(self.start, self.end)


@dataclass(slots=True)
class Piece:
    """A convex piece of land; side k lies on line `sides[k]` from corner k to k + 1."""

    corners: list[Point]
    sides: list[int]

    def area(self) -> float:
        """Area in square metres of the plan."""
        total = 0.0
        for (x0, y0), (x1, y1) in zip(
            self.corners, self.corners[1:] + self.corners[:1], strict=True
        ):
            total += x0 * y1 - x1 * y0
        return total / 2.0

    def centre(self) -> Point:
        """Mean of the corners."""
        n = len(self.corners)
        return sum(x for x, _ in self.corners) / n, sum(y for _, y in self.corners) / n

    def inset(self, by: list[float]) -> list[Point] | None:
        """Return the corners moved in by a distance per side; None if none is left."""
        moved: list[tuple[Point, Point]] = []
        n = len(self.corners)
        for k in range(n):
            (x0, y0), (x1, y1) = self.corners[k], self.corners[(k + 1) % n]
            size = math.hypot(x1 - x0, y1 - y0)
            if size < 1.0:
                return None
            ux, uy = (x1 - x0) / size, (y1 - y0) / size
            moved.append(((x0 - uy * by[k], y0 + ux * by[k]), (ux, uy)))
        corners: list[Point] = []
        for k in range(n):
            (ax, ay), (ux, uy) = moved[k - 1]
            (bx, by_), (vx, vy) = moved[k]
            cross = ux * vy - uy * vx
            if abs(cross) < 0.05:
                return None
            t = ((bx - ax) * vy - (by_ - ay) * vx) / cross
            corners.append((ax + t * ux, ay + t * uy))
        for k in range(n):
            (x0, y0), (x1, y1) = corners[k], corners[(k + 1) % n]
            _, (ux, uy) = moved[k]
            if (x1 - x0) * ux + (y1 - y0) * uy < 8.0:
                return None
        return corners


class Sheet:
    """All lines of a town, and their points on the ground once they are traced."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._shares: list[Array] = []
        self._ground: list[Array] = []

    def draw(
        self, start: Point, end: Point, rank: int, name: tuple[int, int, int]
    ) -> int:
        """Add a line and return its number."""
        self.lines.append(Line(start, end, rank, name))
        return len(self.lines) - 1

    def cut(
        self,
        piece: Piece,
        first: tuple[int, float],
        second: tuple[int, float],
        rank: int,
        name: tuple[int, int, int] = (0, 0, 0),
    ) -> tuple[Piece, Piece, int]:
        """Cut a piece from a place on one side to a place on another.

        A place is (side, share of that side). Returns the piece left of the cut, the
        piece right of it, and the number of the new line.
        """
        (i, f), (j, g) = first, second
        a, b = self._place(piece, i, f), self._place(piece, j, g)
        line = self.draw(a, b, rank, name)
        n = len(piece.corners)
        ahead, behind = _walk(i, j, n), _walk(j, i, n)
        right = Piece(
            [a, *(piece.corners[k] for k in ahead), b],
            [*(piece.sides[k] for k in (i, *ahead)), line],
        )
        left = Piece(
            [b, *(piece.corners[k] for k in behind), a],
            [*(piece.sides[k] for k in (j, *behind)), line],
        )
        return left, right, line

    def _place(self, piece: Piece, side: int, share: float) -> Point:
        line = self.lines[piece.sides[side]]
        start = line.share(piece.corners[side])
        end = line.share(piece.corners[(side + 1) % len(piece.corners)])
        return line.at(start + share * (end - start))

    def trace(self, warp: Warp, step: float = 45.0) -> None:
        """Put every line on the ground, with all its stops and bends."""
        shares, plans = [], []
        for line in self.lines:
            stops = sorted([(0.0, line.start), *line.stops, (1.0, line.end)])
            ts = np.array([t for t, _ in stops])
            xy = np.array([p for _, p in stops])
            count = np.maximum(1, np.ceil(np.diff(ts) * line.length() / step))
            parts = count.astype(np.int64)
            before = np.repeat(np.arange(len(parts)), parts)
            nth = np.arange(len(before)) - np.repeat(np.cumsum(parts) - parts, parts)
            share = nth / parts[before]
            fine = ts[before] + share * np.diff(ts)[before]
            points = xy[before] + share[:, None] * np.diff(xy, axis=0)[before]
            shares.append(np.append(fine, 1.0))
            plans.append(np.vstack([points, xy[-1:]]))
        ground = warp.ground(np.vstack(plans))
        cuts = np.cumsum([len(p) for p in plans])[:-1]
        self._shares, self._ground = shares, np.split(ground, cuts)

    def path(self, line: int) -> Array:
        """Return the points of a line on the ground."""
        return self._ground[line]

    def stretch(self, line: int, first: float, last: float) -> Array:
        """Return the points of a line between two of its stops, in that order."""
        low, high = min(first, last), max(first, last)
        ts = self._shares[line]
        part = self._ground[line][
            np.searchsorted(ts, low - 1e-9) : np.searchsorted(ts, high + 1e-9)
        ]
        return part if first <= last else part[::-1]

    def outline(self, piece: Piece) -> Array:
        """Return the closed ring of a piece on the ground, with every junction."""
        rings = []
        n = len(piece.corners)
        for k, number in enumerate(piece.sides):
            line = self.lines[number]
            a = line.share(piece.corners[k])
            b = line.share(piece.corners[(k + 1) % n])
            rings.append(self.stretch(number, a, b)[:-1])
        ring = np.vstack(rings)
        return np.vstack([ring, ring[:1]])


def _walk(i: int, j: int, n: int) -> list[int]:
    """Sides after i up to j, going round."""
    steps: list[int] = []
    while i != j:
        i = (i + 1) % n
        steps.append(i)
    return steps
