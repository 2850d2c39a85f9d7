"""The nearest alternatives of a plan's findings, as plans of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.drawing import DrawParameters, draw_plans
from gis.earlier import EarlierPlan
from gis.kinds import GridType
from gis.layers import Layers
from gis.partition import Alternative, Finding, Partition, alternatives
from gis.partition.bounds import out_of_band
from gis.plan import Plan, build_plan

__all__ = ["AlternativePlan", "alternative_plans", "split_building"]

_MOST_CELLS = 5_000
"""Cells of a community above which it is not drawn again with a building split."""


@dataclass(frozen=True)
class AlternativePlan:
    """A plan that could stand in place of one with a grid outside the band.

    Attributes
    ----------
    grid : str
        Code of the grid that misses the band.
    choice : Alternative
        What is done about it.
    plan : Plan
        Of the whole community; grids that go on keep their codes.
    layers : Layers
        What the plan was drawn from: buildings may be split.
    low, high : int
        Band it is drawn for.
    households_moved : int
        Households whose grid changes.
    grids_out, out : int
        Resident grids outside the band that was asked for, and by how many
        households in all.
    changed : ndarray of int, shape (c,)
        Grids of `plan` that are not grids of the plan it stands in for.
    """

    grid: str
    choice: Alternative
    plan: Plan
    layers: Layers
    low: int
    high: int
    households_moved: int
    grids_out: int
    out: int
    changed: NDArray[np.int64]

    @property
    def holds(self) -> tuple[int, int]:
        """Fewest and most households of its resident grids; 0, 0 without any."""
        load = self.plan.households[self.plan.types == int(GridType.RESIDENT)]
        return (int(load.min()), int(load.max())) if len(load) else (0, 0)


def alternative_plans(
    plan: Plan, layers: Layers, *, parameters: DrawParameters, most: int
) -> list[AlternativePlan]:
    """Carry out what could be done about each grid outside the band.

    Parameters
    ----------
    plan : Plan
    layers : Layers
        What it was drawn from.
    parameters : DrawParameters
        How it was drawn.
    most : int
        Plans for each grid at most, the most advisable first.

    Returns
    -------
    list of AlternativePlan
        By grid, in the order of codes; each is a full plan of the community with a
        reason for every grid outside its own band.
    """
    found: list[AlternativePlan] = []
    for grid, finding in sorted(plan.findings.items()):
        own = replace(finding, grid=grid)
        found += islice(_drawn(plan, layers, own, parameters), most)
    return found


def _drawn(
    plan: Plan, layers: Layers, finding: Finding, p: DrawParameters
) -> Iterator[AlternativePlan]:
    """Yield the alternatives of a finding in its order, each drawn when asked for."""
    partition = Partition(
        plan.labels,
        plan.types,
        tuple(replace(f, grid=g) for g, f in sorted(plan.findings.items())),
    )
    cells, crs = plan.cell_set, layers.buildings.crs
    for choice in finding.alternatives:
        if choice.code == "split_cell":
            yield from _split(plan, layers, finding, choice, p)
        alone = replace(finding, alternatives=(choice,))
        for a in alternatives(
            cells.graph, partition, alone, low=p.low, high=p.high, seed=p.seed
        ):
            made = build_plan(
                cells, a.partition, crs=crs, width=p.width, earlier=plan.codes
            )
            drawn = replace(p, low=a.low, high=a.high)
            yield _told(plan, finding, choice, made, layers, drawn, asked=p)


def _told(
    before: Plan,
    finding: Finding,
    choice: Alternative,
    plan: Plan,
    layers: Layers,
    drawn: DrawParameters,
    *,
    asked: DrawParameters,
) -> AlternativePlan:
    """Return an alternative with its figures."""
    load = plan.households[plan.types == int(GridType.RESIDENT)]
    off = out_of_band(load, low=asked.low, high=asked.high)
    return AlternativePlan(
        grid=before.codes[finding.grid],
        choice=choice,
        plan=plan,
        layers=layers,
        low=drawn.low,
        high=drawn.high,
        households_moved=plan.households_moved or 0,
        grids_out=int((off > 0).sum()),
        out=int(off.sum()),
        changed=_changed(before, plan, finding.grid),
    )


def _changed(before: Plan, plan: Plan, grid: int) -> NDArray[np.int64]:
    """Return the grids of a plan that another plan does not have.

    Where all are the same, those are named that go on from the grid in question.
    """
    outlines = shapely.to_wkb(shapely.normalize(before.outlines))
    known = set(zip(outlines, before.types, strict=True))
    shapes = shapely.to_wkb(shapely.normalize(plan.outlines))
    new = [
        g
        for g, (shape, kind) in enumerate(zip(shapes, plan.types, strict=True))
        if (shape, kind) not in known
    ]
    same = [g for g, code in enumerate(plan.codes) if code == before.codes[grid]]
    return np.array(new or same, np.int64)


def _split(
    plan: Plan, layers: Layers, finding: Finding, choice: Alternative, p: DrawParameters
) -> Iterator[AlternativePlan]:
    """Yield the plan with the largest building of the grid cut by its stairwells."""
    cells = plan.cell_set
    if cells.graph.size > _MOST_CELLS:
        return
    here = cells.members[plan.labels[cells.member_cell] == finding.grid]
    households = layers.buildings["households"].to_numpy(np.int64)
    largest = int(here[households[here].argmax()])
    parts = max(2, -(-int(households[largest]) // p.high))
    if households[largest] < parts:
        return
    own = _of_community(layers, cells.code)
    own = replace(own, buildings=split_building(own.buildings, largest, parts))
    earlier = EarlierPlan(plan.codes, plan.outlines)
    made = draw_plans(own, parameters=p, earlier=earlier)[0]
    drawn = _told(plan, finding, choice, made, own, p, asked=p)
    if drawn.out < sum(f.out for f in plan.findings.values()):
        yield drawn


def _of_community(layers: Layers, code: str) -> Layers:
    """Return the layers with one community; buildings keep their rows."""
    communities = layers.communities
    own = communities[communities["code"].fillna("").astype(str) == code]
    return replace(layers, communities=own.reset_index(drop=True))


def split_building(buildings: GeoDataFrame, row: int, parts: int) -> GeoDataFrame:
    """Cut one building across its long side, as stairwells divide a slab.

    Parameters
    ----------
    buildings : GeoDataFrame
        With `id` and `households`.
    row : int
        Place of the building.
    parts : int
        Pieces of equal length; households are shared alike, larger shares first.

    Returns
    -------
    GeoDataFrame
        The other rows as they were; the pieces come last, their ids end in -1, -2 ….

    Examples
    --------
    >>> slab = GeoDataFrame(
    ...     {"id": ["7"], "households": [601]}, geometry=[shapely.box(0, 0, 60, 12)]
    ... )
    >>> split_building(slab, 0, 2)[["id", "households"]].values.tolist()
    [['7-1', 301], ['7-2', 300]]
    """
    whole = buildings.iloc[[row]]
    total = int(whole["households"].iloc[0])
    shapes = _slices(whole.geometry.iloc[0], parts)
    pieces = whole.iloc[np.zeros(parts, int)].copy()
    pieces["id"] = [f"{whole['id'].iloc[0]}-{n}" for n in range(1, parts + 1)]
    pieces["households"] = [total // parts + (n < total % parts) for n in range(parts)]
    pieces = pieces.set_geometry(shapes, crs=buildings.crs)
    rest = buildings.drop(index=buildings.index[row])
    return GeoDataFrame(pd.concat([rest, pieces], ignore_index=True))


def _slices(shape: Any, parts: int) -> Sequence[Any]:
    """Return a shape in strips across its long side; points a step apart."""
    if shape.geom_type == "Point":
        return [shapely.Point(shape.x + 12.0 * n, shape.y) for n in range(parts)]
    frame = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    a, b, c = frame[:3]
    if np.hypot(*(b - a)) < np.hypot(*(c - b)):
        a, b, c = b, c, c + (a - b)
    along, across = b - a, c - b
    strips = [
        shapely.polygons(
            [
                a + along * n / parts - across,
                a + along * (n + 1) / parts - across,
                a + along * (n + 1) / parts + 2 * across,
                a + along * n / parts + 2 * across,
            ]
        )
        for n in range(parts)
    ]
    return [_largest(shapely.intersection(shape, strip)) for strip in strips]


def _largest(shape: Any) -> Any:
    """Return the largest polygon of a shape."""
    parts = shapely.get_parts(shape)
    return parts[int(shapely.area(parts).argmax())]
