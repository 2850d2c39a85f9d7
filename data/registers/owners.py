"""Whose is what: rows of a source ↔ the community they lie in."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

__all__ = ["nearest_of_name", "owners"]

Shapes = NDArray[np.object_]


def owners(shapes: Shapes, communities: GeoDataFrame) -> NDArray[np.object_]:
    """Return the code of the community of each shape, "" where it lies in none.

    An area belongs where a point inside it lies, a line where its middle lies or,
    with the middle outside, to a community it touches. What lies on a border belongs
    to the smaller code, so that it has one owner and always the same.
    """
    found = _holders(_points_for(shapes), communities)
    lines = (found == "") & (shapely.get_dimensions(shapes) == 1)
    found[lines] = _holders(shapes[lines], communities)
    return found


def _points_for(shapes: Shapes) -> Shapes:
    points = shapely.point_on_surface(shapes)
    lines = shapely.get_dimensions(shapes) == 1
    points[lines] = shapely.line_interpolate_point(
        _longest_parts(shapes[lines]), 0.5, normalized=True
    )
    return np.asarray(points, dtype=object)


def _longest_parts(lines: Shapes) -> Shapes:
    """Return the longest piece of each line: only a single one has a middle."""
    parts, line = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((-np.arange(len(parts)), shapely.length(parts), line))
    last = np.flatnonzero(np.diff(line[order], append=-1))
    return np.asarray(parts[order][last], dtype=object)


def _holders(shapes: Shapes, communities: GeoDataFrame) -> NDArray[np.object_]:
    """Return the smallest code among the communities each shape meets."""
    found = np.full(len(shapes), "", dtype=object)
    # The tree holds the shapes: GEOS prepares the polygons it asks with.
    areas = communities.geometry.to_numpy()
    community, shape = shapely.STRtree(shapes).query(areas, predicate="intersects")
    codes = communities["code"].to_numpy(dtype=object)[community]
    order = np.argsort(codes.astype(str), kind="stable")[::-1]
    found[shape[order]] = codes[order]  # the last one written stays
    return found


def nearest_of_name(
    shapes: Shapes, names: NDArray[np.object_], places: GeoDataFrame
) -> NDArray[np.int64]:
    """Return which place of its `name` is nearest to each shape, -1 where none is."""
    found = np.full(len(shapes), -1, dtype=np.int64)
    rows = places.reset_index(drop=True).groupby("name").indices
    geometry = places.geometry.to_numpy()
    for name in np.unique(names[names != ""].astype(str)).tolist():
        if name not in rows:
            continue
        mine, those = np.flatnonzero(names == name), rows[name]
        tree = shapely.STRtree(geometry[those])
        found[mine] = those[tree.nearest(shapes[mine])]
    return found
