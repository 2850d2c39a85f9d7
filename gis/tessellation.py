"""Cut a street block into cells between its buildings, never through one.

The free ground of the block is triangulated with the walls as constraints.
A triangle edge that joins two buildings is halved; joining the halves gives the
lines midway between them. The cuts end at vertices the block edge already has,
so the neighbour across the street is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import pair_sums, shared_segments

__all__ = ["cut_block", "cut_blocks"]

_INSET = 0.2
"""Metres kept free along the block edge: a wall on the street line would
otherwise put new vertices into it."""

_WALL_SPACING = 6.0
"""Metres between vertices on walls; denser gives smoother cuts."""

_LATTICE = 0.01
"""Touching and overlapping footprints are noded on this lattice, in metres."""

_HAIR = np.array([-_LATTICE, -_LATTICE, _LATTICE, _LATTICE])

_POINT_SIDE = 1.0
"""Side in metres of the square that stands for a building given as a point."""

_STRAIGHTEN = (6.0, 2.0)
"""Tolerances in metres tried in turn on the cuts (root of the area a bend spans)."""

_HAIR_AREA = 0.05
"""Square metres of a footprint a straightened cut may shave off."""

_OWNERS = 4
"""Buildings that may meet in one vertex; more are left out there."""

Ids = NDArray[np.int64]


def cut_blocks(
    blocks: Sequence[Any], buildings: Sequence[NDArray[Any]]
) -> list[NDArray[Any]]:
    """Cut several blocks; see `cut_block`."""
    return [cut_block(b, f) for b, f in zip(blocks, buildings, strict=True)]


def cut_block(block: Any, buildings: NDArray[Any]) -> NDArray[Any]:
    """Cut a block into one cell per building or touching pair it cannot part.

    Parameters
    ----------
    block : Polygon
        In a metric CRS.
    buildings : ndarray of Polygon, MultiPolygon or Point, shape (n,)
        Buildings whose representative point lies in the block. They may
        overlap, touch, repeat, or stick out.

    Returns
    -------
    ndarray of Polygon, shape (k,)
        An exact coverage of the block, 1 ≤ k ≤ max(n, 1), west to east; every
        cell holds the representative point of at least one building. The
        outline of the block gets no new vertex.

    Notes
    -----
    Where two footprints overlap, the common part goes to the smaller building.

    Examples
    --------
    >>> from shapely import box
    >>> cells = cut_block(box(0, 0, 20, 10), np.array([box(2, 2, 8, 8),
    ...                                                box(12, 2, 18, 8)]))
    >>> [round(float(a)) for a in shapely.area(cells)]
    [100, 100]
    """
    whole = np.array([block], dtype=object)
    if len(buildings) < 2:
        return whole
    faces, owner, apart = _footprint_faces(block, buildings)
    if len(np.unique(owner)) < 2:
        return whole
    free = shapely.difference(block, shapely.coverage_union_all(faces))
    triangles = shapely.get_parts(
        [shapely.constrained_delaunay_triangles(g) for g in shapely.get_parts([free])]
    )
    cells = shapely.get_parts(shapely.polygonize(_cuts(triangles, faces, owner)))
    if shapely.get_num_interior_rings(block):
        # The lines also enclose what lies in the holes of the block.
        cells = cells[shapely.contains(block, shapely.point_on_surface(cells))]
    cells = _give_away_unbuilt(cells, shapely.point_on_surface(buildings))
    if apart:
        cells = _straighten(cells, faces)
    xy = shapely.bounds(cells)
    return np.asarray(cells[np.lexsort((xy[:, 3], xy[:, 2], xy[:, 1], xy[:, 0]))])


def _footprint_faces(
    block: Any, buildings: NDArray[Any]
) -> tuple[NDArray[Any], Ids, bool]:
    """Return disjoint, matched footprint faces inside the block and their owner.

    The last value tells if the buildings stand apart as they were given.
    """
    half = _POINT_SIDE / 2
    points = shapely.get_dimensions(buildings) == 0
    xy = shapely.get_coordinates(shapely.point_on_surface(buildings))
    squares = shapely.box(*(xy - half).T, *(xy + half).T)
    shapes = np.where(points, squares, buildings)
    core = shapely.buffer(block, -_INSET, join_style="mitre")
    shapes = shapely.intersection(shapes, core)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    solid = (shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > _LATTICE)
    parts, owner = parts[solid], owner[solid]
    if len(parts) == 0:
        return parts, owner.astype(np.int64), True
    parts = shapely.segmentize(parts, _WALL_SPACING)
    if _any_touch(parts):
        return *_node_faces(parts, owner.astype(np.int64)), False
    return parts, owner.astype(np.int64), True


def _any_touch(parts: NDArray[Any]) -> bool:
    """Tell if two footprints overlap, touch, or miss each other by a hair."""
    around = shapely.box(*(shapely.bounds(parts) + _HAIR).T)
    i, j = shapely.STRtree(around).query(around)
    i, j = i[i < j], j[i < j]
    # In a row of houses the first pair tells; the rest need not be measured.
    return any(
        shapely.dwithin(parts[i[at]], parts[j[at]], 2 * _LATTICE).any()
        for k in range(0, len(i), 64)
        for at in [slice(k, k + 64)]
    )


def _node_faces(parts: NDArray[Any], owner: Ids) -> tuple[NDArray[Any], Ids]:
    """Resolve touching and overlapping footprints into faces of one owner each."""
    lines = shapely.unary_union(shapely.boundary(parts), grid_size=_LATTICE)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts([lines])))
    faces = faces[np.argsort(shapely.to_wkb(shapely.normalize(faces)), kind="stable")]
    i, j = shapely.STRtree(parts).query(
        shapely.point_on_surface(faces), predicate="intersects"
    )
    # The smaller footprint wins an overlap, the earlier one a tie.
    best = np.lexsort((owner[j], shapely.area(parts)[j], i))
    i, j = i[best], j[best]
    first = np.flatnonzero(np.r_[True, i[1:] != i[:-1]]) if len(i) else i
    return faces[i[first]], owner[j[first]]


def _number(xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], Ids]:
    """Return the different points in (x, y) order and the number of each."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    ranked = xy[order]
    new = np.r_[True, (ranked[1:] != ranked[:-1]).any(axis=1)]
    ids = np.empty(len(xy), np.int64)
    ids[order] = np.cumsum(new) - 1
    return ranked[new], ids


def _cuts(triangles: NDArray[Any], faces: NDArray[Any], owner: Ids) -> NDArray[Any]:
    """Return the lines that bound the ground of each building."""
    corner_xy = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    rings, ring_face = shapely.get_rings(faces, return_index=True)
    wall_xy, wall_ring = shapely.get_coordinates(rings, return_index=True)
    points, ids = _number(np.concatenate([corner_xy.reshape(-1, 2), wall_xy]))
    corners = ids[: 3 * len(triangles)].reshape(-1, 3)
    walls = ids[3 * len(triangles) :]
    wall_owner = owner[ring_face[wall_ring]]
    owners = _owners_of_vertices(len(points), walls, wall_owner)

    follows = wall_ring[1:] == wall_ring[:-1]
    pieces = _Pieces(points, owners)
    pieces.add_triangles(corners)
    pieces.add_walls(walls[:-1][follows], walls[1:][follows], wall_owner[:-1][follows])
    return pieces.borders()


def _owners_of_vertices(count: int, vertex: Ids, owner: Ids) -> NDArray[np.int64]:
    """Return up to `_OWNERS` owners per vertex, ascending, -1 for none."""
    table = np.full((count, _OWNERS), -1, np.int64)
    pairs = np.unique(np.stack([vertex, owner], axis=1), axis=0)
    start = np.flatnonzero(np.r_[True, pairs[1:, 0] != pairs[:-1, 0]])
    place = np.arange(len(pairs)) - np.repeat(start, np.diff(np.r_[start, len(pairs)]))
    fits = place < _OWNERS
    table[pairs[fits, 0], place[fits]] = pairs[fits, 1]
    return table


class _Pieces:
    """Triangles broken into pieces of one owner, as half edges between points."""

    def __init__(self, points: NDArray[np.float64], owners: NDArray[np.int64]) -> None:
        self.points = points
        self.owners = owners
        self._from: list[Ids] = []
        self._to: list[Ids] = []
        self._side: list[Ids] = []
        self._piece: list[Ids] = []
        self._pieces = 0

    def _common(self, u: Ids, v: Ids) -> Ids:
        """Return the lowest owner two vertices share, -1 if none."""
        a, b = self.owners[u], self.owners[v]
        shared = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)).any(axis=2)
        far = np.iinfo(np.int64).max
        lowest = np.where(shared, a, far).min(axis=1)
        return np.where(lowest == far, -1, lowest)

    def _owner(self, *corners: Ids) -> Ids:
        """Return who owns a piece with these corners, -1 if all lie on streets."""
        result = self.owners[corners[0]][:, 0].copy()
        agreed = self.owners[corners[0]]
        for c in corners[1:]:
            theirs = self.owners[c]
            street_before, street_now = agreed[:, 0] < 0, theirs[:, 0] < 0
            both = (agreed[:, :, None] == theirs[:, None, :]).any(axis=2)
            meet = np.where(both & (agreed >= 0), agreed, np.iinfo(np.int64).max)
            meet = np.sort(meet, axis=1)
            meet[meet == np.iinfo(np.int64).max] = -1
            none = meet[:, 0] < 0
            meet = np.where((none | street_now)[:, None], agreed, meet)
            agreed = np.where(street_before[:, None], theirs, meet)
            result = agreed[:, 0]
        return result

    def _emit(self, owner: Ids, *ring: Ids) -> None:
        number = self._pieces + np.arange(len(owner))
        self._pieces += len(owner)
        for p, q in zip(ring, (*ring[1:], ring[0]), strict=True):
            self._from.append(p)
            self._to.append(q)
            self._side.append(owner)
            self._piece.append(number)

    def add_triangles(self, corners: Ids) -> None:
        """Break every triangle along the lines midway between owners."""
        edge_split, middle = self._split_edges(corners)
        count = edge_split.sum(axis=1)
        whole = corners[count == 0]
        self._emit(self._owner(*whole.T), *whole.T)
        self._add_cut_once(corners, edge_split, middle, count == 1)
        self._add_cut_twice(corners, edge_split, middle, count == 2)
        self._add_cut_thrice(corners, middle, count == 3)

    def _split_edges(self, corners: Ids) -> tuple[NDArray[np.bool_], Ids]:
        """Tell for the edge opposite each corner if it is halved, and where."""
        u, v = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
        low, high = np.minimum(u, v).ravel(), np.maximum(u, v).ravel()
        built = (self.owners[low, 0] >= 0) & (self.owners[high, 0] >= 0)
        split = built & (self._common(low, high) < 0)
        key = low * len(self.points) + high
        unique, index = np.unique(key[split], return_inverse=True)
        a, b = np.divmod(unique, len(self.points))
        first = len(self.points)
        self.points = np.concatenate(
            [self.points, (self.points[a] + self.points[b]) / 2]
        )
        self.owners = np.concatenate(
            [self.owners, np.full((len(unique), _OWNERS), -1, np.int64)]
        )
        middle = np.full(len(key), -1, np.int64)
        middle[split] = first + index
        return split.reshape(-1, 3), middle.reshape(-1, 3)

    def _turn(
        self, corners: Ids, middle: Ids, chosen: NDArray[np.bool_], at: Ids
    ) -> tuple[Ids, Ids]:
        """Rotate the chosen triangles so that corner `at` comes first."""
        steps = (at[:, None] + np.arange(3)) % 3
        rows = np.arange(len(at))[:, None]
        return corners[chosen][rows, steps].T, middle[chosen][rows, steps].T

    def _add_cut_once(
        self,
        corners: Ids,
        split: NDArray[np.bool_],
        middle: Ids,
        chosen: NDArray[np.bool_],
    ) -> None:
        at = split[chosen].argmax(axis=1)
        (w, u, v), (m, _, _) = self._turn(corners, middle, chosen, at)
        self._emit(self._owner(u, w), w, u, m)
        self._emit(self._owner(v, w), w, m, v)

    def _add_cut_twice(
        self,
        corners: Ids,
        split: NDArray[np.bool_],
        middle: Ids,
        chosen: NDArray[np.bool_],
    ) -> None:
        at = (~split[chosen]).argmax(axis=1)
        (u, v, w), (_, m_uw, m_uv) = self._turn(corners, middle, chosen, at)
        self._emit(self._owner(u), u, m_uv, m_uw)
        self._emit(self._owner(v, w), m_uv, v, w, m_uw)

    def _add_cut_thrice(
        self, corners: Ids, middle: Ids, chosen: NDArray[np.bool_]
    ) -> None:
        c, m = corners[chosen], middle[chosen]
        heart = len(self.points) + np.arange(len(c))
        self.points = np.concatenate([self.points, self.points[c].mean(axis=1)])
        for k in range(3):
            after, before = m[:, (k + 2) % 3], m[:, (k + 1) % 3]
            self._emit(self._owner(c[:, k]), c[:, k], after, heart, before)

    def add_walls(self, start: Ids, end: Ids, owner: Ids) -> None:
        """Add the building side of the walls."""
        self._from.append(start)
        self._to.append(end)
        self._side.append(owner)
        self._piece.append(np.full(len(start), -1, np.int64))

    def borders(self) -> NDArray[Any]:
        """Return the edges whose two sides differ, as lines."""
        start, end = np.concatenate(self._from), np.concatenate(self._to)
        side, piece = np.concatenate(self._side), np.concatenate(self._piece)
        key = np.minimum(start, end) * len(self.points) + np.maximum(start, end)
        order = np.lexsort((piece, side, key))
        key, side, piece = key[order], side[order], piece[order]
        pair = np.flatnonzero(key[1:] == key[:-1])
        length = np.hypot(*(self.points[end] - self.points[start]).T)[order]
        side = self._give_away_street_pieces(side, piece, pair, length)
        inside = np.zeros(len(key), dtype=bool)
        same = side[pair] == side[pair + 1]
        inside[pair[same]] = inside[pair[same] + 1] = True
        border = np.unique(key[~inside])
        a, b = np.divmod(border, len(self.points))
        return np.asarray(
            shapely.linestrings(np.stack([self.points[a], self.points[b]], axis=1))
        )

    def _give_away_street_pieces(
        self, side: Ids, piece: Ids, pair: Ids, length: NDArray[np.float64]
    ) -> Ids:
        """Give pieces with all corners on streets to who they touch the longest."""
        owner = np.full(self._pieces, -1, np.int64)
        known = piece >= 0
        owner[piece[known]] = side[known]
        u = np.r_[piece[pair], piece[pair + 1]]
        v = np.r_[piece[pair + 1], piece[pair]]
        metres = np.r_[length[pair], length[pair]]
        useful = (u >= 0) & (v >= 0)
        u, v, metres = u[useful], v[useful], metres[useful]
        while True:
            ask = np.flatnonzero((owner[u] < 0) & (owner[v] >= 0))
            if len(ask) == 0:
                break
            order = ask[np.lexsort((owner[v[ask]], -metres[ask], u[ask]))]
            first = order[np.r_[True, u[order][1:] != u[order][:-1]]]
            owner[u[first]] = owner[v[first]]
        return np.where(known, owner[piece], side)


def _straighten(cells: NDArray[Any], faces: NDArray[Any]) -> NDArray[Any]:
    """Take the zigzag out of the cuts as far as no building is touched."""
    if len(cells) < 2:
        return cells
    heart = shapely.point_on_surface(faces)
    for tolerance in _STRAIGHTEN:
        straight = shapely.coverage_simplify(cells, tolerance, simplify_boundary=False)
        face, cell = shapely.STRtree(straight).query(heart, predicate="intersects")
        out = ~shapely.covers(straight[cell], faces[face])
        lost = shapely.difference(faces[face[out]], straight[cell[out]])
        if (
            len(np.unique(face)) == len(faces)
            and (shapely.area(lost) < _HAIR_AREA).all()
            and shapely.is_valid(straight).all()
        ):
            return np.asarray(straight)
    return cells


def _give_away_unbuilt(cells: NDArray[Any], points: NDArray[Any]) -> NDArray[Any]:
    """Join cells without a building to the neighbour they touch the longest."""
    while len(cells) > 1:
        i, _ = shapely.STRtree(points).query(cells, predicate="intersects")
        built = np.zeros(len(cells), dtype=bool)
        built[i] = True
        if built.all():
            return cells
        if not built.any():
            return np.array([shapely.coverage_union_all(cells)], dtype=object)
        seg = shared_segments(cells)
        inner = seg.inner
        i, j, (metres,) = pair_sums(seg.i[inner], seg.j[inner], seg.length[inner])
        u, v, w = np.r_[i, j], np.r_[j, i], np.r_[metres, metres]
        useful = ~built[u] & built[v]
        u, v, w = u[useful], v[useful], w[useful]
        if len(u) == 0:
            break
        best = np.lexsort((v, -w, u))
        u, v = u[best], v[best]
        first = np.r_[True, u[1:] != u[:-1]]
        group = np.arange(len(cells))
        group[u[first]] = v[first]
        merged = [
            cells[members[0]]
            if len(members) == 1
            else shapely.coverage_union_all(cells[members])
            for g in np.unique(group)
            for members in [np.flatnonzero(group == g)]
        ]
        cells = np.array(merged, dtype=object)
    return cells
