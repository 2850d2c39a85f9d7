"""Divide one connected piece into resident grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import random_state
from gis.partition.bounds import grid_counts, least_out, out_of_band
from gis.partition.exact import fewest_out
from gis.partition.graphs import Net, connected_pieces, contract
from gis.partition.local_bounds import local_bounds
from gis.partition.local_search import (
    DEFAULT_WEIGHTS,
    Groups,
    Weights,
    anneal,
    groups_of,
)
from gis.partition.mend import mend, mend_exactly
from gis.partition.regions import anneal_regions
from gis.partition.score import Measures, measure
from gis.partition.trees import tree_seed
from gis.partition.wishes import NO_WISHES

__all__ = ["EFFORTS", "Effort", "PieceResult", "block_units", "solve_piece"]

Ints = NDArray[np.int32]

LARGE = 5_000
"""Cells above which a piece gets fewer starts, its plan being an average anyway."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try; counts, never seconds, so that a plan repeats exactly.

    Attributes
    ----------
    starts : int
        Independent starts on whole blocks.
    block_tries, cell_tries : int
        Moves tried per block and per cell.
    trees : int
        Spanning trees drawn for each cut.
    repairs : int
        Windows drawn again around grids outside the band.
    states : int
        States the exact search of a whole piece may look at.
    exact_cells : int
        Largest piece the exact search is asked about.
    window_cells, window_states : int
        The same for windows around single grids, when a better plan is sought.
    proof_states : int
        States for windows around single grids, when a bound is to be proved.
    move_states : int
        Plans looked at for the fewest moves, when a plan is drawn again.
    """

    starts: int = 3
    block_tries: int = 1500
    cell_tries: int = 250
    trees: int = 8
    repairs: int = 60
    states: int = 1_000_000
    exact_cells: int = 1000
    window_cells: int = 40
    window_states: int = 30_000
    proof_states: int = 100_000
    move_states: int = 20_000


EFFORTS: dict[str, Effort] = {
    "fast": Effort(),
    "best": Effort(
        starts=5,
        block_tries=4500,
        cell_tries=1000,
        trees=16,
        repairs=300,
        states=6_000_000,
        exact_cells=2000,
        window_cells=60,
        window_states=60_000,
        proof_states=300_000,
        move_states=60_000,
    ),
}


@dataclass(frozen=True)
class PieceResult:
    """Grids of one connected piece.

    Attributes
    ----------
    label : ndarray of int32, shape (n,)
        Grid of each cell, 0 to the number of grids - 1, all in use.
    out : int
        Households outside the band.
    bound : int
        No plan has fewer.
    exact : bool
        Whether an exact search over all plans gave the bound.
    proved : frozenset of int
        Grids of which an exact search around them shows that they cannot be better.
    """

    label: Ints
    out: int
    bound: int
    exact: bool
    proved: frozenset[int] = frozenset()


def block_units(net: Net, high: int) -> Ints:
    """Return the units to move as wholes: compounds, else blocks, else cells.

    A unit is a connected part of a compound or block, and is used only when the
    whole compound or block fits into one grid.
    """
    n = net.size
    unit = np.arange(n, dtype=np.int64)
    for group in (net.block, net.compound):
        if len(group) == 0 or group.max(initial=-1) < 0:
            continue
        held = group >= 0
        # A block that two compounds share is divided along their edge.
        key = np.where(held, group.astype(np.int64) * (n + 1), -1)
        if group is net.block:
            key = np.where(held, key + net.compound + 1, -1)
        _, color = np.unique(key, return_inverse=True)
        piece = connected_pieces(net, np.where(held, color, -1))
        count = int(piece.max(initial=-1)) + 1
        load = np.bincount(piece[held], net.households[held], minlength=count)
        fits = held & (load[piece] <= high)
        unit = np.where(fits, piece + n * (1 if group is net.block else 2), unit)
    _, first, number = np.unique(unit, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[number].astype(np.int32)


def _numbered(label: Ints) -> Ints:
    """Return labels with the numbers 0, 1, 2 … and none left out."""
    _, place = np.unique(label, return_inverse=True)
    result: Ints = place.astype(np.int32)
    return result


def _better(a: Measures, b: Measures | None) -> bool:
    """Return whether plan a beats plan b: band first, then energy."""
    return b is None or (a.out, a.energy) < (b.out, b.energy)


@dataclass
class _Search:
    """What the starts on one piece share."""

    net: Net
    low: int
    high: int
    effort: Effort
    weights: Weights
    groups: Groups
    bound: int
    best: Ints | None = None
    score: Measures | None = None
    tried: Ints | None = None
    proved: frozenset[int] = frozenset()
    searched: int = -1
    exact: bool = False

    def offer(self, label: Ints, k: int) -> None:
        """Keep a plan when it beats the best one so far."""
        score = measure(
            self.net, label, k, low=self.low, high=self.high, weights=self.weights
        )
        if _better(score, self.score):
            self.best, self.score = label, score

    def start(self, unit: Ints | None, k: int, words: tuple[int, ...]) -> None:
        """Search once, on whole blocks first when `unit` is given."""
        state = random_state(*words)
        label: Ints
        if unit is not None:
            coarse = contract(self.net, unit)
            label = tree_seed(
                coarse,
                k,
                low=self.low,
                high=self.high,
                trees=self.effort.trees,
                state=state,
            )
            label = anneal(
                coarse,
                label,
                k,
                low=self.low,
                high=self.high,
                proposals=self.effort.block_tries * coarse.size,
                state=state,
                weights=self.weights,
            )[unit]
        else:
            label = tree_seed(
                self.net,
                k,
                low=self.low,
                high=self.high,
                trees=self.effort.trees,
                state=state,
            )
            label = anneal(
                self.net,
                label,
                k,
                low=self.low,
                high=self.high,
                proposals=(4 if self.net.size <= LARGE else 2)
                * self.effort.cell_tries
                * self.net.size,
                state=state,
                weights=self.weights,
                groups=self.groups,
                pieces=0.1,
            )
        label = self.refine(label, k, state)
        self.offer(label, k)
        self.prove()
        first = self.searched < 0
        if self.is_stuck and first:
            self.solve_exactly((*words, 1))
        if not self.is_stuck:
            return
        label = self.mend_exactly(label, state)
        for _ in range(3 if first else 1):
            if not self.is_stuck:
                break
            before, k = label, int(label.max()) + 1
            label = mend(
                self.net,
                label,
                k,
                low=self.low,
                high=self.high,
                rounds=self.effort.repairs,
                tries=self.effort.cell_tries,
                weights=self.weights,
                state=state,
            )
            self.offer(label, k)
            if self.is_stuck:
                label = self.mend_exactly(label, state)
            if (label == before).all():
                break
        k = int(label.max()) + 1
        label = self.refine(label, k, state)
        self.offer(label, k)
        for _ in range(6):
            so_far = self.score
            if self.is_stuck and self.best is not None:
                self.mend_exactly(self.best, state)
            if self.score is so_far:
                break
        self.prove()

    def mend_exactly(self, label: Ints, state: NDArray[np.uint64]) -> Ints:
        """Solve windows around bad grids; the result is offered too."""
        label = mend_exactly(
            self.net,
            label,
            low=self.low,
            high=self.high,
            cells=self.effort.window_cells,
            states=self.effort.window_states,
            state=state,
        )
        self.offer(label, int(label.max()) + 1)
        return label

    @property
    def is_stuck(self) -> bool:
        """Whether more households are outside the band than is proven to be due."""
        return self.score is not None and self.score.out > self.bound

    def prove(self) -> None:
        """Raise the bound by what exact searches around the bad grids show."""
        if self.best is not None and self.best is not self.tried and self.is_stuck:
            self.tried = self.best
            bound, self.proved = local_bounds(
                self.net,
                _numbered(self.best),
                low=self.low,
                high=self.high,
                states=self.effort.proof_states,
            )
            self.bound = max(self.bound, bound)

    def solve_exactly(self, words: tuple[int, ...]) -> None:
        """Search all plans for a better one, or prove that there is none."""
        assert self.score is not None
        # The same search below the same number would fail again.
        if self.net.size > self.effort.exact_cells or self.searched == self.score.out:
            return
        self.searched = self.score.out
        found = fewest_out(
            self.net,
            low=self.low,
            high=self.high,
            upper=self.score.out,
            states=self.effort.states,
        )
        if found.label is not None:
            k = int(found.label.max()) + 1
            self.offer(found.label, k)
            self.offer(self.refine(found.label, k, random_state(*words)), k)
        if found.proven:
            self.bound = self.score.out
            self.exact = True

    def learn(self, plain: PieceResult, words: tuple[int, ...]) -> None:
        """Go on from a plan made without wishes, and from what it proved."""
        k = int(plain.label.max()) + 1
        self.offer(plain.label, k)
        self.offer(self.refine(plain.label, k, random_state(*words)), k)
        self.bound = max(self.bound, plain.bound)
        self.exact = self.exact or plain.exact

    def refine(self, label: Ints, k: int, state: NDArray[np.uint64]) -> Ints:
        """Move cells and block pieces at low temperature, the band stiff."""
        if self.net.size > LARGE:
            return anneal_regions(
                self.net,
                label,
                low=self.low,
                high=self.high,
                tries=self.effort.cell_tries,
                state=state,
                weights=self.weights,
                hot=0.1,
                cold=0.005,
                soft_band=0.3,
                pieces=0.1,
            )
        return anneal(
            self.net,
            label,
            k,
            low=self.low,
            high=self.high,
            proposals=self.effort.cell_tries * self.net.size,
            state=state,
            weights=self.weights,
            groups=self.groups,
            hot=0.1,
            cold=0.005,
            soft_band=0.3,
            pieces=0.1,
        )


def solve_piece(
    net: Net,
    *,
    low: int,
    high: int,
    seed: int,
    effort: Effort,
    weights: Weights = DEFAULT_WEIGHTS,
    stop: Callable[[int], bool] | None = None,
) -> PieceResult:
    """Divide a connected piece on which somebody lives.

    Parameters
    ----------
    net : Net
        Connected.
    low, high : int
        Band of households.
    seed : int
        Same seed and effort, same grids.
    effort : Effort
    weights : Weights
    stop : callable, optional
        Asked after each start with its number whether to end the search; starts go
        on until it says yes, however many `effort` names.
    """
    bound = least_out(net.households, low=low, high=high)
    counts = grid_counts(net.households, low=low, high=high)
    one = np.zeros(net.size, np.int32)
    if net.size == 1 or net.total <= low:
        out = int(out_of_band(np.array([net.total]), low=low, high=high)[0])
        return PieceResult(one, out, out, exact=True)
    search = _Search(net, low, high, effort, weights, groups_of(net), bound)
    unit = block_units(net, high)
    units = int(unit.max()) + 1
    starts = effort.starts if net.size <= LARGE else max(1, effort.starts // 4)
    number = 0
    while True:
        k = counts[0]
        whole = units >= k and units < net.size
        search.start(unit if whole else None, k, (seed, number))
        number += 1
        if stop(number) if stop is not None else number >= starts:
            break
    if net.size <= LARGE:
        # The band comes before blocks and the wished number of grids.
        for k in counts[:4]:
            for whole in (True, False):
                if search.is_stuck and (not whole or units >= k):
                    search.start(unit if whole else None, k, (seed, number))
                    number += 1
    if search.is_stuck:
        search.solve_exactly((seed, number, 1))
    if search.is_stuck and net.wishes is not NO_WISHES:
        # Whatever is wished for, no household is out of the band for its sake.
        plain = solve_piece(
            replace(net, wishes=NO_WISHES),
            low=low,
            high=high,
            seed=seed,
            effort=effort,
            weights=weights,
            stop=stop,
        )
        search.learn(plain, (seed, number, 2))
    assert search.best is not None
    assert search.score is not None
    label = _numbered(search.best)
    search.prove()
    proved = search.proved if search.tried is search.best else frozenset()
    return PieceResult(label, search.score.out, search.bound, search.exact, proved)
