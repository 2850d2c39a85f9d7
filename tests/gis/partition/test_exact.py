"""The exact search for the fewest households outside the band."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.graph import CellGraph
from gis.partition.bounds import out_of_band
from gis.partition.exact import fewest_out
from gis.partition.graphs import connected_pieces, net_of, path_net, sub_net
from tests.gis.partition.test_partition_cells import (
    communities,
    fewest_households_out,
    lattice_graph,
    links,
)


@settings(max_examples=100, deadline=None)
@given(
    graph=communities(most=11, land=False),
    low=st.sampled_from([1, 90, 300]),
    width=st.sampled_from([0, 20, 200]),
)
def test_the_search_finds_the_true_optimum_and_a_plan_that_attains_it(
    graph: CellGraph, low: int, width: int
) -> None:
    high = low + width
    near, weight = links(graph), graph.households.tolist()
    net = net_of(graph)
    piece = connected_pieces(net, np.zeros(graph.size, np.int32))
    for number in range(int(piece.max()) + 1):
        rows = np.flatnonzero(piece == number)
        part = sub_net(net, rows)
        cells = sum(1 << int(v) for v in rows)
        optimum = fewest_households_out(near, weight, cells, low, high)
        found = fewest_out(part, low=low, high=high, upper=optimum + 1)
        assert (found.out, found.proven) == (optimum, True)
        assert found.label is not None
        load = np.bincount(found.label, part.households).astype(np.int64)
        assert out_of_band(load, low=low, high=high).sum() == optimum
        # Each grid is one piece.
        assert connected_pieces(part, found.label).max() == found.label.max()
        below = fewest_out(part, low=low, high=high, upper=optimum)
        assert (below.out, below.label, below.proven) == (optimum, None, True)


def test_a_grid_that_leads_out_pays_only_for_what_it_has_above_the_band() -> None:
    # 100 alone would miss by 200, with the 450 by 50; leading out it is free.
    row = path_net([100, 450])
    closed = np.array([False, False])
    assert fewest_out(row, low=300, high=500, upper=999, open_cells=closed).out == 50
    leads = np.array([True, False])
    assert fewest_out(row, low=300, high=500, upper=999, open_cells=leads).out == 0


def test_the_search_says_so_when_its_limit_ends_it() -> None:
    graph = lattice_graph(np.arange(25).reshape(5, 5), [97] * 25)
    found = fewest_out(net_of(graph), low=300, high=310, upper=400, states=50)
    assert (found.out, found.label, found.proven) == (400, None, False)
