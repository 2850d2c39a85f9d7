"""Check the seams between grids against the edges they share."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray

from gis.chains import found_among
from gis.evidence import Evidence, Findings
from gis.kinds import SEAM_KINDS, SeamKind

__all__ = ["check_seams"]

# Stored lengths are rounded to a centimetre.
_ROUNDING = 0.01

# Metres of one projected zone are not quite those of another.
_SCALE = 1e-3

# RULES 003-01: on a street is who lies within this of one, m.
_NEAR = 5.0
_STEP = 2.5


def check_seams(e: Evidence, *, ways: GeoSeries | None = None) -> Findings:
    """Measure the seams again; list what lies off street (RULES 003-01).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.
    ways : GeoSeries, optional
        Streets, barriers and outlines of compounds and sites, in the same CRS.
        Seams that claim one must lie within 5 m of one.

    Returns
    -------
    Findings
        Stretches off street are remarks. A seam that does not run along the edge
        of its two grids, a part of such an edge that no seam lists, an unknown
        kind or grid is a fault.
    """
    found = Findings(e)
    length = e.seams.geometry.length.to_numpy()
    kinds = e.seams["kind"].to_numpy(dtype=object)
    community = np.where(e.seam_left < 0, -1, e.grid_community[e.seam_left])
    off = kinds == SeamKind.NONE.label
    for row in np.flatnonzero(off)[np.argsort(-length[off], kind="stable")]:
        found.add(
            "off_street",
            community=int(community[row]),
            fault=False,
            zh=f"{length[row]:,.1f}米接边线不在街巷上",
            en=f"{length[row]:,.1f} m of seam lie off street",
            grids=(e.seams["left"].iloc[row], e.seams["right"].iloc[row]),
            measure=length[row],
            where=e.seams.geometry.iloc[row],
        )
    bad = ~np.isin(kinds, SEAM_KINDS) | (e.seam_left < 0) | (e.seam_right < 0)
    stored = e.seams["length_m"].to_numpy(dtype=float)
    bad |= ~np.isclose(stored, length, rtol=_SCALE, atol=_ROUNDING)
    for row in np.flatnonzero(bad):
        found.add(
            "seam",
            community=int(community[row]),
            zh=f"接边线类别“{kinds[row]}”、两侧网格或长度有误",
            en=f"seam of kind {kinds[row]} has a wrong kind, grid or length",
            grids=(e.seams["left"].iloc[row], e.seams["right"].iloc[row]),
            measure=length[row],
            where=e.seams.geometry.iloc[row],
        )
    _pair_lengths(found, e, length)
    _stray_seams(found, e, community)
    if ways is not None:
        _false_claims(found, e, community, ways)
    found.count("seam_m", _metres(community, length, len(e.communities)))
    found.count(
        "street_m", _metres(community, np.where(off, 0, length), len(e.communities))
    )
    found.count(
        "off_street_m", _metres(community, np.where(off, length, 0), len(e.communities))
    )
    found.count("off_street_stretches", e.per_community(community, off))
    return found


def _metres(
    keys: NDArray[np.int64], values: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    known = keys >= 0
    return np.bincount(keys[known], values[known], size).astype(np.float64)


def _pair_lengths(found: Findings, e: Evidence, length: NDArray[np.float64]) -> None:
    """Compare listed seams with the edges the grids really share."""
    xy = e.edge_xy
    edge_length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    known = (e.seam_left >= 0) & (e.seam_right >= 0)
    listed = e.pair_numbers(e.seam_left, e.seam_right)
    numbers, which = np.unique(
        np.concatenate([e.edge_pair, listed[known]]), return_inverse=True
    )
    edges, seams = np.split(which, [len(xy)])
    shared = np.bincount(edges, edge_length, len(numbers))
    claimed = np.bincount(seams, length[known], len(numbers))
    wrong = ~np.isclose(shared, claimed, rtol=1e-6, atol=_ROUNDING)
    for pair in np.flatnonzero(wrong).tolist():
        left, right = e.pairs(numbers[pair : pair + 1])[0].tolist()
        found.add(
            "seam_length",
            community=int(e.grid_community[left]),
            zh=f"两网格共边{shared[pair]:,.2f}米，接边线登记{claimed[pair]:,.2f}米",
            en=f"grids share {shared[pair]:,.2f} m, seams list {claimed[pair]:,.2f} m",
            grids=(found.codes[left], found.codes[right]),
            measure=abs(shared[pair] - claimed[pair]),
            where=e.grids.geometry.iloc[left],
        )


def _stray_seams(found: Findings, e: Evidence, community: NDArray[np.int64]) -> None:
    """Note seams that do not run along the edge their two grids share."""
    lines, line_row = shapely.get_parts(
        e.seams.geometry.array.to_numpy(), return_index=True
    )
    xy, at = shapely.get_coordinates(lines, return_index=True)
    step = np.flatnonzero(at[1:] == at[:-1])
    segments = np.hstack([xy[step], xy[step + 1]])
    row = line_row[at[step]]
    pair = e.pair_numbers(e.seam_left, e.seam_right)[row]
    stray = ~found_among(segments, pair, e.edge_xy, e.edge_pair)
    metres = np.hypot(*(segments[:, 2:] - segments[:, :2]).T)
    off = np.bincount(row[stray], metres[stray], len(e.seams))
    for k in np.flatnonzero(off > 0).tolist():
        found.add(
            "seam_place",
            community=int(community[k]),
            zh=f"接边线有{off[k]:,.2f}米不在两网格共边上",
            en=f"{off[k]:,.2f} m of seam do not run along the shared edge",
            grids=(e.seams["left"].iloc[k], e.seams["right"].iloc[k]),
            measure=off[k],
            where=e.seams.geometry.iloc[k],
        )


def _false_claims(
    found: Findings, e: Evidence, community: NDArray[np.int64], ways: GeoSeries
) -> None:
    """Note seams that claim a way and run further than 5 m from every one.

    A cut that bends away for some metres is a remark; one that lies off for more
    than half its length has the wrong kind.
    """
    claimed = np.flatnonzero(e.seams["kind"] != SeamKind.NONE.label)
    lines = shapely.segmentize(e.seams.geometry.array.to_numpy()[claimed], _STEP)
    parts, part_row = shapely.get_parts(lines, return_index=True)
    xy, at = shapely.get_coordinates(parts, return_index=True)
    step = np.flatnonzero(at[1:] == at[:-1])
    middle = shapely.points((xy[step] + xy[step + 1]) / 2)
    metres = np.hypot(*(xy[step + 1] - xy[step]).T)
    shapes = ways.array.to_numpy()
    areal = shapely.get_dimensions(shapes) == 2
    edges = np.where(areal, shapely.boundary(shapes), shapes)
    near = shapely.STRtree(edges).query(middle, predicate="dwithin", distance=_NEAR)[0]
    far = np.ones(len(middle), dtype=bool)
    far[near] = False
    row = claimed[part_row[at[step]]]
    size = len(e.seams)
    off = np.bincount(row[far], metres[far], size).astype(np.float64)
    length = np.bincount(row, metres, size)
    for k in np.flatnonzero(off > _NEAR).tolist():
        found.add(
            "off_way",
            community=int(community[k]),
            fault=bool(off[k] > length[k] / 2),
            zh=f"接边线有{off[k]:,.1f}米距最近的街巷等超过5米",
            en=f"{off[k]:,.1f} m of seam are more than 5 m from any way",
            grids=(e.seams["left"].iloc[k], e.seams["right"].iloc[k]),
            measure=off[k],
            where=e.seams.geometry.iloc[k],
        )
    found.count("off_way_m", _metres(community, off, len(e.communities)))
