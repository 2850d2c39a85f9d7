"""Cases the engine is measured on, made at run time by the generator in ../shared."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph

__all__ = ["CASES", "Case", "Town", "cell_graph", "make_case", "seeds", "shared_bench"]

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench"


@dataclass(frozen=True)
class Town:
    """Arguments of the generator; `proof` towns were never tuned on."""

    buildings: int
    seed: int
    style: str = "town"
    nested: bool = True
    proof: bool = False


CASES: dict[str, Town] = {
    "tiny": Town(90, 1, nested=False),
    "small": Town(300, 1, nested=False),
    "mid": Town(5_000, 2),
    "newtown": Town(1_500, 4, "newtown"),
    "large": Town(100_000, 3),
    "mid (proof)": Town(5_000, 1_002, proof=True),
    "newtown (proof)": Town(1_500, 1_004, "newtown", proof=True),
    "mid (proof 2)": Town(5_000, 3_001, proof=True),
    "mid (proof 3)": Town(5_000, 3_002, proof=True),
    "newtown (proof 2)": Town(1_500, 3_003, "newtown", proof=True),
    "newtown (proof 3)": Town(1_500, 3_004, "newtown", proof=True),
}
"""Towns used while tuning, and towns of seeds kept for proof; tiny tries the wiring."""


@dataclass(frozen=True)
class Case:
    """Communities to divide, each by itself."""

    name: str
    communities: list[tuple[Any, Any]]
    cells: Any
    edges: Any
    graphs: list[CellGraph]


def seeds(*, proof: bool) -> str:
    """Return the generator's seeds that were kept for proof, or the others."""
    held = {town.seed for town in CASES.values() if town.proof is proof}
    return ", ".join(map(str, sorted(held)))


def shared_bench(name: str) -> ModuleType:
    """Return a module of ../shared/bench, or say that it is not there."""
    path = BENCH / f"{name}.py"
    if not path.is_file():
        raise FileNotFoundError(
            f"no {name}.py beside the project in shared/bench; the cases of this "
            "benchmark are made by it"
        )
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def cell_graph(cells: Any, edges: Any) -> CellGraph:
    """Return cells and edges of the generator as the engine takes them."""
    n = len(cells)
    i, j = edges.i.to_numpy(np.int32), edges.j.to_numpy(np.int32)
    length = edges.length.to_numpy(np.float64)
    both = np.concatenate([i, j])
    shared: NDArray[np.float64] = np.bincount(
        both, np.concatenate([length, length]), minlength=n
    )
    none = np.full(n, -1, np.int32)
    around = cells.geometry.length.to_numpy()
    point = cells.geometry.representative_point()
    return CellGraph(
        households=cells.hh.to_numpy(np.int64),
        area=cells.geometry.area.to_numpy(),
        outer=np.maximum(around - shared, 0.0),
        block=cells.block.to_numpy(np.int32),
        compound=none,
        kind=np.zeros(n, np.int8),
        site=none,
        xy=np.stack([point.x.to_numpy(), point.y.to_numpy()], axis=1),
        i=i,
        j=j,
        length=length,
        street=np.where(edges.on_street.to_numpy(), length, 0.0),
    )


def make_case(name: str) -> Case:
    """Return a case of `CASES`, made anew."""
    town = CASES[name]
    gen, harness = shared_bench("gen"), shared_bench("harness")
    drawn = gen.gen_town(town.buildings, town.seed, town.style)
    cells, _ = gen.make_cells(drawn["blocks"], drawn["buildings"])
    edges, _ = harness.shared_edges(cells.geometry.values)
    block = cells["block"].to_numpy()
    edges["on_street"] = block[edges.i] != block[edges.j]
    communities = [(cells, edges)]
    if town.nested:
        found, _ = harness.communities(cells, edges)
        communities = [(part, links) for part, links, _ in found]
    graphs = [cell_graph(part, links) for part, links in communities]
    return Case(name, communities, cells, edges, graphs)
