"""Our engine beside its peers: same cases, same run, same scorer.

Run ``wangge bench engine``, which is ``python -m tests.benchmarks.bench_engine``.
Tables go to a folder as Markdown and JSON, with a picture of every case.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gis.partition import partition_cells
from tests.benchmarks.bench_certificate import measure_certificate
from tests.benchmarks.engine_cases import (
    BENCH,
    CASES,
    ROOT,
    Case,
    least_inside,
    make_case,
)
from tests.benchmarks.engine_certified import measure_certified
from tests.benchmarks.engine_commands import (
    measure_determinism,
    measure_new_york,
    measure_one_community,
)
from tests.benchmarks.engine_figures import draw_case
from tests.benchmarks.engine_goals import goal_lines
from tests.benchmarks.engine_growth import measure_growth
from tests.benchmarks.engine_moves import measure_moves
from tests.benchmarks.engine_peers import PEERS, is_present
from tests.benchmarks.engine_proofs import measure_impossible, measure_new_towns
from tests.benchmarks.engine_report import merged, to_json, to_markdown
from tests.benchmarks.engine_run import CAP, measure_peer
from tests.benchmarks.peer_tasks import HIGH

__all__ = ["Extent", "command", "measure"]

OURS = tuple(name for name, peer in PEERS.items() if peer.ours)
BY_CASE = ("peers", "certified", "moves", "pictures")
BY_ITSELF = (
    "new-towns",
    "impossible",
    "one-community",
    "new-york",
    "certificate",
    "growth",
    "determinism",
)
ROWS = (*BY_CASE, *BY_ITSELF)

Result = dict[str, Any]


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes
    ----------
    cases : tuple of str
        Cases every peer is run on.
    certified, moves : tuple of str
        Cases these are measured on.
    rows : tuple of str
        What is measured at all.
    runs, cap : int, float
        Runs of what takes below 10 s, CPU seconds a peer may take for a case.
    bound_seconds, solver_seconds : float
        Seconds of OR-tools for the bound of a block, and for a whole question.
    draws, windows, communities, largest : int
        Draws of the noise; windows of row 2; new communities; largest growing town.
    """

    cases: tuple[str, ...] = (
        "small",
        "mid",
        "newtown",
        "large",
        "estates",
        "mid (proof)",
        "newtown (proof)",
        "estates (proof)",
    )
    certified: tuple[str, ...] = ("mid", "newtown", "mid (proof)", "newtown (proof)")
    moves: tuple[str, ...] = ("mid", "newtown", "mid (proof)")
    rows: tuple[str, ...] = ROWS
    runs: int = 5
    cap: float = CAP
    bound_seconds: float = 6.0
    solver_seconds: float = 60.0
    draws: int = 5
    windows: int = 60
    communities: int = 1_000
    largest: int = 100_000


NORMAL = Extent()
QUICK = Extent(
    cases=("small", "mid", "newtown", "estates"),
    certified=("mid",),
    moves=("mid",),
    rows=tuple(row for row in ROWS if row != "new-york"),
    runs=3,
    cap=5.0,
    bound_seconds=1.0,
    solver_seconds=5.0,
    draws=3,
    windows=20,
    communities=40,
    largest=10_000,
)
_NESTED = tuple(name for name in CASES if name not in ("tiny", "small"))
FULL = Extent(
    cases=("small", *_NESTED), certified=_NESTED, moves=_NESTED, draws=10, windows=200
)


def measure(
    extent: Extent, *, peers: Sequence[str], out: Path | None, found: Result
) -> Result:
    """Measure what an extent names, on top of what was found before.

    What is done is written to `out` step by step, so that a run which is stopped
    leaves what it has.
    """
    for name in dict.fromkeys((*extent.cases, *extent.certified, *extent.moves)):
        jobs = _case_jobs(name, extent, peers, out)
        if not jobs:
            continue
        say(f"{name} …")
        case = make_case(name)
        # Compiled code is loaded once before anything is timed.
        partition_cells(case.graphs[0])
        for job in jobs:
            figures = {**_told(case), "rows": {}, **job(case)}
            found = merged(found, {"cases": {name: figures}})
            write(found, out)
    for name, part in _parts(extent).items():
        if name in extent.rows:
            say(f"{name} …")
            found = merged(found, {"parts": {name: {**part(), **stamp()}}})
            write(found, out)
    return found


def _case_jobs(
    name: str, extent: Extent, peers: Sequence[str], out: Path | None
) -> list[Callable[[Case], Result]]:
    """Return what is to be measured on a case, each job giving figures of it."""
    jobs: list[Callable[[Case], Result]] = []
    if "peers" in extent.rows and name in extent.cases:
        jobs.append(lambda case: {"inside_least_km": _least(case, extent)})
        jobs += [_peer_job(peer, extent) for peer in peers]
    if "certified" in extent.rows and name in extent.certified:
        jobs.append(lambda case: {"certified": {**measure_certified(case), **stamp()}})
    if "moves" in extent.rows and name in extent.moves:
        jobs.append(
            lambda case: {
                "moves": {**measure_moves(case, draws=extent.draws), **stamp()}
            }
        )
    if "pictures" in extent.rows and name in extent.cases and out is not None:
        jobs.append(lambda case: {"picture": draw_case(case, out)})
    return jobs


def _peer_job(peer: str, extent: Extent) -> Callable[[Case], Result]:
    def job(case: Case) -> Result:
        say(f"  {peer}")
        row = measure_peer(peer, case, runs=extent.runs, cap=extent.cap)
        least = least_inside(case, seconds=extent.bound_seconds)
        if "inside_km" in row and least > 0 and row["no_plan"] == 0:
            row["inside_ratio"] = row["inside_km"] * 1000 / least
        return {"rows": {peer: {**row, **stamp()}}}

    return job


def _least(case: Case, extent: Extent) -> float:
    return least_inside(case, seconds=extent.bound_seconds) / 1000


def _told(case: Case) -> Result:
    """Return what a case is."""
    return {
        "proof": CASES[case.name].proof,
        "cells": len(case.cells),
        "households": int(case.cells.hh.sum()),
        "communities": len(case.graphs),
        "must_split": {
            "blocks": sum(_above_the_band(g.block, g.households) for g in case.graphs),
            "compounds": sum(
                _above_the_band(g.compound, g.households) for g in case.graphs
            ),
        },
    }


def _above_the_band(group: Any, households: Any) -> int:
    """Return groups with more households than a grid may hold."""
    held = group >= 0
    return int((np.bincount(group[held], households[held]) > HIGH).sum())


def _parts(extent: Extent) -> dict[str, Callable[[], Result]]:
    """Return what is measured once, not by case."""
    return {
        "new-towns": lambda: measure_new_towns(
            seconds=extent.solver_seconds, most=extent.communities
        ),
        "impossible": lambda: measure_impossible(
            windows=extent.windows, seconds=extent.solver_seconds
        ),
        "one-community": lambda: measure_one_community(runs=extent.runs),
        "new-york": measure_new_york,
        "certificate": lambda: measure_certificate(100_000),
        "growth": lambda: measure_growth(largest=extent.largest, runs=1),
        "determinism": lambda: measure_determinism(communities=4),
    }


def stamp() -> Result:
    """Return of which code a figure is, and how busy the machine was."""
    call = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    return {"commit": told.stdout.strip(), "load": round(os.getloadavg()[0], 1)}


def write(result: Result, out: Path | None) -> None:
    """Write engine.md and engine.json into a folder."""
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    goals = [vars(line) for line in goal_lines(result)]
    (out / "engine.md").write_text(to_markdown(result), encoding="utf-8")
    told = to_json({**result, "goals": goals})
    (out / "engine.json").write_text(told, encoding="utf-8")


def say(words: str) -> None:
    """Tell how far the run is."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201


def command(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return 2 where the cases cannot be made."""
    given = _parser().parse_args(arguments)
    lacking = [n for n in ("gen.py", "harness.py") if not (BENCH / n).is_file()]
    if lacking:
        say(
            f"没有算例生成器 / the cases are made by {' and '.join(lacking)}, which "
            f"must lie in {BENCH}; put it there to measure"
        )
        return 2
    for package in _absent():
        say(f"没有安装, 略过 / not installed, left out: {package}")
    extent = chosen(given)
    found: Result = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "cap_s": extent.cap,
        "cases": {},
        "parts": {},
    }
    kept = given.out / "engine.json" if given.out else None
    if given.add and kept is not None and kept.is_file():
        found = merged(json.loads(kept.read_text(encoding="utf-8")), found)
    peers = OURS if given.no_peers else tuple(given.peer or PEERS)
    found = measure(extent, peers=peers, out=given.out, found=found)
    print(to_json(found) if given.json else to_markdown(found))  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    parser.add_argument("--add", action="store_true")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true")
    extent.add_argument("--full", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peer", action="append", default=[], choices=list(PEERS))
    parser.add_argument("--rows", action="append", default=[], choices=ROWS)
    parser.add_argument("--case", action="append", default=[], choices=list(CASES))
    return parser


def chosen(given: argparse.Namespace) -> Extent:
    """Return the extent that the options ask for.

    A case that is named is measured in every row by case; where cases are named and
    no rows, only those rows are measured.
    """
    extent = QUICK if given.quick else FULL if given.full else NORMAL
    rows = tuple(given.rows) or (BY_CASE if given.case else extent.rows)
    cases = tuple(given.case)
    changes: dict[str, Any] = {"rows": rows}
    if cases:
        changes |= {"cases": cases, "certified": cases, "moves": cases}
    return Extent(**{**vars(extent), **changes})


def _absent() -> Iterator[str]:
    """Return packages that are not installed; scripts/setup --bench brings them."""
    for package in sorted({peer.package for peer in PEERS.values()} | {"ortools"}):
        if not is_present(package):
            yield package


if __name__ == "__main__":
    sys.exit(command())
