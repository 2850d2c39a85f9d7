"""GerryChain as peers: plans cut along random trees, and bursts that improve them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from tests.benchmarks.peer_tasks import HIGH, LOW, OFF_STREET, wished_grids

__all__ = ["gerrychain_bursts", "gerrychain_seed", "gerrychain_tree"]

Labels = NDArray[np.int32]

TRIES = 10_000
STEPS, BURST = 500, 10


def gerrychain_tree(graph: CellGraph, seed: int) -> Labels:
    """GerryChain recursive_tree_part within the band."""
    from gerrychain.partition import recursive_tree_part

    return _cut(recursive_tree_part, graph, seed)


def gerrychain_seed(graph: CellGraph, seed: int) -> Labels:
    """GerryChain recursive_seed_part within the band."""
    from gerrychain.partition import recursive_seed_part

    return _cut(recursive_seed_part, graph, seed)


def gerrychain_bursts(graph: CellGraph, seed: int) -> Labels:
    """GerryChain short bursts, 500 steps, for the least weighted seam.

    Trees avoid leaving blocks and compounds; a metre inside a block counts 3.33.
    """
    from gerrychain import Partition
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom
    from gerrychain.tree import bipartition_tree
    from gerrychain.updaters import Tally

    start = gerrychain_tree(graph, seed)
    if int(start.max()) == 0:
        return start
    target, slack = _band(graph)
    cost = graph.street + OFF_STREET * (graph.length - graph.street)
    pairs = zip(graph.i.tolist(), graph.j.tolist(), strict=True)
    price: dict[tuple[int, int], float] = dict(zip(pairs, cost.tolist(), strict=True))

    def seam(plan: Any) -> float:
        edges: Iterable[tuple[int, int]] = plan["cut_edges"]
        return sum(price[min(edge), max(edge)] for edge in edges)

    rng = random.Random(seed)
    tree = partial(bipartition_tree, max_attempts=TRIES, allow_pair_reselection=True)
    step = partial(
        recom,
        pop_col="households",
        pop_target=target,
        epsilon=slack,
        region_surcharge=_surcharge(graph),
        bipartition_tree_fn=tree,
        rng=rng,
    )
    plan = Partition(
        _chain_graph(graph),
        dict(enumerate(start.tolist())),
        {"households": Tally("households", alias="households")},
    )
    search = SingleMetricOptimizer(step, [], plan, seam, maximize=False, rng=rng)
    for _ in search.short_bursts(BURST, STEPS // BURST):
        pass
    best = search.best_part
    assert best is not None
    return np.array([best.assignment[v] for v in range(graph.size)], np.int32)


def _cut(cut: Any, graph: CellGraph, seed: int) -> Labels:
    """Return labels by one of the generators of first plans."""
    from gerrychain.tree import bipartition_tree

    k = wished_grids(graph)
    if k == 1:
        return np.zeros(graph.size, np.int32)
    target, slack = _band(graph)
    tree = partial(bipartition_tree, max_attempts=TRIES)
    found = cut(
        _chain_graph(graph),
        range(k),
        target,
        "households",
        slack,
        bipartition_tree_fn=tree,
        rng=random.Random(seed),
    )
    return np.array([found[v] for v in range(graph.size)], np.int32)


def _band(graph: CellGraph) -> tuple[float, float]:
    """Return the mean load of a grid, and the widest slack inside the band."""
    target = int(graph.households.sum()) / wished_grids(graph)
    return target, max(0.01, min(target - LOW, HIGH - target) / target)


def _surcharge(graph: CellGraph) -> dict[str, float]:
    """Return what a tree pays for leaving a region, compounds before blocks."""
    if (graph.compound >= 0).any():
        return {"compound": 2.0, "block": 1.0}
    return {"block": 1.0}


def _chain_graph(graph: CellGraph) -> Any:
    """Return the cells as a graph of GerryChain."""
    import networkx
    from gerrychain import Graph

    nodes = networkx.Graph()
    # Land in no compound is a region of its own, cell by cell.
    compound = np.where(graph.compound >= 0, graph.compound, -1 - np.arange(graph.size))
    for v in range(graph.size):
        nodes.add_node(
            v,
            households=int(graph.households[v]),
            block=int(graph.block[v]),
            compound=int(compound[v]),
        )
    nodes.add_edges_from(zip(graph.i.tolist(), graph.j.tolist(), strict=True))
    return Graph.from_networkx(nodes)
