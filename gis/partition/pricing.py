"""All grids that are cheap at given prices, without a list of all grids.

A grid is a connected set of units in the band. Its cost is half the weighted seam
around it; units have a worth, and so has a grid. Sets grow from a first unit by one
neighbour at a time, taken in or shut out. What a set has to pay for good, the seam
between what is in and what is out, less the most that its room for households can still
bring, tells early that nothing cheap will come of it: of ten million sets, a few
thousand are looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled

__all__ = ["cheap_grids"]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FREE, _HELD, _SHUT = np.int8(0), np.int8(1), np.int8(2)


@compiled
def _outlook(
    status: NDArray[np.int8],
    touch: Ints,
    to_held: Floats,
    to_shut: Floats,
    load: Longs,
    worth: Floats,
    slopes: Floats,
    most: Floats,
    room: int,
) -> tuple[float, float, int, int]:
    """Return seam to free units, most to gain, load in reach, and the unit to try.

    The gain of a free unit is what taking it in saves against shutting it out. At most
    `room` households fit: by any slope s no more is gained than s a household of room
    and what units bring beyond s a household.
    """
    open_seam, reach, best, chosen = 0.0, 0, -np.inf, -1
    most[:] = 0.0
    for u in range(len(status)):
        if status[u] != _FREE:
            continue
        open_seam += to_held[u]
        if load[u] > room:
            continue
        gain = to_held[u] - to_shut[u] + worth[u]
        reach += load[u]
        if gain > 0:
            for q in range(len(slopes)):
                beyond = gain - slopes[q] * load[u]
                if beyond > 0:
                    most[q] += beyond
        if touch[u] > 0 and gain > best:
            best, chosen = gain, u
    hope = np.inf
    for q in range(len(slopes)):
        hope = min(hope, most[q] + slopes[q] * room)
    return open_seam, hope, reach, chosen


@compiled
def _worst(value: Floats, first: int, count: int) -> int:
    """Return the place of the largest of some values."""
    worst = first
    for q in range(first, count):
        if value[q] > value[worst]:
            worst = q
    return worst


@compiled
def cheap_grids(
    start: Ints,
    near: Ints,
    half: Floats,
    load: Longs,
    low: int,
    high: int,
    worth: Floats,
    grid_worth: float,
    below: float,
    slopes: Floats,
    keep: int,
    per_root: int,
    budget: int,
) -> tuple[Bools, Floats, int, bool]:
    """Return grids whose cost less worth is under a limit.

    Parameters
    ----------
    start, near : ndarray of int32
        Neighbours by row.
    half : ndarray of float64, shape (2m,)
        Half the weighted seam to each neighbour.
    load : ndarray of int64, shape (n,)
        Households of each unit.
    low, high : int
        The band.
    worth : ndarray of float64, shape (n,)
        What it is worth to hold each unit; may be below zero.
    grid_worth : float
        The same for any grid.
    below : float
        Grids are listed whose cost less worth is less.
    slopes : ndarray of float64
        Worth per household that bounds what room can bring; 0 should be among them.
    keep : int
        Grids listed per first unit, the cheapest.
    per_root, budget : int
        Sets looked at per first unit, and in all.

    Returns
    -------
    rows : ndarray of bool, shape (c, n)
    value : ndarray of float64, shape (c,)
        Cost less worth.
    looked : int
        Sets looked at.
    complete : bool
        Whether no set was left out for the limits of work. If so, and `keep` was not
        reached, all grids under the limit are listed; the least value is right even
        if it was.
    """
    n = len(load)
    status = np.zeros(n, np.int8)
    touch = np.zeros(n, np.int32)
    to_held, to_shut = np.zeros(n), np.zeros(n)
    path, undone = np.empty(n + 1, np.int32), np.empty(n + 1, np.bool_)
    paid_before = np.empty(n + 1)
    most = np.empty(len(slopes))
    rows, value = np.zeros((256, n), np.bool_), np.empty(256)
    count, looked, complete = 0, 0, True
    for root in range(n):
        first, began, limit = count, looked, below
        if load[root] <= high:
            status[root] = _HELD
            weight = load[root]
            paid = to_shut[root] - worth[root] - grid_worth
            for e in range(start[root], start[root + 1]):
                touch[near[e]] += 1
                to_held[near[e]] += half[e]
            depth, fresh, forward = 0, True, True
            while True:
                if forward:
                    looked += 1
                    open_seam, hope, reach, v = _outlook(
                        status,
                        touch,
                        to_held,
                        to_shut,
                        load,
                        worth,
                        slopes,
                        most,
                        high - weight,
                    )
                    now = paid + open_seam
                    if fresh and weight >= low and now < limit:
                        at = count
                        if count - first == keep:
                            at = _worst(value, first, count)
                        elif count == len(value):
                            wider = np.zeros((2 * count, n), np.bool_)
                            wider[:count] = rows
                            rows = wider
                            value = np.concatenate((value, np.empty(count)))
                        count = max(count, at + 1)
                        value[at] = now
                        for u in range(n):
                            rows[at, u] = status[u] == _HELD
                        if count - first == keep:
                            limit = value[_worst(value, first, count)]
                    if looked > budget or looked - began > per_root:
                        complete = False
                        forward = False
                    elif v < 0 or now - hope >= limit or weight + reach < low:
                        forward = False
                    else:
                        path[depth], undone[depth] = v, False
                        paid_before[depth] = paid
                        depth += 1
                        status[v] = _HELD
                        weight += load[v]
                        paid += to_shut[v] - worth[v]
                        for e in range(start[v], start[v + 1]):
                            touch[near[e]] += 1
                            to_held[near[e]] += half[e]
                        fresh = True
                    continue
                if depth == 0:
                    break
                v = path[depth - 1]
                paid = paid_before[depth - 1]
                if undone[depth - 1]:
                    depth -= 1
                    status[v] = _FREE
                    for e in range(start[v], start[v + 1]):
                        to_shut[near[e]] -= half[e]
                    continue
                # The same set again, with v shut out for good.
                undone[depth - 1] = True
                status[v] = _SHUT
                weight -= load[v]
                for e in range(start[v], start[v + 1]):
                    touch[near[e]] -= 1
                    to_held[near[e]] -= half[e]
                    to_shut[near[e]] += half[e]
                paid += to_held[v]
                fresh = False
                forward = looked <= budget and looked - began <= per_root
            for e in range(start[root], start[root + 1]):
                touch[near[e]] -= 1
                to_held[near[e]] -= half[e]
        status[root] = _SHUT
        for e in range(start[root], start[root + 1]):
            to_shut[near[e]] += half[e]
        if looked > budget:
            complete = False
            break
    return rows[:count], value[:count], looked, complete
