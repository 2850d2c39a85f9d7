"""The proven distance of a plan from the shortest seams."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gis.partition import partition_cells
from gis.partition.graphs import Net, net_of, path_graph, path_net
from gis.partition.optimality import seam_bound
from gis.partition.score import measure
from tests.gis.partition.test_repartition_cells import lattice


def shortest_seam(net: Net, k: int) -> float:
    """Brute force: least seam of all plans of k connected grids in the band."""
    best = float("inf")
    for choice in product(range(k), repeat=net.size - 1):
        label = np.array((0, *choice), np.int32)
        load = np.bincount(label, net.households, minlength=k)
        if load.min() >= 300 and load.max() <= 500:
            found = measure(net, label, k, low=300, high=500)
            if found.bad == 0:
                best = min(best, found.seam)
    return best


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_never_exceeds_the_shortest_seam(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = lattice(3, 3, rng.integers(90, 140, 9))
    plan = partition_cells(graph, effort="best")
    assert plan.findings == ()
    k = len(plan.types)
    row, column = np.divmod(np.arange(9), 3)
    xy = np.stack([100.0 * column, 100.0 * row], axis=1)
    net = net_of(graph)
    found = seam_bound(net, plan.labels, xy, low=300, high=500)
    assert found is not None
    assert found.whole
    assert found.bound <= shortest_seam(net, k) + 1e-6 <= found.cost + 1e-6


def test_a_plan_with_long_seams_is_found_out() -> None:
    # Two rows of four squares: cut lengthwise the seam is 400 m, crosswise 200 m.
    graph = lattice(2, 4, np.full(8, 100))
    net = net_of(graph)
    xy = np.stack([np.arange(8) % 4 * 100.0, np.arange(8) // 4 * 100.0], axis=1)
    long = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    short = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int32)
    worse = seam_bound(net, long, xy, low=300, high=500)
    better = seam_bound(net, short, xy, low=300, high=500)
    assert worse is not None
    assert better is not None
    assert (worse.cost, better.cost) == (400.0, 200.0)
    assert better.bound == pytest.approx(200.0)
    assert worse.distance == pytest.approx(1.0)
    assert better.distance == pytest.approx(0.0)


def test_plans_out_of_reach_of_the_proof_give_none() -> None:
    places = np.zeros((3, 2))
    outside = np.zeros(3, np.int32)
    net = path_net([300, 300, 300])
    assert seam_bound(net, outside, places, low=300, high=500) is None
    many = path_graph([10] * 70)
    label = partition_cells(many).labels
    assert seam_bound(net_of(many), label, np.zeros((70, 2)), low=300, high=500) is None
    few = np.arange(3, dtype=np.int32)
    assert seam_bound(net, few, places, low=300, high=500, most=2) is None
