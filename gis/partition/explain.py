"""Say why a grid is outside the band, what proves it, and what else could be done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.partition.bounds import in_hole, out_of_band, out_of_total
from gis.partition.graphs import Net
from gis.partition.solve import PieceResult

__all__ = ["REASONS", "Alternative", "Finding", "explain_locked", "explain_piece"]

REASONS: dict[str, tuple[str, str]] = {
    "total_below": ("总户数不足", "too few households in all"),
    "cut_off_piece": ("孤立片区", "piece cut off from the rest"),
    "total_in_hole": ("总户数落入空档", "no number of grids fits the total"),
    "cell_above": ("单元超上限", "a cell above the band"),
    "indivisible": ("无法均分", "cells cannot be combined within the band"),
    "search_exhausted": ("未找到达标划法", "no plan within the band was found"),
    "locked": ("网格已锁定", "the grid is locked"),
    "by_hand": ("人工调整", "changed by hand"),
}
"""Reason codes with a short title in Chinese and English."""


@dataclass(frozen=True)
class Alternative:
    """Something nearby that works, or works better.

    Attributes
    ----------
    code : str
        What to do: accept, one_more, one_fewer, join_across, reserve, split_cell,
        relax_band, search_longer, unlock.
    out : int or None
        Households outside the band of this piece if it is done; None if that
        depends on data not at hand.
    text_zh, text_en : str
    """

    code: str
    out: int | None
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class Finding:
    """Why one resident grid is outside the band.

    Attributes
    ----------
    grid : int
        Number of the grid.
    code : str
        One of `REASONS`.
    households : int
        Of the grid.
    out : int
        By how many households the grid misses the band.
    piece_out : int
        Households outside the band in the connected piece the grid lies in.
    bound : int
        Proven: no plan of that piece has fewer.
    proven : bool
        Whether no plan is better: `piece_out` equals `bound`, or an exact search
        around the grid shows that this grid cannot be.
    text_zh, text_en : str
        The reason with its figures.
    alternatives : tuple of Alternative
        The nearest things that can be done, the first one leading.
    """

    grid: int
    code: str
    households: int
    out: int
    piece_out: int
    bound: int
    proven: bool
    text_zh: str
    text_en: str
    alternatives: tuple[Alternative, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Case:
    """The figures the sentences speak of."""

    grid: int
    households: int
    heaviest: int
    total: int
    cells: int
    low: int
    high: int
    piece_out: int
    bound: int
    local: bool = False
    exact: bool = False

    @property
    def out(self) -> int:
        """By how many households the grid misses the band."""
        return max(0, self.low - self.households, self.households - self.high)


def _texts(code: str, case: _Case) -> tuple[str, str]:
    """Return the reason in Chinese and English."""
    c = case
    fewer, more = c.total // c.low, -(-c.total // c.high)
    side_zh = f"不足下限{c.low}户" if c.households < c.low else f"超出上限{c.high}户"
    side_en = (
        f"{c.out} below {c.low}" if c.households < c.low else f"{c.out} above {c.high}"
    )
    lead_zh = f"本网格{c.households}户，{side_zh}，差{c.out}户。"
    lead_zh = lead_zh if c.households < c.low else lead_zh.replace("差", "多")
    lead_en = f"This grid holds {c.households} households, {side_en}. "
    match code:
        case "total_below":
            zh = f"全片共{c.total}户，少于{c.low}户，只能设一个网格。"
            en = (
                f"All land people live on holds {c.total}, fewer than {c.low}: "
                "one grid is all it can make."
            )
        case "cut_off_piece":
            zh = (
                f"该片与其他居民区不相连（被专属、预留用地、已锁定网格或社区边界隔开），"
                f"共{c.total}户，少于{c.low}户，只能单独成格。"
            )
            en = (
                f"The piece touches no other land people live on (exclusive or "
                f"reserved land, locked grids or the boundary lie between) and holds "
                f"{c.total}, fewer than {c.low}: it must be a grid of its own."
            )
        case "total_in_hole" if fewer < 1:
            zh = f"相连居民区共{c.total}户，无法落在{c.low}–{c.high}户之内。"
            en = f"The connected piece holds {c.total}, which no grid can."
        case "total_in_hole":
            zh = (
                f"相连居民区共{c.total}户：设{fewer}个网格，户数必超{c.high}；"
                f"设{more}个网格，必有不足{c.low}户的。"
                f"任何划法的偏差合计不少于{c.bound}户。"
            )
            en = (
                f"The connected piece holds {c.total}: with {fewer} "
                f"grid{'s' if fewer > 1 else ''} at least one "
                f"is above {c.high}, with {more} at least one is below {c.low}. Every "
                f"plan leaves {c.bound} or more households outside the band."
            )
        case "cell_above":
            zh = (
                f"其中一个基本空间单元就有{c.heaviest}户，超过上限{c.high}户，"
                "该单元不拆分就无法达标。"
            )
            en = (
                f"One cell alone holds {c.heaviest}, above {c.high}; no plan of whole "
                "cells can bring it into the band."
            )
        case "indivisible" if c.local:
            zh = (
                "已对网格周边的基本空间单元作精确计算：无论周围怎样划分，"
                f"此处与{c.low}–{c.high}户的偏差都不少于{c.out}户。"
            )
            en = (
                f"An exact search over the cells around it proves that at least "
                f"{c.out} households stay outside the band here, however the rest is "
                "divided."
            )
        case "indivisible" if not c.exact:
            zh = (
                f"已证明本片各网格与{c.low}–{c.high}户的偏差合计不少于{c.bound}户，"
                "本方案已达到这一最小值。"
            )
            en = (
                f"It is proved that at least {c.bound} households of this piece stay "
                "outside the band; this plan attains it."
            )
        case "indivisible":
            zh = (
                f"已对本片{c.cells}个基本空间单元的全部连通组合作精确计算："
                f"与{c.low}–{c.high}户的偏差合计不少于{c.bound}户，本方案已达到这一最小值。"
            )
            en = (
                f"An exact search over all connected ways to combine the {c.cells} "
                f"cells of this piece proves that at least {c.bound} households stay "
                "outside the band; this plan attains it."
            )
        case "locked":
            zh = "该网格已锁定，本次划分未作改动。"
            en = "The grid is locked and was left as it is."
        case _:
            zh = (
                f"在规定的搜索次数内未找到达标划法，尚未证明不可行。"
                f"已证明偏差合计不少于{c.bound}户，本方案为{c.piece_out}户。"
            )
            en = (
                f"The counted search found no plan within the band; that none exists "
                f"is not proved. At least {c.bound} households must stay outside, in "
                f"this plan {c.piece_out} do."
            )
    return lead_zh + zh, lead_en + en


def _accept(case: _Case) -> Alternative:
    """Return the choice to leave the grid as drawn."""
    return Alternative(
        "accept",
        case.piece_out,
        f"按{case.households}户设置本网格，并向街道办事处备案说明。",
        f"Keep this grid of {case.households} and file the reason with the street "
        "office.",
    )


def _counts(case: _Case) -> list[Alternative]:
    """Return the plans with as many grids as the hole lies between."""
    fewer, more = case.total // case.low, -(-case.total // case.high)
    found = []
    for code, k in (("one_fewer", fewer), ("one_more", more)):
        if k < 1:
            continue
        out = out_of_total(case.total, k, low=case.low, high=case.high)
        each = round(case.total / k)
        word_zh = "超出上限" if case.total > k * case.high else "低于下限"
        word_en = "above" if case.total > k * case.high else "below"
        found.append(
            Alternative(
                code,
                out,
                f"设{k}个网格，每格约{each}户（合计{word_zh}至少{out}户）。",
                f"Make {k} grid{'s' if k > 1 else ''} of about {each} (at least {out} "
                f"{word_en} in all).",
            )
        )
    return found


def _split_cell(case: _Case) -> Alternative:
    """Return the advice to cut the heaviest cell by its stairwells."""
    parts = max(2, -(-case.heaviest // case.high))
    return Alternative(
        "split_cell",
        None,
        f"按楼栋单元（楼道）将{case.heaviest}户的基本空间单元拆成{parts}份后重新划分。",
        f"Cut the cell of {case.heaviest} by its stairwells into {parts} parts and "
        "draw again.",
    )


def _relax(case: _Case) -> Alternative:
    """Return the band that would hold the grid."""
    low, high = min(case.low, case.households), max(case.high, case.households)
    return Alternative(
        "relax_band",
        None,
        f"将规模标准放宽到{low}–{high}户。",
        f"Widen the band to {low}–{high}.",
    )


def _join(case: _Case) -> Alternative:
    """Return the advice to join the piece with what lies across."""
    return Alternative(
        "join_across",
        None,
        "与相邻的居民网格或相邻社区的网格合并（需调整边界，或把中间的用地改为居民用地）。",
        "Join it with the resident grid across the land between, or with one of the "
        "next community (the boundary or the land between must change).",
    )


def _alternatives(code: str, case: _Case) -> tuple[Alternative, ...]:
    """Return the nearest things that can be done."""
    match code:
        case "total_below" | "cut_off_piece":
            reserve = Alternative(
                "reserve",
                0,
                f"暂列预留网格，满{case.low}户后再转为居民网格。",
                f"Keep it as a reserved grid until it reaches {case.low}.",
            )
            return (_accept(case), _join(case), reserve)
        case "total_in_hole":
            return (*_counts(case), _join(case))
        case "cell_above":
            return (_split_cell(case), _accept(case))
        case "indivisible":
            return (_accept(case), _split_cell(case), _relax(case))
        case "locked":
            unlock = Alternative(
                "unlock",
                None,
                "解除锁定后重新划分。",
                "Unlock the grid and draw again.",
            )
            return (unlock, _accept(case))
    longer = Alternative(
        "search_longer",
        None,
        "用更高的计算强度（best）再划一次。",
        "Draw again with more effort (best).",
    )
    return (longer, _accept(case), _split_cell(case))


def _code(case: _Case, *, alone: bool) -> str:
    """Return why a grid is outside the band, the plainest reason first."""
    proven = case.local or case.piece_out == case.bound
    if case.total < case.low:
        return "total_below" if alone else "cut_off_piece"
    if case.heaviest > case.high:
        return "cell_above"
    if not proven:
        return "search_exhausted"
    if in_hole(case.total, low=case.low, high=case.high):
        return "total_in_hole"
    return "indivisible"


def _finding(case: _Case, code: str) -> Finding:
    """Return the finding with its sentences."""
    text_zh, text_en = _texts(code, case)
    return Finding(
        grid=case.grid,
        code=code,
        households=case.households,
        out=case.out,
        piece_out=case.piece_out,
        bound=case.bound,
        proven=case.local or case.piece_out == case.bound,
        text_zh=text_zh,
        text_en=text_en,
        alternatives=_alternatives(code, case),
    )


def explain_piece(
    net: Net, result: PieceResult, *, low: int, high: int, alone: bool
) -> list[Finding]:
    """Return a finding for each grid of a piece that is outside the band.

    Parameters
    ----------
    net : Net
        The connected piece.
    result : PieceResult
        Its grids.
    low, high : int
        The band.
    alone : bool
        Whether the piece is all the land of the community people live on.
    """
    k = int(result.label.max()) + 1
    weight = np.bincount(result.label, net.households, minlength=k).astype(np.int64)
    off = out_of_band(weight, low=low, high=high)
    found = []
    for grid in np.flatnonzero(off):
        case = _Case(
            grid=int(grid),
            households=int(weight[grid]),
            heaviest=int(net.households[result.label == grid].max()),
            total=net.total,
            cells=net.size,
            low=low,
            high=high,
            piece_out=result.out,
            bound=result.bound,
            local=int(grid) in result.proved,
            exact=result.exact,
        )
        found.append(_finding(case, _code(case, alone=alone)))
    return found


def explain_locked(
    households: NDArray[np.integer], grids: NDArray[np.integer], *, low: int, high: int
) -> list[Finding]:
    """Return a finding for each locked resident grid outside the band.

    Parameters
    ----------
    households : ndarray of int
        Households of each of the grids.
    grids : ndarray of int
        Their numbers.
    low, high : int
        The band.
    """
    off = out_of_band(households, low=low, high=high)
    found = []
    for grid, weight, out in zip(grids, households, off, strict=True):
        if out:
            case = _Case(
                grid=int(grid),
                households=int(weight),
                heaviest=0,
                total=int(weight),
                cells=0,
                low=low,
                high=high,
                piece_out=int(out),
                bound=int(out),
            )
            found.append(_finding(case, "locked"))
    return found
