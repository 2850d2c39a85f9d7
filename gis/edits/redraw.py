"""Edits that let the engine draw: split in parts, draw around locks, follow counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.edits.assign import settle
from gis.edits.changes import Edit, Patch
from gis.edits.draft import Draft, Grid, Reason
from gis.edits.guard import commit, require_unlocked
from gis.edits.refusals import EditError
from gis.kinds import GridType
from gis.partition import (
    Finding,
    Objectives,
    Partition,
    partition_cells,
    repartition_cells,
)
from gis.partition._compiled import random_state
from gis.partition.bounds import out_of_band, out_of_total
from gis.partition.graphs import Net, net_of, sub_net
from gis.partition.local_search import anneal
from gis.partition.repartition import kept_grids
from gis.partition.score import measure
from gis.partition.trees import tree_seed

__all__ = ["redraw_around_locks", "repartition_after_counts", "split_grid"]

_SPREADS = (0.02, 0.05, 0.1, 0.2)
"""Bands around the mean that parts are tried to be brought into, narrow ones first."""

_EVEN = 0.1
"""Parts that differ from the mean by no more than this share count as balanced."""

_TREES, _TRIES = 12, 60
"""Trees per cut and moves tried per cell: some milliseconds for a grid of 30 cells."""


def split_grid(draft: Draft, code: str, parts: int = 2, *, seed: int = 0) -> Edit:
    """Split a grid into balanced parts, each in one piece.

    Parameters
    ----------
    draft : Draft
    code : str
    parts : int, default 2
    seed : int, default 0
        Same draft and seed: same parts.

    Returns
    -------
    Edit
        The part with most households keeps code and name. Parts of resident land
        are brought into the band first, then balanced; where one stays outside, its
        reason says why. Land nobody lives on is balanced by area.

    Raises
    ------
    LockedError
        If the grid is locked.
    EditError
        If the grid is unknown, or has fewer cells than parts are asked for.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([160] * 4 + [400], [0, 0, 0, 0, 1])
    >>> split_grid(draft, draft.codes[0]).plan.households.tolist()
    [320, 400, 320]
    """
    require_unlocked(draft, [code])
    rows = draft.cells_of(code)
    if parts < 2:
        raise EditError(
            "too_few_parts", "至少要分成两份", "split into two parts or more"
        )
    if len(rows) < parts:
        raise EditError(
            "too_few_cells",
            f"网格 {draft.serial(code)} 只有 {len(rows)} 个单元，分不成 {parts} 份；"
            "请用划线拆分",
            f"grid {draft.serial(code)} has {len(rows)} cells, too few for {parts} "
            "parts; split it by a line",
            grids=[code],
        )
    grid = draft.grids[draft.place(code)]
    lived_in = grid.type is GridType.RESIDENT
    net = sub_net(net_of(draft.graph), rows.astype(np.int32))
    weighed = net if net.total else _by_area(net)
    fresh = divide(weighed, parts, low=draft.low, high=draft.high, seed=seed)
    fresh = _heaviest_first(fresh, weighed)
    labels = draft.labels.copy()
    added = np.r_[draft.place(code), len(draft.codes) + np.arange(parts - 1)]
    labels[rows] = added[fresh]
    patch = settle(
        draft, labels, remove_emptied=False, new=[Grid("", grid.type)] * (parts - 1)
    )
    reasons: dict[str, Reason] = {}
    if lived_in:
        load = np.bincount(fresh, net.households, parts).astype(int).tolist()
        for name, held in zip([code, *sorted(patch.grids)], load, strict=True):
            reasons[name] = _why_uneven(draft, net.total, parts, held)
    return commit(draft, patch, operation="split_grid", reasons=reasons)


def _by_area(net: Net) -> Net:
    """Return a net whose square metres stand for households."""
    return replace(net, households=np.maximum(net.area, 1.0).astype(np.int64))


def divide(
    net: Net, parts: int, *, low: int, high: int, seed: int
) -> NDArray[np.int32]:
    """Return so many parts of a connected net: in the band, even, with short seams.

    Parameters
    ----------
    net : Net
        Connected, with at least as many vertices as parts.
    parts : int
    low, high : int
        Band of households.
    seed : int

    Returns
    -------
    ndarray of int32, shape (n,)
        0 to parts - 1, each connected.
    """
    mean = net.total / parts

    def cost(label: NDArray[np.int32]) -> tuple[int, float, float]:
        load = np.bincount(label, net.households, parts).astype(np.int64)
        out = int(out_of_band(load, low=low, high=high).sum())
        uneven = float(np.abs(load - mean).max() / max(mean, 1.0))
        found = measure(net, label, parts, low=low, high=high)
        return out, max(uneven, _EVEN), found.energy

    def tries() -> list[NDArray[np.int32]]:
        found = []
        for number, spread in enumerate(_SPREADS):
            least = max(int(mean * (1 - spread)), 1)
            most = max(int(np.ceil(mean * (1 + spread))), least)
            state = random_state(seed, parts, number)
            label = tree_seed(
                net, parts, low=least, high=most, trees=_TREES, state=state
            )
            label = anneal(
                net,
                label,
                parts,
                low=least,
                high=most,
                proposals=_TRIES * net.size,
                state=state,
                pieces=0.1,
            )
            found.append(label)
        return found

    return min(tries(), key=cost)


def _heaviest_first(label: NDArray[np.int32], net: Net) -> NDArray[np.int32]:
    """Return parts renumbered: the heaviest is 0, the others by their first cell."""
    count = int(label.max()) + 1
    load = np.bincount(label, net.households, count)
    first = np.unique(label, return_index=True)[1]
    order = np.lexsort((first, np.arange(count) != int(load.argmax())))
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return rank[label]


def _why_uneven(draft: Draft, total: int, parts: int, held: int) -> Reason:
    """Return why a part can be outside the band: its number, or its cells."""
    low, high = draft.low, draft.high
    if out_of_total(total, parts, low=low, high=high):
        zh, en = f"不可能都在{low}–{high}户之内", f"cannot all hold {low} to {high}"
    else:
        zh, en = (
            f"按现有单元未能都划到{low}–{high}户",
            f"of these cells miss {low} to {high}",
        )
    return Reason(
        "by_hand",
        f"{held}户：{total}户拆成{parts}份，{zh}",
        f"{held} households: {total} in {parts} parts {en}",
    )


def _reason(found: Finding) -> Reason:
    return Reason(found.code, found.text_zh, found.text_en)


def redraw_around_locks(
    draft: Draft,
    *,
    seed: int = 0,
    effort: str | float = "fast",
    objectives: Objectives | None = None,
    draw: Callable[..., Partition] = partition_cells,
) -> Edit:
    """Draw all grids anew but the locked ones.

    Parameters
    ----------
    draft : Draft
    seed, effort, objectives
        As in `partition_cells`.
    draw : callable
        `partition_cells`, or what runs it elsewhere.

    Returns
    -------
    Edit
        A new grid takes the code of the grid it shares most households with.

    Raises
    ------
    EditError
        If all grids are locked, or the engine draws what is there already.

    Examples
    --------
    >>> from gis.edits.attributes import lock
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([200, 200, 200, 200, 350], [0, 1, 1, 1, 2])
    >>> held = lock(draft, draft.codes[2:]).plan
    >>> redraw_around_locks(held).plan.households.tolist()
    [400, 400, 350]
    """
    locked = _locked(draft)
    if (locked >= 0).all():
        raise EditError(
            "locked",
            "所有网格都已锁定；请先解锁要重划的网格",
            "all grids are locked; unlock those to be drawn anew",
            grids=draft.codes,
        )
    drawn = draw(
        draft.graph,
        low=draft.low,
        high=draft.high,
        seed=seed,
        effort=effort,
        locked=locked,
        objectives=objectives,
    )
    return _take_over(draft, drawn, Patch(), operation="redraw_around_locks")


def repartition_after_counts(
    draft: Draft,
    households: NDArray[np.integer],
    *,
    seed: int = 0,
    effort: str = "fast",
    objectives: Objectives | None = None,
    draw: Callable[..., Partition] = repartition_cells,
) -> Edit:
    """Take new household counts in, and mend the grids with the fewest moves.

    Parameters
    ----------
    draft : Draft
    households : ndarray of int, shape (b,)
        New count of each building.
    seed, effort, objectives
        As in `repartition_cells`.
    draw : callable
        `repartition_cells`, or what runs it elsewhere.

    Returns
    -------
    Edit
        On a cell set of the same cells with the new counts; locked grids keep
        their cells and get the new counts like all others.

    Raises
    ------
    ValueError
        If there is not one count per building, or a count is negative.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 100, 120], [0, 0, 0, 1, 1])
    >>> edit = repartition_after_counts(draft, np.array([150, 150, 250, 100, 120]))
    >>> edit.plan.households.tolist(), edit.households_moved
    ([300, 470], 250)
    """
    cells, buildings = draft.cell_set, draft.buildings
    if len(households) != len(cells.members):
        raise ValueError(
            f"{len(households)} counts for {len(cells.members)} buildings; give one "
            "each"
        )
    counts = np.asarray(households, np.int64)
    load = np.bincount(cells.member_cell, counts, cells.graph.size).astype(np.int64)
    graph = replace(cells.graph, households=load)
    drawn = draw(
        graph,
        draft.labels,
        low=draft.low,
        high=draft.high,
        seed=seed,
        effort=effort,
        locked=_locked(draft),
        objectives=objectives,
    )
    patch = Patch(
        cell_set=replace(cells, graph=graph),
        buildings=replace(buildings, households=counts),
    )
    return _take_over(draft, drawn, patch, operation="repartition_after_counts")


def _locked(draft: Draft) -> NDArray[np.int32]:
    """Return the grid of each cell that is locked in it, -1 where free."""
    held = np.array([grid.locked for grid in draft.grids] + [False], bool)
    return np.where(held[draft.labels], draft.labels, -1).astype(np.int32)


def _take_over(draft: Draft, drawn: Partition, patch: Patch, *, operation: str) -> Edit:
    """Return the edit that leads to what the engine drew."""
    cells = patch.cell_set or draft.cell_set
    kept = kept_grids(draft.labels, drawn.labels, cells.graph.households)
    count = len(drawn.types)
    fresh = [g for g in range(count) if g not in kept]
    place = {g: len(draft.codes) + n for n, g in enumerate(fresh)} | kept
    labels = np.array([place[g] for g in range(count)], np.int32)[drawn.labels]
    new = [Grid("", GridType(int(drawn.types[g]))) for g in fresh]
    base = settle(draft, labels, remove_emptied=True, new=new)
    grids = dict(base.grids)
    for g, former in kept.items():
        grid, kind = draft.grids[former], GridType(int(drawn.types[g]))
        if not grid.locked and grid.type is not kind:
            grids[draft.codes[former]] = replace(grid, type=kind)
    added = sorted(code for code in grids if code not in draft.codes)
    names = {g: draft.codes[former] for g, former in kept.items()}
    names |= dict(zip(fresh, added, strict=True))
    return commit(
        draft,
        replace(patch, cells=base.cells, grids=grids),
        operation=operation,
        reasons={names[f.grid]: _reason(f) for f in drawn.findings},
    )
