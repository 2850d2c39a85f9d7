"""Time and memory of the engine from 1,000 cells to 100,000, and their slopes."""

from __future__ import annotations

import multiprocessing
import pickle
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from gis.graph import CellGraph
from gis.partition import partition_cells
from gis.partition.graphs import path_graph
from tests.benchmarks.engine_cases import GROWTH, assemble, cell_graph, draw_town

__all__ = ["measure_growth", "slope"]


def measure_growth(*, largest: int, runs: int) -> dict[str, Any]:
    """Return CPU seconds and memory of towns up to a size, and log-log slopes.

    "nested" is the real work, every community by itself; "undivided" takes the whole
    town as one community. Memory is the peak of the process ("mib"), and how much of
    it came with the cells and the work on them ("more_mib").
    """
    rows: list[dict[str, Any]] = []
    for town in GROWTH:
        if town.buildings > largest:
            continue
        cells, edges = draw_town(town)
        shares = {
            "nested": assemble("growth", cells, edges).graphs,
            "undivided": [cell_graph(cells, edges)],
        }
        row: dict[str, Any] = {"cells": len(cells)}
        for name, graphs in shares.items():
            found = [_in_process(graphs) for _ in range(runs)]
            for key in found[0]:
                row[f"{name}_{key}"] = statistics.median(one[key] for one in found)
        rows.append(row)
    sizes = [row["cells"] for row in rows]
    slopes = {
        key: slope(sizes, [row[key] for row in rows])
        for key in rows[0]
        if key != "cells"
    }
    return {"rows": rows, "slopes": slopes}


def slope(sizes: list[int], values: list[float]) -> float:
    """Return the slope of the line through the logarithms, NaN for one point."""
    if len(sizes) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def _in_process(graphs: list[CellGraph]) -> dict[str, float]:
    """Return what it costs to divide communities in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        cells = Path(folder) / "cells.pickle"
        cells.write_bytes(pickle.dumps(graphs))
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            return pool.apply(_divide, (cells,))


def _divide(cells: Path) -> dict[str, float]:
    """Divide communities read from a file, with compiled code already loaded."""
    partition_cells(path_graph([150] * 12))
    before = memory_mib("VmRSS")
    graphs = pickle.loads(cells.read_bytes())
    began = time.process_time()
    for graph in graphs:
        partition_cells(graph)
    spent = time.process_time() - began
    peak = memory_mib("VmHWM")
    return {"cpu_s": spent, "mib": peak, "more_mib": peak - before}


def memory_mib(what: str) -> float:
    """Return the memory this process holds (VmRSS) or has held at most (VmHWM)."""
    told = Path("/proc/self/status").read_text()
    line = next(line for line in told.splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024
