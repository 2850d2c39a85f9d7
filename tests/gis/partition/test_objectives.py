"""Objectives beside the band: each moves a plan its way, none moves it out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition import (
    Objectives,
    ObjectiveWeights,
    objective_figures,
    partition_cells,
    repartition_cells,
)
from gis.partition.bounds import out_of_band
from gis.partition.graphs import connected_pieces, contract, net_of, path_graph, sub_net
from gis.partition.objectives import wishes_of
from gis.partition.wishes import (
    NO_WISHES,
    even_change,
    stay_change,
    walk_change,
    wishes_energy,
)
from tests.strategies import lattices

MIDDLE = [0, 0, 0, 0, 1, 1, 1, 1]
LEFT = [0, 0, 0, 1, 1, 1, 1, 1]
LEFT_HEAVY = np.array([8, 8, 2, 2, 0, 0, 0, 0])
"""Cut after two cells it would be even, but 200 | 600 households is no band."""


def row() -> CellGraph:
    """Eight cells of 100 households in a row: 300 | 500, 400 | 400 or 500 | 300."""
    return path_graph([100] * 8)


def labels(graph: CellGraph, **asked: object) -> list[int]:
    plan = partition_cells(graph, **asked)  # type: ignore[arg-type]
    return [int(grid) for grid in plan.labels]


def wish(**weights: float) -> ObjectiveWeights:
    return ObjectiveWeights(**weights)


def test_without_objectives_the_row_is_cut_in_the_middle() -> None:
    assert labels(row()) == MIDDLE


@pytest.mark.parametrize("weight", [1.0, 1000.0])
def test_load_spreads_cases_as_evenly_as_the_band_allows(weight: float) -> None:
    asked = Objectives(weights=wish(load=weight), cases=LEFT_HEAVY)
    assert labels(row(), objectives=asked) == LEFT


@pytest.mark.parametrize("weight", [1.0, 1000.0])
def test_004_04_party_members_are_a_second_criterion(weight: float) -> None:
    """RULES 004-04: the second criterion changes the plan, the bounds still hold."""
    asked = Objectives(weights=wish(members=weight), party_members=LEFT_HEAVY)
    assert labels(row(), objectives=asked) == LEFT


def test_area_is_shared_out_alike() -> None:
    # Blocks on the left are four times as large; squares of 200 m, then of 100 m.
    graph = row()
    wide = np.arange(8) < 3
    graph = replace(
        graph,
        area=np.where(wide, 40_000.0, 10_000.0),
        outer=np.where(wide, 700.0, graph.outer),
    )
    assert labels(graph) == MIDDLE
    assert labels(graph, objectives=Objectives(weights=wish(area=4))) == LEFT


def test_walks_get_shorter() -> None:
    # The homes of the first three blocks are 700 m from the others.
    graph = row()
    graph = replace(graph, xy=graph.xy + np.where(np.arange(8) < 3, 0, 600)[:, None])
    assert labels(graph, objectives=Objectives(weights=wish(walk=1))) == LEFT


def test_loyalty_keeps_a_former_grid_together() -> None:
    former = np.array([7, 7, 7, 3, 3, 3, 3, 3])
    asked = Objectives(weights=wish(loyalty=1), former=former)
    assert labels(row(), objectives=asked) == LEFT


def test_loyalty_asks_nothing_of_cells_that_were_in_no_grid() -> None:
    asked = Objectives(weights=wish(loyalty=1), former=np.full(8, -1))
    assert labels(row(), objectives=asked) == MIDDLE


def test_objectives_pull_against_each_other() -> None:
    former = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    both = {"cases": LEFT_HEAVY, "former": former}
    loyal = Objectives(weights=wish(load=0.1, loyalty=5), **both)
    fair = Objectives(weights=wish(load=5, loyalty=0.1), **both)
    assert labels(row(), objectives=loyal) == [0, 0, 0, 0, 0, 1, 1, 1]
    assert labels(row(), objectives=fair) == LEFT


def test_a_redraw_keeps_households_before_it_serves_objectives() -> None:
    before = np.array(MIDDLE)
    asked = Objectives(weights=wish(load=1), cases=LEFT_HEAVY)
    plan = repartition_cells(row(), before, objectives=asked)
    assert plan.labels.tolist() == MIDDLE
    assert plan.households_moved == 0


def test_weights_of_nothing_are_no_wishes_at_all() -> None:
    asked = Objectives(weights=ObjectiveWeights())
    assert wishes_of(row(), asked, low=300, high=500) is NO_WISHES
    assert wishes_of(row(), None, low=300, high=500) is NO_WISHES


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="weight of walk is -1"):
        ObjectiveWeights(walk=-1)


def test_a_count_that_is_missing_is_named() -> None:
    with pytest.raises(PlanError, match="load needs cases for each of 8 cells"):
        labels(row(), objectives=Objectives(weights=wish(load=1)))
    with pytest.raises(PlanError, match="loyalty needs the former grid"):
        labels(row(), objectives=Objectives(weights=wish(loyalty=1)))
    short = Objectives(weights=wish(members=1), party_members=np.ones(7))
    with pytest.raises(PlanError, match="members needs party_members"):
        labels(row(), objectives=short)
    negative = Objectives(weights=wish(load=1), cases=np.full(8, -1))
    with pytest.raises(PlanError, match="cases has a count"):
        labels(row(), objectives=negative)


def test_figures_are_those_of_the_grids() -> None:
    asked = Objectives(
        weights=wish(load=1, walk=1, area=1, loyalty=1),
        cases=LEFT_HEAVY,
        party_members=np.ones(8),
        former=np.array([0, 0, 0, 0, 1, 1, -1, -1]),
    )
    types = np.array([GridType.RESIDENT, GridType.RESIDENT], np.int8)
    found = objective_figures(row(), np.array(LEFT, np.int32), types, asked)
    assert found["load"].tolist() == [18, 2]
    assert found["area"].tolist() == [30_000, 50_000]
    assert found["loyalty"].tolist() == [1.0, 0.4]
    # Three homes at -100, 0, 100 m; five at -200 … 200 m from their middle.
    expected = [np.sqrt(2 / 3) * 100, np.sqrt(2) * 100]
    assert found["walk"] == pytest.approx(expected)
    assert "members" not in found


def test_land_has_no_figures() -> None:
    asked = Objectives(weights=wish(area=1))
    types = np.array([GridType.RESIDENT, GridType.RESERVED], np.int8)
    found = objective_figures(row(), np.array(LEFT, np.int32), types, asked)
    assert np.isnan(found["area"]).tolist() == [False, True]


def random_objectives(draw: st.DrawFn, graph: CellGraph) -> Objectives:
    weight = st.sampled_from([0.0, 0.3, 1.0, 50.0])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Objectives(
        weights=ObjectiveWeights(
            **{name: draw(weight) for name in ObjectiveWeights().to_dict()}
        ),
        cases=rng.integers(0, 9, graph.size),
        party_members=rng.integers(0, 9, graph.size),
        former=rng.integers(-1, 3, graph.size),
    )


@settings(max_examples=80, deadline=None)
@given(graph=lattices(), data=st.data())
def test_no_weights_break_a_grid_or_put_more_households_out(
    graph: CellGraph, data: st.DataObject
) -> None:
    asked = random_objectives(data.draw, graph)  # type: ignore[arg-type]
    plan = partition_cells(graph, objectives=asked)
    plain = partition_cells(graph)

    def out(labels: np.ndarray) -> int:
        weight = np.bincount(labels, graph.households)
        return int(out_of_band(weight, low=300, high=500).sum())

    pieces = connected_pieces(net_of(graph), plan.labels)
    assert pieces.max() == plan.labels.max() == len(plan.types) - 1
    # A plan without wishes that a search did not find is no fault of the wishes.
    assert out(plan.labels) <= out(plain.labels)
    assert sum(finding.out for finding in plan.findings) == out(plan.labels)
    again = partition_cells(graph, objectives=asked)
    assert (again.labels == plan.labels).all()


@settings(max_examples=80, deadline=None)
@given(graph=lattices(), data=st.data())
def test_a_move_changes_the_energy_by_what_it_is_said_to_cost(
    graph: CellGraph, data: st.DataObject
) -> None:
    asked = random_objectives(data.draw, graph)  # type: ignore[arg-type]
    wishes = wishes_of(graph, asked, low=300, high=500)
    assume(wishes is not NO_WISHES)
    k, n = 3, graph.size
    label = np.arange(n, dtype=np.int32) % k
    some = data.draw(st.sets(st.integers(0, n // k - 1), min_size=1))
    moving = np.array(sorted(some), np.int32) * np.int32(k)  # all of grid 0

    def sums(columns: np.ndarray) -> np.ndarray:
        return np.stack([columns[label == g].sum(axis=0) for g in range(k)])

    together = np.zeros((k, 4))
    if len(wishes.former):
        known = wishes.former >= 0
        np.add.at(together, (label[known], wishes.former[known]), wishes.stay[known])
    told = even_change(sums(wishes.even), 0, 1, wishes.even[moving].sum(axis=0))
    if wishes.walk.shape[1]:
        told += walk_change(sums(wishes.walk), 0, 1, wishes.walk[moving].sum(axis=0))
    if len(wishes.former):
        told += stay_change(
            together, 0, 1, wishes.former, wishes.stay, moving, len(moving)
        )
    after = label.copy()
    after[moving] = 1
    assume((after == 0).any())
    before = wishes_energy(wishes, label, k)
    assert wishes_energy(wishes, after, k) - before == pytest.approx(told, abs=1e-7)


def test_wishes_follow_cells_into_windows_and_units() -> None:
    asked = Objectives(
        weights=wish(load=1, walk=1, loyalty=1),
        cases=LEFT_HEAVY,
        former=np.array([5, 5, 5, 9, 9, 9, -1, -1]),
    )
    graph = row()
    net = net_of(graph, wishes_of(graph, asked, low=300, high=500))
    window = sub_net(net, np.array([2, 3, 4]))
    assert window.wishes.former.tolist() == [0, 1, 1]
    assert (window.wishes.even == net.wishes.even[[2, 3, 4]]).all()
    units = contract(net, np.array([0, 0, 1, 1, 2, 2, 3, 3], np.int32))
    assert units.wishes.former.tolist() == [0, 0, 1, -1]
    assert units.wishes.walk[:, 0].tolist() == [200, 200, 200, 200]
    one_each = np.arange(4, dtype=np.int32)
    whole = np.repeat(one_each, 2)
    assert wishes_energy(units.wishes, one_each, 4) == pytest.approx(
        # The unit of mixed former grids counts as one of them: 200² for 2 × 100².
        wishes_energy(net.wishes, whole, 4) - (0.5**2 - 2 * 0.25**2)
    )
