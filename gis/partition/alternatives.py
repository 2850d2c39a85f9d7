"""Make the nearest alternatives of a finding real plans, near the one they replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition._compiled import random_state
from gis.partition.bounds import least_out, out_of_band
from gis.partition.draw import Partition, assemble
from gis.partition.explain import Finding, explain_piece
from gis.partition.graphs import Net, connected_pieces, net_of, sub_net
from gis.partition.local_search import DEFAULT_WEIGHTS, anneal
from gis.partition.mend import mend, touching
from gis.partition.repartition import (
    Repartition,
    kept_grids,
    moved_cells,
    redraw_piece,
)
from gis.partition.score import measure
from gis.partition.solve import EFFORTS, PieceResult, solve_piece
from gis.partition.trees import tree_seed

__all__ = ["AlternativePartition", "alternatives"]

Ints = NDArray[np.int32]

_RINGS = 2
"""Grids around the one that misses the band that an alternative may change."""

_MOST_CELLS = 5_000
"""Cells of a window above which nothing is drawn anew."""

_BRIEF = replace(
    EFFORTS["fast"],
    states=50_000,
    exact_cells=100,
    window_states=10_000,
    proof_states=5_000,
)
"""Effort of a plan that only has to be near: nothing is proved about it."""

_LONG = replace(EFFORTS["best"], states=500_000, proof_states=50_000)
"""Effort of one more search, for a grid at a time."""

_HALVINGS = 6
"""Steps to the narrowest band that suffices: to a 64th of the miss."""


@dataclass(frozen=True)
class AlternativePartition:
    """What one alternative of a finding makes of the plan.

    Attributes
    ----------
    code : str
        Of the `Alternative` it carries out.
    partition : Repartition
        All grids of the community, and which grid each goes on from.
    low, high : int
        Band it is drawn for.
    """

    code: str
    partition: Repartition
    low: int
    high: int


@dataclass(frozen=True)
class _Scene:
    """A plan, and the grid in it that misses the band."""

    graph: CellGraph
    net: Net
    plan: Partition
    finding: Finding
    low: int
    high: int
    seed: int
    held: NDArray[np.bool_]

    def is_free(self) -> NDArray[np.bool_]:
        """Tell which grids people live in and may change."""
        free = self.plan.types == int(GridType.RESIDENT)
        free[self.plan.labels[self.held]] = False
        free[self.finding.grid] = True
        return np.asarray(free, np.bool_)

    def piece(self) -> Ints:
        """Return the cells of the connected piece the grid lies in."""
        free = self.is_free()[self.plan.labels]
        part = connected_pieces(self.net, np.where(free, 0, -1))
        own = part[np.flatnonzero(self.plan.labels == self.finding.grid)[0]]
        return np.flatnonzero(part == own).astype(np.int32)

    def window(self) -> Ints:
        """Return the cells of the grid and of the free grids around it."""
        free = self.is_free()
        group = [self.finding.grid]
        for _ in range(_RINGS):
            group += [g for g in touching(self.net, self.plan.labels, group) if free[g]]
        return np.flatnonzero(np.isin(self.plan.labels, group)).astype(np.int32)

    def home(self, rows: Ints) -> Ints:
        """Return the grids of some cells, numbered 0, 1, 2 …."""
        _, number = np.unique(self.plan.labels[rows], return_inverse=True)
        return number.astype(np.int32)

    def with_grids(
        self, rows: Ints, fresh: Ints, *, low: int, high: int
    ) -> Repartition:
        """Return the plan with some cells in new grids, and what is said of them."""
        first = len(self.plan.types)
        label = self.plan.labels.copy()
        label[rows] = first + fresh
        types = [GridType(kind) for kind in self.plan.types]
        types += [GridType.RESIDENT] * (int(fresh.max()) + 1)
        part = sub_net(self.net, rows)
        load = np.bincount(fresh, part.households).astype(np.int64)
        out = int(out_of_band(load, low=low, high=high).sum())
        bound = least_out(part.households, low=low, high=high)
        result = PieceResult(fresh, out, bound, exact=False)
        alone = len(rows) == int((self.graph.kind == int(GridType.RESIDENT)).sum())
        said = explain_piece(part, result, low=low, high=high, alone=alone)
        findings = [replace(f, grid=f.grid + first) for f in said]
        return self.numbered(label, types, findings, low=low, high=high)

    def numbered(
        self,
        label: Ints,
        types: list[GridType],
        findings: list[Finding],
        *,
        low: int,
        high: int,
    ) -> Repartition:
        """Return labels as a plan that goes on from the one at hand."""
        used, place = np.unique(label, return_inverse=True)
        rank = {int(g): n for n, g in enumerate(used)}
        kept = [
            f
            for f in self.plan.findings
            if f.grid in rank and not low <= f.households <= high
        ]
        if self.finding.grid in rank:
            kept = [f for f in kept if f.grid != self.finding.grid]
        plan = assemble(
            place.astype(np.int32),
            [types[g] for g in used],
            [replace(f, grid=rank[f.grid]) for f in (*kept, *findings)],
        )
        before, load = self.plan.labels, self.graph.households
        origin = kept_grids(before, plan.labels, load)
        moved = moved_cells(before, plan.labels, origin)
        return Repartition(
            plan.labels,
            plan.types,
            plan.findings,
            origin=np.array([origin.get(g, -1) for g in range(len(plan.types))], int),
            moved=moved,
            households_moved=int(load[moved].sum()),
        )


def alternatives(
    graph: CellGraph,
    plan: Partition,
    finding: Finding,
    *,
    low: int,
    high: int,
    seed: int = 0,
    locked: NDArray[np.integer] | None = None,
) -> Iterator[AlternativePartition]:
    """Carry out what could be done about a grid outside the band.

    Parameters
    ----------
    graph : CellGraph
        Cells of the community.
    plan : Partition
        The plan the finding is about.
    finding : Finding
        One of its findings; each alternative it names that the cells allow is
        drawn, in its order.
    low, high : int
        Band the plan was drawn for.
    seed : int
        Same plan, finding and seed: same alternatives.
    locked : ndarray of int, shape (n,), optional
        Grid of each cell that was locked, -1 where free.

    Yields
    ------
    AlternativePartition
        Only plans that differ from `plan` in its grids, their types or the band.
        Nothing for `accept`, which is the plan itself, nor for `split_cell`, which
        needs other cells.

    Examples
    --------
    550 households are one grid too many or two too few; one of them was drawn:

    >>> from gis.partition.draw import partition_cells
    >>> from gis.partition.graphs import path_graph
    >>> row = path_graph([110] * 5)
    >>> plan = partition_cells(row)
    >>> drawn = alternatives(row, plan, plan.findings[0], low=300, high=500)
    >>> [(a.code, len(a.partition.types)) for a in drawn]
    [('one_more', 2)]
    """
    scene = _Scene(
        graph=graph,
        net=net_of(graph),
        plan=plan,
        finding=finding,
        low=low,
        high=high,
        seed=seed,
        held=np.zeros(graph.size, bool) if locked is None else np.asarray(locked) >= 0,
    )
    for choice in finding.alternatives:
        if choice.code in _DRAWN:
            for other in _DRAWN[choice.code](scene):
                if _differs(scene, other):
                    yield other


def _differs(scene: _Scene, other: AlternativePartition) -> bool:
    """Tell whether an alternative is another plan, or the plan in another band."""
    return (
        (other.low, other.high) != (scene.low, scene.high)
        or not np.array_equal(other.partition.labels, scene.plan.labels)
        or not np.array_equal(other.partition.types, scene.plan.types)
    )


def _divided(scene: _Scene, net: Net, k: int) -> Ints:
    """Return a connected net in k grids, as near the band as a few tries bring it."""
    if k == 1:
        return np.zeros(net.size, np.int32)
    effort = _BRIEF
    low, high = scene.low, scene.high
    plans: list[Ints] = []
    for number in range(effort.starts):
        state = random_state(scene.seed, k, number)
        label = tree_seed(net, k, low=low, high=high, trees=effort.trees, state=state)
        label = anneal(
            net,
            label,
            k,
            low=low,
            high=high,
            proposals=4 * effort.cell_tries * net.size,
            state=state,
            pieces=0.1,
        )
        plans.append(
            mend(
                net,
                label,
                k,
                low=low,
                high=high,
                rounds=effort.repairs,
                tries=effort.cell_tries,
                weights=DEFAULT_WEIGHTS,
                state=state,
            )
        )

    def cost(label: Ints) -> tuple[int, float]:
        found = measure(net, label, k, low=low, high=high)
        return found.out, found.energy

    return min(plans, key=cost)


def _in_so_many(scene: _Scene, code: str, k: int) -> Iterator[AlternativePartition]:
    """Divide the whole piece into k grids."""
    rows = scene.piece()
    if k != len(np.unique(scene.plan.labels[rows])) and k <= len(rows) <= _MOST_CELLS:
        fresh = _divided(scene, sub_net(scene.net, rows), k)
        made = scene.with_grids(rows, fresh, low=scene.low, high=scene.high)
        yield AlternativePartition(code, made, scene.low, scene.high)


def _one_fewer(scene: _Scene) -> Iterator[AlternativePartition]:
    """Make as many grids as the lower bound allows."""
    total = int(scene.graph.households[scene.piece()].sum())
    return _in_so_many(scene, "one_fewer", max(1, total // scene.low))


def _one_more(scene: _Scene) -> Iterator[AlternativePartition]:
    """Make as many grids as the upper bound asks for."""
    total = int(scene.graph.households[scene.piece()].sum())
    return _in_so_many(scene, "one_more", -(-total // scene.high))


def _relaxed(scene: _Scene) -> Iterator[AlternativePartition]:
    """Find the narrowest wider bands, to either side, that hold every grid here."""
    rows = scene.window()
    part, home = sub_net(scene.net, rows), scene.home(rows)
    load = np.bincount(home, part.households).astype(np.int64)
    below = max(0, scene.low - int(load.min()))
    above = max(0, int(load.max()) - scene.high)
    miss = max(below, above)
    for down, up in ((1, 0), (0, 1)):
        widest = scene.low - 1 if down else miss + scene.high
        if (below and not down) or (above and not up):
            most = min(2 * miss, widest)
        else:
            most = min(miss, widest)
        found = _narrowest(scene, part, home, most, down, up)
        if found is not None:
            low, high, fresh = found
            made = scene.with_grids(rows, fresh, low=low, high=high)
            yield AlternativePartition("relax_band", made, low, high)


def _narrowest(
    scene: _Scene, part: Net, home: Ints, most: int, down: int, up: int
) -> tuple[int, int, Ints] | None:
    """Return the narrowest band, at most so much wider, that holds every grid."""
    if part.size > _MOST_CELLS:
        return None

    def drawn(wider: int) -> tuple[int, int, Ints] | None:
        low, high = scene.low - down * wider, scene.high + up * wider
        result = redraw_piece(
            part,
            home,
            low=low,
            high=high,
            seed=scene.seed,
            effort=_BRIEF,
            weights=DEFAULT_WEIGHTS,
        )
        return None if result.out else (low, high, result.label)

    best = drawn(most)
    short, enough = 0, most
    for _ in range(_HALVINGS):
        if best is None or enough - short < 2:
            break
        middle = (short + enough) // 2
        found = drawn(middle)
        if found is None:
            short = middle
        else:
            best, enough = found, middle
    return best


def _searched_longer(scene: _Scene) -> Iterator[AlternativePartition]:
    """Draw the grids around again with more effort."""
    rows = scene.window()
    part, home = sub_net(scene.net, rows), scene.home(rows)
    load = np.bincount(home, part.households).astype(np.int64)
    now = int(out_of_band(load, low=scene.low, high=scene.high).sum())
    if part.size > _MOST_CELLS:
        return
    result = redraw_piece(
        part,
        home,
        low=scene.low,
        high=scene.high,
        seed=scene.seed,
        effort=_LONG,
        weights=DEFAULT_WEIGHTS,
    )
    if result.out < now:
        made = scene.with_grids(rows, result.label, low=scene.low, high=scene.high)
        yield AlternativePartition("search_longer", made, scene.low, scene.high)


def _unlocked(scene: _Scene) -> Iterator[AlternativePartition]:
    """Draw the locked grid again with the free grids around it."""
    rows = scene.window()
    if len(rows) > _MOST_CELLS:
        return
    result = redraw_piece(
        sub_net(scene.net, rows),
        scene.home(rows),
        low=scene.low,
        high=scene.high,
        seed=scene.seed,
        effort=_BRIEF,
        weights=DEFAULT_WEIGHTS,
    )
    made = scene.with_grids(rows, result.label, low=scene.low, high=scene.high)
    yield AlternativePartition("unlock", made, scene.low, scene.high)


def _reserved(scene: _Scene) -> Iterator[AlternativePartition]:
    """Keep the grid as reserved land for the time being."""
    types = [GridType(kind) for kind in scene.plan.types]
    types[scene.finding.grid] = GridType.RESERVED
    made = scene.numbered(scene.plan.labels, types, [], low=scene.low, high=scene.high)
    yield AlternativePartition("reserve", made, scene.low, scene.high)


def _joined(scene: _Scene) -> Iterator[AlternativePartition]:
    """Join the grid with others across the least land that lies between."""
    labels, free = scene.plan.labels, scene.is_free()
    land = scene.plan.types != int(GridType.RESIDENT)
    own = np.unique(labels[scene.piece()])
    area = np.bincount(labels, scene.graph.area)
    bridges = [
        (float(area[g]), int(g), across)
        for g in touching(scene.net, labels, own.tolist())
        if land[g]
        and (
            across := [
                int(h)
                for h in touching(scene.net, labels, [int(g)])
                if free[h] and h not in own
            ]
        )
    ]
    if not bridges:
        return
    _, bridge, across = min(bridges)
    group = np.isin(labels, [*own, bridge, *across])
    rows = np.flatnonzero(group & ~scene.held).astype(np.int32)
    if len(rows) > _MOST_CELLS:
        return
    result = solve_piece(
        sub_net(scene.net, rows),
        low=scene.low,
        high=scene.high,
        seed=scene.seed,
        effort=_BRIEF,
    )
    made = scene.with_grids(rows, result.label, low=scene.low, high=scene.high)
    yield AlternativePartition("join_across", made, scene.low, scene.high)


_DRAWN: dict[str, Callable[[_Scene], Iterator[AlternativePartition]]] = {
    "one_more": _one_more,
    "one_fewer": _one_fewer,
    "relax_band": _relaxed,
    "search_longer": _searched_longer,
    "unlock": _unlocked,
    "reserve": _reserved,
    "join_across": _joined,
}
