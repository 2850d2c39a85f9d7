"""Hypothesis strategies that several tests share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gis.graph import CellGraph

__all__ = ["lattices"]


@st.composite
def lattices(draw: st.DrawFn) -> CellGraph:
    """Cells of 100 m on a lattice of random households."""
    wide, high = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = wide * high
    spot = np.arange(n).reshape(high, wide)
    pairs = np.concatenate(
        [
            np.stack([spot[:, :-1].ravel(), spot[:, 1:].ravel()], axis=1),
            np.stack([spot[:-1].ravel(), spot[1:].ravel()], axis=1),
        ]
    )
    i, j = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int32).T
    degree = np.bincount(np.r_[i, j], minlength=n)
    none = np.full(n, -1, np.int32)
    side = np.full(len(i), 100.0)
    return CellGraph(
        households=rng.integers(0, draw(st.sampled_from([120, 300, 600])), n),
        area=np.full(n, 1e4),
        outer=np.multiply(4 - degree, 100.0),
        block=(np.arange(n) // 3).astype(np.int32),
        compound=none,
        kind=np.zeros(n, np.int8),
        site=none,
        xy=np.multiply(np.argwhere(spot >= 0), 100.0),
        i=i,
        j=j,
        length=side,
        street=side * rng.integers(0, 2, len(i)),
    )
