"""Old grids of any kind over a new plan: which share went where (RULES 003-04)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.edits.compare import grids_at
from gis.edits.draft import Draft
from gis.errors import CRSError

__all__ = ["crosswalk"]

_TENTHS = 1000
"""100 % in tenths of a percent."""

_NOISE = 0.01
"""Square metres of an old grid outside the plan that are no row of their own."""


def crosswalk(legacy: GeoDataFrame, draft: Draft) -> pd.DataFrame:
    """Return the shares of old grids over the grids of a plan.

    Parameters
    ----------
    legacy : GeoDataFrame of Polygon or MultiPolygon
        Old grids with column `code`, in the CRS of the draft; they may overlap,
        leave gaps, and reach beyond the community.
    draft : Draft

    Returns
    -------
    DataFrame
        `legacy`, `grid` (codes; "" for what lies outside the community), `area_m2`,
        `area_percent`, `households`, `household_percent`, by codes. Percentages have
        one decimal and add up to exactly 100 for each old grid; those of households
        are missing for an old grid nobody lives in.

    Raises
    ------
    CRSError
        If `legacy` is in another CRS than the draft.

    Examples
    --------
    >>> from gis.edits.samples import CORNER, row_draft
    >>> draft = row_draft([100, 300], [0, 1])
    >>> old = GeoDataFrame({"code": ["党-1"]}, geometry=[shapely.box(
    ...     CORNER[0], CORNER[1], CORNER[0] + 150, CORNER[1] + 100)], crs=draft.crs)
    >>> crosswalk(old, draft)[["area_percent", "household_percent"]].values.tolist()
    [[66.7, 25.0], [33.3, 75.0]]
    """
    if legacy.crs is None or legacy.crs != draft.crs:
        raise CRSError(
            f"old grids are not in {draft.crs.name}, as the plan is; convert them",
            f"旧网格与方案的坐标系不同（{draft.crs.name}）；请先转换",
        )
    shapes = shapely.make_valid(legacy.geometry.to_numpy())
    old, new = shapely.STRtree(draft.outlines).query(shapes, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[old], draft.outlines[new]))
    outside = shapely.area(shapes) - np.bincount(old, area, len(shapes))
    far = np.flatnonzero(outside > _NOISE)
    k = len(draft.codes)
    rows = pd.DataFrame(
        {
            "old": np.r_[old, far],
            "new": np.r_[new, np.full(len(far), k)],
            "area_m2": np.r_[area, outside[far]],
        }
    )
    table = rows.merge(_homes(shapes, draft), on=["old", "new"], how="outer").fillna(0)
    table = table[(table["area_m2"] > _NOISE) | (table["households"] > 0)]
    table = table.sort_values(["old", "new"], ignore_index=True)
    groups = table.groupby("old")
    return pd.DataFrame(
        {
            "legacy": legacy["code"].to_numpy()[table["old"]],
            "grid": np.array([*draft.codes, ""], object)[table["new"]],
            "area_m2": table["area_m2"].round(1),
            "area_percent": groups["area_m2"].transform(_percent),
            "households": table["households"].astype(np.int64),
            "household_percent": groups["households"].transform(_percent),
        }
    )


def _homes(shapes: NDArray[np.object_], draft: Draft) -> pd.DataFrame:
    """Return the households that each old grid shares with each new one."""
    points = draft.buildings.points
    home, old = shapely.STRtree(shapes).query(points, predicate="intersects")
    found = pd.DataFrame(
        {
            "old": old,
            "new": grids_at(draft, points)[home],
            "households": draft.buildings.households[home],
        }
    )
    return found.groupby(["old", "new"], as_index=False)[["households"]].sum()


def _percent(values: pd.Series) -> pd.Series:
    """Return percentages with one decimal that add up to 100; NaN for nothing.

    What rounding down leaves over goes to the largest remainders.
    """
    total = values.sum()
    if total <= 0:
        return pd.Series(np.nan, index=values.index)
    exact = values.to_numpy(dtype=np.float64) * (_TENTHS / total)
    whole = np.floor(exact)
    left = round(_TENTHS - whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return pd.Series(whole / 10, index=values.index)
