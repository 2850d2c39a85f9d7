"""Proofs for single grids of a large piece: no plan does better around here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.partition.bounds import out_of_band
from gis.partition.exact import fewest_out
from gis.partition.graphs import Net, sub_net

__all__ = ["local_bounds"]

Ints = NDArray[np.int32]


def local_bounds(
    net: Net,
    label: Ints,
    *,
    low: int,
    high: int,
    cells: int = 96,
    grids: int = 40,
    states: int = 60_000,
) -> tuple[int, frozenset[int]]:
    """Return a lower bound on households outside the band, and grids proved.

    Around each grid outside the band a region of cells is searched exactly, grids
    that lead out of it being free to go on as they like. Regions do not overlap, so
    what each must leave outside adds up; a cell above the band that lies in none
    adds its own excess.

    Parameters
    ----------
    net : Net
        A connected piece.
    label : ndarray of int32, shape (n,)
        The best plan found.
    low, high : int
        The band.
    cells : int
        Largest size of a region; smaller ones are tried first.
    grids : int
        Look at so many grids at most.
    states : int
        States each exact search may look at.

    Examples
    --------
    A cell of 100 behind a tower of 450 cannot be saved, however the row goes on:

    >>> from gis.partition.graphs import path_net
    >>> row = path_net([100, 450, 300, 300, 300, 300])
    >>> plan = np.array([0, 0, 1, 2, 3, 4], np.int32)
    >>> bound, proved = local_bounds(row, plan, low=300, high=500, cells=3)
    >>> bound, sorted(proved)
    (50, [0])
    """
    k = int(label.max()) + 1
    load = np.bincount(label, net.households, minlength=k).astype(np.int64)
    out = out_of_band(load, low=low, high=high)
    forced = np.maximum(net.households - high, 0)
    floor = np.bincount(label, forced, minlength=k)
    taken = np.zeros(net.size, np.bool_)
    bound = 0
    proved: set[int] = set()
    sizes = sorted({max(1, cells * eighths // 8) for eighths in (1, 2, 3, 4, 6, 8)})
    for grid in np.flatnonzero(out > floor)[:grids].tolist():
        best, held = -1, np.empty(0, np.int32)
        for size in sizes:
            rows = _around(net, label == grid, taken, size)
            if len(rows) <= len(held) or best >= out[grid]:
                continue
            found = _search(net, label, rows, low=low, high=high, states=states)
            if found is not None and found > best:
                best, held = found, rows
        if best >= 0:
            bound += best
            taken[held] = True
            if best >= out[grid]:
                proved.add(grid)
    return bound + int(forced[~taken].sum()), frozenset(proved)


def _search(
    net: Net, label: Ints, rows: Ints, *, low: int, high: int, states: int
) -> int | None:
    """Return the fewest households a region must leave outside, None if unproven."""
    inside = np.zeros(net.size, np.bool_)
    inside[rows] = True
    leads_out = np.array(
        [not inside[net.near[net.start[v] : net.start[v + 1]]].all() for v in rows]
    )
    # Here the plan itself leaves so many outside: a limit worth searching below.
    upper = 0
    for g in np.unique(label[rows]).tolist():
        held = label[rows] == g
        weight = int(net.households[rows[held]].sum())
        closed = not leads_out[held].any()
        upper += max(0, low - weight if closed else 0, weight - high)
    found = fewest_out(
        sub_net(net, rows),
        low=low,
        high=high,
        upper=upper,
        states=states,
        open_cells=leads_out,
    )
    return found.out if found.proven else None


def _around(
    net: Net, start: NDArray[np.bool_], taken: NDArray[np.bool_], cells: int
) -> Ints:
    """Return a grid's cells and the nearest around it, none of them taken."""
    queue = np.flatnonzero(start & ~taken).tolist()
    if len(queue) > cells or (start & taken).any():
        return np.empty(0, np.int32)
    seen = set(queue)
    head = 0
    while head < len(queue) and len(queue) < cells:
        v = queue[head]
        head += 1
        for w in net.near[net.start[v] : net.start[v + 1]].tolist():
            if w not in seen and not taken[w] and len(queue) < cells:
                seen.add(w)
                queue.append(w)
    return np.array(sorted(queue), np.int32)
