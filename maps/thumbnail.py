"""A small picture of a plan, to find its sheet in a list."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from maps.theme import SEAMS, TINTS, TYPES

__all__ = ["plan_thumbnail"]

_WIDTH: Final = 320.0
_HEIGHT: Final = 180.0
_MARGIN: Final = 6.0


def plan_thumbnail(grids: GeoDataFrame) -> str:
    """Return the grids of a plan, in lon/lat, as an SVG picture without any text."""
    shapes = _to_picture(grids)
    # Half a pixel cannot be seen; sharing edges, the outlines stay together.
    shapes = shapely.coverage_simplify(shapes, 0.5)
    paths = "".join(
        f'<path fill="{fill}" d="{_path(shape)}"/>'
        for fill, shape in zip(_fills(grids), shapes, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" aria-hidden="true" '
        f'stroke="{SEAMS["street"]}" stroke-width=".6" stroke-linejoin="round" '
        f'fill-rule="evenodd">{paths}</svg>'
    )


def _fills(grids: GeoDataFrame) -> list[str]:
    """Return the fill of each grid: its tint, or the colour of its type at 25 %."""
    return [
        TYPES[kind] + "40" if kind in TYPES else TINTS[int(tint) % len(TINTS)]
        for kind, tint in zip(grids["type"], grids["color"], strict=True)
    ]


def _to_picture(grids: GeoDataFrame) -> NDArray[np.object_]:
    """Return the outlines in picture units, y down, centred, true in shape."""
    shapes = np.asarray(grids.geometry, dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    middle = np.cos(np.radians((south + north) / 2))
    width, height = (east - west) * middle, north - south
    scale = min(
        (_WIDTH - 2 * _MARGIN) / max(width, 1e-12),
        (_HEIGHT - 2 * _MARGIN) / max(height, 1e-12),
    )
    left = (_WIDTH - width * scale) / 2
    top = (_HEIGHT - height * scale) / 2

    def place(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x = left + (xy[:, 0] - west) * middle * scale
        y = top + (north - xy[:, 1]) * scale
        return np.column_stack([x, y])

    return np.asarray(shapely.transform(shapes, place), dtype=object)


def _path(shape: shapely.Geometry) -> str:
    """Return the rings of an area as SVG path data with one decimal."""
    return "".join(
        f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in corners[:-1])}Z"
        for corners in map(
            shapely.get_coordinates, shapely.get_rings(shapely.get_parts(shape))
        )
    )
