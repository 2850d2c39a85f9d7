"""The benchmark measures what it says, with a scorer equal to the shared one."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from gis.graph import CellGraph
from gis.partition import partition_cells
from gis.partition.graphs import net_of, path_graph
from gis.partition.score import measure
from tests.benchmarks.bench_engine import NORMAL, chosen, command
from tests.benchmarks.engine_cases import BENCH, Case, assemble, make_case, shared_bench
from tests.benchmarks.engine_estates import estate_cells
from tests.benchmarks.engine_moves import measure_moves
from tests.benchmarks.engine_peers import PEERS, Peer
from tests.benchmarks.engine_run import measure_peer, run_peer
from tests.gis.partition.test_repartition_cells import lattice

shared = pytest.mark.shared


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    if not BENCH.is_dir():
        pytest.skip("no case generator here: the folder ../shared/bench is absent")
    return shared_bench("harness")


@pytest.fixture(scope="module")
def small(harness: ModuleType) -> Case:
    return make_case("small")


def rows_of_150(communities: int) -> Case:
    """Return communities of six cells in a row, which make two grids each."""
    graphs = [path_graph([150] * 6) for _ in range(communities)]
    return Case("rows", None, None, [], graphs)  # type: ignore[arg-type]


@shared
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


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_gives_each_cell_of_a_community_a_grid(name: str) -> None:
    peer = PEERS[name]
    if not peer.present:
        pytest.skip(f"{peer.package} is not installed; scripts/setup --bench brings it")
    places = np.stack(np.divmod(np.arange(30), 6), axis=1) * 100.0
    squares = replace(lattice(5, 6, np.full(30, 40)), xy=places)
    case = Case("squares", None, None, [], [squares])  # type: ignore[arg-type]
    row = run_peer(peer, case, 0, cap=30.0)
    assert (row["communities"], row["no_plan"]) == (1, 0)
    # 1,200 households: three grids; of MaxP as many as fill its floor, four at most.
    assert row["grids"] in ({3, 4} if name == "spopt MaxP" else {3})


def test_a_peer_that_sleeps_is_stopped_and_named() -> None:
    def sleep(graph: CellGraph, seed: int) -> np.ndarray:
        time.sleep(600)
        return np.zeros(graph.size, np.int32)

    began = time.monotonic()
    row = run_peer(Peer("gis", sleep), rows_of_150(2), 0, cap=0.1)
    assert time.monotonic() - began < 10
    # Asleep, it uses no CPU time: the clock ends it.
    assert row["note"] == (
        "stopped by the clock after 1 s, 0 CPU s (0 of 2 communities done)"
    )
    assert "fully_valid" not in row


def test_a_peer_that_works_too_long_keeps_no_figures() -> None:
    def spin(graph: CellGraph, seed: int) -> np.ndarray:
        if graph.size == 6:
            while True:
                pass
        return np.zeros(graph.size, np.int32)

    row = run_peer(Peer("gis", spin), rows_of_150(1), 0, cap=0.3)
    # By its CPU time, or on a very busy machine by the clock.
    assert row["note"].endswith("(0 of 1 communities done)")
    assert "fully_valid" not in row


def test_a_peer_that_fails_on_a_community_is_scored_on_the_others() -> None:
    calls = iter([False, True, False])

    def moody(graph: CellGraph, seed: int) -> np.ndarray:
        if next(calls):
            raise RuntimeError("no balanced cut")
        return np.array([0, 0, 0, 1, 1, 1], np.int32)

    row = run_peer(Peer("gis", moody), rows_of_150(2), 0)
    assert (row["fully_valid"], row["no_plan"]) == (1, 1)
    assert row["note"] == "1 without a plan: RuntimeError: no balanced cut"


def test_short_runs_are_repeated_and_all_kept() -> None:
    row = measure_peer("wangge fast", rows_of_150(3), runs=3)
    assert row["fully_valid"] == 3
    assert len(row["runs"]["cpu_s"]) == 3


def test_a_peer_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(PEERS["spopt AZP"], package="no_such_package")
    monkeypatch.setitem(PEERS, "spopt AZP", absent)
    row = measure_peer("spopt AZP", rows_of_150(1), runs=1)
    assert row["note"] == "absent: no_such_package is not installed"


def test_estates_hold_compounds_and_only_land_people_live_on() -> None:
    cells, edges = estate_cells(1, 0)
    case = assemble("estates", cells, edges)
    assert (cells["compound"] >= 0).any()
    for graph in case.graphs:
        assert int(graph.households.sum()) >= 300
        plan = partition_cells(graph)
        # One connected piece of resident land: every grid is resident.
        assert set(plan.types.tolist()) == {0}
    assert sum(graph.size for graph in case.graphs) == len(cells)


def test_nothing_moves_where_the_noise_leaves_every_grid_in_the_band() -> None:
    # 2 × 450 ± 10 % stays in 300–500, whatever the noise.
    found = measure_moves(rows_of_150(2), draws=2)
    assert found["moved"] == [0.0, 0.0]
    assert found["out_of_band_needlessly"] == 0


def test_what_is_named_is_measured_and_nothing_else() -> None:
    from tests.benchmarks.bench_engine import BY_CASE, _parser

    one = chosen(_parser().parse_args(["--case=mid"]))
    assert (one.cases, one.rows) == (("mid",), BY_CASE)
    row = chosen(_parser().parse_args(["--rows=growth"]))
    assert (row.rows, row.cases) == (("growth",), NORMAL.cases)


@shared
def test_parts_measured_at_different_times_make_one_table(
    harness: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--out", str(tmp_path), "--add", "--case=small", "--rows=peers"]
    assert command([*call, "--peer=wangge fast"]) == 0
    assert command([*call, "--peer=METIS"]) == 0
    assert "| wangge fast | 1 of 1 |" in capsys.readouterr().out
    text = (tmp_path / "engine.md").read_text(encoding="utf-8")
    assert "| wangge fast | 1 of 1 |" in text
    assert "| METIS | 1 of 1 |" in text
