"""The one door to numba, and the random numbers compiled code draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["compiled", "random_state", "uniform"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Return a function compiled to machine code, kept on disk between runs."""
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def random_state(*words: int) -> NDArray[np.uint64]:
    """Return the state of a generator, a function of the given whole numbers."""
    return np.random.SeedSequence(words).generate_state(1, np.uint64) | np.uint64(1)


@compiled
def uniform(state: NDArray[np.uint64]) -> float:
    """Return the next number in [0, 1) of an xorshift64* generator."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    y = x * np.uint64(2685821657736338717)
    return float(np.int64(y >> np.uint64(11))) * 1.1102230246251565e-16
