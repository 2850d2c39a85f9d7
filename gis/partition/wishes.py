"""What a planner wishes beside the band, as numbers the search can add up.

Every wish is carried by quantities of cells that add up over a grid, already scaled by
its weight, so that the search needs no setting of its own. In the unit of the energy
(about one grid's shape) the wishes of a plan cost

    sum over grids and quantities of (amount - mean)²
    + sum over grids of the root mean square distance of its homes from their middle
    - sum over grids and former grids of (share they have in common)²
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled

__all__ = [
    "NO_WISHES",
    "Wishes",
    "even_change",
    "shift",
    "stay_change",
    "walk_change",
    "walk_of",
    "wishes_energy",
]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Scaled quantities of the vertices of a net.

    Attributes
    ----------
    even : ndarray of float64, shape (n, e)
        What every grid should have alike: load, members, area.
    mean : ndarray of float64, shape (e,)
        What a grid of middling size would have of each.
    walk : ndarray of float64, shape (n, 4) or (n, 0)
        Households, and these times x, y and x² + y².
    former : ndarray of int32, shape (n,) or (0,)
        Former grid of each vertex, -1 where none.
    stay : ndarray of float64, shape (n,) or (0,)
        Scaled households that would stay together.
    """

    even: Floats
    mean: Floats
    walk: Floats
    former: Ints
    stay: Floats

    def of_rows(self, rows: NDArray[np.integer]) -> Wishes:
        """Return the wishes of some vertices, their former grids renumbered."""
        if len(self.former) == 0:
            return Wishes(
                self.even[rows], self.mean, self.walk[rows], self.former, self.stay
            )
        found, number = np.unique(self.former[rows], return_inverse=True)
        number -= int(len(found) > 0 and found[0] < 0)
        return Wishes(
            self.even[rows],
            self.mean,
            self.walk[rows],
            number.astype(np.int32),
            self.stay[rows],
        )

    def contracted(self, unit: Ints) -> Wishes:
        """Return the wishes of numbered groups of vertices.

        A group counts as of the former grid most of its households were in.
        """
        n = int(unit.max()) + 1
        if len(self.former) == 0:
            return Wishes(
                _added(unit, self.even, n),
                self.mean,
                _added(unit, self.walk, n),
                self.former,
                self.stay,
            )
        stay = _added(unit, self.stay[:, None], n)[:, 0]
        return Wishes(
            _added(unit, self.even, n),
            self.mean,
            _added(unit, self.walk, n),
            _leading(unit, self.former, self.stay, n),
            stay,
        )


NO_WISHES = Wishes(
    np.zeros((0, 0)),
    np.zeros(0),
    np.zeros((0, 0)),
    np.zeros(0, np.int32),
    np.zeros(0),
)
"""Of a net nobody asks anything of."""


def _added(group: NDArray[np.integer], values: Floats, count: int) -> Floats:
    """Return the sum of each column per group."""
    result = np.zeros((count, values.shape[1]))
    for column in range(values.shape[1]):
        result[:, column] = np.bincount(group, values[:, column], minlength=count)
    return result


def _leading(unit: Ints, former: Ints, stay: Floats, count: int) -> Ints:
    """Return the former grid that most of each group was in, the first of equals."""
    width = int(former.max(initial=-1)) + 2
    key, number = np.unique(
        unit.astype(np.int64) * width + former + 1, return_inverse=True
    )
    held = np.bincount(number, stay + 1e-9, minlength=len(key))
    result = np.full(count, -1, np.int32)
    # The last one written wins: the most households, then the lowest number.
    order = np.lexsort((-key, held))
    result[key[order] // width] = key[order] % width - 1
    return result


def wishes_energy(wishes: Wishes, label: Ints, k: int) -> float:
    """Return what the wishes of a plan cost; less is better.

    Parameters
    ----------
    wishes : Wishes
    label : ndarray of int32, shape (n,)
        Grid of each vertex.
    k : int
        Number of grids; those without a vertex cost nothing.
    """
    used = np.bincount(label, minlength=k) > 0
    even = _added(label, wishes.even, k)[used]
    cost = float(((even - wishes.mean) ** 2).sum())
    if wishes.walk.shape[1]:
        h, x, y, r = _added(label, wishes.walk, k)[used].T
        h = np.maximum(h, 1e-12)
        spread = np.maximum(r - (x * x + y * y) / h, 0.0) / h
        cost += float(np.sqrt(spread).sum())
    if len(wishes.former):
        known = wishes.former >= 0
        width = int(wishes.former.max(initial=-1)) + 1
        _, number = np.unique(
            label[known].astype(np.int64) * width + wishes.former[known],
            return_inverse=True,
        )
        together = np.bincount(number, wishes.stay[known])
        cost -= float((together**2).sum())
    return cost


@compiled
def shift(sums: Floats, a: int, b: int, amount: Floats) -> None:
    """Move amounts from the sums of grid a to those of grid b."""
    for c in range(sums.shape[1]):
        sums[a, c] -= amount[c]
        sums[b, c] += amount[c]


@compiled
def even_change(sums: Floats, a: int, b: int, amount: Floats) -> float:
    """Return what it costs evenness that some amounts go from a to b."""
    change = 0.0
    for c in range(sums.shape[1]):
        change += 2 * amount[c] * (sums[b, c] - sums[a, c] + amount[c])
    return change


@compiled
def walk_of(h: float, x: float, y: float, r: float) -> float:
    """Return the root mean square distance of homes from their middle."""
    if h <= 1e-12:
        return 0.0
    return sqrt(max(0.0, r - (x * x + y * y) / h) / h)


@compiled
def walk_change(sums: Floats, a: int, b: int, amount: Floats) -> float:
    """Return how much longer the walks get when some homes go from a to b."""
    before = walk_of(sums[a, 0], sums[a, 1], sums[a, 2], sums[a, 3]) + walk_of(
        sums[b, 0], sums[b, 1], sums[b, 2], sums[b, 3]
    )
    after = walk_of(
        sums[a, 0] - amount[0],
        sums[a, 1] - amount[1],
        sums[a, 2] - amount[2],
        sums[a, 3] - amount[3],
    ) + walk_of(
        sums[b, 0] + amount[0],
        sums[b, 1] + amount[1],
        sums[b, 2] + amount[2],
        sums[b, 3] + amount[3],
    )
    return after - before


@compiled
def stay_change(
    together: Floats,
    a: int,
    b: int,
    former: Ints,
    stay: Floats,
    moving: Ints,
    count: int,
) -> float:
    """Return what it costs that some vertices go from a to b, and book the move."""
    change = 0.0
    for q in range(count):
        v = moving[q]
        f = former[v]
        if f < 0:
            continue
        change -= 2 * stay[v] * (together[b, f] - together[a, f] + stay[v])
        together[a, f] -= stay[v]
        together[b, f] += stay[v]
    return change
