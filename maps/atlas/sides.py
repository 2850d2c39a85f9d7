"""What bounds a grid to the east, south, west and north (四至)."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.atlas.model import Grid, Sheets

__all__ = ["SIDES", "Bound", "bounds_of"]

SIDES: Final = ("east", "south", "west", "north")
"""In the order in which Chinese documents name them."""

_NEAR: Final = 20.0
_SLANT: Final = 0.5
"""How much nearer a street may come for each metre along it: thirty degrees."""
_ENOUGH: Final = 0.3
"""Share of a side that a named street must follow to be what bounds it."""
_STEP: Final = 5.0


Places = NDArray[np.float64]


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
    named = _names_along(sheets, places)
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


def _names_along(sheets: Sheets, places: Places) -> list[str]:
    """Return what each step of an outline runs along by name, "" if nothing.

    A street counts where it is near and keeps its distance: one that only meets the
    outline at a corner bounds nothing.
    """
    steps = len(places) - 1
    best = np.full(steps, _NEAR)
    names = np.full(steps, "", dtype=object)
    lengths = np.hypot(*np.diff(places, axis=0).T)
    points = shapely.points(places)
    for name, lines in _named_near(sheets, places).items():
        away = shapely.distance(points, lines)
        middle = (away[1:] + away[:-1]) / 2
        along = np.abs(np.diff(away)) <= _SLANT * lengths
        closer = along & (middle < best)
        best[closer] = middle[closer]
        names[closer] = name
    return [str(name) for name in names]


def _named_near(sheets: Sheets, places: Places) -> dict[str, shapely.Geometry]:
    """Return streets and waters with a name near an outline."""
    west, south = places.min(axis=0) - _NEAR
    east, north = places.max(axis=0) + _NEAR
    found: dict[str, list[shapely.Geometry]] = {}
    for layer in (sheets.streets, sheets.water):
        for row in layer.near((west, south, east, north)):
            name = str(layer.told["name"][row])
            if name:
                found.setdefault(name, []).append(layer.shapes[row])
    return {name: shapely.union_all(found[name]) for name in sorted(found)}


def _grids_at(sheets: Sheets, places: Places) -> list[str]:
    """Return the number of the grid at each place, "" outside the community."""
    numbers = [""] * len(places)
    tree = sheets.shapes.tree
    who, what = tree.query(shapely.points(places), predicate="intersects")
    for place, row in zip(who.tolist(), what.tolist(), strict=True):
        numbers[place] = sheets.grids[row].number
    return numbers


def _longest(
    lengths: Places, named: list[str], beyond: list[str], mine: list[int]
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
