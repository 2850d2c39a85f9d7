"""Cameras, access control and activity rooms of a made-up town."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.synthetic.warp import Array

__all__ = ["build_devices", "build_spaces", "device_counts"]

KINDS: dict[str, tuple[int, tuple[str, ...], str]] = {
    "camera": (398, ("132", "132", "132", "131"), "摄像机"),
    "access_control": (30, ("124", "142"), "门禁"),
    "face": (9, ("132",), "人像识别设备"),
    "fire_lane": (1, ("132",), "消防通道摄像机"),
}
"""Devices of 16 communities (RULES 003-09), their GB/T 28181 types, their word."""

ROOMS = ("居民活动室", "便民服务室", "邻里互助中心")
ORIGINS = ("架空层", "配套用房")


def device_counts(communities: int) -> dict[str, int]:
    """Return how many devices of each kind a town has."""
    return {
        kind: max(1, round(n * communities / 16)) for kind, (n, _, _) in KINDS.items()
    }


def build_devices(
    gates: GeoDataFrame,
    crossings: Array,
    doors: Array,
    communities: int,
    rng: np.random.Generator,
) -> GeoDataFrame:
    """Place devices: access control and most cameras at gates, others at crossings.

    Face devices are rows of a register, nothing more; no image belongs to them.
    """
    at_gates = np.column_stack([gates.geometry.x, gates.geometry.y])
    counts = device_counts(communities)
    codes: list[str] = []
    kinds: list[str] = []
    names: list[str] = []
    networks: list[str] = []
    places: list[Array] = []
    serial = 0
    for kind, count in counts.items():
        _, types, word = KINDS[kind]
        spots, labels = _spots(kind, count, at_gates, gates, crossings, doors, rng)
        types_here = rng.choice(types, count)
        network = "7" if kind == "access_control" else "6"
        for k in range(count):
            serial += 1
            codes.append(f"3701150101{types_here[k]}{network}{serial:06d}")
            kinds.append(kind)
            names.append(f"{labels[k]}{word}")
            networks.append(network)
        places.append(spots)
    points = np.vstack(places) if places else np.empty((0, 2))
    columns = {"code": codes, "kind": kinds, "name": names, "network": networks}
    return GeoDataFrame(columns, geometry=shapely.points(points), crs=gates.crs)


def _spots(
    kind: str,
    count: int,
    at_gates: Array,
    gates: GeoDataFrame,
    crossings: Array,
    doors: Array,
    rng: np.random.Generator,
) -> tuple[Array, list[str]]:
    """Choose places for devices of one kind, without repeating one while some last."""
    owner = gates["compound"].to_numpy(dtype=object)
    if kind == "camera":
        shares = {"gate": 0.55, "crossing": 0.35, "door": 0.10}
    elif kind == "fire_lane":
        shares = {"gate": 0.0, "crossing": 0.0, "door": 1.0}
    else:
        shares = {"gate": 1.0, "crossing": 0.0, "door": 0.0}
    pools: dict[str, Array] = {"gate": at_gates, "crossing": crossings, "door": doors}
    chosen: list[Array] = []
    labels: list[str] = []
    left = count
    for place in ("gate", "crossing", "door"):
        pool = pools[place]
        last = place == "door" or (place == "gate" and shares["gate"] == 1.0)
        want = left if last else min(left, round(shares[place] * count))
        if not len(pool) or not want:
            continue
        turns = -(-want // len(pool))
        pick = np.concatenate([rng.permutation(len(pool)) for _ in range(turns)])[:want]
        chosen.append(pool[pick])
        word = {"gate": "大门", "crossing": "路口", "door": "楼前"}[place]
        labels += [f"{owner[k]}{word}" if place == "gate" else word for k in pick]
        left -= want
    if left:  # a town without such places: stand them at any crossing
        pick = rng.integers(0, len(crossings), left)
        chosen.append(crossings[pick])
        labels += ["路口"] * left
    spots = np.vstack(chosen)
    shift = rng.uniform(-2.5, 2.5, spots.shape)
    return np.round(spots + shift, 3), labels


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
