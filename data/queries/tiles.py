"""Vector tiles, made by PostGIS.

Longitude and latitude are taken to the tile by one multiplication and one addition,
and rounded; docs/decisions/tiles.md tells why that is exact enough and what it saves.
Points that two neighbours share stay shared, as each is rounded by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, make_url, text

from data.driver import driver_of
from data.errors import NotFoundError
from data.queries.common import Box
from data.queries.tile_layers import Layer, layers_at

__all__ = ["EXTENT", "Plans", "TileAddress", "read_tile"]

EXTENT = 4096
BUFFER = 64
"""Units beyond the edge, so that outlines of a fill are not seen there."""
STRAIGHT_FROM = 11
"""From this zoom on a tile is so low that Mercator is a straight line across it: it is
off by less than 3217 / 2**zoom units. Below, PostGIS projects every point."""
_RADIUS = 6378137.0

Plans = Sequence[int] | Callable[[Box], Sequence[int]]


@dataclass(frozen=True, slots=True)
class TileAddress:
    """A tile of WebMercatorQuad: column `x` from the west, row `y` from the north."""

    zoom: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse a tile outside the world."""
        side = 2**self.zoom
        if not (0 <= self.x < side and 0 <= self.y < side):
            raise NotFoundError(
                f"{self.zoom} 级没有瓦片 {self.x}/{self.y}",
                f"zoom {self.zoom} has no tile {self.x}/{self.y}",
            )

    @property
    def box(self) -> Box:
        """The tile in degrees."""
        side = 2**self.zoom
        return Box(
            self.x / side * 360 - 180,
            _latitude(1 - 2 * (self.y + 1) / side),
            (self.x + 1) / side * 360 - 180,
            _latitude(1 - 2 * self.y / side),
        )

    @property
    def frame(self) -> Box:
        """The tile in degrees with its buffer."""
        west, south, east, north = self.box
        aside = (east - west) * BUFFER / EXTENT
        up = (north - south) * BUFFER / EXTENT
        return Box(west - aside, south - up, east + aside, north + up)

    def values(self) -> dict[str, float]:
        """Return the parameters of the SQL: box, frame, and the way into the tile."""
        west, south, east, north = box = self.box
        if self.zoom < STRAIGHT_FROM:
            west, east = (math.radians(degrees) * _RADIUS for degrees in (west, east))
            span = 2 * math.pi * _RADIUS / 2**self.zoom
            north = math.pi * _RADIUS - self.y * span
            south = north - span
        across, down = EXTENT / (east - west), EXTENT / (south - north)
        return {
            **self.frame._asdict(),
            "across": across,
            "down": down,
            "left": -west * across,
            "top": -north * down,
            "grain": (box.east - box.west) / EXTENT,
        }


def _latitude(height: float) -> float:
    """Return the latitude at a height of the Mercator square, from -1 to 1."""
    return math.degrees(math.atan(math.sinh(math.pi * height)))


def read_tile(
    connection: Connection,
    layers: Sequence[Layer],
    address: TileAddress,
    *,
    plans: Plans = (),
) -> bytes:
    """Return a tile as MVT, empty where it shows nothing; a transaction has begun.

    Layers of plans show `plans`, or those that a call with the frame gives.
    """
    shown = tuple(layers_at(layers, address.zoom))
    if not shown:
        return b""
    statement, names = _statement(shown, address.zoom < STRAIGHT_FROM)
    wanted: dict[str, Any] = {
        name: value for name, value in address.values().items() if name in names
    }
    if "plans" in names:
        wanted["plans"] = plans(address.frame) if callable(plans) else list(plans)
    # As text, bytes would come as hexadecimal digits, twice as many.
    with driver_of(connection).cursor(binary=True) as cursor:
        row = cursor.execute(statement, wanted).fetchone()
    return b"" if row is None or row[0] is None else bytes(row[0])


_FRAME = "st_makeenvelope(:west, :south, :east, :north, 4326)"

# What lies in the frame stays as it is; only what crosses it is cut.
_CUT = f"""
    case when {{shape}} @ {_FRAME} then {{shape}}
    else st_collectionextract(st_clipbybox2d({{shape}}, {_FRAME}){{only}}) end
"""
_SHAPES = {
    "polygon": _CUT.replace("{only}", ", 3"),
    "line": _CUT.replace("{only}", ", 2"),
    "any": _CUT.replace("{only}", ""),
    "point": "{shape}",
    "label": "st_pointonsurface({shape})",
}


_DRIVER = make_url("postgresql+psycopg://").get_dialect()()


@lru_cache(maxsize=256)
def _statement(layers: tuple[Layer, ...], far: bool) -> tuple[str, frozenset[str]]:
    """Return the SQL of a tile, its layers one behind the other, and its parameters."""
    parts = " || ".join(f"({_layer(layer, far)})" for layer in layers)
    compiled = text(f"select {parts}").compile(dialect=_DRIVER)
    return str(compiled), frozenset(compiled.params)


def _layer(layer: Layer, far: bool) -> str:
    """Return the SQL of one layer.

    `offset 0` keeps the shape from being made twice, once for the test behind it.
    """
    columns = [f'{sql} as "{name}"' for name, (sql, _) in layer.fields.items()]
    if layer.identity:
        columns.append(f"g.{layer.identity} as feature_id")
    identity = ", 'feature_id'" if layer.identity else ""
    # A label belongs to the one tile that holds its point.
    inside = f" and tile.geom && {_TILE_UNITS}" if layer.kind == "label" else ""
    return f"""
        select st_asmvt(tile, '{layer.name}', {EXTENT}, 'geom'{identity})
        from (select {", ".join(columns)}, {_into_tile(layer, far)} as geom
              from {layer.source}
              where g.geom && {_FRAME} and {layer.where} offset 0) tile
        where not st_isempty(tile.geom){inside}
    """


_TILE_UNITS = f"st_makeenvelope(0, 0, {EXTENT}, {EXTENT})"


def _into_tile(layer: Layer, far: bool) -> str:
    """Return the SQL of a shape in whole units of the tile, north up turned down."""
    shape = _SHAPES[layer.kind].format(shape=f"g.{layer.shape}")
    if far:
        shape = f"st_transform(st_snaptogrid({shape}, :grain), 3857)"
    affine = f"st_affine({shape}, :across, 0, 0, :down, :left, :top)"
    rounded = f"st_snaptogrid({affine}, 1)"
    has_faces = layer.kind in ("polygon", "any")
    return f"st_forcepolygonccw({rounded})" if has_faces else rounded
