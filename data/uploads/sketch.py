"""A few shapes that stand for an upload on a small map, as they are in the file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["draw_sketch"]

MOST_SHAPES = 400
MOST_VERTICES = 6_000
"""Of one layer: enough to recognise a place by, little enough to send and to move."""
_PLAIN = ("Point", "LineString", "Polygon")


def draw_sketch(
    shapes: NDArray[np.object_], *, most: int = MOST_VERTICES
) -> dict[str, Any] | None:
    """Return some shapes of a layer in its own coordinates, and the box of all.

    None where not one shape is there. The shapes are spread over the rows; long ones
    are thinned, holes are left out; together they have `most` vertices at most.
    """
    given = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    finite = np.isfinite(shapely.bounds(given)).all(axis=1)
    given = given[finite]
    if not len(given):
        return None
    step = max(1, len(given) // MOST_SHAPES)
    drawn: list[dict[str, Any]] = []
    room = most
    for shape in given[::step][:MOST_SHAPES].tolist():
        for part in shapely.get_parts(shapely.force_2d(shape))[:8].tolist():
            if part.geom_type not in _PLAIN:
                continue
            thin = _thinned(part)
            room -= shapely.get_num_coordinates(thin)
            if room < 0:
                break
            drawn.append(json.loads(shapely.to_geojson(thin)))
    box = shapely.total_bounds(given)
    return {"box": [float(value) for value in box], "shapes": drawn}


def _thinned(part: shapely.Geometry) -> shapely.Geometry:
    """Return a shape of few vertices; one that thinning would empty stays."""
    if part.geom_type == "Polygon":
        part = shapely.Polygon(part.exterior)
    if shapely.get_num_coordinates(part) <= 24:
        return part
    west, south, east, north = part.bounds
    thin = shapely.simplify(part, max(east - west, north - south) / 200)
    return part if thin.is_empty else thin
