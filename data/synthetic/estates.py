"""Fill walled compounds: slabs of the old town, resettlement blocks, new towers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data.synthetic.outlines import Shape, Use
from data.synthetic.packing import Row, chords, rows_of, spread
from data.synthetic.warp import Array

__all__ = ["Filled", "fill_estate"]

STOREY = 2.95


@dataclass(slots=True)
class Filled:
    """Buildings of a plot, its inner ways and gates, in the plot's own frame.

    `ways` are paths and what they are; `gates` are x, y and the way out.
    """

    boxes: Array
    ways: list[tuple[Array, str]] = field(default_factory=list)
    gates: list[tuple[float, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of housing is built.

    Attributes
    ----------
    floors : tuple of int
        Storeys to choose from.
    deep, unit : (float, float)
        Range of the depth of a block and the width of one stairwell's flats.
    light : float
        Open space to the south, in heights of the block.
    units : (int, int)
        Fewest and most stairwells of a block.
    gap : float
        Metres between the ends of two blocks.
    homes : int
        Flats of a stairwell on one floor.
    shape : int
        `Shape` of the footprint.
    """

    floors: tuple[int, ...]
    deep: tuple[float, float]
    light: float
    unit: tuple[float, float]
    units: tuple[int, int]
    gap: float
    homes: int
    shape: int


SLABS: dict[str, Manner] = {
    "old": Manner((5, 6, 6, 6), (11.0, 12.6), 0.98, (13.0, 15.0), (2, 5), 8, 2, 1),
    "resettlement": Manner(
        (6, 6, 7, 11), (12.0, 13.4), 0.92, (14.0, 16.0), (2, 4), 9, 2, 1
    ),
    "garden": Manner((7, 8, 9, 9), (13.0, 14.6), 1.08, (15.0, 18.0), (2, 3), 13, 2, 1),
    "mid": Manner((11, 11, 15, 17), (14.0, 15.5), 0.8, (16.0, 18.0), (2, 2), 15, 2, 1),
    "point": Manner(
        (18, 24, 26, 28, 32, 33), (19.0, 21.5), 0.42, (27.0, 31.0), (1, 1), 19, 4, 2
    ),
    "slice": Manner(
        (18, 24, 27, 30), (15.0, 17.0), 0.45, (21.0, 24.0), (2, 2), 18, 3, 3
    ),
    "twin": Manner(
        (18, 22, 25, 27, 30), (15.0, 16.5), 0.45, (20.0, 22.0), (2, 2), 17, 2, 3
    ),
}


def fill_estate(
    ring: Array, kind: str, area: float, rng: np.random.Generator
) -> Filled:
    """Return buildings, service ways and gates of one compound."""
    middle = _middle(ring, rng)
    rows = _rows(ring, kind, rng)
    parts: list[Array] = []
    garden = kind in ("mixed", "high", "garden") and area > 30_000.0
    for number, (row, manner, floors) in enumerate(rows):
        boxes = _row(row, manner, floors, middle, rng)
        if garden and len(rows) > 2 and number == len(rows) // 2:
            boxes = boxes[np.abs(boxes[:, 0] - middle) > 42.0]
        parts.append(boxes)
    boxes = np.vstack(parts) if parts else np.empty((0, 10))
    if len(boxes) > 8:
        boxes = boxes[rng.random(len(boxes)) > 0.03]
    _make_kindergarten(boxes, kind, area)
    filled = Filled(boxes)
    heights = [row.y for row, _, _ in rows]
    _open(filled, ring, middle, heights, area, rng)
    return filled


def _middle(ring: Array, rng: np.random.Generator) -> float:
    """Where the way from south to north runs; along the edge of a narrow plot."""
    height = np.array([(ring[:, 1].min() + ring[:, 1].max()) / 2.0])
    left, right = (float(v[0]) for v in chords(ring, height))
    if right - left < 82.0:
        return left + 9.0
    return left + (right - left) * float(rng.uniform(0.42, 0.58))


def _rows(
    ring: Array, kind: str, rng: np.random.Generator
) -> list[tuple[Row, Manner, int]]:
    """Rows from south to north; the tall ones stand in the north, out of the light."""
    south, north, share = {
        "mixed": ("mid", "point", 0.55),
        "high": ("mid", "point", 0.25),
    }.get(kind, (kind, kind, 1.0))
    if north == "point":
        north = str(rng.choice(["point", "point", "twin", "slice"]))
    first = SLABS[south]
    floors = int(rng.choice(first.floors))
    deep = float(rng.uniform(*first.deep))
    margin = 5.0 if kind in ("old", "resettlement") else 8.0
    if north == south:
        pitch = deep + first.light * floors * STOREY
        return [(row, first, floors) for row in rows_of(ring, deep, pitch, margin)]
    last = SLABS[north]
    deep = max(deep, last.deep[1])
    rows = rows_of(ring, deep, deep + 24.0, margin)
    line = round(share * len(rows))
    return [
        (row, first if k < line else last, floors if k < line else 0)
        for k, row in enumerate(rows)
    ]


def _row(
    row: Row, manner: Manner, floors: int, middle: float, rng: np.random.Generator
) -> Array:
    """Fill one row, parted by the way through the middle."""
    spans = [(row.left, row.right)]
    if row.left - 5.5 < middle < row.right + 5.5:
        spans = [(row.left, middle - 5.5), (middle + 5.5, row.right)]
    unit = float(rng.uniform(*manner.unit))
    deep = float(rng.uniform(*manner.deep))
    parts = []
    for left, right in spans:
        xs, units = spread(left, right, unit, *manner.units, manner.gap)
        if not len(xs):
            continue
        boxes = np.zeros((len(xs), 10))
        boxes[:, 0] = xs
        boxes[:, 1] = row.y
        boxes[:, 2] = units * unit
        boxes[:, 3] = deep
        boxes[:, 5] = manner.shape
        boxes[:, 6] = floors or rng.choice(manner.floors, len(xs))
        boxes[:, 7] = units
        boxes[:, 8] = manner.homes
        boxes[:, 9] = Use.APARTMENTS
        parts.append(boxes)
    return np.vstack(parts) if parts else np.empty((0, 10))


def _make_kindergarten(boxes: Array, kind: str, area: float) -> None:
    """Turn the first building of a large new compound into its kindergarten."""
    if kind in ("mixed", "high", "garden", "resettlement") and area > 42_000.0:
        boxes[:1, 5:] = [Shape.ELL, 3.0, 1.0, 0.0, Use.KINDERGARTEN]


def _open(
    filled: Filled,
    ring: Array,
    middle: float,
    heights: list[float],
    area: float,
    rng: np.random.Generator,
) -> None:
    """Break gates into the wall and run service ways between the rows."""
    xs, low, high = np.array([middle]), ring[:, 1].min(), ring[:, 1].max()
    turned = ring[:, ::-1]
    bottom, top = (float(v[0]) for v in chords(turned, xs))
    wanted = int(np.clip(round(area / 14_000.0 + rng.uniform(-0.4, 0.9)), 1, 4))
    order = ["south", "north", "east", "west"]
    if rng.random() < 0.35:
        order = ["south", "east", "north", "west"]
    open_sides = set(order[:wanted])
    gap = (
        0.5 * (heights[len(heights) // 2 - 1] + heights[len(heights) // 2])
        if (len(heights) > 1)
        else None
    )
    if gap is None:
        open_sides -= {"east", "west"}
        open_sides |= {"south"}
    start = bottom if "south" in open_sides else bottom + 9.0
    end = top if "north" in open_sides else top - 9.0
    filled.ways.append((np.array([[middle, start], [middle, end]]), "service"))
    if "south" in open_sides:
        filled.gates.append((middle, bottom, 0.0, -1.0))
    if "north" in open_sides:
        filled.gates.append((middle, top, 0.0, 1.0))
    if gap is None or not low < gap < high:
        return
    left, right = (float(v[0]) for v in chords(ring, np.array([gap])))
    west = left if "west" in open_sides else left + 9.0
    east = right if "east" in open_sides else right - 9.0
    filled.ways.append((np.array([[west, gap], [middle, gap]]), "service"))
    filled.ways.append((np.array([[middle, gap], [east, gap]]), "service"))
    if "west" in open_sides:
        filled.gates.append((left, gap, -1.0, 0.0))
    if "east" in open_sides:
        filled.gates.append((right, gap, 1.0, 0.0))
