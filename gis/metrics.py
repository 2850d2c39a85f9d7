"""Measures of grids: shape, households, balance, streets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from geopandas import GeoSeries
from numpy.typing import ArrayLike

from gis.chains import shared_lengths
from gis.colouring import four_colour_classes
from gis.crs import require_metric
from gis.kinds import SeamKind

__all__ = [
    "balance",
    "compactness",
    "four_colour_classes",
    "gini",
    "households",
    "in_band",
    "max_min_ratio",
    "shared_edges",
    "street_share",
]


def compactness(grids: GeoSeries) -> pd.Series:
    """Return the Polsby-Popper compactness of grids.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Grids in a projected CRS with metre units.

    Returns
    -------
    Series of float64, shape (n,)
        4π × area ÷ perimeter²: 1 for a circle, π ÷ 4 for a square.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> compactness(GeoSeries([box(0, 0, 9, 9)], crs=32650)).round(4).tolist()
    [0.7854]
    """
    require_metric(grids)
    shape = 4 * np.pi * grids.area.to_numpy() / grids.length.to_numpy() ** 2
    return pd.Series(shape, index=grids.index, name="compactness")


def households(grids: pd.Index, cells: pd.DataFrame) -> pd.Series:
    """Add up the households of the cells of each grid.

    Parameters
    ----------
    grids : Index
        Grid codes, shape (n,).
    cells : DataFrame
        `grid` (code) and `households`.

    Returns
    -------
    Series of int64, shape (n,)
        Households, 0 for a grid without cells.

    Examples
    --------
    >>> cells = pd.DataFrame({"grid": ["a", "b", "a"], "households": [1, 2, 3]})
    >>> households(pd.Index(["a", "b", "c"]), cells).tolist()
    [4, 2, 0]
    """
    total = cells.groupby("grid")["households"].sum()
    return total.reindex(grids, fill_value=0).astype(np.int64)


def in_band(grids: pd.DataFrame, *, low: int = 300, high: int = 500) -> pd.Series:
    """Tell which resident grids keep the household band.

    Parameters
    ----------
    grids : DataFrame, shape (n,)
        `type` (resident, exclusive, reserved) and `households`.
    low, high : int, default 300 and 500
        Both are allowed.

    Returns
    -------
    Series of boolean, shape (n,)
        Missing for grids of other types: the band does not bind them.

    Raises
    ------
    ValueError
        If `low` exceeds `high`.

    Examples
    --------
    >>> grids = pd.DataFrame({"type": "resident", "households": [299, 300, 500, 501]})
    >>> in_band(grids).tolist()
    [False, True, True, False]
    """
    if low > high:
        raise ValueError(f"low {low} exceeds high {high}; swap them")
    inside = grids["households"].between(low, high).astype("boolean")
    return inside.where(grids["type"] == "resident").rename("in_band")


def balance(counts: pd.Series, *, target: float | None = None) -> pd.Series:
    """Return how far each grid is from the target, as a share of it.

    Parameters
    ----------
    counts : Series, shape (n,)
        Households or load of each grid.
    target : float, optional
        What each should hold; the mean if not given.

    Returns
    -------
    Series of float64, shape (n,)
        0 at the target, -0.25 a quarter below, 0.25 a quarter above. All 0 if the
        target is 0.

    Examples
    --------
    >>> balance(pd.Series([300, 400, 500])).tolist()
    [-0.25, 0.0, 0.25]
    """
    goal = float(counts.mean()) if target is None else target
    if len(counts) == 0 or goal == 0:
        return pd.Series(0.0, index=counts.index, name="balance")
    return (counts / goal - 1.0).rename("balance")


def gini(counts: ArrayLike) -> float:
    """Return the Gini coefficient of a load.

    Parameters
    ----------
    counts : array_like of float, shape (n,)
        Households or load of each grid, none negative.

    Returns
    -------
    float
        0 if all hold the same, near 1 if one holds all; 0 for no grids.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> gini([400, 400]), gini([0, 0, 0, 100])
    (0.0, 0.75)
    """
    values = np.sort(np.asarray(counts, dtype=float))
    if len(values) and values[0] < 0:
        raise ValueError(f"count {values[0]} is negative; a load begins at 0")
    total = values.sum()
    if total == 0:
        return 0.0
    rank = np.arange(1, len(values) + 1)
    return float((2 * rank - len(values) - 1) @ values / (len(values) * total))


def max_min_ratio(counts: ArrayLike) -> float:
    """Return the largest load divided by the smallest.

    Parameters
    ----------
    counts : array_like of float, shape (n,)
        Households or load of each grid.

    Returns
    -------
    float
        1 if all hold the same or there is no grid, infinity if one holds nothing
        while another holds something.

    Examples
    --------
    >>> max_min_ratio([300, 450]), max_min_ratio([0, 1])
    (1.5, inf)
    """
    values = np.asarray(counts, dtype=float)
    if len(values) == 0 or values.max() == values.min():
        return 1.0
    return float("inf") if values.min() == 0 else float(values.max() / values.min())


def street_share(grids: pd.Index, seams: pd.DataFrame) -> pd.Series:
    """Return the share of each grid's seams that lies on something visible.

    Parameters
    ----------
    grids : Index
        Grid codes, shape (n,).
    seams : DataFrame
        `left`, `right` (codes), `kind` (word of `SeamKind`), `length_m`.

    Returns
    -------
    Series of float64, shape (n,)
        0 to 1; street, river, railway, wall and compound edge all count. 1 for a
        grid without a seam: no metre of it is off street.

    Examples
    --------
    >>> seams = pd.DataFrame(
    ...     {
    ...         "left": ["a", "a"],
    ...         "right": ["b", "b"],
    ...         "kind": ["street", "none"],
    ...         "length_m": [30.0, 10.0],
    ...     }
    ... )
    >>> street_share(pd.Index(["a", "c"]), seams).tolist()
    [0.75, 1.0]
    """
    both = pd.concat([seams.set_index("left"), seams.set_index("right")])
    on_street = both["length_m"].where(both["kind"] != SeamKind.NONE.label, 0.0)
    total = both["length_m"].groupby(level=0).sum().reindex(grids, fill_value=0.0)
    visible = on_street.groupby(level=0).sum().reindex(grids, fill_value=0.0)
    return (visible / total.where(total > 0)).fillna(1.0).rename("street_share")


def shared_edges(grids: GeoSeries) -> pd.DataFrame:
    """Measure the seams between grids whose edges match.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        A coverage in a projected CRS with metre units.

    Returns
    -------
    DataFrame
        `left` and `right` (positions, left < right), `length_m`; sorted.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 1, 5), box(1, 0, 2, 5)], crs=32650)
    >>> shared_edges(grids).values.tolist()
    [[0.0, 1.0, 5.0]]
    """
    require_metric(grids)
    pairs, length = shared_lengths(grids.array.to_numpy())
    return pd.DataFrame({"left": pairs[:, 0], "right": pairs[:, 1], "length_m": length})
