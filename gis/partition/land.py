"""Which cells make land grids, and which pieces residents live on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition.graphs import Net, connected_pieces

__all__ = ["Ground", "lay_out"]

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Ground:
    """The grids that follow from the land alone, and the pieces people live on.

    Attributes
    ----------
    label : ndarray of int32, shape (n,)
        Grid of every cell that is settled already (locked, exclusive, reserved);
        -1 where residents' grids are still to be drawn.
    types : list of GridType
        Type of each grid that is settled.
    locked : int
        The first so many of these grids are locked.
    pieces : list of ndarray of int32
        Cells of each connected piece with households, by their first cell.
    """

    label: Ints
    types: list[GridType]
    locked: int
    pieces: list[Ints]


def _locked_grids(graph: CellGraph, net: Net, locked: Ints) -> tuple[Ints, int]:
    """Return locked grids renumbered by their first cell, and their number."""
    label = np.full(graph.size, -1, np.int32)
    held = np.flatnonzero(locked >= 0)
    if len(held) == 0:
        return label, 0
    names, first, number = np.unique(
        locked[held], return_index=True, return_inverse=True
    )
    rank = np.argsort(np.argsort(first))
    label[held] = rank[number]
    pieces = connected_pieces(net, label)
    parts = len(np.unique(pieces[held]))
    if parts != len(names):
        broken = [
            int(name)
            for name in names
            if len(np.unique(pieces[np.flatnonzero(locked == name)])) > 1
        ]
        raise PlanError(
            f"locked grids {broken} are not in one piece; unlock or mend them first"
        )
    return label, len(names)


def _locked_type(graph: CellGraph, rows: NDArray[np.integer]) -> GridType:
    """Return the type a locked grid has by its land."""
    area = np.bincount(graph.kind[rows], graph.area[rows], minlength=3)
    people = np.bincount(graph.kind[rows], graph.households[rows], minlength=3)
    if people[GridType.RESIDENT] > 0:
        return GridType.RESIDENT
    area[GridType.RESIDENT] *= area[1:].sum() == 0
    kind = GridType(int(area.argmax()))
    return GridType.RESERVED if kind is GridType.RESIDENT else kind


def lay_out(graph: CellGraph, net: Net, locked: Ints) -> Ground:
    """Settle locked, exclusive, reserved and uninhabited land.

    Connected cells of one site and type are one grid. A connected piece of other
    land on which nobody lives joins the reserved grid it shares most edge with;
    where there is none it becomes a reserved grid of its own.

    Parameters
    ----------
    graph : CellGraph
    net : Net
        Of all cells of the graph.
    locked : ndarray of int32, shape (n,)
        Grid a cell is locked in, -1 where free.

    Raises
    ------
    PlanError
        If a locked grid is not in one piece.
    """
    label, count = _locked_grids(graph, net, locked)
    types = [_locked_type(graph, np.flatnonzero(label == g)) for g in range(count)]
    free = label < 0
    land = free & (graph.kind != GridType.RESIDENT)
    # One colour per (type, site): touching cells of one colour are one grid.
    color = np.where(land, graph.kind + 3 * (graph.site.astype(np.int64) + 1), -1)
    _, color = np.unique(color, return_inverse=True)
    piece = connected_pieces(net, np.where(land, color, -1))
    for number in range(int(piece.max(initial=-1)) + 1):
        rows = _rows_of(piece, number)
        label[rows] = len(types)
        types.append(GridType(int(graph.kind[rows[0]])))
    piece = connected_pieces(net, np.where(free & ~land, 0, -1))
    count_pieces = int(piece.max(initial=-1)) + 1
    inhabited = np.bincount(
        piece[piece >= 0], graph.households[piece >= 0], minlength=count_pieces
    )
    pieces: list[Ints] = []
    for number in range(count_pieces):
        rows = _rows_of(piece, number)
        if inhabited[number] > 0:
            pieces.append(rows)
            continue
        host = _reserved_neighbour(net, label, types, count, rows)
        if host < 0:
            host = len(types)
            types.append(GridType.RESERVED)
        label[rows] = host
    return Ground(label, types, count, pieces)


def _rows_of(piece: Ints, number: int) -> Ints:
    """Return the cells of a piece."""
    return np.flatnonzero(piece == number).astype(np.int32)


def _reserved_neighbour(
    net: Net, label: Ints, types: list[GridType], locked: int, rows: Ints
) -> int:
    """Return the reserved grid that shares most edge with some cells, or -1."""
    shared: dict[int, float] = {}
    for v in rows:
        for e in range(net.start[v], net.start[v + 1]):
            g = int(label[net.near[e]])
            if g >= locked and types[g] is GridType.RESERVED:
                shared[g] = shared.get(g, 0.0) + float(net.length[e])
    if not shared:
        return -1
    return max(shared, key=lambda g: (shared[g], -g))
