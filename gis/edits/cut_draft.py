"""A draft with its cells cut, on the way to an edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.cells import CellSet
from gis.edits.assign import Orphans, hand_over, settle
from gis.edits.changes import Edit, Patch
from gis.edits.draft import Draft, Grid
from gis.edits.guard import commit

__all__ = ["CutDraft"]


class CutDraft:
    """A draft with cells cut, while they are given to grids.

    Parameters
    ----------
    draft : Draft
    cell_set, pieces : optional
        As `replace_cells` returns them; without them no cell is cut.

    Attributes
    ----------
    labels : ndarray of int32, shape (n,)
        Place of the grid of each cell and piece; to be written to. New grids follow
        after the last of the draft.
    """

    def __init__(
        self,
        draft: Draft,
        cell_set: CellSet | None = None,
        pieces: Mapping[int, int] | None = None,
    ) -> None:
        self.draft = draft
        self.cell_set = cell_set or draft.cell_set
        self.pieces = pieces or {}
        parent = np.r_[np.arange(len(draft.labels)), list(self.pieces.values())]
        self.labels = draft.labels[parent.astype(int)]

    @property
    def polygons(self) -> NDArray[Any]:
        """Cells and pieces."""
        return self.cell_set.polygons

    @property
    def households(self) -> NDArray[np.int64]:
        """Of cells and pieces."""
        return self.cell_set.graph.households

    def commit(
        self,
        operation: str,
        *,
        new: Collection[Grid] = (),
        orphans: Orphans = "refuse",
        givers: Collection[int] = (),
        remove_emptied: bool = False,
    ) -> Edit:
        """Carry the edit out with the labels as they are now."""
        if orphans == "hand_over":
            grids = [*self.draft.grids, *new]
            giving = np.array(sorted(givers), np.int64)
            self.labels = hand_over(self.cell_set.graph, grids, self.labels, giving)
        base = settle(self.draft, self.labels, remove_emptied=remove_emptied, new=new)
        other = self.cell_set is not self.draft.cell_set
        patch = Patch(
            cells=base.cells,
            grids=base.grids,
            cell_set=self.cell_set if other else None,
            pieces=self.pieces,
        )
        return commit(self.draft, patch, operation=operation)
