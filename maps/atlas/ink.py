"""Drawing on a page in millimetres: shapes, lines and text as PDF has them.

Shapes are written straight into the page, for a sheet may hold thousands. The origin is
the lower left corner of the paper, as in PDF.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.atlas.fonts import Face

__all__ = ["MM", "PT", "Ink", "Shapes", "rgb"]

MM: Final = 72 / 25.4
"""Points of PDF in a millimetre."""
PT: Final = 25.4 / 72
"""Millimetres in a point."""
_MIDDLE: Final = 0.36
"""From the base line to the middle of a line of text, in sizes."""

Shapes = NDArray[np.object_]
Colour = str


def rgb(colour: Colour) -> tuple[float, float, float]:
    """Return a colour `#rrggbb` as three shares."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


class Ink:
    """Draws on the present page of a reportlab canvas."""

    def __init__(
        self, canvas: Any, faces: tuple[Face, Face], *, chinese: bool = True
    ) -> None:
        self.canvas = canvas
        self.chinese = chinese
        self.targets: set[str] = set()
        """Bookmarks that links may lead to."""
        self._faces = faces
        self._edges: set[str] = set()

    def face(self, *, bold: bool = False) -> Face:
        """Return the face of a weight, to measure with."""
        return self._faces[int(bold)]

    @contextmanager
    def inside(self, box: Sequence[float]) -> Iterator[None]:
        """Draw nothing outside x, y, width, height."""
        x, y, width, height = box
        self._write(f"q {x:.3f} {y:.3f} {width:.3f} {height:.3f} re W n")
        yield
        self._write("Q")

    @contextmanager
    def within(self, shape: shapely.Geometry) -> Iterator[None]:
        """Draw nothing outside a polygon."""
        self._write(f"q {_outlines(np.array([shape], dtype=object))} W* n")
        yield
        self._write("Q")

    @contextmanager
    def moved(self, x: float, y: float, angle: float = 0.0) -> Iterator[None]:
        """Draw around another origin, turned by an angle in radians."""
        cos, sin = math.cos(angle), math.sin(angle)
        self._write(f"q {cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.3f} {y:.3f} cm")
        yield
        self._write("Q")

    @contextmanager
    def told_as(self, instead: str) -> Iterator[None]:
        """Draw what a reader finds and copies as another text."""
        code = f"\ufeff{instead}".encode("utf-16-be").hex().upper()
        self._write(f"/Span <</ActualText <{code}>>> BDC")
        yield
        self._write("EMC")

    def fill(self, shapes: Shapes, colour: Colour, *, alpha: float = 1.0) -> None:
        """Fill polygons."""
        if not _is_nothing(shapes):
            with self._piece(f"{_numbers(rgb(colour))} rg", alpha):
                self._write(f"{_outlines(shapes)} f*")

    def stroke(
        self,
        shapes: Shapes,
        colour: Colour,
        width: float,
        *,
        dash: Sequence[float] = (),
        butt: bool = False,
        alpha: float = 1.0,
    ) -> None:
        """Draw lines, or the outlines of polygons, `width` millimetres wide."""
        if _is_nothing(shapes):
            return
        pattern = " ".join(f"{part:.2f}" for part in dash)
        cap = 0 if butt else 1
        state = f"{_numbers(rgb(colour))} RG {width:.3f} w {cap} J 1 j [{pattern}] 0 d"
        with self._piece(state, alpha):
            self._write(f"{_outlines(shapes)} S")

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, width: float
    ) -> None:
        """Draw one straight line."""
        line = shapely.linestrings([[(x0, y0), (x1, y1)]])
        self.stroke(line, colour, width, butt=True)

    def box(
        self,
        box: Sequence[float],
        *,
        fill: Colour | None = None,
        line: Colour | None = None,
        width: float = 0.2,
        alpha: float = 1.0,
    ) -> None:
        """Draw a rectangle given as x, y, width, height."""
        x, y, wide, high = box
        shape = shapely.box(np.array([x]), y, x + wide, y + high)
        if fill:
            self.fill(shape, fill, alpha=alpha)
        if line:
            self.stroke(shape, line, width)

    def plate(self, box: Sequence[float], radius: float, line: Colour) -> None:
        """Draw a white rectangle with round corners: west, south, east, north."""
        west, south, east, north = box
        core = shapely.box(
            *(west + radius, south + radius, east - radius, north - radius)
        )
        shape = np.array([shapely.buffer(core, radius, quad_segs=4)], dtype=object)
        self.fill(shape, "#ffffff", alpha=0.9)
        self.stroke(shape, line, 0.18)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: Colour,
        *,
        bold: bool = False,
        align: float = 0.0,
        middle: bool = False,
        angle: float = 0.0,
        halo: float = 0.0,
        room: float = 0.0,
    ) -> float:
        """Write a line of text and return its width.

        `align` is 0 for left, 0.5 for centred, 1 for right of `x`; `y` is the base line
        or, with `middle`, the middle. `halo` is the width of a white edge. A text wider
        than `room` is written smaller, and cut where that would be unreadable.
        """
        face = self.face(bold=bold)
        width = face.width(text, size)
        if room and width > room:
            size *= max(room / width, 0.75)
            text = face.fit(text, size, room)
            width = face.width(text, size)
        dx, dy = -align * width, -_MIDDLE * size if middle else 0.0
        cos, sin = math.cos(angle), math.sin(angle)
        at_x, at_y = x + dx * cos - dy * sin, y + dx * sin + dy * cos
        place = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {at_x:.3f} {at_y:.3f} Tm"
        shown = self._shown(face, text, size)
        if halo:
            with self.moved(at_x, at_y, angle):
                self._edge(face, text, size, halo)
        self._write(f"BT {_numbers(rgb(colour))} rg {place} {shown} ET")
        return width

    def column(
        self, x: float, y: float, text: str, size: float, colour: Colour, *,
        angle: float, halo: float = 0.0,
    ) -> None:  # fmt: skip
        """Write Chinese from top to bottom, its middle at x, y; found as one word.

        `angle` is that of the line the column follows; at a quarter turn it is upright.
        """
        face = self.face()
        tilt = angle - math.pi / 2 if angle > 0 else angle + math.pi / 2
        with self.moved(x, y, tilt):
            glyphs = []
            for number, character in enumerate(text):
                down = (len(text) - 1) / 2 - number
                left = -face.width(character, size) / 2
                base = down * size - _MIDDLE * size
                if halo:
                    with self.moved(left, base):
                        self._edge(face, character, size, halo)
                shown = self._shown(face, character, size)
                glyphs.append(f"1 0 0 1 {left:.3f} {base:.3f} Tm {shown}")
            # The first stands for the whole word, the others for nothing.
            for number, glyph in enumerate(glyphs):
                with self.told_as("\n" if number else text):
                    self._write(f"BT {_numbers(rgb(colour))} rg {glyph} ET")

    def veil(
        self, x: float, y: float, text: str, size: float, colour: Colour, alpha: float
    ) -> None:
        """Write a big see-through text that is not to be found, centred, rising."""
        face = self.face(bold=True)
        angle = math.radians(30)
        place = f"1 0 0 1 {-face.width(text, size) / 2:.3f} {-_MIDDLE * size:.3f} Tm"
        state = f"{_numbers(rgb(colour))} rg"
        with self.moved(x, y, angle), self.told_as("\n"), self._piece(state, alpha):
            self._write(f"BT {place} {self._shown(face, text, size)} ET")

    def link(self, box: Sequence[float], target: str) -> None:
        """Make a rectangle lead to a bookmark, if the document has it."""
        if target not in self.targets:
            return
        x, y, width, height = (value * MM for value in box)
        corners = (x, y, x + width, y + height)
        self.canvas.linkRect("", target, corners, relative=0, thickness=0)

    def _edge(self, face: Face, text: str, size: float, halo: float) -> None:
        """Draw a white edge around a text that begins at the origin.

        As lines, not as text: a reader's search would find every name twice.
        """
        scale = size / face.units
        width = 2 * halo / scale
        self._write(f"q 1 1 1 RG {width:.1f} w 1 j {scale:.6f} 0 0 {scale:.6f} 0 0 cm")
        for character in face.clean(text):
            name = f"edge-{ord(character):x}-{int(face is self._faces[1])}"
            if name not in self._edges:
                self._edges.add(name)
                self.canvas.beginForm(name, 0, -2 * face.units, face.units * 2, 2e3)
                self._write(f"{face.outline(character)}\nS")
                self.canvas.endForm()
            self.canvas.doForm(name)
            self._write(f"1 0 0 1 {face.width(character, face.units):.0f} 0 cm")
        self._write("Q")

    def _shown(self, face: Face, text: str, size: float) -> str:
        parts = face.codes(text, self.canvas._doc)
        return " ".join(
            f"{name} {size:.3f} Tf <{codes.hex()}> Tj" for name, codes in parts
        )

    @contextmanager
    def _piece(self, state: str, alpha: float = 1.0) -> Iterator[None]:
        """Write a piece with colours of its own."""
        # The canvas knows which transparency is on, so it must know of the piece.
        self.canvas.saveState()
        if alpha < 1:
            self.canvas.setFillAlpha(alpha)
            self.canvas.setStrokeAlpha(alpha)
        self._write(state)
        yield
        self.canvas.restoreState()

    def _write(self, code: str) -> None:
        self.canvas.addLiteral(code)


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{value:.3g}" for value in values)


def _is_nothing(shapes: Shapes) -> bool:
    return bool(shapely.is_empty(shapes).all())


def _outlines(shapes: Shapes) -> str:
    """Return the paths of polygons and lines, to a hundredth of a millimetre."""
    parts = shapely.get_parts(shapes)
    parts = parts[~shapely.is_empty(parts)]
    flat = shapely.get_dimensions(parts) == 2
    rings = shapely.get_rings(parts[flat])
    pieces = np.concatenate([rings, parts[~flat]])
    places, owner = shapely.get_coordinates(pieces, return_index=True)
    texts = [f"{x:.2f} {y:.2f}" for x, y in places.tolist()]
    ends = np.searchsorted(owner, np.arange(len(pieces)), side="right").tolist()
    code: list[str] = []
    start = 0
    for number, end in enumerate(ends):
        is_ring = number < len(rings)
        code.append(f"{texts[start]} m")
        last = texts[start]
        # A ring says its first point again at the end, which "h" does as well.
        for text in texts[start + 1 : end - is_ring]:
            if text != last:
                code.append(f"{text} l")
                last = text
        if is_ring:
            code.append("h")
        start = end
    return "\n".join(code)
