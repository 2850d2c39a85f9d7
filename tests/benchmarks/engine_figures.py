"""Plans of one community side by side: METIS street, GerryChain, ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition.graphs import net_of
from gis.partition.score import measure
from tests.benchmarks.engine_cases import Case
from tests.benchmarks.engine_peers import PEERS
from tests.benchmarks.peer_tasks import HIGH, LOW

__all__ = ["draw_case"]

Labels = NDArray[np.int32]

SHOWN = ("METIS street", "GerryChain bursts", "wangge best")
LARGEST = 600
"""Cells a community may have to be legible, and quick for every peer."""


def draw_case(case: Case, folder: Path) -> str:
    """Write the picture of a case into a folder and return its name.

    It shows the largest community that is still legible and that every peer which is
    installed has a plan for.
    """
    # Pillow comes with the extras, like the peers.
    from scripts.grid_pictures import Sheet, captioned, save

    names = [name for name in SHOWN if PEERS[name].present]
    order = sorted(range(len(case.graphs)), key=lambda k: -case.graphs[k].size)
    legible = [k for k in order if case.graphs[k].size <= LARGEST] or order[-1:]
    for k in legible:
        graph = case.graphs[k]
        plans = [_plan(name, graph) for name in names]
        if all(plan is not None for plan in plans):
            break
    sheet = Sheet.of(graph, case.cells.geometry.to_numpy()[case.rows[k]])
    panels = [
        captioned(sheet.grids(plan), name, _told(graph, plan))
        for name, plan in zip(names, plans, strict=True)
        if plan is not None
    ]
    words = case.name.translate({ord(" "): "-", ord("("): None, ord(")"): None})
    path = folder / f"engine-{words}.png"
    folder.mkdir(parents=True, exist_ok=True)
    save(panels, path)
    return path.name


def _plan(name: str, graph: CellGraph) -> Labels | None:
    """Return a plan, None where a peer gives up."""
    try:
        return PEERS[name].solve(graph, 0)
    except RuntimeError:
        return None


def _told(graph: CellGraph, label: Labels) -> str:
    """Return the figures of a plan in one line."""
    found = measure(net_of(graph), label, int(label.max()) + 1, low=LOW, high=HIGH)
    return (
        f"{found.grids - found.bad} of {found.grids} grids valid, PP "
        f"{found.compactness:.2f}, {found.inside:,.0f} m inside blocks"
    )
