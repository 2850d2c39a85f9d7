"""Draw a plan again after counts have changed, moving as few households as may be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition._compiled import random_state, uniform
from gis.partition.bounds import least_out, out_of_band
from gis.partition.draw import (
    Partition,
    assemble,
    effort_of,
    explain_settled,
    piece_seed,
    require_inputs,
)
from gis.partition.explain import explain_piece
from gis.partition.few_moves import fewest_moves
from gis.partition.graphs import Net, net_of, rejoin, sub_net
from gis.partition.land import lay_out
from gis.partition.local_search import DEFAULT_WEIGHTS, Weights, anneal
from gis.partition.mend import touching, window_around
from gis.partition.objectives import Objectives, wishes_of
from gis.partition.score import measure
from gis.partition.solve import Effort, PieceResult, solve_piece
from gis.partition.trees import tree_seed

__all__ = [
    "Repartition",
    "kept_grids",
    "moved_cells",
    "redraw_piece",
    "repartition_cells",
]

Ints = NDArray[np.int32]

_RINGS = 2
"""Grids away from one out of the band, between which single cells may move."""

_MISSES = 4
"""Windows without such moves, after which no more are looked at."""


@dataclass(frozen=True)
class Repartition(Partition):
    """A plan drawn again.

    Attributes
    ----------
    origin : ndarray of int32, shape (k,)
        Earlier grid that each grid goes on from, -1 for a new one.
    moved : ndarray of bool, shape (n,)
        Cells whose grid does not go on from the grid they were in.
    households_moved : int
        Households of these cells.
    """

    origin: Ints
    moved: NDArray[np.bool_]
    households_moved: int


def kept_grids(previous: Ints, label: Ints, load: NDArray[np.int64]) -> dict[int, int]:
    """Return for each new grid the earlier grid it goes on from.

    Pairs are taken by households they share, the largest first; one cell with
    nobody in it counts for a thousandth of a household.
    """
    known = previous >= 0
    pairs, number = np.unique(
        np.stack([label[known], previous[known]], axis=1), axis=0, return_inverse=True
    )
    shared = np.bincount(number.ravel(), load[known] + 1e-3, minlength=len(pairs))
    result: dict[int, int] = {}
    used: set[int] = set()
    for p in np.argsort(-shared, kind="stable"):
        new, old = int(pairs[p, 0]), int(pairs[p, 1])
        if new not in result and old not in used:
            result[new] = old
            used.add(old)
    return result


def moved_cells(previous: Ints, label: Ints, kept: dict[int, int]) -> NDArray[np.bool_]:
    """Return the cells whose grid does not go on from the one they were in."""
    origin = np.array([kept.get(g, -2) for g in range(int(label.max(initial=-1)) + 1)])
    return np.asarray((previous >= 0) & (origin[label] != previous), np.bool_)


@dataclass
class _Redraw:
    """One piece while it is drawn again; grids keep the numbers they had."""

    net: Net
    home: Ints
    low: int
    high: int
    weights: Weights
    effort: Effort
    state: NDArray[np.uint64]

    def cost(self, label: Ints) -> tuple[int, int, float]:
        """Return households outside the band, households moved, and the energy."""
        k = int(label.max()) + 1
        found = measure(
            self.net, label, k, low=self.low, high=self.high, weights=self.weights
        )
        away = label != self.home
        return found.out, int(self.net.households[away].sum()), found.energy

    def settle(self, label: Ints) -> Ints:
        """Return labels after single moves or, where these do not do, a search."""
        near = self._single_moves(label)
        if self.cost(near)[0] == 0:
            return near
        return self._whole(self._windows(near))

    def _single_moves(self, label: Ints) -> Ints:
        """Return labels with bad grids mended by the fewest moves of single cells."""
        k = int(label.max()) + 1
        load = np.bincount(label, self.net.households, minlength=k).astype(np.int64)
        used = np.bincount(label, minlength=k) > 0
        out = out_of_band(load, low=self.low, high=self.high) * used
        misses = 0
        for grid in np.flatnonzero(out).tolist():
            if misses == _MISSES:
                break
            # An earlier window may have mended it.
            held = int(self.net.households[label == grid].sum())
            if self.low <= held <= self.high:
                continue
            group = [grid]
            for _ in range(_RINGS):
                group += touching(self.net, label, group).tolist()
            rows = np.flatnonzero(np.isin(label, group)).astype(np.int32)
            names, place = np.unique(label[rows], return_inverse=True)
            fresh = fewest_moves(
                sub_net(self.net, rows),
                place.astype(np.int32),
                low=self.low,
                high=self.high,
                states=self.effort.move_states,
            )
            if fresh is None:
                misses += 1
                continue
            label = label.copy()
            label[rows] = names[fresh]
        return label

    def _whole(self, label: Ints) -> Ints:
        """Return labels after a cool search over all cells, homes pulling."""
        k = int(label.max()) + 1
        fresh = anneal(
            self.net,
            label,
            k,
            low=self.low,
            high=self.high,
            proposals=self.effort.cell_tries * self.net.size,
            state=self.state,
            weights=self.weights,
            hot=0.02,
            cold=0.002,
            soft_band=self.weights.band,
            pieces=0.1,
            home=self.home,
        )
        return min(label, fresh, key=self.cost)

    def _windows(self, label: Ints) -> Ints:
        """Return labels with fewer households outside the band, window by window."""
        forced = np.maximum(self.net.households - self.high, 0)
        rounds, done = self.effort.repairs, 0
        while done < rounds:
            k = int(label.max()) + 1
            load = np.bincount(label, self.net.households, minlength=k).astype(np.int64)
            used = np.bincount(label, minlength=k) > 0
            out = out_of_band(load, low=self.low, high=self.high) * used
            floor = np.bincount(label, forced, minlength=k).astype(np.int64)
            bad = np.flatnonzero(out > floor)
            if len(bad) == 0:
                break
            rounds = max(rounds, 12 * len(bad)) if done == 0 else rounds
            done += 1
            first = int(bad[int(uniform(self.state) * len(bad))])
            group = window_around(
                self.net, label, load, first, self.low, self.high, self.state
            )
            if len(group) > 1:
                label = self._window(label, group, done)
        return label

    def _window(self, label: Ints, group: list[int], number: int) -> Ints:
        """Return labels with one window searched, when that is no worse."""
        rows = np.flatnonzero(np.isin(label, group)).astype(np.int32)
        names = np.array(sorted(group), np.int32)
        window = sub_net(self.net, rows)
        own = self.home[rows]
        spot = np.searchsorted(names, own).clip(max=len(names) - 1)
        home = np.where(names[spot] == own, spot, -1).astype(np.int32)
        part = _Redraw(
            window, home, self.low, self.high, self.weights, self.effort, self.state
        )
        start = np.searchsorted(names, label[rows]).astype(np.int32)
        hot = (0.05, 0.2, 0.6)[number % 3]
        fresh = anneal(
            window,
            start,
            len(names),
            low=self.low,
            high=self.high,
            proposals=self.effort.cell_tries * window.size,
            state=self.state,
            weights=self.weights,
            hot=hot,
            cold=0.002,
            soft_band=0.2,
            pieces=0.1,
            home=home,
        )
        if part.cost(fresh) > part.cost(start):
            return label
        label = label.copy()
        label[rows] = names[fresh]
        return label

    def split_heavy(self, label: Ints) -> Ints:
        """Return labels with every grid that holds two or more cut in as many."""
        label = label.copy()
        top = int(label.max()) + 1
        for grid in range(top):
            rows = np.flatnonzero(label == grid).astype(np.int32)
            part = sub_net(self.net, rows)
            parts = min(
                part.total // self.low, round(2 * part.total / (self.low + self.high))
            )
            if part.total <= self.high or parts < 2 or part.size < parts:
                continue
            fresh = tree_seed(
                part, parts, low=self.low, high=self.high, trees=16, state=self.state
            )
            # The part with most households keeps the name.
            load = np.bincount(fresh, part.households, minlength=parts)
            rank = np.argsort(np.argsort(-load, kind="stable"))
            names = np.array([grid, *range(top, top + parts - 1)], np.int32)
            label[rows] = names[rank[fresh]]
            top += parts - 1
        return label

    def dissolve_light(self, label: Ints) -> Ints:
        """Return labels with every grid below the band given to a neighbour."""
        label = label.copy()
        k = int(label.max()) + 1
        load = np.bincount(label, self.net.households, minlength=k).astype(np.int64)
        for grid in np.argsort(load, kind="stable").tolist():
            if load[grid] >= self.low or not (label == grid).any():
                continue
            near = touching(self.net, label, [grid])
            if len(near) == 0:
                continue
            host = int(near[int(load[near].argmin())])
            label[label == grid] = host
            load[host] += load[grid]
            load[grid] = self.high + 1
        return label


def redraw_piece(
    net: Net,
    home: Ints,
    *,
    low: int,
    high: int,
    seed: int,
    effort: Effort,
    weights: Weights,
) -> PieceResult:
    """Divide a piece again, near the grids its cells were in (-1 where new)."""
    state = random_state(seed, 77)
    bound = least_out(net.households, low=low, high=high)
    if (home < 0).all():
        return solve_piece(
            net, low=low, high=high, seed=seed, effort=effort, weights=weights
        )
    start = rejoin(net, home)
    work = _Redraw(net, home, low, high, weights, effort, state)
    best = work.settle(start)
    if work.cost(best)[0] > bound:
        split = work.split_heavy(start)
        light = work.dissolve_light(split)
        for other in (split, work.dissolve_light(start), light):
            if (other != start).any():
                best = min(best, work.settle(other), key=work.cost)
    out = work.cost(best)[0]
    if out > bound:
        fresh = solve_piece(
            net, low=low, high=high, seed=seed, effort=effort, weights=weights
        )
        if fresh.out < out:
            return fresh
        bound = max(bound, fresh.bound)
        exact = fresh.exact and bound == out
    else:
        exact = False
    _, label = np.unique(best, return_inverse=True)
    return PieceResult(label.astype(np.int32), out, bound, exact)


def repartition_cells(
    graph: CellGraph,
    previous: NDArray[np.integer],
    *,
    low: int = 300,
    high: int = 500,
    seed: int = 0,
    effort: str = "fast",
    locked: NDArray[np.integer] | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    objectives: Objectives | None = None,
) -> Repartition:
    """Bring a plan back into the band, moving as few households as may be.

    Parameters
    ----------
    graph : CellGraph
        Cells with the new counts.
    previous : ndarray of int, shape (n,)
        Grid of each cell before, -1 for a cell that had none.
    low, high : int
        Band of households of a resident grid.
    seed : int
        Same cells, plan, seed and effort: same grids.
    effort : {"fast", "best"}
    locked : ndarray of int, shape (n,), optional
        Grid of each cell that must stay as it is, -1 where free.
    weights : Weights
        Costs of seams, split blocks, shape, and of moving a household.
    objectives : Objectives, optional
        What else the grids should be like; the band and few moves stay first.

    Returns
    -------
    Repartition

    Raises
    ------
    ValueError
        If the band is empty, a count negative or the effort unknown.
    PlanError
        If `previous` does not name a grid per cell, or a locked grid is broken.

    Examples
    --------
    The third cell has grown by 150; moving it alone mends both grids.

    >>> from gis.partition.graphs import path_graph
    >>> row = path_graph([150, 150, 250, 100, 120])
    >>> plan = repartition_cells(row, np.array([0, 0, 0, 1, 1]))
    >>> plan.labels.tolist(), plan.households_moved
    ([0, 0, 1, 1, 1], 250)
    """
    if len(previous) != graph.size:
        raise PlanError(
            f"the earlier plan names {len(previous)} cells of {graph.size}; "
            "draw it on the cells it was made for"
        )
    held = require_inputs(graph, low, high, locked)
    counts, seconds = effort_of(effort)
    if seconds is not None:
        raise ValueError("repartition takes effort 'fast' or 'best', not seconds")
    before = np.asarray(previous, np.int32)
    net = net_of(graph, wishes_of(graph, objectives, low=low, high=high))
    ground = lay_out(graph, net, held)
    label = ground.label.copy()
    types = list(ground.types)
    findings = explain_settled(graph, ground, low=low, high=high)
    for number, rows in enumerate(ground.pieces):
        piece = sub_net(net, rows)
        names, place = np.unique(before[rows], return_inverse=True)
        home: Ints = (place - int(names[0] < 0)).astype(np.int32)
        result = redraw_piece(
            piece,
            home,
            low=low,
            high=high,
            seed=piece_seed(seed, number),
            effort=counts,
            weights=weights,
        )
        label[rows] = result.label + len(types)
        if result.out:
            findings += [
                replace(finding, grid=finding.grid + len(types))
                for finding in explain_piece(
                    piece, result, low=low, high=high, alone=len(ground.pieces) == 1
                )
            ]
        types += [GridType.RESIDENT] * (int(result.label.max()) + 1)
    plan = assemble(label, types, findings)
    kept = kept_grids(before, plan.labels, graph.households)
    moved = moved_cells(before, plan.labels, kept)
    return Repartition(
        plan.labels,
        plan.types,
        plan.findings,
        origin=np.array([kept.get(g, -1) for g in range(len(types))], np.int32),
        moved=moved,
        households_moved=int(graph.households[moved].sum()),
    )
