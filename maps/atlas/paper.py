"""Papers, where things stand on them, and the scale a map is drawn in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["PAPERS", "Box", "Layout", "View", "layout_for", "round_scale", "view_of"]

Box = tuple[float, float, float, float]
"""x, y, width, height; in millimetres from the lower left corner."""

PAPERS: Final[dict[str, tuple[float, float]]] = {"a4": (210.0, 297.0), "a3": (297, 420)}
"""Papers upright, width and height in millimetres."""

_MARGIN: Final = 10.0
_HEAD: Final = 15.0
_FOOT: Final = 6.0
_GAP: Final = 3.0
_ROUND: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)
_LEAST: Final = 500
"""The largest scale: nothing is drawn larger than 1:500."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A page: its size, the map, and the panel beside or below the map."""

    width: float
    height: float
    map: Box
    side: Box
    head: Box
    foot: Box
    is_wide: bool
    unit: float
    """How large type is against that of A4."""


def layout_for(paper: str, *, wide: bool) -> Layout:
    """Return the page of a paper, lying where `wide`, with the map as large as can be.

    The panel stands to the right of the map on a lying page, below it on an upright.
    """
    short, long = PAPERS[paper]
    width, height = (long, short) if wide else (short, long)
    unit = 1.0 if paper == "a4" else 1.3
    head, foot = _HEAD * unit, _FOOT * unit
    left, bottom = _MARGIN, _MARGIN + foot
    inner_wide, inner_high = width - 2 * _MARGIN, height - 2 * _MARGIN - head - foot
    if wide:
        panel = 62.0 * unit
        chart = (left, bottom, inner_wide - panel - _GAP, inner_high)
        side = (left + inner_wide - panel, bottom, panel, inner_high)
    else:
        panel = 71.0 * unit
        chart = (left, bottom + panel + _GAP, inner_wide, inner_high - panel - _GAP)
        side = (left, bottom, inner_wide, panel)
    return Layout(
        width,
        height,
        chart,
        side,
        (left, height - _MARGIN - head, inner_wide, head),
        (left, _MARGIN, inner_wide, foot),
        wide,
        unit,
    )


@dataclass(frozen=True, slots=True)
class View:
    """A map on a page: which metres of the ground lie where, 1 to `scale`."""

    box: Box
    scale: int
    x: float
    y: float
    """Metres on the ground in the middle of the box."""

    def place(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places on the page, in millimetres."""
        left, bottom, width, height = self.box
        middle = np.array([left + width / 2, bottom + height / 2])
        placed = (metres - [self.x, self.y]) * (1000 / self.scale) + middle
        return np.asarray(placed, dtype=np.float64)

    def on_page(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return shapes in metres as they lie on the page."""
        placed: NDArray[np.object_] = shapely.transform(shapes, self.place)
        return placed

    @property
    def ground(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in metres of what is seen."""
        wide = self.box[2] * self.scale / 2000
        high = self.box[3] * self.scale / 2000
        return self.x - wide, self.y - high, self.x + wide, self.y + high

    def millimetres(self, metres: float) -> float:
        """Return how long metres on the ground are on the page."""
        return metres * 1000 / self.scale


def view_of(
    bounds: Sequence[float], box: Box, *, edge: float = 6.0, least: int = _LEAST
) -> View:
    """Return the view that shows bounds in metres at the largest round scale.

    `edge` millimetres stay free on every side.
    """
    west, south, east, north = bounds
    needed = 1000 * max(
        (east - west) / max(box[2] - 2 * edge, 1.0),
        (north - south) / max(box[3] - 2 * edge, 1.0),
    )
    scale = round_scale(max(needed, least))
    return View(box, scale, (west + east) / 2, (south + north) / 2)


def round_scale(least: float) -> int:
    """Return the first round number from `least` on, such as 1:750.

    Examples
    --------
    >>> [round_scale(n) for n in (500, 501, 1800, 2100, 9000)]
    [500, 600, 2000, 2500, 10000]
    """
    power = 10.0 ** math.floor(math.log10(least))
    return round(next(f * power for f in _ROUND if f * power >= least * 0.9999))
