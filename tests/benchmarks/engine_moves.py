"""What moves when every count changes: drawn again, beside drawn afresh."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from gis.graph import CellGraph
from gis.partition import partition_cells, repartition_cells
from scripts.engine_pictures import others
from tests.benchmarks.engine_cases import Case

__all__ = ["NOISE", "measure_moves"]

NOISE = 0.1
"""Share by which the count of a cell may change, up or down."""


def measure_moves(case: Case, *, draws: int) -> dict[str, Any]:
    """Return what moves in several draws of the noise, over all communities.

    A fresh draw takes another seed. Where drawing again leaves households out of the
    band, a fresh draw of effort best tells whether it had to.
    """
    before = [partition_cells(graph).labels for graph in case.graphs]
    rng = np.random.default_rng(2026)
    again, fresh, seconds = [], [], []
    out = needless = 0
    for _ in range(draws):
        moved = anew = total = 0
        spent = 0.0
        for graph, label in zip(case.graphs, before, strict=True):
            changed = _noisy(graph, rng)
            began = time.process_time()
            after = repartition_cells(changed, label)
            spent += time.process_time() - began
            moved += after.households_moved
            total += int(changed.households.sum())
            plan = partition_cells(changed, seed=1)
            away = others(label, plan.labels, changed.households)
            anew += int(changed.households[away].sum())
            missing = sum(finding.out for finding in after.findings)
            if missing:
                best = partition_cells(changed, effort="best")
                out += 1
                needless += missing > sum(finding.out for finding in best.findings)
        again.append(moved / total)
        fresh.append(anew / total)
        seconds.append(spent)
    return {
        "draws": draws,
        "communities": len(case.graphs),
        "moved": again,
        "afresh": fresh,
        "cpu_s": seconds,
        "out_of_band": out,
        "out_of_band_needlessly": needless,
    }


def _noisy(graph: CellGraph, rng: np.random.Generator) -> CellGraph:
    """Return a community in which every count has changed."""
    factor = rng.uniform(1 - NOISE, 1 + NOISE, graph.size)
    counts = np.rint(graph.households * factor).astype(np.int64)
    return replace(graph, households=counts)
