"""What an edit changes, and how it is made undone.

An edit is a `Patch` on a draft: cells and the grids they go to, grids and what they
are, codes and what they become, and another cell set where cells were cut. The inverse
is a patch too, so undo and redo are the same thing as an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.cells import CellSet
from gis.edits.draft import Buildings, Draft, Grid, Reason
from gis.errors import PlanError
from gis.kinds import GridType
from gis.plan import outline_of

__all__ = ["Edit", "Move", "Patch", "apply_patch", "edit_between"]


@dataclass(frozen=True)
class Patch:
    """What makes one draft from another.

    Attributes
    ----------
    cells : mapping of int to str or None
        Cells of the set the patch leads to, and their grids by code; None takes a
        cell out of its grid. Cells not named stay where they are.
    grids : mapping of str to Grid or None
        Grids that change or come, by code; None for grids that go.
    codes : mapping of str to str
        Codes that change, before anything else is done.
    cell_set : CellSet or None
        The set the patch leads to, where it is another one.
    buildings : Buildings or None
        Where their households were counted anew.
    pieces : mapping of int to int
        Where cells are cut, or a cut is taken back: each cell above the last of the
        coarser set, and the cell of that set it is a piece of.
    """

    cells: Mapping[int, str | None] = field(default_factory=dict)
    grids: Mapping[str, Grid | None] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    cell_set: CellSet | None = None
    buildings: Buildings | None = None
    pieces: Mapping[int, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the patch as JSON-serialisable values.

        A cell set and buildings are not among them: whoever stores the patch keeps
        them by a key of their own, and hands them to `from_dict`.
        """
        return {
            "cells": {str(cell): code for cell, code in self.cells.items()},
            "grids": {
                code: None if grid is None else _grid_values(grid)
                for code, grid in self.grids.items()
            },
            "codes": dict(self.codes),
            "pieces": {str(piece): cell for piece, cell in self.pieces.items()},
        }

    @classmethod
    def from_dict(
        cls,
        values: Mapping[str, Any],
        *,
        cell_set: CellSet | None = None,
        buildings: Buildings | None = None,
    ) -> Patch:
        """Return the patch that `to_dict` wrote."""
        return cls(
            cells={int(cell): code for cell, code in values["cells"].items()},
            grids={
                code: None if grid is None else _grid_from(grid)
                for code, grid in values["grids"].items()
            },
            codes=dict(values["codes"]),
            cell_set=cell_set,
            buildings=buildings,
            pieces={int(piece): cell for piece, cell in values["pieces"].items()},
        )


def _grid_values(grid: Grid) -> dict[str, Any]:
    why = grid.reason
    return {
        "name": grid.name,
        "type": grid.type.label,
        "locked": grid.locked,
        "reason": [why.code, why.text_zh, why.text_en] if why else None,
    }


def _grid_from(values: Mapping[str, Any]) -> Grid:
    why = values["reason"]
    return Grid(
        name=values["name"],
        type=GridType[values["type"].upper()],
        locked=values["locked"],
        reason=Reason(*why) if why else None,
    )


@dataclass(frozen=True, slots=True)
class Move:
    """A cell that changed its grid.

    Attributes
    ----------
    cell : int
        Of the finer of the two cell sets, where cells were cut or a cut taken back.
    former, grid : str or None
        Codes before and after; where codes changed, `former` is the changed one.
    households : int
    """

    cell: int
    former: str | None
    grid: str | None
    households: int


@dataclass(frozen=True)
class Edit:
    """What an edit made.

    Attributes
    ----------
    operation : str
        Its word: reassign, merge_grids, undo, …
    plan : Draft
        The draft after the edit.
    forward, inverse : Patch
        What leads to it, and what leads back; see `apply_patch`.
    moves : tuple of Move
        Cells that changed their grid, by number.
    touched : tuple of str
        Grids of the new draft whose cells, outline, code or attributes are not what
        they were: all that must be stored and drawn again.
    added, removed : tuple of str
        Codes that came and went.
    """

    operation: str
    plan: Draft
    forward: Patch
    inverse: Patch
    moves: tuple[Move, ...]
    touched: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def households_moved(self) -> int:
        """Households whose grid changed."""
        return sum(move.households for move in self.moves)

    @property
    def cut(self) -> dict[int, tuple[int, ...]]:
        """Cells that were cut, and the cells they became."""
        before = self.inverse.cell_set
        if before is None or len(before.polygons) >= len(self.plan.labels):
            return {}
        found: dict[int, tuple[int, ...]] = {}
        for piece, cell in sorted(self.forward.pieces.items()):
            found[cell] = (*found.get(cell, (cell,)), piece)
        return found


def apply_patch(draft: Draft, patch: Patch, *, operation: str) -> Edit:
    """Make the draft a patch leads to: undo, redo, or an edit that was checked.

    Parameters
    ----------
    draft : Draft
    patch : Patch
    operation : str
        Word kept in the result.

    Returns
    -------
    Edit
        Only grids the patch touches get new outlines.

    Raises
    ------
    PlanError
        If the patch was not made for this draft: it names a grid the draft lacks,
        or leaves one without cells.
    """
    cell_set = patch.cell_set or draft.cell_set
    grids = {
        patch.codes.get(code, code): grid
        for code, grid in zip(draft.codes, draft.grids, strict=True)
    }
    for code, grid in patch.grids.items():
        if grid is None:
            grids.pop(code, None)
        else:
            grids[code] = grid
    codes = tuple(sorted(grids))
    place = {code: k for k, code in enumerate(codes)}
    # The last entry is for cells without a grid, whose label is -1.
    renamed = [place.get(patch.codes.get(code, code), -1) for code in draft.codes]
    kept = np.array([*renamed, -1], np.int32)[draft.labels]
    labels = np.full(len(cell_set.polygons), -1, np.int32)
    size = min(len(labels), len(kept))
    labels[:size] = kept[:size]
    for cell, name in patch.cells.items():
        if cell >= len(labels) or (name is not None and name not in place):
            msg = f"patch puts cell {cell} into grid {name}, which the plan lacks"
            raise PlanError(msg, f"撤销记录与方案不符：单元 {cell}、网格 {name}")
        labels[cell] = -1 if name is None else place[name]
    if not np.bincount(labels[labels >= 0], minlength=len(codes)).all():
        empty = sorted(set(codes) - {codes[k] for k in np.unique(labels)})
        msg = f"patch leaves grids without cells: {', '.join(empty)}"
        raise PlanError(msg, f"撤销记录与方案不符：网格 {'、'.join(empty)} 没有单元")
    outlines = _outlines(draft, cell_set, labels, kept, renamed, len(codes))
    after = replace(
        draft,
        cell_set=cell_set,
        buildings=patch.buildings or draft.buildings,
        labels=labels,
        codes=codes,
        grids=tuple(grids[code] for code in codes),
        outlines=outlines,
    )
    return edit_between(draft, after, patch, operation=operation)


def _outlines(
    draft: Draft,
    cell_set: CellSet,
    labels: NDArray[np.int32],
    kept: NDArray[np.int32],
    renamed: list[int],
    count: int,
) -> NDArray[Any]:
    """Return the outlines of all grids; only those with other cells are made anew."""
    size = min(len(labels), len(kept))
    other = np.ones(max(len(labels), len(kept)), bool)
    other[:size] = labels[:size] != kept[:size]
    if cell_set is not draft.cell_set:
        before, after = draft.cell_set.polygons, cell_set.polygons
        other[:size] |= [a is not b for a, b in zip(after, before, strict=False)]
    stale = np.zeros(count + 1, bool)
    stale[labels[other[: len(labels)]]] = True
    stale[kept[other[: len(kept)]]] = True
    result = np.full(count, None, dtype=object)
    for k, at in enumerate(renamed):
        if at >= 0:
            result[at] = draft.outlines[k]
    for k in range(count):
        if stale[k] or result[k] is None:
            result[k] = outline_of(cell_set.polygons[labels == k])
    return result


def edit_between(before: Draft, after: Draft, patch: Patch, *, operation: str) -> Edit:
    """Tell what differs between two drafts, and what leads from each to the other.

    Parameters
    ----------
    before, after : Draft
        On the same cells, or the one on pieces of the cells of the other.
    patch : Patch
        Its `codes` and `pieces` say which codes and cells answer each other.
    operation : str
        Word kept in the result.

    Returns
    -------
    Edit
    """
    back = {new: old for old, new in patch.codes.items()}
    forward = _difference(before, after, patch.codes, patch.pieces)
    inverse = _difference(after, before, back, patch.pieces)
    moves = _moves(before, after, patch)
    former = {patch.codes.get(code, code) for code in before.codes}
    return Edit(
        operation=operation,
        plan=after,
        forward=forward,
        inverse=inverse,
        moves=moves,
        touched=_touched(before, after, patch.codes),
        added=tuple(sorted(set(after.codes) - former)),
        removed=tuple(sorted(former - set(after.codes))),
    )


def _difference(
    before: Draft, after: Draft, codes: Mapping[str, str], pieces: Mapping[int, int]
) -> Patch:
    names = [codes.get(code, code) for code in before.codes]
    held = np.array([*names, ""], dtype=object)[before.labels]
    holds = np.array([*after.codes, ""], dtype=object)[after.labels]
    size = min(len(held), len(holds))
    other = np.ones(len(holds), bool)
    other[:size] = held[:size] != holds[:size]
    former = dict(zip(names, before.grids, strict=True))
    now = dict(zip(after.codes, after.grids, strict=True))
    grids: dict[str, Grid | None] = {c: None for c in former if c not in now}
    grids |= {code: grid for code, grid in now.items() if former.get(code) != grid}
    return Patch(
        cells={int(k): holds[k] or None for k in np.flatnonzero(other)},
        grids=grids,
        codes=dict(codes),
        cell_set=None if after.cell_set is before.cell_set else after.cell_set,
        buildings=None if after.buildings is before.buildings else after.buildings,
        pieces=dict(pieces),
    )


def _moves(before: Draft, after: Draft, patch: Patch) -> tuple[Move, ...]:
    """Return the cells of the finer set whose grid changed."""
    names = [patch.codes.get(code, code) for code in before.codes]
    held = np.array([*names, ""], dtype=object)[before.labels]
    holds = np.array([*after.codes, ""], dtype=object)[after.labels]
    finer = after if len(holds) >= len(held) else before
    parent = np.arange(len(finer.labels))
    parent[list(patch.pieces)] = list(patch.pieces.values())
    held = held if len(held) == len(parent) else held[parent]
    holds = holds if len(holds) == len(parent) else holds[parent]
    load = finer.graph.households
    return tuple(
        Move(int(k), held[k] or None, holds[k] or None, int(load[k]))
        for k in np.flatnonzero(held != holds)
    )


def _touched(before: Draft, after: Draft, codes: Mapping[str, str]) -> tuple[str, ...]:
    former = {
        codes.get(code, code): (code, grid, outline)
        for code, grid, outline in zip(
            before.codes, before.grids, before.outlines, strict=True
        )
    }
    load = dict(zip(before.codes, before.households.tolist(), strict=True))
    found = []
    for code, grid, outline, held in zip(
        after.codes,
        after.grids,
        after.outlines,
        after.households.tolist(),
        strict=True,
    ):
        old, was, shape = former.get(code, ("", None, None))
        same = outline is shape or (
            shape is not None and bool(shapely.equals_identical(outline, shape))
        )
        if old != code or was != grid or not same or load[old] != held:
            found.append(code)
    return tuple(found)
