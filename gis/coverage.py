"""Gaps, overlaps, spills and unmatched edges of a coverage, and its repair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from gis.chains import cancel, directed_segments
from gis.coverage_report import (
    NOISE_AREA,
    CoverageReport,
    check_coverage,
    check_coverages,
    require_coverage,
)
from gis.crs import require_metric

__all__ = [
    "NOISE_AREA",
    "CoverageReport",
    "carry_vertices",
    "check_coverage",
    "check_coverages",
    "clean_coverage",
    "coverage_gaps",
    "coverage_overlaps",
    "coverage_spills",
    "require_coverage",
    "unmatched_edges",
]


def coverage_gaps(
    grids: GeoSeries, community: Polygon | MultiPolygon, *, min_area: float = 0.0
) -> GeoSeries:
    """Return the parts of a community that no grid covers.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Grids in a projected CRS with metre units. Overlaps do no harm here.
    community : Polygon or MultiPolygon
        Community boundary, in the CRS of `grids`.
    min_area : float, default 0.0
        Leave out gaps of this area or less, in m². What is below
        `NOISE_AREA` never shows.

    Returns
    -------
    GeoSeries of Polygon, shape (k,)
        One row per gap, largest first, in the CRS of `grids`. Empty if none.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 40, 10), box(50, 0, 100, 10)], crs=32650)
    >>> coverage_gaps(grids, box(0, 0, 100, 10)).area.tolist()
    [100.0]
    """
    gaps = check_coverage(grids, community).gaps
    return gaps.geometry[gaps["area_m2"] > min_area]


def coverage_overlaps(
    grids: GeoSeries,
    community: Polygon | MultiPolygon,
    *,
    min_area: float = 0.0,
) -> GeoDataFrame:
    """Return what two grids both cover.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Grids in a projected CRS with metre units.
    community : Polygon or MultiPolygon
        Community boundary, in the CRS of `grids`.
    min_area : float, default 0.0
        Leave out overlaps of this area or less, in m². What is below
        `NOISE_AREA` never shows.

    Returns
    -------
    GeoDataFrame of Polygon, shape (k,)
        `left` and `right` (index labels), `area_m2`; largest first.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 6, 1), box(5, 0, 9, 1)], crs=32650)
    >>> overlaps = coverage_overlaps(grids, box(0, 0, 9, 1))
    >>> overlaps[["left", "right", "area_m2"]].values.tolist()
    [[0, 1, 1.0]]
    """
    overlaps = check_coverage(grids, community).overlaps
    return overlaps[overlaps["area_m2"] > min_area].drop(columns="whole")


def coverage_spills(
    grids: GeoSeries,
    community: Polygon | MultiPolygon,
    *,
    min_area: float = 0.0,
) -> GeoDataFrame:
    """Return the parts of grids outside their community.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Grids in a projected CRS with metre units.
    community : Polygon or MultiPolygon
        Community boundary, in the CRS of `grids`.
    min_area : float, default 0.0
        Leave out parts of this area or less, in m². What is below
        `NOISE_AREA` never shows.

    Returns
    -------
    GeoDataFrame of Polygon, shape (k,)
        `polygon` (index label), `area_m2`; largest first.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 6, 1)], crs=32650)
    >>> coverage_spills(grids, box(0, 0, 4, 1))["area_m2"].tolist()
    [2.0]
    """
    spills = check_coverage(grids, community).spills
    return spills[spills["area_m2"] > min_area].drop(columns="whole")


def unmatched_edges(
    grids: GeoSeries, community: Polygon | MultiPolygon
) -> GeoDataFrame:
    """Return the edge segments that no neighbour and no boundary answers.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Grids in a projected CRS with metre units.
    community : Polygon or MultiPolygon
        Community boundary, in the CRS of `grids`.

    Returns
    -------
    GeoDataFrame of LineString, shape (k,)
        `polygon` (index label, None for the boundary), `length_m`; longest first.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 4, 1)], crs=32650)
    >>> unmatched_edges(grids, box(0, 0, 4, 1)).empty
    True
    """
    return check_coverage(grids, community).edges.drop(columns="whole")


def carry_vertices(
    community: Polygon | MultiPolygon, parts: GeoSeries, *, tolerance: float = 0.001
) -> Polygon | MultiPolygon:
    """Give a boundary the vertices its parts have on it.

    Parameters
    ----------
    community : Polygon or MultiPolygon
        Boundary in the CRS of `parts`.
    parts : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Cells or grids in a projected CRS with metre units.
    tolerance : float, default 0.001
        A vertex this near to an edge of the boundary lies on it, in metres.

    Returns
    -------
    Polygon or MultiPolygon
        The boundary with vertices added and none moved; nothing is taken from
        the parts but vertices, so a gap stays a gap.

    Raises
    ------
    CRSError
        If `parts` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> halves = GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=32650)
    >>> len(carry_vertices(box(0, 0, 2, 1), halves).exterior.coords)
    7
    """
    require_metric(parts)
    inner = directed_segments(parts.array.to_numpy())
    outer = directed_segments(np.array([community], dtype=object))
    left = cancel(inner, outer)
    points = shapely.points(np.unique(inner.xy[left.parts].reshape(-1, 2), axis=0))
    tree = shapely.STRtree(points)

    def carry(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        edges = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
        edge, point = tree.query(edges, predicate="dwithin", distance=tolerance)
        along = shapely.line_locate_point(edges[edge], points[point])
        inside = (along > 0) & (along < shapely.length(edges[edge]))
        edge, point, along = edge[inside], point[inside], along[inside]
        order = np.lexsort([along, edge])
        added = shapely.get_coordinates(points[point[order]])
        carried: NDArray[np.float64] = np.insert(xy, edge[order] + 1, added, axis=0)
        return carried

    polygons = [
        Polygon(
            carry(shapely.get_coordinates(part.exterior)),
            [carry(shapely.get_coordinates(hole)) for hole in part.interiors],
        )
        for part in shapely.get_parts(community)
    ]
    if community.geom_type == "Polygon":
        return polygons[0]
    return MultiPolygon(polygons)


def clean_coverage(
    grids: GeoSeries, *, snapping_distance: float = 0.01, gap_width: float = 0.0
) -> tuple[GeoSeries, pd.DataFrame]:
    """Repair an imported layer; say how much area moved.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Polygons in a projected CRS with metre units.
    snapping_distance : float, default 0.01
        Vertices and lines nearer than this are joined, in metres.
    gap_width : float, default 0.0
        Gaps up to this width are given to a neighbour, in metres.

    Returns
    -------
    cleaned : GeoSeries
        Same index and CRS, edges matched and no overlap. Wide gaps stay.
    moved : DataFrame
        Index of `grids`; `gained_m2` and `lost_m2` for each polygon.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 6, 1), box(5, 0, 9, 1)], crs=32650)
    >>> cleaned, moved = clean_coverage(grids)
    >>> cleaned.area.sum(), moved["lost_m2"].sum()
    (np.float64(9.0), np.float64(1.0))
    """
    require_metric(grids)
    before = shapely.make_valid(grids.array.to_numpy(), method="structure")
    after = shapely.coverage_clean(
        before, snapping_distance=snapping_distance, gap_width=gap_width
    )
    moved = pd.DataFrame(
        {
            "gained_m2": shapely.area(shapely.difference(after, before)),
            "lost_m2": shapely.area(shapely.difference(before, after)),
        },
        index=grids.index,
    )
    return GeoSeries(after, index=grids.index, crs=grids.crs), moved
