"""Few colours for a map, so that neighbours differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from geopandas import GeoSeries
from numpy.typing import NDArray

from gis.chains import shared_lengths
from gis.crs import require_metric

__all__ = ["colour_graph", "four_colour_classes"]

_COLOURS = 4
# Moves per grid before a further colour is taken; planar maps need about one.
_PATIENCE = 200


def four_colour_classes(grids: GeoSeries) -> pd.Series:
    """Give grids colour classes so that those which share an edge differ.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        A coverage in a projected CRS with metre units.

    Returns
    -------
    Series of int8, shape (n,)
        0 to 3, with the index of `grids`. Grids in several parts may need a
        fifth class, 4, or more. The order of rows does not matter.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> row = GeoSeries([box(k, 0, k + 1, 1) for k in range(4)], crs=32650)
    >>> four_colour_classes(row).tolist()
    [1, 0, 1, 0]
    """
    require_metric(grids)
    # Rows are named by place, so that a shuffled layer gets the same colours.
    west, south, east, north = grids.bounds.to_numpy().T
    order = np.lexsort([north, east, south, west])
    pairs, _ = shared_lengths(grids.array.to_numpy()[order])
    classes = np.empty(len(grids), dtype=np.int8)
    classes[order] = colour_graph(len(grids), pairs)
    return pd.Series(classes, index=grids.index, name="color")


def colour_graph(size: int, pairs: NDArray[np.int64]) -> NDArray[np.int8]:
    """Colour a graph, with four colours if it is planar.

    Parameters
    ----------
    size : int
        Number of nodes.
    pairs : ndarray of int64, shape (m, 2)
        Neighbours, no node with itself.

    Returns
    -------
    ndarray of int8, shape (size,)
        Class of each node, from 0.

    Notes
    -----
    Nodes are coloured in the reverse of a smallest-last order. Where all four
    colours stand around a node, a Kempe chain is swapped to free one; where no
    swap does, the node takes the colour that fewest neighbours hold and these
    are coloured anew. A node that has been through this too often takes a
    further colour.

    Examples
    --------
    >>> colour_graph(3, np.array([[0, 1], [1, 2], [0, 2]])).tolist()
    [2, 0, 1]
    """
    near: list[list[int]] = [[] for _ in range(size)]
    for a, b in pairs.tolist():
        near[a].append(b)
        near[b].append(a)
    colour = [-1] * size
    tried = [[0] * _COLOURS for _ in range(size)]
    waiting = _smallest_last(near)
    moves = _PATIENCE * size
    while waiting:
        node = waiting.pop()
        taken = {colour[k] for k in near[node]}
        free = [c for c in range(_COLOURS) if c not in taken]
        if free:
            colour[node] = free[0]
        elif (freed := _kempe(node, near, colour)) >= 0:
            colour[node] = freed
        elif moves > 0:
            waiting.extend(_evict(node, near, colour, tried))
        else:
            colour[node] = next(c for c in range(_COLOURS, size + 5) if c not in taken)
        moves -= 1
    return np.array(colour, dtype=np.int8)


def _smallest_last(near: list[list[int]]) -> list[int]:
    """Order nodes so that each has few neighbours after it in the list."""
    degree = [len(around) for around in near]
    buckets: list[list[int]] = [[] for _ in range(max(degree, default=0) + 1)]
    for node in reversed(range(len(near))):
        buckets[degree[node]].append(node)
    gone = [False] * len(near)
    order: list[int] = []
    level = 0
    while len(order) < len(near):
        while not buckets[level]:
            level += 1
        node = buckets[level].pop()
        if gone[node] or degree[node] != level:
            continue
        gone[node] = True
        order.append(node)
        for k in near[node]:
            if not gone[k]:
                degree[k] -= 1
                buckets[degree[k]].append(k)
        level = max(level - 1, 0)
    return order


def _kempe(node: int, near: list[list[int]], colour: list[int]) -> int:
    """Swap one two-coloured chain to free a colour at a node; -1 if none does."""
    for freed in range(_COLOURS):
        starts = [k for k in near[node] if colour[k] == freed]
        for other in range(_COLOURS):
            if other == freed:
                continue
            chain = _chain(starts, freed, other, near, colour)
            if any(colour[k] == other and k in chain for k in near[node]):
                continue
            for k in chain:
                colour[k] = freed + other - colour[k]
            return freed
    return -1


def _chain(
    starts: list[int], first: int, second: int, near: list[list[int]], colour: list[int]
) -> set[int]:
    """Return all nodes of two colours that hang together with the starts."""
    chain = set(starts)
    stack = list(starts)
    while stack:
        for k in near[stack.pop()]:
            if colour[k] in (first, second) and k not in chain:
                chain.add(k)
                stack.append(k)
    return chain


def _evict(
    node: int, near: list[list[int]], colour: list[int], tried: list[list[int]]
) -> list[int]:
    """Take the colour that costs least; return the neighbours that lose it."""

    def cost(c: int) -> tuple[int, int]:
        return sum(colour[k] == c for k in near[node]) + tried[node][c], c

    best = min(range(_COLOURS), key=cost)
    tried[node][best] += 1
    colour[node] = best
    losers = [k for k in near[node] if colour[k] == best]
    for k in losers:
        colour[k] = -1
    return losers
