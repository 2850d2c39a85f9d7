"""Footprints of buildings: plain boxes, stepped slabs, towers, schools."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from data.synthetic.warp import Array

__all__ = ["USES", "Shape", "Use", "footprints"]


class Shape:
    """Numbers of the footprint patterns."""

    BOX = 0
    SLAB = 1
    TOWER = 2
    TWIN = 3
    ELL = 4
    COURT = 5


class Use:
    """Numbers of the uses, positions in `USES`."""

    APARTMENTS = 0
    HOUSE = 1
    RETAIL = 2
    KINDERGARTEN = 3
    SCHOOL = 4
    HOSPITAL = 5
    MARKET = 6
    MALL = 7
    INDUSTRIAL = 8
    OFFICE = 9
    PAVILION = 10
    CONSTRUCTION = 11
    COMMUNITY = 12


USES = (
    "apartments",
    "house",
    "retail",
    "kindergarten",
    "school",
    "hospital",
    "market",
    "mall",
    "industrial",
    "office",
    "pavilion",
    "construction",
    "community_centre",
)
"""Words of the column `use`."""

_NOTCH = 0.27
_PATTERNS: dict[int, list[tuple[float, float]]] = {
    Shape.BOX: [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)],
    Shape.TOWER: [
        (-_NOTCH, -0.5),
        (_NOTCH, -0.5),
        (_NOTCH, -0.36),
        (0.5, -0.36),
        (0.5, 0.26),
        (0.2, 0.26),
        (0.2, 0.5),
        (-0.2, 0.5),
        (-0.2, 0.26),
        (-0.5, 0.26),
        (-0.5, -0.36),
        (-_NOTCH, -0.36),
    ],
    Shape.ELL: [
        (-0.5, -0.5),
        (-0.15, -0.5),
        (-0.15, 0.05),
        (0.5, 0.05),
        (0.5, 0.5),
        (-0.5, 0.5),
    ],
    Shape.COURT: [
        (-0.5, -0.5),
        (-0.28, -0.5),
        (-0.28, 0.1),
        (0.28, 0.1),
        (0.28, -0.5),
        (0.5, -0.5),
        (0.5, 0.5),
        (-0.5, 0.5),
    ],
}


def _slab(units: int, bay: float) -> list[tuple[float, float]]:
    """Draw a slab with a stairwell bay on the north side of every unit."""
    points = [(-0.5, -0.5), (0.5, -0.5)]
    wide = 1.0 / units
    for k in reversed(range(units)):
        middle = -0.5 + (k + 0.5) * wide
        if k == units - 1:
            points.append((0.5, 0.5 - bay))
        points += [
            (middle + 0.13 * wide, 0.5 - bay),
            (middle + 0.13 * wide, 0.5),
            (middle - 0.13 * wide, 0.5),
            (middle - 0.13 * wide, 0.5 - bay),
        ]
    points.append((-0.5, 0.5 - bay))
    return points


def footprints(boxes: Array) -> NDArray[np.object_]:
    """Return one polygon per box, on the ground, to the millimetre."""
    shape, units = boxes[:, 5].astype(int), boxes[:, 7].astype(int)
    stepped = np.isin(shape, (Shape.SLAB, Shape.TWIN))
    pattern = shape * 100 + np.where(stepped, units, 0)
    polygons = np.empty(len(boxes), dtype=object)
    for key in np.unique(pattern).tolist():
        chosen = pattern == key
        number, count = divmod(int(key), 100)
        corners = np.array(
            _slab(count, 0.22 if number == Shape.TWIN else 0.11)
            if count
            else _PATTERNS[number]
        )
        polygons[chosen] = _placed(boxes[chosen], corners)
    return polygons


def _placed(boxes: Array, corners: Array) -> NDArray[np.object_]:
    local_x = boxes[:, 2, None] * corners[None, :, 0]
    local_y = boxes[:, 3, None] * corners[None, :, 1]
    cos, sin = np.cos(boxes[:, 4, None]), np.sin(boxes[:, 4, None])
    x = boxes[:, 0, None] + local_x * cos - local_y * sin
    y = boxes[:, 1, None] + local_x * sin + local_y * cos
    rings = np.round(np.stack([x, y], axis=2), 3)
    placed: NDArray[np.object_] = shapely.polygons(rings)
    return placed
