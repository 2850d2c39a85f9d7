"""From an edit in memory to rows that become others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.editing.figures import grid_rows, seam_change
from data.editing.ground import Ground
from data.editing.model import Change, Moved, Row, Side, State
from gis.edits import Draft, Edit
from gis.kinds import GridType

__all__ = ["Step", "cells_cut", "cells_moved", "ground_after", "step_of"]


@dataclass(frozen=True)
class Step:
    """A plan after an edit, and the rows that lead there and back.

    `forward` numbers new seams from -1 downwards, until the record numbers them.
    """

    draft: Draft
    forward: Change
    inverse: Change


def ground_after(state: State, edit: Edit, ground: Ground | None = None) -> Ground:
    """Return what a plan stands on after an edit; its `id` is 0 if it was cut anew.

    `ground` is what the edit starts from, if it is not that of the plan.
    """
    start = ground or state.ground
    if edit.plan.cell_set is state.ground.cells:
        return start
    return _followed(start, edit.plan)


def step_of(state: State, edit: Edit, ground: Ground, moved: Moved) -> Step:
    """Return what an edit changes in the record, in both directions.

    `moved` is what `cells_moved` returns.
    """
    before, after = state.draft, edit.plan
    recut = after.cell_set is not state.ground.cells
    touched = {*edit.touched}
    differs = bool(moved.now) or recut or bool(edit.forward.codes)
    seams = seam_change(state, after, ground, touched) if differs else None
    rows = grid_rows(state, after, ground, touched, seams)
    gone = [code for code in before.codes if code not in after.codes]
    n, m = len(before.labels), len(after.labels)
    cut = cells_cut(before, after)
    forward = Change(
        cells=moved.now,
        grids={**dict.fromkeys(gone), **rows},
        seams=_seams(seams.gone, seams.come) if seams else {},
        gone=moved.gone,
        cut=tuple(cut),
        sides=_sides(before, after, [*gone, *rows]),
    )
    inverse = Change(
        cells=moved.then,
        grids={code: state.grids.get(code) for code in forward.grids},
        seams=dict(seams.gone) if seams else {},
        gone=tuple(range(n, m)),
        cut=tuple(k for k in cut if k < n),
        sides=tuple(
            replace(s, before=s.after, after=s.before, in_band=_in_band(before, s.code))
            for s in forward.sides
        ),
    )
    return Step(after, forward, inverse)


def _seams(gone: dict[int, Row], come: list[Row]) -> dict[int, Row | None]:
    fresh = {-k: row for k, row in enumerate(come, 1)}
    return {**dict.fromkeys(gone), **fresh}


def cells_moved(before: Draft, after: Draft) -> Moved:
    """Return the cells that have another grid, or are there no more."""
    held = np.array([*before.codes, None], object)[before.labels]
    holds = np.array([*after.codes, None], object)[after.labels]
    size = min(len(held), len(holds))
    other = np.flatnonzero(held[:size] != holds[:size]).tolist()
    now = {int(k): holds[k] for k in [*other, *range(size, len(holds))]}
    then = {int(k): held[k] for k in [*other, *range(size, len(held))]}
    return Moved(now, then, tuple(range(len(holds), len(held))))


def cells_cut(before: Draft, after: Draft) -> list[int]:
    """Return the cells that are new or have another shape."""
    a, b = before.cell_set.polygons, after.cell_set.polygons
    if a is b:
        return []
    same = [x is y for x, y in zip(a, b, strict=False)]
    return [k for k in range(len(b)) if k >= len(same) or not same[k]]


def _sides(before: Draft, after: Draft, codes: list[str]) -> tuple[Side, ...]:
    then = dict(zip(before.codes, before.households.tolist(), strict=True))
    now = dict(zip(after.codes, after.households.tolist(), strict=True))
    return tuple(
        Side(code, then.get(code, 0), now.get(code, 0), _in_band(after, code))
        for code in sorted(set(codes))
    )


def _in_band(draft: Draft, code: str) -> bool | None:
    if code not in draft.codes:
        return None
    k = draft.place(code)
    if draft.grids[k].type is not GridType.RESIDENT:
        return None
    return bool(draft.off[k] == 0)


def _followed(ground: Ground, after: Draft) -> Ground:
    """Return the ground under a draft whose cells were cut or counted anew."""
    cells = after.cell_set
    stored, book = ground.stored, ground.book
    old: NDArray[Any] = ground.cells.polygons
    if cells.polygons is not old:
        fresh = [
            k
            for k, polygon in enumerate(cells.polygons)
            if k >= len(old) or polygon is not old[k]
        ]
        book = book.with_shapes(cells.polygons[fresh])
        stored = np.concatenate(
            [stored, np.full(len(cells.polygons) - len(old), None, object)]
        )
        stored[fresh] = book.degrees(cells.polygons[fresh])
    return replace(
        ground,
        id=0,
        cells=cells,
        buildings=after.buildings,
        stored=stored,
        book=book,
    )
