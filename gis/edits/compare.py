"""Hold two plans of a community side by side: who moves, which seams go and come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.edits.draft import Draft
from gis.edits.refusals import EditError
from gis.kinds import SEAM_KINDS

__all__ = ["Comparison", "compare_plans", "grids_at", "moved_ground"]

_NOISE = 1e-3
"""Square metres below which two outlines do not share ground; metres of a seam."""

Matching = Literal["code", "share"]


@dataclass(frozen=True)
class Comparison:
    """What differs between two plans.

    Attributes
    ----------
    ground : DataFrame
        `former`, `grid` (codes, "" where a cell has none), `area_m2`, `buildings`,
        `households`, `moved` (bool): one row for each pair of grids that share
        ground. The counts are those of the later plan.
    seams : GeoDataFrame of MultiLineString
        `state` (old, new, kept), `kind`, `length_m`: seams that go, come and stay.
    matches : dict of str to str
        Grid of the later plan that each earlier grid goes on in.
    """

    ground: pd.DataFrame
    seams: GeoDataFrame
    matches: dict[str, str]

    @property
    def moves(self) -> pd.DataFrame:
        """Rows of `ground` whose grid does not go on from the former one."""
        return self.ground[self.ground["moved"]].reset_index(drop=True)

    @property
    def households_moved(self) -> int:
        """Households whose grid does not go on from the former one."""
        return int(self.moves["households"].sum())


def compare_plans(
    before: Draft, after: Draft, *, matching: Matching = "code"
) -> Comparison:
    """Compare two plans of one community.

    Parameters
    ----------
    before, after : Draft
        On the same cells or on others, in one CRS.
    matching : {"code", "share"}
        Whether a grid goes on in the one with its code, or in the one it shares
        most households with, whatever their codes.

    Returns
    -------
    Comparison
        Households are counted in the buildings of `after`.

    Raises
    ------
    EditError
        If the plans are not of one community.

    Examples
    --------
    >>> from gis.edits.assign import reassign
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 300], [0, 0, 0, 1])
    >>> found = compare_plans(draft, reassign(draft, [2], draft.codes[1]).plan)
    >>> found.moves[["area_m2", "households"]].values.tolist()
    [[10000.0, 100.0]]
    >>> found.seams[["state", "length_m"]].values.tolist()
    [['new', 100.0], ['old', 100.0]]
    """
    if before.cell_set.code != after.cell_set.code or before.crs != after.crs:
        raise EditError(
            "other_community",
            "两个方案不属于同一社区，无法比较",
            "the two plans are not of one community and cannot be compared",
        )
    ground = _shared_ground(before, after)
    matches = _matches(ground, before, matching)
    ground["moved"] = ground["former"].map(matches) != ground["grid"]
    return Comparison(ground, _seam_states(before, after), matches)


def grids_at(draft: Draft, points: NDArray[Any]) -> NDArray[np.int64]:
    """Return the place of the grid at each point, the nearest for one outside.

    Parameters
    ----------
    draft : Draft
    points : ndarray of Point, shape (p,)

    Returns
    -------
    ndarray of int64, shape (p,)
        A point on a seam belongs to the grid that stands first.
    """
    if len(points) == 0:
        return np.empty(0, np.int64)
    point, grid = shapely.STRtree(draft.outlines).query_nearest(points)
    order = np.lexsort((grid, point))
    _, first = np.unique(point[order], return_index=True)
    return np.asarray(grid[order][first], np.int64)


def moved_ground(before: Draft, after: Draft, found: Comparison) -> GeoDataFrame:
    """Return the ground whose grid does not go on from the former one.

    Parameters
    ----------
    before, after : Draft
        The plans that were compared.
    found : Comparison
        What `compare_plans` returned of them.

    Returns
    -------
    GeoDataFrame of MultiPolygon
        `former`, `grid`, `households`, a row for each of `found.moves` that has ground,
        in its order.

    Examples
    --------
    >>> from gis.edits.assign import reassign
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 300], [0, 0, 0, 1])
    >>> after = reassign(draft, [2], draft.codes[1]).plan
    >>> moved_ground(draft, after, compare_plans(draft, after)).area.tolist()
    [10000.0]
    """
    moves = found.moves
    known = moves["former"].isin(before.codes) & moves["grid"].isin(after.codes)
    moves = moves[known & (moves["area_m2"] > 0)].reset_index(drop=True)
    i = np.array([before.place(code) for code in moves["former"]], np.int64)
    j = np.array([after.place(code) for code in moves["grid"]], np.int64)
    shared = shapely.intersection(before.outlines[i], after.outlines[j])
    shapes = [_polygons(each) for each in shared]
    return GeoDataFrame(
        moves[["former", "grid", "households"]], geometry=shapes, crs=after.crs
    )


def _polygons(shape: Any) -> Any:
    """Return what of a shape has ground; outlines also meet in lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.area(parts) > _NOISE])


def _shared_ground(before: Draft, after: Draft) -> pd.DataFrame:
    """Return the area, buildings and households that pairs of grids share."""
    i, j = shapely.STRtree(after.outlines).query(
        before.outlines, predicate="intersects"
    )
    area = shapely.area(shapely.intersection(before.outlines[i], after.outlines[j]))
    real = area > _NOISE
    pairs = pd.DataFrame({"i": i[real], "j": j[real], "area_m2": area[real]})
    members = after.cell_set.member_cell
    homes = pd.DataFrame(
        {
            "i": _former_grids(before, after),
            "j": after.labels[members].astype(np.int64),
            "households": after.buildings.households,
            "buildings": 1,
        }
    )
    counts = homes.groupby(["i", "j"], as_index=False)[["buildings", "households"]]
    table = pairs.merge(counts.sum(), on=["i", "j"], how="outer").fillna(0)
    table = table.sort_values(["i", "j"], ignore_index=True)
    return pd.DataFrame(
        {
            "former": np.array([*before.codes, ""], object)[table["i"]],
            "grid": np.array([*after.codes, ""], object)[table["j"]],
            "area_m2": table["area_m2"].round(1),
            "buildings": table["buildings"].astype(np.int64),
            "households": table["households"].astype(np.int64),
        }
    )


def _former_grids(before: Draft, after: Draft) -> NDArray[np.int64]:
    """Return the earlier grid of each building of the later plan."""
    if np.array_equal(before.cell_set.members, after.cell_set.members):
        return before.labels[before.cell_set.member_cell].astype(np.int64)
    return grids_at(before, after.buildings.points)


def _matches(ground: pd.DataFrame, before: Draft, matching: Matching) -> dict[str, str]:
    if matching == "code":
        return {code: code for code in before.codes}
    order = ground.sort_values(
        ["households", "area_m2", "former", "grid"],
        ascending=[False, False, True, True],
    )
    found: dict[str, str] = {}
    for former, grid in zip(order["former"], order["grid"], strict=True):
        if former not in found and grid not in found.values():
            found[former] = grid
    return found


def _seam_states(before: Draft, after: Draft) -> GeoDataFrame:
    """Return the seams of both plans by what becomes of them."""
    old, new = _seams(before), _seams(after)
    # Most segments are the very same in both, bit by bit; only others are laid over
    # each other, where one may have a vertex that the other lacks.
    stays, came = _same(old[0], new[0]), _same(new[0], old[0])
    same = _lines(new[0][came]), new[1][came]
    gone = _lines(old[0][~stays]), old[1][~stays]
    fresh = _lines(new[0][~came]), new[1][~came]
    left, there = _zone(fresh[0]), _zone(gone[0])
    rows = []
    for state, parts in (
        ("old", [_of_kinds(gone, shapely.difference, left)]),
        ("new", [_of_kinds(fresh, shapely.difference, there)]),
        ("kept", [_of_kinds(same), _of_kinds(fresh, shapely.intersection, there)]),
    ):
        for kind in sorted({kind for part in parts for kind in part}):
            merged = _merged([part[kind] for part in parts if kind in part])
            if merged.length > _NOISE:
                rows.append((state, SEAM_KINDS[kind], round(merged.length, 2), merged))
    rows.sort(key=lambda row: row[:3])
    frame = pd.DataFrame(rows, columns=["state", "kind", "length_m", "geometry"])
    shapes = gpd.GeoSeries(list(frame.pop("geometry")), crs=after.crs)
    return GeoDataFrame(frame, geometry=shapes, crs=after.crs)


Segments = tuple[NDArray[Any], NDArray[np.int8]]
"""Lines or end points, and what lies on them."""


def _of_kinds(
    lines: Segments,
    overlay: Callable[[Any, Any], Any] | None = None,
    zone: Any = None,
) -> dict[int, Any]:
    """Return what is left of lines of each kind, all of a kind at once."""
    shapes, kinds = lines
    found = {}
    for kind in np.unique(kinds).tolist():
        whole = shapely.multilinestrings(shapes[kinds == kind])
        found[kind] = whole if overlay is None else overlay(whole, zone)
    return found


def _seams(draft: Draft) -> Segments:
    """Return end points of the segments between two grids, and what lies on them."""
    segments, labels = draft.cell_set.segments, np.r_[draft.labels, -1]
    at = segments.inner & (labels[segments.i] != labels[segments.j])
    ends = np.stack([segments.a[at], segments.b[at]], axis=1)
    # The lesser end first: the two plans may have walked a segment either way.
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[turned] = ends[turned][:, ::-1]
    return ends, draft.cell_set.segment_kind[at]


def _same(ends: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which segments are among others, bit by bit."""
    known = set(map(bytes, others.reshape(-1, 4)))
    return np.array([bytes(row) in known for row in ends.reshape(-1, 4)], bool)


def _lines(ends: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)))


def _zone(lines: NDArray[Any]) -> Any:
    """Return the ground within a millimetre of lines; vertices may lie otherwise."""
    return shapely.buffer(shapely.multilinestrings(lines), _NOISE, cap_style="square")


def _merged(shapes: Sequence[Any]) -> Any:
    parts = np.concatenate([shapely.get_parts(shape) for shape in shapes])
    parts = parts[shapely.length(parts) > _NOISE]
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return shapely.multilinestrings(shapely.get_parts([merged]))
