"""Faces too thin or too small to be blocks, and hairlines between communities."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.adjacency import SegmentTable, pair_sums, shared_segments
from gis.errors import GeometryError
from gis.kinds import SeamKind

__all__ = ["absorb_slivers", "mend_communities"]

# A face too thin to stand alone is given to a neighbour; it goes where nothing
# but a drawn line lies between, and across a street only if it must.
_CROSSING_COST = {
    SeamKind.MAIN_ROAD: 0.02,
    SeamKind.STREET: 0.1,
    SeamKind.ALLEY: 0.5,
    SeamKind.RIVER: 0.02,
    SeamKind.RAILWAY: 0.02,
    SeamKind.WALL: 0.5,
    SeamKind.COMPOUND_EDGE: 1.0,
    SeamKind.NONE: 1.0,
}


def mend_communities(
    faces: NDArray[Any],
    community: NDArray[np.int32],
    layer: GeoDataFrame,
    *,
    width: float,
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Drop faces outside all communities; give hairline gaps to a neighbour.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (f,)
    community : ndarray of int32, shape (f,)
        Row of the community of each face, -1 outside.
    layer : GeoDataFrame
        The communities: `code`, `name`.
    width : float
        Gaps and overlaps up to this width are mended, in metres.

    Returns
    -------
    faces : ndarray of Polygon
    community : ndarray of int32

    Raises
    ------
    GeometryError
        If two communities overlap by more than `width`.
    """
    _require_apart(layer, width)
    outside = np.flatnonzero(community < 0)
    if len(outside) and len(layer) > 1:
        seg = shared_segments(faces)
        inner = seg.inner
        i, j, (shared,) = pair_sums(seg.i[inner], seg.j[inner], seg.length[inner])
        thin = 2 * shapely.area(faces) / shapely.length(faces) < width
        # A hairline gap has neighbours of its community on nearly all sides.
        best: dict[int, tuple[float, int]] = {}
        covered = np.zeros(len(faces))
        for u, v, metres in zip(i, j, shared, strict=True):
            for f, g in ((u, v), (v, u)):
                if community[f] < 0 <= community[g] and thin[f]:
                    covered[f] += metres
                    best[f] = max(best.get(f, (0.0, -1)), (metres, -int(g)))
        around = shapely.length(faces)
        for f, (_, g) in best.items():
            if covered[f] > 0.9 * around[f]:
                community = community.copy()
                community[f] = community[-g]
    inside = community >= 0
    return faces[inside], community[inside]


def _require_apart(layer: GeoDataFrame, width: float) -> None:
    """Refuse communities that overlap by more than a hairline."""
    polygons = layer.geometry.to_numpy()
    names = [
        str(n or c or k + 1)
        for k, (n, c) in enumerate(zip(layer["name"], layer["code"], strict=True))
    ]
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    for a, b in zip(first, second, strict=True):
        if a >= b:
            continue
        common = shapely.intersection(polygons[a], polygons[b])
        core = shapely.buffer(common, -width / 2)
        if not shapely.is_empty(core):
            spot = shapely.point_on_surface(core)
            msg = (
                f"communities {names[a]} and {names[b]} overlap by "
                f"{shapely.area(common):.0f} m² near ({spot.x:.1f}, {spot.y:.1f}); "
                "correct their outlines so that they only share a border"
            )
            zh = (
                f"社区{names[a]}与{names[b]}重叠约{shapely.area(common):.0f}平方米，"
                f"位于（{spot.x:.1f}, {spot.y:.1f}）附近；请修改界线，使两者只共用边界"
            )
            raise GeometryError(msg, zh)


def absorb_slivers(
    faces: NDArray[Any],
    community: NDArray[np.int32],
    built: NDArray[np.bool_],
    table: SegmentTable,
    *,
    thin: float,
    crumb: float,
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Unite thin faces and crumbs without buildings with a neighbour.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (f,)
        A coverage in a metric CRS.
    community : ndarray of int32, shape (f,)
        Faces join within their community only.
    built : ndarray of bool, shape (f,)
        Faces with buildings, which stay.
    table : SegmentTable
        What lies on the edges of the faces.
    thin, crumb : float
        Width (twice area over perimeter, metres) and area (m²) below which a
        face does not stand alone.

    Returns
    -------
    blocks : ndarray of Polygon, shape (b,)
    leader : ndarray of int64, shape (b,)
        The face of each block that gives its compound and its site.
    """
    n = len(faces)
    seg = shared_segments(faces)
    inner = seg.inner
    cost = np.array([_CROSSING_COST[kind] for kind in SeamKind])
    kinds = table.lookup(seg, missing=int(SeamKind.NONE))
    pull = (seg.length * cost[kinds])[inner]
    i, j, (pull,) = pair_sums(seg.i[inner], seg.j[inner], pull)
    area, length = shapely.area(faces), shapely.length(faces)
    weak = ~built & ((2 * area / length < thin) | (area < crumb))
    neighbours: list[list[tuple[float, int]]] = [[] for _ in range(n)]
    for u, v, w in zip(i.tolist(), j.tolist(), pull.tolist(), strict=True):
        if community[u] == community[v]:
            neighbours[u].append((w, v))
            neighbours[v].append((w, u))
    group = np.arange(n, dtype=np.int32)

    def root(f: int) -> int:
        while group[f] != f:
            group[f] = group[group[f]]
            f = int(group[f])
        return f

    # Smallest first, so that a chain of slivers ends in a real block.
    for f in sorted(np.flatnonzero(weak).tolist(), key=lambda f: (area[f], f)):
        mine = root(f)
        pulls: dict[int, float] = {}
        for w, g in neighbours[f]:
            other = root(g)
            if other != mine:
                pulls[other] = pulls.get(other, 0.0) + w
        if pulls:
            # Strong neighbours first: a strip shall not swallow its like.
            target = max(pulls, key=lambda g: (not weak[g], pulls[g], -g))
            group[mine] = target
    return _merge(faces, np.array([root(f) for f in range(n)], np.int32))


def _merge(
    faces: NDArray[Any], group: NDArray[np.int32]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Unite the faces of each group; return blocks and their leading face."""
    order = np.argsort(group, kind="stable")
    leaders, start = np.unique(group[order], return_index=True)
    stop = np.r_[start[1:], len(order)]
    merged = faces[leaders].copy()
    for k in np.flatnonzero(stop - start > 1):
        merged[k] = shapely.coverage_union_all(faces[order[start[k] : stop[k]]])
    return merged, leaders.astype(np.int64)
