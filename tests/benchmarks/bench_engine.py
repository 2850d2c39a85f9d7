"""Our engine beside its peers: same cases, same run, same scorer.

Run ``wangge bench engine``, which is ``python -m tests.benchmarks.bench_engine``.
Tables go to a folder as Markdown and JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import platform
import queue
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition import partition_cells, repartition_cells
from gis.partition.graphs import net_of
from gis.partition.optimality import seam_bound
from gis.partition.score import measure
from tests.benchmarks.engine_cases import (
    BENCH,
    CASES,
    Case,
    cell_graph,
    make_case,
    seeds,
    shared_bench,
)
from tests.benchmarks.engine_goals import goal_lines, to_table
from tests.benchmarks.engine_peers import HIGH, LOW, PEERS, is_present

__all__ = ["command", "main", "score_case"]

CAP = 60.0
QUICK = ("small", "mid", "newtown", "mid (proof)", "newtown (proof)")
FULL = tuple(name for name in CASES if name != "tiny")
OURS = tuple(name for name, (package, _) in PEERS.items() if package == "gis")
COLUMNS = {
    "peer": "peer",
    "fully_valid": "communities valid",
    "bad": "bad grids",
    "grids": "grids",
    "pp": "PP",
    "street_share": "street share",
    "inside_km": "inside blocks km",
    "inside_ratio": "÷ bound",
    "blocks_split": "blocks split",
    "cpu_s": "CPU s",
}

Labels = NDArray[np.int32]


def score_case(graphs: list[CellGraph], plans: list[Labels | None]) -> dict[str, Any]:
    """Return pooled figures of plans, one per community; None is no plan."""
    rows = [
        measure(net_of(graph), plan, int(plan.max()) + 1, low=LOW, high=HIGH)
        for graph, plan in zip(graphs, plans, strict=True)
        if plan is not None
    ]
    if not rows:
        return {"fully_valid": 0, "communities": len(plans), "no_plan": len(plans)}
    grids = np.array([row.grids for row in rows])
    seam = sum(row.seam for row in rows)
    inside = sum(row.inside for row in rows)
    return {
        "communities": len(plans),
        "no_plan": len(plans) - len(rows),
        "fully_valid": sum(row.bad == 0 for row in rows),
        "bad": sum(row.bad for row in rows),
        "broken": sum(row.broken for row in rows),
        "grids": int(grids.sum()),
        "pp": float(np.average([row.compactness for row in rows], weights=grids)),
        "street_share": 1 - inside / max(seam, 1e-9),
        "inside_km": inside / 1000,
        "seam_km": seam / 1000,
        "blocks_split": sum(row.blocks_split for row in rows),
    }


def _solve_all(peer: str, graphs: list[CellGraph], seed: int, out: Any) -> None:
    """Solve every community in a process of its own and report each plan."""
    solver = PEERS[peer][1]
    spent = 0.0
    for number, graph in enumerate(graphs):
        began = time.process_time()
        error = ""
        plan: Labels | None = None
        try:
            plan = solver(graph, seed)
        except Exception as failure:
            error = f"{type(failure).__name__}: {str(failure)[:200]}"
        spent += time.process_time() - began
        out.put((number, plan, spent, error))


def run_peer(peer: str, case: Case, seed: int, cap: float = CAP) -> dict[str, Any]:
    """Return the figures of one run, cut off after `cap` seconds of wall time."""
    context = multiprocessing.get_context("fork")
    out = context.Queue()
    work = context.Process(target=_solve_all, args=(peer, case.graphs, seed, out))
    plans: list[Labels | None] = [None] * len(case.graphs)
    errors: list[str] = []
    spent, done = 0.0, 0
    began = time.monotonic()
    work.start()
    while done < len(plans) and time.monotonic() - began < cap:
        try:
            number, plan, spent, error = out.get(timeout=0.2)
        except queue.Empty:
            if not work.is_alive() and out.empty():
                break
            continue
        plans[number] = plan
        done += 1
        if error:
            errors.append(error)
    wall = time.monotonic() - began
    if work.is_alive():
        work.terminate()
    work.join()
    row = {"peer": peer, "seed": seed, "cpu_s": spent, "wall_s": wall}
    if done < len(plans):
        row["note"] = f"not finished in {cap:.0f} s ({done} of {len(plans)} done)"
        return row
    row |= score_case(case.graphs, plans)
    if errors:
        row["note"] = f"{len(errors)} without a plan: {errors[0]}"
    return row


def measure_case(
    case: Case,
    *,
    runs: int,
    bound_seconds: float,
    peers: Sequence[str] = tuple(PEERS),
) -> dict[str, Any]:
    """Return the rows of some peers on a case, the median run of each."""
    # Without ortools the least seam inside blocks stays unknown, and is left out.
    least = float("nan")
    if is_present("ortools"):
        harness = shared_bench("harness")
        least = harness.offstreet_bound(case.cells, case.edges, limit=bound_seconds)[
            "lb"
        ]
    rows: list[dict[str, Any]] = []
    for peer in peers:
        package = PEERS[peer][0]
        if not is_present(package):
            rows.append({"peer": peer, "note": f"absent: {package} is not installed"})
            continue
        found = [run_peer(peer, case, 0)]
        while len(found) < runs and found[0]["wall_s"] < 10:
            found.append(run_peer(peer, case, len(found)))
        found.sort(key=lambda row: (row.get("bad", 10**9), row.get("inside_km", 0.0)))
        row = found[len(found) // 2]
        row["runs"] = len(found)
        row["cpu_s"] = statistics.median(one["cpu_s"] for one in found)
        if "inside_km" in row and least > 0:
            row["inside_ratio"] = row["inside_km"] * 1000 / least
        rows.append(row)
    return {
        "case": case.name,
        "proof": CASES[case.name].proof,
        "cells": len(case.cells),
        "households": int(case.cells.hh.sum()),
        "communities": len(case.graphs),
        "inside_bound_km": least / 1000,
        "rows": rows,
        "redraw": measure_redraw(case),
        "certified": measure_distance(case),
    }


def measure_redraw(case: Case) -> dict[str, Any]:
    """Return what moves when every count changes by up to 10 %."""
    rng = np.random.default_rng(2026)
    total = moved = bad = 0
    spent = 0.0
    for graph in case.graphs:
        before = partition_cells(graph).labels
        noisy = np.rint(graph.households * rng.uniform(0.9, 1.1, graph.size))
        changed = replace(graph, households=noisy.astype(np.int64))
        began = time.process_time()
        after = repartition_cells(changed, before)
        spent += time.process_time() - began
        total += int(changed.households.sum())
        moved += after.households_moved
        bad += len(after.findings)
    return {"moved_share": moved / total, "bad": bad, "cpu_s": spent}


def measure_distance(case: Case) -> dict[str, Any]:
    """Return how far the plans of effort best are proved to be from the optimum."""
    distances, spent = [], []
    for graph in case.graphs:
        net, label = net_of(graph), partition_cells(graph, effort="best").labels
        began = time.process_time()
        found = seam_bound(net, label, graph.xy, low=LOW, high=HIGH)
        spent.append(time.process_time() - began)
        if found is not None:
            distances.append(found.distance)
    return {
        "communities": len(case.graphs),
        "bounded": len(distances),
        "within_1_percent": sum(distance <= 0.01 for distance in distances),
        "mean": float(np.mean(distances)) if distances else float("nan"),
        "worst": max(distances, default=float("nan")),
        "worst_cpu_s": max(spent),
    }


def growth(names: list[str], cases: dict[str, Case]) -> dict[str, Any]:
    """Return CPU seconds of whole towns, undivided, and the log-log slope."""
    cells, seconds = [], []
    for name in names:
        case = cases[name]
        whole = _whole_graph(case)
        began = time.process_time()
        partition_cells(whole)
        seconds.append(time.process_time() - began)
        cells.append(whole.size)
    slope = float("nan")
    if len(cells) > 1:
        slope = float(np.polyfit(np.log(cells), np.log(seconds), 1)[0])
    return {"cells": cells, "cpu_s": seconds, "slope": slope}


def _whole_graph(case: Case) -> CellGraph:
    """Return the whole town as one community."""
    return cell_graph(case.cells, case.edges)


def _cell(row: dict[str, Any], key: str) -> str:
    """Return one entry of a table."""
    value = row.get(key)
    if key == "fully_valid" and value is not None:
        return f"{value} of {row['communities']}"
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def to_sentence(certified: dict[str, Any]) -> str:
    """Return the proven distances in words."""
    return (
        "Seam (1 on streets, 3.33 inside blocks) of effort best beside the least of "
        "plans of whole blocks with as many grids, none wider than 600 m (500 or 400 "
        f"where there are too many): {certified['bounded']} of "
        f"{certified['communities']} communities bounded, "
        f"{certified['within_1_percent']} within 1 %, mean {certified['mean']:.2%}, "
        f"worst {certified['worst']:.2%}, at most {certified['worst_cpu_s']:.1f} CPU s."
    )


def to_markdown(result: dict[str, Any]) -> str:
    """Return the figures as tables."""
    lines = [
        "# The engine beside its peers",
        "",
        f"Machine: {result['machine']}. Each peer is cut off after {CAP:.0f} s. Seeds "
        f"of gen.py used while tuning: {seeds(proof=False)}; kept for proof: "
        f"{seeds(proof=True)}.",
        "",
        *to_table(goal_lines(result)),
    ]
    for case in result["cases"]:
        kind = "kept for proof" if case["proof"] else "used while tuning"
        least = case["inside_bound_km"]
        told = f"{least:.3f} km (proved)" if math.isfinite(least) else "unknown"
        lines += [
            "",
            f"## {case['case']} ({kind}): {case['communities']} communities, "
            f"{case['cells']} cells, {case['households']} households, least seam "
            f"inside blocks {told}",
            "",
            "| " + " | ".join(COLUMNS.values()) + " | note |",
            "|" + "---|" * (len(COLUMNS) + 1),
        ]
        lines += [
            "| "
            + " | ".join(_cell(row, key) for key in COLUMNS)
            + f" | {row.get('note', '')} |"
            for row in case["rows"]
        ]
        redraw = case["redraw"]
        lines += [
            "",
            f"Drawn again after ±10 % on every count: {redraw['moved_share']:.2%} of "
            f"households moved, {redraw['bad']} bad grids, "
            f"{redraw['cpu_s']:.2f} CPU s.",
            "",
            to_sentence(case["certified"]),
        ]
    grown = result["growth"]
    if math.isfinite(grown["slope"]):
        lines += [
            "",
            f"Whole towns undivided: {grown['cells']} cells in "
            f"{[round(s, 2) for s in grown['cpu_s']]} CPU s, "
            f"log-log slope {grown['slope']:.2f}.",
        ]
    return "\n".join(lines) + "\n"


def main(
    quick: bool = False,
    out: Path | None = None,
    *,
    names: Sequence[str] = (),
    peers: bool = True,
) -> dict[str, Any]:
    """Measure everything; write engine.md and engine.json when `out` is a folder."""
    chosen = list(names or (QUICK if quick else FULL))
    runs, bound_seconds = (3, 1.0) if quick else (5, 6.0)
    cases: dict[str, Case] = {}
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "quick": quick,
        "cases": [],
    }
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201
        case = cases[name] = make_case(name)
        # Compiled code is loaded once before anything is timed.
        partition_cells(case.graphs[0])
        result["cases"].append(
            measure_case(
                case,
                runs=runs,
                bound_seconds=bound_seconds,
                peers=tuple(PEERS) if peers else OURS,
            )
        )
    sizes = [name for name in ("tiny", "small", "mid", "large") if name in cases]
    result["growth"] = growth(sizes, cases)
    result["goals"] = [vars(line) for line in goal_lines(result)]
    result["markdown"] = to_markdown(result)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "engine.md").write_text(result["markdown"], encoding="utf-8")
        (out / "engine.json").write_text(to_json(result), encoding="utf-8")
    return result


def to_json(result: dict[str, Any]) -> str:
    """Return the figures as JSON; what could not be measured is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(held) for name, held in value.items()}
        if isinstance(value, list | tuple):
            return [plain(held) for held in value]
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value

    return json.dumps(plain(result), indent=1, default=float, ensure_ascii=False)


def command(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return 2 where the cases cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--case", action="append", default=[], choices=list(CASES))
    given = parser.parse_args(arguments)
    lacking = [n for n in ("gen.py", "harness.py") if not (BENCH / n).is_file()]
    if lacking:
        print(  # noqa: T201
            f"没有算例生成器 / the cases are made by {' and '.join(lacking)}, which "
            f"must lie in {BENCH}; put it there to measure",
            file=sys.stderr,
        )
        return 2
    packages = sorted({package for package, _ in PEERS.values()})
    absent = [package for package in packages if not is_present(package)]
    if absent and not given.no_peers:
        print(  # noqa: T201
            f"没有安装, 略过 / not installed, left out: {', '.join(absent)} "
            "(pip install -e '.[bench]')",
            file=sys.stderr,
        )
    result = main(given.quick, given.out, names=given.case, peers=not given.no_peers)
    print(to_json(result) if given.json else result["markdown"])  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(command())
