"""Random streams: one per use and per part, so that no order of work matters."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

__all__ = ["Stream", "stream"]


class Stream(IntEnum):
    """What random numbers are for; a number, once given out, keeps its town."""

    BONES = 0
    QUARTER = 1
    PLOT = 2
    CUTS = 3
    ZONES = 4
    COMMUNITIES = 5
    STREETS = 6
    COMPOUNDS = 7
    REGISTERS = 8
    WARP = 9
    CHARACTERS = 10


def stream(seed: int, use: Stream, *part: int) -> np.random.Generator:
    """Return the generator of one use, and of one part where there are many."""
    return np.random.default_rng([seed, int(use), *part])
