"""From layers to plans: the whole drawing, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.blocks import BlockParameters, Blocks, build_blocks
from gis.cells import CellSet, blocks_to_cut, build_cells
from gis.earlier import EarlierPlan
from gis.errors import GeometryError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.layers import COLUMNS, Layers
from gis.partition import Partition, partition_cells, repartition_cells
from gis.plan import Plan, build_plan
from gis.tessellation import cut_blocks

__all__ = ["DrawParameters", "Runner", "canonical", "draw_plans", "serial"]

T = TypeVar("T")
R = TypeVar("R")

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
    """

    low: int = 300
    high: int = 500
    seed: int = 0
    effort: str | float = "fast"
    width: int = 3
    blocks: BlockParameters = field(default_factory=BlockParameters)


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
        msg = (
            f"community code {codes[np.flatnonzero(twice)[0]]} is given twice; "
            "join its parts into one row"
        )
        raise GeometryError(msg)
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
    run : Runner, default `serial`
        How pieces of work are spread; the plan does not depend on it.
    progress : callable, optional
        Called with the stage (``cells``, ``partition``) and its
        finished share.

    Returns
    -------
    list of Plan
        One per community, in their order.

    Notes
    -----
    Blocks are cut only where it is needed: first those with more households
    than the width of the band, so that whole blocks fit together; then, in
    communities where a grid still misses the band, all blocks with more than
    one residential building.
    """
    p = parameters or DrawParameters()
    tell = progress or (lambda stage, share: None)
    tell("cells", 0.0)
    blocks = build_blocks(layers, low=p.low, high=p.high, parameters=p.blocks)
    tell("cells", 0.0)
    cut = blocks_to_cut(blocks, above=p.high - p.low)
    if earlier is not None:
        cut |= earlier.parted_blocks(blocks) & (blocks.kind == 0)
    everyone = np.arange(len(layers.communities))
    sets = _cells(layers, blocks, cut, everyone, run, tell)
    homes = _homes(sets, earlier, blocks)
    partitions = _partitions(sets, homes, p, run, tell)
    again = _worth_refining(blocks, cut, partitions)
    if len(again):
        cut |= _dwelling_blocks(layers, blocks) & np.isin(blocks.community, again)
        finer = _cells(layers, blocks, cut, again, run, tell)
        homes = _homes(finer, earlier, blocks)
        for c, cells, partition in zip(
            again, finer, _partitions(finer, homes, p, run, tell), strict=True
        ):
            if _out(partition) <= _out(partitions[c]):
                sets[c], partitions[c] = cells, partition
    return [
        build_plan(
            cells,
            partition,
            crs=layers.buildings.crs,
            width=p.width,
            earlier=() if earlier is None else earlier.codes,
        )
        for cells, partition in zip(sets, partitions, strict=True)
    ]


def _homes(
    sets: Sequence[CellSet], earlier: EarlierPlan | None, blocks: Blocks
) -> list[NDArray[np.int32] | None]:
    """Return the earlier grid of each cell, per community."""
    if earlier is None:
        return [None] * len(sets)
    return [earlier.labels(cells, blocks.building_points) for cells in sets]


def _cells(
    layers: Layers,
    blocks: Blocks,
    cut: NDArray[np.bool_],
    communities: NDArray[np.int64],
    run: Runner,
    tell: Callable[[str, float], None],
) -> list[CellSet]:
    def cutter(
        polygons: Sequence[Any], buildings: Sequence[NDArray[Any]]
    ) -> list[NDArray[Any]]:
        chunk = np.cumsum([len(b) for b in buildings]) // _CHUNK
        cuts = [0, *(np.flatnonzero(np.diff(chunk)) + 1), len(polygons)]
        work = [(polygons[a:b], buildings[a:b]) for a, b in pairwise(cuts) if a < b]
        cells: list[NDArray[Any]] = []
        for done, part in enumerate(run(_cut_chunk, work), 1):
            cells += part
            tell("cells", done / len(work))
        return cells

    return build_cells(layers, blocks, cut, communities=communities, cutter=cutter)


def _cut_chunk(
    chunk: tuple[Sequence[Any], Sequence[NDArray[Any]]],
) -> list[NDArray[Any]]:
    return cut_blocks(*chunk)


def _partitions(
    sets: Sequence[CellSet],
    homes: Sequence[NDArray[np.int32] | None],
    p: DrawParameters,
    run: Runner,
    tell: Callable[[str, float], None],
) -> list[Partition]:
    job = partial(_partition, p)
    work = [(cells.graph, home) for cells, home in zip(sets, homes, strict=True)]
    results: list[Partition] = []
    for partition in run(job, work):
        results.append(partition)
        tell("partition", len(results) / len(sets))
    return results


def _partition(
    p: DrawParameters, work: tuple[CellGraph, NDArray[np.int32] | None]
) -> Partition:
    graph, home = work
    if home is None:
        return partition_cells(
            graph, low=p.low, high=p.high, seed=p.seed, effort=p.effort
        )
    # Fewest moves are counted, never timed.
    effort = p.effort if isinstance(p.effort, str) else "best"
    return repartition_cells(
        graph, home, low=p.low, high=p.high, seed=p.seed, effort=effort
    )


def _out(partition: Partition) -> int:
    return sum(f.out for f in partition.findings)


def _dwelling_blocks(layers: Layers, blocks: Blocks) -> NDArray[np.bool_]:
    """Tell which resident blocks hold several residential buildings."""
    lived_in = layers.buildings["households"].to_numpy() > 0
    at = blocks.building_block[lived_in & (blocks.building_block >= 0)]
    several = np.bincount(at, minlength=len(blocks.polygons)) > 1
    return np.asarray(several & (blocks.kind == int(GridType.RESIDENT)))


def _worth_refining(
    blocks: Blocks, cut: NDArray[np.bool_], partitions: Sequence[Partition]
) -> NDArray[np.int64]:
    """Return the communities that miss the band and have whole blocks left."""
    missing = np.array([_out(p) > 0 for p in partitions])
    whole = np.zeros(len(partitions), dtype=bool)
    coarse = (blocks.households > 0) & (blocks.kind == 0) & ~cut
    whole[blocks.community[coarse]] = True
    return np.flatnonzero(missing & whole)
