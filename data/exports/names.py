"""Names of the files that leave: Chinese, and safe on every system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from data.exports.cards import PlanCard
from data.exports.order import Format, Order

__all__ = ["file_name"]

_WORDS = {
    Format.PDF: ("网格图册", "grid atlas"),
    Format.PNG: ("网格图", "grid map"),
    Format.CERTIFICATE: ("检验证书", "certificate"),
    Format.XLSX: ("网格清单", "list of grids"),
}
_USUAL = ("网格划分方案", "grid plan")
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LONGEST = 80


def file_name(
    order: Order, cards: Sequence[PlanCard], place: str, *, on: date | None = None
) -> str:
    """Return what the file is called: the place, what it is, version or date.

    Examples
    --------
    >>> file_name(Order(Format.XLSX), [], "济阳街道", on=date(2026, 11, 22))
    '济阳街道-网格清单-2026-11-22.xlsx'
    """
    what = _WORDS.get(order.format, _USUAL)[order.lang == "en"]
    parts = [place, what]
    if len(cards) == 1 and on is None:
        parts[1:1] = [f"v{cards[0].version}"]
    if order.sheet and order.sheet not in ("all", "overview"):
        parts.append(order.sheet)
    if order.layer and order.layer != "grids":
        parts.append(order.layer)
    if not order.system.is_plain:
        parts.append(order.system.name.replace(":", ""))
    if on is not None:
        parts.append(on.isoformat())
    stem = _UNSAFE.sub("_", "-".join(part for part in parts if part)).strip(" .")
    return stem[:_LONGEST] + order.ending
