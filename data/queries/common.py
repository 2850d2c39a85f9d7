"""What questions have in common."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box"]


class Box(NamedTuple):
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float
