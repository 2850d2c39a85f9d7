"""Compressed graphs: neighbours by row, connected pieces, contraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition._compiled import compiled
from gis.partition.wishes import NO_WISHES, Wishes

__all__ = [
    "Net",
    "connected_pieces",
    "contract",
    "net_of",
    "path_graph",
    "path_net",
    "pieces_of",
    "rejoin",
    "sub_net",
]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Net:
    """A graph with weights on vertices and edges, neighbours stored by row.

    Attributes
    ----------
    start : ndarray of int32, shape (n + 1,)
        The neighbours of vertex v are ``near[start[v]:start[v + 1]]``, ascending.
    near : ndarray of int32, shape (2m,)
    length, inside : ndarray of float64, shape (2m,)
        Metres shared with the neighbour, and those of them that lie on no street.
    households : ndarray of int64, shape (n,)
    area, outer : ndarray of float64, shape (n,)
    block, compound : ndarray of int32, shape (n,)
        Number of the group a vertex belongs to, -1 where none.
    wishes : Wishes
        What is asked of the grids beside the band.
    """

    start: Ints
    near: Ints
    length: Floats
    inside: Floats
    households: NDArray[np.int64]
    area: Floats
    outer: Floats
    block: Ints
    compound: Ints
    wishes: Wishes = NO_WISHES

    @property
    def size(self) -> int:
        """Number of vertices."""
        return len(self.households)

    @property
    def total(self) -> int:
        """Households of all vertices."""
        return int(self.households.sum())


def _rows(
    n: int, i: Ints, j: Ints, length: Floats, inside: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return both directions of every edge, sorted by row and neighbour."""
    source, target = np.concatenate([i, j]), np.concatenate([j, i])
    order = np.lexsort((target, source))
    start = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=start[1:])
    both = np.concatenate([length, length])[order]
    return (
        start,
        target[order].astype(np.int32),
        both,
        np.concatenate([inside, inside])[order],
    )


def net_of(graph: CellGraph, wishes: Wishes = NO_WISHES) -> Net:
    """Return the cells of a community as a net."""
    inside = np.maximum(graph.length - graph.street, 0.0)
    return Net(
        *_rows(graph.size, graph.i, graph.j, graph.length, inside),
        graph.households.astype(np.int64),
        np.maximum(graph.area.astype(np.float64), 1e-6),
        graph.outer.astype(np.float64),
        graph.block.astype(np.int32),
        graph.compound.astype(np.int32),
        wishes,
    )


@compiled
def pieces_of(start: Ints, near: Ints, color: Ints) -> Ints:
    """Return the connected piece of each vertex among neighbours of its colour.

    Pieces are numbered in the order of their first vertex; a vertex of negative
    colour belongs to none (-1).
    """
    n = len(start) - 1
    piece = np.full(n, -1, np.int32)
    stack = np.empty(n, np.int32)
    count = 0
    for seed in range(n):
        if piece[seed] >= 0 or color[seed] < 0:
            continue
        piece[seed] = count
        stack[0] = seed
        top = 1
        while top > 0:
            top -= 1
            v = stack[top]
            for e in range(start[v], start[v + 1]):
                w = near[e]
                if piece[w] < 0 and color[w] == color[v]:
                    piece[w] = count
                    stack[top] = w
                    top += 1
        count += 1
    return piece


def connected_pieces(net: Net, color: NDArray[np.integer]) -> Ints:
    """Return `pieces_of` on a net."""
    return pieces_of(net.start, net.near, np.ascontiguousarray(color, np.int32))


def _edges(net: Net) -> tuple[Ints, Ints, Floats, Floats]:
    """Return each edge once, smaller end first."""
    source = np.repeat(np.arange(net.size, dtype=np.int32), np.diff(net.start))
    once = source < net.near
    return source[once], net.near[once], net.length[once], net.inside[once]


def _compact(group: Ints) -> Ints:
    """Renumber groups 0, 1, 2 … by value; -1 stays."""
    found, number = np.unique(group, return_inverse=True)
    return (number - int(len(found) > 0 and found[0] < 0)).astype(np.int32)


def sub_net(net: Net, rows: NDArray[np.integer]) -> Net:
    """Return the net of some vertices; edges that leave it become outline."""
    count = len(rows)
    local = np.full(net.size, -1, np.int32)
    local[rows] = np.arange(count, dtype=np.int32)
    degree = net.start[rows + 1] - net.start[rows]
    source = np.repeat(np.arange(count, dtype=np.int32), degree)
    # Place of each edge of these vertices in the rows of the whole net.
    place = np.arange(len(source)) + np.repeat(
        net.start[rows] - (np.cumsum(degree) - degree), degree
    )
    target, length = local[net.near[place]], net.length[place]
    leaves = target < 0
    outer = net.outer[rows] + _sums(source[leaves], length[leaves], count)
    once = source < target
    return Net(
        *_rows(
            count, source[once], target[once], length[once], net.inside[place][once]
        ),
        net.households[rows],
        net.area[rows],
        outer,
        _compact(net.block[rows]),
        _compact(net.compound[rows]),
        net.wishes if net.wishes is NO_WISHES else net.wishes.of_rows(rows),
    )


def rejoin(net: Net, label: Ints) -> Ints:
    """Return labels of connected grids, moving as few households as may be.

    Every grid keeps its piece with most households; each other piece, and each
    vertex without a grid (-1), joins the grid it shares most edge with.
    """
    piece = connected_pieces(net, label - label.min())
    count = int(piece.max()) + 1
    load = _sums(piece, net.households + 1e-9 * net.area, count)
    owner = label[np.unique(piece, return_index=True)[1]].astype(np.int32)
    order = np.argsort(-load, kind="stable")
    _, head = np.unique(owner[order], return_index=True)
    settled = np.zeros(count, np.bool_)
    settled[order[head]] = True
    settled[owner < 0] = False
    members = np.argsort(piece, kind="stable")
    bounds = np.searchsorted(piece[members], np.arange(count + 1))
    loose = [p for p in order[::-1].tolist() if not settled[p]]
    while loose:
        left = []
        for p in loose:
            shared: dict[int, float] = {}
            for v in members[bounds[p] : bounds[p + 1]]:
                for e in range(net.start[v], net.start[v + 1]):
                    q = int(piece[net.near[e]])
                    if settled[q]:
                        g = int(owner[q])
                        shared[g] = shared.get(g, 0.0) + float(net.length[e])
            if shared:
                owner[p] = max(shared, key=lambda g: (shared[g], -g))
                settled[p] = True
            else:
                left.append(p)
        loose = left
    return owner[piece]


def _sums(group: NDArray[np.integer], value: Floats, count: int) -> Floats:
    """Return the sum of values per group."""
    return np.bincount(group, value, minlength=count).astype(np.float64)


def contract(net: Net, unit: Ints) -> Net:
    """Return the net whose vertices are numbered groups of vertices.

    Groups must be connected. The block and compound of a group are those of its first
    vertex.
    """
    n = int(unit.max()) + 1
    i, j, length, inside = _edges(net)
    a, b = np.minimum(unit[i], unit[j]), np.maximum(unit[i], unit[j])
    keep = a != b
    key = a[keep].astype(np.int64) * n + b[keep]
    pair, number = np.unique(key, return_inverse=True)
    _, first = np.unique(unit, return_index=True)
    return Net(
        *_rows(
            n,
            (pair // n).astype(np.int32),
            (pair % n).astype(np.int32),
            _sums(number, length[keep], len(pair)),
            _sums(number, inside[keep], len(pair)),
        ),
        np.bincount(unit, net.households, minlength=n).astype(np.int64),
        _sums(unit, net.area, n),
        _sums(unit, net.outer, n),
        net.block[first],
        net.compound[first],
        net.wishes if net.wishes is NO_WISHES else net.wishes.contracted(unit),
    )


def path_graph(households: list[int]) -> CellGraph:
    """Return square cells of 100 m in a row, each its own block: for examples.

    Examples
    --------
    >>> path_graph([300, 400]).outer.tolist()
    [300.0, 300.0]
    """
    n = len(households)
    i = np.arange(max(n - 1, 0), dtype=np.int32)
    side = np.full(len(i), 100.0)
    outer = np.full(n, 200.0)
    if n:
        outer[0] += 100.0
        outer[-1] += 100.0
    none = np.full(n, -1, np.int32)
    return CellGraph(
        households=np.array(households, np.int64),
        area=np.full(n, 10_000.0),
        outer=outer,
        block=np.arange(n, dtype=np.int32),
        compound=none,
        kind=np.zeros(n, np.int8),
        site=none,
        xy=np.stack([100.0 * np.arange(n) + 50.0, np.full(n, 50.0)], axis=1),
        i=i,
        j=i + np.int32(1),
        length=side,
        street=side,
    )


def path_net(households: list[int]) -> Net:
    """Return `path_graph` as a net.

    Examples
    --------
    >>> path_net([300, 400]).near.tolist()
    [1, 0]
    """
    return net_of(path_graph(households))
