"""Who touches whom, over how many metres, and where exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["SegmentTable", "Segments", "pair_sums", "shared_segments"]

Points = NDArray[np.float64]
"""Coordinates, shape (n, 2), metres."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight pieces of outline, each once, with the polygons at its sides.

    Attributes
    ----------
    i, j : ndarray of int32, shape (s,)
        Polygons at the two sides, i < j; j is -1 on the outer outline.
    a, b : ndarray of float64, shape (s, 2)
        End points, a before b in (x, y) order.
    """

    i: NDArray[np.int32]
    j: NDArray[np.int32]
    a: Points
    b: Points

    @property
    def length(self) -> NDArray[np.float64]:
        """Length of every segment in metres."""
        return np.asarray(np.hypot(*(self.b - self.a).T))

    @property
    def inner(self) -> NDArray[np.bool_]:
        """Which segments have a polygon on both sides."""
        return np.asarray(self.j >= 0)


def _vertex_ids(*points: Points) -> tuple[list[NDArray[np.int64]], int]:
    """Give equal points equal numbers, in (x, y) order; return them and the count."""
    stacked = np.concatenate(points)
    order = np.lexsort((stacked[:, 1], stacked[:, 0]))
    ranked = stacked[order]
    new = np.ones(len(ranked), dtype=bool)
    new[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    ids = np.empty(len(ranked), dtype=np.int64)
    ids[order] = np.cumsum(new) - 1
    cuts = np.cumsum([len(p) for p in points])[:-1]
    return list(np.split(ids, cuts)), int(new.sum())


def shared_segments(polygons: NDArray[Any]) -> Segments:
    """Pair the outline segments of polygons that match vertex by vertex.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        A coverage; coordinates of shared vertices are equal to the last bit.

    Returns
    -------
    Segments
        Sorted by (i, j, a). A segment seen once has j = -1. Should one be seen
        three times (an overlap), the third is treated as seen once.

    Examples
    --------
    >>> from shapely import box
    >>> s = shared_segments(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    >>> s.i[s.inner].tolist(), s.j[s.inner].tolist(), s.length[s.inner].tolist()
    ([0], [1], [1.0])
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy) == 0:
        none = np.empty(0, np.int32)
        return Segments(none, none, np.empty((0, 2)), np.empty((0, 2)))
    follows = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    a, b = xy[:-1][follows], xy[1:][follows]
    own = owner[ring_part[ring[:-1][follows]]]
    (ids,), count = _vertex_ids(xy)
    ia, ib = ids[:-1][follows], ids[1:][follows]
    swap = ia > ib
    low, high = np.where(swap, ib, ia), np.where(swap, ia, ib)
    a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    key = low * count + high
    order = np.lexsort((own, key))
    key, own, a, b = key[order], own[order], a[order], b[order]
    same = np.zeros(len(key), dtype=bool)
    same[1:] = key[1:] == key[:-1]
    # Pair the 1st with the 2nd of a run, the 3rd with the 4th.
    start = np.flatnonzero(~same)
    place = np.arange(len(key)) - np.repeat(start, np.diff(np.r_[start, len(key)]))
    second = place % 2 == 1
    first = np.zeros(len(key), dtype=bool)
    first[:-1] = second[1:]
    i = own.astype(np.int32)
    j = np.full(len(key), -1, np.int32)
    j[first] = own[second]
    keep = ~second
    i, j, a, b = i[keep], j[keep], a[keep], b[keep]
    # Numbers of vertices are in (x, y) order, and so are keys that lead with them.
    order = np.lexsort((key[keep], j, i))
    return Segments(i[order], j[order], a[order], b[order])


def pair_sums(
    i: NDArray[np.int32], j: NDArray[np.int32], *values: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], list[NDArray[np.float64]]]:
    """Add values up over equal pairs.

    Parameters
    ----------
    i, j : ndarray of int32, shape (s,)
        Pairs, any order, repeated at will.
    *values : ndarray of float64, shape (s,)

    Returns
    -------
    i, j : ndarray of int32, shape (m,)
        Pairs once, sorted by (i, j).
    sums : list of ndarray of float64, shape (m,)

    Examples
    --------
    >>> i, j, (total,) = pair_sums(
    ...     np.array([0, 0]), np.array([1, 1]), np.array([2.0, 3.0]))
    >>> i.tolist(), j.tolist(), total.tolist()
    ([0], [1], [5.0])
    """
    if len(i) == 0:
        return i.astype(np.int32), j.astype(np.int32), [v[:0] for v in values]
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    start = np.flatnonzero(np.r_[True, (i[1:] != i[:-1]) | (j[1:] != j[:-1])])
    sums = [np.add.reduceat(v[order], start) for v in values]
    return i[start].astype(np.int32), j[start].astype(np.int32), sums


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """Seam kind of known segments, looked up by their exact end points.

    Attributes
    ----------
    a, b : ndarray of float64, shape (t, 2)
        End points, a before b in (x, y) order.
    kind : ndarray of int8, shape (t,)
        Values of `SeamKind`.
    """

    a: Points
    b: Points
    kind: NDArray[np.int8]

    @classmethod
    def from_lines(cls, lines: NDArray[Any], kind: NDArray[np.int8]) -> SegmentTable:
        """Break lines into segments that keep the kind of their line."""
        xy, line = shapely.get_coordinates(lines, return_index=True)
        follows = line[1:] == line[:-1]
        a, b = xy[:-1][follows], xy[1:][follows]
        swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
        a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
        return cls(a, b, kind[line[:-1][follows]])

    def lookup(self, segments: Segments, *, missing: int) -> NDArray[np.int8]:
        """Return the kind of each segment, `missing` where it is not known."""
        if len(self.a) == 0 or len(segments.a) == 0:
            return np.full(len(segments.a), missing, np.int8)
        (ka, kb, sa, sb), count = _vertex_ids(self.a, self.b, segments.a, segments.b)
        known, asked = ka * count + kb, sa * count + sb
        order = np.argsort(known, kind="stable")
        known = known[order]
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[at] == asked, self.kind[order][at], missing).astype(
            np.int8
        )
