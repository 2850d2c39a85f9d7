"""The layers of a plan, tied together by position: what a certificate looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.chains import shared_segments
from gis.crs import require_metric
from gis.errors import PlanError

__all__ = ["LISTED", "Evidence", "Findings", "Row", "gather"]

LISTED = 200
"""Findings kept per check and community; the counts are of all."""

_COLUMNS = {
    "communities": ("code", "name", "households"),
    "grids": (
        "code",
        "type",
        "community",
        "households",
        "buildings",
        "in_band",
        "reason",
        "reason_zh",
        "reason_en",
    ),
    "cells": ("cell", "grid", "community", "households", "buildings"),
    "seams": ("left", "right", "kind", "length_m"),
    "buildings": ("grid", "cell", "community", "households", "straddles"),
}


@dataclass(frozen=True)
class Evidence:
    """Layers of a plan with every key turned into a position, -1 for none.

    Attributes
    ----------
    communities, grids, cells, seams, buildings : GeoDataFrame
        As given, with a fresh index.
    grid_community, cell_grid, building_grid, building_cell : ndarray of int64
        Position of the community of each grid, and so on.
    building_community : ndarray of int64
        Position of the community each building names.
    seam_left, seam_right : ndarray of int64
        Positions of the grids on both sides of each seam.
    edge_xy : ndarray of float64, shape (m, 4)
        Segments that two grids of one community share.
    edge_pair : ndarray of int64, shape (m,)
        Number of the pair, see `pair_numbers`.
    low, high : int
        Household band of resident grids.
    """

    communities: GeoDataFrame
    grids: GeoDataFrame
    cells: GeoDataFrame
    seams: GeoDataFrame
    buildings: GeoDataFrame
    grid_community: NDArray[np.int64]
    cell_grid: NDArray[np.int64]
    building_grid: NDArray[np.int64]
    building_cell: NDArray[np.int64]
    building_community: NDArray[np.int64]
    seam_left: NDArray[np.int64]
    seam_right: NDArray[np.int64]
    edge_xy: NDArray[np.float64]
    edge_pair: NDArray[np.int64]
    low: int
    high: int

    def pair_numbers(
        self, one: NDArray[np.int64], other: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return a number for each pair of grids, whichever stands first."""
        return _number(one, other, len(self.grids))

    def pairs(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the two positions of numbered pairs, the smaller first."""
        return np.column_stack(np.divmod(numbers, max(len(self.grids), 1)))

    def per_grid(
        self, keys: NDArray[np.int64], values: Iterable[float]
    ) -> NDArray[np.int64]:
        """Add up whole numbers by the position of a grid, leaving out -1."""
        return _total(keys, values, len(self.grids))

    def per_community(
        self, keys: NDArray[np.int64], values: Iterable[float]
    ) -> NDArray[np.int64]:
        """Add up whole numbers by the position of a community, leaving out -1."""
        return _total(keys, values, len(self.communities))


class Row(TypedDict):
    """One finding of a check."""

    kind: str
    community: int
    fault: bool
    grids: tuple[str, ...]
    measure: float
    zh: str
    en: str
    x: float
    y: float


class Findings:
    """Located findings of one check, and figures that add up over communities."""

    def __init__(self, evidence: Evidence) -> None:
        self.rows: list[Row] = []
        self.codes = evidence.grids["code"].to_numpy(dtype=object)
        self.figures = pd.DataFrame(index=range(len(evidence.communities)))
        self.more: list[int] = []

    def add(
        self,
        kind: str,
        *,
        community: int,
        zh: str,
        en: str,
        fault: bool = True,
        grids: tuple[object, ...] = (),
        measure: float = 0.0,
        where: shapely.Geometry | None = None,
    ) -> None:
        """Note one finding; `where` is any geometry at the place."""
        point = None if where is None else shapely.point_on_surface(where)
        if point is not None and point.is_empty:
            point = None
        self.rows.append(
            {
                "kind": kind,
                "community": community,
                "fault": fault,
                "grids": tuple(str(code) for code in grids if code is not None),
                "measure": float(measure),
                "zh": zh,
                "en": en,
                "x": np.nan if point is None else point.x,
                "y": np.nan if point is None else point.y,
            }
        )

    def count_more(self, communities: NDArray[np.int64]) -> None:
        """Count faults that are not listed, by their communities."""
        self.more.extend(communities.tolist())

    def count(self, name: str, values: Iterable[float]) -> None:
        """Set a figure for every community at once."""
        self.figures[name] = np.asarray(list(values))


def gather(
    *,
    communities: GeoDataFrame,
    grids: GeoDataFrame,
    cells: GeoDataFrame,
    seams: GeoDataFrame,
    buildings: GeoDataFrame,
    low: int,
    high: int,
) -> Evidence:
    """Tie the layers of a plan together.

    Parameters
    ----------
    communities, grids, cells, seams, buildings : GeoDataFrame
        Layers of a plan, all in one projected CRS with metre units.
    low, high : int
        Household band of resident grids.

    Returns
    -------
    Evidence
        The layers and the positions their keys point to.

    Raises
    ------
    CRSError
        If a layer has no CRS, or one that is not in metres.
    PlanError
        If a layer lacks a column, or has another CRS than the first.
    ValueError
        If `low` exceeds `high`.
    """
    if low > high:
        raise ValueError(f"low {low} exceeds high {high}; swap them")
    layers = {
        "communities": communities,
        "grids": grids,
        "cells": cells,
        "seams": seams,
        "buildings": buildings,
    }
    for role, layer in layers.items():
        require_metric(layer)
        if layer.crs != communities.crs:
            raise PlanError(
                f"layer {role} is in {layer.crs.name}, communities in "
                f"{communities.crs.name}; convert all layers to one CRS"
            )
        missing = [name for name in _COLUMNS[role] if name not in layer.columns]
        if missing:
            raise PlanError(
                f"layer {role} has no column {missing[0]}; "
                f"a plan needs {', '.join(_COLUMNS[role])}"
            )
        layers[role] = layer.reset_index(drop=True)
    communities, grids, cells, seams, buildings = layers.values()
    cell_key = _pair_keys(cells)
    grid_community = _positions(communities["code"], grids["community"])
    edge_xy, edge_grids = shared_segments(grids.geometry.array.to_numpy())
    inner = np.ptp(grid_community[edge_grids], axis=1) == 0
    return Evidence(
        communities=communities,
        grids=grids,
        cells=cells,
        seams=seams,
        buildings=buildings,
        grid_community=grid_community,
        cell_grid=_positions(grids["code"], cells["grid"]),
        building_grid=_positions(grids["code"], buildings["grid"]),
        building_cell=_positions(cell_key, _pair_keys(buildings)),
        building_community=_positions(communities["code"], buildings["community"]),
        seam_left=_positions(grids["code"], seams["left"]),
        seam_right=_positions(grids["code"], seams["right"]),
        edge_xy=edge_xy[inner],
        edge_pair=_number(edge_grids[inner, 0], edge_grids[inner, 1], len(grids)),
        low=low,
        high=high,
    )


def _pair_keys(layer: GeoDataFrame) -> pd.Series:
    """Join community and cell number: cells count from 0 in each community."""
    number = pd.to_numeric(layer["cell"], errors="coerce").fillna(-1).astype(np.int64)
    keys: pd.Series = layer["community"].astype(str) + "/" + number.astype(str)
    return keys


def _positions(names: pd.Series, wanted: pd.Series) -> NDArray[np.int64]:
    """Return where each wanted name first stands among the names, -1 if nowhere."""
    first = pd.Index(names.drop_duplicates())
    rows = np.flatnonzero(~names.duplicated().to_numpy())
    at = first.get_indexer(pd.Index(wanted))
    found: NDArray[np.int64] = np.where(at >= 0, rows[at], -1) if len(rows) else at
    return found.astype(np.int64)


def _number(
    one: NDArray[np.int64], other: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    return np.minimum(one, other) * size + np.maximum(one, other)


def _total(
    keys: NDArray[np.int64], values: Iterable[float], size: int
) -> NDArray[np.int64]:
    known = keys >= 0
    weights = np.asarray(values, dtype=float)[known]
    return np.rint(np.bincount(keys[known], weights, size)).astype(np.int64)
