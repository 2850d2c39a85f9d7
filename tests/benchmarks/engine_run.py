"""Run a solver over the communities of a case, in a process that can be stopped."""

from __future__ import annotations

import multiprocessing
import os
import queue
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition.graphs import net_of, path_graph
from gis.partition.score import measure
from tests.benchmarks.engine_cases import Case
from tests.benchmarks.engine_peers import PEERS, Peer
from tests.benchmarks.peer_tasks import HIGH, LOW

__all__ = ["CAP", "measure_peer", "run_peer", "score_case"]

Labels = NDArray[np.int32]

CAP = 60.0
"""Seconds a peer may take for a case: of CPU time, so that a busy machine is fair."""
PATIENCE = 10.0
"""Times the cap that a run may last by the clock."""
SHORT = 10.0
"""Seconds below which a run is repeated."""
READY = "ready"
SPREAD = ("fully_valid", "bad", "pp", "inside_km", "blocks_split", "cpu_s", "wall_s")
"""Figures of which every run is kept."""


def measure_peer(
    name: str, case: Case, *, runs: int, cap: float = CAP
) -> dict[str, Any]:
    """Return the median run of a peer, with all runs under "runs".

    A peer gets other seeds in other runs. The median is by bad grids, then by metres
    inside blocks; CPU and wall seconds are medians of their own.
    """
    peer = PEERS[name]
    if not peer.present:
        return {"peer": name, "note": f"absent: {peer.package} is not installed"}
    # Ours is waited for: it says in the table how long it took.
    limit = float("inf") if peer.ours else cap
    found = [run_peer(peer, case, 0, cap=limit)]
    while len(found) < runs and found[0]["wall_s"] < SHORT and "bad" in found[-1]:
        found.append(run_peer(peer, case, len(found), cap=limit))
    ranked = sorted(found, key=lambda r: (r.get("bad", 10**9), r.get("inside_km", 0.0)))
    row = {"peer": name} | ranked[len(ranked) // 2]
    for seconds in ("cpu_s", "wall_s"):
        row[seconds] = statistics.median(one[seconds] for one in found)
    row["runs"] = {key: [one[key] for one in found if key in one] for key in SPREAD}
    return row


def run_peer(peer: Peer, case: Case, seed: int, *, cap: float = CAP) -> dict[str, Any]:
    """Return the figures of one run, or how far it came in `cap` CPU seconds."""
    context = multiprocessing.get_context("fork")
    out = context.Queue()
    work = context.Process(target=_solve_all, args=(peer, case.graphs, seed, out))
    work.start()
    began, before = time.monotonic(), 0.0
    used = 0.0
    answers: list[tuple[Labels | None, float, str]] = []
    while len(answers) < len(case.graphs):
        late = time.monotonic() - began > PATIENCE * cap
        used = cpu_seconds(work.pid) - before
        if late or used > cap:
            break
        try:
            answer = out.get(timeout=0.1)
        except queue.Empty:
            if not work.is_alive() and out.empty():
                break
            continue
        if isinstance(answer, str):
            began, before = time.monotonic(), cpu_seconds(work.pid)
        else:
            answers.append(answer)
    row: dict[str, Any] = {"seed": seed, "wall_s": time.monotonic() - began}
    row["cpu_s"] = answers[-1][1] if answers else 0.0
    died = not work.is_alive()
    work.kill()
    work.join()
    if len(answers) < len(case.graphs):
        end = f"not finished in {cap:g} s"
        if died:
            end = "process died"
        elif used <= cap:
            end = f"stopped by the clock after {row['wall_s']:.0f} s, {used:.0f} CPU s"
        done = f"{len(answers)} of {len(case.graphs)} communities done"
        return row | {"note": f"{end} ({done})"}
    row |= score_case(case.graphs, [plan for plan, _, _ in answers])
    errors = [error for _, _, error in answers if error]
    if errors:
        row["note"] = f"{len(errors)} without a plan: {errors[0]}"
    return row


def cpu_seconds(process: int | None) -> float:
    """Return the CPU seconds a running process has used, 0 when it has ended."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    # The name of the command, in brackets, may hold spaces.
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _solve_all(peer: Peer, graphs: Sequence[CellGraph], seed: int, out: Any) -> None:
    """Report of each community the plan, the CPU seconds so far, and what failed.

    A first community of six cells brings in what has to be imported or loaded.
    """
    with suppress(Exception):
        peer.solve(path_graph([150] * 6), seed)
    out.put(READY)
    spent = 0.0
    for graph in graphs:
        began = time.process_time()
        plan, error = None, ""
        try:
            plan = peer.solve(graph, seed)
        except Exception as failure:
            error = f"{type(failure).__name__}: {str(failure)[:200]}"
        spent += time.process_time() - began
        out.put((plan, spent, error))


def score_case(
    graphs: Sequence[CellGraph], plans: Sequence[Labels | None]
) -> dict[str, Any]:
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
        "compounds_split": sum(row.compounds_split for row in rows),
    }
