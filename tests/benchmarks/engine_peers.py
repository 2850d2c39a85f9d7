"""The peers, each as a function from a community to labels; absent ones say so."""

from __future__ import annotations

import contextlib
import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.partition import partition_cells
from gis.partition.graphs import net_of
from gis.partition.score import measure
from tests.benchmarks.peer_tasks import HIGH, LOW, OFF_STREET, wished_grids
from tests.benchmarks.peers_chain import (
    gerrychain_bursts,
    gerrychain_seed,
    gerrychain_tree,
)
from tests.benchmarks.peers_spopt import (
    spopt_azp,
    spopt_kmeans,
    spopt_maxp,
    spopt_skater,
    spopt_ward,
)

__all__ = ["PEERS", "Peer", "Solver", "is_present"]

Labels = NDArray[np.int32]
Solver = Callable[[CellGraph, int], Labels]


@dataclass(frozen=True)
class Peer:
    """Something that divides a community.

    Attributes
    ----------
    package : str
        What has to be installed.
    solve : callable
        From a community and a seed to the grid of each cell.
    ours : bool
        Whether it is the engine of this project.
    """

    package: str
    solve: Solver
    ours: bool = False

    @property
    def present(self) -> bool:
        """Whether its package can be imported here."""
        return is_present(self.package)


def is_present(package: str) -> bool:
    """Return whether a package can be imported here."""
    return importlib.util.find_spec(package) is not None


def engine(
    graph: CellGraph, seed: int, *, effort: str, certify: bool = False
) -> Labels:
    """The engine of this project."""
    plan = partition_cells(graph, seed=seed, effort=effort, certify=certify)
    return plan.labels


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


def kahip(graph: CellGraph, seed: int, *, mode: int, street: bool) -> Labels:
    """KaHIP with 20 % imbalance; modes are those of its interface."""
    import kahip

    net = net_of(graph)
    k = wished_grids(graph)
    weight = 0.3 * (net.length - net.inside) + net.inside if street else net.length
    _, label = kahip.kaffpa(
        net.households.astype(int).tolist(),
        net.start.tolist(),
        np.maximum(weight, 1).astype(int).tolist(),
        net.near.tolist(),
        k,
        0.2,
        True,
        seed,
        mode,
    )
    return np.asarray(label, np.int32)


STRONG, ECO = 2, 1


def best_of(runs: int, solve: Solver) -> Solver:
    """Return the run with fewest bad grids, then the shortest weighted seam."""

    def solve_often(graph: CellGraph, seed: int) -> Labels:
        net = net_of(graph)
        best: tuple[tuple[int, float], Labels] | None = None
        for run in range(runs):
            label = solve(graph, 1000 * seed + run)
            found = measure(net, label, int(label.max()) + 1, low=LOW, high=HIGH)
            rank = (found.bad, found.seam + (OFF_STREET - 1) * found.inside)
            if best is None or rank < best[0]:
                best = (rank, label)
        assert best is not None
        return best[1]

    return solve_often


def quiet(package: str, solver: Solver) -> Peer:
    """Return a peer whose chatter and warnings are not printed."""

    def solve(graph: CellGraph, seed: int) -> Labels:
        with warnings.catch_warnings(), contextlib.redirect_stdout(None):
            warnings.simplefilter("ignore")
            return solver(graph, seed)

    return Peer(package, solve)


_METIS, _STREET = partial(metis, street=False), partial(metis, street=True)

PEERS: dict[str, Peer] = {
    "wangge fast": Peer("gis", partial(engine, effort="fast"), ours=True),
    "wangge best": Peer("gis", partial(engine, effort="best"), ours=True),
    "wangge certified": Peer(
        "gis", partial(engine, effort="best", certify=True), ours=True
    ),
    "METIS": quiet("pymetis", _METIS),
    "METIS street": quiet("pymetis", _STREET),
    "METIS best of 20": quiet("pymetis", best_of(20, _METIS)),
    "METIS street best of 20": quiet("pymetis", best_of(20, _STREET)),
    "KaHIP strong best of 5": quiet(
        "kahip", best_of(5, partial(kahip, mode=STRONG, street=False))
    ),
    "KaHIP eco street best of 5": quiet(
        "kahip", best_of(5, partial(kahip, mode=ECO, street=True))
    ),
    "GerryChain tree": quiet("gerrychain", gerrychain_tree),
    "GerryChain seed": quiet("gerrychain", gerrychain_seed),
    "GerryChain bursts": quiet("gerrychain", gerrychain_bursts),
    "spopt WardSpatial": quiet("spopt", spopt_ward),
    "spopt MaxP": quiet("spopt", spopt_maxp),
    "spopt AZP": quiet("spopt", spopt_azp),
    "spopt Skater": quiet("spopt", spopt_skater),
    "spopt RegionKMeans": quiet("spopt", spopt_kmeans),
}
"""By the name they have in the tables."""
