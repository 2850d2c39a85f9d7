"""Draw a large plan again only around some of its grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition.bounds import least_out, out_of_band
from gis.partition.draw import Partition, assemble, effort_of, piece_seed
from gis.partition.explain import Finding, explain_piece
from gis.partition.graphs import Net, connected_pieces, net_of, sub_net
from gis.partition.local_bounds import local_bounds
from gis.partition.local_search import DEFAULT_WEIGHTS
from gis.partition.mend import touching
from gis.partition.objectives import Objectives, wishes_of
from gis.partition.repartition import redraw_piece
from gis.partition.solve import Effort, PieceResult

__all__ = ["redraw_near"]

Ints = NDArray[np.int32]


def redraw_near(
    graph: CellGraph,
    labels: NDArray[np.integer],
    types: NDArray[np.int8],
    bad: Sequence[int],
    *,
    low: int,
    high: int,
    reach: int,
    seed: int = 0,
    effort: str = "fast",
    objectives: Objectives | None = None,
) -> Partition:
    """Draw a plan again in windows around some of its grids.

    Parameters
    ----------
    graph : CellGraph
        Cells, maybe finer than those the plan was drawn on.
    labels : ndarray of int, shape (n,)
        Grid of each cell, 0 … k - 1.
    types : ndarray of int8, shape (k,)
        `GridType` of each grid.
    bad : sequence of int
        Resident grids to draw again.
    low, high : int
        Band of households of a resident grid.
    reach : int
        Grids around each of them that may change too.
    seed : int
        Same plan and seed: same grids.
    effort : {"fast", "best"}
    objectives : Objectives, optional
        What else the grids should be like.

    Returns
    -------
    Partition
        A window changes only where fewer households are then outside the band.

    Examples
    --------
    >>> from gis.partition.graphs import path_graph
    >>> row = path_graph([100] * 8)
    >>> before = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    >>> plan = redraw_near(
    ...     row, before, np.zeros(2, np.int8), [0], low=300, high=500, reach=1
    ... )
    >>> np.bincount(plan.labels, row.households).astype(int).tolist()
    [300, 500]
    """
    counts, _ = effort_of(effort)
    net = net_of(graph, wishes_of(graph, objectives, low=low, high=high))
    label = np.asarray(labels, np.int32).copy()
    resident = np.asarray(types) == int(GridType.RESIDENT)
    kinds = [GridType(kind) for kind in types]
    for grid in bad:
        rows = _window(net, label, grid, resident, reach)
        if len(rows) == 0:
            continue
        part = sub_net(net, rows)
        _, home = np.unique(label[rows], return_inverse=True)
        result = _drawn(
            part, home.astype(np.int32), low, high, piece_seed(seed, grid), counts
        )
        if result is not None:
            label[rows] = len(kinds) + result
            kinds += [GridType.RESIDENT] * (int(result.max()) + 1)
            resident = np.array([kind is GridType.RESIDENT for kind in kinds])
    used, place = np.unique(label, return_inverse=True)
    label = place.astype(np.int32)
    kinds = [kinds[g] for g in used]
    findings = _findings(graph, net, label, kinds, low=low, high=high, effort=counts)
    return assemble(label, kinds, findings)


def _window(
    net: Net, label: Ints, grid: int, resident: NDArray[np.bool_], reach: int
) -> Ints:
    """Return the cells of a grid and of the resident grids around it."""
    if not (label == grid).any():
        return np.empty(0, np.int32)
    group = [grid]
    for _ in range(reach):
        near = touching(net, label, group)
        group += near[resident[near]].tolist()
    return np.flatnonzero(np.isin(label, group)).astype(np.int32)


def _drawn(
    part: Net, home: Ints, low: int, high: int, seed: int, effort: Effort
) -> Ints | None:
    """Return new grids of a window, None where they are no better."""
    load = np.bincount(home, part.households).astype(np.int64)
    now = int(out_of_band(load, low=low, high=high).sum())
    result = redraw_piece(
        part,
        home,
        low=low,
        high=high,
        seed=seed,
        effort=effort,
        weights=DEFAULT_WEIGHTS,
    )
    return result.label if result.out < now else None


def _findings(
    graph: CellGraph,
    net: Net,
    label: Ints,
    kinds: list[GridType],
    *,
    low: int,
    high: int,
    effort: Effort,
) -> list[Finding]:
    """Return the reason for each grid outside the band, piece by piece."""
    lived_in = np.array([kind is GridType.RESIDENT for kind in kinds])[label]
    piece = connected_pieces(net, np.where(lived_in, 0, -1))
    count = int(piece.max(initial=-1)) + 1
    found: list[Finding] = []
    for number in range(count):
        rows = np.flatnonzero(piece == number)
        part = sub_net(net, rows)
        names, own = np.unique(label[rows], return_inverse=True)
        result = _proved(part, own.astype(np.int32), low, high, effort.proof_states)
        if result.out:
            found += [
                replace(finding, grid=int(names[finding.grid]))
                for finding in explain_piece(
                    part, result, low=low, high=high, alone=count == 1
                )
            ]
    return found


def _proved(part: Net, own: Ints, low: int, high: int, states: int) -> PieceResult:
    """Return the grids of a piece with the best bound at hand."""
    load = np.bincount(own, part.households).astype(np.int64)
    out = int(out_of_band(load, low=low, high=high).sum())
    bound, proved = least_out(part.households, low=low, high=high), frozenset[int]()
    if out > bound:
        more, proved = local_bounds(part, own, low=low, high=high, states=states)
        bound = max(bound, more)
    return PieceResult(own, out, bound, exact=False, proved=proved)
