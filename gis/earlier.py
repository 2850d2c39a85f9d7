"""An earlier plan, laid over the cells of a new drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.blocks import Blocks
from gis.cells import CellSet

__all__ = ["EarlierPlan"]


@dataclass(frozen=True)
class EarlierPlan:
    """Grids as they were before households or blocks changed.

    Attributes
    ----------
    codes : tuple of str, length k
    outlines : ndarray of Polygon, shape (k,)
        In the metric CRS of the new drawing.
    """

    codes: tuple[str, ...]
    outlines: NDArray[Any]

    @classmethod
    def from_grids(cls, grids: GeoDataFrame) -> EarlierPlan:
        """Take the grids of a plan, in the CRS of the new drawing."""
        ordered = grids.sort_values("code")
        return cls(tuple(ordered["code"].astype(str)), ordered.geometry.to_numpy())

    def _grid_at(self, points: NDArray[Any]) -> NDArray[np.int32]:
        """Return the grid at each point, -1 where there was none."""
        grid = np.full(len(points), -1, np.int32)
        if len(points) and len(self.outlines):
            i, j = shapely.STRtree(self.outlines).query(points, predicate="intersects")
            order = np.lexsort((-j, i))
            grid[i[order]] = j[order]
        return grid

    def parted_blocks(self, blocks: Blocks) -> NDArray[np.bool_]:
        """Tell which blocks lay in several grids, and must be cut again.

        Parameters
        ----------
        blocks : Blocks

        Returns
        -------
        ndarray of bool, shape (b,)
        """
        grid = self._grid_at(blocks.building_points)
        known = (grid >= 0) & (blocks.building_block >= 0)
        at, grid = blocks.building_block[known], grid[known]
        n = len(blocks.polygons)
        least, most = np.full(n, len(self.codes)), np.full(n, -1)
        np.minimum.at(least, at, grid)
        np.maximum.at(most, at, grid)
        return np.asarray(least < most)

    def labels(self, cells: CellSet, points: NDArray[Any]) -> NDArray[np.int32]:
        """Return the earlier grid of each cell of a community.

        Parameters
        ----------
        cells : CellSet
        points : ndarray of Point, shape (buildings,)
            Of the whole building layer.

        Returns
        -------
        ndarray of int32, shape (n,)
            Rows of `codes`; where most of the buildings of a cell lay, or a point
            of the cell if it has none; -1 where there was no grid.
        """
        spots = shapely.points(cells.graph.xy)
        label = self._grid_at(spots)
        grid = self._grid_at(points[cells.members])
        known = grid >= 0
        pairs, count = np.unique(
            np.stack([cells.member_cell[known], grid[known]], axis=1),
            axis=0,
            return_counts=True,
        )
        order = np.lexsort((-pairs[:, 1], count, pairs[:, 0]))
        label[pairs[order, 0]] = pairs[order, 1]
        return label
