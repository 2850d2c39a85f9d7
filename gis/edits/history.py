"""Edits as sentences, for the history of a plan."""

from __future__ import annotations

from collections.abc import Callable

from gis.edits.changes import Edit
from gis.edits.draft import Draft
from gis.kinds import GridType

__all__ = ["describe"]

Sentence = tuple[str, str]

_TYPES: dict[GridType, Sentence] = {
    GridType.RESIDENT: ("住宅网格", "resident"),
    GridType.EXCLUSIVE: ("专属网格", "exclusive"),
    GridType.RESERVED: ("预留网格", "reserved"),
}


def describe(edit: Edit) -> Sentence:
    """Return what an edit did in one sentence.

    Parameters
    ----------
    edit : Edit

    Returns
    -------
    zh, en : str
        Without the time and the name of who did it.

    Raises
    ------
    KeyError
        If the operation is none of `gis.edits`; undo and redo are told by the edit
        they take back or make again.

    Examples
    --------
    >>> from gis.edits.assign import reassign
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([150, 150, 100, 300], [0, 0, 0, 1])
    >>> zh, en = describe(reassign(draft, [2], draft.codes[1]))
    >>> zh
    '把 1 个单元（100 户）从 001 划给 002'
    >>> en
    'give 1 cell (100 households) of 001 to 002'
    """
    return _SENTENCES[edit.operation](edit)


def _names(draft: Draft, codes: set[str | None]) -> Sentence:
    known = {code for code in codes if code}
    return draft.serials(known, "、"), draft.serials(known)


def _sides(edit: Edit) -> tuple[Sentence, Sentence]:
    """Return the grids that gave and those that got."""
    givers = _names(edit.plan, {move.former for move in edit.moves})
    takers = _names(edit.plan, {move.grid for move in edit.moves})
    return givers, takers


def _given(edit: Edit) -> Sentence:
    (from_zh, from_en), (to_zh, to_en) = _sides(edit)
    n, held = len(edit.moves), edit.households_moved
    return (
        f"把 {n} 个单元（{held} 户）从 {from_zh} 划给 {to_zh}",
        f"give {n} cell{'s' * (n > 1)} ({held} households) of {from_en} to {to_en}",
    )


def _building(edit: Edit) -> Sentence:
    (from_zh, from_en), (to_zh, to_en) = _sides(edit)
    held = edit.households_moved
    return (
        f"把一栋楼（{held} 户）从 {from_zh} 划给 {to_zh}",
        f"give a building ({held} households) of {from_en} to {to_en}",
    )


def _merged(edit: Edit) -> Sentence:
    (gone_zh, gone_en), (into_zh, into_en) = _sides(edit)
    return f"把 {gone_zh} 并入 {into_zh}", f"merge {gone_en} into {into_en}"


def _split(how: Sentence) -> Callable[[Edit], Sentence]:
    def sentence(edit: Edit) -> Sentence:
        (zh, en), _ = _sides(edit)
        parts = len(edit.added) + 1
        return f"{how[0]}把 {zh} 分成 {parts} 份", f"split {en} in {parts}{how[1]}"

    return sentence


def _reshaped(edit: Edit) -> Sentence:
    moved = {m.former for m in edit.moves} | {m.grid for m in edit.moves}
    zh, en = _names(edit.plan, moved)
    held = edit.households_moved
    return (
        f"重画 {zh} 的接边线（{held} 户换网格）",
        f"reshape the seam of {en} ({held} households change grid)",
    )


def _drawn(edit: Edit) -> Sentence:
    zh, en = _names(edit.plan, set(edit.added))
    held = edit.households_moved
    return f"新画网格 {zh}（{held} 户）", f"draw grid {en} ({held} households)"


def _attribute(edit: Edit) -> tuple[Sentence, str, GridType]:
    """Return the one grid whose attributes changed, with its name and type."""
    ((code, grid),) = edit.forward.grids.items()
    assert grid is not None
    return _names(edit.plan, {code}), grid.name, grid.type


def _typed(edit: Edit) -> Sentence:
    (zh, en), _, kind = _attribute(edit)
    return f"把 {zh} 改为{_TYPES[kind][0]}", f"make {en} {_TYPES[kind][1]}"


def _renamed(edit: Edit) -> Sentence:
    (zh, en), name, _ = _attribute(edit)
    return f"把 {zh} 改名为“{name}”", f"rename {en} to {name}"


def _renumbered(edit: Edit) -> Sentence:
    n = len(edit.forward.codes)
    return f"给 {n} 个网格重新编号", f"renumber {n} grids"


def _locked(words: Sentence) -> Callable[[Edit], Sentence]:
    def sentence(edit: Edit) -> Sentence:
        zh, en = _names(edit.plan, set(edit.forward.grids))
        return f"{words[0]} {zh}", f"{words[1]} {en}"

    return sentence


def _redrawn(how: Sentence) -> Callable[[Edit], Sentence]:
    def sentence(edit: Edit) -> Sentence:
        held = edit.households_moved
        return (
            f"{how[0]}（{held} 户换网格）",
            f"{how[1]} ({held} households change grid)",
        )

    return sentence


_SENTENCES: dict[str, Callable[[Edit], Sentence]] = {
    "reassign": _given,
    "give_building": _building,
    "merge_grids": _merged,
    "split_grid": _split(("", "")),
    "split_by_line": _split(("沿线", " by a line")),
    "reshape_seam": _reshaped,
    "draw_grid": _drawn,
    "change_type": _typed,
    "rename": _renamed,
    "renumber": _renumbered,
    "lock": _locked(("锁定", "lock")),
    "unlock": _locked(("解锁", "unlock")),
    "redraw_around_locks": _redrawn(("重划未锁定的网格", "redraw the unlocked grids")),
    "repartition_after_counts": _redrawn(
        ("按新户数重划", "redraw after new household counts")
    ),
}
