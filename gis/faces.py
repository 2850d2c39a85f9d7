"""The faces that left-over segments enclose, and what covers each of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from gis.chains import directed_segments

__all__ = ["Face", "faulty_faces", "missing_vertices", "usable_polygons"]

# A vertex this near to a foreign segment (m) was meant to lie on it.
_TOUCH = 0.005


@dataclass(frozen=True, slots=True)
class Face:
    """One place covered by the wrong number of parts.

    Attributes
    ----------
    parts : tuple of int
        None for a gap, one part for a spill, two for an overlap.
    geometry : Polygon
        The place.
    """

    parts: tuple[int, ...]
    geometry: Polygon


def faulty_faces(
    lines: NDArray[np.object_],
    parts: NDArray[np.object_],
    whole: Polygon | MultiPolygon,
    *,
    min_area: float,
) -> list[Face]:
    """Return the faces between left-over segments that are wrongly covered.

    Parameters
    ----------
    lines : ndarray of LineString
        Segments that did not cancel; they enclose every fault there is.
    parts : ndarray of Polygon or MultiPolygon, shape (n,)
        Valid parts of the whole.
    whole : Polygon or MultiPolygon
        The valid polygon they should cover once.
    min_area : float
        Leave out faces of this area or less, in m².

    Returns
    -------
    list of Face
        Gaps, spills and pairwise overlaps. What three parts cover is listed for
        each of the three pairs.

    Examples
    --------
    >>> from shapely import box
    >>> parts = np.array([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    >>> lines = np.array([box(1, 0, 2, 1).exterior])
    >>> faulty_faces(lines, parts, box(0, 0, 3, 1), min_area=0)[0].parts
    ()
    """
    tree = shapely.STRtree(parts)
    shapely.prepare(whole)
    faces = _polygonize(lines, min_area)
    covers, inside = _cover(faces, tree, whole)
    crowded = faces[[len(c) > w for c, w in zip(covers, inside, strict=True)]]
    if len(crowded):
        # Two parts inside and one part outside are both one too many, so no
        # segment is left between an overlap and a spill: add what runs there.
        near = np.unique(tree.query(crowded, predicate="intersects")[1])
        segments = directed_segments(np.array([*parts[near], whole], dtype=object))
        edges = segments.lines(np.arange(len(segments)))
        hit = shapely.STRtree(crowded).query(edges, predicate="intersects")[0]
        faces = _polygonize(np.concatenate([lines, edges[np.unique(hit)]]), min_area)
        covers, inside = _cover(faces, tree, whole)
    found: dict[tuple[int, ...], list[Polygon]] = {}
    for polygon, within, rows in zip(faces, inside, covers, strict=True):
        if within and not rows:
            found.setdefault((), []).append(polygon)
        for k in [] if within else rows:
            found.setdefault((k,), []).append(polygon)
        for pair in combinations(rows, 2):
            found.setdefault(pair, []).append(polygon)
    return [
        Face(rows, polygon)
        for rows, pieces in found.items()
        for polygon in shapely.get_parts(
            pieces if len(pieces) == 1 else shapely.union_all(pieces)
        )
    ]


def _polygonize(lines: NDArray[np.object_], min_area: float) -> NDArray[np.object_]:
    """Return the faces between lines, but for those too small."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    large: NDArray[np.object_] = faces[shapely.area(faces) > min_area]
    return large


def _cover(
    faces: NDArray[np.object_], parts: shapely.STRtree, whole: Polygon | MultiPolygon
) -> tuple[list[list[int]], NDArray[np.bool_]]:
    """Tell for each face which parts cover it, and whether the whole does."""
    points = shapely.point_on_surface(faces)
    covers: list[list[int]] = [[] for _ in faces]
    face, part = parts.query(points, predicate="within")
    for row, k in zip(face.tolist(), part.tolist(), strict=True):
        covers[row].append(k)
    for rows in covers:
        rows.sort()
    return covers, shapely.contains(whole, points)


def missing_vertices(
    lines: NDArray[np.object_], chain: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Find end points that lie on another segment without being its end.

    Parameters
    ----------
    lines : ndarray of LineString, shape (m,)
        Segments that did not cancel.
    chain : ndarray of int64, shape (m,)
        Segments meet only those of the same chain.

    Returns
    -------
    rows : ndarray of intp, shape (k,)
        The segment that lacks the vertex.
    points : ndarray of Point, shape (k,)
        The vertex; sorted by chain, x and y.

    Examples
    --------
    >>> from shapely import LineString
    >>> ends = [[(0, 0), (4, 0)], [(4, 0), (1, 0)], [(1, 0), (0, 0)]]
    >>> lines = np.array([LineString(pair) for pair in ends])
    >>> rows, points = missing_vertices(lines, np.zeros(3, dtype=np.int64))
    >>> rows.tolist(), points.tolist()
    ([0], [<POINT (1 0)>])
    """
    xy = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    ends = np.column_stack([np.repeat(chain, 2), xy.reshape(-1, 2)])
    ends = np.unique(ends, axis=0)
    points = shapely.points(ends[:, 1:])
    line, end = shapely.STRtree(points).query(
        lines, predicate="dwithin", distance=_TOUCH
    )
    own = (xy[line] == ends[end, None, 1:]).all(axis=2).any(axis=1)
    keep = (chain[line] == ends[end, 0]) & ~own
    line, end = line[keep], end[keep]
    order = np.lexsort([line, end])  # ends are sorted by chain, x, y
    return line[order], points[end[order]]


def usable_polygons(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], dict[int, tuple[str, shapely.Point]]]:
    """Return a valid polygon for every shape, and what was wrong with which.

    Parameters
    ----------
    shapes : ndarray of geometry or None, shape (n,)
        Anything a layer may hold.

    Returns
    -------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        The shape itself if it is fit, else the polygons it can be read as; an
        empty polygon if there are none.
    reasons : dict of int to (str, Point)
        For each unfit row a reason and a place, an empty point if it has none.

    Examples
    --------
    >>> bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> polygons, reasons = usable_polygons(np.array([bow_tie, None]))
    >>> polygons[0].area, reasons[0], reasons[1][0]
    (2.0, ('Self-intersection', <POINT (1 1)>), 'empty')
    """
    areal = np.isin(shapely.get_type_id(shapes), [3, 6])
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    with np.errstate(invalid="ignore"):
        valid = shapely.is_valid(shapes)
    reasons: dict[int, tuple[str, shapely.Point]] = {}
    polygons = shapes.copy()
    for row in np.flatnonzero(~areal | empty | ~valid).tolist():
        polygons[row], *reason = _read(shapes[row])
        reasons[row] = (reason[0], reason[1])
    return polygons, reasons


def _read(
    shape: shapely.Geometry | None,
) -> tuple[Polygon | MultiPolygon, str, shapely.Point]:
    """Read one unfit shape as polygons; say what is wrong and where."""
    if shape is None or shape.is_empty:
        return Polygon(), "empty", shapely.Point()
    xy = shapely.get_coordinates(shape)
    if not np.isfinite(xy).all():
        good = xy[np.isfinite(xy).all(axis=1)]
        place = shapely.Point(good[0]) if len(good) else shapely.Point()
        return Polygon(), "coordinate is not a number", place
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return Polygon(), f"{shape.geom_type} is no polygon", shapely.Point(xy[0])
    reason, _, place = shapely.is_valid_reason(shape).partition("[")
    pieces = shapely.get_parts(shapely.make_valid(shape))
    pieces = pieces[shapely.get_dimensions(pieces) == 2]
    x, y = (float(value) for value in place.rstrip("]").split()[:2])
    return shapely.union_all(pieces), reason, shapely.Point(x, y)
