"""Fill lanes of low houses, and sites: schools, hospitals, malls, works, parks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from data.synthetic.estates import Filled
from data.synthetic.outlines import Shape, Use
from data.synthetic.packing import Row, chords, rows_of, spread
from data.synthetic.warp import Array

__all__ = ["fill_lanes", "fill_site"]


@dataclass(frozen=True, slots=True)
class Campus:
    """How the buildings of a site stand: in rows, on a part of the land."""

    use: int
    deep: float
    open: float
    unit: float
    units: tuple[int, int]
    gap: float
    floors: tuple[int, int]
    part: float
    shape: int = Shape.BOX


CAMPUSES: dict[str, Campus] = {
    "school": Campus(Use.SCHOOL, 15.0, 22.0, 9.0, (4, 8), 14.0, (3, 5), 0.55),
    "hospital": Campus(
        Use.HOSPITAL, 26.0, 24.0, 10.0, (4, 8), 20.0, (4, 14), 1.0, Shape.COURT
    ),
    "market": Campus(Use.MARKET, 26.0, 13.0, 12.0, (3, 8), 10.0, (1, 2), 1.0),
    "factory": Campus(Use.INDUSTRIAL, 28.0, 15.0, 12.0, (3, 8), 14.0, (1, 2), 1.0),
    "office": Campus(
        Use.OFFICE, 20.0, 34.0, 11.0, (3, 6), 20.0, (5, 16), 1.0, Shape.COURT
    ),
    "construction": Campus(
        Use.CONSTRUCTION, 15.0, 40.0, 17.0, (2, 2), 26.0, (3, 12), 0.5
    ),
}


def fill_site(ring: Array, kind: str, rng: np.random.Generator) -> Filled:
    """Return the buildings and paths of a site."""
    if kind == "mall":
        return Filled(_mall(ring, rng))
    if kind == "park":
        return _park(ring, rng)
    if kind not in CAMPUSES:
        return Filled(np.empty((0, 10)))
    manner = CAMPUSES[kind]
    rows = rows_of(ring, manner.deep, manner.deep + manner.open, 9.0)
    rows = rows[len(rows) - max(1, round(manner.part * len(rows))) :] if rows else []
    boxes = [_campus_row(row, manner, rng) for row in rows]
    stacked = np.vstack(boxes) if boxes else np.empty((0, 10))
    if not len(stacked):
        stacked = _mall(ring, rng)
        stacked[:, 9], stacked[:, 6] = manner.use, 3.0
    if kind == "construction":
        stacked = stacked[rng.random(len(stacked)) < 0.7]
    return Filled(stacked)


def _campus_row(row: Row, manner: Campus, rng: np.random.Generator) -> Array:
    xs, units = spread(
        row.left, row.right, manner.unit, *manner.units, manner.gap * rng.uniform(1, 2)
    )
    boxes = np.zeros((len(xs), 10))
    boxes[:, 0], boxes[:, 1] = xs, row.y
    boxes[:, 2] = units * manner.unit * rng.uniform(0.82, 1.0, len(xs))
    boxes[:, 3] = manner.deep * rng.uniform(0.8, 1.0, len(xs))
    boxes[:, 5] = manner.shape if rng.random() < 0.5 else Shape.BOX
    boxes[:, 6] = rng.integers(manner.floors[0], manner.floors[1] + 1, len(xs))
    boxes[:, 7] = 1
    boxes[:, 9] = manner.use
    return boxes


def _mall(ring: Array, rng: np.random.Generator) -> Array:
    """One great hall in the middle of the land."""
    low, high = ring[:, 1].min(), ring[:, 1].max()
    deep = min(0.62 * (high - low), 95.0)
    y = (low + high) / 2.0
    left, right = chords(ring, np.array([y - deep / 2.0, y + deep / 2.0]))
    west, east = left.max() + 12.0, right.min() - 12.0
    if east - west < 14.0:
        return np.empty((0, 10))
    wide = min(east - west, 150.0)
    floors = float(rng.integers(4, 7))
    return np.array(
        [[(west + east) / 2, y, wide, deep, 0, Shape.BOX, floors, 1, 0, Use.MALL]]
    )


def _park(ring: Array, rng: np.random.Generator) -> Filled:
    """Two pavilions and two crossing paths."""
    low, high = ring[:, 1].min(), ring[:, 1].max()
    ys = low + (high - low) * rng.uniform([0.25, 0.6], [0.4, 0.75])
    left, right = chords(ring, ys)
    boxes = np.zeros((2, 10))
    boxes[:, 0] = left + (right - left) * rng.uniform(0.3, 0.7, 2)
    boxes[:, 1] = ys
    boxes[:, 2], boxes[:, 3] = rng.uniform(8.0, 14.0, 2), rng.uniform(7.0, 10.0, 2)
    boxes[:, 6], boxes[:, 7], boxes[:, 9] = 1, 1, Use.PAVILION
    middle = np.array([float(ys.mean())])
    west, east = (float(v[0]) for v in chords(ring, middle))
    third = np.linspace(west, east, 7)[1:-1]
    wave = float(middle[0]) + 0.1 * (ys[1] - ys[0]) * np.sin(np.arange(5) * 1.4)
    path = np.column_stack([third, wave])
    return Filled(boxes, [(path, "footway")])


def fill_lanes(ring: Array, rng: np.random.Generator) -> Filled:
    """Rows of single-storey houses that share walls, three to six in a run."""
    deep, pitch = float(rng.uniform(7.6, 9.0)), float(rng.uniform(15.0, 17.0))
    rows = rows_of(ring, deep, pitch, 1.5)
    parts = [_houses(row, deep, rng) for row in rows]
    filled = Filled(np.vstack(parts) if parts else np.empty((0, 10)))
    for south, north in list(pairwise(rows))[::2]:
        y = (south.y + north.y) / 2.0
        left, right = (float(v[0]) for v in chords(ring, np.array([y])))
        dead = rng.random() < 0.3
        stop = right - 0.4 * (right - left) if dead else right
        kind = "alley_end" if dead else "alley"
        filled.ways.append((np.array([[left, y], [stop, y]]), kind))
    return filled


def _houses(row: Row, deep: float, rng: np.random.Generator) -> Array:
    length = row.right - row.left
    count = int(length // 8.5) + 1
    wide = rng.uniform(9.0, 13.5, count)
    run = np.cumsum(rng.random(count) < 0.24)
    gap = np.concatenate([[0.0], np.diff(run) * rng.uniform(2.4, 4.5, count - 1)])
    start = np.cumsum(gap) + np.concatenate([[0.0], np.cumsum(wide)[:-1]])
    fits = start + wide <= length
    start, wide = start[fits], wide[fits]
    boxes = np.zeros((len(wide), 10))
    boxes[:, 0] = row.left + start + wide / 2.0
    boxes[:, 1], boxes[:, 2], boxes[:, 3] = row.y, wide, deep
    boxes[:, 5], boxes[:, 7] = Shape.BOX, 1
    boxes[:, 6] = np.where(rng.random(len(wide)) < 0.18, 2, 1)
    boxes[:, 8] = rng.choice([0, 1, 1, 1, 1, 1, 1, 2], len(wide))
    boxes[:, 9] = Use.HOUSE
    return boxes[rng.random(len(wide)) > 0.07]
