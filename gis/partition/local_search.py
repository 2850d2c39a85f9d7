"""Annealing of single cells and whole pieces of blocks between grids.

Every move keeps both grids in one piece; the check is exact. The energy of a plan
is what a planner would rather not see, in one unit (about one grid's shape):

    sum of 1/PP + metres off street + blocks and compounds split
    + households outside the band + a light pull towards the middle of the band
    + what the wishes of the planner cost (`wishes`)

Where there are wishes, no move of the second half of a search takes a household out of
the band for their sake.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled, uniform
from gis.partition.graphs import Net
from gis.partition.wishes import (
    NO_WISHES,
    even_change,
    shift,
    stay_change,
    walk_change,
)

__all__ = ["DEFAULT_WEIGHTS", "Groups", "Weights", "anneal", "groups_of"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the energy costs.

    Attributes
    ----------
    off_street : float
        Per metre of seam inside a block.
    split_block, split_compound : float
        Per grid beyond the first that holds a part of the group.
    band : float
        Per household outside the band, at the end of the search.
    centre : float
        Times the square of a grid's distance from the middle of the band, in
        half-widths of the band.
    shape : float
        Times 1/PP, summed over grids.
    move : float
        Per household that leaves its grid, when a plan is drawn again.
    """

    off_street: float = 0.015
    split_block: float = 0.25
    split_compound: float = 2.0
    band: float = 2.0
    centre: float = 0.02
    shape: float = 1.0
    move: float = 0.05


DEFAULT_WEIGHTS = Weights()
"""What a planner gets who asks for nothing else."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Members of each block and each compound, stored by row."""

    block_start: Ints
    block_member: Ints
    compound_start: Ints
    compound_member: Ints


def _members(group: Ints) -> tuple[Ints, Ints]:
    """Return where the members of each group start, and the members."""
    count = int(group.max(initial=-1)) + 1
    order = np.argsort(group, kind="stable").astype(np.int32)
    order = order[int((group < 0).sum()) :]
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(group[group >= 0], minlength=count), out=start[1:])
    return start, order


def groups_of(net: Net) -> Groups:
    """Return the members of the blocks and compounds of a net."""
    return Groups(*_members(net.block), *_members(net.compound))


@compiled
def _split_change(
    group: int, start: Ints, member: Ints, label: Ints, a: int, b: int, moving: int
) -> int:
    """Return how many more grids share a group when `moving` of it go a → b.

    A group of very many cells is in many grids anyway, and counting it would cost
    more than it tells.
    """
    if start[group + 1] - start[group] > 256:
        return 0
    left, there = -moving, 0
    for e in range(start[group], start[group + 1]):
        z = label[member[e]]
        if z == a:
            left += 1
        elif z == b:
            there += 1
    return int(there == 0) - int(left == 0)


@compiled
def _anneal(
    start: Ints,
    near: Ints,
    length: Floats,
    inside: Floats,
    households: NDArray[np.int64],
    area: Floats,
    outer: Floats,
    block: Ints,
    compound: Ints,
    block_start: Ints,
    block_member: Ints,
    compound_start: Ints,
    compound_member: Ints,
    home: Ints,
    wishing: bool,
    even: Floats,
    walk: Floats,
    former: Ints,
    stay: Floats,
    label: Ints,
    k: int,
    setting: Floats,
    proposals: int,
    state: NDArray[np.uint64],
) -> int:
    """Improve `label` in place by `proposals` tries; return the moves made."""
    n = len(households)
    low, high = setting[0], setting[1]
    w_off, w_block, w_compound = setting[2], setting[3], setting[4]
    band_first, band_last = setting[5], setting[6]
    w_centre, w_shape = setting[7], setting[8]
    hot, cold, piece_share = setting[9], setting[10], setting[11]
    w_move = setting[12]
    middle, half = (low + high) / 2, max((high - low) / 2, 1.0)
    per = outer.copy()
    for v in range(n):
        for e in range(start[v], start[v + 1]):
            per[v] += length[e]
    weight = np.zeros(k, np.float64)
    size = np.zeros(k, np.float64)
    round_ = np.zeros(k, np.float64)
    for v in range(n):
        z = label[v]
        weight[z] += households[v]
        size[z] += area[v]
        round_[z] += per[v]
        for e in range(start[v], start[v + 1]):
            if label[near[e]] == z:
                round_[z] -= length[e]
    even_sums = np.zeros((k, even.shape[1]), np.float64)
    walk_sums = np.zeros((k, walk.shape[1]), np.float64)
    common = np.zeros((k, former.max() + 1 if len(former) else 0), np.float64)
    even_go = np.zeros(even.shape[1], np.float64)
    walk_go = np.zeros(walk.shape[1], np.float64)
    if wishing:
        for v in range(n):
            z = label[v]
            for column in range(even.shape[1]):
                even_sums[z, column] += even[v, column]
            for column in range(walk.shape[1]):
                walk_sums[z, column] += walk[v, column]
            if len(former) > 0 and former[v] >= 0:
                common[z, former[v]] += stay[v]
    scale = w_shape / (4 * pi)
    seen = np.zeros(n, np.int64)
    stamp = 0
    moving = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    moved = 0
    every = max(1, proposals // 200)
    temperature, w_band = hot, band_first
    cool = (cold / hot) ** (1 / 200)
    stiffen = (band_last / band_first) ** (1 / 200)
    for t in range(proposals):
        if t % every == 0 and t > 0:
            temperature *= cool
            w_band *= stiffen
        c = int(uniform(state) * n)
        degree = start[c + 1] - start[c]
        if degree == 0:
            continue
        e = start[c] + int(uniform(state) * degree)
        a, b = label[c], label[near[e]]
        if a == b:
            continue
        # What moves: the cell, or its whole block piece inside its grid.
        stamp += 1
        seen[c] = stamp
        moving[0] = c
        count = 1
        if block[c] >= 0 and piece_share > 0 and uniform(state) < piece_share:
            head = 0
            while head < count:
                v = moving[head]
                head += 1
                for e in range(start[v], start[v + 1]):
                    w = near[e]
                    if seen[w] != stamp and label[w] == a and block[w] == block[c]:
                        seen[w] = stamp
                        moving[count] = w
                        count += 1
        go, ground, edge = 0.0, 0.0, 0.0
        to_a, to_b, off_a, off_b = 0.0, 0.0, 0.0, 0.0
        for q in range(count):
            v = moving[q]
            go += households[v]
            ground += area[v]
            edge += per[v]
            for e in range(start[v], start[v + 1]):
                w = near[e]
                if seen[w] == stamp:
                    edge -= length[e]
                elif label[w] == a:
                    to_a += length[e]
                    off_a += inside[e]
                elif label[w] == b:
                    to_b += length[e]
                    off_b += inside[e]
        if to_a == 0.0 or size[a] - ground <= 0.0:
            continue
        round_a = round_[a] - edge + 2 * to_a
        round_b = round_[b] + edge - 2 * to_b
        ha, hb = weight[a] - go, weight[b] + go
        gain = scale * (
            round_a * round_a / (size[a] - ground)
            - round_[a] * round_[a] / size[a]
            + round_b * round_b / (size[b] + ground)
            - round_[b] * round_[b] / size[b]
        )
        gain += w_off * (off_a - off_b)
        excess = (
            max(0.0, low - ha)
            + max(0.0, ha - high)
            + max(0.0, low - hb)
            + max(0.0, hb - high)
            - max(0.0, low - weight[a])
            - max(0.0, weight[a] - high)
            - max(0.0, low - weight[b])
            - max(0.0, weight[b] - high)
        )
        gain += w_band * excess
        gain += (
            w_centre
            * (
                (ha - middle) ** 2
                + (hb - middle) ** 2
                - (weight[a] - middle) ** 2
                - (weight[b] - middle) ** 2
            )
            / (half * half)
        )
        if w_move > 0:
            for q in range(count):
                v = moving[q]
                if home[v] == a:
                    gain += w_move * (households[v] + 0.5)
                elif home[v] == b:
                    gain -= w_move * (households[v] + 0.5)
        if wishing:
            even_go[:] = 0.0
            walk_go[:] = 0.0
            for q in range(count):
                for column in range(even.shape[1]):
                    even_go[column] += even[moving[q], column]
                for column in range(walk.shape[1]):
                    walk_go[column] += walk[moving[q], column]
            gain += even_change(even_sums, a, b, even_go)
            if walk.shape[1] > 0:
                gain += walk_change(walk_sums, a, b, walk_go)
            if len(former) > 0:
                gain += stay_change(common, a, b, former, stay, moving, count)
                stay_change(common, b, a, former, stay, moving, count)
            if 2 * t >= proposals:
                if excess > 0:
                    continue
                if excess < 0:
                    gain = min(gain, -1e12)
        limit = -temperature * log(uniform(state) + 1e-300)
        if gain - w_block * count - w_compound * count > limit:
            continue
        if w_block > 0 and count == 1 and block[c] >= 0:
            gain += w_block * _split_change(
                block[c], block_start, block_member, label, a, b, 1
            )
        elif w_block > 0 and count > 1:
            gain += w_block * _split_change(
                block[c], block_start, block_member, label, a, b, count
            )
        if w_compound > 0 and len(compound_member) > 0:
            # Members of one compound move together; count them once per compound.
            for q in range(count):
                g = compound[moving[q]]
                if g < 0:
                    continue
                first, together = True, 0
                for r in range(count):
                    if compound[moving[r]] == g:
                        if r < q:
                            first = False
                            break
                        together += 1
                if first:
                    gain += w_compound * _split_change(
                        g, compound_start, compound_member, label, a, b, together
                    )
        if gain > limit:
            continue
        # Does grid a stay in one piece? Walk it from one rim cell to all others.
        rim = 0
        first_rim = -1
        tag = stamp
        stamp += 1
        for q in range(count):
            v = moving[q]
            for e in range(start[v], start[v + 1]):
                w = near[e]
                if label[w] == a and seen[w] != tag and seen[w] != stamp:
                    seen[w] = stamp
                    rim += 1
                    first_rim = w
        rim_tag = stamp
        stamp += 1
        seen[first_rim] = stamp
        queue[0] = first_rim
        head, tail, found = 0, 1, 1
        while head < tail and found < rim:
            v = queue[head]
            head += 1
            for e in range(start[v], start[v + 1]):
                w = near[e]
                if label[w] != a or seen[w] == stamp or seen[w] == tag:
                    continue
                if seen[w] == rim_tag:
                    found += 1
                seen[w] = stamp
                queue[tail] = w
                tail += 1
        if found < rim:
            continue
        for q in range(count):
            label[moving[q]] = b
        weight[a], weight[b] = ha, hb
        size[a] -= ground
        size[b] += ground
        round_[a], round_[b] = round_a, round_b
        if wishing:
            shift(even_sums, a, b, even_go)
            shift(walk_sums, a, b, walk_go)
            if len(former) > 0:
                stay_change(common, a, b, former, stay, moving, count)
        moved += 1
    return moved


def anneal(
    net: Net,
    label: Ints,
    k: int,
    *,
    low: int,
    high: int,
    proposals: int,
    state: NDArray[np.uint64],
    weights: Weights = DEFAULT_WEIGHTS,
    groups: Groups | None = None,
    hot: float = 0.3,
    cold: float = 0.01,
    soft_band: float = 0.03,
    pieces: float = 0.0,
    home: Ints | None = None,
) -> Ints:
    """Return better labels after a fixed number of tries.

    Parameters
    ----------
    net : Net
    label : ndarray of int32, shape (n,)
        Grid of each vertex, 0 to k - 1, each in one piece; not changed.
    k : int
        Number of grids; none is ever emptied.
    low, high : int
        Band of households.
    proposals : int
        Moves to try.
    state : ndarray of uint64
        State of the random numbers, moved on.
    weights : Weights
    groups : Groups, optional
        Of the net; made when not given.
    hot, cold : float
        Temperatures at the start and at the end.
    soft_band : float
        Cost of a household outside the band at the start.
    pieces : float
        Share of the tries that move a whole block piece.
    home : ndarray of int32, shape (n,), optional
        Grid each vertex would rather be in, at `weights.move` per household.
    """
    result = label.astype(np.int32)
    if k < 2 or proposals <= 0:
        return result
    groups = groups or groups_of(net)
    setting = np.array(
        [
            low,
            high,
            weights.off_street,
            weights.split_block,
            weights.split_compound,
            soft_band,
            weights.band,
            weights.centre,
            weights.shape,
            hot,
            cold,
            pieces,
            weights.move if home is not None else 0.0,
        ],
        np.float64,
    )
    _anneal(
        net.start,
        net.near,
        net.length,
        net.inside,
        net.households,
        net.area,
        net.outer,
        net.block,
        net.compound,
        groups.block_start,
        groups.block_member,
        groups.compound_start,
        groups.compound_member,
        result if home is None else home,
        net.wishes is not NO_WISHES,
        net.wishes.even,
        net.wishes.walk,
        net.wishes.former,
        net.wishes.stay,
        result,
        k,
        setting,
        proposals,
        state,
    )
    return result
