"""The cells of a community as arrays: what the partition works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CellGraph"]


@dataclass(frozen=True, slots=True)
class CellGraph:
    """Cells and their rook adjacency as plain arrays.

    Attributes
    ----------
    households : ndarray of int64, shape (n,)
        Households per cell.
    area : ndarray of float64, shape (n,)
        Area in m².
    outer : ndarray of float64, shape (n,)
        Metres of outline that no other cell of the community shares.
    block : ndarray of int32, shape (n,)
        Street block each cell lies in; cells of one block share a number.
    compound : ndarray of int32, shape (n,)
        Compound each cell lies in, -1 where none.
    kind : ndarray of int8, shape (n,)
        `GridType` the cell must end up in. Cells nobody lives on and that no
        site claims are RESIDENT with 0 households unless they are large.
    site : ndarray of int32, shape (n,)
        Site (exclusive or reserved land) the cell belongs to, -1 where none.
    xy : ndarray of float64, shape (n, 2)
        A point inside each cell, in metres.
    i, j : ndarray of int32, shape (m,)
        Neighbouring cells, i < j, sorted by (i, j), each pair once.
    length : ndarray of float64, shape (m,)
        Metres of edge the pair shares, > 0.
    street : ndarray of float64, shape (m,)
        Of `length`, metres on a street, river, railway, wall or compound edge.
    """

    households: NDArray[np.int64]
    area: NDArray[np.float64]
    outer: NDArray[np.float64]
    block: NDArray[np.int32]
    compound: NDArray[np.int32]
    kind: NDArray[np.int8]
    site: NDArray[np.int32]
    xy: NDArray[np.float64]
    i: NDArray[np.int32]
    j: NDArray[np.int32]
    length: NDArray[np.float64]
    street: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.households)
