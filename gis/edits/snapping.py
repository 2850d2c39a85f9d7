"""Lead a drawn line between buildings."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from gis.edits.cutting import in_the_way, tidy_line
from gis.edits.sides import sides_of
from gis.tessellation import cut_block

__all__ = ["snap_between"]

_CLEAR = 3.0
"""Metres a line keeps from a building it goes around; to a near neighbour, half."""


def snap_between(line: Any, footprints: NDArray[Any]) -> Any:
    """Return a line that passes between the buildings it was drawn through.

    Parameters
    ----------
    line : LineString
        In a metric CRS; closed for the outline of a polygon.
    footprints : ndarray of Polygon, MultiPolygon or Point, shape (n,)

    Returns
    -------
    LineString
        Around each building in the way, 3 m off or midway to a nearer neighbour, so
        that the building is on the side most of it was on. Elsewhere it is the line
        that was drawn; all of it where nothing is in the way, or where it is so
        curled that it has no two sides.

    Raises
    ------
    EditError
        If the line is too short or crosses itself.

    Examples
    --------
    >>> home = shapely.box(10, -2, 20, 8)
    >>> line = LineString([(0, 0), (30, 0)])
    >>> snapped = snap_between(line, np.array([home]))
    >>> snapped.wkt
    'LINESTRING (0 0, 7 0, 7 -5, 23 -5, 23 0, 30 0)'
    """
    drawn = tidy_line(line)
    way = in_the_way([drawn], footprints)
    if len(way) == 0:
        return drawn
    grounds = _grounds(footprints, way)
    sides = _two_sides(drawn, grounds)
    if sides is None:
        return drawn
    left, right = sides
    for shape, ground in zip(footprints[way], grounds, strict=True):
        if 2 * shapely.intersection(shape, left).area >= shape.area:
            left, right = left.union(ground), right.difference(ground)
        else:
            left, right = left.difference(ground), right.union(ground)
    return _border(drawn, left, right)


def _grounds(footprints: NDArray[Any], way: NDArray[np.int64]) -> list[Polygon]:
    """Return the ground of some buildings: near them, and nearer than to others."""
    zone = shapely.union_all(shapely.buffer(footprints[way], 2 * _CLEAR))
    found = []
    for part in shapely.get_parts([zone]):
        at = shapely.STRtree(footprints).query(part, predicate="intersects")
        # Clipped, for ground without the heart of a building is given away.
        within = shapely.intersection(footprints[np.sort(at)], part)
        found.append(cut_block(part, within))
    cells = np.concatenate(found)
    hearts = shapely.point_on_surface(footprints[way])
    own = shapely.STRtree(cells).nearest(hearts)
    around = shapely.buffer(footprints[way], _CLEAR, join_style="mitre")
    return list(shapely.intersection(cells[own], around))


def _two_sides(line: Any, grounds: list[Polygon]) -> tuple[Any, Any] | None:
    """Return the ground on the two sides of a line, None where it has no two."""
    frame = shapely.box(*shapely.total_bounds([line, *grounds])).buffer(
        _CLEAR, join_style="mitre"
    )
    whole = line if line.is_closed else _beyond(line, frame)
    if not whole.is_simple:
        return None
    sides = sides_of(frame, whole)
    return (sides[0], sides[1]) if len(sides) == 2 else None


def _beyond(line: Any, frame: Any) -> LineString:
    """Return a line with both ends carried straight on across a frame."""
    xy = shapely.get_coordinates(line)
    start, end = xy[0] - xy[1], xy[-1] - xy[-2]
    first = xy[0] + start / np.hypot(*start) * frame.length
    last = xy[-1] + end / np.hypot(*end) * frame.length
    return LineString([first, *xy, last])


def _border(drawn: Any, left: Any, right: Any) -> Any:
    """Return what parts two sides, from the start of the drawn line to its end."""
    shared = shapely.line_merge(
        shapely.intersection(left, right, grid_size=0.001).normalize()
    )
    lines = [g for g in shapely.get_parts([shared]) if g.geom_type == "LineString"]
    if not lines:
        # A ring inside one building leaves nothing on its inner side.
        return drawn
    border = max(lines, key=lambda g: g.length)
    if drawn.is_closed:
        return tidy_line(border)
    start, end = (border.project(Point(drawn.coords[k])) for k in (0, -1))
    return tidy_line(substring(border, start, end))
