"""The choice of grids out of many: linear relaxation and whole numbers, by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.partition.graphs import Net

__all__ = ["Choice", "Columns", "Prices", "choose", "columns_of", "relax"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NODES = 200
"""Branches HiGHS may look at; a count, so that a plan repeats exactly."""


@dataclass(frozen=True)
class Columns:
    """Possible grids.

    Attributes
    ----------
    held : ndarray of bool, shape (m, n)
        Units of each grid.
    cost : ndarray of float64, shape (m,)
        Half the weighted seam around it.
    """

    held: Bools
    cost: Floats

    def joined(self, other: Columns) -> Columns:
        """Return the grids of both."""
        return Columns(
            np.concatenate([self.held, other.held]),
            np.concatenate([self.cost, other.cost]),
        )


def columns_of(held: Bools, units: Net, half: Floats) -> Columns:
    """Return grids with their costs, given half the seam of each edge."""
    source = np.repeat(np.arange(units.size), np.diff(units.start))
    cut = held[:, source] & ~held[:, units.near]
    return Columns(held, cut @ half)


@dataclass(frozen=True)
class Prices:
    """Value of the relaxation, and the worth of each unit and of a grid."""

    value: float
    worth: Floats
    grid_worth: float

    def towards(self, centre: Prices) -> Prices:
        """Return prices half-way to others."""
        return Prices(
            self.value,
            (self.worth + centre.worth) / 2,
            (self.grid_worth + centre.grid_worth) / 2,
        )

    def total(self, k: int) -> float:
        """Return what all units and k grids are worth."""
        return float(self.worth.sum()) + k * self.grid_worth

    def reduced(self, columns: Columns) -> Floats:
        """Return the cost of each grid less its worth."""
        return columns.cost - columns.held @ self.worth - self.grid_worth


def relax(columns: Columns, k: int) -> Prices | None:
    """Return the least cost of k grids, taken in shares, that hold each unit once.

    None where the solver gives up; the columns of a plan must be among them.
    """
    from scipy.optimize import linprog  # takes 0.2 s; only this proof needs it
    from scipy.sparse import csc_array

    m, n = columns.held.shape
    matrix = np.concatenate([columns.held.T, np.ones((1, m))])
    # Leaving a unit out, or holding it twice, at a price no plan has to pay: keeps
    # the worth of units within reason while there are few grids.
    slack = np.concatenate([np.eye(n + 1), -np.eye(n + 1)], axis=1)
    price = np.full(2 * n + 2, float(columns.cost.sum()) + 1.0)
    found = linprog(
        np.concatenate([columns.cost, price]),
        A_eq=csc_array(np.concatenate([matrix, slack], axis=1)),
        b_eq=np.append(np.ones(n), k),
        method="highs-ds",
    )
    if found.status != 0:
        return None
    dual = np.asarray(found.eqlin.marginals, np.float64)
    return Prices(float(found.fun), dual[:n], float(dual[n]))


@dataclass(frozen=True)
class Choice:
    """Grids chosen.

    Attributes
    ----------
    label : ndarray of int32 or None
        Grid of each unit; None where no choice was found.
    bound : float
        No choice among the columns has less; infinite where there is none at all.
    """

    label: NDArray[np.int32] | None
    bound: float


def choose(
    columns: Columns, k: int, *, value: Floats | None = None, most: float | None = None
) -> Choice:
    """Return the k grids that hold each unit once at the least value.

    Parameters
    ----------
    columns : Columns
    k : int
    value : ndarray of float64, optional
        What to keep small; the cost unless given.
    most : float, optional
        Cost of all grids together at most.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    m, n = columns.held.shape
    if m < k:
        return Choice(None, np.inf)
    once = csc_array(np.concatenate([columns.held.T, np.ones((1, m))]))
    need = np.append(np.ones(n), k)
    rules = [LinearConstraint(once, need, need)]
    if most is not None:
        rules.append(LinearConstraint(csc_array(columns.cost[None]), -np.inf, most))
    found = milp(
        columns.cost if value is None else value,
        integrality=np.ones(m),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"node_limit": _NODES, "mip_rel_gap": 1e-6},
    )
    if found.status == 2:
        return Choice(None, np.inf)
    bound = found.mip_dual_bound
    bound = -np.inf if bound is None else float(bound)
    if found.x is None:
        return Choice(None, bound)
    chosen = columns.held[found.x > 0.5]
    return Choice(chosen.argmax(axis=0).astype(np.int32), bound)
