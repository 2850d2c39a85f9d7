"""Drafts of communities on finer and finer cells, drawn on one process or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.blocks import BlockParameters, Blocks
from gis.cells import CellSet, build_cells, cut_pieces
from gis.earlier import EarlierPlan
from gis.graph import CellGraph
from gis.layers import Layers
from gis.partition import (
    Objectives,
    ObjectiveWeights,
    Partition,
    partition_cells,
    redraw_near,
    repartition_cells,
)
from gis.tessellation import cut_blocks

__all__ = ["Draft", "DraftJob", "DrawParameters", "Runner", "counts_of", "serial"]

T = TypeVar("T")
R = TypeVar("R")

_FAR = 4
"""Grids around a bad one whose blocks are cut in a large community, and no others."""

_LARGE = 20_000
"""Cells above which a community is drawn again only around its bad grids."""

_MENDABLE = frozenset({"indivisible", "search_exhausted"})
"""Reasons that finer cells may remove; the others lie in totals or buildings."""

_CHUNK = 400
"""Buildings per piece of work; small enough to spread, large enough to pay."""


class Runner(Protocol):
    """Applies a function to items, in order, in one process or several."""

    def __call__(self, job: Callable[[T], R], items: Sequence[T]) -> Iterable[R]:
        """Return the results in the order of the items."""
        ...


def serial(job: Callable[[T], R], items: Sequence[T]) -> Iterable[R]:
    """Apply a function to items one after the other."""
    return map(job, items)


@dataclass(frozen=True)
class DrawParameters:
    """What a planner may choose.

    Attributes
    ----------
    low, high : int
        Households of a resident grid.
    seed : int
        Same input, seed and effort: same plan.
    effort : str or float
        ``"fast"``, ``"best"`` or seconds; at best, seams are proved to be near the
        shortest where that can be done.
    width : int
        Digits of the serial in a grid code.
    blocks : BlockParameters
    weights : ObjectiveWeights
        What grids should be like beside the band.
    """

    low: int = 300
    high: int = 500
    seed: int = 0
    effort: str | float = "fast"
    width: int = 3
    blocks: BlockParameters = field(default_factory=BlockParameters)
    weights: ObjectiveWeights = field(default_factory=ObjectiveWeights)


def counts_of(layers: Layers, column: str) -> NDArray[np.float64]:
    """Return a count per building, 0 where it is not given."""
    given = pd.to_numeric(layers.buildings[column])
    return np.asarray(given.fillna(0).to_numpy(dtype=np.float64))


@dataclass(frozen=True)
class Draft:
    """A community drawn on one set of cells."""

    cells: CellSet
    partition: Partition

    @property
    def out(self) -> int:
        """Households outside the band."""
        return sum(f.out for f in self.partition.findings)

    @property
    def is_large(self) -> bool:
        """Whether it is drawn again only in part."""
        return self.cells.graph.size > _LARGE

    @property
    def bad(self) -> list[int]:
        """Grids that finer cells may bring into the band."""
        return [f.grid for f in self.partition.findings if f.code in _MENDABLE]

    def labels_on(self, cells: CellSet) -> NDArray[np.int32]:
        """Return the grid of each of some finer cells: that of the block they are in.

        A block is cut once, so its cells are as many as before or came from one.
        """
        old, new = self.cells.graph.block, cells.graph.block
        count = np.bincount(old, minlength=int(new.max()) + 1)
        place = np.arange(len(new)) - np.searchsorted(new, new)
        return self.partition.labels[
            np.searchsorted(old, new) + np.where(count[new] > 1, place, 0)
        ]

    def blocks_to_refine(
        self, able: NDArray[np.bool_], reach: int | None
    ) -> NDArray[np.bool_]:
        """Tell which able blocks, cut, could bring a grid into the band.

        They lie in grids up to `reach` grids away from it, None for any.
        """
        bad, reach = self.bad, _FAR if self.is_large else reach
        labels, graph = self.partition.labels, self.cells.graph
        near = np.zeros(len(self.partition.types), dtype=bool)
        near[bad] = True
        for _ in range(reach or 0):
            i, j = labels[graph.i], labels[graph.j]
            near[j[near[i]]] = near[i[near[j]]] = True
        if reach is None:
            near[:] = bool(bad)
        chosen = np.zeros(len(able), dtype=bool)
        chosen[graph.block[near[labels]]] = True
        return np.asarray(chosen & able)


@dataclass(frozen=True)
class DraftJob:
    """Draws communities on finer and finer cells, and cuts no block twice."""

    layers: Layers
    blocks: Blocks
    parameters: DrawParameters
    earlier: EarlierPlan | None
    former: EarlierPlan | None
    run: Runner
    tell: Callable[[str, float], None]
    pieces: dict[int, NDArray[Any]] = field(default_factory=dict)

    def draw(
        self,
        cut: NDArray[np.bool_],
        communities: NDArray[np.int64],
        known: Sequence[Draft | None] | None = None,
    ) -> list[Draft]:
        """Return a draft of each community; large ones go on from `known`."""
        self.tell("cells", 0.0)
        new = np.array([k for k in np.flatnonzero(cut) if k not in self.pieces], int)
        self.pieces.update(
            cut_pieces(self.layers, self.blocks, new, cutter=self._cutter)
        )
        sets = build_cells(
            self.layers, self.blocks, self.pieces, communities=communities
        )
        self.tell("partition", 0.0)
        work = [
            _Work(
                cells.graph,
                self._homes(cells),
                self.objectives(cells),
                self._before(draft, cells),
            )
            for cells, draft in zip(sets, known or [None] * len(sets), strict=True)
        ]
        drafts: list[Draft] = []
        for partition in self.run(partial(_partition, self.parameters), work):
            drafts.append(Draft(sets[len(drafts)], partition))
            self.tell("partition", len(drafts) / len(sets))
        return drafts

    def _before(self, draft: Draft | None, cells: CellSet) -> _Before | None:
        """Return the draft to go on from: of a large community drawn afresh."""
        if draft is None or not draft.is_large or self.earlier is not None:
            return None
        return _Before(draft.labels_on(cells), draft.partition.types, draft.bad)

    def _homes(self, cells: CellSet) -> NDArray[np.int32] | None:
        """Return the earlier grid of each cell, if there is an earlier plan."""
        if self.earlier is None:
            return None
        return self.earlier.labels(cells, self.blocks.building_points)

    def objectives(self, cells: CellSet) -> Objectives:
        """Return the weights, and what they weigh in the cells of a community."""
        weights = self.parameters.weights
        former = self.former
        return Objectives(
            weights=weights,
            cases=self._counted(cells, "cases") if weights.load else None,
            party_members=(
                self._counted(cells, "party_members") if weights.members else None
            ),
            former=(
                former.labels(cells, self.blocks.building_points)
                if weights.loyalty and former is not None
                else None
            ),
        )

    def _counted(self, cells: CellSet, column: str) -> NDArray[np.float64]:
        """Return the sum of a count of buildings per cell."""
        counts = counts_of(self.layers, column)[cells.members]
        found = np.bincount(cells.member_cell, counts, len(cells.polygons))
        return found.astype(np.float64)

    def _cutter(
        self, polygons: Sequence[Any], buildings: Sequence[NDArray[Any]]
    ) -> list[NDArray[Any]]:
        chunk = np.cumsum([len(b) for b in buildings]) // _CHUNK
        cuts = [0, *(np.flatnonzero(np.diff(chunk)) + 1), len(polygons)]
        work = [(polygons[a:b], buildings[a:b]) for a, b in pairwise(cuts) if a < b]
        cells: list[NDArray[Any]] = []
        for done, part in enumerate(self.run(_cut_chunk, work), 1):
            cells += part
            self.tell("cells", done / len(work))
        return cells


@dataclass(frozen=True)
class _Before:
    """A plan to be drawn again around its bad grids."""

    labels: NDArray[np.int32]
    types: NDArray[np.int8]
    bad: list[int]


@dataclass(frozen=True)
class _Work:
    """What a process needs to draw one community."""

    graph: CellGraph
    home: NDArray[np.int32] | None
    objectives: Objectives
    before: _Before | None


def _cut_chunk(
    chunk: tuple[Sequence[Any], Sequence[NDArray[Any]]],
) -> list[NDArray[Any]]:
    return cut_blocks(*chunk)


def _partition(p: DrawParameters, work: _Work) -> Partition:
    graph, home, objectives = work.graph, work.home, work.objectives
    # What is counted, not timed: fewest moves, and windows.
    effort = p.effort if isinstance(p.effort, str) else "best"
    if work.before is not None:
        return redraw_near(
            graph,
            work.before.labels,
            work.before.types,
            work.before.bad,
            low=p.low,
            high=p.high,
            reach=_FAR,
            seed=p.seed,
            effort=effort,
            objectives=objectives,
        )
    if home is None:
        return partition_cells(
            graph,
            low=p.low,
            high=p.high,
            seed=p.seed,
            effort=p.effort,
            objectives=objectives,
            certify=p.effort == "best",
        )
    return repartition_cells(
        graph,
        home,
        low=p.low,
        high=p.high,
        seed=p.seed,
        effort=effort,
        objectives=objectives,
    )
