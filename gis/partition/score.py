"""Measure a plan: households, pieces, compactness, seams, whole blocks."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from gis.partition.bounds import out_of_band
from gis.partition.graphs import Net, connected_pieces
from gis.partition.local_search import DEFAULT_WEIGHTS, Weights
from gis.partition.wishes import NO_WISHES, wishes_energy

__all__ = ["Measures", "measure"]


@dataclass(frozen=True)
class Measures:
    """Figures of one plan.

    Attributes
    ----------
    grids : int
        Number of grids.
    bad : int
        Grids outside the band or not in one piece.
    broken : int
        Grids not in one piece.
    out : int
        Households outside the band, summed over grids.
    compactness : float
        Mean Polsby-Popper.
    seam, inside : float
        Metres of seam between grids; those of them inside blocks.
    blocks_split, compounds_split : int
        Blocks and compounds that lie in more than one grid.
    energy : float
        What the local search lowers, without the band.
    """

    grids: int
    bad: int
    broken: int
    out: int
    compactness: float
    seam: float
    inside: float
    blocks_split: int
    compounds_split: int
    energy: float


def _shared_groups(
    group: NDArray[np.int32], label: NDArray[np.int32]
) -> tuple[int, int]:
    """Return groups in more than one grid, and how many grids too many they touch."""
    held = group >= 0
    if not held.any():
        return 0, 0
    width = int(label.max()) + 1
    pairs = np.unique(group[held].astype(np.int64) * width + label[held])
    grids = np.bincount(pairs // width)
    return int((grids > 1).sum()), int(np.maximum(grids - 1, 0).sum())


def measure(
    net: Net,
    label: NDArray[np.int32],
    k: int,
    *,
    low: int,
    high: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Measures:
    """Return the figures of a plan whose cells all have a grid, 0 to k - 1.

    Examples
    --------
    Four squares in a row make two grids of 200 x 100 m, PP = 2 pi / 9:

    >>> from gis.partition.graphs import path_net
    >>> plan = np.array([0, 0, 1, 1], np.int32)
    >>> found = measure(path_net([200] * 4), plan, 2, low=300, high=500)
    >>> found.bad, found.seam, round(found.compactness, 4)
    (0, 100.0, 0.6981)
    """
    weight = np.bincount(label, net.households, minlength=k).astype(np.int64)
    area = np.bincount(label, net.area, minlength=k)
    source = np.repeat(np.arange(net.size), np.diff(net.start))
    cut = label[source] != label[net.near]
    round_ = np.bincount(label, net.outer, minlength=k)
    round_ += np.bincount(label[source[cut]], net.length[cut], minlength=k)
    used = np.bincount(label, minlength=k) > 0
    compact = 4 * pi * area[used] / np.maximum(round_[used], 1e-9) ** 2
    piece = connected_pieces(net, label)
    first = np.unique(piece, return_index=True)[1]
    parts = np.bincount(label[first], minlength=k)
    off = out_of_band(weight, low=low, high=high) * used
    split_blocks, extra_blocks = _shared_groups(net.block, label)
    split_compounds, extra_compounds = _shared_groups(net.compound, label)
    inside = float(net.inside[cut].sum()) / 2
    energy = float(
        weights.shape * (1 / compact).sum()
        + weights.off_street * inside
        + weights.split_block * extra_blocks
        + weights.split_compound * extra_compounds
    )
    if net.wishes is not NO_WISHES:
        energy += wishes_energy(net.wishes, label, k)
    return Measures(
        grids=int(used.sum()),
        bad=int((used & ((off > 0) | (parts > 1))).sum()),
        broken=int((parts > 1).sum()),
        out=int(off.sum()),
        compactness=float(compact.mean()),
        seam=float(net.length[cut].sum()) / 2,
        inside=inside,
        blocks_split=split_blocks,
        compounds_split=split_compounds,
        energy=energy,
    )
