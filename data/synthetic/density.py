"""Storeys: raise or lower the blocks of a community until its households fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.synthetic.outlines import Use
from data.synthetic.warp import Array

__all__ = ["balance_storeys", "dwellings"]

LOWEST, HIGHEST = 0.75, 1.3
"""How far storeys may be scaled; beyond that a community stays smaller or larger."""


def dwellings(boxes: Array) -> Array:
    """Return the dwellings of each building: a house, or storeys × units × homes."""
    full = boxes[:, 6] * boxes[:, 7] * boxes[:, 8]
    return np.where(boxes[:, 9] == Use.HOUSE, boxes[:, 8], full)


def balance_storeys(
    boxes: Array, community: NDArray[np.int64], wish: Array, landmark: NDArray[np.bool_]
) -> Array:
    """Return the buildings with storeys scaled towards the wished households.

    Walk-ups stay walk-ups (4 to 7 storeys, no lift), towers stay below 34.
    """
    flats = (boxes[:, 9] == Use.APARTMENTS) & ~landmark
    homes = dwellings(boxes)
    size = len(wish)
    fixed = np.bincount(community, np.where(flats, 0.0, homes), minlength=size)
    have = np.bincount(community, np.where(flats, homes, 0.0), minlength=size)
    factor = np.clip((wish - fixed) / np.maximum(have, 1.0), LOWEST, HIGHEST)
    old = boxes[:, 6]
    scaled = np.round(old * factor[community])
    walk_up = np.clip(scaled, 4.0, 7.0)
    lift = np.clip(scaled, 6.0, 33.0)
    balanced = boxes.copy()
    balanced[:, 6] = np.where(flats, np.where(old <= 7.0, walk_up, lift), old)
    return balanced
