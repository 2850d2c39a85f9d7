"""Brute force and OR-tools agree, and know what can be told by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gis.partition.graphs import net_of, path_net
from tests.benchmarks.engine_peers import is_present
from tests.benchmarks.engine_solver import Answer, least_out, least_out_by_hand
from tests.gis.partition.test_repartition_cells import lattice

needs_ortools = pytest.mark.skipif(
    not is_present("ortools"),
    reason="ortools is not installed; scripts/setup --bench brings it",
)


@pytest.mark.parametrize(
    ("households", "out"),
    [
        ([200, 200, 200], 100),
        ([150] * 6, 0),
        ([400, 100, 200], 0),
        # 700 fits two grids, but this row can only be cut into 250 + 450.
        ([250, 250, 200], 50),
        ([620], 120),
        ([299], 1),
    ],
)
def test_all_plans_are_tried(households: list[int], out: int) -> None:
    assert least_out_by_hand(path_net(households)) == out


@needs_ortools
@pytest.mark.parametrize("seed", range(4))
def test_ortools_agrees_with_trying_all_plans(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = net_of(lattice(3, 3, rng.integers(0, 300, 9)))
    least = least_out_by_hand(net)
    assert least_out(net, seconds=60) == Answer(least, least)


@needs_ortools
def test_ortools_says_when_no_plan_in_the_band_exists() -> None:
    assert least_out(path_net([200] * 3), seconds=60, wanted=0) == Answer(1, None)
    assert least_out(path_net([200] * 4), seconds=60, wanted=0) == Answer(0, 0)
