"""What every peer is asked for: the band, the number of grids, the price of a seam."""

from __future__ import annotations

from gis.graph import CellGraph

__all__ = ["HIGH", "LOW", "OFF_STREET", "wished_grids"]

LOW, HIGH = 300, 500
OFF_STREET = 3.33
"""Cost of a metre of seam inside a block beside one on a street."""


def wished_grids(graph: CellGraph) -> int:
    """Return the number of grids every peer is asked for."""
    return max(1, round(int(graph.households.sum()) / 400))
