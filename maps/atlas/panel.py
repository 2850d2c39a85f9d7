"""The blocks beside or below a map: figures, lists, legend, lines to sign on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import shapely

from gis.kinds import GridType
from maps.atlas.chart import FRAME, MUTED_FILL
from maps.atlas.furniture import legend, scale_bar, section
from maps.atlas.ink import Ink
from maps.atlas.model import Grid, Sheets
from maps.atlas.paper import Layout, View, view_of
from maps.atlas.sides import SIDES, bounds_of
from maps.atlas.words import Words
from maps.theme import BAND, TINTS, TOKENS

__all__ = [
    "Block",
    "figures_block",
    "grid_block",
    "inset_block",
    "legend_block",
    "list_block",
    "list_columns",
    "scale_block",
    "sign_block",
    "stack",
]

INK, MUTED, LINE = TOKENS["ink"], TOKENS["muted"], TOKENS["line"]
_ROW: Final = 3.7
KINDS: Final = tuple(kind.label for kind in GridType)

Block = Callable[[float, float, float], float]
"""Draws from x and the top down, so wide; returns the y below."""


def stack(layout: Layout, columns: Sequence[Sequence[Block]]) -> float:
    """Draw blocks one below another; return the lowest y.

    They fill one column beside a map, the given columns below one.
    """
    x, y, width, height = layout.side
    gap, lowest = 4.0 * layout.unit, y + height
    if layout.is_wide:
        columns = [[block for column in columns for block in column]]
    wide = (width - gap * (len(columns) - 1)) / len(columns)
    for number, blocks in enumerate(columns):
        top = y + height
        for block in blocks:
            top = block(x + number * (wide + gap), top, wide) - 2.6 * layout.unit
        lowest = min(lowest, top)
    return lowest


def _rows(
    ink: Ink, x: float, top: float, width: float, rows: Sequence[tuple[str, str, str]],
    unit: float, *, label: float = 13.0,
) -> float:  # fmt: skip
    """Write rows of a word, what it says, and the colour it says it in."""
    size, line = 2.7 * unit, 4.1 * unit
    room = width - label * unit
    for word, text, colour in rows:
        ink.text(x, top - size, word, size, MUTED, room=label * unit - 1)
        for part in ink.face().wrap(text, size, room):
            ink.text(x + label * unit, top - size, part, size, colour)
            top -= line
    return top


def figures_block(ink: Ink, sheets: Sheets, words: Words, unit: float) -> Block:
    """Return the block of what the whole plan comes to."""
    about, grids = sheets.about, sheets.grids
    kinds = [grid.type for grid in grids]
    out = sum(1 for grid in grids if grid.off)
    households = sum(grid.households for grid in grids)
    about_equal = "≈ " if any(grid.estimated for grid in grids) else ""
    texts = [
        ("grids", words(
            "figures.grids.value",
            n=len(grids),
            **{kind: kinds.count(kind) for kind in KINDS},
        )),
        ("households", about_equal + words("unit.households", n=f"{households:,}")),
        ("buildings", words(
            "unit.buildings", n=f"{sum(grid.buildings for grid in grids):,}"
        )),
        ("area", words.area(sum(grid.area_m2 for grid in grids))),
        ("standard", words("figures.standard.value", low=about.low, high=about.high)),
        ("out", words("figures.out.value", n=out)),
    ]  # fmt: skip
    rows = [(words(f"figures.{key}"), text, INK) for key, text in texts]

    def draw(x: float, top: float, width: float) -> float:
        top = section(ink, x, top, width, words("figures.title"), unit)
        return _rows(ink, x, top, width, rows, unit)

    return draw


def grid_block(
    ink: Ink, sheets: Sheets, grid: Grid, words: Words, unit: float
) -> Block:
    """Return the block of what a grid comes to, and what bounds it."""
    texts = [
        ("code", grid.code, INK),
        ("name", grid.name, INK),
        ("community", sheets.about.community, INK),
        ("type", words(f"type.{grid.type}"), INK),
        ("households", words.households(grid), INK),
        ("buildings", words("unit.buildings", n=f"{grid.buildings:,}"), INK),
        ("area", words.area(grid.area_m2), INK),
    ]
    rows = [(words(f"grid.{key}"), text, colour) for key, text, colour in texts if text]
    if grid.off:
        colour = BAND["above" if grid.off > 0 else "below"]
        at = next(n for n, row in enumerate(rows) if row[0] == words("grid.households"))
        rows.insert(at + 1, ("", words.off(grid), colour))
    told = bounds_of(sheets, grid)
    for number, side in enumerate(side for side in SIDES if side in told):
        text = f"{words(f'side.{side}')} {_bound(words, *told[side])}"
        rows.append(("" if number else words("grid.sides"), text, INK))

    def draw(x: float, top: float, width: float) -> float:
        title = words("title.grid", number=grid.number)
        top = section(ink, x, top, width, title, unit)
        return _rows(ink, x, top, width, rows, unit, label=15.0)

    return draw


def _bound(words: Words, kind: str, name: str) -> str:
    if kind == "named":
        return name
    if kind == "grid":
        return words("side.grid", number=name)
    return words("side.community")


def legend_block(
    ink: Ink, words: Words, names: Sequence[str], unit: float, *, columns: int = 1
) -> Block:
    """Return the block that explains the signs."""

    def draw(x: float, top: float, width: float) -> float:
        top = section(ink, x, top, width, words("legend.title"), unit)
        return legend(ink, (x, 0, width, top), words, names, unit, columns=columns)

    return draw


def scale_block(ink: Ink, view: View, words: Words, unit: float) -> Block:
    """Return the block of the scale bar."""

    def draw(x: float, top: float, width: float) -> float:
        high = 3.0 * unit + 1.2 * unit + 1.3 * unit
        room = min(width - 9 * unit, 52 * unit)
        scale_bar(ink, view, x + unit, top - high, room, words, unit)
        return top - high - 3.2 * unit

    return draw


def inset_block(
    ink: Ink, sheets: Sheets, grid: Grid, words: Words, unit: float, high: float
) -> Block:
    """Return the block that shows where in the community a grid lies."""

    def draw(x: float, top: float, width: float) -> float:
        top = section(ink, x, top, width, words("inset.title"), unit)
        box = (x, top - high, width, high)
        view = view_of(sheets.outline.bounds, box, edge=0.8 * unit)
        shapes = view.on_page(sheets.small)
        mine = np.array([g.code == grid.code for g in sheets.grids])
        with ink.inside(box):
            ink.fill(shapes[~mine], MUTED_FILL)
            ink.fill(shapes[mine], TOKENS["accent"])
            ink.stroke(shapes, "#ffffff", 0.25 * unit)
            outline = view.on_page(np.array([sheets.outline]))
            ink.stroke(shapely.simplify(outline, 0.05), FRAME, 0.35 * unit)
            west, south, east, north = shapely.total_bounds(shapes[mine])
            if max(east - west, north - south) < 3.0 * unit:
                # Too small to be seen: a ring shows where to look.
                spot = shapely.Point((west + east) / 2, (south + north) / 2)
                ring = np.array([shapely.boundary(spot.buffer(2.4 * unit))])
                ink.stroke(ring, TOKENS["accent"], 0.5 * unit)
        return top - high

    return draw


def sign_block(ink: Ink, words: Words, unit: float) -> Block:
    """Return the block of lines to sign, date and seal on."""

    def draw(x: float, top: float, width: float) -> float:
        size = 2.7 * unit
        for key in ("drafted", "reviewed", "date", "seal"):
            top -= 5.6 * unit
            wide = ink.text(x, top, words(f"sign.{key}"), size, MUTED)
            ink.line(x + wide + 2, top - 0.6, x + width, top - 0.6, "#829ab1", 0.2)
        return top - 1.5 * unit

    return draw


def list_columns(grids: Sequence[Grid], height: float, unit: float) -> int:
    """Return in how many columns the list of grids fits into a height, 0 if in none."""
    for columns in (1, 2, 3):
        rows = -(-len(grids) // columns)
        if (rows * _ROW + 6.5) * unit <= height:
            return columns
    return 0


def list_block(
    ink: Ink, sheets: Sheets, words: Words, unit: float, *, columns: int
) -> Block:
    """Return the block that lists the grids, each leading to its sheet."""

    def draw(x: float, top: float, width: float) -> float:
        top = section(ink, x, top, width, words("title.index"), unit)
        rows = -(-len(sheets.grids) // columns)
        wide = width / columns
        for number, grid in enumerate(sheets.grids):
            column, line = divmod(number, rows)
            left, y = x + column * wide, top - (line + 0.75) * _ROW * unit
            typed = columns == 1
            _list_row(ink, words, grid, left, y, wide - 2 * unit, unit, typed=typed)
            box = (left, y - 0.8 * unit, wide - 2 * unit, _ROW * unit)
            ink.link(box, grid.code)
        return top - rows * _ROW * unit

    return draw


def _list_row(
    ink: Ink, words: Words, grid: Grid, x: float, y: float, width: float, unit: float,
    *, typed: bool,
) -> None:  # fmt: skip
    size = 2.5 * unit
    tint = TINTS[grid.colour] if grid.type == "resident" else "#e4e7eb"
    ink.box((x, y - 0.4 * unit, 2.6 * unit, 2.6 * unit), fill=tint, line="#9fb3c8",
            width=0.12)  # fmt: skip
    ink.text(x + 3.8 * unit, y, grid.number, size, INK, bold=True)
    if typed:
        ink.text(x + 11.5 * unit, y, words(f"type.{grid.type}.short"), size, MUTED)
    colour = BAND["above" if grid.off > 0 else "below"] if grid.off else INK
    mark = {1: "▲ ", -1: "▼ ", 0: ""}[(grid.off > 0) - (grid.off < 0)]
    count = mark + words.households(grid)
    ink.text(x + width, y, count, size, colour, align=1.0, room=width - 10 * unit)
