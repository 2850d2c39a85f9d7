"""Suggestions: edits that bring a draft nearer to the band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.adjacency import pair_sums
from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import change_type
from gis.edits.changes import Edit
from gis.edits.draft import Draft, parts_of
from gis.edits.redraw import divide, split_grid
from gis.kinds import GridType
from gis.partition.bounds import out_of_band
from gis.partition.graphs import net_of, sub_net

__all__ = ["PROMOTE_AT", "Suggestion", "carry_out", "promotable", "suggestions"]

PROMOTE_AT = 300
"""Households from which reserved land is proposed as a resident grid (RULES 003-05)."""

_GIVES = 3
"""Cells proposed for each pair of neighbours at most."""

_LOOKS = 12
"""Cells of a pair that are looked at before giving up."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit that would help.

    Attributes
    ----------
    operation : str
        merge_grids, split_grid, reassign or change_type.
    grids : tuple of str
        Codes: those to merge; the one to split or change; who gives, who gets.
    cells : tuple of int
        Cells to hand over.
    parts : int
        Parts to split into, 0 for other operations.
    households : tuple of int
        Of the grids concerned, afterwards.
    gain : int
        Households fewer outside the band; of reserved land, those that come into it.
    text_zh, text_en : str
    """

    operation: str
    grids: tuple[str, ...]
    cells: tuple[int, ...]
    parts: int
    households: tuple[int, ...]
    gain: int
    text_zh: str
    text_en: str


def suggestions(draft: Draft, *, most: int = 10) -> list[Suggestion]:
    """Return edits that bring resident grids nearer to the band, the best first.

    Parameters
    ----------
    draft : Draft
    most : int, default 10

    Returns
    -------
    list of Suggestion
        Only such as `carry_out` would not refuse; locked grids have no part in
        them. The most households brought into the band come first, then those that
        move the fewest.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([200, 242, 400], [0, 1, 2])
    >>> [s.text_en for s in suggestions(draft)]
    ['merge 001 with 002: 442']
    """
    found = [
        *_promotions(draft),
        *_merges(draft),
        *_splits(draft),
        *_gives(draft),
    ]
    order = {name: n for n, name in enumerate(_MOVED)}
    found.sort(key=lambda s: (-s.gain, order[s.operation], s.grids, s.cells))
    return found[:most]


_MOVED = ("change_type", "reassign", "merge_grids", "split_grid")


def carry_out(draft: Draft, suggestion: Suggestion) -> Edit:
    """Make the edit a suggestion speaks of.

    Parameters
    ----------
    draft : Draft
        The one it was made for.
    suggestion : Suggestion

    Returns
    -------
    Edit

    Raises
    ------
    EditError
        If the draft has changed so that the edit is no longer possible.
    """
    grids = suggestion.grids
    if suggestion.operation == "merge_grids":
        return merge_grids(draft, grids)
    if suggestion.operation == "split_grid":
        return split_grid(draft, grids[0], suggestion.parts)
    if suggestion.operation == "reassign":
        return reassign(draft, suggestion.cells, grids[1])
    return change_type(draft, grids[0], GridType.RESIDENT)


def promotable(draft: Draft, *, at: int = PROMOTE_AT) -> list[str]:
    """Return the reserved grids with so many households that they should be resident.

    Parameters
    ----------
    draft : Draft
    at : int, default 300

    Returns
    -------
    list of str
        Codes, ascending.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([300, 299, 400], [0, 1, 2])
    >>> for code in draft.codes:
    ...     draft = change_type(draft, code, GridType.RESERVED).plan
    >>> [draft.serial(code) for code in promotable(draft)]
    ['001', '003']
    """
    load = draft.households
    return [
        code
        for k, code in enumerate(draft.codes)
        if draft.grids[k].type is GridType.RESERVED and load[k] >= at
    ]


def _promotions(draft: Draft) -> Iterator[Suggestion]:
    """Propose reserved land that people have moved to as resident grids."""
    load = draft.households
    for code in promotable(draft):
        k = draft.place(code)
        if draft.grids[k].locked:
            continue
        name, held = draft.serial(code), int(load[k])
        yield Suggestion(
            operation="change_type",
            grids=(code,),
            cells=(),
            parts=0,
            households=(held,),
            gain=held if held <= draft.high else 0,
            text_zh=f"预留网格 {name} 已有 {held} 户，可转为住宅网格",
            text_en=f"make reserved grid {name} resident: {held}",
        )


def _free(draft: Draft) -> NDArray[np.bool_]:
    """Tell which grids are resident and not locked."""
    return np.array(
        [g.type is GridType.RESIDENT and not g.locked for g in draft.grids], bool
    )


def _pairs(draft: Draft) -> list[tuple[int, int]]:
    """Return the unlocked resident neighbours of which one is outside the band."""
    graph, free, off = draft.graph, _free(draft), draft.off
    a, b = draft.labels[graph.i], draft.labels[graph.j]
    seam = (a != b) & (a >= 0) & (b >= 0)
    a, b = np.minimum(a, b)[seam], np.maximum(a, b)[seam]
    a, b, _ = pair_sums(a, b)
    useful = free[a] & free[b] & ((off[a] > 0) | (off[b] > 0))
    return list(zip(a[useful].tolist(), b[useful].tolist(), strict=True))


def _out(draft: Draft, *households: int) -> int:
    """Return the households of some grids outside the band."""
    off = out_of_band(np.array(households), low=draft.low, high=draft.high)
    return int(off.sum())


def _merges(draft: Draft) -> Iterator[Suggestion]:
    load, off = draft.households.tolist(), draft.off.tolist()
    for a, b in _pairs(draft):
        total = load[a] + load[b]
        gain = off[a] + off[b] - _out(draft, total)
        if gain <= 0 or total > draft.high:
            continue
        one, other = draft.serial(draft.codes[a]), draft.serial(draft.codes[b])
        yield Suggestion(
            operation="merge_grids",
            grids=(draft.codes[a], draft.codes[b]),
            cells=(),
            parts=0,
            households=(total,),
            gain=gain,
            text_zh=f"合并 {one} 与 {other}：{total}",
            text_en=f"merge {one} with {other}: {total}",
        )


def _splits(draft: Draft) -> Iterator[Suggestion]:
    """Propose to split grids above the band, where all parts come out within it."""
    load, free = draft.households.tolist(), _free(draft)
    net = net_of(draft.graph)
    for k, code in enumerate(draft.codes):
        parts = load[k] // draft.low
        rows = draft.cells_of(code)
        least = -(-load[k] // draft.high)
        if not free[k] or load[k] <= draft.high or not least <= parts <= len(rows):
            continue
        own = sub_net(net, rows.astype(np.int32))
        label = divide(own, least, low=draft.low, high=draft.high, seed=0)
        held = np.bincount(label, own.households).astype(int).tolist()
        if _out(draft, *held):
            continue
        name, sums = draft.serial(code), sorted(held, reverse=True)
        plus = " + ".join(map(str, sums))
        yield Suggestion(
            operation="split_grid",
            grids=(code,),
            cells=(),
            parts=least,
            households=tuple(sums),
            gain=load[k] - draft.high,
            text_zh=f"把 {name} 分成 {least} 份：{plus}",
            text_en=f"split {name} in {least}: {plus}",
        )


def _gives(draft: Draft) -> Iterator[Suggestion]:
    """Propose single cells that, handed over, bring a pair nearer to the band."""
    for a, b in _pairs(draft):
        for giver, taker in ((a, b), (b, a)):
            yield from _gives_of(draft, giver, taker)


def _gives_of(draft: Draft, giver: int, taker: int) -> Iterator[Suggestion]:
    graph, labels = draft.graph, draft.labels
    load = draft.households
    at = (labels[graph.i] == giver) & (labels[graph.j] == taker)
    back = (labels[graph.i] == taker) & (labels[graph.j] == giver)
    cells = np.unique(np.r_[graph.i[at], graph.j[back]])
    moved = graph.households[cells]
    left, right = load[giver] - moved, load[taker] + moved
    band = {"low": draft.low, "high": draft.high}
    gain = _out(draft, int(load[giver]), int(load[taker])) - (
        out_of_band(left, **band) + out_of_band(right, **band)
    )
    order = np.lexsort((cells, moved, -gain))
    given = 0
    for n in order[:_LOOKS]:
        if gain[n] <= 0 or given == _GIVES:
            return
        if _stays_whole(draft, giver, int(cells[n])):
            given += 1
            yield _give(
                draft, giver, taker, int(cells[n]), (int(left[n]), int(right[n])),
                int(gain[n]),
            )  # fmt: skip


def _stays_whole(draft: Draft, giver: int, cell: int) -> bool:
    """Tell if a grid is in one piece, and not empty, without a cell."""
    rest = np.where(draft.labels == giver, 0, -1)
    rest[cell] = -1
    return int(parts_of(draft.graph, rest).max()) == 0


def _give(
    draft: Draft,
    giver: int,
    taker: int,
    cell: int,
    households: tuple[int, int],
    gain: int,
) -> Suggestion:
    """Return the suggestion to hand a cell over, called by its building if it can."""
    inside = np.flatnonzero(draft.cell_set.member_cell == cell)
    name = draft.serial(draft.codes[taker])
    if len(inside) == 1:
        what_zh = what_en = draft.buildings.names[inside[0]]
    else:
        what_zh, what_en = f"单元 {cell}", f"cell {cell}"
    left, right = households
    return Suggestion(
        operation="reassign",
        grids=(draft.codes[giver], draft.codes[taker]),
        cells=(cell,),
        parts=0,
        households=households,
        gain=gain,
        text_zh=f"把{what_zh}划给 {name} → {left}/{right}",
        text_en=f"give {what_en} to {name} → {left}/{right}",
    )
