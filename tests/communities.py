"""Random communities of every kind, as layers in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from geopandas import GeoDataFrame
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.affinity import rotate

from gis.layers import COLUMNS, Layers, empty_layer

CRS = "EPSG:4548"
ORIGIN = (500_000.0, 4_090_000.0)

__all__ = ["CRS", "communities", "make_layers"]


def make_layers(
    boundary: Polygon | MultiPolygon | Sequence[Any],
    *,
    buildings: Sequence[Any] = (),
    households: Sequence[int] = (),
    streets: Sequence[LineString] = (),
    street_class: str = "residential",
    **roles: GeoDataFrame,
) -> Layers:
    """Lay out a source by hand."""
    shapes = list(boundary) if isinstance(boundary, list | tuple) else [boundary]
    n, m = len(buildings), len(streets)
    layers = {role: empty_layer(role, CRS) for role in COLUMNS}
    layers["communities"] = GeoDataFrame(
        {"code": [f"3701150010{k + 10:02d}" for k in range(len(shapes))],
         "name": [f"社区{k}" for k in range(len(shapes))]},
        geometry=shapes, crs=CRS)  # fmt: skip
    layers["buildings"] = GeoDataFrame(
        {
            "id": [str(k) for k in range(n)],
            "households": np.array(households, dtype=np.int64),
            "estimated": np.zeros(n, dtype=bool),
            **{c: [None] * n for c in COLUMNS["buildings"][3:]},
        },
        geometry=list(buildings),
        crs=CRS,
    )
    layers["streets"] = GeoDataFrame(
        {"class": [street_class] * m, "name": [""] * m,
         "tunnel": [False] * m, "bridge": [False] * m},
        geometry=list(streets), crs=CRS)  # fmt: skip
    return Layers(**{**layers, **roles})


def _footprints(rng: np.random.Generator, side: float, count: int) -> list[Any]:
    """Scatter buildings: apart, touching, overlapping, doubled, points."""
    shapes: list[Any] = []
    for _ in range(count):
        x, y = ORIGIN + rng.uniform(0, side, 2)
        w, h = rng.uniform(6, 40, 2)
        shape = rotate(box(x, y, x + w, y + h), float(rng.choice([0, 0, 17, 45])))
        kind = rng.integers(0, 8)
        if kind == 0:
            shapes += [shape, shape]
        elif kind == 1:
            shapes += [box(x + 6 * k, y, x + 6 * k + 6, y + 10) for k in range(4)]
        elif kind == 2:
            shapes.append(shape.representative_point())
        else:
            shapes.append(shape)
    return shapes


def _streets(rng: np.random.Generator, side: float, count: int) -> list[LineString]:
    """Draw streets right across, dead ends, bends, and near-doubles."""
    lines = []
    for _ in range(count):
        a, b = ORIGIN + rng.uniform(-0.2 * side, 1.2 * side, (2, 2))
        if rng.random() < 0.5:
            middle = (a + b) / 2 + rng.normal(0, side / 10, 2)
            line = LineString([a, middle, b])
        else:
            line = LineString([a, b])
        lines.append(line)
        if rng.random() < 0.2:
            lines.append(shapely.transform(line, lambda xy: xy + 4.0))
    return lines


def _boundary(rng: np.random.Generator, side: float, kind: str) -> list[Any]:
    x, y = ORIGIN
    square = box(x, y, x + side, y + side)
    if kind == "exclave":
        far = box(x + 1.5 * side, y, x + 1.9 * side, y + 0.4 * side)
        return [MultiPolygon([square, far])]
    if kind == "hole":
        middle = box(x + 0.4 * side, y + 0.4 * side, x + 0.6 * side, y + 0.6 * side)
        return [square.difference(middle)]
    if kind == "adjoining":
        # The shared border has vertices only one side knows of.
        bend = (x + 0.55 * side, y + 0.37 * side)
        left = Polygon([(x, y), (x + 0.5 * side, y), bend, (x + 0.5 * side, y + side),
                        (x, y + side)])  # fmt: skip
        return [left, square.difference(left)]
    angle = np.sort(rng.uniform(0, 2 * math.pi, 9))
    radius = side * rng.uniform(0.4, 0.7, 9)
    ring = np.c_[radius * np.cos(angle), radius * np.sin(angle)] + ORIGIN + side / 2
    star = shapely.make_valid(Polygon(ring))
    whole = max(shapely.get_parts([star]), key=lambda g: g.area)
    return [whole if whole.geom_type == "Polygon" else square]


@st.composite
def communities(draw: st.DrawFn) -> Layers:
    """Draw the layers of one or two communities of any kind."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side = draw(st.sampled_from([120.0, 300.0, 600.0]))
    kind = draw(st.sampled_from(["plain", "plain", "exclave", "hole", "adjoining"]))
    boundary = _boundary(rng, side, kind)
    buildings = _footprints(rng, side, draw(st.integers(0, 40)))
    people = draw(st.sampled_from(["none", "few", "many", "towers"]))
    top = {"none": 1, "few": 12, "many": 90, "towers": 900}[people]
    households = rng.integers(0, top, len(buildings))
    streets = _streets(rng, side, draw(st.integers(0, 8)))
    roles: dict[str, GeoDataFrame] = {}
    x, y = ORIGIN + rng.uniform(0, side / 2, 2)
    patch = rotate(box(x, y, x + side / 3, y + side / 4), float(rng.uniform(0, 90)))
    if draw(st.booleans()):
        river = LineString(ORIGIN + rng.uniform(-0.1, 1.1, (3, 2)) * side)
        shape = river.buffer(12) if draw(st.booleans()) else river
        roles["barriers"] = GeoDataFrame(
            {"kind": ["river"], "name": [""]}, geometry=[shape], crs=CRS)  # fmt: skip
    if draw(st.booleans()):
        roles["compounds"] = GeoDataFrame(
            {"name": ["苑"], "type": ["old"]}, geometry=[patch], crs=CRS)  # fmt: skip
    if draw(st.booleans()):
        what = draw(st.sampled_from(["school", "vacant", "park"]))
        roles["sites"] = GeoDataFrame(
            {"kind": [what], "name": [""]},
            geometry=gpd.GeoSeries([rotate(patch, 30)]).to_list(), crs=CRS)  # fmt: skip
    return make_layers(
        boundary, buildings=buildings, households=households.tolist(),
        streets=streets, **roles)  # fmt: skip
