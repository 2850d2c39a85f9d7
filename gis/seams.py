"""Lines between the grids of a plan, and between the cells of a set."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import SegmentTable
from gis.cells import CellSet
from gis.kinds import SeamKind

__all__ = ["SeamParts", "cell_seams", "seam_parts", "seam_table"]


@dataclass(frozen=True, slots=True)
class SeamParts:
    """Lines two grids share, each of one kind.

    Attributes
    ----------
    low, high : ndarray of int32, shape (p,)
        Labels of the two grids, low < high.
    kind : ndarray of int8, shape (p,)
        `SeamKind` of what lies on the line.
    lines : ndarray of LineString, shape (p,)
        With every vertex of the cells.
    """

    low: NDArray[np.int32]
    high: NDArray[np.int32]
    kind: NDArray[np.int8]
    lines: NDArray[Any]


def seam_parts(
    cells: CellSet,
    labels: NDArray[np.int32],
    *,
    touching: NDArray[np.integer] | None = None,
) -> SeamParts:
    """Return the lines between grids.

    Parameters
    ----------
    cells : CellSet
    labels : ndarray of int32, shape (n,)
        Grid of each cell, -1 for none.
    touching : ndarray of int, optional
        Only lines with one of these grids at a side; all by default.

    Returns
    -------
    SeamParts
        By grids, then by kind. Where a cell has no grid there is no seam.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([200, 150, 300], [0, 1, 1])
    >>> parts = seam_parts(draft.cell_set, draft.labels)
    >>> parts.low.tolist(), parts.high.tolist(), shapely.length(parts.lines).tolist()
    ([0], [1], [100.0])
    """
    seg = cells.segments
    inner = np.flatnonzero(seg.inner)
    left, right = labels[seg.i[inner]], labels[seg.j[inner]]
    apart = (left != right) & (left >= 0) & (right >= 0)
    if touching is not None:
        wanted = np.zeros(int(labels.max(initial=-1)) + 2, bool)
        wanted[touching] = True
        # The last entry is for cells without a grid, whose label is -1.
        wanted[-1] = False
        apart &= wanted[left] | wanted[right]
    at = inner[apart]
    low = np.minimum(left[apart], right[apart])
    high = np.maximum(left[apart], right[apart])
    start, order = _runs(low, high, cells.segment_kind[at])
    at, low, high = at[order], low[order], high[order]
    parts, index = shapely.get_parts(_merged(cells, at, start), return_index=True)
    first = start[index]
    return SeamParts(low[first], high[first], cells.segment_kind[at][first], parts)


def cell_seams(cells: CellSet) -> dict[SeamKind, Any]:
    """Return what lies between the cells of a set, also inside its grids.

    Parameters
    ----------
    cells : CellSet

    Returns
    -------
    dict of SeamKind to MultiLineString
        All common edges of cells, by kind.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> found = cell_seams(row_draft([200, 150, 300], [0, 0, 0]).cell_set)
    >>> {kind.label: line.length for kind, line in found.items()}
    {'none': 200.0}
    """
    at = np.flatnonzero(cells.segments.inner)
    start, order = _runs(cells.segment_kind[at])
    at = at[order]
    kinds = cells.segment_kind[at][start].tolist()
    return {
        SeamKind(kind): shapely.multilinestrings(shapely.get_parts(line))
        for kind, line in zip(kinds, _merged(cells, at, start), strict=True)
    }


def seam_table(seams: dict[SeamKind, Any]) -> SegmentTable:
    """Return what `cell_seams` gave as a table to look segments up in.

    Parameters
    ----------
    seams : dict of SeamKind to MultiLineString

    Returns
    -------
    SegmentTable
    """
    shapes = np.array(list(seams.values()), object)
    lines, index = shapely.get_parts(shapes, return_index=True)
    kinds = np.array([int(kind) for kind in seams], np.int8)
    return SegmentTable.from_lines(lines, kinds[index])


def _runs(*keys: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where equal keys begin once they are in order, and that order."""
    order = np.lexsort(keys[::-1])
    table = np.stack(keys, axis=1)[order]
    start = np.flatnonzero((table[1:] != table[:-1]).any(axis=1)) + 1
    return np.r_[0, start][: len(table)].astype(np.int64), order


def _merged(
    cells: CellSet, at: NDArray[np.int64], start: NDArray[np.int64]
) -> NDArray[Any]:
    """Return runs of segments as lines, as long as they go."""
    seg = cells.segments
    lines = shapely.linestrings(np.stack([seg.a[at], seg.b[at]], axis=1))
    merged = [
        shapely.line_merge(shapely.multilinestrings(lines[a:b]))
        for a, b in pairwise([*start, len(at)])
    ]
    return np.array(merged, dtype=object)
