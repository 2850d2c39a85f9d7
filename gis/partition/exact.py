"""The true optimum of a small piece: fewest households outside the band.

Cells are taken in one after another. What matters of a half-made plan is only how
the cells on the frontier, those with neighbours still to come, hang together, and
how many households each open grid holds; two half-made plans that agree in this are
one state, and the cheaper of them stands for both. The classic is the frontier
method for graph partitions (Kawahara and others, 2017), here on sums, not on sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.partition.frontier import advance, order_from
from gis.partition.graphs import Net

__all__ = ["ExactResult", "fewest_out"]

Places = NDArray[np.int32]


@dataclass(frozen=True)
class ExactResult:
    """What the exact search found.

    Attributes
    ----------
    out : int
        Fewest households outside the band, or the given upper bound.
    label : ndarray of int32 or None
        A plan that attains it; None when nothing beats the upper bound.
    proven : bool
        Whether the search ended before its limit of states.
    """

    out: int
    label: NDArray[np.int32] | None
    proven: bool


def _sequence(net: Net) -> list[int]:
    """Return an order of vertices that keeps the frontier short."""
    degree = np.diff(net.start)
    ends = np.argsort(degree, kind="stable")[:6]
    tried = [order_from(net.start, net.near, int(first)) for first in ends]
    order, _, _ = min(tried, key=lambda found: found[1:])
    return [int(v) for v in order]


def fewest_out(
    net: Net,
    *,
    low: int,
    high: int,
    upper: int,
    states: int = 400_000,
    open_cells: NDArray[np.bool_] | None = None,
) -> ExactResult:
    """Return the plan with the fewest households outside the band, if below `upper`.

    Parameters
    ----------
    net : Net
        A connected piece.
    low, high : int
        The band.
    upper : int
        Households outside the band of a plan already known.
    states : int
        Give up after looking at so many.
    open_cells : ndarray of bool, optional
        Cells with neighbours outside the net, when it is a part of a larger piece. A
        grid that holds one may go on out there, so only what it has above the band
        counts; the result is then a lower bound for this part of any plan.

    Examples
    --------
    Three cells of 200 in a row: one grid of 600 misses by 100, and so do 400 + 200.

    >>> from gis.partition.graphs import path_net
    >>> fewest_out(path_net([200, 200, 200]), low=300, high=500, upper=1000).out
    100
    """
    order = _sequence(net)
    steps = _steps(net, order)
    whole = open_cells is None or not open_cells.any()
    leads_out = np.zeros(net.size, np.bool_) if open_cells is None else open_cells
    weight = net.households[order]
    excess = np.maximum(weight - high, 0)
    rows, cost = np.zeros((1, 0), np.int64), np.zeros(1, np.int64)
    layers: list[tuple[NDArray[np.int32], NDArray[np.int64]]] = []
    looked = 0
    for p, (spots, kept) in enumerate(steps):
        rows, cost, parent, choice, looks = advance(
            rows,
            cost,
            spots,
            kept,
            int(weight[p]),
            bool(leads_out[order[p]]),
            low,
            high,
            upper,
            int(weight[p + 1 :].sum()),
            int(excess[p + 1 :].sum()),
            whole,
            states - looked,
        )
        looked += looks
        if looked > states:
            return ExactResult(upper, None, proven=False)
        if len(rows) == 0:
            return ExactResult(upper, None, proven=True)
        layers.append((parent, choice))
    return ExactResult(int(cost[0]), _replay(layers, order, steps), proven=True)


def _steps(net: Net, order: list[int]) -> list[tuple[Places, Places]]:
    """Return, per step, places on the frontier the cell touches, and those kept.

    The cell itself counts as the last place among those kept.
    """
    rank = np.empty(net.size, np.int64)
    rank[order] = np.arange(net.size)
    rows = [rank[net.near[net.start[v] : net.start[v + 1]]] for v in range(net.size)]
    frontier: list[int] = []
    steps = []
    for p, v in enumerate(order):
        met = set(rows[v].tolist())
        spots = [q for q, u in enumerate(frontier) if int(rank[u]) in met]
        grown = [*frontier, v]
        kept = [q for q, u in enumerate(grown) if rows[u].max(initial=-1) > p]
        steps.append((np.array(spots, np.int32), np.array(kept, np.int32)))
        frontier = [grown[q] for q in kept]
    return steps


def _replay(
    layers: list[tuple[NDArray[np.int32], NDArray[np.int64]]],
    order: list[int],
    steps: list[tuple[Places, Places]],
) -> NDArray[np.int32]:
    """Return the labels of the cheapest way through the layers."""
    masks, state = [], 0
    for parent, choice in reversed(layers):
        masks.append(int(choice[state]))
        state = int(parent[state])
    label = np.arange(len(order), dtype=np.int32)
    frontier: list[int] = []
    for v, mask, (spots, kept) in zip(order, reversed(masks), steps, strict=True):
        # Grids on the frontier are numbered by the first place that holds them.
        grids = list(dict.fromkeys(int(label[u]) for u in frontier))
        touched = {int(label[frontier[q]]) for q in spots}
        met = [grid for grid in grids if grid in touched]
        for b, grid in enumerate(met):
            if mask >> b & 1:
                label[label == grid] = label[v]
        grown = [*frontier, v]
        frontier = [grown[q] for q in kept]
    _, numbered = np.unique(label, return_inverse=True)
    return numbered.astype(np.int32)
