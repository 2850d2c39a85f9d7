"""Drawing a plan again with the fewest households moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.partition import partition_cells, repartition_cells
from gis.partition.graphs import path_graph


def lattice(rows: int, columns: int, households: np.ndarray) -> CellGraph:
    """Squares of 100 m, each its own block, in rows."""
    n = rows * columns
    number = np.arange(n, dtype=np.int32).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], 1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], 1),
        ]
    )
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    length = np.full(len(pairs), 100.0)
    degree = np.bincount(pairs.ravel(), minlength=n)
    none = np.full(n, -1, np.int32)
    return CellGraph(
        households=households.astype(np.int64),
        area=np.full(n, 1e4),
        outer=400.0 - 100.0 * degree,
        block=np.arange(n, dtype=np.int32),
        compound=none,
        kind=np.zeros(n, np.int8),
        site=none,
        xy=np.zeros((n, 2)),
        i=pairs[:, 0].copy(),
        j=pairs[:, 1].copy(),
        length=length,
        street=length,
    )


def test_a_plan_that_still_fits_is_left_as_it_is() -> None:
    graph = lattice(6, 8, np.full(48, 50))
    before = partition_cells(graph)
    after = repartition_cells(graph, before.labels)
    assert after.labels.tolist() == before.labels.tolist()
    assert after.households_moved == 0
    assert not after.moved.any()
    assert after.origin.tolist() == list(range(len(before.types)))


def test_only_what_the_band_asks_for_moves() -> None:
    # 310 + 490; two cells lose 15 and 20: one cell of 40 must change sides.
    row = path_graph([135, 80, 60, 40, 450])
    after = repartition_cells(row, np.array([0, 0, 0, 1, 1]))
    assert after.labels.tolist() == [0, 0, 0, 0, 1]
    assert after.households_moved == 40
    assert after.moved.tolist() == [False, False, False, True, False]


def test_noise_of_ten_per_cent_moves_few_households() -> None:
    rng = np.random.default_rng(5)
    graph = lattice(15, 20, rng.integers(0, 70, 300))
    before = partition_cells(graph)
    assert before.findings == ()
    noisy = np.rint(graph.households * rng.uniform(0.9, 1.1, 300)).astype(np.int64)
    after = repartition_cells(replace(graph, households=noisy), before.labels)
    assert after.findings == ()
    assert after.households_moved <= 0.05 * noisy.sum()


def test_a_grid_that_doubled_is_cut_and_the_larger_part_keeps_its_name() -> None:
    row = path_graph([100, 100, 100, 150, 150, 100, 170, 150])
    after = repartition_cells(row, np.array([0, 0, 0, 1, 1, 1, 1, 1]))
    assert after.findings == ()
    assert len(after.types) == 3
    assert sorted(after.origin.tolist()) == [-1, 0, 1]
    assert after.households_moved <= 320


def test_a_grid_that_emptied_goes_to_its_neighbours() -> None:
    row = path_graph([200, 150, 20, 20, 150, 200])
    after = repartition_cells(row, np.array([0, 0, 1, 1, 2, 2]))
    assert after.findings == ()
    assert len(after.types) == 2
    assert after.households_moved == 40


def test_new_cells_and_broken_grids_find_a_grid() -> None:
    row = path_graph([200, 150, 30, 150, 200, 10])
    after = repartition_cells(row, np.array([0, 0, -1, 1, 1, 0]))
    assert after.findings == ()
    assert after.labels[5] == after.labels[4]
    assert after.households_moved == 10


def test_locked_grids_stay() -> None:
    row = path_graph([150, 150, 40, 300, 300])
    before = np.array([0, 0, 1, 1, 2])
    after = repartition_cells(row, before, locked=np.array([4, 4, -1, -1, -1]))
    assert after.labels.tolist() == [0, 0, 1, 1, 2]
    assert after.households_moved == 0


def test_the_same_seed_gives_the_same_plan() -> None:
    rng = np.random.default_rng(6)
    graph = lattice(10, 10, rng.integers(0, 90, 100))
    previous = np.repeat(np.arange(10), 10)
    one = repartition_cells(graph, previous, seed=3)
    two = repartition_cells(graph, previous, seed=3)
    assert one.labels.tolist() == two.labels.tolist()


def test_an_earlier_plan_of_other_cells_is_refused() -> None:
    with pytest.raises(PlanError, match="names 2 cells of 3"):
        repartition_cells(path_graph([300, 300, 300]), np.array([0, 1]))
    with pytest.raises(ValueError, match="not seconds"):
        repartition_cells(path_graph([300]), np.array([0]), effort=2.0)  # type: ignore[arg-type]
