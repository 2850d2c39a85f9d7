"""Cells: blocks, and pieces of blocks between buildings, of one community each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.adjacency import Segments, pair_sums, shared_segments
from gis.blocks import Blocks
from gis.graph import CellGraph
from gis.kinds import SeamKind
from gis.layers import Layers
from gis.streets import street_kinds
from gis.tessellation import cut_blocks

__all__ = [
    "CellSet",
    "Cutter",
    "Ways",
    "blocks_to_cut",
    "build_cells",
    "cell_graph",
    "cut_pieces",
]

Cutter = Callable[[Sequence[Any], Sequence[NDArray[Any]]], list[NDArray[Any]]]
"""Signature of `cut_blocks`; a caller may spread the work over processes."""

_STREET_TOLERANCE = 5.0
"""Metres from a way within which a cut counts as lying on it (field rule)."""


@dataclass(frozen=True)
class CellSet:
    """The proven coverage of cells one community is drawn from.

    Attributes
    ----------
    code, name : str
        Of the community.
    polygons : ndarray of Polygon, shape (n,)
        Cells in a metric CRS, matched vertex by vertex.
    graph : CellGraph
        Households, sizes and rook adjacency of the cells.
    buildings : ndarray of int64, shape (n,)
        Buildings per cell.
    segments : Segments
        Outline segments of the cells, with `segment_kind`.
    segment_kind : ndarray of int8, shape (s,)
        `SeamKind` of each segment.
    members : ndarray of int64, shape (b,)
        Rows of the building layer that lie in this community.
    member_cell : ndarray of int32, shape (b,)
        Cell of each of them.
    straddles : ndarray of bool, shape (b,)
        Whether the footprint crosses the edge of its block.
    """

    code: str
    name: str
    polygons: NDArray[Any]
    graph: CellGraph
    buildings: NDArray[np.int64]
    segments: Segments
    segment_kind: NDArray[np.int8]
    members: NDArray[np.int64]
    member_cell: NDArray[np.int32]
    straddles: NDArray[np.bool_]


def blocks_to_cut(blocks: Blocks, *, above: int) -> NDArray[np.bool_]:
    """Tell which blocks hold more households than one cell may.

    Parameters
    ----------
    blocks : Blocks
    above : int
        Blocks with more households than this are cut between their buildings.

    Returns
    -------
    ndarray of bool, shape (b,)
        Exclusive and reserved land is never cut.
    """
    return np.asarray((blocks.households > above) & (blocks.kind == 0))


def cut_pieces(
    layers: Layers,
    blocks: Blocks,
    at: NDArray[np.int64],
    *,
    cutter: Cutter = cut_blocks,
) -> dict[int, NDArray[Any]]:
    """Cut blocks between their buildings.

    Parameters
    ----------
    layers : Layers
        In the CRS of `blocks`.
    blocks : Blocks
    at : ndarray of int, shape (k,)
        Blocks to cut.
    cutter : callable, default `cut_blocks`

    Returns
    -------
    dict of int to ndarray of Polygon
        Pieces of each block of `at`.
    """
    footprints = layers.buildings.geometry.to_numpy()
    order = np.argsort(blocks.building_block, kind="stable")
    bounds = np.searchsorted(
        blocks.building_block[order], np.arange(len(blocks.polygons) + 1)
    )
    rows = [order[bounds[k] : bounds[k + 1]] for k in at]
    pieces = cutter([blocks.polygons[k] for k in at], [footprints[r] for r in rows])
    return dict(zip(at.tolist(), pieces, strict=True))


def build_cells(
    layers: Layers,
    blocks: Blocks,
    pieces: Mapping[int, NDArray[Any]],
    *,
    communities: NDArray[np.int64] | None = None,
) -> list[CellSet]:
    """Turn blocks into cells, one set per community.

    Parameters
    ----------
    layers : Layers
        In the CRS of `blocks`.
    blocks : Blocks
    pieces : mapping of int to ndarray of Polygon
        Blocks that are cut, and into what; the others are one cell each.
    communities : ndarray of int, optional
        Rows of the communities wanted; all by default.

    Returns
    -------
    list of CellSet
        In the order of `communities`.
    """
    wanted = np.arange(len(layers.communities)) if communities is None else communities
    here = np.isin(blocks.community, wanted)
    at = [k for k in sorted(pieces) if here[k]]
    count = here.astype(np.int64)
    count[at] = [len(pieces[k]) for k in at]
    block = np.repeat(np.arange(len(blocks.polygons)), count)
    polygons = blocks.polygons[block]
    for k, first in zip(at, np.searchsorted(block, at), strict=True):
        polygons[first : first + len(pieces[k])] = pieces[k]
    cell = _cells_of_buildings(blocks, polygons, block)
    community = blocks.community[block]
    segments, kind = _segments(layers, blocks, polygons, block, community)
    place = np.where(cell >= 0, community[cell], -1)
    order = np.argsort(place, kind="stable")
    everything = _Everything(
        layers=layers,
        blocks=blocks,
        polygons=polygons,
        block=block,
        segments=segments,
        segment_kind=kind,
        cell=cell,
        straddles=_straddling(layers.buildings.geometry.to_numpy(), blocks),
    )
    return [
        everything.of(
            c,
            cells=slice(*np.searchsorted(community, [c, c + 1])),
            segments=slice(*np.searchsorted(community[segments.i], [c, c + 1])),
            members=order[slice(*np.searchsorted(place[order], [c, c + 1]))],
        )
        for c in wanted
    ]


def _segments(
    layers: Layers,
    blocks: Blocks,
    polygons: NDArray[Any],
    block: NDArray[np.int64],
    community: NDArray[np.int32],
) -> tuple[Segments, NDArray[np.int8]]:
    """Return all outline segments with their kind, sorted by cell.

    A segment between two communities is outer for both.
    """
    seg = shared_segments(polygons)
    kind = blocks.edges.lookup(seg, missing=int(SeamKind.NONE))
    within = np.flatnonzero(seg.inner & (block[seg.i] == block[seg.j]))
    ways = Ways.of_streets(layers.streets)
    kind[within] = np.minimum(kind[within], ways.classify(seg, within))
    cross = seg.inner & (community[seg.i] != community[seg.j])
    i = np.r_[seg.i, seg.j[cross]]
    j = np.r_[np.where(cross, -1, seg.j), np.full(cross.sum(), -1)].astype(np.int32)
    a, b = np.r_[seg.a, seg.a[cross]], np.r_[seg.b, seg.b[cross]]
    kind = np.r_[kind, kind[cross]]
    order = np.lexsort((a[:, 1], a[:, 0], j, i))
    return Segments(i[order], j[order], a[order], b[order]), kind[order]


def _cells_of_buildings(
    blocks: Blocks, polygons: NDArray[Any], block: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the cell of each building, -1 outside all communities."""
    cell = np.full(len(blocks.building_block), -1, np.int64)
    first = np.searchsorted(block, np.arange(len(blocks.polygons)))
    count = np.bincount(block, minlength=len(blocks.polygons))
    inside = (blocks.building_block >= 0) & (count[blocks.building_block] > 0)
    cell[inside] = first[blocks.building_block[inside]]
    ask = np.flatnonzero(inside & (count[blocks.building_block] > 1))
    if len(ask):
        i, j = shapely.STRtree(polygons).query(
            blocks.building_points[ask], predicate="intersects"
        )
        # A point on a cut belongs to the first cell; a cell of another block
        # may touch a point on the street line, but it is not the building's.
        own = block[j] == blocks.building_block[ask[i]]
        i, j = i[own], j[own]
        best = np.lexsort((-j, i))
        cell[ask[i[best]]] = j[best]
    return cell


def _straddling(footprints: NDArray[Any], blocks: Blocks) -> NDArray[np.bool_]:
    """Tell which footprints cross the edge of their block by more than 0.5 m."""
    inside = blocks.building_block >= 0
    result = np.zeros(len(footprints), dtype=bool)
    own = blocks.polygons[blocks.building_block[inside]]
    shapely.prepare(own)
    shapes = footprints[inside]
    out = ~shapely.covers(own, shapes)
    at = np.flatnonzero(inside)[out]
    beyond = shapely.difference(footprints[at], shapely.buffer(own[out], 0.5))
    result[at] = ~shapely.is_empty(beyond)
    return result


@dataclass(frozen=True)
class Ways:
    """Lines a cut may follow inside a block.

    Attributes
    ----------
    tree : STRtree
        Of streets of every class, also of those that divide no community.
    kind : ndarray of int8
        `SeamKind` of each line of the tree.
    """

    tree: shapely.STRtree
    kind: NDArray[np.int8]

    @classmethod
    def of_streets(cls, streets: GeoDataFrame) -> Ways:
        """Return the ways of a layer of streets, in the CRS of the cells."""
        kind = street_kinds(streets)
        on_street = kind != int(SeamKind.NONE)
        lines, line = shapely.get_parts(
            streets.geometry.to_numpy()[on_street], return_index=True
        )
        xy, part = shapely.get_coordinates(lines, return_index=True)
        follows = np.flatnonzero(part[1:] == part[:-1])
        # One by one: the boxes of long bent lines would hold half the town.
        straight = shapely.linestrings(np.stack([xy[follows], xy[follows + 1]], axis=1))
        return cls(shapely.STRtree(straight), kind[on_street][line[part[follows]]])

    def classify(self, segments: Segments, at: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return the kind of the way each segment runs along, NONE if none."""
        kind = np.full(len(at), int(SeamKind.NONE), np.int8)
        if len(at) == 0 or len(self.kind) == 0:
            return kind
        a, b = segments.a[at], segments.b[at]
        middle = self._nearest((a + b) / 2)
        near = np.flatnonzero(middle != int(SeamKind.NONE))
        lines = shapely.linestrings(np.stack([a[near], b[near]], axis=1))
        # Every part of it must be near: a chord may leave a bend and come back.
        xy, line = shapely.get_coordinates(
            shapely.segmentize(lines, _STREET_TOLERANCE), return_index=True
        )
        kind[near] = middle[near]
        np.maximum.at(kind, near[line], self._nearest(xy))
        return kind

    def _nearest(self, xy: NDArray[np.float64]) -> NDArray[np.int8]:
        kind = np.full(len(xy), int(SeamKind.NONE), np.int8)
        i, j = self.tree.query(
            shapely.points(xy), predicate="dwithin", distance=_STREET_TOLERANCE
        )
        np.minimum.at(kind, i, self.kind[j])
        return kind


@dataclass(frozen=True)
class _Everything:
    """Cells of all communities, in one order, to be handed out one by one."""

    layers: Layers
    blocks: Blocks
    polygons: NDArray[Any]
    block: NDArray[np.int64]
    segments: Segments
    segment_kind: NDArray[np.int8]
    cell: NDArray[np.int64]
    straddles: NDArray[np.bool_]

    def of(
        self,
        community: int,
        *,
        cells: slice,
        segments: slice,
        members: NDArray[np.int64],
    ) -> CellSet:
        """Return the cell set of one community, its cells counted from 0."""
        first, n = cells.start, cells.stop - cells.start
        i, j = self.segments.i[segments], self.segments.j[segments]
        seg = Segments(
            (i - first).astype(np.int32),
            np.where(j < 0, -1, j - first).astype(np.int32),
            self.segments.a[segments],
            self.segments.b[segments],
        )
        kind, block = self.segment_kind[segments], self.block[cells]
        member_cell = (self.cell[members] - first).astype(np.int32)
        buildings = self.layers.buildings
        households = buildings["households"].to_numpy(dtype=np.int64)[members]
        row = self.layers.communities.iloc[community]
        return CellSet(
            code=str(row["code"] or ""),
            name=str(row["name"] or ""),
            polygons=self.polygons[cells],
            graph=cell_graph(
                self.polygons[cells],
                seg,
                kind,
                households=np.bincount(member_cell, households, n).astype(np.int64),
                block=block.astype(np.int32),
                compound=self.blocks.compound[block],
                kind=self.blocks.kind[block],
                site=self.blocks.site[block],
            ),
            buildings=np.bincount(member_cell, minlength=n).astype(np.int64),
            segments=seg,
            segment_kind=kind,
            members=members,
            member_cell=member_cell,
            straddles=self.straddles[members],
        )


def cell_graph(
    polygons: NDArray[Any],
    segments: Segments,
    segment_kind: NDArray[np.int8],
    *,
    households: NDArray[np.int64],
    block: NDArray[np.int32],
    compound: NDArray[np.int32],
    kind: NDArray[np.int8],
    site: NDArray[np.int32],
    xy: NDArray[np.float64] | None = None,
) -> CellGraph:
    """Return cells as the partition sees them.

    Parameters
    ----------
    polygons : ndarray of Polygon, shape (n,)
        In a metric CRS, matched vertex by vertex.
    segments : Segments
        Of these polygons.
    segment_kind : ndarray of int8, shape (s,)
        `SeamKind` of each segment.
    households, block, compound, kind, site : ndarray, shape (n,)
        As in `CellGraph`.
    xy : ndarray of float64, shape (n, 2), optional
        A point inside each cell, where it is known.

    Returns
    -------
    CellGraph
    """
    n, length, inner = len(polygons), segments.length, segments.inner
    on_street = np.where(segment_kind == int(SeamKind.NONE), 0.0, length)
    i, j, (shared, street) = pair_sums(
        segments.i[inner], segments.j[inner], length[inner], on_street[inner]
    )
    outer = np.bincount(segments.i[~inner], length[~inner], n)
    if xy is None:
        xy = shapely.get_coordinates(shapely.point_on_surface(polygons))
    return CellGraph(
        households=households,
        area=shapely.area(polygons),
        outer=outer.astype(np.float64),
        block=block,
        compound=compound,
        kind=kind,
        site=site,
        xy=xy,
        i=i,
        j=j,
        length=shared,
        street=street,
    )
