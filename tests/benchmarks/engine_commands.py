"""Whole commands from files to files, in processes of their own."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.synthetic import made_up_town
from data.writers import write_layers
from tests.benchmarks.engine_cases import BENCH, ROOT

__all__ = [
    "Ran",
    "measure_determinism",
    "measure_new_york",
    "measure_one_community",
    "run_wangge",
]

EXTRACT = BENCH.parent / "data"
NEW_YORK = (EXTRACT / "nyc_buildings_102k.parquet", EXTRACT / "nyc_streets_20k.parquet")
PAUSE = 0.5
"""Seconds between two looks at the memory of a command."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended.

    Attributes
    ----------
    wall_s, cpu_s : float
        Of the command and all its workers.
    memory_mib : float
        Most memory they held together; what they share is counted once.
    summary : dict
        What it printed.
    """

    wall_s: float
    cpu_s: float
    memory_mib: float
    summary: dict[str, Any]


def run_wangge(
    arguments: Sequence[str], *, hash_seed: str = "random", watch: bool = False
) -> Ran:
    """Run a command to its end; with `watch`, look at its memory now and then."""
    start = "from scripts.cli import main; main()"
    call = [sys.executable, "-c", start, *arguments, "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as told:
        before = os.times()
        began = time.monotonic()
        work = subprocess.Popen(
            call, cwd=ROOT, env=environment, stdout=out, stderr=told, text=True
        )
        memory = 0.0
        while watch and work.poll() is None:
            memory = max(memory, held_mib(work.pid))
            time.sleep(PAUSE)
        status = work.wait()
        wall = time.monotonic() - began
        after = os.times()
        out.seek(0)
        told.seek(0)
        # 1 is a plan with grids outside the band: drawn, written, and said so.
        if status not in (0, 1):
            raise RuntimeError(f"wangge {arguments[0]} failed: {told.read()[-500:]}")
        summary = json.load(out)
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Ran(wall, cpu, memory, summary)


def held_mib(process: int) -> float:
    """Return the memory of a process and its children, shared pages counted once."""
    total = 0.0
    for number in [process, *_descendants(process)]:
        try:
            lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _descendants(process: int) -> Iterable[int]:
    """Return the processes a process has started, and theirs."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def measure_one_community(*, runs: int) -> dict[str, Any]:
    """Return the wall seconds of one community, file to file, process start counted.

    The compiled code lies in the cache of numba, as `scripts/setup` leaves it.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = _town_file(Path(folder), communities=1)
        arguments = ["draw", str(source), "--out", str(Path(folder) / "plan.gpkg")]
        run_wangge(arguments)
        found = [run_wangge(arguments) for _ in range(runs)]
    summary = found[0].summary
    return {
        "wall_s": statistics.median(ran.wall_s for ran in found),
        "cpu_s": statistics.median(ran.cpu_s for ran in found),
        "runs": [ran.wall_s for ran in found],
        "buildings": summary["buildings"],
        "households": summary["households"],
        "stages": summary["seconds"],
    }


def measure_new_york() -> dict[str, Any]:
    """Return what the extract of New York costs, files to plan."""
    if not all(path.is_file() for path in NEW_YORK):
        return {"note": "no extract of New York in ../shared/data"}
    with tempfile.TemporaryDirectory() as folder:
        sources = [str(path) for path in NEW_YORK]
        out = str(Path(folder) / "plan.gpkg")
        ran = run_wangge(
            ["draw", *sources, "--boundary", "hull", "--out", out], watch=True
        )
    summary = ran.summary
    return {
        "wall_s": ran.wall_s,
        "cpu_s": ran.cpu_s,
        "memory_mib": ran.memory_mib,
        "buildings": summary["buildings"],
        "cells": summary["cells"],
        "grids": summary["grids"],
        "share_in_band": summary["share_in_band"],
        "stages": summary["seconds"],
        "valid": bool(summary["certificate"]["ok"]),
    }


def measure_determinism(*, communities: int) -> dict[str, Any]:
    """Return the plan hashes of 1 and 2 workers under hash seeds drawn at random."""
    draw = random.SystemRandom()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = _town_file(Path(folder), communities=communities)
        for workers in (1, 2, 1, 2):
            hash_seed = str(draw.randrange(1, 2**32))
            out = str(Path(folder) / "plan.gpkg")
            ran = run_wangge(
                ["draw", str(source), "--out", out, f"--workers={workers}"],
                hash_seed=hash_seed,
            )
            rows.append(
                {
                    "workers": workers,
                    "hash_seed": hash_seed,
                    "plan_hash": ran.summary["plan_hash"],
                    "inputs": ran.summary["certificate"]["inputs_digest"],
                }
            )
    return {
        "communities": communities,
        "rows": rows,
        "plans": len({row["plan_hash"] for row in rows}),
    }


def _town_file(folder: Path, *, communities: int) -> Path:
    """Write a made-up town."""
    path = folder / "town.gpkg"
    town = made_up_town(seed=0, communities=communities)
    write_layers(path, town.tables(), {"made_up": True, "seed": 0})
    return path
