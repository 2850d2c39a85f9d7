"""Fewest households to move so that grids fit the band again, by best-first search.

A state is a plan some cells of which have left their grid. From each state the grid
farthest out of the band gives cells away, or takes cells in; the state with the fewest
households moved, and due to be moved, is looked at next (A*, Hart, Nilsson and Raphael
1968). A cell moves once, with what it would cut off from its grid.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled
from gis.partition.graphs import Net

__all__ = ["fewest_moves"]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELL = 0.01
"""What moving a cell with nobody in it costs, in households."""

_METRE = 0.001
"""What a metre of new seam costs, to choose between moves of as many households."""


@compiled
def _with_cut_off(
    start: Ints,
    near: Ints,
    households: Longs,
    label: Ints,
    cell: int,
    group: Ints,
    seen: Longs,
    stamp: int,
) -> tuple[int, int]:
    """Fill `group` with a cell and what its grid loses with it; return the count.

    The piece with most households stays. The count is 0 where nothing would stay.
    The second number is the stamp last used.
    """
    grid = label[cell]
    group[0] = cell
    count, kept_first, kept_end, kept_load = 1, 0, 0, -1
    stamp += 1
    seen[cell] = stamp
    for e in range(start[cell], start[cell + 1]):
        first = near[e]
        if label[first] != grid or seen[first] == stamp:
            continue
        begin, load = count, 0
        group[count] = first
        count += 1
        seen[first] = stamp
        head = begin
        while head < count:
            v = group[head]
            head += 1
            load += households[v]
            for f in range(start[v], start[v + 1]):
                w = near[f]
                if label[w] == grid and seen[w] != stamp:
                    seen[w] = stamp
                    group[count] = w
                    count += 1
        if load > kept_load:
            kept_first, kept_end, kept_load = begin, count, load
    if kept_load < 0:
        return 0, stamp
    size = kept_end - kept_first
    for q in range(kept_end, count):
        group[q - size] = group[q]
    return count - size, stamp


@compiled
def _due(load: Longs, low: int, high: int) -> tuple[int, int]:
    """Return households that have to move at least, and the grid farthest out."""
    above, below, worst, grid = 0, 0, 0, -1
    for g in range(len(load)):
        out = max(load[g] - high, low - load[g], 0)
        above += max(load[g] - high, 0)
        below += max(low - load[g], 0)
        if out > worst:
            worst, grid = out, g
    return max(above, below), grid


@compiled
def _new_seam(
    start: Ints, near: Ints, seam: Floats, label: Ints, group: Ints, count: int, to: int
) -> float:
    """Return how much longer the seam gets when a group joins a grid."""
    longer = 0.0
    for q in range(count):
        v = group[q]
        for e in range(start[v], start[v + 1]):
            w = near[e]
            together = False
            for p in range(count):
                together = together or group[p] == w
            if not together:
                if label[w] == label[v]:
                    longer += seam[e]
                elif label[w] == to:
                    longer -= seam[e]
    return longer


@compiled
def _search(
    start: Ints,
    near: Ints,
    seam: Floats,
    households: Longs,
    home: Ints,
    k: int,
    low: int,
    high: int,
    states: int,
) -> tuple[Ints, bool]:
    """Return the first plan in the band that the search meets, and whether it did."""
    n = len(home)
    plans = np.empty((states, n), np.int32)
    paid = np.empty(states, np.float64)
    marks = np.zeros(states, np.int64)
    table = np.full(4 * states, -1, np.int32)
    group, seen, stamp = np.empty(n, np.int32), np.zeros(n, np.int64), 0
    plans[0] = home
    paid[0] = 0.0
    count = 1
    queue = [(0.0, 0)]
    while len(queue) > 0:
        _, s = heapq.heappop(queue)
        label = plans[s]
        load = np.zeros(k, np.int64)
        for v in range(n):
            load[label[v]] += households[v]
        _, grid = _due(load, low, high)
        if grid < 0:
            return label.copy(), True
        gives = load[grid] > high
        for v in range(n):
            if label[v] != home[v] or (label[v] == grid) != gives:
                continue
            last = -1
            for e in range(start[v], start[v + 1]):
                to = label[near[e]]
                # A cell joins each neighbour once, or only the grid that takes.
                if to == label[v] or to == last or (not gives and to != grid):
                    continue
                last = to
                size, stamp = _with_cut_off(
                    start, near, households, label, v, group, seen, stamp
                )
                if size == 0:
                    break
                moved, fits, mark = 0, True, marks[s]
                for q in range(size):
                    u = group[q]
                    fits = fits and label[u] == home[u]
                    moved += households[u]
                    mark ^= (np.int64(u) * 1_000_003 + to + 1) * 6364136223846793005
                if not fits:
                    continue
                at = (mark ^ (mark >> 31)) & 0x7FFFFFFF
                at %= len(table)
                while table[at] >= 0 and marks[table[at]] != mark:
                    at = (at + 1) % len(table)
                price = paid[s] + moved + _CELL * size
                price += _METRE * max(
                    _new_seam(start, near, seam, label, group, size, to), 0.0
                )
                known = table[at]
                if known >= 0 and paid[known] <= price:
                    continue
                if count == states:
                    return home.copy(), False
                table[at] = count
                marks[count], paid[count] = mark, price
                plans[count] = label
                for q in range(size):
                    plans[count, group[q]] = to
                load[label[v]] -= moved
                load[to] += moved
                due, _ = _due(load, low, high)
                load[label[v]] += moved
                load[to] -= moved
                heapq.heappush(queue, (price + due, count))
                count += 1
    return home.copy(), False


def fewest_moves(
    net: Net, home: Ints, *, low: int, high: int, states: int
) -> Ints | None:
    """Return labels in the band with few households moved, None where none is found.

    Parameters
    ----------
    net : Net
    home : ndarray of int32, shape (n,)
        Grid of each cell, 0 to k - 1, each in one piece.
    low, high : int
        Band of households.
    states : int
        Plans to look at, at most.

    Notes
    -----
    Of plans that can be reached by moves of single cells, one after the other, with no
    grid broken on the way, the one with the fewest households moved is found.

    Examples
    --------
    The middle cell has grown; it is the one to go.

    >>> from gis.partition.graphs import path_net
    >>> row = path_net([200, 200, 150, 100, 120])
    >>> fewest_moves(row, np.array([0, 0, 0, 1, 1], np.int32), low=300, high=500,
    ...              states=100).tolist()
    [0, 0, 1, 1, 1]
    """
    label, found = _search(
        net.start,
        net.near,
        net.length + 2.33 * net.inside,
        net.households,
        home,
        int(home.max()) + 1,
        low,
        high,
        states,
    )
    return label if found else None
