"""What bounds a grid to the east, south, west and north (四至)."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely

from maps.atlas.model import Grid, Sheets

__all__ = ["SIDES", "Bound", "bounds_of"]

SIDES: Final = ("east", "south", "west", "north")
"""In the order in which Chinese documents name them."""

_NEAR: Final = 25.0
_ENOUGH: Final = 0.3
"""Share of a side that a named street must follow to be what bounds it."""
_STEP: Final = 5.0


class Bound(NamedTuple):
    """What lies on a side: something with a name, a grid, or the community's end."""

    kind: Literal["named", "grid", "community"]
    name: str


def bounds_of(sheets: Sheets, grid: Grid) -> dict[str, Bound]:
    """Return what bounds a grid on each of its four sides.

    A side is what faces that way of the outline; what runs along most of it names it,
    a street before a neighbour.
    """
    ring = _ring(grid.shape)
    places = shapely.get_coordinates(shapely.segmentize(ring, _STEP))
    steps = np.diff(places, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    middles = (places[1:] + places[:-1]) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        outward = np.column_stack([steps[:, 1], -steps[:, 0]]) / lengths[:, None]
    outward = np.nan_to_num(outward)
    along_x = np.abs(outward[:, 0]) >= np.abs(outward[:, 1])
    side = np.where(
        along_x,
        np.where(outward[:, 0] > 0, 0, 2),
        np.where(outward[:, 1] > 0, 3, 1),
    )
    named = _names_along(sheets, middles)
    beyond = _grids_at(sheets, middles + outward * 1.0)
    found: dict[str, Bound] = {}
    for number, name in enumerate(SIDES):
        mine = np.flatnonzero(side == number)
        if len(mine):
            found[name] = _longest(lengths, named, beyond, mine.tolist())
    return found


def _ring(shape: shapely.Geometry) -> shapely.LinearRing:
    """Return the outer ring of the largest part, counter-clockwise."""
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    turned = shapely.orient_polygons(largest, exterior_cw=False)
    return shapely.get_exterior_ring(turned)


def _names_along(sheets: Sheets, places: np.ndarray) -> list[str]:
    """Return the name of the nearest street or water of each place, "" if none."""
    names = [""] * len(places)
    nearest = np.full(len(places), np.inf)
    west, south = places.min(axis=0) - _NEAR
    east, north = places.max(axis=0) + _NEAR
    for layer in (sheets.streets, sheets.water):
        near = layer.near((west, south, east, north))
        rows = near[layer.told["name"][near] != ""]
        if not len(rows):
            continue
        tree = shapely.STRtree(layer.shapes[rows])
        who, what, far = _nearest(tree, places)
        for place, row, distance in zip(who, what, far, strict=True):
            if distance < nearest[place]:
                nearest[place] = distance
                names[place] = str(layer.told["name"][rows[row]])
    return names


def _nearest(
    tree: shapely.STRtree, places: np.ndarray
) -> tuple[list[int], list[int], list[float]]:
    pairs, far = tree.query_nearest(
        shapely.points(places),
        max_distance=_NEAR,
        return_distance=True,
        all_matches=False,
    )
    return pairs[0].tolist(), pairs[1].tolist(), far.tolist()


def _grids_at(sheets: Sheets, places: np.ndarray) -> list[str]:
    """Return the number of the grid at each place, "" outside the community."""
    numbers = [""] * len(places)
    tree = sheets.shapes.tree
    who, what = tree.query(shapely.points(places), predicate="intersects")
    for place, row in zip(who.tolist(), what.tolist(), strict=True):
        numbers[place] = sheets.grids[row].number
    return numbers


def _longest(
    lengths: np.ndarray, named: list[str], beyond: list[str], mine: list[int]
) -> Bound:
    streets: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for place in mine:
        length = float(lengths[place])
        streets[named[place]] += length  # type: ignore[assignment]
        others[beyond[place]] += length  # type: ignore[assignment]
    whole = sum(streets.values())
    del streets[""]
    if streets:
        name, length = max(streets.items(), key=lambda item: (item[1], item[0]))
        if length >= _ENOUGH * whole:
            return Bound("named", name)
    number = max(others.items(), key=lambda item: (item[1], item[0]))[0]
    return Bound("grid", number) if number else Bound("community", "")
