"""An export as it was asked for, and whether it can be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from data.exports.cards import PlanCard
from data.exports.errors import ExportTooLargeError
from data.exports.order import Format, Order

__all__ = ["Asked", "require_at_once", "require_possible"]

DATA_AT_ONCE: Final = 1000
SHEETS_AT_ONCE: Final = 120
"""Grids that somebody can wait for: about ten seconds."""
SHEETS_AT_MOST: Final = 2500
"""Grids of one atlas; a book of more pages nobody prints."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Plans, what they are to become, and what the whole is called."""

    cards: list[PlanCard]
    order: Order
    place: str
    on: date | None = None

    @property
    def title(self) -> str:
        """The heading of the file."""
        english = self.order.lang == "en"
        what = "Grids of {}" if english else "{}网格划分方案"
        return what.format(self.place)

    @property
    def grids(self) -> int:
        """How many grids there are."""
        return sum(card.grids for card in self.cards)


def require_at_once(asked: Asked) -> None:
    """Refuse what nobody should wait for with a page open.

    Raises
    ------
    ExportTooLargeError
        If it takes a job, or less.
    """
    require_possible(asked)
    most = SHEETS_AT_ONCE if _has_sheets(asked.order) else DATA_AT_ONCE
    if asked.grids > most:
        raise ExportTooLargeError(
            f"共 {asked.grids:,} 个网格，直接下载最多 {most:,} 个；"
            "请用后台任务导出（POST /api/v1/exports），或缩小范围",
            f"there are {asked.grids:,} grids, at most {most:,} are made at once; let "
            "a job do it (POST /api/v1/exports) or ask for less",
        )


def require_possible(asked: Asked) -> None:
    """Refuse what not even a job should make.

    Raises
    ------
    ExportTooLargeError
        If less has to be asked for.
    """
    if _has_sheets(asked.order) and asked.grids > SHEETS_AT_MOST:
        raise ExportTooLargeError(
            f"共 {asked.grids:,} 个网格，一本图册最多 {SHEETS_AT_MOST:,} 个；"
            "请按街道或社区分别导出",
            f"there are {asked.grids:,} grids, an atlas holds {SHEETS_AT_MOST:,}; ask "
            "street by street",
        )


def _has_sheets(order: Order) -> bool:
    is_atlas = order.format in (Format.PDF, Format.PNG) and order.sheets == "all"
    # Proving a plan takes as long as drawing some of its sheets.
    return is_atlas or order.format is Format.CERTIFICATE
