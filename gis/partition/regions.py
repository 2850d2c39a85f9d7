"""Search the regions of a large net side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import random_state, uniform
from gis.partition.graphs import Net, sub_net
from gis.partition.local_search import Weights, anneal

__all__ = ["anneal_regions", "regions_of"]

Ints = NDArray[np.int32]

_REGION = 10_000
"""Cells of a region: many enough to hide its edge, few enough for the cache."""


def anneal_regions(
    net: Net,
    label: Ints,
    *,
    low: int,
    high: int,
    tries: int,
    state: NDArray[np.uint64],
    weights: Weights,
    hot: float,
    cold: float,
    soft_band: float,
    pieces: float,
) -> Ints:
    """Return better labels after tries in each region of whole grids by itself.

    The regions are cut anew at each call, so that the next one moves what lay on an
    edge. They are searched on threads, which compiled code leaves free; the result
    does not depend on how many there are.

    Parameters
    ----------
    net : Net
    label : ndarray of int32, shape (n,)
        Grids 0, 1, 2 …, each in one piece; not changed.
    low, high : int
        Band of households.
    tries : int
        Moves tried per cell.
    state : ndarray of uint64
        State of the random numbers, moved on.
    weights, hot, cold, soft_band, pieces
        As for `anneal`.
    """
    regions = regions_of(net, label, state)
    words = [int(uniform(state) * 2**53) for _ in regions]

    def searched(rows: Ints, word: int) -> Ints:
        names, own = np.unique(label[rows], return_inverse=True)
        found = anneal(
            sub_net(net, rows),
            own.astype(np.int32),
            len(names),
            low=low,
            high=high,
            proposals=tries * len(rows),
            state=random_state(word),
            weights=weights,
            hot=hot,
            cold=cold,
            soft_band=soft_band,
            pieces=pieces,
        )
        return names[found]

    result = label.astype(np.int32)
    with ThreadPoolExecutor() as threads:
        for rows, fresh in zip(
            regions, threads.map(searched, regions, words), strict=True
        ):
            result[rows] = fresh
    return result


def regions_of(net: Net, label: Ints, state: NDArray[np.uint64]) -> list[Ints]:
    """Return the cells of regions of whole grids that lie near each other.

    The grids are halved again and again, in the order of their distance from one at
    the rim, until a part has no more than some 10,000 cells.

    Examples
    --------
    >>> from gis.partition._compiled import random_state
    >>> from gis.partition.graphs import path_net
    >>> row = path_net([400] * 30_000)
    >>> grids = np.arange(30_000, dtype=np.int32) // 10
    >>> [len(rows) for rows in regions_of(row, grids, random_state(1))]
    [7500, 7500, 7500, 7500]
    """
    k = int(label.max()) + 1
    size = np.bincount(label, minlength=k)
    near = _grids_beside(net, label, k)
    pick = partial(uniform, state)
    parts, whole = [], [np.flatnonzero(size).tolist()]
    while whole:
        grids = whole.pop()
        held = size[grids].sum()
        if held <= _REGION or len(grids) < 2:
            parts.append(grids)
            continue
        rim = _by_distance(near, grids, grids[int(pick() * len(grids))])[-1]
        order = _by_distance(near, grids, rim)
        half = int(np.searchsorted(np.cumsum(size[order]), held / 2)) + 1
        half = min(half, len(order) - 1)
        whole += [order[half:], order[:half]]
    return [np.flatnonzero(np.isin(label, part)).astype(np.int32) for part in parts]


def _grids_beside(net: Net, label: Ints, k: int) -> list[list[int]]:
    """Return the neighbours of each grid, ascending."""
    source = np.repeat(label, np.diff(net.start)).astype(np.int64)
    pairs = np.unique(source * k + label[net.near])
    a, b = np.divmod(pairs, k)
    cuts = np.searchsorted(a, np.arange(1, k))
    return [part.tolist() for part in np.split(b, cuts)]


def _by_distance(near: list[list[int]], grids: list[int], first: int) -> list[int]:
    """Return grids by their distance from one of them; what it does not reach last."""
    left = dict.fromkeys(grids)
    order: list[int] = []
    while left:
        del left[first]
        queue = [first]
        for g in queue:
            for h in near[g]:
                if h in left:
                    del left[h]
                    queue.append(h)
        order += queue
        first = next(iter(left), -1)
    return order
