"""Put the plots of a town on the ground: buildings, walls, gates, ways."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from data.synthetic.campuses import fill_lanes, fill_site
from data.synthetic.density import balance_storeys
from data.synthetic.estates import Filled, fill_estate
from data.synthetic.outlines import Shape, Use, footprints
from data.synthetic.packing import chords
from data.synthetic.parcels import SETBACK, Parcel
from data.synthetic.sheet import Piece, Point, Rank, Sheet
from data.synthetic.streams import Stream, stream
from data.synthetic.warp import Array, Warp

__all__ = ["GROUPS", "Ground", "build_ground"]

GROUPS = {
    "old": "old",
    "resettlement": "resettlement",
    "garden": "commodity",
    "mixed": "commodity",
    "high": "commodity",
}
"""Kind of housing → type of compound (RULES 000-04)."""

BEND = 30.0
"""Metres between the points of a bent outline."""

SHOP_DEPTH = 10.5
SHOP_STRIP = 15.5


@dataclass(slots=True)
class Ground:
    """Everything built, on the ground; rows name their parcel by number."""

    boxes: Array
    outlines: NDArray[np.object_]
    parcel: NDArray[np.int64]
    plots: dict[int, Array] = field(default_factory=dict)
    limits: list[Array] = field(default_factory=list)
    ways: list[tuple[int, str, Array]] = field(default_factory=list)
    gates: list[tuple[int, float, float]] = field(default_factory=list)
    doors: dict[int, list[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A plot's own frame: its middle, and x along the street to the east."""

    x: float
    y: float
    turn: float

    def local(self, points: Array) -> Array:
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        moved: Array = (points - np.array([self.x, self.y])) @ np.array(
            [[cos, -sin], [sin, cos]]
        )
        return moved

    def ground(self, points: Array) -> Array:
        ground: Array = np.round(self.fine_ground(points), 3)
        return ground

    def fine_ground(self, points: Array) -> Array:
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned = points @ np.array([[cos, sin], [-sin, cos]])
        moved: Array = turned + np.array([self.x, self.y])
        return moved


def build_ground(
    sheet: Sheet, warp: Warp, parcels: list[Parcel], wish: Array, seed: int
) -> Ground:
    """Fill every parcel; each draws from a generator of its own."""
    boxes: list[Array] = []
    owners: list[NDArray[np.int64]] = []
    ground = Ground(np.empty((0, 10)), np.empty(0, object), np.empty(0, np.int64))
    for number, parcel in enumerate(parcels):
        rng = stream(seed, Stream.PLOT, number)
        parts = _fill(sheet, warp, parcel, number, ground, rng)
        for part in parts:
            boxes.append(part)
            owners.append(np.full(len(part), number))
        same = len(parts) == 1
        ground.limits.append(
            ground.plots[number] if same else _ring(warp, parcel.inner)
        )
    ground.boxes = np.vstack(boxes) if boxes else np.empty((0, 10))
    ground.parcel = np.concatenate(owners) if owners else np.empty(0, np.int64)
    home = np.array([p.community for p in parcels], dtype=np.int64)
    high = _landmarks(ground, parcels)
    ground.boxes = balance_storeys(ground.boxes, home[ground.parcel], wish, high)
    ground.outlines = footprints(ground.boxes)
    _drop_unfit(ground)
    return ground


def _fill(
    sheet: Sheet,
    warp: Warp,
    parcel: Parcel,
    number: int,
    ground: Ground,
    rng: np.random.Generator,
) -> list[Array]:
    """Return building boxes of a parcel on the ground; note its ways and gates."""
    corners = parcel.inner
    shops: list[int] = []
    if parcel.kind in GROUPS:
        corners, shops = _shop_fronts(sheet, parcel, rng)
    frame, local = _plot(warp, corners, number, ground)
    if parcel.kind in GROUPS:
        filled = fill_estate(local, parcel.kind, parcel.area, rng)
        if not (filled.boxes[:, 9] == Use.APARTMENTS).any():
            # Too narrow for a slab: such land holds low houses, and has no wall.
            parcel.kind, shops = "lanes", []
            frame, local = _plot(warp, parcel.inner, number, ground)
    if parcel.kind == "lanes":
        filled = fill_lanes(local, rng)
    elif parcel.kind not in GROUPS:
        filled = fill_site(local, parcel.kind, rng)
    outer = frame.local(sheet.outline(parcel.piece))
    doors = _connect(filled, frame, outer, number, ground)
    boxes = filled.boxes
    # Not rounded: houses that share a wall must share its corners, rounded later.
    boxes[:, :2] = frame.fine_ground(boxes[:, :2])
    boxes[:, 4] = frame.turn
    strips = [_strip(warp, parcel.inner, side, doors, rng) for side in shops]
    return [boxes, *strips]


def _plot(
    warp: Warp, corners: list[Point], number: int, ground: Ground
) -> tuple[_Frame, Array]:
    """Note the outline of a plot; return its frame and the outline in it."""
    n = len(corners)
    at = sum(x for x, _ in corners) / n, sum(y for _, y in corners) / n
    points = np.array([*corners, corners[0]])
    ring, bearing = warp.placed(_fine(points, BEND), at)
    ground.plots[number] = ring
    x, y = ring[:-1].mean(axis=0).tolist()
    frame = _Frame(x, y, _turn(ring, bearing))
    return frame, frame.local(ring)


def _turn(ring: Array, bearing: float) -> float:
    """Return the mean direction of a plot's south and north sides: rows follow it."""
    span = np.diff(ring, axis=0)
    # Doubling an angle makes east and west the same direction.
    off = 2.0 * (np.arctan2(span[:, 1], span[:, 0]) - bearing)
    weight = np.hypot(span[:, 0], span[:, 1]) * (np.cos(off) > 0.4)
    if not weight.any():
        return bearing
    mean = np.arctan2(weight @ np.sin(off), weight @ np.cos(off))
    return bearing + float(mean) / 2.0


def _ring(warp: Warp, corners: list[Point]) -> Array:
    """Bend a closed outline of the plan onto the ground."""
    return warp.ground(_fine(np.array([*corners, corners[0]]), BEND))


def _fine(points: Array, step: float) -> Array:
    """Add points so that none are further apart than a step."""
    span = np.diff(points, axis=0)
    parts = np.maximum(1, np.ceil(np.hypot(span[:, 0], span[:, 1]) / step)).astype(int)
    before = np.repeat(np.arange(len(parts)), parts)
    nth = np.arange(len(before)) - np.repeat(np.cumsum(parts) - parts, parts)
    fine = points[before] + (nth / parts[before])[:, None] * span[before]
    return np.vstack([fine, points[-1:]])


def _shop_fronts(
    sheet: Sheet, parcel: Parcel, rng: np.random.Generator
) -> tuple[list[Point], list[int]]:
    """Move the wall back behind a strip of shops where a larger road passes."""
    ranks = [sheet.lines[s].rank for s in parcel.piece.sides]
    chance = {Rank.MAIN: 0.6, Rank.COLLECTOR: 0.55, Rank.LANE: 0.12}
    wish = [
        k
        for k, rank in enumerate(ranks)
        if rng.random() < chance.get(rank, 0.0) * (1.15 - 0.5 * parcel.core)
    ]
    room = parcel.area > 9_000.0
    by = [
        SETBACK[rank] + (SHOP_STRIP if room and k in wish else 0.0)
        for k, rank in enumerate(ranks)
    ]
    corners = parcel.piece.inset(by) if wish and room else None
    if corners is None or Piece(corners, parcel.piece.sides).area() < 5_000.0:
        return parcel.inner, []
    return corners, wish


def _strip(
    warp: Warp, corners: list[Point], side: int, doors: Array, rng: np.random.Generator
) -> Array:
    """Shops along one side of a parcel, leaving the gate ways free."""
    ends = np.array([corners[side], corners[(side + 1) % len(corners)]])
    length = float(np.hypot(*(ends[1] - ends[0])))
    count = int((length - 24.0) // 20.0) + 1
    wide = rng.choice([16.0, 24.0, 32.0, 40.0], max(count, 1))
    gap = rng.uniform(3.0, 6.0, len(wide))
    start = 16.0 + np.cumsum(wide + gap) - wide - gap
    fits = start + wide < length - 16.0
    start, wide = start[fits], wide[fits]
    if not len(wide):
        return np.empty((0, 10))
    along = (ends[1] - ends[0]) / length
    inward = np.array([-along[1], along[0]])
    place = ends[0] + (start + wide / 2.0)[:, None] * along
    place = place + inward * (SHOP_DEPTH / 2.0 + 2.0)
    a, b = np.split(
        warp.ground(np.vstack([place - along * 2.0, place + along * 2.0])), 2
    )
    boxes = np.zeros((len(wide), 10))
    boxes[:, :2] = (a + b) / 2.0
    boxes[:, 2] = wide * 0.96
    boxes[:, 3] = SHOP_DEPTH - 1.0
    boxes[:, 4] = np.arctan2(b[:, 1] - a[:, 1], b[:, 0] - a[:, 0])
    boxes[:, 5], boxes[:, 7], boxes[:, 9] = Shape.BOX, 1, Use.RETAIL
    boxes[:, 6] = rng.integers(1, 4, len(wide))
    if len(doors):
        away = np.hypot(
            boxes[:, 0, None] - doors[None, :, 0], boxes[:, 1, None] - doors[None, :, 1]
        )
        boxes = boxes[(away > wide[:, None] / 2.0 + 9.0).all(axis=1)]
    return boxes


def _connect(
    filled: Filled, frame: _Frame, outer: Array, number: int, ground: Ground
) -> Array:
    """Note ways and gates, join each gate with its street; return where they pass."""
    for points, kind in filled.ways:
        if kind.startswith("alley"):
            ends = chords(outer, points[:1, 1])
            west, east = float(ends[0][0]), float(ends[1][0])
            stop = east if kind == "alley" else points[1, 0]
            points = np.array([[west, points[0, 1]], [stop, points[0, 1]]])
        ground.ways.append((number, kind, frame.ground(points)))
    doors = []
    for x, y, dx, dy in filled.gates:
        if dx:
            ends = chords(outer, np.array([y]))
            street = np.array([float(ends[0 if dx < 0 else 1][0]), y])
        else:
            ends = chords(outer[:, ::-1], np.array([x]))
            street = np.array([x, float(ends[0 if dy < 0 else 1][0])])
        way = frame.ground(np.array([[x, y], street]))
        ground.ways.append((number, "service", way))
        door = (float(way[0, 0]), float(way[0, 1]))
        ground.gates.append((number, *door))
        ground.doors.setdefault(number, []).append(door)
        doors += [way[0], way.mean(axis=0)]
    return np.array(doors) if doors else np.empty((0, 2))


def _landmarks(ground: Ground, parcels: list[Parcel]) -> NDArray[np.bool_]:
    """Make the widest block of each landmark compound a tower of 336 small flats."""
    chosen = np.zeros(len(ground.boxes), dtype=bool)
    flats = ground.boxes[:, 9] == Use.APARTMENTS
    for number, parcel in enumerate(parcels):
        if parcel.landmark:
            rows = np.flatnonzero((ground.parcel == number) & flats)
            if len(rows):
                tall = rows[np.argmax(ground.boxes[rows, 2] + ground.boxes[rows, 6])]
                ground.boxes[tall, 5:9] = [Shape.BOX, 28.0, 2.0, 6.0]
                chosen[tall] = True
    return chosen


def _drop_unfit(ground: Ground) -> None:
    """Drop buildings that reach over the edge of their parcel, and shops on a wall."""
    if not len(ground.boxes):
        return
    yard = _polygons(ground.limits)
    fits = shapely.contains_properly(yard[ground.parcel], ground.outlines)
    plots = _polygons([ground.plots[k] for k in range(len(ground.limits))])
    shop = ground.boxes[:, 9] == Use.RETAIL
    inside = shapely.contains_properly(plots[ground.parcel], ground.outlines)
    apart = ~shapely.dwithin(plots[ground.parcel], ground.outlines, 1.0)
    fits &= np.where(shop, apart, inside)
    fits[_crowded(ground.outlines, np.flatnonzero(shop & fits))] = False
    ground.boxes = ground.boxes[fits]
    ground.outlines = ground.outlines[fits]
    ground.parcel = ground.parcel[fits]


def _crowded(
    outlines: NDArray[np.object_], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the shops that stand within 2 m of one before them: at sharp corners."""
    shops = outlines[rows]
    i, j = shapely.STRtree(shops).query(shops, predicate="dwithin", distance=2.0)
    crowded: NDArray[np.int64] = rows[np.unique(j[i < j])]
    return crowded


def _polygons(rings: list[Array]) -> NDArray[np.object_]:
    """Return one prepared polygon per ring."""
    indices = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    polygons: NDArray[np.object_] = shapely.polygons(
        shapely.linearrings(np.vstack(rings), indices=indices)
    )
    shapely.prepare(polygons)
    return polygons
