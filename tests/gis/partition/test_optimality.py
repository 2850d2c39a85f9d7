"""Plans near the shortest seams, and the proof of it, beside brute force."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.graph import CellGraph
from gis.partition import Objectives, ObjectiveWeights, optimality, partition_cells
from gis.partition._compiled import random_state
from gis.partition.graphs import Net, connected_pieces, net_of, path_graph, path_net
from gis.partition.objectives import wishes_of
from gis.partition.optimality import SeamProof, prove_seams, seam_cost
from gis.partition.score import measure
from gis.partition.trees import tree_seed
from tests.gis.partition.test_repartition_cells import lattice

LOW, HIGH = 300, 500


@st.composite
def towns(draw: st.DrawFn) -> CellGraph:
    """Small lattices with two cells to a block, edges of any length."""
    rows, columns = draw(st.sampled_from([(2, 4), (3, 3), (3, 4), (2, 6)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    graph = lattice(rows, columns, rng.integers(60, 200, rows * columns))
    row, column = np.divmod(np.arange(rows * columns), columns)
    block = (row * columns + column // 2).astype(np.int32)
    length = rng.uniform(20.0, 180.0, len(graph.length))
    apart = block[graph.i] != block[graph.j]
    return replace(
        graph, block=block, length=length, street=np.where(apart, length, 0.0)
    )


def some_plan(net: Net, seed: int) -> np.ndarray | None:
    """A plan in the band that nobody has improved, if a tree gives one."""
    for k in range(net.total // LOW, 1, -1):
        label = tree_seed(
            net, k, low=LOW, high=HIGH, trees=8, state=random_state(seed, k)
        )
        if measure(net, label, k, low=LOW, high=HIGH).bad == 0:
            return label
    return None


def least_seam(net: Net, unit: np.ndarray, k: int) -> float:
    """Brute force over all ways to make k grids in the band of whole units."""
    cells = [sum(1 << int(v) for v in np.flatnonzero(unit == u)) for u in set(unit)]
    everything = (1 << net.size) - 1

    @cache
    def cost_of(grid: int) -> float | None:
        held = np.array([grid >> v & 1 for v in range(net.size)], np.int32)
        if not LOW <= int(net.households[held > 0].sum()) <= HIGH:
            return None
        pieces = connected_pieces(net, held - 1)
        return None if pieces.max() > 0 else seam_cost(net, held) / 2

    @cache
    def least(left: int, grids: int) -> float:
        if left == 0 or grids == 0:
            return 0.0 if left == 0 and grids == 0 else float("inf")
        first = next(c for c in cells if c & left)
        others = [c for c in cells if c & left and c != first]
        best = float("inf")
        for choice in range(1 << len(others)):
            grid = first | sum(c for q, c in enumerate(others) if choice >> q & 1)
            cost = cost_of(grid)
            if cost is not None:
                best = min(best, cost + least(left & ~grid, grids - 1))
        return best

    return least(everything, k)


def require_proof(net: Net, proof: SeamProof, k: int, optimum: float) -> None:
    """Check that a proof says nothing that brute force does not bear out."""
    found = measure(net, proof.label, k, low=LOW, high=HIGH)
    assert (found.grids, found.bad) == (k, 0)
    assert proof.cost == pytest.approx(seam_cost(net, proof.label))
    assert proof.bound <= optimum + 1e-4
    # So small a problem is solved, not only bounded.
    assert proof.bound == pytest.approx(optimum, rel=1e-5)
    assert proof.cost <= 1.01 * optimum + 1e-4


@settings(max_examples=60, deadline=None)
@given(graph=towns(), seed=st.integers(0, 9))
def test_the_proof_over_all_plans_is_what_brute_force_finds(
    graph: CellGraph, seed: int
) -> None:
    net = net_of(graph)
    label = some_plan(net, seed)
    if label is None:
        return
    k = int(label.max()) + 1
    proof = prove_seams(net, label, low=LOW, high=HIGH)
    assert proof is not None
    assert proof.scope == "cells"
    require_proof(net, proof, k, least_seam(net, np.arange(net.size), k))


@settings(max_examples=60, deadline=None)
@given(graph=towns(), seed=st.integers(0, 9))
def test_the_proof_over_whole_blocks_is_what_brute_force_finds(
    graph: CellGraph, seed: int
) -> None:
    net = net_of(graph)
    label = some_plan(net, seed)
    if label is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimality, "MOST_CELLS", 0)
        proof = prove_seams(net, label, low=LOW, high=HIGH)
    assert proof is not None
    assert proof.scope == "blocks"
    # Blocks that the plan cuts are open to every other cut as well.
    block = net.block.astype(np.int64)
    cut = [len(set(label[block == b])) > 1 for b in block.tolist()]
    unit = np.where(cut, 100 + np.arange(net.size), block)
    k = int(label.max()) + 1
    require_proof(net, proof, k, least_seam(net, unit, k))


def test_a_plan_with_long_seams_is_replaced() -> None:
    # Two rows of four squares: cut lengthwise the seam is 400 m, crosswise 200 m.
    net = net_of(lattice(2, 4, np.full(8, 100)))
    long = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    proof = prove_seams(net, long, low=LOW, high=HIGH)
    assert proof is not None
    assert proof.cost == 200.0
    assert proof.distance == pytest.approx(0.0)
    assert len(set(proof.label[[0, 1, 4, 5]])) == 1


def test_of_plans_with_equal_seams_the_rounder_grids_are_taken() -> None:
    # Every cut of this row is 100 m; squares of 3 + 3 are rounder than 2 + 4.
    net = path_net([125] * 6)
    given = np.array([0, 0, 0, 0, 1, 1], np.int32)
    assert measure(net, given, 2, low=250, high=500).bad == 0
    proof = prove_seams(net, given, low=250, high=500)
    assert proof is not None
    assert proof.label.tolist() in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])


def test_a_metre_inside_a_block_counts_more() -> None:
    row = path_graph([200, 200, 200, 200])
    inside = replace(row, street=np.array([100.0, 0.0, 100.0]))
    label = np.array([0, 0, 1, 1], np.int32)
    assert seam_cost(net_of(inside), label) == pytest.approx(333.0)


def test_one_grid_has_no_seam() -> None:
    proof = prove_seams(path_net([200, 200]), np.zeros(2, np.int32), low=300, high=500)
    assert proof is not None
    assert (proof.cost, proof.bound, proof.distance) == (0.0, 0.0, 0.0)


def test_what_is_out_of_reach_of_the_proof_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = net_of(lattice(3, 4, np.full(12, 100)))
    out_of_band = np.zeros(12, np.int32)
    assert prove_seams(net, out_of_band, low=LOW, high=HIGH) is None
    plan = np.repeat(np.arange(3, dtype=np.int32), 4)
    monkeypatch.setattr(optimality, "CELL_WORK", 24)
    monkeypatch.setattr(optimality, "BLOCK_WORK", 24)
    assert prove_seams(net, plan, low=LOW, high=HIGH) is None
    monkeypatch.setattr(optimality, "MOST_CELLS", 0)
    monkeypatch.setattr(optimality, "MOST_UNITS", 0)
    assert prove_seams(net, plan, low=LOW, high=HIGH) is None


def test_a_plan_made_for_wishes_is_proved_as_it_is() -> None:
    graph = lattice(2, 4, np.full(8, 100))
    long = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    asked = Objectives(weights=ObjectiveWeights(area=1.0))
    net = net_of(graph, wishes_of(graph, asked, low=LOW, high=HIGH))
    proof = prove_seams(net, long, low=LOW, high=HIGH)
    assert proof is not None
    assert proof.label.tolist() == long.tolist()
    assert proof.cost == 400.0
    assert proof.bound == pytest.approx(200.0)


def test_the_proof_reaches_the_plan_and_repeats_exactly() -> None:
    rng = np.random.default_rng(5)
    graph = lattice(6, 8, rng.integers(30, 70, 48))
    plans = [partition_cells(graph, effort="best", certify=True) for _ in range(2)]
    assert plans[0].labels.tolist() == plans[1].labels.tolist()
    assert plans[0].seam_bound == plans[1].seam_bound is not None
    cost = seam_cost(net_of(graph), plans[0].labels)
    assert plans[0].seam_cost == pytest.approx(cost)
    assert plans[0].findings == ()
    assert plans[0].seam_scope == "cells"
    plain = partition_cells(graph, effort="best")
    assert plain.seam_bound is None
    assert cost <= 1.01 * seam_cost(net_of(graph), plain.labels)
