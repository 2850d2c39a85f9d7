"""What a planner asks of a draft: who is out of the band, what hangs loose, what if."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.edits.draft import Draft, parts_of
from gis.edits.guard import require_cells
from gis.kinds import GridType

__all__ = [
    "Side",
    "grid_parts",
    "heavy_cells",
    "next_out_of_band",
    "next_unassigned",
    "preview",
]


@dataclass(frozen=True, slots=True)
class Side:
    """Households of one grid before and after cells change hands.

    Attributes
    ----------
    code : str
    before, after : int
    in_band : bool or None
        Whether it would keep the band; None for land the band does not bind.
    """

    code: str
    before: int
    after: int
    in_band: bool | None


def preview(draft: Draft, cells: Collection[int], to: str) -> tuple[Side, ...]:
    """Return the households of both sides if cells went to a grid.

    Parameters
    ----------
    draft : Draft
    cells : collection of int
    to : str
        Code of the grid that would get them.

    Returns
    -------
    tuple of Side
        The grid that gets first, then those that give, by code. Whether the grids
        would be in one piece is not looked at.

    Raises
    ------
    EditError
        If a cell or the grid is unknown.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 300], [0, 0, 0, 1])
    >>> [(s.before, s.after) for s in preview(draft, [2], draft.codes[1])]
    [(300, 400), (400, 300)]
    """
    wanted, target = require_cells(draft, cells), draft.place(to)
    wanted = wanted[draft.labels[wanted] != target]
    before = draft.households
    after = before.copy()
    load = draft.graph.households[wanted]
    after[target] += load.sum()
    held = draft.labels[wanted]
    np.subtract.at(after, held[held >= 0], load[held >= 0])
    givers = np.unique(held[held >= 0]).tolist()
    return tuple(
        Side(
            code=draft.codes[g],
            before=int(before[g]),
            after=int(after[g]),
            in_band=(
                bool(draft.low <= after[g] <= draft.high)
                if draft.grids[g].type is GridType.RESIDENT
                else None
            ),
        )
        for g in (target, *givers)
    )


def next_out_of_band(draft: Draft, after: str = "") -> str | None:
    """Return the next grid outside the band, in the order of codes and around.

    Parameters
    ----------
    draft : Draft
    after : str, optional
        Code to go on from; need not be in the plan.

    Returns
    -------
    str or None
        None if every resident grid is within the band.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([200, 400, 600], [0, 1, 2])
    >>> code = next_out_of_band(draft)
    >>> draft.serial(code), draft.serial(next_out_of_band(draft, code))
    ('001', '003')
    """
    off = draft.off
    out = [code for k, code in enumerate(draft.codes) if off[k]]
    return next((code for code in out if code > after), out[0] if out else None)


def next_unassigned(draft: Draft, after: int = -1) -> int | None:
    """Return the next cell without a grid, by number and around, None if none."""
    free = np.flatnonzero(draft.labels < 0)
    if len(free) == 0:
        return None
    return int(free[np.searchsorted(free, after, side="right") % len(free)])


def grid_parts(draft: Draft) -> dict[str, list[NDArray[np.int64]]]:
    """Return the parts of each grid that is not in one piece.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    dict of str to list of ndarray of int64
        Cells of each part, the part with most households first; empty for a plan
        whose edits were all made here, for these refuse it.
    """
    part = parts_of(draft.graph, draft.labels)
    load, area = draft.graph.households, draft.graph.area
    found = {}
    for k, code in enumerate(draft.codes):
        own = np.flatnonzero(draft.labels == k)
        cells = [own[part[own] == n] for n in np.unique(part[own])]
        if len(cells) > 1:
            cells.sort(key=lambda rows: (-load[rows].sum(), -area[rows].sum()))
            found[code] = cells
    return found


def heavy_cells(draft: Draft) -> NDArray[np.int64]:
    """Return the cells that alone hold more than a grid may, by number."""
    heavy = draft.graph.households > draft.high
    return np.flatnonzero(heavy)
