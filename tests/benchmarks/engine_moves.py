"""What moves when every count changes: drawn again, beside drawn afresh."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition import Partition, partition_cells, repartition_cells
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
    pooled = [
        pd.DataFrame(
            [
                _redrawn(_noisy(graph, rng), label)
                for graph, label in zip(case.graphs, before, strict=True)
            ]
        ).sum()
        for _ in range(draws)
    ]
    return {
        "draws": draws,
        "communities": len(case.graphs),
        "moved": [draw["moved"] / draw["households"] for draw in pooled],
        "afresh": [draw["afresh"] / draw["households"] for draw in pooled],
        "cpu_s": [draw["cpu_s"] for draw in pooled],
        "out_of_band": sum(int(draw["out"]) for draw in pooled),
        "out_of_band_needlessly": sum(int(draw["needless"]) for draw in pooled),
    }


def _redrawn(changed: CellGraph, before: NDArray[np.int32]) -> dict[str, float]:
    """Return what moves in one community: drawn again, and drawn afresh."""
    began = time.process_time()
    after = repartition_cells(changed, before)
    spent = time.process_time() - began
    fresh = partition_cells(changed, seed=1)
    away = others(before, fresh.labels, changed.households)
    missing, least = _out(after), 0
    if missing:
        least = _out(partition_cells(changed, effort="best"))
    return {
        "households": int(changed.households.sum()),
        "moved": after.households_moved,
        "afresh": int(changed.households[away].sum()),
        "cpu_s": spent,
        "out": missing > 0,
        "needless": missing > least,
    }


def _out(plan: Partition) -> int:
    """Return the households a plan leaves outside the band."""
    return sum(finding.out for finding in plan.findings)


def _noisy(graph: CellGraph, rng: np.random.Generator) -> CellGraph:
    """Return a community in which every count has changed."""
    factor = rng.uniform(1 - NOISE, 1 + NOISE, graph.size)
    counts = np.rint(graph.households * factor).astype(np.int64)
    return replace(graph, households=counts)
