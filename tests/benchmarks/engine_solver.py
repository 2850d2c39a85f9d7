"""The fewest households outside the band: by trying every plan, and by OR-tools.

Both are slow, know nothing of the engine, and are there to find it out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.partition.bounds import out_of_band
from gis.partition.graphs import Net, connected_pieces
from tests.benchmarks.peer_tasks import HIGH, LOW

__all__ = ["Answer", "least_out", "least_out_by_hand"]

Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Answer:
    """What a solver says of the households that must stay outside the band.

    Attributes
    ----------
    bound : int
        No plan has fewer.
    out : int or None
        Those of the best plan found, None without one.
    """

    bound: int
    out: int | None

    @property
    def proven(self) -> bool:
        """Whether plan and bound agree."""
        return self.out == self.bound


def least_out_by_hand(net: Net) -> int:
    """Return the fewest households outside the band, trying all plans.

    The first free cell is in some grid: every connected set of free cells around it
    is tried as that grid, and what is left free is solved in the same way.
    """
    near = [0] * net.size
    for v in range(net.size):
        for w in net.near[net.start[v] : net.start[v + 1]].tolist():
            near[v] |= 1 << w
    load = net.households.tolist()
    known = {0: 0}

    def fewest(free: int) -> int:
        if free not in known:
            known[free] = min(
                _missing(held, load) + fewest(free & ~held)
                for held in _sets_around_first(free, near)
            )
        return known[free]

    return fewest((1 << net.size) - 1)


def _sets_around_first(free: int, near: list[int]) -> Iterator[int]:
    """Give every connected set of free cells that holds the first of them, once."""
    first = free & -free
    stack = [(first, near[first.bit_length() - 1] & free & ~first, free & ~first)]
    while stack:
        held, rim, left = stack.pop()
        if not rim:
            yield held
            continue
        bit = rim & -rim
        left &= ~bit
        # Without this cell for good, then with it.
        stack.append((held, rim & ~bit, left))
        grown = rim | near[bit.bit_length() - 1]
        stack.append((held | bit, grown & left, left))


def _missing(held: int, load: list[int]) -> int:
    """Return by how much a set of cells misses the band."""
    total = sum(households for v, households in enumerate(load) if held >> v & 1)
    return max(LOW - total, total - HIGH, 0)


def least_out(net: Net, *, seconds: float, wanted: int | None = None) -> Answer:
    """Ask OR-tools for the fewest households outside the band.

    Cells choose their grid. A grid in several pieces is refused by a clause that asks
    for one of the cells that part them, and the question is asked again.

    Parameters
    ----------
    net : Net
        A connected piece.
    seconds : float
        Time for all questions.
    wanted : int, optional
        A plan with so few is enough.
    """
    from ortools.sat.python import cp_model

    began = time.monotonic()
    question = _Question(net, wanted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    bound = 0
    while (left := seconds - (time.monotonic() - began)) > 0:
        solver.parameters.max_time_in_seconds = left
        status = solver.solve(question.model)
        if status == cp_model.INFEASIBLE:
            # Without a limit some plan always exists.
            return Answer(0 if wanted is None else wanted + 1, None)
        bound = max(bound, round(solver.best_objective_bound))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        label = question.label(solver)
        if not question.forbid_broken(label):
            return Answer(bound, _out(net, label))
    return Answer(bound, None)


def _out(net: Net, label: Labels) -> int:
    """Return the households outside the band."""
    load = np.bincount(label, net.households).astype(np.int64)
    used = np.bincount(label) > 0
    return int(out_of_band(load[used], low=LOW, high=HIGH).sum())


class _Question:
    """The model: which cell lies in which grid, and by how much each grid misses."""

    def __init__(self, net: Net, wanted: int | None) -> None:
        from ortools.sat.python import cp_model

        self.net = net
        self.model: Any = cp_model.CpModel()
        # A grid with half the lower end or less may join a neighbour at no loss.
        smallest = LOW if wanted == 0 else LOW // 2
        self.grids = range(max(1, min(net.size, net.total // smallest)))
        self.held = [
            [self.model.new_bool_var("") for _ in self.grids] for _ in range(net.size)
        ]
        for row in self.held:
            self.model.add_exactly_one(row)
        missing = sum(self._missing())
        if wanted is None:
            self.model.minimize(missing)
        else:
            self.model.add(missing <= wanted)

    def _missing(self) -> list[Any]:
        """Return by how much each grid that is used misses the band."""
        most = self.net.total + LOW
        used = [self.model.new_bool_var("") for _ in self.grids]
        missing = [self.model.new_int_var(0, most, "") for _ in self.grids]
        households = self.net.households.tolist()
        for g in self.grids:
            column = [row[g] for row in self.held]
            load = sum(h * cell for h, cell in zip(households, column, strict=True))
            self.model.add(missing[g] >= LOW - load).only_enforce_if(used[g])
            self.model.add(missing[g] >= load - HIGH)
            for cell in column:
                self.model.add_implication(cell, used[g])
        for first, second in pairwise(used):
            self.model.add_implication(second, first)
        return missing

    def label(self, solver: Any) -> Labels:
        """Return the grid of each cell in an answer."""
        chosen = [[solver.value(cell) for cell in row] for row in self.held]
        return np.array(chosen).argmax(axis=1).astype(np.int32)

    def forbid_broken(self, label: Labels) -> bool:
        """Refuse grids in several pieces; return whether there were any."""
        piece = connected_pieces(self.net, label)
        cut = False
        for grid in np.unique(label).tolist():
            parts = [
                np.flatnonzero(piece == part)
                for part in np.unique(piece[label == grid]).tolist()
            ]
            main = max(parts, key=len)
            for part in parts:
                if part is not main:
                    self._connect(self._heaviest(part), self._heaviest(main), part)
                    cut = True
        return cut

    def _connect(self, one: int, other: int, around: NDArray[np.int64]) -> None:
        """Ask that two cells of one grid come with a neighbour of the first's piece."""
        near = {
            int(v)
            for u in around
            for v in self.net.near[self.net.start[u] : self.net.start[u + 1]]
        }
        rim = sorted(near - set(around.tolist()))
        for g in self.grids:
            apart = [self.held[one][g].negated(), self.held[other][g].negated()]
            self.model.add_bool_or([*apart, *(self.held[v][g] for v in rim)])

    def _heaviest(self, rows: NDArray[np.int64]) -> int:
        return int(rows[self.net.households[rows].argmax()])
