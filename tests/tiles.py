"""Which tile holds a place."""

from __future__ import annotations

import math

from data.queries.tiles import TileAddress


def tile_at(lon: float, lat: float, zoom: int) -> TileAddress:
    """Return the tile of a zoom that holds a point."""
    up = math.asinh(math.tan(math.radians(lat))) / math.pi
    side = 2**zoom
    return TileAddress(zoom, int((lon + 180) / 360 * side), int((1 - up) / 2 * side))
