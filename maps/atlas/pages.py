"""The pages of an atlas: the overview, the list of grids, a sheet per grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from maps.atlas.chart import paint_map
from maps.atlas.furniture import (
    LEGEND_GRID,
    LEGEND_OVERVIEW,
    draft_mark,
    footer,
    heading,
    north_arrow,
)
from maps.atlas.ink import Ink
from maps.atlas.model import Grid, Sheets
from maps.atlas.panel import (
    Block,
    figures_block,
    grid_block,
    inset_block,
    legend_block,
    list_block,
    list_columns,
    scale_block,
    sign_block,
    stack,
)
from maps.atlas.paper import Layout, View, layout_for, view_of
from maps.atlas.words import Words
from maps.theme import BAND, TOKENS

__all__ = [
    "TABLE_ROWS",
    "Page",
    "chart",
    "draw_grid",
    "draw_overview",
    "draw_table",
    "frame",
    "is_wide",
    "layout_of",
    "listed_in",
]

TABLE_ROWS: Final = 44
"""Grids on a page of the list."""

_ABOVE_LIST: Final = 128.0
"""Millimetres of A4 that the other blocks of an overview take beside a map."""

Page = tuple[int, int]
"""Number of a page, and of how many."""


def is_wide(bounds: Sequence[float]) -> bool:
    """Tell whether a paper should lie for what has these bounds."""
    west, south, east, north = bounds
    return (east - west) >= 0.95 * (north - south)


def layout_of(sheets: Sheets, paper: str, grid: Grid | None = None) -> Layout:
    """Return the page for the shape of a plan or of one grid."""
    shape = sheets.outline if grid is None else grid.shape
    return layout_for(paper, wide=is_wide(shape.bounds))


def listed_in(sheets: Sheets, layout: Layout) -> int:
    """Return in how many columns an overview lists the grids; 0 where it cannot."""
    unit, height = layout.unit, layout.side[3]
    if not layout.is_wide:
        return list_columns(sheets.grids, height, unit)
    return list_columns(sheets.grids, height - _ABOVE_LIST * unit, unit)


def draw_overview(
    ink: Ink, sheets: Sheets, words: Words, layout: Layout, page: Page
) -> None:
    """Draw the sheet of the whole plan."""
    unit = layout.unit
    frame(ink, sheets, words, layout, page, words("title.overview"))
    view = view_of(sheets.outline.bounds, layout.map)
    chart(ink, view, sheets, words, layout, None)
    scale = scale_block(ink, view, words, unit)
    figures = figures_block(ink, sheets, words, unit)
    signs = legend_block(ink, words, LEGEND_OVERVIEW, unit)
    sign = sign_block(ink, words, unit)
    columns = listed_in(sheets, layout)
    listed: list[Block] = []
    if columns:
        listed.append(list_block(ink, sheets, words, unit, columns=columns))
    if layout.is_wide:
        stack(layout, [[scale, figures, signs, *listed]])
        x, y, width, _ = layout.side
        sign(x, y + 24.5 * unit, width)
    elif listed:
        stack(layout, [[scale, figures, sign], [signs], listed])
    else:
        stack(layout, [[scale, figures], [signs], [sign]])


def draw_grid(
    ink: Ink, sheets: Sheets, grid: Grid, words: Words, layout: Layout, page: Page
) -> None:
    """Draw the sheet of one grid, its neighbours muted."""
    unit = layout.unit
    frame(ink, sheets, words, layout, page, words("title.grid", number=grid.number))
    view = view_of(grid.shape.bounds, layout.map, edge=16 * unit)
    chart(ink, view, sheets, words, layout, grid)
    scale = scale_block(ink, view, words, unit)
    told = grid_block(ink, sheets, grid, words, unit)
    signs = legend_block(ink, words, LEGEND_GRID, unit)
    if layout.is_wide:
        inset = inset_block(ink, sheets, grid, words, unit, 34 * unit)
        stack(layout, [[scale, told, inset, signs]])
    else:
        inset = inset_block(ink, sheets, grid, words, unit, layout.side[3] - 8 * unit)
        stack(layout, [[told], [scale, signs], [inset]])


def draw_table(
    ink: Ink,
    sheets: Sheets,
    words: Words,
    layout: Layout,
    page: Page,
    rows: Sequence[Grid],
    numbers: dict[str, int],
) -> None:
    """Draw a page of the list of grids, each with the page of its sheet."""
    unit = layout.unit
    frame(ink, sheets, words, layout, page, words("title.index"))
    x, _, width, _ = layout.head
    top = layout.head[1] - 2 * unit
    line, size = 5.2 * unit, 2.7 * unit
    stops = _stops(x, width)
    for key, at, align in stops:
        text = words(f"table.{key}")
        ink.text(at, top - size, text, size, TOKENS["muted"], align=align, bold=True)
    top -= 1.6 * size
    ink.line(x, top, x + width, top, TOKENS["ink"], 0.3)
    for number, grid in enumerate(rows):
        base = top - (number + 0.72) * line
        if number % 2:
            ink.box((x, base - 0.28 * line, width, line), fill=TOKENS["canvas"])
        told = {
            "number": grid.number,
            "code": grid.code,
            "name": grid.name,
            "type": words(f"type.{grid.type}.short"),
            "households": f"{'≈ ' if grid.estimated else ''}{grid.households:,}",
            "off": words.off(grid),
            "buildings": f"{grid.buildings:,}",
            "area": f"{grid.area_m2 / 10_000:,.2f}",
            "page": str(numbers.get(grid.code, "")),
        }
        for key, at, align in stops:
            colour = TOKENS["ink"]
            if key in ("off", "households") and grid.off:
                colour = BAND["above" if grid.off > 0 else "below"]
            room = 0.22 * width if key == "name" else 0.0
            ink.text(at, base, told[key], size, colour, align=align, room=room)
        if grid.code in numbers:
            ink.link((x, base - 0.28 * line, width, line), grid.code)


def _stops(x: float, width: float) -> list[tuple[str, float, float]]:
    """Return where each column of the list is written, and how it is aligned."""
    shares = (
        ("number", 0.0, 0.0),
        ("code", 0.07, 0.0),
        ("name", 0.25, 0.0),
        ("type", 0.49, 0.0),
        ("households", 0.63, 1.0),
        ("off", 0.65, 0.0),
        ("buildings", 0.83, 1.0),
        ("area", 0.94, 1.0),
        ("page", 1.0, 1.0),
    )
    return [(key, x + share * width, align) for key, share, align in shares]


def frame(
    ink: Ink,
    sheets: Sheets,
    words: Words,
    layout: Layout,
    page: Page,
    kind: str,
    *,
    plain: bool = False,
) -> None:
    """Write heading and footer; a `plain` heading is that of no single plan."""
    about = sheets.about
    parts = [about.places, about.community_code]
    if not plain:
        parts += [words.version(about), words.in_force(about)]
    below = "  ·  ".join(part for part in parts if part)
    title = f"{about.community}{_gap(words)}{kind}"
    heading(ink, layout, words, about, title, below)
    footer(ink, layout, words, about, sheets.crs, page)


def _gap(words: Words) -> str:
    return " " if words.lang == "zh" else " · "


def chart(
    ink: Ink,
    view: View,
    sheets: Sheets,
    words: Words,
    layout: Layout,
    focus: Grid | None,
) -> None:
    """Draw the map with its arrow and, for a draft, the mark across it."""
    x, y, width, height = layout.map
    unit = layout.unit
    paint_map(ink, view, sheets, focus=focus, unit=unit)
    with ink.inside(layout.map):
        if sheets.about.is_draft:
            draft_mark(ink, layout.map, words)
    north_arrow(ink, x + width - 6.5 * unit, y + height - 14.5 * unit, words, unit)
