"""Names of streets, buildings and places on a map."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.atlas.ink import Ink
from maps.atlas.model import Grid, Sheets
from maps.atlas.paper import View
from maps.atlas.room import Rectangle, Room
from maps.theme import TOKENS

__all__ = ["building_labels", "longest_run", "place_names", "street_names"]

_ASIAN: Final = 0x2E80
_APART: Final = 70.0
"""Millimetres between two labels of one street."""
_NAMED: Final = ((0, 2.5, 25_000), (1, 2.25, 9_000), (2, 2.0, 2_000))
"""Rank of street, size of its name, smallest scale it is written at."""


def street_names(
    ink: Ink, view: View, room: Room, sheets: Sheets, focus: Grid | None, unit: float
) -> None:
    """Write the names of streets along them, main roads first."""
    streets = sheets.streets
    near = streets.near(view.ground)
    said: dict[str, list[tuple[float, float]]] = {}
    borders = _borders(view, sheets, focus)
    frame = shapely.box(
        *(view.box[0] + 2, view.box[1] + 2),
        *(view.box[0] + view.box[2] - 2, view.box[1] + view.box[3] - 2),
    )
    larger = unit * (1.2 if view.scale <= 2_500 else 1.0)
    for rank, size, until in _NAMED:
        if view.scale > until:
            continue
        mine = near[(streets.told["rank"][near] == rank)]
        mine = mine[streets.told["name"][mine] != ""]
        lines = shapely.intersection(view.on_page(streets.shapes[mine]), frame)
        longest = np.argsort(-shapely.length(lines), kind="stable")
        for row in longest.tolist():
            name = str(streets.told["name"][mine[row]])
            for part in shapely.get_parts(lines[row]):
                _along(ink, room, borders, part, name, size * larger, said)


def _borders(view: View, sheets: Sheets, focus: Grid | None) -> shapely.STRtree:
    """Return the lines on the page that a name must not be written on."""
    seams = sheets.seams.shapes[sheets.seams.near(view.ground)]
    edges = [shapely.boundary(sheets.outline)]
    edges += [shapely.boundary(focus.shape)] if focus is not None else []
    lines = np.concatenate([seams, np.array(edges, dtype=object)])
    return shapely.STRtree(view.on_page(lines))


def _along(
    ink: Ink,
    room: Room,
    borders: shapely.STRtree,
    line: shapely.Geometry,
    name: str,
    size: float,
    said: dict[str, list[tuple[float, float]]],
) -> None:
    """Write a name along the longest nearly straight stretch of a line.

    Where a border runs along the street the name stands beside it.
    """
    run = longest_run(shapely.get_coordinates(line))
    spaced = ink.face().width(name, size)
    if run is None or run[3] < 1.15 * spaced:
        return
    x, y, angle, _ = run
    spots = said.setdefault(name, [])
    if any(math.hypot(x - a, y - b) < _APART for a, b in spots):
        return
    on_border = len(borders.query(shapely.Point(x, y), "dwithin", 0.6 * size))
    for shift in (-0.95 * size, 0.95 * size) if on_border else (0.0,):
        middle = x - shift * math.sin(angle), y + shift * math.cos(angle)
        if _write_along(ink, room, middle, angle, name, size):
            spots.append((x, y))
            return


def _write_along(
    ink: Ink,
    room: Room,
    middle: tuple[float, float],
    angle: float,
    name: str,
    size: float,
) -> bool:
    """Write a name at an angle if there is room; tell whether there was."""
    x, y = middle
    spaced = ink.face().width(name, size)
    # Chinese along a steep street stands upright, as on street signs.
    upright = abs(angle) > math.pi / 4 and all(ord(c) > _ASIAN for c in name)
    # Boxes along the text, so that a slanting name takes no room beside it.
    steps = max(1, round(spaced / size))
    cos, sin = math.cos(angle), math.sin(angle)
    half = 0.55 * size
    boxes: list[Rectangle] = []
    for step in range(steps):
        along = (step + 0.5) / steps * spaced - spaced / 2
        at_x, at_y = x + along * cos, y + along * sin
        boxes.append((at_x - half, at_y - half, at_x + half, at_y + half))
    if not all(room.is_free(box) for box in boxes):
        return False
    for box in boxes:
        room.hold(box)
    if upright:
        ink.column(x, y, name, size, "#3e4c59", angle=angle, halo=0.35)
    else:
        ink.text(
            x, y, name, size, "#3e4c59",
            align=0.5, middle=True, angle=angle, halo=0.35,
        )  # fmt: skip
    return True


def longest_run(
    points: NDArray[np.float64], *, straight: float = 0.975
) -> tuple[float, float, float, float] | None:
    """Return middle x and y, angle and length of the longest nearly straight stretch.

    The chord is at least `straight` of the path. The angle lies between a quarter turn
    to the left and to the right, so text along it does not stand on its head.
    """
    best: tuple[float, tuple[float, float], tuple[float, float]] | None = None
    places = [(float(x), float(y)) for x, y in points]
    if len(places) < 2:
        return None
    start, path = 0, 0.0
    for end in range(1, len(places)):
        path += math.dist(places[end - 1], places[end])
        while math.dist(places[start], places[end]) < straight * path:
            path -= math.dist(places[start], places[start + 1])
            start += 1
        chord = math.dist(places[start], places[end])
        if best is None or chord > best[0]:
            best = (chord, places[start], places[end])
    if best is None or best[0] == 0:
        return None
    length, (x0, y0), (x1, y1) = best
    angle = math.atan2(y1 - y0, x1 - x0)
    if angle > math.pi / 2 + 1e-6:
        angle -= math.pi
    elif angle <= -math.pi / 2 + 1e-6:
        angle += math.pi
    return (x0 + x1) / 2, (y0 + y1) / 2, angle, length


def building_labels(
    ink: Ink, view: View, room: Room, sheets: Sheets, focus: Grid | None, unit: float
) -> None:
    """Write what a building is called and how many live there, where it has room."""
    if view.scale > 2_500:
        return
    buildings = sheets.buildings
    near = buildings.near(view.ground)
    centres = shapely.centroid(buildings.shapes[near])
    if focus is None:
        near = near[buildings.told["inside"][near]]
        centres = shapely.centroid(buildings.shapes[near])
    else:
        near = near[shapely.contains(focus.shape, centres)]
        centres = shapely.centroid(buildings.shapes[near])
    places = view.place(shapely.get_coordinates(centres))
    size = (2.2 if view.scale <= 1_500 else 1.9) * unit
    face = ink.face()
    boxes = shapely.bounds(buildings.shapes[near]) * (1000 / view.scale)
    for row, (x, y), (x0, y0, x1, y1) in zip(near, places, boxes, strict=True):
        name = str(buildings.told["label"][row])
        count = int(buildings.told["households"][row])
        lines = [name] if name else []
        lines += [f"{count:,}户" if ink.chinese else f"{count:,}"] if count else []
        if not lines:
            continue
        if y1 - y0 < 3.2 * size:
            lines = [" ".join(lines)]
        wide = max(face.width(line, size) for line in lines)
        high = len(lines) * size * 1.1
        if wide > 1.5 * max(x1 - x0, y1 - y0):
            continue
        if not room.take((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)):
            continue
        for number, line in enumerate(lines):
            at = y + (len(lines) - 1) * size * 0.55 - number * size * 1.1
            ink.text(
                x, at, line, size, TOKENS["ink"],
                align=0.5, middle=True, halo=0.25 * unit,
            )  # fmt: skip


def place_names(ink: Ink, view: View, room: Room, sheets: Sheets, unit: float) -> None:
    """Write the names of compounds and sites."""
    if view.scale > 6_000:
        return
    names = sheets.names
    near = names.near(view.ground)
    spots = shapely.point_on_surface(names.shapes[near])
    places = view.place(shapely.get_coordinates(spots))
    size = 2.3 * unit
    for row, (x, y) in zip(near, places, strict=True):
        name = str(names.told["name"][row])
        half = ink.face().width(name, size) / 2
        extent = shapely.bounds(names.shapes[row])
        if not name or 2 * half > 1.6 * view.millimetres(extent[2] - extent[0]):
            continue
        for lift in (0.0, 2.5 * size, -2.5 * size):
            if room.take(
                (x - half, y + lift - size / 2, x + half, y + lift + size / 2)
            ):
                ink.text(
                    x, y + lift, name, size, "#7a4a12",
                    align=0.5, middle=True, halo=0.35 * unit,
                )  # fmt: skip
                break
