"""A plan of one community: which cell belongs to which grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyproj import CRS

from gis.cells import CellSet
from gis.coding import format_grid_code, grid_codes
from gis.colouring import four_colour_classes
from gis.errors import PlanError
from gis.kinds import SEAM_KINDS, GridType
from gis.layers import Layers
from gis.metrics import compactness, street_share
from gis.partition import Finding, Partition, Repartition
from gis.seams import cell_seams, seam_parts

__all__ = [
    "Plan",
    "build_plan",
    "cell_seam_layer",
    "grid_name",
    "outline_of",
    "plan_layers",
]


@dataclass(frozen=True)
class Plan:
    """One full assignment of the cells of a community to grids.

    Attributes
    ----------
    cell_set : CellSet
        What the plan is built on.
    labels : ndarray of int32, shape (n,)
        Grid of each cell, 0 … k - 1; grids are in the order of their codes.
    types : ndarray of int8, shape (k,)
        `GridType` of each grid.
    codes : tuple of str, length k
        Ascending: west to east, north to south.
    findings : dict of int to Finding
        Reason for each resident grid outside the band.
    outlines : ndarray of Polygon, shape (k,)
        Union of the cells of each grid.
    households_moved : int or None
        Households whose grid changed; None where no plan came before.
    figures : dict of str to ndarray of float64, shape (k,)
        What each grid has of the objectives that were asked for.
    names : tuple of str, length k, or None
        Names of the grids; None for the names that follow from the codes.
    """

    cell_set: CellSet
    labels: NDArray[np.int32]
    types: NDArray[np.int8]
    codes: tuple[str, ...]
    findings: dict[int, Finding]
    outlines: NDArray[Any]
    households_moved: int | None = None
    figures: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    seam_cost: float | None = None
    seam_bound: float | None = None
    seam_scope: str | None = None
    names: tuple[str, ...] | None = None

    @property
    def households(self) -> NDArray[np.int64]:
        """Households of each grid."""
        held = self.cell_set.graph.households
        return np.bincount(self.labels, held, len(self.codes)).astype(np.int64)


def build_plan(
    cell_set: CellSet,
    partition: Partition,
    *,
    crs: CRS | None,
    width: int = 3,
    earlier: Sequence[str] = (),
) -> Plan:
    """Give the grids of a partition their outlines and codes.

    Parameters
    ----------
    cell_set : CellSet
    partition : Partition
        Of the cells of `cell_set`.
    crs : CRS
        Metric CRS of the cells.
    width : int, default 3
        Digits of the serial in a grid code.
    earlier : sequence of str, optional
        Codes of an earlier plan that a `Repartition` goes on from. Grids keep
        them; new grids get numbers after the last.

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        If the partition does not label every cell, or a grid is not one piece.
    """
    if len(partition.labels) != len(cell_set.polygons) or partition.labels.min() < 0:
        msg = f"plan of {cell_set.name or cell_set.code} leaves cells without a grid"
        raise PlanError(msg)
    outlines = _dissolve(cell_set.polygons, partition.labels, len(partition.types))
    split = np.flatnonzero(shapely.get_type_id(outlines) != 3)
    if len(split):
        msg = (
            f"{len(split)} grids of {cell_set.name or cell_set.code} "
            "are not in one piece"
        )
        raise PlanError(msg)
    codes = grid_codes(gpd.GeoSeries(outlines, crs=crs), cell_set.code, width=width)
    if isinstance(partition, Repartition):
        codes = _kept_codes(codes, partition, cell_set.code, earlier)
    order = np.argsort(codes.to_numpy(), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return Plan(
        cell_set=cell_set,
        labels=rank[partition.labels],
        types=partition.types[order],
        codes=tuple(codes.iloc[order]),
        findings={int(rank[f.grid]): f for f in partition.findings},
        outlines=outlines[order],
        households_moved=(
            partition.households_moved if isinstance(partition, Repartition) else None
        ),
        seam_cost=partition.seam_cost,
        seam_bound=partition.seam_bound,
        seam_scope=partition.seam_scope,
    )


def _kept_codes(
    codes: pd.Series, partition: Repartition, community: str, earlier: Sequence[str]
) -> pd.Series:
    """Return the earlier code of each grid; new ones come after the last."""
    kept = codes.copy()
    goes_on = partition.origin >= 0
    kept[goes_on] = [earlier[k] for k in partition.origin[goes_on]]
    taken = [c for c in earlier if c.startswith(community)]
    width = max(len(c) - len(community) for c in [*taken, *codes])
    last = max((int(c[len(community) :]) for c in taken), default=0)
    # In the order their own numbers would have had.
    for serial, row in enumerate(codes[~goes_on].sort_values().index, last + 1):
        kept[row] = format_grid_code(community, serial, width=width)
    return kept


def _dissolve(
    polygons: NDArray[Any], labels: NDArray[np.int32], count: int
) -> NDArray[Any]:
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(count + 1))
    merged = [outline_of(polygons[order[a:b]]) for a, b in pairwise(cuts)]
    return np.array(merged, dtype=object)


def outline_of(polygons: NDArray[Any]) -> Any:
    """Return the union of cells whose edges match.

    Parameters
    ----------
    polygons : ndarray of Polygon, shape (n,)

    Returns
    -------
    Polygon or MultiPolygon
        With every vertex of the cells that lies on its outline.

    Examples
    --------
    >>> from shapely import box
    >>> outline_of(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)])).area
    2.0
    """
    merged = shapely.coverage_union_all(polygons)
    # A coverage union of parts that meet is a polygon in a collection of one.
    return merged.geoms[0] if len(getattr(merged, "geoms", ())) == 1 else merged


def plan_layers(
    plans: Sequence[Plan], layers: Layers, *, low: int, high: int
) -> dict[str, GeoDataFrame]:
    """Return the layers a plan file holds, in the CRS of `layers`.

    Parameters
    ----------
    plans : sequence of Plan
        One per community.
    layers : Layers
        What the plans were drawn from, buildings with households.
    low, high : int
        Household band of resident grids.

    Returns
    -------
    dict of str to GeoDataFrame
        `grids`, `cells`, `communities`, `seams` and `buildings`.
    """
    crs = layers.buildings.crs
    seams = _concat([_seams(p) for p in plans], crs)
    grids = _concat([_grids(p, layers, seams, low, high) for p in plans], crs)
    # Coloured together, so that neighbours differ across communities too.
    grids.insert(
        grids.columns.get_loc("geometry"), "color", four_colour_classes(grids.geometry)
    )
    return {
        "grids": grids,
        "cells": _concat([_cells(p) for p in plans], crs),
        "communities": _concat([_community(p) for p in plans], crs),
        "seams": seams,
        "buildings": _concat([_buildings(p, layers) for p in plans], crs),
    }


def _concat(frames: Sequence[pd.DataFrame], crs: CRS | None) -> GeoDataFrame:
    return GeoDataFrame(
        pd.concat(frames, ignore_index=True), geometry="geometry", crs=crs
    )


def _grids(
    plan: Plan, layers: Layers, seams: GeoDataFrame, low: int, high: int
) -> pd.DataFrame:
    cells, k = plan.cell_set, len(plan.codes)
    households = plan.households
    rows = layers.buildings.iloc[cells.members]
    guessed = rows["households"].to_numpy() * rows["estimated"].to_numpy(dtype=bool)
    estimated = np.bincount(plan.labels[cells.member_cell], guessed, k).astype(np.int64)
    resident = plan.types == int(GridType.RESIDENT)
    within = (households >= low) & (households <= high)
    outlines = gpd.GeoSeries(plan.outlines, crs=layers.buildings.crs)
    codes = pd.Index(plan.codes)
    found = [plan.findings.get(g) for g in range(k)]
    return pd.DataFrame(
        {
            "code": codes,
            "name": list(plan.names or [grid_name(cells, c) for c in plan.codes]),
            "type": [GridType(t).label for t in plan.types],
            "community": cells.code,
            "households": households,
            "buildings": np.bincount(plan.labels, cells.buildings, k).astype(np.int64),
            "estimated": estimated,
            "area_m2": np.round(outlines.area.to_numpy(), 1),
            "compactness": np.round(compactness(outlines).to_numpy(), 4),
            "street_share": np.round(
                street_share(pd.Index(codes), seams).to_numpy(), 4
            ),
            "in_band": pd.array(
                [bool(w) if r else None for w, r in zip(within, resident, strict=True)],
                dtype="boolean",
            ),
            "reason": ["" if f is None else f.code for f in found],
            "reason_zh": ["" if f is None else f.text_zh for f in found],
            "reason_en": ["" if f is None else f.text_en for f in found],
            "geometry": plan.outlines,
        }
    )


def grid_name(cells: CellSet, code: str) -> str:
    """Return the name a grid has unless a planner gives it another.

    Parameters
    ----------
    cells : CellSet
    code : str
        Of the grid.

    Returns
    -------
    str
        Name of the community and serial of the grid.
    """
    serial = code[len(cells.code) :] if code.startswith(cells.code) else code
    return f"{cells.name}第{serial}网格"


def _cells(plan: Plan) -> pd.DataFrame:
    graph = plan.cell_set.graph
    return pd.DataFrame(
        {
            "cell": np.arange(graph.size),
            "grid": np.array(plan.codes)[plan.labels],
            "community": plan.cell_set.code,
            "households": graph.households,
            "buildings": plan.cell_set.buildings,
            "block": graph.block,
            "compound": graph.compound,
            "kind": [GridType(t).label for t in graph.kind],
            "site": graph.site,
            "geometry": plan.cell_set.polygons,
        }
    )


def _community(plan: Plan) -> pd.DataFrame:
    cells = plan.cell_set
    return pd.DataFrame(
        {
            "code": [cells.code],
            "name": [cells.name],
            "households": [int(cells.graph.households.sum())],
            "geometry": [shapely.coverage_union_all(cells.polygons)],
        }
    )


def _seams(plan: Plan) -> pd.DataFrame:
    found = seam_parts(plan.cell_set, plan.labels)
    codes = np.array(plan.codes)
    return pd.DataFrame(
        {
            "left": codes[found.low],
            "right": codes[found.high],
            "kind": np.array(SEAM_KINDS)[found.kind],
            "length_m": np.round(shapely.length(found.lines), 2),
            "geometry": found.lines,
        }
    )


def cell_seam_layer(plans: Sequence[Plan], *, crs: CRS | None) -> GeoDataFrame:
    """Return what lies between the cells of plans, also inside their grids.

    Parameters
    ----------
    plans : sequence of Plan
        One per community.
    crs : CRS
        Metric CRS of the cells.

    Returns
    -------
    GeoDataFrame of MultiLineString
        `community` and `kind`, each pair once: all common edges of cells. Who splits
        a grid later learns from it what the new seam runs along.
    """
    return _concat([_cell_seams(plan) for plan in plans], crs)


def _cell_seams(plan: Plan) -> pd.DataFrame:
    found = {kind.label: line for kind, line in cell_seams(plan.cell_set).items()}
    return pd.DataFrame(
        {
            "community": plan.cell_set.code,
            "kind": sorted(found),
            "geometry": [found[kind] for kind in sorted(found)],
        }
    )


def _buildings(plan: Plan, layers: Layers) -> pd.DataFrame:
    cells = plan.cell_set
    rows = layers.buildings.iloc[cells.members]
    return pd.DataFrame(
        {
            "id": rows["id"].to_numpy(),
            "grid": np.array(plan.codes)[plan.labels[cells.member_cell]],
            "cell": cells.member_cell,
            "community": cells.code,
            "households": rows["households"].to_numpy(dtype=np.int64),
            "estimated": rows["estimated"].to_numpy(dtype=bool),
            "floors": pd.to_numeric(rows["floors"]).to_numpy(dtype=np.float64),
            "use": rows["use"].fillna("").astype(str).to_numpy(),
            "straddles": cells.straddles,
            "geometry": rows.geometry.representative_point().to_numpy(),
        }
    )
