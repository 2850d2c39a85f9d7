"""Drafts small enough to check by hand, for examples and tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import CRS

from gis.adjacency import SegmentTable
from gis.edits.cellsets import CellColumns, build_cell_set
from gis.edits.draft import Buildings, Draft, draft_of
from gis.kinds import GridType
from gis.partition import Partition
from gis.plan import build_plan

__all__ = ["CORNER", "row_draft", "sheet_draft"]

CORNER = (500_000.0, 4_060_000.0)
"""South-western corner of every sheet, in metres."""

_CRS = CRS(4548)
_SIDE = 100.0


def row_draft(households: Sequence[int], labels: Sequence[int]) -> Draft:
    """Return a draft on one row of squares; see `sheet_draft`."""
    return sheet_draft([households], [labels])


def sheet_draft(
    households: Sequence[Sequence[int]], labels: Sequence[Sequence[int]]
) -> Draft:
    """Return a draft on squares of 100 m, the northern row first.

    Parameters
    ----------
    households : sequence of sequences of int
        Of each square; it has one building, of 20 m, in its middle.
    labels : sequence of sequences of int
        Grid of each square, from 0; all grids are resident.

    Returns
    -------
    Draft
        Grids are coded west to east, north to south; the band is 300 to 500.

    Examples
    --------
    >>> draft = sheet_draft([[200, 150], [250, 300]], [[0, 0], [1, 1]])
    >>> draft.households.tolist(), draft.off.tolist()
    ([350, 550], [0, 50])
    """
    counts, own = np.array(households), np.array(labels, np.int32).ravel()
    rows, columns = counts.shape
    x = CORNER[0] + _SIDE * np.tile(np.arange(columns), rows)
    y = CORNER[1] + _SIDE * np.repeat(np.arange(rows)[::-1], columns)
    n = len(x)
    none = np.full(n, -1, np.int32)
    load = counts.ravel().astype(np.int64)
    cell_set = build_cell_set(
        shapely.box(x, y, x + _SIDE, y + _SIDE),
        CellColumns(np.arange(n, dtype=np.int32), none, np.zeros(n, np.int8), none),
        code="370102013006",
        name="银山社区",
        kinds=SegmentTable(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int8)),
        members=np.arange(n),
        member_cell=np.arange(n, dtype=np.int32),
        households=load,
        straddles=np.zeros(n, bool),
    )
    homes = shapely.box(x + 40, y + 40, x + 60, y + 60)
    buildings = Buildings(
        names=tuple(f"{k + 1}号楼" for k in range(n)),
        points=shapely.centroid(homes),
        households=load,
        footprints=homes,
    )
    types = np.full(own.max() + 1, int(GridType.RESIDENT), np.int8)
    plan = build_plan(cell_set, Partition(own, types, ()), crs=_CRS)
    return draft_of(plan, buildings, low=300, high=500, crs=_CRS)
