"""How far a plan is from the shortest seams any plan of whole blocks could have.

Every connected set of whole blocks that fits the band is a possible grid. Choosing
grids that cover each block once, as many as the plan has, at the least weighted seam
(a metre on a street counts 1, one inside a block more) is a set-partitioning problem;
its linear relaxation, solved by column generation over the full list, is a proven
lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled
from gis.partition.bounds import out_of_band
from gis.partition.graphs import Net, contract
from gis.partition.solve import block_units

__all__ = ["SeamBound", "seam_bound"]

OFF_STREET = 3.33
"""Cost of a metre inside a block beside one on a street."""

Floats = NDArray[np.float64]
Masks = NDArray[np.uint64]


@dataclass(frozen=True)
class SeamBound:
    """A plan's weighted seam beside a proven lower bound.

    Attributes
    ----------
    cost : float
        Weighted metres of seam of the plan.
    bound : float
        No plan of whole units with as many grids in the band has less.
    units, candidates : int
        Units (whole blocks and compounds, cells inside those above the band), and
        connected sets of them that fit the band.
    width : float
        The bound covers plans in which no two units of a grid have centres farther
        apart, in metres.
    whole : bool
        Whether the plan is itself made of whole units; if not, its cost may even
        lie below the bound.
    """

    cost: float
    bound: float
    units: int
    candidates: int
    width: float
    whole: bool

    @property
    def distance(self) -> float:
        """Return by what share the plan is longer than the bound."""
        return self.cost / self.bound - 1 if self.bound > 0 else 0.0


@compiled
def _enumerate(
    near: Masks,
    close: Masks,
    load: NDArray[np.int64],
    low: int,
    high: int,
    found: Masks,
) -> int:
    """Fill `found` with all connected sets in the band; return how many, -1 if full."""
    n = len(near)
    one, none = np.uint64(1), np.uint64(0)
    stack = np.empty((4 * n + 4, 3), np.uint64)
    weight = np.empty(4 * n + 4, np.int64)
    count = 0
    for root in range(n):
        if load[root] > high:
            continue
        bit = one << np.uint64(root)
        shut = (bit - one) | bit
        if load[root] >= low:
            if count == len(found):
                return -1
            found[count] = bit
            count += 1
        stack[0, 0], stack[0, 1], stack[0, 2] = bit, near[root] & ~shut, shut
        weight[0] = load[root]
        top = 1
        while top > 0:
            top -= 1
            held, rim, shut = stack[top, 0], stack[top, 1], stack[top, 2]
            w = weight[top]
            if rim == none:
                continue
            bit = rim & (~rim + one)
            v = 0
            while bit >> np.uint64(v) != one:
                v += 1
            # Without v for good, then with it.
            stack[top, 1], stack[top, 2] = rim ^ bit, shut | bit
            top += 1
            if w + load[v] <= high and held & ~close[v] == none:
                grown = held | bit
                closed = shut | bit
                stack[top, 0] = grown
                stack[top, 1] = (rim | near[v]) & ~closed & ~grown
                stack[top, 2] = closed
                weight[top] = w + load[v]
                top += 1
                if w + load[v] >= low:
                    if count == len(found):
                        return -1
                    found[count] = grown
                    count += 1
    return count


@compiled
def _costs(
    masks: Masks, start: NDArray[np.int32], near: NDArray[np.int32], seam: Floats
) -> Floats:
    """Return half the weighted seam around each set."""
    one = np.uint64(1)
    cost = np.zeros(len(masks), np.float64)
    for m in range(len(masks)):
        for v in range(len(start) - 1):
            if masks[m] >> np.uint64(v) & one:
                for e in range(start[v], start[v + 1]):
                    if not masks[m] >> np.uint64(near[e]) & one:
                        cost[m] += 0.5 * seam[e]
    return cost


@compiled
def _price(masks: Masks, cost: Floats, dual: Floats, free: float) -> Floats:
    """Return the reduced cost of every set."""
    one = np.uint64(1)
    reduced = cost - free
    for m in range(len(masks)):
        mask = masks[m]
        v = 0
        while mask:
            if mask & one:
                reduced[m] -= dual[v]
            mask >>= one
            v += 1
    return reduced


def seam_bound(
    net: Net,
    label: NDArray[np.int32],
    xy: Floats,
    *,
    low: int,
    high: int,
    widths: tuple[float, ...] = (600.0, 500.0, 400.0),
    most: int = 4_000_000,
) -> SeamBound | None:
    """Return a plan's seam beside the least any plan of whole units can have.

    Parameters
    ----------
    net : Net
        A connected piece.
    label : ndarray of int32, shape (n,)
        Its grids, all in the band.
    xy : ndarray of float64, shape (n, 2)
        A point in each cell, in metres.
    low, high : int
        The band.
    widths : tuple of float
        Widest grids the proof covers, in metres; the next one is taken where there
        are too many sets.
    most : int
        Connected sets to list at most.

    Returns
    -------
    SeamBound or None
        None where the class of plans is out of reach: a grid outside the band, more
        than 63 units, too many connected sets, or no plan of whole units at all.

    Examples
    --------
    Four blocks in a row, cut in the middle: 100 m, and no plan has less.

    >>> from gis.partition.graphs import path_net
    >>> plan = np.array([0, 0, 1, 1], np.int32)
    >>> places = np.array([[0, 0], [100, 0], [200, 0], [300, 0]], float)
    >>> found = seam_bound(path_net([200] * 4), plan, places, low=300, high=500)
    >>> found.cost, round(found.bound, 6), found.candidates
    (100.0, 100.0, 3)
    """
    unit = block_units(net, high)
    units = contract(net, unit)
    k = int(label.max()) + 1
    load = np.bincount(label, net.households, minlength=k).astype(np.int64)
    if units.size > 63 or out_of_band(load, low=low, high=high).any():
        return None
    near = np.zeros(units.size, np.uint64)
    source = np.repeat(np.arange(units.size), np.diff(units.start))
    np.bitwise_or.at(near, source, np.uint64(1) << units.near.astype(np.uint64))
    area = np.bincount(unit, net.area)
    x, y = (np.bincount(unit, net.area * xy[:, axis]) / area for axis in (0, 1))
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    masks = np.empty(most, np.uint64)
    count, width = -1, 0.0
    for width in widths:
        bit = np.uint64(1) << np.arange(units.size, dtype=np.uint64)
        close = np.bitwise_or.reduce(
            np.where(apart <= width, bit, np.uint64(0)), axis=1
        )
        count = _enumerate(near, close, units.households, low, high, masks)
        if count >= 0:
            break
    if count < 1:
        return None
    masks = masks[:count]
    seam = units.length + (OFF_STREET - 1) * units.inside
    bound = _relaxation(masks, _costs(masks, units.start, units.near, seam), units, k)
    if bound is None:
        return None
    source = np.repeat(np.arange(net.size), np.diff(net.start))
    cut = label[source] != label[net.near]
    cost = float((net.length + (OFF_STREET - 1) * net.inside)[cut].sum()) / 2
    pairs = np.unique(np.stack([unit, label], 1), axis=0)
    whole = len(pairs) == units.size
    return SeamBound(cost, bound, units.size, count, width, whole)


def _columns(masks: Masks, n: int) -> Floats:
    """Return one column per set: the units it holds, and a 1 for the count."""
    bits = masks[None, :] >> np.arange(n, dtype=np.uint64)[:, None] & np.uint64(1)
    return np.concatenate([bits.astype(np.float64), np.ones((1, len(masks)))])


def _relaxation(masks: Masks, cost: Floats, units: Net, k: int) -> float | None:
    """Return the value of the linear relaxation, or None if it has no solution."""
    from scipy.optimize import linprog  # takes 0.2 s; only this proof needs it

    n = units.size
    need = np.ones(n + 1)
    need[n] = k
    # Slack at a price above any plan keeps the first programs feasible.
    penalty = 4 * float(units.length.sum() * OFF_STREET + 1)
    slack = np.concatenate([np.eye(n + 1), -np.eye(n + 1)], axis=1)
    chosen = np.argsort(cost, kind="stable")[: 20 * n]
    for _ in range(500):
        found = linprog(
            np.concatenate([cost[chosen], np.full(2 * n + 2, penalty)]),
            A_eq=np.concatenate([_columns(masks[chosen], n), slack], axis=1),
            b_eq=need,
            method="highs",
        )
        if found.status != 0:
            return None
        dual = np.asarray(found.eqlin.marginals, np.float64)
        reduced = _price(masks, cost, dual[:n], float(dual[n]))
        worst = float(reduced.min())
        if worst >= -1e-7 * penalty / n:
            if float(found.x[len(chosen) :].max()) > 1e-6:
                return None
            # Exactly k sets are chosen, so each can still save `worst` at most.
            return float(dual @ need) + k * min(0.0, worst)
        spread = min(len(reduced) - 1, 15 * n)
        best = np.argpartition(reduced, spread)[:spread]
        fresh = best[reduced[best] < 0]
        chosen = np.union1d(chosen, fresh if len(fresh) else [int(reduced.argmin())])
    return None
