"""spopt as peers: the regionalisations of PySAL."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from tests.benchmarks.peer_tasks import LOW, wished_grids

__all__ = ["spopt_azp", "spopt_kmeans", "spopt_maxp", "spopt_skater", "spopt_ward"]

Labels = NDArray[np.int32]

PLACE = ["x", "y"]


def spopt_ward(graph: CellGraph, seed: int) -> Labels:
    """WardSpatial on the cells' places; it has no seed and no band."""
    from spopt.region import WardSpatial

    del seed
    return _solved(WardSpatial(*_frame(graph), PLACE, wished_grids(graph)))


def spopt_maxp(graph: CellGraph, seed: int) -> Labels:
    """MaxPHeuristic with the lower end of the band as its floor, few starts."""
    from spopt.region import MaxPHeuristic

    # The package draws from the global state and takes no generator.
    np.random.seed(seed)  # noqa: NPY002
    model = MaxPHeuristic(
        *_frame(graph),
        PLACE,
        "households",
        LOW,
        2,
        max_iterations_construction=20,
        max_iterations_sa=2,
    )
    return _solved(model)


def spopt_azp(graph: CellGraph, seed: int) -> Labels:
    """AZP on the cells' places."""
    from spopt.region import AZP

    model = AZP(*_frame(graph), PLACE, wished_grids(graph), random_state=seed)
    return _solved(model)


def spopt_skater(graph: CellGraph, seed: int) -> Labels:
    """Skater with half a grid's cells as its floor: it counts cells, not households."""
    from spopt.region import Skater

    del seed
    k = wished_grids(graph)
    floor = max(1, graph.size // (2 * k))
    return _solved(Skater(*_frame(graph), PLACE, k, floor=floor))


def spopt_kmeans(graph: CellGraph, seed: int) -> Labels:
    """RegionKMeansHeuristic on the cells' places."""
    from spopt.region import RegionKMeansHeuristic

    _, weights = _frame(graph)
    model = RegionKMeansHeuristic(graph.xy, wished_grids(graph), weights, seed=seed)
    return _solved(model)


def _solved(model: Any) -> Labels:
    """Return the labels of a model once it is solved."""
    model.solve()
    return np.unique(np.asarray(model.labels_), return_inverse=True)[1].astype(np.int32)


def _frame(graph: CellGraph) -> tuple[Any, Any]:
    """Return cells as a frame, and their weights."""
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
