"""Bend the straight plan of a town into curved streets on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Warp", "build_warp"]

Array = NDArray[np.float64]

ORIGIN = (517_800.0, 4_095_000.0)
"""Easting and northing of the plan's origin in EPSG:4548, north of the Yellow River."""

TURN = np.radians(-6.0)
"""The whole town is turned a little: few Chinese towns lie square to north."""


@dataclass(frozen=True)
class Warp:
    """A smooth displacement field: long waves everywhere, tighter ones at rivers.

    Attributes
    ----------
    waves : array of shape (k, 5)
        Wave number in x and y (radians per metre), phase, and amplitude in x and y.
    rivers : array of shape (r, 4)
        Height of the river in the plan, amplitude, wave number, phase.
    """

    waves: Array
    rivers: Array

    def ground(self, plan: Array) -> Array:
        """Return the easting and northing of points of the plan, to the millimetre.

        Rounding happens here, once, so that a point shared by two outlines has the
        same coordinates in both.
        """
        ground: Array = np.round(self._turned(self._bent(plan)) + ORIGIN, 3)
        return ground

    def placed(self, plan: Array, at: tuple[float, float]) -> tuple[Array, float]:
        """Return points on the ground, and the plan's x axis there at one more point.

        The angle is in radians, from east.
        """
        x, y = at
        bent = self._bent(np.vstack([plan, [[x - 0.5, y], [x + 0.5, y]]]))
        way = bent[-1] - bent[-2]
        ground: Array = np.round(self._turned(bent[:-2]) + ORIGIN, 3)
        return ground, float(np.arctan2(way[1], way[0])) + TURN

    def _bent(self, plan: Array) -> Array:
        swing = np.sin(plan @ self.waves[:, :2].T + self.waves[:, 2])
        moved: Array = plan + swing @ self.waves[:, 3:]
        if len(self.rivers):
            height, amplitude, wave, phase = self.rivers.T
            x, y = plan[:, :1], plan[:, 1:]
            reach = amplitude * np.exp(-(((y - height) / 420.0) ** 2))
            angle = wave * x + phase
            bend = np.sin(angle) + 0.35 * np.sin(2.3 * angle - 0.3 * phase)
            moved[:, 1] += (reach * bend).sum(axis=1)
        return moved

    @staticmethod
    def _turned(points: Array) -> Array:
        cos, sin = np.cos(TURN), np.sin(TURN)
        turned: Array = points @ np.array([[cos, sin], [-sin, cos]])
        return turned


def build_warp(rivers: Array, rng: np.random.Generator) -> Warp:
    """Return the field of one town; `rivers` holds the heights of its rivers."""
    count = 5
    length = rng.uniform(1_500.0, 3_800.0, count)
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    size = length * rng.uniform(0.010, 0.020, count)
    lean = rng.uniform(0.0, 2.0 * np.pi, count)
    waves = np.column_stack(
        [
            2.0 * np.pi / length * np.cos(angle),
            2.0 * np.pi / length * np.sin(angle),
            rng.uniform(0.0, 2.0 * np.pi, count),
            size * np.cos(lean),
            size * np.sin(lean),
        ]
    )
    bends = np.column_stack(
        [
            rivers,
            rng.uniform(75.0, 105.0, len(rivers)),
            2.0 * np.pi / rng.uniform(1_700.0, 2_300.0, len(rivers)),
            rng.uniform(0.0, 2.0 * np.pi, len(rivers)),
        ]
    )
    return Warp(waves, bends)
