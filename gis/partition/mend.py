"""Bring grids back into the band by drawing small windows of a plan again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import uniform
from gis.partition.bounds import out_of_band, out_of_total
from gis.partition.exact import fewest_out
from gis.partition.graphs import Net, sub_net
from gis.partition.local_search import Weights, anneal
from gis.partition.trees import tree_seed

__all__ = ["mend", "mend_exactly", "touching", "window_around"]

Ints = NDArray[np.int32]

MOST_EXACT = 60
"""Bad grids that get exact windows in one pass."""


def mend(
    net: Net,
    label: Ints,
    k: int,
    *,
    low: int,
    high: int,
    rounds: int,
    tries: int,
    weights: Weights,
    state: NDArray[np.uint64],
) -> Ints:
    """Return labels with fewer households outside the band, where windows allow.

    A window is a grid outside the band and some that touch it, as many as it takes
    to hold a total that fits. It is cut anew along random trees and annealed; the
    new grids stay when no more households are outside than before.

    Parameters
    ----------
    net : Net
    label : ndarray of int32, shape (n,)
        Grids 0 to k - 1, each in one piece; not changed.
    k : int
    low, high : int
        Band of households.
    rounds : int
        Windows to try at most; a plan with many bad grids gets more, 12 for each.
    tries : int
        Moves tried per cell of a window.
    weights : Weights
    state : ndarray of uint64
        State of the random numbers, moved on.
    """
    label = label.copy()
    forced = np.maximum(net.households - high, 0)
    done = 0
    while done < rounds:
        load = np.bincount(label, net.households, minlength=k).astype(np.int64)
        out = out_of_band(load, low=low, high=high)
        # What a cell above the band puts outside cannot be mended.
        floor = np.bincount(label, forced, minlength=k).astype(np.int64)
        bad = np.flatnonzero(out > floor)
        if len(bad) == 0:
            break
        if done == 0:
            rounds = max(rounds, 12 * len(bad))
        done += 1
        group = window_around(
            net, label, load, int(_pick(bad, state)), low, high, state
        )
        if len(group) < 2:
            continue
        rows = np.flatnonzero(np.isin(label, group)).astype(np.int32)
        window = sub_net(net, rows)
        fresh = tree_seed(window, len(group), low=low, high=high, trees=8, state=state)
        fresh = anneal(
            window,
            fresh,
            len(group),
            low=low,
            high=high,
            proposals=tries * window.size,
            state=state,
            weights=weights,
            soft_band=0.1,
            pieces=0.1,
        )
        after = np.bincount(fresh, window.households, minlength=len(group))
        missed = int(out_of_band(after.astype(np.int64), low=low, high=high).sum())
        if missed <= int(out[group].sum()):
            label[rows] = np.array(group, np.int32)[fresh]
    return label


def mend_exactly(
    net: Net,
    label: Ints,
    *,
    low: int,
    high: int,
    cells: int,
    states: int,
    state: NDArray[np.uint64],
) -> Ints:
    """Return labels with small windows around bad grids solved to the optimum.

    A window takes in neighbours of a bad grid while it has at most `cells` cells,
    fewer at first; the number of its grids may change. Grids are numbered 0, 1, 2 …
    in the result.
    """
    _, place = np.unique(label, return_inverse=True)
    label = place.astype(np.int32)
    forced = np.maximum(net.households - high, 0)
    size = np.bincount(label)
    load = np.bincount(label, net.households).astype(np.int64)
    out = out_of_band(load, low=low, high=high)
    bad = np.flatnonzero(out > np.bincount(label, forced)).tolist()
    for grid in bad[:MOST_EXACT]:
        for attempt in range(6):
            # Small windows are quick to settle, large ones have more ways out.
            room = cells * (2 + attempt % 3) // 4
            group = [grid]
            while True:
                near = touching(net, label, group)
                near = near[size[near] + size[group].sum() <= room]
                if len(near) == 0:
                    break
                group.append(_pick(near, state))
            now = int(out[group].sum())
            least = int(forced[np.isin(label, group)].sum())
            if now <= least:
                break
            if len(group) < 2:
                continue
            rows = np.flatnonzero(np.isin(label, group)).astype(np.int32)
            found = fewest_out(
                sub_net(net, rows), low=low, high=high, upper=now, states=states
            )
            if found.label is None:
                continue
            made = int(found.label.max()) + 1
            names = [*group, *range(len(size), len(size) + made)][:made]
            label[rows] = np.array(names, np.int32)[found.label]
            # A grid that is no longer there stays out of sight: nothing touches it.
            size = np.bincount(label, minlength=len(size))
            load = np.bincount(label, net.households, minlength=len(size))
            load = load.astype(np.int64)
            out = out_of_band(load, low=low, high=high) * (size > 0)
            break
    _, place = np.unique(label, return_inverse=True)
    result: Ints = place.astype(np.int32)
    return result


def _pick(options: NDArray[np.integer], state: NDArray[np.uint64]) -> int:
    """Return one of some numbers at random."""
    return int(options[int(uniform(state) * len(options))])


def touching(net: Net, label: Ints, group: list[int]) -> Ints:
    """Return the grids that share an edge with some grids."""
    rows = np.flatnonzero(np.isin(label, group))
    degree = net.start[rows + 1] - net.start[rows]
    place = np.arange(int(degree.sum())) + np.repeat(
        net.start[rows] - (np.cumsum(degree) - degree), degree
    )
    found = np.unique(label[net.near[place]])
    return found[~np.isin(found, group)]


def window_around(
    net: Net,
    label: Ints,
    load: NDArray[np.int64],
    first: int,
    low: int,
    high: int,
    state: NDArray[np.uint64],
) -> list[int]:
    """Return touching grids around a bad one whose total fits their number."""
    group = [first]
    most = 3 + int(uniform(state) * 6)
    spare = (high - low) // 10
    while len(group) < most:
        near = touching(net, label, group)
        if len(near) == 0:
            break
        total = int(load[group].sum())
        if uniform(state) < 0.5:
            group.append(_pick(near, state))
        else:
            # The neighbour that brings the total nearest to the middle.
            middle = (len(group) + 1) * (low + high) / 2
            off = np.abs(total + load[near] - middle)
            group.append(int(near[int(off.argmin())]))
        total = int(load[group].sum())
        fits = out_of_total(total, len(group), low=low + spare, high=high - spare)
        if fits == 0 and uniform(state) < 0.7:
            break
    return group
