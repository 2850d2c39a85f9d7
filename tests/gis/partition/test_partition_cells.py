"""Drawing the grids of small made-up communities, every kind of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition import Partition, partition_cells
from gis.partition.bounds import out_of_band
from gis.partition.graphs import connected_pieces, net_of, path_graph, sub_net
from gis.partition.local_bounds import local_bounds

RESIDENT, EXCLUSIVE, RESERVED = (int(kind) for kind in GridType)


def lattice_graph(
    owner: np.ndarray,
    households: list[int],
    *,
    kind: list[int] | None = None,
    site: list[int] | None = None,
    compound: list[int] | None = None,
) -> CellGraph:
    """Cells made of 100 m squares; `owner` names the cell of each, -1 outside."""
    n = len(households)
    shared: dict[tuple[int, int], float] = {}
    outer = np.zeros(n)
    rows, columns = owner.shape
    padded = np.full((rows + 2, columns + 2), -1)
    padded[1:-1, 1:-1] = owner
    for a, b in (
        (padded[:-1, :], padded[1:, :]),
        (padded[:, :-1], padded[:, 1:]),
    ):
        for p, q in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True):
            if p == q:
                continue
            if p < 0 or q < 0:
                outer[max(p, q)] += 100
            else:
                pair = (min(p, q), max(p, q))
                shared[pair] = shared.get(pair, 0.0) + 100.0
    pairs = sorted(shared)
    length = np.array([shared[pair] for pair in pairs])
    inside = owner.ravel() >= 0
    area = np.bincount(owner.ravel()[inside], minlength=n) * 10_000.0
    none = np.full(n, -1, np.int32)
    return CellGraph(
        households=np.array(households, np.int64),
        area=area,
        outer=outer,
        block=np.arange(n, dtype=np.int32) // 2,
        compound=none if compound is None else np.array(compound, np.int32),
        kind=np.zeros(n, np.int8) if kind is None else np.array(kind, np.int8),
        site=none if site is None else np.array(site, np.int32),
        xy=np.zeros((n, 2)),
        i=np.array([i for i, _ in pairs], np.int32),
        j=np.array([j for _, j in pairs], np.int32),
        length=length,
        street=length * 0.5,
    )


@st.composite
def communities(draw: st.DrawFn, *, most: int = 12, land: bool = True) -> CellGraph:
    """Random planar cells: squares of a small lattice, grown together at random."""
    rows = draw(st.integers(1, 5))
    columns = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    owner = np.full((rows, columns), -1)
    wanted = int(rng.integers(1, min(most, rows * columns) + 1))
    spots = rng.permutation(rows * columns)[:wanted]
    owner.ravel()[spots] = np.arange(wanted)
    holes = rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.25]))
    for _ in range(rows + columns):
        for r, c in rng.permutation(np.argwhere((owner < 0) & ~holes)).tolist():
            near = [
                owner[y, x]
                for y, x in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
                if 0 <= y < rows and 0 <= x < columns and owner[y, x] >= 0
            ]
            if near:
                owner[r, c] = near[int(rng.integers(len(near)))]
    heavy = draw(st.sampled_from([60, 200, 350, 700]))
    households = rng.integers(0, heavy, wanted)
    households[rng.random(wanted) < draw(st.sampled_from([0.0, 0.4, 1.0]))] = 0
    kind = np.zeros(wanted, int)
    site = np.full(wanted, -1)
    if land:
        kind = rng.choice([0, 0, 0, 0, 1, 2], wanted)
        site = np.where(kind > 0, rng.integers(-1, 2, wanted), -1)
    return lattice_graph(
        owner, households.tolist(), kind=kind.tolist(), site=site.tolist()
    )


def links(graph: CellGraph) -> list[int]:
    """The neighbours of each cell as bits of one number."""
    near = [0] * graph.size
    for i, j in zip(graph.i.tolist(), graph.j.tolist(), strict=True):
        near[i] |= 1 << j
        near[j] |= 1 << i
    return near


def piece_of(near: list[int], cells: int) -> int:
    """The cells that hang together with the lowest of `cells`, all as bits."""
    reached = cells & -cells
    while True:
        grown = reached
        for v in range(len(near)):
            if reached >> v & 1:
                grown |= near[v] & cells
        if grown == reached:
            return reached
        reached = grown


def fewest_households_out(
    near: list[int], weight: list[int], cells: int, low: int, high: int
) -> int:
    """Brute force over all ways to divide `cells` into connected grids."""

    @cache
    def best(left: int) -> int:
        if not left:
            return 0
        first = left & -left
        rest = left ^ first
        found = 10**9
        part = rest
        while True:
            grid = first | part
            if piece_of(near, grid) == grid:
                total = sum(w for v, w in enumerate(weight) if grid >> v & 1)
                off = max(0, low - total, total - high)
                if off < found:
                    found = min(found, off + best(left ^ grid))
            if not part:
                return found
            part = (part - 1) & rest

    return best(cells)


def require_whole(graph: CellGraph, plan: Partition) -> None:
    """Every cell has one grid, every grid one piece and one type, numbers 0, 1, …"""
    near = links(graph)
    assert len(plan.labels) == graph.size
    assert sorted(set(plan.labels.tolist())) == list(range(len(plan.types)))
    for grid in range(len(plan.types)):
        rows = np.flatnonzero(plan.labels == grid)
        cells = sum(1 << int(v) for v in rows)
        assert piece_of(near, cells) == cells


@settings(max_examples=150, deadline=None)
@given(graph=communities(), seed=st.integers(0, 3))
def test_every_plan_is_whole_and_every_miss_is_explained(
    graph: CellGraph, seed: int
) -> None:
    plan = partition_cells(graph, seed=seed)
    require_whole(graph, plan)
    weight = np.bincount(
        plan.labels, graph.households, minlength=len(plan.types)
    ).astype(int)
    resident = plan.types == RESIDENT
    missed = np.flatnonzero(
        (out_of_band(weight, low=300, high=500) > 0) & resident
    ).tolist()
    assert [finding.grid for finding in plan.findings] == missed
    for finding in plan.findings:
        assert finding.households == weight[finding.grid]
        assert finding.alternatives
    # Land keeps its type, and people live in resident grids or on land of a site.
    for grid, kind in enumerate(plan.types.tolist()):
        rows = plan.labels == grid
        if kind == RESIDENT:
            assert set(graph.kind[rows].tolist()) == {RESIDENT}
            assert weight[grid] > 0
        if kind == EXCLUSIVE:
            assert set(graph.kind[rows].tolist()) == {EXCLUSIVE}
            assert len(set(graph.site[rows].tolist())) == 1


@settings(max_examples=60, deadline=None)
@given(
    graph=communities(most=10, land=False),
    low=st.sampled_from([1, 90, 300]),
    width=st.sampled_from([0, 20, 200]),
)
def test_households_outside_are_the_true_optimum(
    graph: CellGraph, low: int, width: int
) -> None:
    plan = partition_cells(graph, low=low, high=low + width)
    near, weight = links(graph), graph.households.tolist()
    left = (1 << graph.size) - 1
    optimum = 0
    while left:
        piece = piece_of(near, left)
        left ^= piece
        if any(w for v, w in enumerate(weight) if piece >> v & 1):
            optimum += fewest_households_out(near, weight, piece, low, low + width)
    drawn = np.bincount(plan.labels, graph.households)[plan.types == RESIDENT]
    out = int(out_of_band(drawn.astype(int), low=low, high=low + width).sum())
    assert out == optimum
    for finding in plan.findings:
        assert finding.proven
        assert finding.code != "search_exhausted"


@pytest.mark.parametrize("total", [1, 299, 300, 500, 501, 599, 600])
def test_the_totals_around_the_hole_are_named(total: int) -> None:
    # Ten cells in a row that add up to the total.
    parts = [total // 10] * 9
    plan = partition_cells(path_graph([*parts, total - sum(parts)]))
    codes = [finding.code for finding in plan.findings]
    if total < 300:
        assert codes == ["total_below"]
    elif 500 < total < 600:
        assert set(codes) == {"total_in_hole"}
    else:
        assert codes == []


def test_550_households_are_50_outside_either_way() -> None:
    plan = partition_cells(path_graph([55] * 10))
    assert sum(finding.out for finding in plan.findings) == 50
    finding = plan.findings[0]
    assert finding.bound == 50
    assert [(a.code, a.out) for a in finding.alternatives[:2]] == [
        ("one_fewer", 50),
        ("one_more", 50),
    ]


def test_a_tower_above_the_band_is_named_with_its_own_count() -> None:
    plan = partition_cells(path_graph([400, 620, 400]))
    (finding,) = plan.findings
    assert (finding.code, finding.households, finding.out) == ("cell_above", 620, 120)
    assert finding.alternatives[0].code == "split_cell"


def test_cells_of_200_cannot_fill_the_band_and_that_is_proved() -> None:
    # 280 + 280 + 280: alone each misses by 20, two together by 60.
    plan = partition_cells(path_graph([280, 280, 280]))
    assert [finding.code for finding in plan.findings] == ["indivisible"] * 3
    assert {finding.bound for finding in plan.findings} == {60}


def test_exclusive_land_is_one_grid_per_connected_site() -> None:
    # homes | school | school | homes | park | park of another site
    graph = lattice_graph(
        np.arange(6).reshape(1, 6),
        [350, 0, 0, 350, 0, 0],
        kind=[0, 1, 1, 0, 1, 1],
        site=[-1, 7, 7, -1, 8, 9],
    )
    plan = partition_cells(graph)
    assert plan.labels.tolist() == [0, 1, 1, 2, 3, 4]
    assert plan.types.tolist() == [0, 1, 0, 1, 1]
    assert plan.findings == ()


def test_a_piece_cut_off_by_land_is_named() -> None:
    graph = lattice_graph(
        np.arange(3).reshape(1, 3), [350, 0, 40], kind=[0, 2, 0], site=[-1, 0, -1]
    )
    (finding,) = partition_cells(graph).findings
    assert (finding.code, finding.households, finding.bound) == (
        "cut_off_piece",
        40,
        260,
    )


def test_empty_land_joins_reserved_land_it_touches_else_stands_alone() -> None:
    graph = lattice_graph(np.array([[0, 1, 2, -1, 3]]), [0, 0, 0, 0], kind=[0, 2, 1, 0])
    plan = partition_cells(graph)
    assert plan.labels.tolist() == [0, 0, 1, 2]
    assert plan.types.tolist() == [RESERVED, EXCLUSIVE, RESERVED]


def test_nobody_and_nothing() -> None:
    assert partition_cells(path_graph([0, 0])).types.tolist() == [RESERVED]
    empty = partition_cells(path_graph([]))
    assert (len(empty.labels), len(empty.types), empty.findings) == (0, 0, ())


def test_locked_grids_stay_and_the_rest_is_drawn() -> None:
    graph = path_graph([150] * 8)
    locked = np.array([-1, -1, 5, 5, 5, -1, -1, -1])
    plan = partition_cells(graph, locked=locked)
    assert plan.labels.tolist() == [0, 0, 1, 1, 1, 2, 2, 2]
    assert plan.findings == ()


def test_a_locked_grid_outside_the_band_is_explained() -> None:
    plan = partition_cells(path_graph([150, 150, 150]), locked=np.array([3, -1, -1]))
    (finding,) = plan.findings
    assert (finding.code, finding.grid, finding.households) == ("locked", 0, 150)


def test_a_broken_lock_is_refused_by_name() -> None:
    with pytest.raises(PlanError, match=r"locked grids \[4\] are not in one piece"):
        partition_cells(path_graph([150] * 3), locked=np.array([4, -1, 4]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 500, "high": 300}, "band 500 to 300 is empty"),
        ({"effort": "slow"}, "effort 'slow' is unknown"),
        ({"effort": 0.0}, "not a time"),
        ({"locked": np.array([0])}, "locked names 1 cells of 2"),
    ],
)
def test_wrong_arguments_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        partition_cells(path_graph([300, 300]), **options)


def test_the_same_seed_gives_the_same_plan_and_the_shares_end_at_one() -> None:
    graph = lattice_graph(np.arange(30).reshape(5, 6), [70] * 30)
    shares: list[float] = []
    first = partition_cells(graph, seed=4, progress=shares.append)
    again = partition_cells(graph, seed=4)
    assert first.labels.tolist() == again.labels.tolist()
    assert shares[-1] == 1.0


def test_an_effort_in_seconds_is_kept_roughly_and_gives_a_whole_plan() -> None:
    graph = lattice_graph(np.arange(30).reshape(5, 6), [70] * 30)
    plan = partition_cells(graph, effort=0.05)
    require_whole(graph, plan)
    assert plan.findings == ()


def test_a_compound_that_fits_is_kept_whole() -> None:
    # A 4 x 3 lattice of 100 each; the middle column pair is one compound of 400.
    compound = [-1, 0, 0, -1] * 2 + [-1] * 4
    graph = lattice_graph(np.arange(12).reshape(3, 4), [100] * 12, compound=compound)
    plan = partition_cells(graph)
    assert len(set(plan.labels[[1, 2, 5, 6]].tolist())) == 1
    assert plan.findings == ()


@settings(max_examples=60, deadline=None)
@given(graph=communities(most=10, land=False), size=st.integers(2, 6))
def test_bounds_around_grids_never_exceed_the_true_optimum(
    graph: CellGraph, size: int
) -> None:
    near, weight = links(graph), graph.households.tolist()
    net = net_of(graph)
    piece = connected_pieces(net, np.zeros(graph.size, np.int32))
    for number in range(int(piece.max()) + 1):
        rows = np.flatnonzero(piece == number)
        cells = sum(1 << int(v) for v in rows)
        optimum = fewest_households_out(near, weight, cells, 300, 500)
        # Any plan will do to look around in: here one grid per cell.
        alone = np.arange(len(rows), dtype=np.int32)
        bound, proved = local_bounds(
            sub_net(net, rows), alone, low=300, high=500, cells=size
        )
        assert bound <= optimum
        assert proved <= set(alone.tolist())
