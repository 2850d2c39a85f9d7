"""The same cells, seed and effort give the same plan, in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from gis.graph import CellGraph
from gis.partition import partition_cells

SCRIPT = """
import hashlib
from tests.gis.partition.test_determinism import town
from gis.partition import partition_cells
plan = partition_cells(town(), seed=9)
print(hashlib.sha256(plan.labels.tobytes()).hexdigest())
"""


def town() -> CellGraph:
    """Squares of 50 m, four to a block, every ninth one land of a site."""
    side = 16
    number = np.arange(side * side, dtype=np.int32).reshape(side, side)
    right = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], 1)
    down = np.stack([number[:-1].ravel(), number[1:].ravel()], 1)
    pairs = np.concatenate([right, down])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    row, column = np.divmod(number.ravel(), side)
    block = (row // 2 * (side // 2) + column // 2).astype(np.int32)
    rng = np.random.default_rng(11)
    households = rng.integers(0, 80, side * side)
    households[rng.random(side * side) < 0.02] = 620
    land = np.arange(side * side) % 41 == 0
    degree = np.bincount(pairs.ravel(), minlength=side * side)
    length = np.full(len(pairs), 50.0)
    return CellGraph(
        households=np.where(land, 0, households).astype(np.int64),
        area=np.full(side * side, 2500.0),
        outer=200.0 - 50.0 * degree,
        block=block,
        compound=np.where(row < 4, block // 2, -1).astype(np.int32),
        kind=np.where(land, 1, 0).astype(np.int8),
        site=np.where(land, 0, -1).astype(np.int32),
        xy=np.stack([column * 50.0, row * 50.0], 1),
        i=pairs[:, 0].copy(),
        j=pairs[:, 1].copy(),
        length=length,
        street=np.where(block[pairs[:, 0]] != block[pairs[:, 1]], length, 0.0),
    )


def test_hash_seeds_do_not_change_a_plan(root: Path) -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "77")
    }
    here = partition_cells(town(), seed=9).labels
    assert digests == {hashlib.sha256(here.tobytes()).hexdigest() + "\n"}


def test_plans_drawn_at_the_same_time_do_not_disturb_each_other() -> None:
    graph = town()
    alone = [partition_cells(graph, seed=seed).labels.tolist() for seed in range(4)]
    with ThreadPoolExecutor(2) as pool:
        together = pool.map(lambda seed: partition_cells(graph, seed=seed), range(4))
    assert [plan.labels.tolist() for plan in together] == alone
