"""What cannot be done, told by others: brute force and OR-tools beside the engine."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gis.graph import CellGraph
from gis.partition import Partition, partition_cells
from gis.partition.graphs import net_of, sub_net
from tests.benchmarks.engine_cases import CASES, make_case
from tests.benchmarks.engine_solver import Answer, least_out, least_out_by_hand

__all__ = ["measure_impossible", "measure_new_towns"]


def measure_new_towns(*, seconds: float, most: int) -> dict[str, Any]:
    """Return how many communities of the proof towns are solved, and what of the rest.

    Where the engine (effort best) has every grid in the band there is nothing to ask;
    of any other community OR-tools is asked for a plan, for so many seconds.
    """
    communities = solved = 0
    spent = 0.0
    others: list[dict[str, Any]] = []
    for name in (name for name, town in CASES.items() if town.proof):
        for number, graph in enumerate(make_case(name).graphs):
            if communities == most:
                break
            communities += 1
            began = time.process_time()
            plan = partition_cells(graph, effort="best")
            spent += time.process_time() - began
            if not plan.findings:
                solved += 1
                continue
            others.append(
                {"case": name, "community": number}
                | _told(plan)
                | _asked(graph, seconds)
            )
    return {
        "communities": communities,
        "solved": solved,
        "cpu_s": spent,
        "seconds": seconds,
        "others": others,
        "missed": sum(other["solver"] == "plan" for other in others),
    }


def _asked(graph: CellGraph, seconds: float) -> dict[str, Any]:
    """Return whether OR-tools finds a plan with every grid in the band."""
    answer = least_out(net_of(graph), seconds=seconds, wanted=0)
    if answer.out == 0:
        return {"solver": "plan"}
    return {"solver": "none exists" if answer.bound > 0 else "no answer in time"}


def _told(plan: Partition) -> dict[str, Any]:
    """Return what the engine says of the grids it left outside the band."""
    return {
        "out": sum(finding.out for finding in plan.findings),
        "reasons": sorted({finding.code for finding in plan.findings}),
        "explained": all(finding.text_en for finding in plan.findings),
        "proven": all(finding.proven for finding in plan.findings),
    }


def measure_impossible(*, windows: int, seconds: float) -> dict[str, Any]:
    """Return whether the engine leaves as few households out as can be.

    Windows of 6 to 60 cells around random cells of the proof towns, whatever their
    totals; up to 12 cells every plan is tried, above that OR-tools proves the least.
    """
    rng = np.random.default_rng(60)
    rows: list[dict[str, Any]] = []
    for case in [make_case("mid (proof)"), make_case("newtown (proof)")]:
        largest = 60 if case.name.startswith("mid") else 24
        for _ in range(windows // 2):
            graph = case.graphs[int(rng.integers(len(case.graphs)))]
            window = _window(graph, int(rng.integers(6, largest + 1)), rng)
            net = net_of(window)
            plan = partition_cells(window, effort="best")
            if net.size <= 12:
                least = least_out_by_hand(net)
                answer = Answer(least, least)
            else:
                answer = least_out(net, seconds=seconds)
            rows.append(
                {"case": case.name, "cells": net.size, "households": net.total}
                | _told(plan)
                | {"least": answer.out, "sure": answer.proven}
            )
    sure = [row for row in rows if row["sure"]]
    left = [row for row in rows if row["out"]]
    return {
        "windows": len(rows),
        "cells": sorted(row["cells"] for row in rows),
        "sure": len(sure),
        "equal": sum(row["out"] == row["least"] for row in sure),
        "left_out": len(left),
        "explained": sum(row["explained"] for row in left),
        "proven": sum(row["proven"] for row in left),
        "unequal": [row for row in sure if row["out"] != row["least"]],
    }


def _window(graph: CellGraph, cells: int, rng: np.random.Generator) -> CellGraph:
    """Return cells around a random one, in the order a search reaches them."""
    net = net_of(graph)
    found = [int(rng.integers(graph.size))]
    for v in found:
        near = net.near[net.start[v] : net.start[v + 1]].tolist()
        found += [u for u in near if u not in found]
        if len(found) >= cells:
            break
    rows = np.sort(np.array(found[:cells], np.int32))
    place = np.full(graph.size, -1, np.int32)
    place[rows] = np.arange(len(rows))
    inner = (place[graph.i] >= 0) & (place[graph.j] >= 0)
    return CellGraph(
        **{
            name: getattr(graph, name)[rows]
            for name in (
                "households",
                "area",
                "block",
                "compound",
                "kind",
                "site",
                "xy",
            )
        },
        # What led out of the window is outline now.
        outer=sub_net(net, rows).outer,
        i=place[graph.i[inner]],
        j=place[graph.j[inner]],
        length=graph.length[inner],
        street=graph.street[inner],
    )
