"""Drawing a plan again around single grids, the rest left as it is."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.graph import CellGraph
from gis.partition import partition_cells, redraw_near
from gis.partition.bounds import out_of_band
from gis.partition.graphs import connected_pieces, net_of, path_graph
from tests.strategies import lattices


def test_only_the_window_changes() -> None:
    row = path_graph([200, 100, 300, 200, 400, 400, 200, 200])
    before = np.array([0, 1, 1, 1, 2, 3, 4, 4])
    plan = redraw_near(
        row, before, np.zeros(5, np.int8), [0], low=300, high=500, reach=1
    )
    assert plan.labels.tolist() == [0, 0, 1, 1, 2, 3, 4, 4]
    assert not plan.findings


@settings(max_examples=60, deadline=None)
@given(graph=lattices(), reach=st.integers(1, 3))
def test_it_is_never_worse_and_says_why_where_it_misses(
    graph: CellGraph, reach: int
) -> None:
    # Rows of cells as grids: out of band more often than not.
    before = np.minimum(np.unique(graph.xy[:, 0], return_inverse=True)[1], 2)
    before = np.unique(before, return_inverse=True)[1]
    types = np.zeros(before.max() + 1, np.int8)

    def out(labels: np.ndarray) -> np.ndarray:
        load = np.bincount(labels, graph.households).astype(np.int64)
        return out_of_band(load, low=300, high=500)

    bad = np.flatnonzero(out(before)).tolist()
    plan = redraw_near(graph, before, types, bad, low=300, high=500, reach=reach)
    assert out(plan.labels).sum() <= out(before).sum()
    pieces = connected_pieces(net_of(graph), plan.labels)
    assert pieces.max() == plan.labels.max() == len(plan.types) - 1
    missed = np.flatnonzero(out(plan.labels))
    assert [f.grid for f in plan.findings] == missed.tolist()
    # What is said to be proven holds against any other plan.
    best = sum(finding.out for finding in partition_cells(graph).findings)
    assert all(finding.bound <= best for finding in plan.findings)
