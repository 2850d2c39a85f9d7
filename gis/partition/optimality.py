"""How far a plan is from the shortest seams, and the roundest plan that is near them.

Every connected set of units that fits the band is a possible grid. Choosing as many
as the plan has, each unit in one, at the least weighted seam (a metre on a street
counts 1, one inside a block more) is a set-partitioning problem. Its linear relaxation,
solved by column generation over all possible grids, is a proven lower bound; grids that
cost more than their worth by the distance between bound and plan are in no better plan
(reduced-cost fixing), and the few that are left make a small problem in whole numbers.
The classics are Garfinkel and Nemhauser (1970) and Mehrotra, Johnson and Nemhauser
(1998).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import random_state
from gis.partition.bounds import out_of_band
from gis.partition.graphs import Net, contract
from gis.partition.local_search import DEFAULT_WEIGHTS, Weights, anneal
from gis.partition.masters import (
    Choice,
    Columns,
    Prices,
    choose,
    columns_of,
    relax,
)
from gis.partition.pricing import cheap_grids
from gis.partition.score import measure
from gis.partition.solve import block_units
from gis.partition.wishes import NO_WISHES

__all__ = ["OFF_STREET", "SeamProof", "prove_seams", "seam_cost"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

OFF_STREET = 3.33
"""Cost of a metre inside a block beside one on a street."""

NEAR = 0.01
"""Share by which the seam of the plan may be longer than the bound, for its shape."""

MOST_CELLS, MOST_UNITS = 80, 150
"""Cells, and units of whole blocks, of pieces a proof is tried for."""

CELL_WORK, BLOCK_WORK = 200_000_000, 800_000_000
"""Units looked at in all sets; counts, so that a plan repeats exactly."""

MOST_COLUMNS = 1_500
"""Grids in a problem in whole numbers."""

_STARTS = 12
_FIRST_SETS = 2_000
_SLOPES = np.array([0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9])


@dataclass(frozen=True)
class SeamProof:
    """A plan's weighted seam beside a proven lower bound.

    Attributes
    ----------
    cost : float
        Weighted metres of seam of the plan.
    bound : float
        No plan of the class with as many grids, all in the band, has less.
    scope : {"cells", "blocks"}
        The class: every plan there is of these cells; or plans of whole blocks and
        compounds, with cells only inside those above the band or cut by the plan
        that was to be proved.
    label : ndarray of int32, shape (n,)
        The plan: the one given, or one that is better.
    """

    cost: float
    bound: float
    scope: str
    label: Ints

    @property
    def distance(self) -> float:
        """Return by what share the plan is longer than the bound."""
        return self.cost / self.bound - 1 if self.bound > 0 else 0.0


def seam_cost(net: Net, label: Ints) -> float:
    """Return the metres of seam of a plan, those inside blocks weighted.

    Examples
    --------
    >>> from gis.partition.graphs import path_net
    >>> seam_cost(path_net([200] * 4), np.array([0, 0, 1, 1], np.int32))
    100.0
    """
    source = np.repeat(np.arange(net.size), np.diff(net.start))
    return float(_seam(net)[label[source] != label[net.near]].sum()) / 2


def _seam(net: Net) -> Floats:
    """Return the weighted metres of each edge."""
    weighted: Floats = net.length + (OFF_STREET - 1) * net.inside
    return weighted


def prove_seams(
    net: Net,
    label: Ints,
    *,
    low: int,
    high: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> SeamProof | None:
    """Return a plan with seams proven to be near the shortest, and the proof.

    Parameters
    ----------
    net : Net
        A connected piece.
    label : ndarray of int32, shape (n,)
        Its grids, 0 to k - 1, all in the band and in one piece.
    low, high : int
        The band.
    weights : Weights
        Of all plans within 1 % of the bound, the one is taken that costs least by
        the weights of shape and split groups. Where none is as near, the shortest.

    Returns
    -------
    SeamProof or None
        None where no proof was reached within the counted work, or a grid is out of
        the band. Where the piece has wishes, the plan stays as it is.

    Examples
    --------
    Four blocks in a row, cut in the middle: 100 m, and no plan has less.

    >>> from gis.partition.graphs import path_net
    >>> plan = np.array([0, 0, 1, 1], np.int32)
    >>> found = prove_seams(path_net([200] * 4), plan, low=300, high=500)
    >>> found.cost, round(found.bound, 6), found.scope
    (100.0, 100.0, 'cells')
    """
    k = int(label.max()) + 1
    load = np.bincount(label, net.households, minlength=k).astype(np.int64)
    if out_of_band(load, low=low, high=high).any():
        return None
    if k == 1:
        return SeamProof(0.0, 0.0, "cells", label)
    proof = None
    unit = _plan_units(net, label, high)
    if net.size <= MOST_CELLS:
        every = np.arange(net.size, dtype=np.int32)
        proof = _Class(net, every, label, low, high, weights, CELL_WORK).prove("cells")
    if proof is not None and proof.distance <= NEAR:
        return proof
    if int(unit.max()) < MOST_UNITS:
        whole = _Class(net, unit, label, low, high, weights, BLOCK_WORK)
        return whole.prove("blocks") or proof
    return proof


def _plan_units(net: Net, label: Ints, high: int) -> Ints:
    """Return whole blocks and compounds, in cells where the plan cuts them."""
    unit = block_units(net, high)
    n = int(unit.max()) + 1
    pairs = np.unique(np.stack([unit, label], axis=1), axis=0)
    cut = np.bincount(pairs[:, 0], minlength=n) > 1
    key = np.where(cut[unit], n + np.arange(net.size), unit)
    _, number = np.unique(key, return_inverse=True)
    return number.astype(np.int32)


class _Class:
    """Plans of some units, with as many grids as a given plan."""

    def __init__(
        self,
        net: Net,
        unit: Ints,
        label: Ints,
        low: int,
        high: int,
        weights: Weights,
        work: int,
    ) -> None:
        self.net, self.unit, self.label = net, unit, label
        self.low, self.high = low, high
        # Seams are held near the shortest by themselves.
        self.weights = replace(weights, off_street=0.0)
        self.k = int(label.max()) + 1
        self.units = contract(net, unit)
        self.half = _seam(self.units) / 2
        self.sets_left = work // self.units.size
        self.given = np.empty(self.units.size, np.int32)
        self.given[unit] = label

    def prove(self, scope: str) -> SeamProof | None:
        """Return the best plan of the class and a bound, None without one."""
        prices = self._prices()
        if prices is None:
            return None
        best, bound = self._shortest(prices)
        if self.net.wishes is NO_WISHES:
            best = self._roundest(prices, best, bound)
            label: Ints = best[self.unit]
        else:
            label = self.label
        return SeamProof(seam_cost(self.net, label), bound, scope, label)

    def _prices(self) -> Prices | None:
        """Return prices at which no grid costs less than its worth; column generation.

        The value of the prices is a bound for all plans of the class.
        """
        columns = self._first_columns()
        centre: Prices | None = None
        most_sets = _FIRST_SETS
        while self.sets_left > 0:
            prices = relax(columns, self.k)
            if prices is None:
                return None
            if centre is not None and centre.value >= prices.value * (1 - 1e-6):
                return centre
            fresh = complete = False
            for tried in (prices.towards(centre), prices) if centre else (prices,):
                held, worth, complete = self._cheap(tried, -1e-6, 5, most_sets)
                if complete:
                    least = min(0.0, float(worth.min(initial=0.0)))
                    value = tried.total(self.k) + self.k * least
                    if centre is None or value > centre.value:
                        # Lowered, so that no grid costs less than its worth.
                        centre = Prices(value, tried.worth, tried.grid_worth + least)
                found = columns_of(held, self.units, self.half)
                if (prices.reduced(found) < -1e-6).any():
                    columns, fresh = columns.joined(found), True
                    break
            if not fresh and complete:
                return centre
            if not fresh:
                most_sets *= 8
        return None

    def _first_columns(self) -> Columns:
        """Return the grids of the given plan and of short searches for short seams."""
        bare = replace(
            self.units,
            inside=2 * self.half,
            block=np.full(self.units.size, -1, np.int32),
            compound=np.full(self.units.size, -1, np.int32),
            wishes=NO_WISHES,
        )
        only_seams = Weights(off_street=0.015, shape=0.0, centre=0.0)
        state = random_state(self.units.size, self.k)
        plans = [self.given]
        plans += [
            anneal(
                bare,
                self.given,
                self.k,
                low=self.low,
                high=self.high,
                proposals=750 * bare.size,
                state=state,
                weights=only_seams,
                hot=(0.3, 1.0)[number % 2],
                cold=0.02,
            )
            for number in range(_STARTS)
        ]
        held = np.concatenate([p == np.arange(self.k)[:, None] for p in plans])
        load = held @ self.units.households
        fits = out_of_band(load, low=self.low, high=self.high) == 0
        return columns_of(np.unique(held[fits], axis=0), self.units, self.half)

    def _cheap(
        self, prices: Prices, below: float, keep: int, per_root: int
    ) -> tuple[NDArray[np.bool_], Floats, bool]:
        """Return grids that cost less than their worth and a limit."""
        load = self.units.households
        rate = prices.worth[load > 0] / load[load > 0]
        slopes = np.maximum(np.quantile(rate, _SLOPES), 0.0)
        held, value, looked, complete = cheap_grids(
            self.units.start,
            self.units.near,
            self.half,
            load,
            self.low,
            self.high,
            prices.worth,
            prices.grid_worth,
            below,
            np.append(slopes, 0.0),
            keep,
            per_root,
            self.sets_left,
        )
        self.sets_left -= looked
        return held, value, complete

    def _within(self, prices: Prices, room: float) -> tuple[Columns, float] | None:
        """Return all grids of plans that cost at most the bound and some metres.

        Where there are too many, the metres are cut down; they come second. None where
        the work is used up.
        """
        held, value, complete = self._cheap(
            prices, room + 1e-6, np.iinfo(np.int64).max, np.iinfo(np.int64).max
        )
        if not complete:
            return None
        if len(held) > MOST_COLUMNS:
            cheapest = np.argsort(value, kind="stable")
            room = float(value[cheapest[MOST_COLUMNS]]) - 1e-6
            held = held[cheapest[:MOST_COLUMNS]]
        return columns_of(held, self.units, self.half), room

    def _shortest(self, prices: Prices) -> tuple[Ints, float]:
        """Return the shortest plan found, and a bound for all of the class."""
        best, cost = self.given, seam_cost(self.units, self.given)
        bound, wanted = min(prices.value, cost), max(NEAR * prices.value, 1.0)
        while True:
            wanted = min(wanted, cost - prices.value)
            within = self._within(prices, wanted)
            if within is None:
                return best, bound
            columns, room = within
            found = choose(columns, self.k)
            best, cost = self._shorter(found, best, cost)
            # A plan that needs other grids costs more than the room allows.
            bound = max(bound, min(cost, prices.value + room, found.bound))
            solved = found.bound >= min(cost, prices.value + room) - 1e-6
            if cost <= prices.value + room or room < wanted or not solved:
                return best, bound
            wanted *= 3

    def _shorter(self, found: Choice, best: Ints, cost: float) -> tuple[Ints, float]:
        """Return the plan found, when it is shorter, and its cost."""
        if found.label is None:
            return best, cost
        fresh = seam_cost(self.units, found.label)
        return (found.label, fresh) if fresh < cost else (best, cost)

    def _roundest(self, prices: Prices, best: Ints, bound: float) -> Ints:
        """Return the plan of the best shapes among those near the bound."""
        cost = seam_cost(self.units, best)
        longest = max(cost, (1 + NEAR) * bound)
        plans = [best]
        if seam_cost(self.units, self.given) <= longest:
            plans.append(self.given)
        within = self._within(prices, longest - prices.value)
        if within is not None:
            columns, _ = within
            energy = self._energy(columns)
            found = choose(columns, self.k, value=energy, most=longest + 1e-6)
            if found.label is not None:
                plans.append(found.label)
        return min(plans, key=self._energy_of)

    def _energy_of(self, label: Ints) -> float:
        """Return what shapes and split groups of a plan cost."""
        found = measure(
            self.net,
            label[self.unit],
            self.k,
            low=self.low,
            high=self.high,
            weights=self.weights,
        )
        return found.energy

    def _energy(self, columns: Columns) -> Floats:
        """Return what each grid adds to that cost, but for a constant."""
        held, units = columns.held, self.units
        source = np.repeat(np.arange(units.size), np.diff(units.start))
        cut = held[:, source] & ~held[:, units.near]
        outline = held @ units.outer + cut @ units.length
        compact = 4 * np.pi * (held @ units.area) / np.maximum(outline, 1e-9) ** 2
        weights = self.weights
        energy: Floats = weights.shape / compact
        energy += weights.split_block * self._groups_met(held, self.net.block)
        energy += weights.split_compound * self._groups_met(held, self.net.compound)
        return energy

    def _groups_met(self, held: NDArray[np.bool_], group: Ints) -> Floats:
        """Return how many blocks or compounds each grid has a part of."""
        known = group >= 0
        has = np.zeros((self.units.size, int(group.max(initial=-1)) + 1), np.int64)
        has[self.unit[known], group[known]] = 1
        met: Floats = (held @ has > 0).sum(axis=1).astype(np.float64)
        return met
