"""How far plans of effort best are proved to be from the optimum, and at what cost."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gis.graph import CellGraph
from gis.partition import partition_cells
from tests.benchmarks.engine_cases import Case

__all__ = ["measure_certified"]

NEAR = 0.01


def measure_certified(case: Case) -> dict[str, Any]:
    """Return how many communities are proved to be near the optimum."""
    distances: list[float] = []
    seconds: list[float] = []
    for graph in case.graphs:
        began = time.process_time()
        distance = _distance(graph)
        seconds.append(time.process_time() - began)
        if distance is not None:
            distances.append(distance)
    return {
        "communities": len(case.graphs),
        "bounded": len(distances),
        "within": sum(distance <= NEAR for distance in distances),
        "distances": distances,
        "mean": float(np.mean(distances)) if distances else float("nan"),
        "worst": max(distances, default=float("nan")),
        "median_cpu_s": float(np.median(seconds)),
        "worst_cpu_s": max(seconds),
    }


def _distance(graph: CellGraph) -> float | None:
    """Return by what share a plan is longer than its bound, None without one."""
    plan = partition_cells(graph, effort="best")
    bound = getattr(plan, "seam_bound", None)
    if bound is None:
        return None
    return float(plan.seam_cost / bound - 1) if bound > 0 else 0.0
