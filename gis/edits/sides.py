"""On which side of a drawn line ground lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point

from gis.edits.cutting import LATTICE, tidy_line

__all__ = ["carried_on", "mostly_inside", "parts_at_seam", "side_of_most", "sides_of"]

_REACH = 10.0
"""A line that ends so many metres before an outline is carried on to it."""

_BESIDE = 1.0
"""So near, it is carried on to the nearest place, whatever its direction."""

_OVER = 0.5
"""Metres by which a line is carried on across the outline."""

_BETWEEN = 0.95
"""Share of its outline, the line left out, with which a part lies on the seam."""

_SEAM = 0.01
"""Metres around a seam within which an outline lies on it."""


def carried_on(line: Any, *outlines: Any) -> Any:
    """Return a line whose ends cross the outlines where they stop just short.

    Parameters
    ----------
    line : LineString
        From `tidy_line`; a closed one stays as it is.
    *outlines : Polygon
        Grids the line is drawn in.

    Returns
    -------
    LineString
        An end inside a grid goes straight on for up to 10 m, if it meets an
        outline there.

    Examples
    --------
    >>> carried_on(LineString([(5, -1), (5, 8)]), shapely.box(0, 0, 10, 10)).wkt
    'LINESTRING (5 -1, 5 10.5)'
    """
    if line.is_closed:
        return line
    xy = shapely.get_coordinates(line)
    ring = shapely.union_all(shapely.boundary(np.array(outlines, object)))
    for end, before in ((0, 1), (-1, -2)):
        if any(shapely.intersects_xy(outline, *xy[end]) for outline in outlines):
            step = xy[end] - xy[before]
            way = _way_to(ring, line, xy[end], step / np.hypot(*step))
            far = float(np.hypot(*way))
            if far > 0:
                xy[end] += way / far * (far + _OVER)
    return tidy_line(LineString(xy))


def _way_to(
    ring: Any, line: Any, tip: NDArray[np.float64], ahead: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the way from the tip of a line to a ring, (0, 0) if it is none."""
    point = Point(tip)
    met = shapely.intersection(LineString([tip, tip + ahead * _REACH]), ring)
    if met.is_empty:
        crossed = shapely.dwithin(point, shapely.intersection(line, ring), 2 * _BESIDE)
        if crossed or not shapely.dwithin(point, ring, _BESIDE):
            return np.zeros(2)
        met = ring
    way = np.diff(shapely.get_coordinates(shapely.shortest_line(point, met)), axis=0)
    return np.asarray(way[0] if way.any() else ahead * LATTICE)


def sides_of(outline: Any, line: Any) -> NDArray[Any]:
    """Return the faces a line parts an outline in, one where it does not.

    Parameters
    ----------
    outline : Polygon
    line : LineString

    Returns
    -------
    ndarray of Polygon, shape (s,)
        Near enough to tell sides; not exact.

    Examples
    --------
    >>> sides = sides_of(shapely.box(0, 0, 4, 4), LineString([(1, -1), (1, 5)]))
    >>> sorted(shapely.area(sides).tolist())
    [4.0, 12.0]
    """
    noded = shapely.unary_union([shapely.boundary(outline), line])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts([noded])))
    inside = shapely.contains(outline, shapely.point_on_surface(faces))
    return np.asarray(faces[inside])


def side_of_most(polygons: NDArray[Any], sides: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each polygon the side that holds most of it."""
    shapely.prepare(sides)
    share = np.zeros((len(polygons), len(sides)))
    cell, side = shapely.STRtree(sides).query(polygons, predicate="intersects")
    whole = shapely.covers(sides[side], polygons[cell])
    share[cell[whole], side[whole]] = shapely.area(polygons[cell[whole]])
    cell, side = cell[~whole], side[~whole]
    parts = shapely.intersection(polygons[cell], sides[side])
    share[cell, side] = shapely.area(parts)
    return np.asarray(share.argmax(axis=1), np.int64)


def mostly_inside(polygons: NDArray[Any], areas: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which polygons lie more in some areas than outside of them."""
    share = np.zeros(len(polygons))
    for area in areas:
        met = np.flatnonzero(shapely.intersects(polygons, area))
        share[met] += shapely.area(shapely.intersection(polygons[met], area))
    return np.asarray(share > shapely.area(polygons) / 2)


def parts_at_seam(outline: Any, line: Any, seam: Any) -> NDArray[Any]:
    """Return the parts of a grid that a line cuts off at one of its seams.

    Parameters
    ----------
    outline : Polygon
        Of the grid.
    line : LineString
    seam : MultiLineString
        On the outline.

    Returns
    -------
    ndarray of Polygon, shape (p,)
        Those bounded by the line and the seam alone, and of the others those at
        the seam, but for the largest.
    """
    sides = sides_of(outline, line)
    if len(sides) < 2:
        return sides[:0]
    rims = shapely.difference(shapely.boundary(sides), _near(line))
    along = shapely.length(shapely.intersection(rims, _near(seam)))
    between = along > _BETWEEN * shapely.length(rims)
    stays = int(np.lexsort((-shapely.area(sides), between))[0])
    goes = (np.arange(len(sides)) != stays) & (along > _SEAM)
    return np.asarray(sides[goes])


def _near(line: Any) -> Any:
    """Return what lies on a line, or next to it; corners need not be round."""
    return shapely.buffer(line, _SEAM, quad_segs=1)
