"""Alternatives of findings as plans: each does what it says, near the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition import (
    AlternativePartition,
    Partition,
    alternatives,
    partition_cells,
)
from gis.partition.bounds import out_of_band
from gis.partition.graphs import connected_pieces, net_of, path_graph
from tests.strategies import lattices

LOW, HIGH = 300, 500


def drawn(
    graph: CellGraph, plan: Partition, locked: np.ndarray | None = None
) -> dict[str, AlternativePartition]:
    """Alternatives of the first finding, by what is done."""
    first = plan.findings[0]
    found = alternatives(graph, plan, first, low=LOW, high=HIGH, locked=locked)
    return {other.code: other for other in found}


def loads(graph: CellGraph, plan: Partition) -> list[int]:
    return [int(n) for n in np.bincount(plan.labels, graph.households)]


def test_a_total_in_the_hole_is_one_grid_or_two() -> None:
    row = path_graph([110] * 5)
    plan = partition_cells(row)
    assert loads(row, plan) == [550]
    other = drawn(row, plan)["one_more"].partition
    assert sorted(loads(row, other)) == [220, 330]
    assert [f.households for f in other.findings] == [220]
    assert other.households_moved == 220


def test_a_grid_that_cannot_be_mended_names_the_band_that_holds_it() -> None:
    row = path_graph([400, 250, 400])
    plan = partition_cells(row)
    assert loads(row, plan) == [400, 250, 400]
    other = drawn(row, plan)["relax_band"]
    assert (other.low, other.high) == (250, 500)
    assert other.partition.households_moved == 0
    assert not other.partition.findings


def test_a_band_is_widened_no_more_than_the_cells_ask_for() -> None:
    # 280 | 470 as drawn would need 280; the second cell moved, 290 is enough.
    row = path_graph([270, 20, 460, 500])
    labels = np.array([0, 1, 1, 2], np.int32)
    plan = replace(
        partition_cells(row), labels=labels, types=np.zeros(3, np.int8), findings=()
    )
    finding = replace(partition_cells(path_graph([400, 250, 400])).findings[0], grid=0)
    found = alternatives(row, plan, finding, low=LOW, high=HIGH)
    low = min(other.low for other in found if other.code == "relax_band")
    assert low == 290


def cut_off() -> CellGraph:
    """350 and 150 households with a school between."""
    row = path_graph([150, 200, 0, 150])
    return replace(
        row,
        kind=np.array([0, 0, GridType.EXCLUSIVE, 0], np.int8),
        site=np.array([-1, -1, 0, -1], np.int32),
    )


def test_a_piece_cut_off_joins_across_the_land_between() -> None:
    row = cut_off()
    plan = partition_cells(row)
    other = drawn(row, plan)["join_across"].partition
    assert loads(row, other) == [500]
    assert other.types.tolist() == [GridType.RESIDENT]
    assert not other.findings


def test_a_piece_cut_off_can_wait_as_reserved_land() -> None:
    row = cut_off()
    plan = partition_cells(row)
    other = drawn(row, plan)["reserve"].partition
    assert other.labels.tolist() == plan.labels.tolist()
    assert other.types[other.labels[3]] == GridType.RESERVED
    assert not other.findings
    assert other.households_moved == 0


def test_unlocking_a_grid_mends_it() -> None:
    row = path_graph([150] * 6)
    locked = np.array([7, -1, -1, -1, -1, -1])
    plan = partition_cells(row, locked=locked)
    other = drawn(row, plan, locked)["unlock"].partition
    assert loads(row, other) == [450, 450] or loads(row, other) == [300, 300, 300]
    assert not other.findings


def test_a_search_cut_short_is_carried_on() -> None:
    row = path_graph([100] * 8)
    short = replace(
        partition_cells(row),
        labels=np.array([0, 0, 1, 1, 1, 1, 1, 1], np.int32),
        findings=tuple(
            replace(f, grid=0, code="search_exhausted", alternatives=(LONGER,))
            for f in partition_cells(path_graph([200])).findings
        ),
    )
    other = drawn(row, short)["search_longer"].partition
    assert not other.findings
    assert all(LOW <= load <= HIGH for load in loads(row, other))


LONGER = replace(
    partition_cells(path_graph([200])).findings[0].alternatives[0],
    code="search_longer",
)


@settings(max_examples=60, deadline=None)
@given(graph=lattices(), lock=st.booleans())
def test_every_alternative_is_whole_and_explained(graph: CellGraph, lock: bool) -> None:
    locked = np.full(graph.size, -1)
    locked[0] = 0 if lock else -1
    plan = partition_cells(graph, locked=locked)
    for finding in plan.findings:
        for other in alternatives(
            graph, plan, finding, low=LOW, high=HIGH, locked=locked
        ):
            made = other.partition
            pieces = connected_pieces(net_of(graph), made.labels)
            assert pieces.max() + 1 == len(made.types) == made.labels.max() + 1
            load = np.bincount(made.labels, graph.households)
            off = out_of_band(load, low=other.low, high=other.high)
            missed = np.flatnonzero((off > 0) & (made.types == GridType.RESIDENT))
            assert [f.grid for f in made.findings] == missed.tolist()
            assert [f.households for f in made.findings] == load[missed].tolist()
            if lock and finding.code != "locked":
                alone = made.labels == made.labels[0]
                assert alone.tolist() == (plan.labels == plan.labels[0]).tolist()
            if other.code == "relax_band":
                assert finding.households not in [f.households for f in made.findings]
