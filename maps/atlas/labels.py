"""Names and numbers on a map: none covers another, what matters most comes first."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from maps.atlas.ink import Ink
from maps.atlas.model import Grid, Sheets
from maps.atlas.names import building_labels, place_names, street_names
from maps.atlas.paper import View
from maps.atlas.room import Room
from maps.theme import BAND, TOKENS

FRAME: Final = "#102a43"

__all__ = ["label_map"]


def label_map(
    ink: Ink, view: View, sheets: Sheets, *, focus: Grid | None, unit: float
) -> None:
    """Write what has a name or a number on the map of a view."""
    x, y, width, height = view.box
    room = Room((x + 0.5, y + 0.5, x + width - 0.5, y + height - 0.5))
    # The north arrow stands there.
    room.hold((x + width - 13 * unit, y + height - 17 * unit, x + width, y + height))
    _part_names(ink, view, room, sheets, unit)
    grids = sorted(
        sheets.grids_near(view.ground),
        key=lambda g: (focus is None or g.code != focus.code, -abs(g.off), -g.label[2]),
    )
    for grid in grids:
        if focus is not None and grid.code == focus.code:
            _number_in_hand(ink, view, room, sheets, grid, unit)
        elif focus is not None:
            _muted_number(ink, view, room, grid, unit)
        else:
            _plate(
                ink, view, room, grid, unit * (0.72 if len(sheets.parts.shapes) else 1)
            )
    street_names(ink, view, room, sheets, focus, unit)
    building_labels(ink, view, room, sheets, focus, unit)
    place_names(ink, view, room, sheets, unit)
    _around_names(ink, view, room, sheets, unit)


def _spot(view: View, grid: Grid) -> tuple[float, float, float]:
    """Return where a grid's label has most room on the page, and how much."""
    west, south, east, north = view.ground
    x, y, radius = grid.label
    if not (west < x < east and south < y < north):
        seen = shapely.clip_by_rect(grid.shape, west, south, east, north)
        if seen.is_empty or seen.area <= 0:
            return 0.0, 0.0, 0.0
        spoke = shapely.maximum_inscribed_circle(seen, tolerance=view.scale / 1000)
        centre = shapely.get_point(spoke, 0)
        x, y, radius = centre.x, centre.y, spoke.length
    (at_x, at_y), *_ = view.place(np.array([[x, y]])).tolist()
    return at_x, at_y, view.millimetres(radius)


def _plate(ink: Ink, view: View, room: Room, grid: Grid, unit: float) -> None:
    """Write number over households on a white plate, or what there is room for."""
    x, y, radius = _spot(view, grid)
    size = 3.3 * unit * min(1.0, max(0.62, radius / (7 * unit)))
    colour = _colour(grid) or TOKENS["ink"]
    below = f"{grid.households:,} 户" if ink.chinese else f"{grid.households:,}"
    if grid.type != "resident" and not grid.households:
        below = ""
    if grid.off:
        below = f"{'▲' if grid.off > 0 else '▼'} {below}"
    bold, plain = ink.face(bold=True), ink.face()
    wide = max(bold.width(grid.number, size), plain.width(below, 0.8 * size))
    high = size * (2.15 if below else 1.15)
    half = wide / 2 + 0.8 * unit
    if radius < 1.4 * unit:
        return
    box = (x - half, y - high / 2 - 0.3, x + half, y + high / 2 + 0.3)
    if not room.take(box):
        return
    ink.plate(box, 0.8 * unit, colour if grid.off else "#bcccdc")
    top = y + high / 2 - 0.98 * size
    ink.text(x, top, grid.number, size, colour, bold=True, align=0.5)
    if below:
        ink.text(x, top - 1.02 * size, below, 0.8 * size, colour, align=0.5)


def _colour(grid: Grid) -> str | None:
    if not grid.off:
        return None
    return BAND["above" if grid.off > 0 else "below"]


def _number_in_hand(
    ink: Ink, view: View, room: Room, sheets: Sheets, grid: Grid, unit: float
) -> None:
    """Write the number large, where no building stands if there is such a place."""
    x, y, _ = _spot(view, grid)
    size = 7.0 * unit
    near = sheets.buildings.shapes[sheets.buildings.near(grid.shape.bounds)]
    free = shapely.difference(grid.shape, shapely.union_all(near))
    half = ink.face(bold=True).width(grid.number, size) / 2
    if not free.is_empty:  # a single building may cover all of a grid
        spoke = shapely.maximum_inscribed_circle(free, tolerance=view.scale / 1000)
        if view.millimetres(spoke.length) > 0.62 * half:
            centre = np.array([shapely.get_coordinates(spoke)[0]])
            (x, y), *_ = view.place(centre).tolist()
    room.hold((x - half, y - size / 2, x + half, y + size / 2))
    ink.text(
        x, y, grid.number, size, TOKENS["accent"],
        bold=True, align=0.5, middle=True, halo=0.7 * unit,
    )  # fmt: skip


def _muted_number(ink: Ink, view: View, room: Room, grid: Grid, unit: float) -> None:
    x, y, radius = _spot(view, grid)
    size = 3.6 * unit
    half = ink.face(bold=True).width(grid.number, size) / 2
    if radius < 1.6 * unit:
        return
    if room.take((x - half, y - size / 2, x + half, y + size / 2)):
        ink.text(
            x, y, grid.number, size, "#7b8794",
            bold=True, align=0.5, middle=True, halo=0.4 * unit,
        )  # fmt: skip


def _around_names(
    ink: Ink, view: View, room: Room, sheets: Sheets, unit: float
) -> None:
    around = sheets.around
    size = 3.0 * unit
    west, south, east, north = view.ground
    for row in around.near(view.ground):
        seen = shapely.clip_by_rect(around.shapes[row], west, south, east, north)
        name = str(around.told["name"][row])
        if seen.is_empty or not name:
            continue
        spot = shapely.get_coordinates(shapely.point_on_surface(seen))
        (x, y), *_ = view.place(spot).tolist()
        half = ink.face().width(name, size) / 2
        if room.take((x - half, y - size / 2, x + half, y + size / 2)):
            ink.text(
                x, y, name, size, "#829ab1", align=0.5, middle=True, halo=0.4 * unit
            )


def _part_names(ink: Ink, view: View, room: Room, sheets: Sheets, unit: float) -> None:
    """Write the names of the communities, on a sheet of several."""
    size = 3.8 * unit
    for shape, name in zip(
        sheets.parts.shapes, sheets.parts.told["name"].tolist(), strict=True
    ):
        spot = shapely.get_coordinates(shapely.point_on_surface(shape))
        (x, y), *_ = view.place(spot).tolist()
        half = ink.face(bold=True).width(name, size) / 2
        for lift in (0.0, 1.3 * size, -1.3 * size):
            box = (x - half, y + lift - size / 2, x + half, y + lift + size / 2)
            if room.take(box):
                ink.text(
                    x, y + lift, name, size, FRAME,
                    bold=True, align=0.5, middle=True, halo=0.6 * unit,
                )  # fmt: skip
                break
