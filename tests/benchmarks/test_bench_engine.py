"""The benchmark measures what it says, with a scorer equal to the shared one."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from gis.partition.graphs import net_of
from gis.partition.score import measure
from tests.benchmarks.bench_engine import run_peer, to_markdown
from tests.benchmarks.engine_cases import BENCH, Case, make_case, shared_bench
from tests.benchmarks.engine_peers import PEERS, is_present

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    if not BENCH.is_dir():
        pytest.skip("no case generator here: the folder ../shared/bench is absent")
    return shared_bench("harness")


@pytest.fixture(scope="module")
def small(harness: ModuleType) -> Case:
    return make_case("small")


@pytest.mark.parametrize("seed", range(5))
def test_our_scorer_agrees_with_the_shared_one(
    harness: ModuleType, small: Case, seed: int
) -> None:
    # Random labels: broken grids, split blocks, bands missed, all at once.
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 4 + seed, len(small.cells)).astype(np.int32)
    label[: 4 + seed] = np.arange(4 + seed)
    theirs = harness.score(label, small.cells, small.edges)
    ours = measure(net_of(small.graphs[0]), label, 4 + seed, low=300, high=500)
    assert ours.grids == theirs["zones"]
    assert ours.bad == theirs["n_bad"]
    assert ours.broken == theirs["zones_broken"]
    assert ours.blocks_split == theirs["blocks_split"]
    assert ours.compactness == pytest.approx(theirs["pp"], rel=1e-9)
    assert ours.seam == pytest.approx(theirs["cut_m"], rel=1e-9)
    assert ours.inside == pytest.approx(theirs["offstreet_m"], rel=1e-9)


def test_the_engine_gives_a_valid_plan_that_beats_metis(small: Case) -> None:
    ours = run_peer("wangge fast", small, 0)
    assert (ours["fully_valid"], ours["bad"]) == (1, 0)
    if is_present("pymetis"):
        theirs = run_peer("METIS street", small, 0)
        assert ours["pp"] > theirs["pp"]


def test_a_peer_that_takes_too_long_is_cut_off_and_named(small: Case) -> None:
    row = run_peer("wangge best", small, 0, cap=0.0)
    assert row["note"].startswith("not finished in 0 s")


def test_absent_peers_and_figures_stand_in_the_table() -> None:
    rows = [{"peer": name, "note": "absent"} for name in PEERS]
    rows[0] = {"peer": "x", "fully_valid": 2, "communities": 3, "pp": 0.5}
    case = {
        "case": "small",
        "proof": False,
        "cells": 1,
        "households": 1,
        "communities": 3,
        "inside_bound_km": 0.1,
        "rows": rows,
        "redraw": {"moved_share": 0.01, "bad": 0, "cpu_s": 0.1},
        "certified": {
            "communities": 3,
            "bounded": 2,
            "within_1_percent": 1,
            "mean": 0.008,
            "worst": 0.012,
            "worst_cpu_s": 0.3,
        },
    }
    growth = {"cells": [1], "cpu_s": [0.1], "slope": 1.0}
    text = to_markdown({"machine": "m", "cases": [case], "growth": growth})
    assert "| x | 2 of 3 |" in text
    assert text.count("| absent |") == len(PEERS) - 1
    assert "1.00% of households moved" in text
    assert "2 of 3 communities bounded, 1 within 1 %, mean 0.80%" in text
