"""From layers to plans: the whole drawing, pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.blocks import Blocks, build_blocks
from gis.cells import blocks_to_cut
from gis.drafts import DraftJob, DrawParameters, Runner, counts_of, serial
from gis.earlier import EarlierPlan
from gis.errors import GeometryError, PlanError
from gis.kinds import GridType
from gis.layers import COLUMNS, Layers
from gis.partition import ObjectiveWeights, objective_figures
from gis.plan import Plan, build_plan

__all__ = ["DrawParameters", "Runner", "canonical", "draw_plans", "serial"]

_NEAR = 2
"""Grids around a bad one whose blocks are cut first."""


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
    several homes around it; at last all such blocks of its community. A large
    community is drawn again only around such grids.
    """
    p = parameters or DrawParameters()
    _require_objectives(layers, p.weights, earlier or legacy)
    tell = progress or (lambda stage, share: None)
    tell("cells", 0.0)
    blocks = build_blocks(layers, low=p.low, high=p.high, parameters=p.blocks)
    job = DraftJob(layers, blocks, p, earlier, legacy or earlier, run, tell)
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
        known = [drafts[c] for c in again]
        for c, draft in zip(again, job.draw(cut, again, known), strict=True):
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
        if given and not (counts_of(layers, column) > 0).any():
            msg = (
                f"weight of {name} is given, but no building has {column}; "
                f"give the buildings a column {column}"
            )
            zh = f"设了 {name} 的权重，但建筑都没有 {column}；请给建筑加上这一列"
            raise PlanError(msg, zh)
    if weights.loyalty > 0 and former is None:
        msg = "weight of loyalty is given, but no former grids; give --legacy FILE"
        raise PlanError(msg, "设了 loyalty 的权重，但没有旧网格；请用 --legacy 给出")


def _blocks_of_several_homes(layers: Layers, blocks: Blocks) -> NDArray[np.bool_]:
    """Tell which resident blocks hold several buildings people live in."""
    lived_in = layers.buildings["households"].to_numpy() > 0
    at = blocks.building_block[lived_in & (blocks.building_block >= 0)]
    several = np.bincount(at, minlength=len(blocks.polygons)) > 1
    return np.asarray(several & (blocks.kind == int(GridType.RESIDENT)))
