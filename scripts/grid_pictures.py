"""Draw cells and grids of a community as panels of a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gis.colouring import colour_graph
from gis.graph import CellGraph
from gis.kinds import GridType
from maps.theme import TINTS, TOKENS

__all__ = ["HIGH", "LOW", "Sheet", "captioned", "save"]

LARGEST = 300_000
"""Bytes a picture may have; a repository keeps every version for ever."""
LOW, HIGH = 300, 500
PANEL, MARGIN, FINE = 620, 14, 2
OFF_STREET = "#d1495b"

Labels = NDArray[np.int32]
Colour = Callable[[int], str]


@dataclass(frozen=True)
class Sheet:
    """A community to be drawn: its cells, the lines between them, and the scale."""

    graph: CellGraph
    shapes: NDArray[Any]
    lines: NDArray[Any]
    corner: tuple[float, float]
    scale: float
    size: tuple[int, int]

    @classmethod
    def of(cls, graph: CellGraph, shapes: NDArray[Any]) -> Sheet:
        """Measure a community and find the lines its cells share."""
        left, low, right, high = shapely.total_bounds(shapes)
        scale = PANEL * FINE / (right - left)
        height = int((high - low) * scale) + 2 * MARGIN * FINE
        lines = shapely.intersection(shapes[graph.i], shapes[graph.j])
        width = (PANEL + 2 * MARGIN) * FINE
        return cls(graph, shapes, lines, (left, high), scale, (width, height))

    def at(self, shape: Any) -> list[tuple[float, float]]:
        """Return the pixels of a ring or line."""
        xy = shapely.get_coordinates(shape)
        pixels = (xy - self.corner) * (self.scale, -self.scale) + MARGIN * FINE
        return [(float(x), float(y)) for x, y in pixels]

    def panel(self, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """Return a picture of the cells, each in its colour."""
        image = Image.new("RGB", self.size, TOKENS["paper"])
        pen = ImageDraw.Draw(image)
        for cell, shape in enumerate(self.shapes):
            pen.polygon(self.at(shape.exterior), fill=colour(cell))
        self.rule(pen, np.ones(len(self.lines), np.bool_), TOKENS["line"], 1)
        return image, pen

    def rule(
        self, pen: ImageDraw.ImageDraw, which: NDArray[Any], ink: str, width: int
    ) -> None:
        """Draw some of the lines between cells."""
        parts = shapely.get_parts(shapely.line_merge(self.lines[which]))
        for part in parts[shapely.length(parts) > 0]:
            pen.line(self.at(part), fill=ink, width=width * FINE, joint="curve")

    def frame(self, pen: ImageDraw.ImageDraw) -> None:
        """Draw the edge of the community."""
        whole = shapely.coverage_union_all(self.shapes)
        for part in shapely.get_parts(whole):
            pen.line(
                self.at(part.exterior),
                fill=TOKENS["ink"],
                width=2 * FINE,
                joint="curve",
            )

    def cells(self) -> Image.Image:
        """Show the cells: the more households the darker, and the street lines."""
        graph = self.graph

        def colour(cell: int) -> str:
            land = land_colour(int(graph.kind[cell]))
            return land or blend(int(graph.households[cell]) / (HIGH - LOW))

        image, pen = self.panel(colour)
        self.rule(pen, graph.block[graph.i] != graph.block[graph.j], TOKENS["ink"], 1)
        self.frame(pen)
        return image

    def grids(
        self, label: Labels, moved: NDArray[np.bool_] | None = None
    ) -> Image.Image:
        """Show a plan with the households of each grid, off-street seams in red."""
        graph = self.graph
        cut = label[graph.i] != label[graph.j]
        pairs = np.stack([label[graph.i], label[graph.j]], axis=1)[cut]
        tint = colour_graph(
            int(label.max()) + 1, np.unique(np.sort(pairs, axis=1), axis=0)
        )

        def colour(cell: int) -> str:
            if moved is not None and moved[cell]:
                return "#e9a23b"
            land = land_colour(int(graph.kind[cell]))
            return land or TINTS[tint[label[cell]] % len(TINTS)]

        image, pen = self.panel(colour)
        street = graph.street >= graph.length / 2
        self.rule(pen, cut & street, TOKENS["ink"], 2)
        self.rule(pen, cut & ~street, OFF_STREET, 3)
        self.frame(pen)
        self.write_households(pen, label)
        return image

    def write_households(self, pen: ImageDraw.ImageDraw, label: Labels) -> None:
        """Write the count of every grid people live in, in red where it misses."""
        graph, shapes = self.graph, self.shapes
        font = ImageFont.load_default(size=17 * FINE)
        for grid in np.unique(label[graph.kind == GridType.RESIDENT]).tolist():
            load = int(graph.households[label == grid].sum())
            if load == 0:
                continue
            whole = shapely.coverage_union_all(shapes[label == grid])
            largest = max(shapely.get_parts(whole), key=shapely.area)
            place = shapely.centroid(shapely.maximum_inscribed_circle(largest))
            pen.text(
                self.at(place)[0],
                str(load),
                fill=TOKENS["ink"] if LOW <= load <= HIGH else TOKENS["above"],
                font=font,
                anchor="mm",
                stroke_width=2 * FINE,
                stroke_fill=TOKENS["paper"],
            )


def land_colour(kind: int) -> str:
    """Return the colour of land nobody lives on, else nothing."""
    return {GridType.EXCLUSIVE: "#ded7e7", GridType.RESERVED: "#e6e8eb"}.get(
        GridType(kind), ""
    )


def blend(share: float) -> str:
    """Return a blue from pale to deep."""
    pale, deep = np.array([245, 249, 253]), np.array([70, 130, 190])
    red, green, blue = (pale + (deep - pale) * min(1.0, share)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def captioned(panel: Image.Image, title: str, told: str) -> Image.Image:
    """Return a panel with a title and a line of figures above it."""
    strip = 56 * FINE
    image = Image.new("RGB", (panel.width, panel.height + strip), TOKENS["paper"])
    image.paste(panel, (0, strip))
    pen = ImageDraw.Draw(image)
    for words, size, down in ((title, 19, 8), (told, 14, 34)):
        pen.text(
            (MARGIN * FINE, down * FINE),
            words,
            fill=TOKENS["ink"],
            font=ImageFont.load_default(size=size * FINE),
        )
    return image


def save(panels: list[Image.Image], path: Path) -> None:
    """Write panels side by side, in few colours."""
    width = sum(panel.width for panel in panels)
    sheet = Image.new("RGB", (width, panels[0].height), TOKENS["paper"])
    for place, panel in enumerate(panels):
        sheet.paste(panel, (place * panel.width, 0))
    half = sheet.resize((width // FINE, sheet.height // FINE), Image.Resampling.LANCZOS)
    half.quantize(256, Image.Quantize.FASTOCTREE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        message = f"{path.name} has {size:,} bytes, more than {LARGEST:,}"
        raise ValueError(message)
