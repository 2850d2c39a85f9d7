"""The search for cheap grids beside a look at every set of units."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.graph import CellGraph
from gis.partition.graphs import Net, net_of
from gis.partition.pricing import cheap_grids
from tests.gis.partition.test_partition_cells import (
    communities,
    lattice_graph,
    links,
    piece_of,
)

MANY = 10**9


def all_grids(graph: CellGraph, low: int, high: int) -> list[int]:
    """Every connected set of cells in the band, as bits."""
    near = links(graph)
    weight = graph.households.tolist()
    found = []
    for cells in range(1, 1 << graph.size):
        load = sum(w for v, w in enumerate(weight) if cells >> v & 1)
        if low <= load <= high and piece_of(near, cells) == cells:
            found.append(cells)
    return found


def half_seam(net: Net, cells: int) -> float:
    """Half the length of the seam around a set."""
    return sum(
        float(net.length[e]) / 2
        for v in range(net.size)
        if cells >> v & 1
        for e in range(net.start[v], net.start[v + 1])
        if not cells >> int(net.near[e]) & 1
    )


@settings(max_examples=150, deadline=None)
@given(
    graph=communities(most=9, land=False),
    low=st.sampled_from([1, 90, 300]),
    width=st.sampled_from([0, 20, 200]),
    seed=st.integers(0, 99),
    keep=st.sampled_from([1, 3, MANY]),
)
def test_no_cheap_grid_is_missed_and_none_is_made_up(
    graph: CellGraph, low: int, width: int, seed: int, keep: int
) -> None:
    net, high = net_of(graph), low + width
    rng = np.random.default_rng(seed)
    worth = rng.normal(10, 20, net.size) * rng.choice([1, 10])
    fee, below = float(rng.normal(0, 30)), float(rng.choice([-1e-6, 25.0]))
    slopes = np.array([0.0, 0.05, 0.2])
    rows, value, looked, complete = cheap_grids(
        net.start,
        net.near,
        net.length / 2,
        net.households,
        low,
        high,
        worth,
        fee,
        below,
        slopes,
        keep,
        MANY,
        MANY,
    )
    assert complete
    expected = {}
    for cells in all_grids(graph, low, high):
        held = np.array([cells >> v & 1 for v in range(net.size)], bool)
        reduced = half_seam(net, cells) - worth[held].sum() - fee
        if abs(reduced - below) > 1e-7 and reduced < below:
            expected[cells] = reduced
    found = {
        sum(1 << int(v) for v in np.flatnonzero(row)): float(v)
        for row, v in zip(rows, value, strict=True)
        if abs(v - below) > 1e-7
    }
    assert len(rows) <= looked
    assert found.keys() <= expected.keys()
    assert all(abs(found[cells] - expected[cells]) < 1e-7 for cells in found)
    if keep == MANY:
        assert found.keys() == expected.keys()
    elif expected:
        assert abs(min(found.values()) - min(expected.values())) < 1e-7


def test_the_limits_of_work_are_kept_and_told() -> None:
    side = np.arange(25).reshape(5, 5)
    net = net_of(lattice_graph(side, [100] * 25))
    for per_root, budget in ((3, MANY), (MANY, 40)):
        *_, looked, complete = cheap_grids(
            net.start,
            net.near,
            net.length / 2,
            net.households,
            300,
            500,
            np.full(25, 100.0),
            0.0,
            -1e-6,
            np.array([0.0, 1.0]),
            MANY,
            per_root,
            budget,
        )
        assert not complete
        assert looked <= min(26 * (per_root + 1), budget + 1)
