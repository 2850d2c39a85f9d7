"""A cell set from its polygons and what lies in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.adjacency import SegmentTable, shared_segments
from gis.cells import CellSet, Ways, cell_graph
from gis.graph import CellGraph
from gis.kinds import SeamKind

__all__ = ["CellColumns", "build_cell_set", "columns_of", "segment_table"]

_UNKNOWN = -1
"""No kind of seam."""


@dataclass(frozen=True)
class CellColumns:
    """What is known of cells besides their shape, as in `CellGraph`.

    Attributes
    ----------
    block, compound : ndarray of int32, shape (n,)
    kind : ndarray of int8, shape (n,)
    site : ndarray of int32, shape (n,)
    """

    block: NDArray[np.int32]
    compound: NDArray[np.int32]
    kind: NDArray[np.int8]
    site: NDArray[np.int32]

    def of_rows(self, rows: NDArray[np.integer]) -> CellColumns:
        """Return the columns of some cells, repeated at will."""
        return CellColumns(
            self.block[rows], self.compound[rows], self.kind[rows], self.site[rows]
        )


def columns_of(graph: CellGraph) -> CellColumns:
    """Return the columns of the cells of a graph."""
    return CellColumns(graph.block, graph.compound, graph.kind, graph.site)


def segment_table(cells: CellSet) -> SegmentTable:
    """Return the seam kinds of a cell set, to be looked up by end points."""
    return SegmentTable(cells.segments.a, cells.segments.b, cells.segment_kind)


def build_cell_set(
    polygons: NDArray[Any],
    columns: CellColumns,
    *,
    code: str,
    name: str,
    kinds: SegmentTable,
    members: NDArray[np.int64],
    member_cell: NDArray[np.int32],
    households: NDArray[np.int64],
    straddles: NDArray[np.bool_],
    xy: NDArray[np.float64] | None = None,
    ways: Ways | None = None,
) -> CellSet:
    """Return a cell set with its adjacency and counts.

    Parameters
    ----------
    polygons : ndarray of Polygon, shape (n,)
        A coverage in a metric CRS, matched vertex by vertex.
    columns : CellColumns
        Of these cells.
    code, name : str
        Of the community.
    kinds : SegmentTable
        What lies on the segments.
    members : ndarray of int64, shape (b,)
        Rows of the building layer that lie in the community.
    member_cell : ndarray of int32, shape (b,)
        Cell of each of them.
    households : ndarray of int64, shape (b,)
        Of each of them.
    straddles : ndarray of bool, shape (b,)
        Whether its footprint crosses the edge of its block.
    xy : ndarray of float64, shape (n, 2), optional
        A point in each cell, where it is known.
    ways : Ways, optional
        What segments between cells may follow that are not in `kinds`; without it
        there is nothing on them.

    Returns
    -------
    CellSet
        The same arrays as a fresh drawing of these cells would have.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> cells = row_draft([200, 150], [0, 0]).cell_set
    >>> cells.graph.length.tolist(), cells.graph.outer.tolist()
    ([100.0], [300.0, 300.0])
    """
    n = len(polygons)
    segments = shared_segments(polygons)
    kind = kinds.lookup(segments, missing=_UNKNOWN)
    unknown = np.flatnonzero(kind == _UNKNOWN)
    kind[unknown] = int(SeamKind.NONE)
    if ways is not None:
        inner = unknown[segments.inner[unknown]]
        kind[inner] = ways.classify(segments, inner)
    graph = cell_graph(
        polygons,
        segments,
        kind,
        households=np.bincount(member_cell, households, n).astype(np.int64),
        block=columns.block,
        compound=columns.compound,
        kind=columns.kind,
        site=columns.site,
        xy=xy,
    )
    return CellSet(
        code=code,
        name=name,
        polygons=polygons,
        graph=graph,
        buildings=np.bincount(member_cell, minlength=n).astype(np.int64),
        segments=segments,
        segment_kind=kind,
        members=members,
        member_cell=member_cell,
        straddles=straddles,
    )
