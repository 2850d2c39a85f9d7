"""Cells of the record: degrees in store, metres at work, no vertex moved in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis.degrees import to_degrees
from gis.errors import CoverageError

__all__ = ["VertexBook", "stored_shapes"]


def stored_shapes(
    shapes: NDArray[Any], *, metric: NDArray[Any], stored: NDArray[Any], crs: CRS
) -> NDArray[Any]:
    """Return shapes in longitude and latitude, known vertices as they are stored.

    Cells are stored in degrees and cut in metres. Converted back, a vertex that was
    there before would differ in its last digits from the same vertex of a neighbour
    that was not touched; so it is looked up, and only new vertices are converted.

    Parameters
    ----------
    shapes : ndarray of Polygon, shape (n,)
        In metres: pieces, cells that got a vertex, outlines of grids.
    metric, stored : ndarray of Polygon, shape (m,)
        Cells before the cut, in metres as they were read and in degrees as they are
        stored; all that hold vertices of `shapes`.
    crs : CRS
        Metric CRS.

    Returns
    -------
    ndarray of Polygon, shape (n,)

    Raises
    ------
    CoverageError
        If `metric` and `stored` are not the same polygons vertex by vertex.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([1, 2], [0, 0])
    >>> cells, none = draft.cell_set.polygons, draft.outlines[:0]
    >>> degrees = stored_shapes(cells, metric=none, stored=none, crs=draft.crs)
    >>> wide = stored_shapes(
    ...     draft.outlines, metric=cells, stored=degrees, crs=draft.crs)
    >>> bool(wide[0].covers(degrees[0]))
    True
    """
    return VertexBook.of(metric, stored, crs=crs).with_shapes(shapes).degrees(shapes)


@dataclass(frozen=True)
class VertexBook:
    """Where each vertex of some cells is stored.

    Attributes
    ----------
    places : dict of tuple to tuple
        Degrees of a vertex by its metres.
    crs : CRS
        Metric CRS.
    """

    places: dict[tuple[float, float], tuple[float, float]]
    crs: CRS

    @classmethod
    def of(cls, metric: NDArray[Any], stored: NDArray[Any], *, crs: CRS) -> VertexBook:
        """Return the vertices of the same cells in metres and in degrees."""
        known, kept = shapely.get_coordinates(metric), shapely.get_coordinates(stored)
        if known.shape != kept.shape:
            raise CoverageError(
                f"{len(known)} vertices in metres and {len(kept)} in degrees; give the "
                "same cells in both",
                f"米制顶点 {len(known)} 个、经纬度顶点 {len(kept)} 个，应为同一批单元",
            )
        places = zip(_points(known), _points(kept), strict=True)
        return cls(dict(places), crs)

    def with_shapes(self, shapes: NDArray[Any]) -> VertexBook:
        """Return a book that has the vertices of some shapes too."""
        asked = _points(shapely.get_coordinates(shapes))
        new = np.array(sorted({p for p in asked if p not in self.places}), float)
        if len(new) == 0:
            return self
        degrees = np.stack(to_degrees(self.crs).transform(*new.T), axis=1)
        more = dict(zip(_points(new), _points(degrees), strict=True))
        return VertexBook(self.places | more, self.crs)

    def degrees(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Return shapes of known vertices as they are stored."""
        if len(shapes) == 0:
            return shapes
        xy = _points(shapely.get_coordinates(shapes))
        result = shapes.copy()
        kept = [self.places[p] for p in xy]
        return np.asarray(shapely.set_coordinates(result, kept))


def _points(xy: NDArray[np.float64]) -> list[tuple[float, float]]:
    return list(map(tuple, xy.tolist()))
