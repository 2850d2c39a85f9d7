"""Where a line crosses the edges of cells: one point for all who share the edge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import SegmentTable
from gis.cells import CellSet

__all__ = ["CrossedEdges", "OnEdges", "Point", "cross_edges"]

_SAME = 0.005
"""A crossing this near to a vertex is the vertex, in metres."""

Point = tuple[float, float]
Edge = tuple[Point, Point]
OnEdges = dict[Edge, list[Point]]
"""New points on edges, in the order of the edge; its lesser end stands first."""


@dataclass(frozen=True)
class CrossedEdges:
    """New points on edges of cells, and where along the line they lie.

    Attributes
    ----------
    points : dict
        See `OnEdges`.
    segment : dict
        Row of each of these edges in the segments of the cell set.
    nodes : list of (float, tuple)
        All places where the line meets an edge: metres along the line, and the
        vertex there, new or old; ascending.
    cells : CellSet
    """

    points: OnEdges
    segment: dict[Edge, int]
    nodes: list[tuple[float, Point]]
    cells: CellSet

    def only(self, wanted: set[Point]) -> CrossedEdges:
        """Return the edges with some of the points only."""
        points = {
            edge: kept
            for edge, found in self.points.items()
            if (kept := [p for p in found if p in wanted])
        }
        return replace(self, points=points)

    def owners(self) -> NDArray[np.int32]:
        """Return the cells at the sides of the edges, -1 for the outside."""
        at = [self.segment[edge] for edge in self.points]
        segments = self.cells.segments
        return np.concatenate([segments.i[at], segments.j[at]])

    def outer(self) -> NDArray[np.float64]:
        """Return the points that lie on the outline of the community."""
        found = [
            point
            for edge, points in self.points.items()
            if self.cells.segments.j[self.segment[edge]] < 0
            for point in points
        ]
        return np.array(sorted(found), np.float64).reshape(-1, 2)

    def table(self, cells: CellSet) -> SegmentTable:
        """Return the parts of the edges, each with what lies on its edge."""
        a, b, kind = [], [], []
        for edge, points in self.points.items():
            for p, q in pairwise([edge[0], *points, edge[1]]):
                a.append(min(p, q))
                b.append(max(p, q))
                kind.append(cells.segment_kind[self.segment[edge]])
        return SegmentTable(
            np.array(a, np.float64).reshape(-1, 2),
            np.array(b, np.float64).reshape(-1, 2),
            np.array(kind, np.int8),
        )

    def stretches(self, line: Any) -> NDArray[Any]:
        """Return the parts of a line between two nodes that follow each other."""
        xy = shapely.get_coordinates(line)
        along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
        nodes = self.nodes
        if not nodes:
            return np.array([line] if line.is_closed else [], object)
        found = [
            _stretch(p, xy[(along > t) & (along < u)], q)
            for (t, p), (u, q) in pairwise(nodes)
        ]
        if line.is_closed:
            (last, p), (first, q) = nodes[-1], nodes[0]
            bends = np.concatenate([xy[along > last][:-1], xy[along < first]])
            found.append(_stretch(p, bends, q))
        return np.array([stretch for stretch in found if stretch], object)


def _stretch(start: Point, bends: NDArray[np.float64], end: Point) -> Any | None:
    """Return a line between two vertices, None where it goes nowhere."""
    points = [start, *map(tuple, bends.tolist()), end]
    points = [points[0], *(q for p, q in pairwise(points) if p != q)]
    # A loop back to its start needs two bends to lie around something.
    least = 4 if start == end else 2
    return shapely.LineString(points) if len(points) >= least else None


def cross_edges(cells: CellSet, hit: NDArray[np.integer], line: Any) -> CrossedEdges:
    """Return where a line meets the edges of some cells.

    Parameters
    ----------
    cells : CellSet
    hit : ndarray of int
    line : LineString

    Returns
    -------
    CrossedEdges
        A crossing less than 5 mm from an end of its edge is that vertex.
    """
    segments = cells.segments
    near = np.zeros(len(cells.polygons) + 1, bool)
    near[hit] = True
    # The last entry is for the outside, whose number is -1.
    rows = np.flatnonzero(near[segments.i] | near[segments.j])
    lines = shapely.linestrings(np.stack([segments.a[rows], segments.b[rows]], axis=1))
    shapely.prepare(line)
    met = np.flatnonzero(shapely.intersects(line, lines))
    where = shapely.intersection(lines[met], line)
    xy, at = shapely.get_coordinates(where, return_index=True)
    metres = shapely.line_locate_point(line, shapely.points(xy))
    points: OnEdges = {}
    segment: dict[Edge, int] = {}
    nodes: list[tuple[float, Point]] = []
    for row, place, t in zip(
        rows[met[at]].tolist(), xy.tolist(), metres.tolist(), strict=True
    ):
        a, b = tuple(segments.a[row].tolist()), tuple(segments.b[row].tolist())
        known = [a, b, *points.get((a, b), [])]
        vertex = _nearest(known, (place[0], place[1]))
        if vertex not in known:
            points.setdefault((a, b), []).append(vertex)
            segment[a, b] = row
        nodes.append((t, vertex))
    ordered = {
        edge: [p for _, p in sorted((_distance(edge[0], p), p) for p in found)]
        for edge, found in points.items()
    }
    return CrossedEdges(ordered, segment, sorted(set(nodes)), cells)


def _distance(p: Point, q: Point) -> float:
    return float(np.hypot(p[0] - q[0], p[1] - q[1]))


def _nearest(known: list[Point], point: Point) -> Point:
    """Return a known vertex that a point falls on, or the point."""
    best = min(known, key=lambda p: _distance(p, point))
    return best if _distance(best, point) < _SAME else point
