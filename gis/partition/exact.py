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

from gis.partition.bounds import out_of_total
from gis.partition.graphs import Net

__all__ = ["ExactResult", "fewest_out"]

State = tuple[tuple[int, ...], tuple[int, ...]]


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


def _neighbours(net: Net) -> list[list[int]]:
    """Return the neighbours of each vertex."""
    return [net.near[net.start[v] : net.start[v + 1]].tolist() for v in range(net.size)]


def _widening(near: list[list[int]], order: list[int], w: int) -> tuple[int, int]:
    """Return by how much taking w next widens the frontier, and its first neighbour."""
    place = {v: p for p, v in enumerate(order)}
    here = [v for v in near[w] if v in place]
    closing = sum(all(x in place or x == w for x in near[v]) for v in here)
    opens = any(x not in place for x in near[w])
    return int(opens) - closing, min((place[v] for v in here), default=0)


def _sequence(near: list[list[int]]) -> list[int]:
    """Return an order of vertices that keeps the frontier short."""
    n = len(near)
    best: tuple[tuple[int, int], list[int]] | None = None
    ends = sorted(range(n), key=lambda v: (len(near[v]), v))[: min(n, 6)]
    for first in ends:
        order, done = [first], {first}
        widths = []
        while True:
            frontier = [v for v in order if any(w not in done for w in near[v])]
            widths.append(len(frontier))
            if len(order) == n:
                break
            rim = {w for v in frontier for w in near[v] if w not in done}
            if not rim:
                rim = {v for v in range(n) if v not in done}

            chosen = min((*_widening(near, order, w), w) for w in rim)[-1]
            order.append(chosen)
            done.add(chosen)
        rank = (max(widths), sum(width * width for width in widths))
        if best is None or rank < best[0]:
            best = (rank, order)
    assert best is not None
    return best[1]


def _least_ahead(total: int, low: int, high: int) -> int:
    """Return the fewest households out of band when grids share out a total."""
    if total <= 0:
        return 0
    counts = {max(1, total // high), -(-total // high), max(1, total // low)}
    return min(out_of_total(total, k, low=low, high=high) for k in counts)


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
    near = _neighbours(net)
    order = _sequence(near)
    rank = {v: p for p, v in enumerate(order)}
    last = [max((rank[w] for w in near[v]), default=-1) for v in range(net.size)]
    weight = net.households.tolist()
    whole = open_cells is None or not open_cells.any()
    leads_out = [False] * net.size if open_cells is None else open_cells.tolist()
    excess_ahead = [0] * (net.size + 1)
    total_ahead = [0] * (net.size + 1)
    for p in range(net.size - 1, -1, -1):
        h = weight[order[p]]
        excess_ahead[p] = excess_ahead[p + 1] + max(0, h - high)
        total_ahead[p] = total_ahead[p + 1] + h
    layers: list[dict[State, tuple[int, State | None, tuple[int, ...]]]] = [
        {((), ()): (0, None, ())}
    ]
    ahead: dict[int, int] = {}
    frontier: list[int] = []
    looked = 0
    for p, v in enumerate(order):
        spots = [q for q, u in enumerate(frontier) if u in near[v]]
        grown = [*frontier, v]
        kept = [q for q, u in enumerate(grown) if last[u] > p]
        layer: dict[State, tuple[int, State | None, tuple[int, ...]]] = {}
        for state, (cost, _, _) in layers[-1].items():
            part, sums = state
            options = sorted({part[q] for q in spots})
            for mask in range(1 << len(options)):
                looked += 1
                joined = tuple(c for b, c in enumerate(options) if mask >> b & 1)
                here = len(sums)
                # A sum is twice the households, plus one if the grid leads out.
                merged = 2 * weight[v] + sum(sums[c] & ~1 for c in joined)
                merged |= leads_out[v] or any(sums[c] & 1 for c in joined)
                names = [here if c in joined else c for c in part]
                names.append(here)
                paid = cost
                number: dict[int, int] = {}
                new_part = []
                for q in kept:
                    c = names[q]
                    if c not in number:
                        number[c] = len(number)
                    new_part.append(number[c])
                rest = total_ahead[p + 1]
                spill = excess_ahead[p + 1]
                new_sums = [0] * len(number)
                for c in set(names):
                    load = merged if c == here else sums[c]
                    w = load >> 1
                    if c in number:
                        new_sums[number[c]] = load
                        rest += w
                        spill += max(0, w - high)
                    else:
                        paid += max(0, 0 if load & 1 else low - w, w - high)
                trimmed = rest - spill if whole else 0
                if trimmed not in ahead:
                    ahead[trimmed] = _least_ahead(trimmed, low, high)
                if paid + spill + ahead[trimmed] >= upper:
                    continue
                key = (tuple(new_part), tuple(new_sums))
                known = layer.get(key)
                if known is None or paid < known[0]:
                    layer[key] = (paid, state, joined)
            if looked > states:
                return ExactResult(upper, None, proven=False)
        layers.append(layer)
        frontier = [grown[q] for q in kept]
        if not layer:
            return ExactResult(upper, None, proven=True)
    return ExactResult(
        layers[-1][((), ())][0], _replay(layers, order, near, last), proven=True
    )


def _replay(
    layers: list[dict[State, tuple[int, State | None, tuple[int, ...]]]],
    order: list[int],
    near: list[list[int]],
    last: list[int],
) -> NDArray[np.int32]:
    """Return the labels of the cheapest way through the layers."""
    choices: list[tuple[State, tuple[int, ...]]] = []
    state: State = ((), ())
    for layer in reversed(layers[1:]):
        _, before, joined = layer[state]
        assert before is not None
        choices.append((before, joined))
        state = before
    choices.reverse()
    owner = list(range(len(order)))

    def root(v: int) -> int:
        while owner[v] != v:
            v = owner[v]
        return v

    frontier: list[int] = []
    for p, v in enumerate(order):
        (part, _), joined = choices[p]
        for q, u in enumerate(frontier):
            if part[q] in joined:
                owner[root(u)] = root(v)
        frontier = [u for u in [*frontier, v] if last[u] > p]
    _, label = np.unique([root(v) for v in range(len(order))], return_inverse=True)
    return label.astype(np.int32)
