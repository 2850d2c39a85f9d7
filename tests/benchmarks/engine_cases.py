"""Cases the engine is measured on, made at run time from seeds.

Most come from the generator in ../shared/bench, so that figures compare with the notes
there. It knows no compounds; the "estates" are the made-up town of `data.synthetic`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.graph import CellGraph
from tests.benchmarks.engine_estates import estate_cells

__all__ = [
    "BENCH",
    "CASES",
    "GROWTH",
    "Case",
    "Estates",
    "Town",
    "cell_graph",
    "draw_town",
    "least_inside",
    "make_case",
    "seeds",
    "shared_bench",
]

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT.parent / "shared" / "bench"
KEPT = ROOT / ".wangge" / "bench"
"""Towns already made, and bounds already proved, by what they were made from."""


@dataclass(frozen=True)
class Town:
    """Arguments of the generator; `proof` towns were never tuned on."""

    buildings: int
    seed: int
    style: str = "town"
    nested: bool = True
    proof: bool = False


@dataclass(frozen=True)
class Estates:
    """A made-up town with compounds; every building is a cell of its own."""

    communities: int
    seed: int
    proof: bool = False


CASES: dict[str, Town | Estates] = {
    "tiny": Town(90, 1, nested=False),
    "small": Town(300, 1, nested=False),
    "mid": Town(5_000, 2),
    "newtown": Town(1_500, 4, "newtown"),
    "large": Town(100_000, 3),
    "estates": Estates(16, 0),
    "mid (proof)": Town(5_000, 1_002, proof=True),
    "newtown (proof)": Town(1_500, 1_004, "newtown", proof=True),
    "mid (proof 2)": Town(5_000, 3_001, proof=True),
    "mid (proof 3)": Town(5_000, 3_002, proof=True),
    "newtown (proof 2)": Town(1_500, 3_003, "newtown", proof=True),
    "newtown (proof 3)": Town(1_500, 3_004, "newtown", proof=True),
    "estates (proof)": Estates(16, 3_005, proof=True),
}
"""Towns used while tuning, and towns of seeds kept for proof; tiny tries the wiring."""

GROWTH = (
    Town(1_000, 3),
    Town(3_000, 3),
    Town(10_000, 3),
    Town(30_000, 6),
    Town(100_000, 3),
)
"""Towns of growing size; the last is "large"."""


@dataclass(frozen=True)
class Case:
    """Communities to divide, each by itself.

    Attributes
    ----------
    name : str
    cells : GeoDataFrame
        `hh`, `block`, `compound`, `community` of every cell.
    edges : DataFrame
        `i`, `j`, `length`, `street`, `on_street` of neighbours.
    rows : list of ndarray
        Rows of `cells` that each community holds.
    graphs : list of CellGraph
        The communities as the engine takes them.
    """

    name: str
    cells: GeoDataFrame
    edges: pd.DataFrame
    rows: list[NDArray[np.int64]]
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


def cell_graph(cells: GeoDataFrame, edges: pd.DataFrame) -> CellGraph:
    """Return cells and edges as the engine takes them."""
    n = len(cells)
    i, j = edges.i.to_numpy(np.int32), edges.j.to_numpy(np.int32)
    length = edges.length.to_numpy(np.float64)
    both = np.concatenate([i, j])
    shared: NDArray[np.float64] = np.bincount(
        both, np.concatenate([length, length]), minlength=n
    )
    around = cells.geometry.length.to_numpy()
    point = cells.geometry.representative_point()
    return CellGraph(
        households=cells.hh.to_numpy(np.int64),
        area=cells.geometry.area.to_numpy(),
        outer=np.maximum(around - shared, 0.0),
        block=cells.block.to_numpy(np.int32),
        compound=cells["compound"].to_numpy(np.int32),
        kind=np.zeros(n, np.int8),
        site=np.full(n, -1, np.int32),
        xy=np.stack([point.x.to_numpy(), point.y.to_numpy()], axis=1),
        i=i,
        j=j,
        length=length,
        street=edges.street.to_numpy(np.float64),
    )


def make_case(name: str) -> Case:
    """Return a case of `CASES`."""
    town = CASES[name]
    if isinstance(town, Estates):
        cells, edges = estate_cells(town.communities, town.seed)
    else:
        cells, edges = draw_town(town)
    return assemble(name, cells, edges)


def assemble(name: str, cells: GeoDataFrame, edges: pd.DataFrame) -> Case:
    """Return a case of cells that name the community they belong to."""
    community = cells["community"].to_numpy()
    inner = edges[community[edges.i] == community[edges.j]]
    order = np.argsort(community, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(community[order])) + 1)
    place = np.empty(len(cells), np.int64)
    for members in rows:
        place[members] = np.arange(len(members))
    links = inner.assign(i=place[inner.i], j=place[inner.j])
    by_community = links.groupby(community[inner.i])
    graphs = []
    for members in rows:
        key = community[members[0]]
        held = key in by_community.groups
        own = by_community.get_group(key) if held else links.iloc[:0]
        graphs.append(cell_graph(cells.iloc[members], own))
    return Case(name, cells, edges, rows, graphs)


def draw_town(town: Town) -> tuple[GeoDataFrame, pd.DataFrame]:
    """Return cells and edges of a town of the generator, made anew or kept."""
    key = _key(town)
    paths = [KEPT / f"{key}-{layer}.parquet" for layer in ("cells", "edges")]
    if all(path.is_file() for path in paths):
        return gpd.read_parquet(paths[0]), pd.read_parquet(paths[1])
    gen, harness = shared_bench("gen"), shared_bench("harness")
    drawn = gen.gen_town(town.buildings, town.seed, town.style)
    cells, _ = gen.make_cells(drawn["blocks"], drawn["buildings"])
    edges, _ = harness.shared_edges(cells.geometry.values)
    block = cells["block"].to_numpy()
    edges["on_street"] = block[edges.i] != block[edges.j]
    edges["street"] = np.where(edges.on_street, edges.length, 0.0)
    cells["compound"] = -1
    cells["community"] = harness.communities(cells, edges)[1] if town.nested else 0
    _keep(lambda path: cells.to_parquet(path), paths[0])
    _keep(lambda path: edges.to_parquet(path), paths[1])
    return cells, edges


def least_inside(case: Case, *, seconds: float) -> float:
    """Return the proven least metres of seam inside blocks, NaN where unknown.

    A block with more households than a grid may hold has to be cut. OR-tools gets
    `seconds` for each; a bound proved with more of them is taken where one is kept.
    """
    town = CASES[case.name]
    if isinstance(town, Estates):
        return float("nan")
    kept = KEPT / f"{_key(town)}-least.json"
    if kept.is_file():
        known = json.loads(kept.read_text())
        if known["seconds"] >= seconds:
            return float(known["metres"])
    if importlib.util.find_spec("ortools") is None:
        return float("nan")
    harness = shared_bench("harness")
    metres = harness.offstreet_bound(case.cells, case.edges, limit=seconds)["lb"]
    told = json.dumps({"seconds": seconds, "metres": metres})
    _keep(lambda path: path.write_text(told), kept)
    return float(metres)


def _key(town: Town) -> str:
    """Return a name for a town and the code that makes it."""
    digest = hashlib.sha256(repr(town).encode())
    for name in ("gen.py", "harness.py"):
        digest.update((BENCH / name).read_bytes())
    digest.update(shapely.geos_version_string.encode())
    return digest.hexdigest()[:16]


def _keep(write: Any, path: Path) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    write(part)
    part.replace(path)
