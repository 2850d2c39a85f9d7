"""How much a certificate costs beside `shapely.coverage_is_valid`.

Run `wangge bench certificate`, which is
`python -m tests.benchmarks.bench_certificate [CELLS]`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray

from gis.certificate import certify
from gis.coding import grid_codes
from gis.coverage import check_coverage

CRS = 4548
COMMUNITY = "370102013006"
MIDDLE_POINTS = 2
CELLS_A_SIDE = 6
HOUSEHOLDS = 11
GOAL = 1.5
"""Times `coverage_is_valid` that a certificate may cost."""


def lattice(side: int, rng: np.random.Generator) -> NDArray[np.object_]:
    """Draw `side`² skewed cells with matched edges, far from the origin."""
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij")
    corner = np.stack([x * 25.0 + 5e5, y * 25.0 + 4e6], axis=-1)
    corner[1:-1, 1:-1] += rng.uniform(-6, 6, (side - 1, side - 1, 2))
    corner = np.round(corner, 3)

    def between(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[Any]:
        share = np.linspace(0, 1, MIDDLE_POINTS + 2)[1:-1][:, None]
        return np.round(one[..., None, :] * (1 - share) + two[..., None, :] * share, 3)

    east = between(corner[:-1], corner[1:])
    north = between(corner[:, :-1], corner[:, 1:])
    rings = np.concatenate(
        [
            corner[:-1, :-1][:, :, None],
            east[:, :-1],
            corner[1:, :-1][:, :, None],
            north[1:],
            corner[1:, 1:][:, :, None],
            east[:, 1:][:, :, ::-1],
            corner[:-1, 1:][:, :, None],
            north[:-1][:, :, ::-1],
        ],
        axis=2,
    )
    cells: NDArray[np.object_] = shapely.polygons(rings.reshape(side * side, -1, 2))
    return cells


def dissolve(
    cells: NDArray[np.object_], label: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Join the cells of each label."""
    order = np.argsort(label, kind="stable")
    groups = np.split(cells[order], np.flatnonzero(np.diff(label[order])) + 1)
    merged = [shapely.coverage_union_all(group) for group in groups]
    polygons: NDArray[np.object_] = shapely.get_parts(np.array(merged, dtype=object))
    return polygons


def plan(cells: NDArray[np.object_], side: int) -> dict[str, GeoDataFrame]:
    """Lay square grids over the cells, with one building in each cell."""
    number = np.arange(len(cells))
    across = -(-side // CELLS_A_SIDE)
    label = number // side // CELLS_A_SIDE * across + number % side // CELLS_A_SIDE
    shapes = dissolve(cells, label)
    codes = grid_codes(GeoSeries(shapes, crs=CRS), COMMUNITY).to_numpy()
    size = np.bincount(label)
    in_band = (size * HOUSEHOLDS >= 300) & (size * HOUSEHOLDS <= 500)
    reason = np.where(in_band, "", "edge of the sheet")
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    left, right = left[left < right], right[left < right]
    lines = shapely.intersection(shapes[left], shapes[right])
    long = shapely.length(lines) > 0
    held = {"community": COMMUNITY, "households": HOUSEHOLDS}
    return {
        "communities": GeoDataFrame(
            {"code": [COMMUNITY], "name": [""], "households": len(cells) * HOUSEHOLDS},
            geometry=list(shapely.get_parts(shapely.coverage_union_all(cells))),
            crs=CRS,
        ),
        "grids": GeoDataFrame(
            {
                "code": codes,
                "type": "resident",
                "community": COMMUNITY,
                "households": size * HOUSEHOLDS,
                "buildings": size,
                "in_band": in_band,
                "reason": reason,
                "reason_zh": reason,
                "reason_en": reason,
            },
            geometry=shapes,
            crs=CRS,
        ),
        "cells": GeoDataFrame(
            {"cell": number, "grid": codes[label], "buildings": 1, **held},
            geometry=cells,
            crs=CRS,
        ),
        "seams": GeoDataFrame(
            {
                "left": codes[left[long]],
                "right": codes[right[long]],
                "kind": "street",
                "length_m": shapely.length(lines[long]),
            },
            geometry=lines[long],
            crs=CRS,
        ),
        "buildings": GeoDataFrame(
            {"cell": number, "grid": codes[label], "straddles": False, **held},
            geometry=shapely.centroid(cells),
            crs=CRS,
        ),
    }


def cpu(job: Callable[[], object], *, runs: int = 3) -> float:
    """Return the median CPU seconds of some runs."""
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        job()
        seconds.append(time.process_time() - start)
    return float(np.median(seconds))


def measure_certificate(cells: int) -> dict[str, Any]:
    """Return CPU seconds of each proof, and the ratio of ours to GEOS."""
    side = round(cells**0.5)
    shapes = lattice(side, np.random.default_rng(0))
    layers = plan(shapes, side)
    community = layers["communities"].geometry.iloc[0]
    sheet = layers["cells"].geometry
    geos = cpu(lambda: shapely.coverage_is_valid(shapes))
    ours = cpu(lambda: certify(**layers, low=300, high=500))
    return {
        "cells": len(shapes),
        "points": int(shapely.get_num_coordinates(shapes).sum()),
        "grids": len(layers["grids"]),
        "geos_s": geos,
        "coverage_s": cpu(lambda: check_coverage(sheet, community)),
        "certify_s": ours,
        "ratio": ours / geos,
    }


def main(cells: int = 100_000) -> dict[str, Any]:
    """Print CPU seconds of each proof, and whether the goal is met."""
    found = measure_certificate(cells)
    rows = {
        "shapely.coverage_is_valid": found["geos_s"],
        "check_coverage": found["coverage_s"],
        "certify": found["certify_s"],
    }
    table = pd.DataFrame({"cpu_s": pd.Series(rows)})
    table["ratio"] = table["cpu_s"] / found["geos_s"]
    print(  # noqa: T201
        f"{found['cells']:,} cells, {found['points']:,} points, "
        f"{found['grids']:,} grids\n{table.round(2).to_string()}"
    )
    ratio = found["ratio"]
    verdict = "met" if ratio <= GOAL else f"missed by {ratio / GOAL - 1:.0%}"
    print(f"goal: certify at most {GOAL} times: {verdict}")  # noqa: T201
    return found


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
