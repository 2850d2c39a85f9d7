"""Where the label of an area has most room."""

from __future__ import annotations

import math

import shapely
from geopandas import GeoDataFrame

from maps.encode import Frame

__all__ = ["label_places"]


def label_places(areas: GeoDataFrame, frame: Frame) -> list[list[int]]:
    """Return x, y and radius of the widest circle inside each area."""
    places: list[list[int]] = []
    for shape in areas.geometry:
        if shape is None or shape.is_empty:
            places.append([0, 0, 0])
            continue
        flat = shapely.transform(shape, lambda xy: frame.place(xy).astype(float))
        if flat.area <= 0:
            places.append([*_ints(flat.centroid), 0])
            continue
        spoke = shapely.maximum_inscribed_circle(
            flat, tolerance=math.sqrt(flat.area) / 40
        )
        centre = shapely.get_point(spoke, 0)
        places.append([*_ints(centre), round(spoke.length)])
    return places


def _ints(point: shapely.Point) -> tuple[int, int]:
    return round(point.x), round(point.y)
