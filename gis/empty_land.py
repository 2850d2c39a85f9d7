"""Land nobody lives on: reserved where it is large, unless it would cut people off."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.adjacency import shared_segments
from gis.partition.bounds import out_of_total

__all__ = ["reserve_empty_land"]


def reserve_empty_land(
    blocks: NDArray[Any],
    community: NDArray[np.int32],
    households: NDArray[np.int64],
    site: NDArray[np.int32],
    water: NDArray[np.bool_],
    *,
    large: float,
    thin: float,
    low: int,
    high: int,
) -> NDArray[np.int32]:
    """Group the empty blocks that shall be reserved grids.

    Parameters
    ----------
    blocks : ndarray of Polygon, shape (b,)
        A coverage in a metric CRS.
    community : ndarray of int32, shape (b,)
    households : ndarray of int64, shape (b,)
    site : ndarray of int32, shape (b,)
        Declared site of each block, -1 where none.
    water : ndarray of bool, shape (b,)
        Blocks that are water; a grid never reaches across them.
    large : float
        Empty land of this area or more is reserved, in m².
    thin : float
        Narrower blocks (twice area over perimeter, metres) add up to nothing.
    low, high : int
        Household band of resident grids.

    Returns
    -------
    ndarray of int32, shape (b,)
        Group of each block, 0 …, and -1 where the block is not reserved.

    Notes
    -----
    A block that is large by itself is a group; smaller empty neighbours are one
    once they add up. Dry land is given back, least area first, where it parts
    people from their neighbours and the band can be kept better without it.

    Examples
    --------
    >>> from shapely import box
    >>> row = np.array([box(0, 0, 100, 100), box(100, 0, 400, 100),
    ...                 box(400, 0, 500, 100)])
    >>> zero = np.zeros(3, np.int32)
    >>> dry = np.zeros(3, bool)
    >>> reserve = lambda counts: reserve_empty_land(
    ...     row, zero, np.array(counts), zero - 1, dry,
    ...     large=20_000.0, thin=18.0, low=300, high=500).tolist()
    >>> reserve([400, 0, 400])
    [-1, 0, -1]
    >>> reserve([200, 0, 200])
    [-1, -1, -1]
    """
    n = len(blocks)
    area = shapely.area(blocks)
    empty = (households == 0) & (site < 0)
    alone = empty & (area >= large)
    small = empty & ~alone & (2 * area / shapely.length(blocks) >= thin)
    seg = shared_segments(blocks)
    inner = seg.inner & (community[seg.i] == community[seg.j])
    i, j = seg.i[inner], seg.j[inner]
    cluster = _components(n, i, j, small)
    total = np.bincount(cluster, np.where(small, area, 0.0), minlength=n)
    together = small & (total[cluster] >= large)
    reserved = alone | together
    open_land = (site < 0) & ~reserved
    spare = reserved & ~water
    back = _given_back(n, i, j, households, area, open_land, spare, (low, high))
    label = np.where(alone, n + np.arange(n), cluster)
    reserved &= ~back
    group = np.full(n, -1, np.int32)
    group[reserved] = np.unique(label[reserved], return_inverse=True)[1]
    return group


def _components(
    n: int, i: NDArray[np.int32], j: NDArray[np.int32], among: NDArray[np.bool_]
) -> NDArray[np.int32]:
    both = among[i] & among[j]
    links = coo_array((np.ones(both.sum()), (i[both], j[both])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], np.int32)


def _given_back(
    n: int,
    i: NDArray[np.int32],
    j: NDArray[np.int32],
    households: NDArray[np.int64],
    area: NDArray[np.float64],
    open_land: NDArray[np.bool_],
    spare: NDArray[np.bool_],
    band: tuple[int, int],
) -> NDArray[np.bool_]:
    """Tell which spare blocks join people that would else be cut off."""
    neighbours: list[list[int]] = [[] for _ in range(n)]
    for u, v in np.unique(np.stack([i, j], axis=1), axis=0).tolist():
        neighbours[u].append(v)
        neighbours[v].append(u)
    open_land = open_land.copy()
    given = np.zeros(n, dtype=bool)
    while True:
        piece = _components(n, i, j, open_land)
        lived_in = np.where(open_land, households, 0)
        total = np.bincount(piece, lived_in, minlength=n).astype(np.int64)
        path = _first_way(
            piece, total, neighbours, area, open_land, spare & ~given, band
        )
        if not path:
            return given
        given[path] = True
        open_land[path] = True


def _out(total: int, band: tuple[int, int]) -> int:
    """Return the fewest households outside the band a total can have."""
    low, high = band
    counts = {max(1, -(-total // high)), max(1, total // low)}
    return min(out_of_total(total, k, low=low, high=high) for k in counts)


def _first_way(
    piece: NDArray[np.int32],
    total: NDArray[np.int64],
    neighbours: list[list[int]],
    area: NDArray[np.float64],
    open_land: NDArray[np.bool_],
    spare: NDArray[np.bool_],
    band: tuple[int, int],
) -> list[int]:
    """Return the way from the first piece that gains by meeting another."""
    populated = np.flatnonzero(total > 0).tolist()
    missing = {p: _out(int(total[p]), band) for p in populated}
    for mine in populated:
        if missing[mine] == 0:
            continue
        welcome = {
            other
            for other in populated
            if other != mine
            and _out(int(total[mine] + total[other]), band)
            < missing[mine] + missing[other]
        }
        start = int(np.flatnonzero((piece == mine) & open_land)[0])
        path = _way_to_others(start, piece, neighbours, area, open_land, spare, welcome)
        if path:
            return path
    return []


def _way_to_others(
    start: int,
    piece: NDArray[np.int32],
    neighbours: list[list[int]],
    area: NDArray[np.float64],
    open_land: NDArray[np.bool_],
    spare: NDArray[np.bool_],
    welcome: set[int],
) -> list[int]:
    """Return the spare blocks of least area that lead to a welcome piece."""
    best = {start: 0.0}
    before: dict[int, int] = {}
    queue = [(0.0, start)]
    while queue:
        cost, u = heappop(queue)
        if cost > best[u]:
            continue
        if open_land[u] and int(piece[u]) in welcome:
            path = []
            while u != start:
                u = before[u]
                if spare[u]:
                    path.append(u)
            return path
        for v in neighbours[u]:
            if not (spare[v] or open_land[v]):
                continue
            step = cost + (float(area[v]) if spare[v] else 0.0)
            if step < best.get(v, np.inf):
                best[v], before[v] = step, u
                heappush(queue, (step, v))
    return []
