"""Polygons as chains of directed segments, and what is left when they cancel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = [
    "Cancelled",
    "Segments",
    "cancel",
    "directed_segments",
    "found_among",
    "shared_lengths",
    "shared_segments",
]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


@dataclass(frozen=True, slots=True)
class Segments:
    """Directed segments with the polygon to their left.

    Attributes
    ----------
    xy : ndarray of float64, shape (m, 4)
        x and y of the start, x and y of the end.
    owner : ndarray of int64, shape (m,)
        Row of the polygon each segment belongs to.
    """

    xy: NDArray[np.float64]
    owner: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self.owner)

    def lines(self, rows: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return the segments of some rows as LineStrings."""
        lines: NDArray[np.object_] = shapely.linestrings(
            self.xy[rows].reshape(len(rows), 2, 2)
        )
        return lines


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What is left of a chain, and which of its segments met their match.

    Attributes
    ----------
    parts : ndarray of intp
        Rows of the parts' segments that nothing cancels, ascending.
    wholes : ndarray of intp
        Rows of the wholes' segments that nothing cancels, ascending.
    twos : tuple of two ndarrays of intp
        Rows of segments that cancel one another, those of wholes after those of
        the parts.
    size : int
        Number of the parts' segments.
    """

    parts: NDArray[np.intp]
    wholes: NDArray[np.intp]
    twos: tuple[NDArray[np.intp], NDArray[np.intp]]
    size: int

    @property
    def pairs(self) -> NDArray[np.intp]:
        """Rows of the parts' segments that cancel one another, shape (p, 2)."""
        one, other = self.twos
        inner = (one < self.size) & (other < self.size)
        return np.column_stack([one[inner], other[inner]])

    @property
    def is_zero(self) -> bool:
        """Whether everything cancelled."""
        return len(self.parts) == 0 and len(self.wholes) == 0


def directed_segments(polygons: NDArray[np.object_]) -> Segments:
    """Return the ring segments of polygons, each polygon to the left of its own.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Empty ones and ``None`` give no segment. Repeated points are dropped.

    Returns
    -------
    Segments
        Outer rings run counter-clockwise and holes clockwise, whatever way they
        were stored.

    Examples
    --------
    >>> from shapely import box
    >>> directed_segments(np.array([box(0, 0, 2, 1)])).xy.tolist()[0]
    [2.0, 0.0, 2.0, 1.0]
    """
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # -0.0 and 0.0 are one place but two bit patterns
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = ring_part[1:] != ring_part[:-1]
    backward = shapely.is_ccw(rings) != outer
    x, y = xy.T
    step = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    step &= ring[1:] == ring[:-1]
    ring = ring[:-1][step]
    segments = np.empty((len(ring), 4))
    segments[:, :2] = xy[:-1][step]
    segments[:, 2:] = xy[1:][step]
    _turn(segments, backward[ring])
    owner = part_owner[ring_part].astype(np.int64)
    return Segments(xy=segments, owner=owner[ring])


def cancel(
    parts: Segments,
    wholes: Segments,
    *,
    group: NDArray[np.int64] | None = None,
) -> Cancelled:
    """Add up the directed segments of parts, subtract those of their wholes.

    Parameters
    ----------
    parts : Segments
        Segments of the polygons that should make up the wholes.
    wholes : Segments
        Segments of the polygons to be made up.
    group : ndarray of int64, shape (len(parts),), optional
        Row of the whole each part segment counts towards. Without it all parts
        count towards all wholes together.

    Returns
    -------
    Cancelled
        Surplus segments on both sides, and the cancelling pairs of parts.

    Notes
    -----
    The winding number of a valid polygon's chain is 1 inside and 0 outside. If
    the chain of the parts minus the chain of a whole is zero, the winding
    numbers agree everywhere, so every point inside the whole lies in exactly one
    part and no part leaves it: a proof without tolerance, gap width or area.
    Coordinates are compared bit by bit. Hashes only bring equal segments
    together; should two different ones share a hash, they are sorted in full.

    Examples
    --------
    >>> from shapely import box
    >>> halves = directed_segments(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    >>> whole = directed_segments(np.array([box(0, 0, 2, 1)]))
    >>> left = cancel(halves, whole)
    >>> len(left.parts), len(left.wholes), len(left.pairs)
    (4, 2, 1)
    """
    xy, forward = _canonical(np.vstack([parts.xy, wholes.xy]))
    if group is None:
        chain = np.zeros(len(xy), dtype=np.int64)
    else:
        chain = np.concatenate([group, wholes.owner])
    sign = np.where(forward, np.int8(1), np.int8(-1))
    sign[len(parts) :] *= -1  # a whole is subtracted
    order, first = _together(xy, chain)
    size = np.diff(first, append=len(order))
    sign = sign[order]
    net = np.add.reduceat(sign, first, dtype=np.int64) if len(order) else size
    surplus = order[:0]
    if net.any():
        odd = np.repeat(net, size)
        surplus = order[(odd != 0) & (sign == np.sign(odd))]
    two = first[(size == 2) & (net == 0)]
    return Cancelled(
        parts=np.sort(surplus[surplus < len(parts)]),
        wholes=np.sort(surplus[surplus >= len(parts)]) - len(parts),
        twos=(order[two], order[two + 1]),
        size=len(parts),
    )


def shared_segments(
    polygons: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the edge segments that two polygons share.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        A coverage.

    Returns
    -------
    xy : ndarray of float64, shape (m, 4)
        Both ends of each segment, in one of the two directions.
    pairs : ndarray of int64, shape (m, 2)
        Rows of the two polygons, the smaller first.

    Examples
    --------
    >>> from shapely import box
    >>> xy, pairs = shared_segments(np.array([box(0, 0, 1, 5), box(1, 0, 2, 5)]))
    >>> xy.tolist(), pairs.tolist()
    ([[1.0, 0.0, 1.0, 5.0]], [[0, 1]])
    """
    segments = directed_segments(polygons)
    nothing = Segments(np.empty((0, 4)), np.empty(0, dtype=np.int64))
    rows = cancel(segments, nothing).pairs
    pairs = np.sort(segments.owner[rows], axis=1)
    # Parts of one polygon that touch along a line are no neighbours.
    apart = pairs[:, 0] != pairs[:, 1]
    return segments.xy[rows[apart, 0]], pairs[apart]


def shared_lengths(
    polygons: NDArray[np.object_],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Measure the edges that polygons share segment by segment.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        A coverage.

    Returns
    -------
    pairs : ndarray of int64, shape (m, 2)
        Rows of neighbours, the smaller first; sorted, each pair once.
    length : ndarray of float64, shape (m,)
        Length they share, in the unit of the coordinates.

    Examples
    --------
    >>> from shapely import box
    >>> shared_lengths(np.array([box(0, 0, 1, 5), box(1, 0, 2, 5)]))
    (array([[0, 1]]), array([5.]))
    """
    xy, owner = shared_segments(polygons)
    number = owner[:, 0] * len(polygons) + owner[:, 1]
    number, which = np.unique(number, return_inverse=True)
    length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    total = np.bincount(which, weights=length, minlength=len(number))
    pairs = np.column_stack(np.divmod(number, max(len(polygons), 1)))
    return pairs, total.astype(np.float64)


def found_among(
    xy: NDArray[np.float64],
    chain: NDArray[np.int64],
    others: NDArray[np.float64],
    other_chain: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Tell which segments also stand in another list, in either direction.

    Parameters
    ----------
    xy : ndarray of float64, shape (m, 4)
        Segments to look for.
    chain : ndarray of int64, shape (m,)
        Only others of the same chain count.
    others, other_chain : ndarray
        The other list.

    Returns
    -------
    ndarray of bool, shape (m,)
        Whether each is there, bit by bit.

    Examples
    --------
    >>> one, same = np.array([[0.0, 0.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0, 0.0]])
    >>> found_among(one, np.array([7]), same, np.array([7])).tolist()
    [True]
    """
    both, _ = _canonical(np.vstack([xy, others]))
    order, first = _together(both, np.concatenate([chain, other_chain]))
    known = np.zeros(len(both), dtype=bool)
    if len(both):
        hit = np.logical_or.reduceat(order >= len(xy), first)
        known[order] = np.repeat(hit, np.diff(first, append=len(order)))
    return known[: len(xy)]


def _canonical(
    xy: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Turn segments so that they run to the east; say which did so before."""
    x0, y0, x1, y1 = xy.T
    forward = (x0 < x1) | ((x0 == x1) & (y0 < y1))
    _turn(xy, ~forward)
    return xy, forward


def _turn(xy: NDArray[np.float64], rows: NDArray[np.bool_]) -> None:
    """Swap the ends of some segments in place."""
    at = np.flatnonzero(rows)
    start = xy[at, :2]
    xy[at, :2] = xy[at, 2:]
    xy[at, 2:] = start


def _together(
    xy: NDArray[np.float64], chain: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order rows so that equal ones stand together; say where each run begins."""
    key = _hash(xy, chain)
    order = np.argsort(key)
    key = key[order]
    new = _steps(xy, chain, order)
    if (new & (key[1:] == key[:-1])).any():
        order = np.lexsort([*xy.T, chain])
        new = _steps(xy, chain, order)
    return order, np.flatnonzero(np.concatenate([[True], new])[: len(order)])


def _steps(
    xy: NDArray[np.float64], chain: NDArray[np.int64], order: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell for each row but the first whether it differs from the one before."""
    # `take` moves whole rows, five times as fast as indexing does here.
    xy = np.take(xy, order, axis=0, mode="clip")
    chain = np.take(chain, order, mode="clip")
    steps: NDArray[np.bool_] = chain[1:] != chain[:-1]
    for column in xy.T:
        steps |= column[1:] != column[:-1]
    return steps


def _hash(xy: NDArray[np.float64], chain: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Mix the bits of each row into 64."""
    bits = np.ascontiguousarray(xy).view(np.uint64)
    key = chain.astype(np.uint64) * _MIX
    for column in bits.T:
        key ^= column
        key ^= key >> _SHIFT
        key *= _TURN
    key ^= key >> _SHIFT
    return key
