"""Set rows of buildings into a plot: the northern Chinese way, long side to the sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.synthetic.warp import Array

__all__ = ["COLUMNS", "Row", "chords", "rows_of", "spread"]

COLUMNS = ("x", "y", "wide", "deep", "turn", "shape", "floors", "units", "homes", "use")
"""What a building row holds; `homes` are dwellings of a unit on one floor."""


@dataclass(frozen=True, slots=True)
class Row:
    """A band of a plot where buildings of one depth may stand."""

    y: float
    left: float
    right: float


def chords(ring: Array, ys: Array) -> tuple[Array, Array]:
    """Return the ends of the longest cut of a closed ring at each height.

    A curved side may cut a height more than twice. Where the ring is missed, the left
    end is inf and the right one -inf.
    """
    a, b = ring[:-1], ring[1:]
    hit = (a[None, :, 1] <= ys[:, None]) != (b[None, :, 1] <= ys[:, None])
    rise = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
    x = a[:, 0] + (ys[:, None] - a[None, :, 1]) / rise * (b[:, 0] - a[:, 0])
    most = int(hit.sum(axis=1).max())
    if most <= 2:
        left = np.where(hit, x, np.inf).min(axis=1)
        return left, np.where(hit, x, -np.inf).max(axis=1)
    ends = np.sort(np.where(hit, x, np.inf), axis=1)[:, :most]
    west, east = ends[:, 0::2], ends[:, 1::2]
    inside = np.isfinite(east)
    long = np.where(inside, east - np.where(inside, west, 0.0), -1.0).argmax(axis=1)
    rows = np.arange(len(ys))
    found = inside[rows, long]
    return west[rows, long], np.where(found, east[rows, long], -np.inf)


def rows_of(ring: Array, deep: float, pitch: float, margin: float) -> list[Row]:
    """Return evenly spaced rows that fill a plot from south to north."""
    low, high = ring[:, 1].min() + margin, ring[:, 1].max() - margin
    room = high - low - deep
    if room < 0.0:
        return []
    count = 1 + int(room // pitch)
    step = room / (count - 1) if count > 1 else 0.0
    ys = low + deep / 2.0 + np.arange(count) * step
    if count == 1:
        ys = np.array([(low + high) / 2.0])
    ends = np.concatenate([ys - deep / 2.0, ys + deep / 2.0])
    left, right = chords(ring, ends)
    left = np.maximum(left[:count], left[count:]) + margin
    right = np.minimum(right[:count], right[count:]) - margin
    return [
        Row(float(y), float(a), float(b))
        for y, a, b in zip(ys, left, right, strict=True)
        if b > a
    ]


def spread(
    left: float, right: float, unit: float, low: int, high: int, gap: float
) -> tuple[Array, int]:
    """Return the middles of equal buildings along a row, and their units each.

    As few buildings as can hold the row with at most `high` units, spread so that the
    outer ones stand flush with the ends.
    """
    length = right - left
    like = (low + high + 1) // 2
    count = max(1, round((length + gap) / (like * unit + gap)))
    while count:
        units = int(((length + gap) / count - gap) // unit)
        if units >= low:
            break
        count -= 1
    else:
        return np.empty(0), 0
    units = min(units, high)
    wide = float(units * unit)
    between = 0.0
    if count > 1:
        between = min((length - count * wide) / (count - 1), 2.2 * gap)
    used = count * wide + (count - 1) * between
    start = left + (length - used) / 2.0 + wide / 2.0
    middles: Array = np.float64(start) + np.arange(count) * (wide + between)
    return middles, units
