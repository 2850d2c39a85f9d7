"""The fewest households to move, beside brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.partition import partition_cells, repartition_cells
from gis.partition.few_moves import fewest_moves
from gis.partition.graphs import Net, net_of, path_net
from gis.partition.score import measure
from tests.gis.partition.test_repartition_cells import lattice


def is_valid(net: Net, label: np.ndarray, k: int) -> bool:
    """Whether a plan has k grids in the band, each in one piece."""
    found = measure(net, label, k, low=300, high=500)
    return found.grids == k and found.bad == 0


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_fewer_households_could_have_moved(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = net_of(lattice(2, 4, rng.integers(60, 150, 8)))
    home = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int32)
    least, one_cell = np.inf, np.inf
    for choice in product(range(2), repeat=8):
        label = np.array(choice, np.int32)
        if is_valid(net, label, 2):
            away = label != home
            moved = int(net.households[away].sum())
            least = min(least, moved)
            one_cell = moved if away.sum() == 1 and moved < one_cell else one_cell
    found = fewest_moves(net, home, low=300, high=500, states=5_000)
    assume(found is not None)
    assert found is not None
    assert is_valid(net, found, 2)
    moved = int(net.households[found != home].sum())
    assert least <= moved <= one_cell


def test_a_chain_of_moves_along_a_row_is_found() -> None:
    # Grid 0 must give 80 away, grid 1 is full and hands as many on to grid 2.
    row = path_net([250, 250, 80, 250, 170, 80, 300])
    home = np.array([0, 0, 0, 1, 1, 1, 2], np.int32)
    found = fewest_moves(row, home, low=300, high=500, states=1_000)
    assert found is not None
    assert found.tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_a_cell_takes_along_what_it_would_cut_off() -> None:
    # Cell 2 holds the end of the row; both go, as no single cell can.
    row = path_net([200, 200, 150, 20, 300])
    home = np.array([0, 0, 0, 0, 1], np.int32)
    found = fewest_moves(row, home, low=300, high=500, states=1_000)
    assert found is not None
    assert found.tolist() == [0, 0, 1, 1, 1]


def test_where_nothing_does_there_is_no_answer() -> None:
    home = np.array([0, 0, 1], np.int32)
    assert (
        fewest_moves(path_net([290, 290, 450]), home, low=300, high=500, states=99)
        is None
    )


def test_the_limit_of_states_is_kept() -> None:
    row = path_net([250, 250, 80, 250, 170, 80, 300])
    home = np.array([0, 0, 0, 1, 1, 1, 2], np.int32)
    assert fewest_moves(row, home, low=300, high=500, states=2) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_redraw_after_noise_moves_few_households(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = lattice(9, 10, rng.integers(20, 60, 90))
    before = partition_cells(graph)
    assert before.findings == ()
    noisy = np.rint(graph.households * rng.uniform(0.9, 1.1, 90)).astype(np.int64)
    changed = lattice(9, 10, noisy)
    after = repartition_cells(changed, before.labels)
    assert after.findings == ()
    assert after.households_moved <= 0.05 * noisy.sum()
