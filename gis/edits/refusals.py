"""Why an edit is refused: a word for programs, a sentence for planners."""

from __future__ import annotations

from collections.abc import Iterable

from gis.errors import PlanError

__all__ = ["EditError", "LockedError"]


class EditError(PlanError):
    """An edit that would break a promise of the plan, or that changes nothing.

    Parameters
    ----------
    code : str
        Stable word: unknown_grid, unknown_cell, not_in_one_piece, would_empty, …
    zh, en : str
        What is refused, why, and the nearest thing that works.
    grids : iterable of str, optional
        Codes of the grids concerned.
    cells : iterable of int, optional
        Cells concerned, for the map.
    buildings : iterable of str, optional
        Buildings concerned, by the names `Buildings` gives them.
    """

    def __init__(
        self,
        code: str,
        zh: str,
        en: str,
        *,
        grids: Iterable[str] = (),
        cells: Iterable[int] = (),
        buildings: Iterable[str] = (),
    ) -> None:
        super().__init__(en, zh)
        self.code = code
        self.grids = tuple(grids)
        self.cells = tuple(int(cell) for cell in cells)
        self.buildings = tuple(buildings)


class LockedError(EditError):
    """An edit that would change the ground or the type of a locked grid."""
