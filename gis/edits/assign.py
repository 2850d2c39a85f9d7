"""Edits that hand whole cells from grid to grid."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gis.coding import SERIAL_WIDTH, format_grid_code, serial_width
from gis.edits.changes import Edit, Patch
from gis.edits.draft import Draft, Grid, parts_of
from gis.edits.guard import commit, require_cells, require_unlocked
from gis.edits.refusals import EditError
from gis.graph import CellGraph
from gis.plan import grid_name

__all__ = [
    "Orphans",
    "assignment",
    "hand_over",
    "merge_grids",
    "new_codes",
    "reassign",
    "settle",
]

Orphans = Literal["refuse", "hand_over"]
"""What becomes of a part an edit cuts off from its grid."""


def reassign(
    draft: Draft,
    cells: Collection[int],
    to: str,
    *,
    orphans: Orphans = "refuse",
    remove_emptied: bool = False,
) -> Edit:
    """Paint cells into a grid.

    Parameters
    ----------
    draft : Draft
    cells : collection of int
    to : str
        Code of the grid that gets them.
    orphans : {"refuse", "hand_over"}
        Whether a part that is cut off from the grid that gives is refused, or
        handed to the grid it shares most edge with; grids of the same type come
        first, locked ones never. The part with most households keeps the grid.
    remove_emptied : bool, default False
        Whether a grid that loses all its cells goes.

    Returns
    -------
    Edit

    Raises
    ------
    LockedError
        If a grid that gives or gets is locked.
    EditError
        If a grid or a cell is unknown, a grid would not be in one piece or lose all
        its cells, or nothing would change.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 150, 150], [0, 0, 0, 1, 1])
    >>> edit = reassign(draft, [2], draft.codes[1])
    >>> edit.plan.households.tolist(), edit.households_moved
    ([300, 400], 100)
    """
    wanted = require_cells(draft, cells)
    target = draft.place(to)
    givers = np.unique(draft.labels[wanted])
    require_unlocked(draft, {to, *(draft.codes[g] for g in givers if g >= 0)})
    labels = draft.labels.copy()
    labels[wanted] = target
    if orphans == "hand_over":
        giving = givers[(givers >= 0) & (givers != target)]
        labels = hand_over(draft.graph, draft.grids, labels, giving)
    patch = settle(draft, labels, remove_emptied=remove_emptied)
    return commit(draft, patch, operation="reassign")


def merge_grids(draft: Draft, codes: Collection[str], *, into: str = "") -> Edit:
    """Make one grid of neighbours.

    Parameters
    ----------
    draft : Draft
    codes : collection of str
        Grids to merge, two or more.
    into : str, optional
        The one that goes on, with its code, name and type; by default the one with
        the most households, the lower code where two have the same.

    Returns
    -------
    Edit

    Raises
    ------
    LockedError
        If one of them is locked.
    EditError
        If a grid is unknown, there are fewer than two, or they do not touch.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> edit = merge_grids(draft := row_draft([200, 220, 400], [0, 1, 2]),
    ...                    draft.codes[:2])
    >>> edit.plan.households.tolist(), edit.removed == draft.codes[:1]
    ([420, 400], True)
    """
    names = sorted({*codes, *([into] if into else [])})
    if len(names) < 2:
        raise EditError(
            "too_few_grids",
            "合并至少要选两个网格",
            "choose two grids or more to merge",
            grids=names,
        )
    require_unlocked(draft, names)
    load = draft.households
    heir = into or max(names, key=lambda c: (load[draft.place(c)], -draft.place(c)))
    labels = draft.labels.copy()
    labels[np.isin(labels, [draft.place(c) for c in names])] = draft.place(heir)
    patch = settle(draft, labels, remove_emptied=True)
    try:
        return commit(draft, patch, operation="merge_grids")
    except EditError as error:
        if error.code != "not_in_one_piece":
            raise
        raise EditError(
            "not_neighbours",
            f"网格 {draft.serials(names, '、')} 不全相邻；只能合并相邻的网格",
            f"grids {draft.serials(names)} do not all touch; merge neighbours only",
            grids=names,
            cells=error.cells,
        ) from error


def settle(
    draft: Draft,
    labels: NDArray[np.int32],
    *,
    remove_emptied: bool,
    new: Collection[Grid] = (),
) -> Patch:
    """Return the patch that gives cells other grids of the same draft.

    Parameters
    ----------
    draft : Draft
    labels : ndarray of int32, shape (n,)
        Place of the grid of each cell in `draft.codes`; new grids follow from k on,
        and pieces of cells from n on.
    remove_emptied : bool
        Whether grids without cells go; else they are refused.
    new : collection of Grid, optional
        The new grids; a name of "" stands for the one that follows from the code.

    Raises
    ------
    EditError
        If a grid would lose all its cells and may not go.
    """
    k = len(draft.codes)
    count = np.bincount(labels[labels >= 0], minlength=k + len(new))
    emptied = [draft.codes[g] for g in np.flatnonzero(count[:k] == 0)]
    if emptied and not remove_emptied:
        zh, en = draft.serials(emptied, "、"), draft.serials(emptied)
        raise EditError(
            "would_empty",
            f"网格 {zh} 会没有单元；请改用合并，或确认删除该网格",
            f"grid {en} would have no cell left; merge it, or agree that it goes",
            grids=emptied,
        )
    codes = new_codes(draft, len(new))
    grids: dict[str, Grid | None] = dict.fromkeys(emptied)
    for code, grid in zip(codes, new, strict=True):
        name = grid.name or grid_name(draft.cell_set, code)
        grids[code] = Grid(name, grid.type, grid.locked, grid.reason)
    return Patch(cells=assignment(draft, labels, codes), grids=grids)


def assignment(
    draft: Draft, labels: NDArray[np.int32], new: Iterable[str] = ()
) -> dict[int, str | None]:
    """Return the new codes of the cells whose label differs, and of new cells."""
    names = (*draft.codes, *new)
    size = len(draft.labels)
    at = [*np.flatnonzero(labels[:size] != draft.labels), *range(size, len(labels))]
    return {int(k): names[labels[k]] if labels[k] >= 0 else None for k in at}


def new_codes(draft: Draft, count: int) -> list[str]:
    """Return codes for new grids: they come after the last serial in use."""
    community = draft.cell_set.code
    serials = [draft.serial(code) for code in draft.codes]
    last = max((int(s) for s in serials), default=0)
    width = max((len(s) for s in serials), default=SERIAL_WIDTH)
    width = serial_width(last + count, width=width)
    return [
        format_grid_code(community, last + n, width=width) for n in range(1, count + 1)
    ]


def hand_over(
    graph: CellGraph,
    grids: Sequence[Grid],
    labels: NDArray[np.int32],
    givers: NDArray[np.integer],
) -> NDArray[np.int32]:
    """Return labels with cut-off parts of some grids handed to neighbours.

    Parameters
    ----------
    graph : CellGraph
    grids : sequence of Grid
        All grids, new ones too.
    labels : ndarray of int32, shape (n,)
        Place of the grid of each cell.
    givers : ndarray of int
        Grids that may have come apart.

    Returns
    -------
    ndarray of int32, shape (n,)
        A part stays where no unlocked grid is beside it.
    """
    labels = labels.copy()
    for giver in givers.tolist():
        part = parts_of(graph, labels)
        own = np.flatnonzero(labels == giver)
        names, number = np.unique(part[own], return_inverse=True)
        load = np.bincount(number, graph.households[own])
        area = np.bincount(number, graph.area[own])
        for lesser in names[np.lexsort((-area, -load))][1:]:
            rows = part == lesser
            host = _best_host(graph, grids, labels, rows, giver)
            if host >= 0:
                labels[rows] = host
    return labels


def _best_host(
    graph: CellGraph,
    grids: Sequence[Grid],
    labels: NDArray[np.int32],
    rows: NDArray[np.bool_],
    giver: int,
) -> int:
    """Return the unlocked grid some cells share most edge with, -1 for none."""
    leaves = rows[graph.i] != rows[graph.j]
    outside = np.where(rows[graph.i[leaves]], graph.j[leaves], graph.i[leaves])
    near = labels[outside]
    shared = np.bincount(near[near >= 0], graph.length[leaves][near >= 0])
    hosts = [
        (grids[g].type is grids[giver].type, float(shared[g]), -g)
        for g in np.flatnonzero(shared).tolist()
        if g != giver and not grids[g].locked
    ]
    return -max(hosts)[2] if hosts else -1
