"""A naive second opinion on coverages, and plans small enough to check by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon, Polygon, box

CRS = 4548
X, Y = 500_000.0, 4_060_000.0
COMMUNITY = "370102013006"

Plan = dict[str, GeoDataFrame]


@dataclass(frozen=True)
class SecondOpinion:
    """What plain overlays say of a coverage, without anything from gis."""

    gap_area: float
    overlap_area: float
    outside_area: float
    unmatched: bool
    broken: bool

    @property
    def ok(self) -> bool:
        noise = 1e-6
        areas = (self.gap_area, self.overlap_area, self.outside_area)
        return max(areas) <= noise and not self.unmatched and not self.broken


def ask(grids: Sequence[Polygon], community: Polygon | MultiPolygon) -> SecondOpinion:
    """Boundary minus union, pairwise overlaps, edge match: nothing else."""
    shapes = np.array(grids, dtype=object)
    broken = bool((~shapely.is_valid(shapes) | shapely.is_empty(shapes)).any())
    valid = shapely.make_valid(shapes)
    union = shapely.union_all(valid)
    overlap = sum(
        valid[i].intersection(valid[j]).area
        for i in range(len(valid))
        for j in range(i)
    )
    # Each edge has one neighbour with the same two ends, or lies on the boundary.
    edges = Counter(edge for shape in valid for edge in _edges(shape))
    outline = Counter(_edges(community))
    lonely = sum(edges[edge] + outline[edge] != 2 for edge in edges | outline)
    return SecondOpinion(
        gap_area=community.difference(union).area,
        overlap_area=overlap,
        outside_area=union.difference(community).area,
        unmatched=lonely > 0 or not shapely.coverage_is_valid(valid),
        broken=broken,
    )


def _edges(shape: Polygon | MultiPolygon) -> Iterator[frozenset[tuple[float, ...]]]:
    """Edges of all rings, without direction."""
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            for start, end in pairwise(ring.coords):
                if start != end:
                    yield frozenset([start, end])


@pytest.fixture(scope="session")
def second_opinion() -> Callable[..., SecondOpinion]:
    """The naive check, to be held against the clever one."""
    return ask


def draw_plan(
    *,
    columns: int = 4,
    rows: int = 3,
    width: int = 2,
    size: float = 100.0,
    households: int = 200,
    code: str = COMMUNITY,
    name: str = "银山社区",
    east: float = 0.0,
) -> Plan:
    """Plan of square cells with one building each; `width` cells make a grid."""
    x = X + east
    cells = np.array(
        [
            box(x + size * c, Y + size * r, x + size * (c + 1), Y + size * (r + 1))
            for r in reversed(range(rows))
            for c in range(columns)
        ],
        dtype=object,
    )
    n = len(cells)
    label = np.arange(n) // width
    outlines = np.array(
        [
            shapely.get_parts(shapely.coverage_union_all(cells[label == k]))[0]
            for k in range(n // width)
        ],
        dtype=object,
    )
    # From the northern row to the southern, from west to east: the serials.
    codes = np.array([f"{code}{k + 1:03d}" for k in range(n // width)], dtype=object)
    left, right = [], []
    for i in range(len(outlines)):
        for j in range(i + 1, len(outlines)):
            if outlines[i].intersection(outlines[j]).length > 0:
                left.append(i)
                right.append(j)
    lines = shapely.line_merge(shapely.intersection(outlines[left], outlines[right]))
    total = households * width
    return {
        "communities": GeoDataFrame(
            {"code": [code], "name": [name], "households": [households * n]},
            geometry=list(shapely.get_parts(shapely.coverage_union_all(cells))),
            crs=CRS,
        ),
        "grids": GeoDataFrame(
            {
                "code": codes,
                "type": "resident",
                "community": code,
                "households": total,
                "buildings": width,
                "in_band": 300 <= total <= 500,
                "reason": "",
                "reason_zh": "",
                "reason_en": "",
            },
            geometry=outlines,
            crs=CRS,
        ),
        "cells": GeoDataFrame(
            {
                "cell": np.arange(n),
                "grid": codes[label],
                "community": code,
                "households": households,
                "buildings": 1,
            },
            geometry=cells,
            crs=CRS,
        ),
        "seams": GeoDataFrame(
            {
                "left": codes[left],
                "right": codes[right],
                "kind": "street",
                "length_m": shapely.length(lines),
            },
            geometry=lines,
            crs=CRS,
        ),
        "buildings": GeoDataFrame(
            {
                "id": [f"{code}-{k}" for k in range(n)],
                "grid": codes[label],
                "cell": np.arange(n),
                "community": code,
                "households": households,
                "straddles": False,
            },
            geometry=shapely.centroid(cells),
            crs=CRS,
        ),
    }


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., Plan]:
    """Draw a plan whose every figure can be told by heart."""
    return draw_plan


@pytest.fixture(scope="session")
def squares() -> Callable[..., GeoSeries]:
    """Draw a sheet of unit squares, west to east, then south to north."""

    def sheet(columns: int, rows: int, size: float = 100.0) -> GeoSeries:
        cells = [
            box(size * c, size * r, size * (c + 1), size * (r + 1))
            for r in range(rows)
            for c in range(columns)
        ]
        return GeoSeries(cells, crs=CRS)

    return sheet
