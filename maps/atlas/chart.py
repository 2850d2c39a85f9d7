"""The map of a sheet: ground, grids, streets, buildings and the lines between."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from maps.atlas.ink import Ink, Shapes
from maps.atlas.labels import label_map
from maps.atlas.model import Grid, Ground, Sheets
from maps.atlas.paper import View
from maps.theme import BAND, SEAMS, TINTS, TOKENS, TYPES

__all__ = [
    "BUILDINGS_TO",
    "FRAME",
    "HOME",
    "MUTED_FILL",
    "OTHER",
    "paint_map",
    "paint_pattern",
]

FRAME: Final = "#102a43"
MUTED_FILL: Final = "#eef1f4"
_OUTSIDE: Final = "#f7f9fb"
_NEIGHBOUR_LINE: Final = "#9fb3c8"
_WATER: Final = "#bcd9ee"
HOME, _HOME_FAR = "#a3afbd", "#d6dce4"
OTHER, _OTHER_FAR = "#cdd5de", "#e4e9ee"
_CASING: Final = "#b4c0cd"
_RAIL: Final = "#52606d"
_HIDDEN: Final = 0.02
"""Millimetres on paper below which a bend is not drawn."""

_STREETS: Final = (
    # rank, metres wide on the ground, least and most millimetres, smallest scale
    (2, 3.0, 0.25, 1.6, 3_000),
    (1, 7.0, 0.35, 3.2, 30_000),
    (0, 13.0, 0.5, 5.5, 400_000),
)
BUILDINGS_TO: Final = 15_000
_SPACING: Final = {"exclusive": 2.2, "reserved": 1.8}


def paint_map(
    ink: Ink, view: View, sheets: Sheets, *, focus: Grid | None = None, unit: float = 1
) -> None:
    """Draw the map of a view; with a grid in hand, the others step back.

    `unit` makes lines and type larger for a larger paper.
    """
    with ink.inside(view.box):
        ink.box(view.box, fill=_OUTSIDE)
        _paint_around(ink, view, sheets, unit)
        ink.fill(_seen(view, np.array([sheets.outline])), "#ffffff")
        for grid in sheets.grids_near(view.ground):
            _fill_grid(ink, view, grid, focus, unit)
        _paint_water(ink, view, sheets.water, unit)
        _paint_streets(ink, view, sheets.streets, unit)
        _paint_buildings(ink, view, sheets, focus)
        _paint_lines(ink, view, sheets.lines, unit)
        _paint_seams(ink, view, sheets, focus, unit)
        _paint_outlines(ink, view, sheets, focus, unit)
        label_map(ink, view, sheets, focus=focus, unit=unit)
    ink.box(view.box, line=FRAME, width=0.35 * unit)


def _seen(view: View, shapes: Shapes, *, edge: float = 8.0) -> Shapes:
    """Return the shapes in view on the page, cut a little outside the frame."""
    if not len(shapes):
        return shapes
    west, south, east, north = view.ground
    more = edge * view.scale / 1000
    box = (west - more, south - more, east + more, north + more)
    touching = shapes[shapely.intersects(shapes, shapely.box(*box))]
    whole = shapely.within(shapely.envelope(touching), shapely.box(*box))
    cut = touching.copy()
    cut[~whole] = shapely.intersection(touching[~whole], shapely.box(*box))
    placed = shapely.simplify(view.on_page(cut), _HIDDEN)
    kept: Shapes = placed[~shapely.is_empty(placed)]
    return kept


def _paint_around(ink: Ink, view: View, sheets: Sheets, unit: float) -> None:
    others = sheets.around.shapes[sheets.around.near(view.ground)]
    outlines = shapely.boundary(others)
    ink.stroke(
        _seen(view, outlines), _NEIGHBOUR_LINE, 0.3 * unit, dash=(2, 0.8, 0.3, 0.8)
    )


def _fill_grid(
    ink: Ink, view: View, grid: Grid, focus: Grid | None, unit: float
) -> None:
    shapes = _seen(view, np.array([grid.shape]))
    if not len(shapes):
        return
    if focus is not None and grid.code != focus.code:
        ink.fill(shapes, MUTED_FILL)
    elif grid.type == "resident":
        ink.fill(shapes, TINTS[grid.colour])
    else:
        paint_pattern(ink, shapes, grid.type, unit)


def paint_pattern(ink: Ink, shapes: Shapes, kind: str, unit: float) -> None:
    """Fill shapes on the page as grids of a type: exclusive hatched, reserved dotted.

    The pattern is fixed to the paper, so that it runs on from piece to piece.
    """
    colour, step = TYPES[kind], _SPACING[kind] * unit
    ink.fill(shapes, colour, alpha=0.22)
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    area = shapely.union_all(shapes)
    if kind == "exclusive":
        starts = np.arange((x0 - (y1 - y0)) // step * step, x1, step)
        rise = y1 - y0
        ends = [[(x, y0), (x + rise, y1)] for x in starts.tolist()]
        lines = shapely.linestrings(ends) if ends else np.zeros(0, dtype=object)
        ink.stroke(_cut(lines, area), colour, 0.18 * unit, butt=True, alpha=0.75)
        return
    columns = np.arange(x0 // step * step, x1, step)
    rows = np.arange(y0 // step * step, y1, step)
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    shapely.prepare(area)
    inside = shapely.contains_xy(area, x, y)
    dots = shapely.points(x[inside], y[inside])
    ink.fill(shapely.buffer(dots, 0.22 * unit, quad_segs=2), colour, alpha=0.75)


def _cut(lines: Shapes, area: shapely.Geometry) -> Shapes:
    parts = shapely.get_parts(shapely.intersection(lines, area))
    kept: Shapes = parts[shapely.get_dimensions(parts) == 1]
    return kept


def _paint_water(ink: Ink, view: View, water: Ground, unit: float) -> None:
    shapes = _seen(view, water.shapes[water.near(view.ground)])
    flat = shapely.get_dimensions(shapes) == 2
    ink.fill(shapes[flat], _WATER)
    ink.stroke(shapes[~flat], _WATER, max(0.5 * unit, min(4.0, view.millimetres(8.0))))


def _paint_streets(ink: Ink, view: View, streets: Ground, unit: float) -> None:
    near = streets.near(view.ground)
    drawn = []
    for rank, metres, least, most, until in _STREETS:
        if view.scale > until:
            continue
        mine = near[streets.told["rank"][near] == rank]
        width = min(most, max(least, view.millimetres(metres))) * unit
        drawn.append((_seen(view, streets.shapes[mine]), width))
    # All casings first, so that streets run into each other.
    for lines, width in drawn:
        ink.stroke(lines, _CASING, width + 0.22 * unit)
    for lines, width in drawn:
        ink.stroke(lines, "#ffffff", width)


def _paint_buildings(ink: Ink, view: View, sheets: Sheets, focus: Grid | None) -> None:
    if view.scale > BUILDINGS_TO:
        return
    buildings = sheets.buildings
    near = buildings.near(view.ground)
    if focus is None:
        close = buildings.told["inside"][near]
    else:
        points = shapely.point_on_surface(buildings.shapes[near])
        close = shapely.contains(focus.shape, points)
    homes = buildings.told["households"][near] > 0
    for chosen, colour in (
        (~close & ~homes, _OTHER_FAR),
        (~close & homes, _HOME_FAR),
        (close & ~homes, OTHER),
        (close & homes, HOME),
    ):
        ink.fill(_seen(view, buildings.shapes[near[chosen]]), colour)


def _paint_lines(ink: Ink, view: View, lines: Ground, unit: float) -> None:
    near = lines.near(view.ground)
    kind = lines.told["kind"][near]
    rails = _seen(view, _edges(lines.shapes[near[kind == "railway"]]))
    ink.stroke(rails, _RAIL, 0.7 * unit, butt=True)
    ink.stroke(rails, "#ffffff", 0.45 * unit, dash=(2.0, 2.0), butt=True)
    walls = _seen(view, _edges(lines.shapes[near[kind == "wall"]]))
    if view.scale <= 5_000:
        ink.stroke(walls, "#a8978a", 0.2 * unit, dash=(1.2, 0.5), butt=True)


def _edges(shapes: Shapes) -> Shapes:
    """Return lines as they are and the outlines of areas."""
    flat = shapely.get_dimensions(shapes) == 2
    return np.where(flat, shapely.boundary(shapes), shapes)


def _paint_seams(
    ink: Ink, view: View, sheets: Sheets, focus: Grid | None, unit: float
) -> None:
    seams = sheets.seams
    near = seams.near(view.ground)
    visible = seams.told["kind"][near] != "none"
    muted = focus is not None
    width = (0.35 if muted else 0.55) * unit
    for chosen, dash, key in (
        (~visible, (1.6 * unit, 1.0 * unit), "none"),
        (visible, (), "street"),
    ):
        lines = _seen(view, seams.shapes[near[chosen]])
        colour = "#829ab1" if muted else SEAMS[key]
        ink.stroke(lines, colour, width, dash=dash, butt=bool(dash))


def _paint_outlines(
    ink: Ink, view: View, sheets: Sheets, focus: Grid | None, unit: float
) -> None:
    if focus is None:
        for grid in sheets.grids_near(view.ground):
            if grid.off:
                _inner_edge(ink, view, grid, unit)
    edges = [sheets.outline, *sheets.parts.shapes.tolist()]
    outline = _seen(view, shapely.boundary(np.array(edges, dtype=object)))
    width = (0.6 if focus is not None else 0.9) * unit
    ink.stroke(outline, "#ffffff", width + 0.5 * unit, alpha=0.7)
    ink.stroke(outline, FRAME, width)
    if focus is not None:
        edge = _seen(view, np.array([shapely.boundary(focus.shape)]))
        ink.stroke(edge, "#ffffff", 1.7 * unit, alpha=0.8)
        ink.stroke(edge, TOKENS["accent"], 1.0 * unit)


def _inner_edge(ink: Ink, view: View, grid: Grid, unit: float) -> None:
    """Mark a grid out of the band by a coloured line just inside its outline."""
    shapes = _seen(view, np.array([grid.shape]))
    if not len(shapes):
        return
    colour = BAND["above" if grid.off > 0 else "below"]
    room = view.millimetres(grid.label[2])
    with ink.within(shapely.union_all(shapes)):
        ink.stroke(shapes, colour, 2 * min(1.1 * unit, 0.4 * room))
