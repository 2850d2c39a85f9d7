"""Make the pictures of docs/engine.md from a community of the made-up town.

Run it in a development environment: `.venv/bin/python -m scripts.engine_pictures`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.optimize import linear_sum_assignment

from data.synthetic import made_up_town
from gis.colouring import colour_graph
from gis.crs import to_metric
from gis.drawing import canonical, draw_plans
from gis.households import estimate_households
from gis.kinds import GridType
from gis.layers import Layers
from gis.partition import partition_cells, repartition_cells
from gis.partition._compiled import random_state
from gis.partition.graphs import contract, net_of, sub_net
from gis.partition.land import lay_out
from gis.partition.local_search import anneal, groups_of
from gis.partition.solve import block_units
from gis.partition.trees import tree_seed
from gis.plan import Plan
from maps.theme import TINTS, TOKENS

__all__ = ["main"]

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LARGEST = 300_000
"""Bytes a picture may have; a repository keeps every version for ever."""
LOW, HIGH = 300, 500
PANEL, MARGIN, FINE = 620, 14, 2
OFF_STREET = "#d1495b"

Labels = NDArray[np.int32]
Colour = Callable[[int], str]


def main() -> int:
    """Write the pictures."""
    sheet = Sheet.of(largest_plan())
    for name, panels in (
        ("engine-cells", [sheet.cells(), sheet.grids(sheet.plan.labels)]),
        ("engine-search", [sheet.grids(label) for label in search_steps(sheet.plan)]),
        ("engine-redraw", redraw(sheet)),
    ):
        save(panels, IMAGES / f"{name}.png")
    return 0


def largest_plan() -> Plan:
    """Return the plan of the community with the most cells in the made-up town."""
    layers = canonical(to_metric(made_up_town(seed=0).layers))
    homes = estimate_households(layers)
    plans = draw_plans(Layers(**{**layers.__dict__, "buildings": homes}))
    return max(plans, key=lambda plan: plan.cell_set.graph.size)


@dataclass(frozen=True)
class Sheet:
    """A community to be drawn: its plan, the lines between cells, and the scale."""

    plan: Plan
    lines: NDArray[Any]
    corner: tuple[float, float]
    scale: float
    size: tuple[int, int]

    @classmethod
    def of(cls, plan: Plan) -> Sheet:
        """Measure a community and find the lines its cells share."""
        shapes, graph = plan.cell_set.polygons, plan.cell_set.graph
        left, low, right, high = shapely.total_bounds(shapes)
        scale = PANEL * FINE / (right - left)
        height = int((high - low) * scale) + 2 * MARGIN * FINE
        lines = shapely.intersection(shapes[graph.i], shapes[graph.j])
        width = (PANEL + 2 * MARGIN) * FINE
        return cls(plan, lines, (left, high), scale, (width, height))

    def at(self, shape: Any) -> list[tuple[float, float]]:
        """Return the pixels of a ring or line."""
        xy = shapely.get_coordinates(shape)
        pixels = (xy - self.corner) * (self.scale, -self.scale) + MARGIN * FINE
        return [(float(x), float(y)) for x, y in pixels]

    def panel(self, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """Return a picture of the cells, each in its colour."""
        image = Image.new("RGB", self.size, TOKENS["paper"])
        pen = ImageDraw.Draw(image)
        for cell, shape in enumerate(self.plan.cell_set.polygons):
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
        whole = shapely.coverage_union_all(self.plan.cell_set.polygons)
        for part in shapely.get_parts(whole):
            pen.line(
                self.at(part.exterior),
                fill=TOKENS["ink"],
                width=2 * FINE,
                joint="curve",
            )

    def cells(self) -> Image.Image:
        """Show the cells: the more households the darker, and the street lines."""
        graph = self.plan.cell_set.graph

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
        graph = self.plan.cell_set.graph
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
        graph, shapes = self.plan.cell_set.graph, self.plan.cell_set.polygons
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


def search_steps(plan: Plan) -> list[Labels]:
    """Return a cut along random trees, the same annealed, and the finished plan."""
    graph = plan.cell_set.graph
    net = net_of(graph)
    ground = lay_out(graph, net, np.full(graph.size, -1, np.int32))
    rows = max(ground.pieces, key=len)
    piece = sub_net(net, rows)
    units = block_units(piece, HIGH)
    coarse = contract(piece, units)
    k = round(piece.total / ((LOW + HIGH) / 2))
    state = random_state(0)
    seed = tree_seed(coarse, k, low=LOW, high=HIGH, trees=1, state=state)
    blocks = anneal(
        coarse, seed, k, low=LOW, high=HIGH, proposals=1500 * coarse.size, state=state
    )
    cells = anneal(
        piece,
        blocks[units],
        k,
        low=LOW,
        high=HIGH,
        proposals=250 * piece.size,
        state=state,
        groups=groups_of(piece),
        hot=0.1,
        cold=0.005,
        soft_band=0.3,
        pieces=0.1,
    )
    steps = []
    for label in (seed[units], cells):
        # What is not in this piece keeps the grids of the finished plan.
        whole = plan.labels + k
        whole[rows] = label
        steps.append(np.unique(whole, return_inverse=True)[1].astype(np.int32))
    return [*steps, plan.labels]


def redraw(sheet: Sheet) -> list[Image.Image]:
    """Show new counts drawn again with fewest moves, and drawn afresh."""
    graph = sheet.plan.cell_set.graph
    noise = np.random.default_rng(2029).uniform(0.85, 1.15, graph.size)
    changed = np.rint(graph.households * noise).astype(np.int64)
    fresh_graph = replace(graph, households=changed)
    again = repartition_cells(fresh_graph, sheet.plan.labels)
    fresh = partition_cells(fresh_graph, seed=1).labels
    moved = others(sheet.plan.labels, fresh, changed)
    for words, which in (("again", again.moved), ("afresh", moved)):
        share = changed[which].sum() / changed.sum()
        print(f"drawn {words}: {share:.1%} of households change grid")
    shown = Sheet(
        replace(sheet.plan, cell_set=replace(sheet.plan.cell_set, graph=fresh_graph)),
        sheet.lines,
        sheet.corner,
        sheet.scale,
        sheet.size,
    )
    return [
        shown.grids(sheet.plan.labels),
        shown.grids(again.labels, again.moved),
        shown.grids(fresh, moved),
    ]


def others(
    before: Labels, after: Labels, households: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return the cells that change grid, grids being paired as well as may be."""
    shared = np.zeros((int(before.max()) + 1, int(after.max()) + 1))
    np.add.at(shared, (before, after), households + 1e-3)
    old, new = linear_sum_assignment(-shared)
    partner = np.full(shared.shape[1], -1)
    partner[new] = old
    found: NDArray[np.bool_] = partner[after] != before
    return found


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
    print(f"{path.name}  {half.width} × {half.height}  {size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
