"""Make the pictures of docs/engine.md from a community of the made-up town.

Run it in a development environment: `.venv/bin/python -m scripts.engine_pictures`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment

from data.synthetic import made_up_town
from gis.crs import to_metric
from gis.drawing import canonical, draw_plans
from gis.households import estimate_households
from gis.layers import Layers
from gis.partition import partition_cells, repartition_cells
from gis.partition._compiled import random_state
from gis.partition.graphs import contract, net_of, sub_net
from gis.partition.land import lay_out
from gis.partition.local_search import anneal, groups_of
from gis.partition.solve import block_units
from gis.partition.trees import tree_seed
from gis.plan import Plan
from scripts.grid_pictures import HIGH, LOW, Sheet, save

__all__ = ["main"]

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"

Labels = NDArray[np.int32]


def main() -> int:
    """Write the pictures."""
    plan = largest_plan()
    sheet = Sheet.of(plan.cell_set.graph, plan.cell_set.polygons)
    for name, panels in (
        ("engine-cells", [sheet.cells(), sheet.grids(plan.labels)]),
        ("engine-search", [sheet.grids(label) for label in search_steps(plan)]),
        ("engine-redraw", redraw(sheet, plan)),
    ):
        path = IMAGES / f"{name}.png"
        save(panels, path)
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")
    return 0


def largest_plan() -> Plan:
    """Return the plan of the community with the most cells in the made-up town."""
    layers = canonical(to_metric(made_up_town(seed=0).layers))
    homes = estimate_households(layers)
    plans = draw_plans(Layers(**{**layers.__dict__, "buildings": homes}))
    return max(plans, key=lambda plan: plan.cell_set.graph.size)


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


def redraw(sheet: Sheet, plan: Plan) -> list[Image.Image]:
    """Show new counts drawn again with fewest moves, and drawn afresh."""
    graph = sheet.graph
    noise = np.random.default_rng(2029).uniform(0.85, 1.15, graph.size)
    changed = np.rint(graph.households * noise).astype(np.int64)
    fresh_graph = replace(graph, households=changed)
    again = repartition_cells(fresh_graph, plan.labels)
    fresh = partition_cells(fresh_graph, seed=1).labels
    moved = others(plan.labels, fresh, changed)
    for words, which in (("again", again.moved), ("afresh", moved)):
        share = changed[which].sum() / changed.sum()
        print(f"drawn {words}: {share:.1%} of households change grid")
    shown = replace(sheet, graph=fresh_graph)
    return [
        shown.grids(plan.labels),
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


if __name__ == "__main__":
    sys.exit(main())
