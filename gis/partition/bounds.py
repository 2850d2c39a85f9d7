"""How few households can be outside the band, whatever the plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["grid_counts", "in_hole", "least_out", "out_of_band", "out_of_total"]


def out_of_band(
    households: NDArray[np.integer], *, low: int, high: int
) -> NDArray[np.int64]:
    """Return by how many households each grid misses the band.

    Examples
    --------
    >>> out_of_band(np.array([299, 300, 500, 501]), low=300, high=500).tolist()
    [1, 0, 0, 1]
    """
    weight = np.asarray(households, np.int64)
    return np.maximum(low - weight, 0) + np.maximum(weight - high, 0)


def in_hole(total: int, *, low: int, high: int) -> bool:
    """Return whether no number of grids can hold a total within the band.

    Examples
    --------
    >>> [in_hole(n, low=300, high=500) for n in (299, 500, 501, 599, 600)]
    [True, False, True, True, False]
    """
    return -(-total // high) > total // low


def out_of_total(total: int, grids: int, *, low: int, high: int) -> int:
    """Return the fewest households outside the band when a total makes k grids.

    Examples
    --------
    >>> out_of_total(550, 1, low=300, high=500), out_of_total(550, 2, low=300, high=500)
    (50, 50)
    """
    return max(0, grids * low - total, total - grids * high)


def _trimmed(households: NDArray[np.integer], high: int) -> tuple[int, int]:
    """Return the total with every cell cut down to `high`, and what was cut off."""
    total = int(households.sum())
    excess = int(np.maximum(households - high, 0).sum())
    return total - excess, excess


def least_out(households: NDArray[np.integer], *, low: int, high: int) -> int:
    """Return a proven lower bound on households outside the band.

    A cell above `high` puts its excess outside wherever it goes. Cut down to
    `high`, the cells of any plan still add up to their total, and a total that no
    number of grids can hold leaves the rest outside.

    Parameters
    ----------
    households : ndarray of int, shape (n,)
        Cells of one connected piece that must be divided into whole grids.
    low, high : int
        The band.

    Examples
    --------
    Two towers, one of them 20 above the band, fill two grids:

    >>> least_out(np.array([520, 400]), low=300, high=500)
    20
    """
    total, excess = _trimmed(households, high)
    if total == 0:
        return low
    counts = {max(1, total // high), -(-total // high), max(1, total // low)}
    return excess + min(out_of_total(total, k, low=low, high=high) for k in counts)


def grid_counts(households: NDArray[np.integer], *, low: int, high: int) -> list[int]:
    """Return numbers of grids worth trying, the most promising first.

    First those that the total allows, the nearest to the middle of the band
    leading; then those that miss by the fewest households.

    Examples
    --------
    >>> grid_counts(np.full(10, 120), low=300, high=500)
    [3, 4, 2, 5, 1]
    """
    heavy = households > high
    middle = (low + high) / 2
    rest = float(households[~heavy].sum())
    wished = int(heavy.sum()) + rest / middle
    total, _ = _trimmed(households, high)
    most = max(1, len(households))
    first = max(1, total // high - 1)
    last = max(1, -(-total // low) + 1)
    found = [k for k in range(first, last + 1) if k <= most]
    found.sort(
        key=lambda k: (
            out_of_total(total, k, low=low, high=high),
            abs(k - wished),
            k,
        )
    )
    return found or [1]
