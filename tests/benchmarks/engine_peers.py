"""The peers, each as a function from a community to labels; absent ones say so."""

from __future__ import annotations

import contextlib
import importlib.util
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition import partition_cells
from gis.partition.graphs import net_of
from gis.partition.score import measure

__all__ = ["HIGH", "LOW", "PEERS", "Solver", "is_present"]

Labels = NDArray[np.int32]
Solver = Callable[[CellGraph, int], Labels]

LOW, HIGH = 300, 500


def is_present(package: str) -> bool:
    """Return whether a package can be imported here."""
    return importlib.util.find_spec(package) is not None


def wished_grids(graph: CellGraph) -> int:
    """Return the number of grids every peer is asked for."""
    return max(1, round(int(graph.households.sum()) / 400))


def metis(graph: CellGraph, seed: int, *, street: bool) -> Labels:
    """METIS k-way, contig, 25 % slack, edges by length, streets at 0.3."""
    import pymetis

    k = wished_grids(graph)
    if k == 1:
        return np.zeros(graph.size, np.int32)
    net = net_of(graph)
    weight = net.length
    if street:
        weight = 0.3 * (net.length - net.inside) + net.inside
    options = pymetis.Options()
    options.seed, options.ufactor, options.contig = seed, 250, 1
    _, label = pymetis.part_graph(
        k,
        xadj=net.start,
        adjncy=net.near,
        vweights=net.households,
        eweights=np.maximum(weight, 1).astype(np.int64),
        recursive=False,
        options=options,
    )
    return np.asarray(label, np.int32)


def metis_best(graph: CellGraph, seed: int, *, street: bool, runs: int = 20) -> Labels:
    """The run of METIS with fewest bad grids, then the shortest weighted seam."""
    net = net_of(graph)
    best: tuple[tuple[int, float], Labels] | None = None
    for run in range(runs):
        label = metis(graph, 1000 * seed + run, street=street)
        found = measure(net, label, int(label.max()) + 1, low=LOW, high=HIGH)
        rank = (found.bad, found.seam + 2.33 * found.inside)
        if best is None or rank < best[0]:
            best = (rank, label)
    assert best is not None
    return best[1]


def kahip_strong(graph: CellGraph, seed: int) -> Labels:
    """KaHIP strong, 20 % imbalance, best of five seeds."""
    import kahip

    net = net_of(graph)
    k = wished_grids(graph)
    best: tuple[int, Labels] | None = None
    for run in range(5):
        _, label = kahip.kaffpa(
            net.households.astype(int).tolist(),
            net.start.tolist(),
            np.maximum(net.length, 1).astype(int).tolist(),
            net.near.tolist(),
            k,
            0.2,
            True,
            5 * seed + run,
            2,
        )
        found = np.asarray(label, np.int32)
        bad = measure(net, found, k, low=LOW, high=HIGH).bad
        if best is None or bad < best[0]:
            best = (bad, found)
    assert best is not None
    return best[1]


def _chain_graph(graph: CellGraph) -> Any:
    """Return the cells as a gerrychain graph."""
    import networkx
    from gerrychain import Graph

    nodes = networkx.Graph()
    for v, households in enumerate(graph.households.tolist()):
        nodes.add_node(v, households=households)
    nodes.add_edges_from(zip(graph.i.tolist(), graph.j.tolist(), strict=True))
    return Graph.from_networkx(nodes)


def gerrychain_tree(graph: CellGraph, seed: int) -> Labels:
    """GerryChain recursive_tree_part within the band."""
    from gerrychain.tree import recursive_tree_part

    random.seed(seed)
    total, k = int(graph.households.sum()), wished_grids(graph)
    ideal = total / k
    slack = max(0.01, min(ideal - LOW, HIGH - ideal) / ideal)
    found = recursive_tree_part(
        _chain_graph(graph), range(k), ideal, "households", slack
    )
    return np.array([found[v] for v in range(graph.size)], np.int32)


def _frame(graph: CellGraph) -> tuple[Any, Any]:
    """Return cells as a frame and their weights for spopt."""
    import geopandas
    from libpysal.weights import W

    near: dict[int, list[int]] = {v: [] for v in range(graph.size)}
    for i, j in zip(graph.i.tolist(), graph.j.tolist(), strict=True):
        near[i].append(j)
        near[j].append(i)
    frame = geopandas.GeoDataFrame(
        {
            "x": graph.xy[:, 0],
            "y": graph.xy[:, 1],
            "households": graph.households.astype(float),
        },
        geometry=geopandas.points_from_xy(graph.xy[:, 0], graph.xy[:, 1]),
        crs=32650,
    )
    return frame, W(near, silence_warnings=True)


def spopt_ward(graph: CellGraph, seed: int) -> Labels:
    """WardSpatial of spopt on the cells' places; it has no seed and no band."""
    from spopt.region import WardSpatial

    del seed
    frame, weights = _frame(graph)
    model = WardSpatial(frame, weights, ["x", "y"], wished_grids(graph))
    model.solve()
    return np.asarray(model.labels_, np.int32)


def spopt_maxp(graph: CellGraph, seed: int) -> Labels:
    """MaxPHeuristic of spopt with the lower bound as its floor."""
    from spopt.region import MaxPHeuristic

    frame, weights = _frame(graph)
    # The package draws from the global state and takes no generator.
    np.random.seed(seed)  # noqa: NPY002
    model = MaxPHeuristic(
        frame, weights, ["x", "y"], "households", LOW, 2, max_iterations_sa=1
    )
    model.solve()
    return np.asarray(model.labels_, np.int32)


def ours(graph: CellGraph, seed: int, *, effort: str) -> Labels:
    """The engine of this project."""
    return partition_cells(graph, seed=seed, effort=effort).labels


def quiet(solver: Solver) -> Solver:
    """Return a solver whose chatter and warnings are not printed."""

    def solve(graph: CellGraph, seed: int) -> Labels:
        with warnings.catch_warnings(), contextlib.redirect_stdout(None):
            warnings.simplefilter("ignore")
            return solver(graph, seed)

    return solve


PEERS: dict[str, tuple[str, Solver]] = {
    "wangge fast": ("gis", lambda g, s: ours(g, s, effort="fast")),
    "wangge best": ("gis", lambda g, s: ours(g, s, effort="best")),
    "METIS": ("pymetis", quiet(lambda g, s: metis(g, s, street=False))),
    "METIS street": ("pymetis", quiet(lambda g, s: metis(g, s, street=True))),
    "METIS best of 20": ("pymetis", quiet(lambda g, s: metis_best(g, s, street=False))),
    "METIS street best of 20": (
        "pymetis",
        quiet(lambda g, s: metis_best(g, s, street=True)),
    ),
    "KaHIP strong best of 5": ("kahip", quiet(kahip_strong)),
    "GerryChain tree": ("gerrychain", quiet(gerrychain_tree)),
    "spopt WardSpatial": ("spopt", quiet(spopt_ward)),
    "spopt MaxP": ("spopt", quiet(spopt_maxp)),
}
"""Name → the package it needs, and the solver."""
