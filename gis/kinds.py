"""The fixed words of the field: grid types and what lies on a seam."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["SEAM_KINDS", "GridType", "SeamKind"]


class GridType(IntEnum):
    """Type of a grid; the household band binds resident grids only."""

    RESIDENT = 0
    EXCLUSIVE = 1
    RESERVED = 2

    @property
    def label(self) -> str:
        """Word used in columns and JSON: resident, exclusive, reserved."""
        return self.name.lower()


class SeamKind(IntEnum):
    """What lies on a seam, most visible first; NONE runs inside a block."""

    MAIN_ROAD = 0
    STREET = 1
    ALLEY = 2
    RIVER = 3
    RAILWAY = 4
    WALL = 5
    COMPOUND_EDGE = 6
    NONE = 7

    @property
    def label(self) -> str:
        """Word used in columns and JSON, e.g. main_road."""
        return self.name.lower()


SEAM_KINDS: tuple[str, ...] = tuple(kind.label for kind in SeamKind)
