"""What stands around a map: heading, footer, scale bar, north arrow, legend, marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from pyproj import CRS

from maps.atlas.chart import FRAME, HOME, OTHER, paint_pattern
from maps.atlas.ink import Ink
from maps.atlas.model import About
from maps.atlas.paper import Box, Layout, View
from maps.atlas.words import Words
from maps.theme import BAND, SEAMS, TINTS, TOKENS

__all__ = [
    "badge",
    "crs_words",
    "draft_mark",
    "footer",
    "heading",
    "legend",
    "north_arrow",
    "scale_bar",
    "scale_steps",
    "section",
]

INK, MUTED, LINE = TOKENS["ink"], TOKENS["muted"], TOKENS["line"]

LEGEND_OVERVIEW: Final = (
    *("resident", "exclusive", "reserved", "above", "below"),
    *("seam.street", "seam.none", "community", "home", "other"),
)
LEGEND_GRID: Final = ("focus", "seam.street", "seam.none", "community", "home", "other")


def heading(
    ink: Ink, layout: Layout, words: Words, about: About, title: str, below: str
) -> None:
    """Write what the sheet is, which plan it shows, and marks that must be seen."""
    x, y, width, height = layout.head
    unit = layout.unit
    right = x + width
    if about.made_up:
        right -= badge(ink, right, y + height, words("mark.made_up"), unit)
    if about.is_draft:
        right -= badge(ink, right, y + height, words(f"status.{about.status}"), unit)
    room = right - x - 2 * unit
    ink.text(x, y + height - 6.2 * unit, title, 6.4 * unit, INK, bold=True, room=room)
    ink.text(x, y + 2.6 * unit, below, 3.1 * unit, MUTED, room=width)


def badge(ink: Ink, right: float, top: float, text: str, unit: float) -> float:
    """Write a mark in a red frame that ends at `right`; return the room it took."""
    size = 3.6 * unit
    wide = ink.face(bold=True).width(text, size) + 3.2 * unit
    box = (right - wide, top - 6.6 * unit, wide, 6.0 * unit)
    ink.box(box, fill="#fff5f5", line=BAND["above"], width=0.4 * unit)
    middle = top - 3.6 * unit
    ink.text(
        right - wide / 2, middle, text, size, BAND["above"],
        bold=True, align=0.5, middle=True,
    )  # fmt: skip
    return wide + 2 * unit


def scale_steps(scale: int, room: float) -> tuple[int, int]:
    """Return the length in metres and the parts of a scale bar of up to `room` mm.

    Examples
    --------
    >>> scale_steps(2000, 45.0)  # 80 m are 40 mm
    (80, 4)
    >>> scale_steps(10_000, 60.0)
    (600, 3)
    """
    most = room * scale / 1000
    power = 10 ** math.floor(math.log10(most))
    length = max(f * power for f in (1, 2, 3, 4, 5, 6, 8) if f * power <= most)
    parts = {1: 2, 2: 2, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4}[length // power]
    return length, parts


def scale_bar(ink: Ink, view: View, x: float, y: float, room: float, words: Words,
              unit: float) -> float:  # fmt: skip
    """Draw a bar true to scale with its ratio over it; return how high it is."""
    length, parts = scale_steps(view.scale, room)
    step = view.millimetres(length / parts)
    high = 1.3 * unit
    for part in range(parts):
        box = (x + part * step, y, step, high)
        ink.box(box, fill=FRAME if part % 2 == 0 else "#ffffff", line=FRAME, width=0.15)
    far = length >= 1000
    divide, key = (1000, "scale.kilometres") if far else (1, "scale.metres")
    size = 2.2 * unit
    for part in range(parts + 1):
        number = f"{length * part / parts / divide:g}"
        ink.text(x + part * step, y - 1.15 * size, number, size, MUTED, align=0.5)
    after = ink.face().width(f"{length / divide:g}", size) / 2 + 0.6 * unit
    ink.text(x + parts * step + after, y - 1.15 * size, words(key), size, MUTED)
    ratio = words("scale.ratio", n=f"{view.scale:,}".replace(",", " "))
    ink.text(x, y + high + 1.2 * unit, ratio, 3.0 * unit, INK, bold=True)
    return high + 1.2 * unit + 3.0 * unit + 1.15 * size


def north_arrow(ink: Ink, x: float, y: float, words: Words, unit: float) -> None:
    """Draw an arrow to the north whose foot is at x, y."""
    high, half = 8.0 * unit, 2.4 * unit
    tip, notch = (x, y + high), (x, y + 0.28 * high)
    left = shapely.Polygon([(x - half, y), tip, notch])
    right = shapely.Polygon([(x + half, y), tip, notch])
    both = np.array([left, right], dtype=object)
    ink.stroke(both, "#ffffff", 1.0 * unit)
    ink.fill(both[:1], FRAME)
    ink.fill(both[1:], "#ffffff")
    ink.stroke(both, FRAME, 0.25 * unit)
    ink.text(
        x, y + high + 0.8 * unit, words("north"), 3.2 * unit, FRAME,
        bold=True, align=0.5, halo=0.5 * unit,
    )  # fmt: skip


def draft_mark(ink: Ink, box: Box, words: Words) -> None:
    """Write 草稿 across a map, so that no draft passes for a plan in force."""
    x, y, width, height = box
    text = words("mark.draft")
    face = ink.face(bold=True)
    size = 0.72 * math.hypot(width, height) / face.width(text, 1.0)
    size = min(size, 0.22 * height)
    ink.veil(x + width / 2, y + height / 2, text, size, BAND["above"], 0.13)


def section(
    ink: Ink, x: float, y: float, width: float, title: str, unit: float
) -> float:
    """Write a small heading with a rule below; return the y below it."""
    size = 3.1 * unit
    ink.text(x, y - size, title, size, TOKENS["accent"], bold=True)
    ink.line(x, y - 1.5 * size, x + width, y - 1.5 * size, LINE, 0.25)
    return y - 2.0 * size


def legend(
    ink: Ink,
    box: Box,
    words: Words,
    names: Sequence[str],
    unit: float,
    *,
    columns: int = 1,
) -> float:
    """Draw the signs of a legend from the top of a box down; return the y below."""
    x, y, width, height = box
    row, size = 4.4 * unit, 2.5 * unit
    rows = -(-len(names) // columns)
    top = y + height
    for number, name in enumerate(names):
        column, line = divmod(number, rows)
        left = x + column * width / columns
        middle = top - (line + 0.5) * row
        _sign(ink, name, (left, middle - 1.4 * unit, 7.0 * unit, 2.8 * unit), unit)
        ink.text(
            left + 8.6 * unit, middle, words(f"legend.{name}"), size, INK,
            middle=True, room=width / columns - 9.5 * unit,
        )  # fmt: skip
    return top - rows * row


def _sign(ink: Ink, name: str, box: Box, unit: float) -> None:
    x, y, wide, high = box
    middle = y + high / 2
    shape = np.array([shapely.box(x, y, x + wide, y + high)])
    line = shapely.linestrings([[(x, middle), (x + wide, middle)]])
    if name == "resident":
        for number, tint in enumerate(TINTS):
            ink.box((x + number * wide / 4, y, wide / 4, high), fill=tint)
        ink.box(box, line="#9fb3c8", width=0.15)
    elif name in ("exclusive", "reserved"):
        paint_pattern(ink, shape, name, unit)
        ink.box(box, line="#9fb3c8", width=0.15)
    elif name in ("above", "below"):
        with ink.inside(box):
            ink.stroke(shape, BAND[name], 1.0 * unit)
        mark = "▲" if name == "above" else "▼"
        ink.text(
            x + wide / 2, middle, mark, 1.9 * unit, BAND[name], align=0.5, middle=True
        )
    elif name.startswith("seam."):
        kind = name.removeprefix("seam.")
        dash = () if kind == "street" else (1.6 * unit, 1.0 * unit)
        ink.stroke(line, SEAMS[kind], 0.55 * unit, dash=dash, butt=True)
    elif name == "community":
        ink.stroke(line, FRAME, 0.9 * unit, butt=True)
    elif name == "focus":
        ink.stroke(line, TOKENS["accent"], 1.0 * unit, butt=True)
    else:
        colour = HOME if name == "home" else OTHER
        ink.box((x + wide / 4, y, wide / 2, high), fill=colour)


def crs_words(crs: CRS, words: Words) -> str:
    """Return in what the sheet was measured."""
    operation = crs.coordinate_operation
    if "CGCS2000" in crs.name and operation is not None:
        meridian = next(
            p.value for p in operation.params if "longitude" in p.name.lower()
        )
        return words("page.crs", meridian=f"{meridian:g}")
    return words("page.crs.other", name=crs.name)


def footer(
    ink: Ink,
    layout: Layout,
    words: Words,
    about: About,
    crs: CRS,
    page: tuple[int, int],
) -> None:
    """Write whose data it is, what it was measured in and which page it is."""
    x, y, width, height = layout.foot
    unit = layout.unit
    size = 2.2 * unit
    ink.line(x, y + height - 1.2 * unit, x + width, y + height - 1.2 * unit, LINE, 0.2)
    base = y + height - 1.2 * unit - 1.5 * size
    number = words("page.number", n=page[0], of=page[1])
    right = ink.text(x + width, base, number, size, MUTED, align=1.0)
    parts = [crs_words(crs, words), about.attribution]
    if about.plan_hash:
        parts.append(f"{words('proof.plan_hash')} {about.plan_hash[:16]}")
    told = "  ·  ".join(part for part in parts if part)
    ink.text(x, base, told, size, MUTED, room=width - right - 4)
    if about.made_up:
        long = words("mark.made_up.long")
        ink.text(x, base - 1.35 * size, long, size, BAND["above"], room=width)
