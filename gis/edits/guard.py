"""The promises every edit keeps: locks, one piece a grid, a reason out of the band."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.edits.changes import Edit, Patch, apply_patch, edit_between
from gis.edits.draft import Draft, Reason, parts_of
from gis.edits.refusals import EditError, LockedError

__all__ = ["commit", "require_cells", "require_unlocked"]


def commit(
    draft: Draft,
    patch: Patch,
    *,
    operation: str,
    reasons: Mapping[str, Reason] | None = None,
) -> Edit:
    """Carry out an edit, or refuse it.

    Parameters
    ----------
    draft : Draft
    patch : Patch
    operation : str
    reasons : mapping of str to Reason, optional
        Why grids are outside the band, by code; a grid not named here that is
        outside it was put there by hand.

    Returns
    -------
    Edit

    Raises
    ------
    LockedError
        If a locked grid would lose, gain or change its ground or its type.
    EditError
        If nothing would change, or a grid would not be in one piece.
    """
    bare = apply_patch(draft, patch, operation=operation)
    _require_locks_kept(draft, bare)
    if not bare.touched and not bare.removed and bare.forward.cell_set is None:
        raise EditError(
            "nothing_changes",
            "这一步没有改变任何东西",
            "this step changes nothing",
        )
    _require_one_piece(bare)
    after = _with_reasons(bare, reasons or {})
    if after is bare.plan:
        return bare
    return edit_between(draft, after, patch, operation=operation)


def require_cells(draft: Draft, cells: Collection[int]) -> NDArray[np.int64]:
    """Return cells ascending and once each, or refuse unknown ones and none."""
    wanted = np.unique(np.asarray(list(cells), np.int64))
    if len(wanted) == 0:
        raise EditError(
            "no_cells", "没有选中单元；请先选择", "no cell is chosen; choose some first"
        )
    unknown = wanted[(wanted < 0) | (wanted >= len(draft.labels))]
    if len(unknown):
        raise EditError(
            "unknown_cell",
            f"方案里没有单元 {unknown[0]}；请刷新后再试",
            f"the plan has no cell {unknown[0]}; reload and try again",
            cells=unknown,
        )
    return wanted


def require_unlocked(draft: Draft, codes: Collection[str]) -> None:
    """Refuse to touch grids that are locked."""
    locked = sorted(c for c in codes if draft.grids[draft.place(c)].locked)
    if locked:
        zh, en = draft.serials(locked, "、"), draft.serials(locked)
        raise LockedError(
            "locked",
            f"网格 {zh} 已锁定；请先解锁",
            f"grid {en} is locked; unlock it first",
            grids=locked,
        )


def _require_locks_kept(draft: Draft, edit: Edit) -> None:
    """Refuse an edit that changes the ground or the type of a locked grid."""
    back = {new: old for old, new in edit.forward.codes.items()}
    concerned = {m.former for m in edit.moves} | {m.grid for m in edit.moves}
    concerned |= set(edit.removed)
    types = {code: grid.type for code, grid in edit.forward.grids.items() if grid}
    concerned |= {
        code
        for code, kind in types.items()
        if (old := back.get(code, code)) in draft.codes
        and draft.grids[draft.place(old)].type is not kind
    }
    former = {back.get(code, code) for code in concerned if code}
    require_unlocked(draft, former & set(draft.codes))


def _require_one_piece(edit: Edit) -> None:
    """Refuse an edit that leaves a grid it touches in several parts."""
    after = edit.plan
    part = parts_of(after.graph, after.labels)
    held = after.labels >= 0
    pairs = np.unique(np.stack([after.labels[held], part[held]], axis=1), axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(after.codes))
    broken = [code for code in edit.touched if count[after.place(code)] > 1]
    if not broken:
        return
    code = broken[0]
    own = np.flatnonzero(after.labels == after.place(code))
    name, n = after.serial(code), int(count[after.place(code)])
    raise EditError(
        "not_in_one_piece",
        f"网格 {name} 会分成 {n} 块；请一并划走被隔断的部分，或改划相连的单元",
        f"grid {name} would be in {n} parts; move the part cut off as well, or choose "
        "cells that touch",
        grids=broken,
        cells=_lesser_parts(after, own, part[own]),
    )


def _lesser_parts(
    after: Draft, cells: NDArray[np.int64], part: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return the cells of a grid that are not in its largest part."""
    _, number = np.unique(part, return_inverse=True)
    area = np.bincount(number, after.graph.area[cells])
    lesser: NDArray[np.int64] = cells[number != int(area.argmax())]
    return lesser


def _with_reasons(edit: Edit, reasons: Mapping[str, Reason]) -> Draft:
    """Return the new draft with a reason for each touched grid that needs one."""
    after = edit.plan
    load, off = after.households.tolist(), after.off.tolist()
    touched, grids = set(edit.touched), list(after.grids)
    for k, (code, grid) in enumerate(zip(after.codes, after.grids, strict=True)):
        if code not in touched:
            continue
        why = None
        if off[k]:
            why = reasons.get(code) or _by_hand(load[k], after)
        if why != grid.reason:
            grids[k] = replace(grid, reason=why)
    if all(a is b for a, b in zip(grids, after.grids, strict=True)):
        return after
    return replace(after, grids=tuple(grids))


def _by_hand(load: int, draft: Draft) -> Reason:
    """Return the reason of a grid that a planner took out of the band."""
    low, high = draft.low, draft.high
    if load < low:
        zh, en = f"不足下限{low}户{low - load}户", f"{low - load} below {low}"
    else:
        zh, en = f"超出上限{high}户{load - high}户", f"{load - high} above {high}"
    return Reason(
        "by_hand",
        f"人工调整：{load}户，{zh}",
        f"changed by hand: {load} households, {en}",
    )
