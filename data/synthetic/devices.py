"""Cameras, access control and activity rooms of a made-up town."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.synthetic.warp import Array

Places = tuple[Array, list[str]]
"""Points and what to call them."""

__all__ = ["build_devices", "build_spaces", "device_counts"]

KINDS: dict[str, tuple[int, tuple[str, ...], str]] = {
    "camera": (398, ("132", "132", "132", "131"), "摄像机"),
    "access_control": (30, ("124", "142"), "门禁"),
    "face": (9, ("132",), "人像识别设备"),
    "fire_lane": (1, ("132",), "消防通道摄像机"),
}
"""Devices of 16 communities (RULES 003-09), their GB/T 28181 types, their word."""

EDGE = 1.0
"""Metres that a device keeps from the edge of the town."""

ROOMS = ("居民活动室", "便民服务室", "邻里互助中心")
ORIGINS = ("架空层", "配套用房")


def device_counts(communities: int) -> dict[str, int]:
    """Return how many devices of each kind a town has."""
    return {
        kind: max(1, round(n * communities / 16)) for kind, (n, _, _) in KINDS.items()
    }


def build_devices(
    gates: Places, crossings: Places, doors: Places, communities: GeoDataFrame
) -> GeoDataFrame:
    """Place devices: access control and most cameras at gates, others at crossings.

    At the edge of the town they stand inside it: each belongs to a community.

    Gates come compound by compound, so that some compounds have a camera at each gate
    and access control too (RULES 002-20). Face devices are rows of a register, nothing
    more; no image belongs to them.
    """
    counts = device_counts(len(communities))
    at_gates = round(0.55 * counts["camera"])
    at_crossings = round(0.35 * counts["camera"])
    rest = counts["camera"] - at_gates - at_crossings
    plan = [
        ("camera", gates, at_gates),
        ("camera", crossings, at_crossings),
        ("camera", doors, rest),
        ("access_control", gates, counts["access_control"]),
        ("face", gates, counts["face"]),
        ("fire_lane", doors, counts["fire_lane"]),
    ]
    rows: list[tuple[str, str, str, str]] = []
    spots: list[Array] = []
    for kind, (points, labels), count in plan:
        pick = np.arange(count) % len(labels)
        # Several devices at one place stand a little apart.
        turn = 2.4 * (np.arange(count) + len(rows))
        spots.append(points[pick] + 1.8 * np.column_stack([np.cos(turn), np.sin(turn)]))
        _, types, word = KINDS[kind]
        network = "7" if kind == "access_control" else "6"
        for n, k in enumerate(pick.tolist()):
            serial = len(rows) + 1
            code = f"3701150101{types[n % len(types)]}{network}{serial:06d}"
            rows.append((code, kind, f"{labels[k]}{word}", network))
    columns = dict(
        zip(("code", "kind", "name", "network"), zip(*rows, strict=True), strict=True)
    )
    town = shapely.coverage_union_all(communities.geometry.to_numpy())
    places = _drawn_in(shapely.points(np.vstack(spots)), town)
    return GeoDataFrame(columns, geometry=places, crs=communities.crs)


def _drawn_in(
    points: NDArray[np.object_], town: shapely.Geometry
) -> NDArray[np.object_]:
    """Return the points, those at the edge of the town moved inside it."""
    inside = shapely.buffer(town, -EDGE)
    shapely.prepare(inside)
    out = ~shapely.contains(inside, points)
    nearest = shapely.get_point(shapely.shortest_line(inside, points[out]), 0)
    moved = points.copy()
    moved[out] = nearest
    return np.asarray(shapely.set_precision(moved, 0.001), dtype=object)


def build_spaces(
    compounds: GeoDataFrame,
    buildings: GeoDataFrame,
    rng: np.random.Generator,
) -> GeoDataFrame:
    """Give about half of the compounds one or two rooms of 18 to 400 m² (000-05)."""
    homes = buildings["compound"].to_numpy(dtype=object)
    dwelling = np.flatnonzero((homes != "") & (buildings["households"] > 0))
    order = dwelling[np.argsort(homes[dwelling], kind="stable")]
    names, starts = np.unique(homes[order].astype(str), return_index=True)
    ends = np.append(starts[1:], len(order))
    rows: NDArray[np.int64] = np.repeat(
        np.arange(len(names)), rng.choice([0, 1, 2], len(names), p=[0.5, 0.37, 0.13])
    )
    pick = order[starts[rows] + rng.integers(0, ends[rows] - starts[rows])]
    area = np.clip(np.exp(rng.normal(4.3, 0.75, len(rows))), 18.0, 400.0)
    if len(area) > 1:
        area[:2] = [18.0, 400.0]
    kind = rng.choice(ROOMS, len(rows))
    tall = buildings["floors"].to_numpy()[pick] > 11
    origin = np.where(tall & (rng.random(len(rows)) < 0.8), *ORIGINS)
    columns = {
        "kind": kind.astype(object),
        "name": [f"{names[r]}{k}" for r, k in zip(rows, kind, strict=True)],
        "area_m2": np.round(area, 1),
        "origin": origin.astype(object),
        "in_use": rng.random(len(rows)) < 0.7,
    }
    points = shapely.point_on_surface(buildings.geometry.to_numpy()[pick])
    return GeoDataFrame(columns, geometry=points, crs=compounds.crs)
