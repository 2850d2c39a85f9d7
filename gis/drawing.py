"""From layers to plans: the whole drawing, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.blocks import BlockParameters, Blocks, build_blocks
from gis.cells import CellSet, blocks_to_cut, build_cells, cut_pieces
from gis.earlier import EarlierPlan
from gis.errors import GeometryError, PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.layers import COLUMNS, Layers
from gis.partition import (
    Objectives,
    ObjectiveWeights,
    Partition,
    objective_figures,
    partition_cells,
    repartition_cells,
)
from gis.plan import Plan, build_plan
from gis.tessellation import cut_blocks

__all__ = ["DrawParameters", "Runner", "canonical", "draw_plans", "serial"]

T = TypeVar("T")
R = TypeVar("R")

_NEAR = 2
"""Grids around a bad one whose blocks are cut first."""

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
        ``"fast"``, ``"best"`` or seconds.
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


def canonical(layers: Layers) -> Layers:
    """Return the layers with rows in an order that the content alone decides.

    Parameters
    ----------
    layers : Layers

    Returns
    -------
    Layers
        Rows sorted by geometry, then by columns; index 0 … n - 1. Communities
        are sorted by code and name; a community without a code keeps none, but
        several get the prefixes C01-, C02- ….

    Raises
    ------
    GeometryError
        If two communities have the same code.
    """
    ordered = {role: _sorted_rows(getattr(layers, role), role) for role in COLUMNS}
    communities = ordered["communities"]
    codes = communities["code"].fillna("").astype(str).to_numpy(dtype=object)
    order = np.lexsort((communities["name"].fillna("").astype(str), codes))
    communities = communities.iloc[order].reset_index(drop=True)
    codes = codes[order]
    blank = np.flatnonzero(codes == "")
    if len(blank) > 1:
        codes[blank] = [f"C{n:02d}-" for n in range(1, len(blank) + 1)]
    twice = pd.Series(codes).duplicated()
    if twice.any():
        code = codes[np.flatnonzero(twice)[0]]
        msg = f"community code {code} is given twice; join its parts into one row"
        raise GeometryError(
            msg, f"社区代码{code}出现两次；请把同一社区的各部分合为一行"
        )
    communities["code"] = codes
    return Layers(**{**ordered, "communities": communities})


def _sorted_rows(layer: GeoDataFrame, role: str) -> GeoDataFrame:
    shape = pd.Series(shapely.to_wkb(shapely.normalize(layer.geometry.to_numpy())))
    tie = shape.duplicated(keep=False).to_numpy()
    columns = layer.loc[tie, [c for c in COLUMNS[role] if c in layer.columns]]
    values = np.full(len(layer), "", dtype=object)
    values[tie] = [repr(row) for row in columns.itertuples(index=False, name=None)]
    order = np.lexsort(
        (pd.factorize(values, sort=True)[0], pd.factorize(shape, sort=True)[0])
    )
    return layer.iloc[order].reset_index(drop=True)


def draw_plans(
    layers: Layers,
    *,
    parameters: DrawParameters | None = None,
    earlier: EarlierPlan | None = None,
    legacy: EarlierPlan | None = None,
    run: Runner = serial,
    progress: Callable[[str, float], None] | None = None,
) -> list[Plan]:
    """Draw the grids of every community.

    Parameters
    ----------
    layers : Layers
        In one metric CRS, in canonical order, buildings with households.
    parameters : DrawParameters, optional
    earlier : EarlierPlan, optional
        Plan to keep to: grids change as few households as the band allows and
        keep their codes.
    legacy : EarlierPlan, optional
        Old grids of any kind that the objective `loyalty` keeps together; they
        need not be in the band and lose their codes.
    run : Runner, default `serial`
        How pieces of work are spread; the plan does not depend on it.
    progress : callable, optional
        Called with the stage (``cells``, ``partition``) and its
        finished share.

    Returns
    -------
    list of Plan
        One per community, in their order.

    Raises
    ------
    PlanError
        If an objective has a weight and nothing to weigh.

    Notes
    -----
    Blocks are cut only where it is needed: first those with more households
    than the width of the band, so that whole blocks fit together; then, where
    a grid misses the band for no reason that lies in the totals, the blocks with
    several homes around it; at last all such blocks of its community.
    """
    p = parameters or DrawParameters()
    _require_objectives(layers, p.weights, earlier or legacy)
    tell = progress or (lambda stage, share: None)
    tell("cells", 0.0)
    blocks = build_blocks(layers, low=p.low, high=p.high, parameters=p.blocks)
    job = _Job(layers, blocks, p, earlier, legacy or earlier, run, tell)
    cut = blocks_to_cut(blocks, above=p.high - p.low)
    for former in (earlier, legacy):
        if former is not None:
            cut |= former.parted_blocks(blocks) & (blocks.kind == 0)
    drafts = job.draw(cut, np.arange(len(layers.communities)))
    homes = _blocks_of_several_homes(layers, blocks)
    for reach in (_NEAR, None):
        finer = {
            c: more
            for c, draft in enumerate(drafts)
            if (more := draft.blocks_to_refine(homes & ~cut, reach)).any()
        }
        if not finer:
            continue
        cut |= np.logical_or.reduce(list(finer.values()))
        again = np.array(list(finer))
        for c, draft in zip(again, job.draw(cut, again), strict=True):
            if draft.out <= drafts[c].out:
                drafts[c] = draft
    codes = () if earlier is None else earlier.codes
    crs = layers.buildings.crs
    plans = [
        build_plan(d.cells, d.partition, crs=crs, width=p.width, earlier=codes)
        for d in drafts
    ]
    return [
        replace(
            plan,
            figures=objective_figures(
                plan.cell_set.graph, plan.labels, plan.types, job.objectives(d.cells)
            ),
        )
        for plan, d in zip(plans, drafts, strict=True)
    ]


def _require_objectives(
    layers: Layers, weights: ObjectiveWeights, former: EarlierPlan | None
) -> None:
    """Refuse weights of what the layers do not tell."""
    for name, column in (("load", "cases"), ("members", "party_members")):
        given = getattr(weights, name) > 0
        if given and not (_counts(layers, column) > 0).any():
            msg = (
                f"weight of {name} is given, but no building has {column}; "
                f"give the buildings a column {column}"
            )
            zh = f"设了 {name} 的权重，但建筑都没有 {column}；请给建筑加上这一列"
            raise PlanError(msg, zh)
    if weights.loyalty > 0 and former is None:
        msg = "weight of loyalty is given, but no former grids; give --legacy FILE"
        raise PlanError(msg, "设了 loyalty 的权重，但没有旧网格；请用 --legacy 给出")


def _counts(layers: Layers, column: str) -> NDArray[np.float64]:
    """Return a count per building, 0 where it is not given."""
    given = pd.to_numeric(layers.buildings[column])
    return np.asarray(given.fillna(0).to_numpy(dtype=np.float64))


@dataclass(frozen=True)
class _Draft:
    """A community drawn on one set of cells."""

    cells: CellSet
    partition: Partition

    @property
    def out(self) -> int:
        """Households outside the band."""
        return sum(f.out for f in self.partition.findings)

    def blocks_to_refine(
        self, able: NDArray[np.bool_], reach: int | None
    ) -> NDArray[np.bool_]:
        """Tell which able blocks, cut, could bring a grid into the band.

        They lie in grids up to `reach` grids away from it, None for any.
        """
        bad = [f.grid for f in self.partition.findings if f.code in _MENDABLE]
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
class _Job:
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
        self, cut: NDArray[np.bool_], communities: NDArray[np.int64]
    ) -> list[_Draft]:
        """Return a draft of each of these communities."""
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
            (cells.graph, self._homes(cells), self.objectives(cells)) for cells in sets
        ]
        drafts: list[_Draft] = []
        for partition in self.run(partial(_partition, self.parameters), work):
            drafts.append(_Draft(sets[len(drafts)], partition))
            self.tell("partition", len(drafts) / len(sets))
        return drafts

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
        counts = _counts(self.layers, column)[cells.members]
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


def _cut_chunk(
    chunk: tuple[Sequence[Any], Sequence[NDArray[Any]]],
) -> list[NDArray[Any]]:
    return cut_blocks(*chunk)


def _partition(
    p: DrawParameters, work: tuple[CellGraph, NDArray[np.int32] | None, Objectives]
) -> Partition:
    graph, home, objectives = work
    if home is None:
        return partition_cells(
            graph,
            low=p.low,
            high=p.high,
            seed=p.seed,
            effort=p.effort,
            objectives=objectives,
        )
    # Fewest moves are counted, never timed.
    effort = p.effort if isinstance(p.effort, str) else "best"
    return repartition_cells(
        graph,
        home,
        low=p.low,
        high=p.high,
        seed=p.seed,
        effort=effort,
        objectives=objectives,
    )


def _blocks_of_several_homes(layers: Layers, blocks: Blocks) -> NDArray[np.bool_]:
    """Tell which resident blocks hold several buildings people live in."""
    lived_in = layers.buildings["households"].to_numpy() > 0
    at = blocks.building_block[lived_in & (blocks.building_block >= 0)]
    several = np.bincount(at, minlength=len(blocks.polygons)) > 1
    return np.asarray(several & (blocks.kind == int(GridType.RESIDENT)))
