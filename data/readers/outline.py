"""One community around buildings, where no boundary is given."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from shapely import Polygon

from data.errors import ImportFormatError
from gis.crs import metric_crs

__all__ = ["hull_of_buildings"]


def hull_of_buildings(
    buildings: GeoDataFrame, *, margin: float = 30.0, widest: float = 300.0
) -> Polygon:
    """Return the outline of the buildings, `margin` metres out, in their CRS.

    One polygon without holes that holds every building. Bays wider than `widest`
    metres at the mouth stay outside.
    """
    if buildings.empty:
        raise ImportFormatError(
            "--boundary hull 需要建筑物图层，但没有读到建筑物；请给出 buildings 图层",
            "--boundary hull needs buildings but none were read; "
            "give a buildings layer",
        )
    west, south, east, north = buildings.total_bounds
    metric = metric_crs((west + east) / 2, (south + north) / 2)
    shapes = buildings.geometry.to_crs(metric).to_numpy()
    hull = shapely.buffer(_concave(shapes, widest), margin, quad_segs=4)
    # The hull runs from corner to corner: a building may come nearer or stick out.
    inner = shapely.buffer(hull, -margin)
    shapely.prepare(inner)
    cut = ~shapely.contains_properly(inner, shapes)
    near = shapely.buffer(shapes[cut], margin, quad_segs=4)
    outline = shapely.union_all([hull, *near])
    whole = max(shapely.get_parts(outline), key=shapely.area)
    place = GeoSeries([Polygon(whole.exterior)], crs=metric).to_crs(buildings.crs)
    return place.iloc[0]


def _concave(shapes: NDArray[np.object_], widest: float) -> shapely.Geometry:
    """Return the concave hull with gates no wider than asked."""
    points = shapely.multipoints(_outer_corners(shapely.get_coordinates(shapes)))
    edges = shapely.get_parts(shapely.delaunay_triangles(points, only_edges=True))
    if len(edges) < 3:
        return shapely.convex_hull(points)
    lengths = shapely.length(edges)
    span = lengths.max() - lengths.min()
    ratio = (widest - lengths.min()) / span if span > 0 else 1.0
    return shapely.concave_hull(points, ratio=float(min(max(ratio, 0.0), 1.0)))


def _outer_corners(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners an outline can touch, in an order of their own.

    One per 15 m square is enough; and a square of 60 m with buildings on all
    eight sides is far inside.
    """
    square = np.floor((corners - corners.min(axis=0)) / 60.0).astype(np.int64) + 1
    taken = np.zeros(square.max(axis=0) + 2, dtype=bool)
    taken[square[:, 0], square[:, 1]] = True
    around = sliding_window_view(np.pad(taken, 1), (3, 3))
    outer = taken & ~around.all(axis=(2, 3))
    corners = corners[outer[square[:, 0], square[:, 1]]]
    corners = corners[np.lexsort((corners[:, 1], corners[:, 0]))]
    _, first = np.unique(np.floor(corners / 15.0), axis=0, return_index=True)
    return corners[np.sort(first)]
