"""A plan in the hands of a planner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyproj import CRS

from gis.cells import CellSet, Ways
from gis.edits.refusals import EditError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition import Finding
from gis.partition.bounds import out_of_band
from gis.partition.graphs import connected_pieces, net_of
from gis.plan import Plan, grid_name

__all__ = ["Buildings", "Draft", "Grid", "Reason", "draft_of", "parts_of", "plan_of"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a resident grid is outside the band; `code` is one of `REASONS`."""

    code: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Grid:
    """What a grid is besides its cells.

    Attributes
    ----------
    name : str
    type : GridType
    locked : bool
        A locked grid keeps its cells and its type.
    reason : Reason or None
        For a resident grid outside the band.
    """

    name: str
    type: GridType
    locked: bool = False
    reason: Reason | None = None


@dataclass(frozen=True)
class Buildings:
    """Buildings of a community, in the order of `CellSet.members`.

    Attributes
    ----------
    names : tuple of str
        What a planner knows them by; refusals say these.
    points : ndarray of Point, shape (b,)
        Representative points: where a building counts.
    households : ndarray of int64, shape (b,)
    footprints : ndarray of Polygon, MultiPolygon or Point, shape (b,)
        What a cut must not cross; a point where no footprint is known.
    """

    names: tuple[str, ...]
    points: NDArray[Any]
    households: NDArray[np.int64]
    footprints: NDArray[Any]

    @classmethod
    def of_layer(
        cls, layer: GeoDataFrame, cell_set: CellSet, *, name: str = "id"
    ) -> Buildings:
        """Return the members of a cell set from the layer it was cut with."""
        rows = layer.iloc[cell_set.members]
        return cls(
            names=tuple(rows[name].astype(str)),
            points=rows.geometry.representative_point().to_numpy(),
            households=rows["households"].to_numpy(dtype=np.int64),
            footprints=rows.geometry.to_numpy(),
        )


@dataclass(frozen=True)
class Draft:
    """A plan that is being edited; every edit makes a new one.

    Attributes
    ----------
    cell_set : CellSet
        Cells the draft is built on; edits that cut no cell hand the same on.
    buildings : Buildings
    labels : ndarray of int32, shape (n,)
        Place of the grid of each cell in `codes`; -1 for a cell without a grid.
    codes : tuple of str, length k
        Ascending.
    grids : tuple of Grid, length k
    outlines : ndarray of Polygon, shape (k,)
    low, high : int
        Band of households of resident grids.
    crs : CRS
        Metric CRS of the cells.
    ways : Ways or None
        Streets that new cuts may follow, for the kind of the seam; None if unknown.
    """

    cell_set: CellSet
    buildings: Buildings
    labels: NDArray[np.int32]
    codes: tuple[str, ...]
    grids: tuple[Grid, ...]
    outlines: NDArray[Any]
    low: int
    high: int
    crs: CRS
    ways: Ways | None = None
    _place: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        place = {code: k for k, code in enumerate(self.codes)}
        object.__setattr__(self, "_place", place)

    @property
    def graph(self) -> CellGraph:
        """Cells as the partition sees them."""
        return self.cell_set.graph

    @cached_property
    def households(self) -> NDArray[np.int64]:
        """Households of each grid."""
        held = self.labels >= 0
        load = self.graph.households
        found = np.bincount(self.labels[held], load[held], len(self.codes))
        return found.astype(np.int64)

    @cached_property
    def off(self) -> NDArray[np.int64]:
        """Households by which each grid misses the band, 0 for land."""
        resident = np.array([g.type is GridType.RESIDENT for g in self.grids], bool)
        off = out_of_band(self.households, low=self.low, high=self.high)
        return np.asarray(off * resident, np.int64)

    def place(self, code: str) -> int:
        """Return the place of a grid, or refuse a code the plan lacks."""
        if code not in self._place:
            raise EditError(
                "unknown_grid",
                f"方案里没有网格 {code}；请刷新后再试",
                f"the plan has no grid {code}; reload and try again",
                grids=[code],
            )
        return self._place[code]

    def cells_of(self, code: str) -> NDArray[np.int64]:
        """Return the cells of a grid, ascending."""
        return np.flatnonzero(self.labels == self.place(code))

    def serial(self, code: str) -> str:
        """Return what planners call a grid: its serial, as in 004."""
        return code.removeprefix(self.cell_set.code)

    def serials(self, codes: Collection[str], join: str = ", ") -> str:
        """Return the serials of several grids for a sentence."""
        return join.join(self.serial(code) for code in sorted(codes))

    def code_at(self, cell: int) -> str | None:
        """Return the code of the grid of a cell, None where it has none."""
        label = int(self.labels[cell])
        return self.codes[label] if label >= 0 else None


def parts_of(graph: CellGraph, labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return the connected part each cell lies in, -1 where it has no grid.

    Parameters
    ----------
    graph : CellGraph
    labels : ndarray of int, shape (n,)
        Grid of each cell, -1 for none.

    Returns
    -------
    ndarray of int32, shape (n,)
        Parts are numbered in the order of their first cell.

    Examples
    --------
    >>> from gis.partition.graphs import path_graph
    >>> parts_of(path_graph([1, 1, 1, 1]), np.array([0, 1, 0, 0])).tolist()
    [0, 1, 2, 2]
    """
    return connected_pieces(net_of(graph), labels)


def draft_of(
    plan: Plan,
    buildings: Buildings,
    *,
    low: int,
    high: int,
    crs: CRS,
    locked: Collection[str] = (),
    ways: Ways | None = None,
) -> Draft:
    """Take a plan in hand.

    Parameters
    ----------
    plan : Plan
    buildings : Buildings
        Members of its cell set.
    low, high : int
        Band of households of resident grids.
    crs : CRS
        Metric CRS of the cells.
    locked : collection of str, optional
        Codes of grids that are locked.
    ways : Ways, optional
        Streets that new cuts may follow.

    Returns
    -------
    Draft
        `plan_of` turns it back.
    """
    names = plan.names or [grid_name(plan.cell_set, code) for code in plan.codes]
    found = {g: Reason(f.code, f.text_zh, f.text_en) for g, f in plan.findings.items()}
    grids = tuple(
        Grid(name, GridType(int(kind)), code in locked, found.get(g))
        for g, (name, kind, code) in enumerate(
            zip(names, plan.types, plan.codes, strict=True)
        )
    )
    return Draft(
        cell_set=plan.cell_set,
        buildings=buildings,
        labels=plan.labels,
        codes=plan.codes,
        grids=grids,
        outlines=plan.outlines,
        low=low,
        high=high,
        crs=CRS(crs),
        ways=ways,
    )


def plan_of(draft: Draft) -> Plan:
    """Return a draft as a plan, to be written, certified or published.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    Plan

    Raises
    ------
    EditError
        If a cell has no grid.
    """
    free = np.flatnonzero(draft.labels < 0)
    if len(free):
        raise EditError(
            "unassigned",
            f"还有 {len(free)} 个单元未划入网格；请先划入",
            f"{len(free)} cells have no grid; give them one first",
            cells=free,
        )
    return Plan(
        cell_set=draft.cell_set,
        labels=draft.labels,
        types=np.array([int(g.type) for g in draft.grids], np.int8),
        codes=draft.codes,
        findings=_findings(draft),
        outlines=draft.outlines,
        names=tuple(grid.name for grid in draft.grids),
    )


def _findings(draft: Draft) -> dict[int, Finding]:
    """Return the reasons of a draft as a partition would give them."""
    load, off = draft.households.tolist(), draft.off.tolist()
    return {
        g: Finding(
            grid=g,
            code=grid.reason.code,
            households=load[g],
            out=off[g],
            piece_out=off[g],
            bound=0,
            proven=False,
            text_zh=grid.reason.text_zh,
            text_en=grid.reason.text_en,
            alternatives=(),
        )
        for g, grid in enumerate(draft.grids)
        if grid.reason is not None
    }
