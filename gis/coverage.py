"""Gaps, overlaps, spills and unmatched edges of a coverage, and its repair."""

from __future__ import annotations

import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon, Polygon

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
