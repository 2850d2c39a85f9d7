"""The layers of a plan as the one JSON object a sheet is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.errors import CRSError
from gis.kinds import SEAM_KINDS, SeamKind
from gis.streets import street_kinds
from maps.alternatives import alternatives_payload
from maps.encode import UNIT_M, Frame, encode_counts, encode_shapes
from maps.places import label_places

__all__ = ["MAX_CELL_POINTS", "plan_payload"]

MAX_CELL_POINTS: Final = 400_000
"""A page with more corners of cells than this leaves the cell lines out."""

_WORLD: Final = (73.0, 18.0, 135.0, 54.0)
"""Where to look when there is nothing to show, lon/lat."""


def plan_payload(
    layers: Mapping[str, GeoDataFrame],
    *,
    streets: GeoDataFrame,
    footprints: GeoDataFrame,
    alternatives: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return geometry and figures of a plan, in the order of grid codes.

    `alternatives` are told by the metadata of the plan; their grids are in the
    layer of that name.

    Raises
    ------
    CRSError
        If a layer is not in EPSG:4326.
    """
    for name, layer in (*layers.items(), ("streets", streets), ("", footprints)):
        _require_degrees(layer, name or "footprints")
    grids = layers["grids"].sort_values("code", kind="stable")
    communities = layers["communities"].sort_values("code", kind="stable")
    bounds = _bounds(communities, grids)
    frame = Frame.around(bounds)
    window = shapely.box(*_widen(bounds))
    return {
        "origin": [frame.x, frame.y],
        "unit": UNIT_M,
        "bounds": frame.place([bounds[:2], bounds[2:]]).ravel().tolist(),
        "grids": _grids(grids, communities, frame),
        "communities": _communities(communities, frame),
        "cells": _cells(layers["cells"], frame),
        "seams": _seams(layers["seams"], grids, frame),
        "streets": _streets(streets, window, frame),
        "buildings": _buildings(footprints, layers["buildings"], window, frame),
        "alternatives": alternatives_payload(
            alternatives, layers.get("alternatives"), _texts(grids, "code"), frame
        ),
    }


def _grids(
    grids: GeoDataFrame, communities: GeoDataFrame, frame: Frame
) -> dict[str, Any]:
    codes = communities["code"].astype(str).tolist()
    place = {code: number for number, code in enumerate(codes)}
    owner = grids["community"].astype(str)
    return {
        "code": _texts(grids, "code"),
        "number": [
            code.removeprefix(community) or code
            for code, community in zip(_texts(grids, "code"), owner, strict=True)
        ],
        "name": _texts(grids, "name"),
        "type": _texts(grids, "type"),
        "community": [place.get(code, -1) for code in owner],
        "households": _whole(grids["households"]),
        "buildings": _whole(grids["buildings"]),
        "estimated": _whole(grids["estimated"]),
        "area_m2": _rounded(grids["area_m2"], 0),
        "compactness": _rounded(grids["compactness"], 2),
        "street_share": _rounded(grids["street_share"], 3),
        "in_band": [None if pd.isna(v) else bool(v) for v in grids["in_band"]],
        "reason": _texts(grids, "reason"),
        "reason_zh": _texts(grids, "reason_zh"),
        "reason_en": _texts(grids, "reason_en"),
        "color": [0 if pd.isna(v) else int(v) % 4 for v in grids["color"]],
        "label": label_places(grids, frame),
        "shapes": encode_shapes(grids.geometry.to_numpy(), frame),
    }


def _communities(communities: GeoDataFrame, frame: Frame) -> dict[str, Any]:
    return {
        "code": _texts(communities, "code"),
        "name": _texts(communities, "name"),
        "label": label_places(communities, frame),
        "shapes": encode_shapes(communities.geometry.to_numpy(), frame),
    }


def _cells(cells: GeoDataFrame, frame: Frame) -> dict[str, Any]:
    shapes = cells.geometry.to_numpy()
    if shapely.get_num_coordinates(shapes).sum() > MAX_CELL_POINTS:
        shapes = shapes[:0]
    return {"shapes": encode_shapes(shapes[_curve_order(shapes)], frame)}


def _seams(seams: GeoDataFrame, grids: GeoDataFrame, frame: Frame) -> dict[str, Any]:
    row = {code: number for number, code in enumerate(_texts(grids, "code"))}
    kinds = {word: number for number, word in enumerate(SEAM_KINDS)}
    seams = seams.sort_values(["left", "right", "kind"], kind="stable")
    return {
        "left": [row.get(str(code), -1) for code in seams["left"]],
        "right": [row.get(str(code), -1) for code in seams["right"]],
        "kind": [kinds.get(str(word), int(SeamKind.NONE)) for word in seams["kind"]],
        "kinds": list(SEAM_KINDS),
        "length_m": _rounded(seams["length_m"], 1),
        "shapes": encode_shapes(seams.geometry.to_numpy(), frame),
    }


def _streets(
    streets: GeoDataFrame, window: shapely.Polygon, frame: Frame
) -> dict[str, Any]:
    """Join the pieces of a street, so that its name has room and is said once."""
    kinds = street_kinds(streets)
    shown = (kinds <= int(SeamKind.ALLEY)) & ~_flags(streets, "tunnel")
    shown &= shapely.intersects(streets.geometry.to_numpy(), window)
    table = pd.DataFrame(
        {
            "rank": kinds[shown],
            "name": streets["name"].fillna("").astype(str).to_numpy()[shown],
            "shape": streets.geometry.to_numpy()[shown],
        }
    )
    ranks: list[int] = []
    names: list[str] = []
    joined: list[shapely.Geometry] = []
    for (rank, name), group in table.groupby(["rank", "name"], sort=True):
        lines = shapely.get_parts(group["shape"].to_numpy())
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        joined.extend(merged)
        ranks.extend([int(str(rank))] * len(merged))
        names.extend([str(name)] * len(merged))
    shapes = np.array(joined, dtype=object)
    order = _curve_order(shapes)
    words, index = np.unique(np.array(names, dtype=str), return_inverse=True)
    return {
        "names": words.tolist(),
        "name": encode_counts(index[order]),
        "rank": encode_counts(np.array(ranks, dtype=np.int64)[order]),
        "shapes": encode_shapes(shapes[order], frame),
    }


def _buildings(
    footprints: GeoDataFrame,
    buildings: GeoDataFrame,
    window: shapely.Polygon,
    frame: Frame,
) -> dict[str, Any]:
    """Take outlines where they are given, else the points of the plan."""
    layer = footprints if len(footprints) else buildings
    households = _households_of(layer, buildings)
    shapes = layer.geometry.to_numpy()
    inside = np.flatnonzero(shapely.intersects(shapes, window))
    order = inside[_curve_order(shapes[inside])]
    return {
        "households": encode_counts(households[order]),
        "shapes": encode_shapes(shapes[order], frame),
    }


def _households_of(layer: GeoDataFrame, buildings: GeoDataFrame) -> NDArray[np.int64]:
    """Return households per outline, looked up by `id` in the plan's buildings."""
    if "id" not in layer or "id" not in buildings:
        return np.zeros(len(layer), dtype=np.int64)
    known = buildings.drop_duplicates("id").set_index("id")["households"]
    found = layer["id"].map(known).fillna(0).clip(lower=0)
    return np.asarray(found.to_numpy(dtype=np.int64))


def _curve_order(shapes: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the order in which near shapes follow each other.

    Their middles are put on a Z-order curve of about 20 m a step; what shares a
    step is told apart by its bounds, so the order of rows does not matter.
    """
    bounds = shapely.bounds(shapes)
    middle = np.nan_to_num((bounds[:, :2] + bounds[:, 2:]) / 2)
    steps = ((middle + 360.0) * 5000.0).astype(np.int64)
    place = np.zeros(len(shapes), dtype=np.int64)
    for bit in range(23):
        place |= ((steps[:, 0] >> bit) & 1) << (2 * bit)
        place |= ((steps[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.lexsort((*bounds.T[::-1], place))


def _bounds(*layers: GeoDataFrame) -> tuple[float, float, float, float]:
    for layer in layers:
        if len(layer) and not layer.geometry.is_empty.all():
            west, south, east, north = layer.total_bounds.tolist()
            return west, south, east, north
    return _WORLD


def _widen(
    bounds: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    x, y = (east - west) * 0.15, (north - south) * 0.15
    return west - x, south - y, east + x, north + y


def _texts(layer: GeoDataFrame, column: str) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in layer[column]]


def _whole(values: pd.Series) -> list[int]:
    return [0 if pd.isna(value) else int(value) for value in values]


def _rounded(values: pd.Series, digits: int) -> list[float | None]:
    return [None if pd.isna(v) else round(float(v), digits) for v in values]


def _flags(layer: GeoDataFrame, column: str) -> NDArray[np.bool_]:
    if column not in layer:
        return np.zeros(len(layer), dtype=bool)
    flags: NDArray[np.bool_] = layer[column].fillna(False).to_numpy(dtype=bool)
    return flags


def _require_degrees(layer: GeoDataFrame, name: str) -> None:
    if layer.crs is None or layer.crs.to_epsg() not in {4326, 4490}:
        crs = "no CRS" if layer.crs is None else layer.crs.to_string()
        msg = f"layer {name} is in {crs}; bring it to EPSG:4326 before mapping"
        raise CRSError(msg)
