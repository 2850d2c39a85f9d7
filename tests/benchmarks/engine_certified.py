"""How far certified plans are proved to be from the optimum, and at what cost."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.partition import partition_cells
from tests.benchmarks.engine_cases import Case
from tests.benchmarks.engine_run import score_case

__all__ = ["measure_certified"]

NEAR = 0.01
"""Share by which a plan may be longer than the bound."""


def measure_certified(case: Case) -> dict[str, Any]:
    """Return how many communities are proved to be near the optimum.

    Plans are of effort best with a certificate of their seams; seconds are of both.
    """
    distances: list[float] = []
    seconds: list[float] = []
    plans: list[NDArray[np.int32] | None] = []
    scopes: Counter[str] = Counter()
    for graph in case.graphs:
        began = time.process_time()
        plan = partition_cells(graph, effort="best", certify=True)
        seconds.append(time.process_time() - began)
        plans.append(plan.labels)
        if plan.seam_cost is None or plan.seam_bound is None:
            continue
        scopes[str(plan.seam_scope)] += 1
        # A community of one grid has no seam, and nothing to be longer than.
        bound = plan.seam_bound
        distances.append(plan.seam_cost / bound - 1 if bound > 0 else 0.0)
    return {
        "communities": len(case.graphs),
        "bounded": len(distances),
        "within": sum(distance <= NEAR for distance in distances),
        "distances": distances,
        "scopes": dict(scopes),
        "mean": float(np.mean(distances)) if distances else float("nan"),
        "worst": max(distances, default=float("nan")),
        "median_cpu_s": float(np.median(seconds)),
        "worst_cpu_s": max(seconds),
        "plans": score_case(case.graphs, plans),
    }
