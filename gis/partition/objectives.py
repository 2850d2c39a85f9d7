"""Objectives beside the band: who chooses what, and how a plan does by them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from gis.errors import PlanError
from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition.wishes import NO_WISHES, Wishes

__all__ = ["ObjectiveWeights", "Objectives", "objective_figures", "wishes_of"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_UNEVEN = 16.0
"""A grid with a quarter of the mean too much costs as much as one grid's shape."""

_FAR = 25.0
"""Metres of mean distance that cost as much as one grid's shape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectiveWeights:
    """How much each objective counts; 0 leaves it out.

    At 1, an objective counts about as much as the shape of the grids. The band stays
    first at any weight.

    Attributes
    ----------
    load : float
        Cases per grid, alike for every member.
    members : float
        Party members per grid, alike for every grid.
    walk : float
        Distance of the homes of a grid from their middle, short.
    area : float
        Area per grid, alike for every grid.
    loyalty : float
        Households that were in one former grid, together again.
    """

    load: float = 0.0
    members: float = 0.0
    walk: float = 0.0
    area: float = 0.0
    loyalty: float = 0.0

    def __post_init__(self) -> None:
        """Refuse weights that mean nothing."""
        for name, weight in self.to_dict().items():
            if not (isfinite(weight) and weight >= 0):
                raise ValueError(f"weight of {name} is {weight}; give 0 or more")

    def __bool__(self) -> bool:
        """Tell whether anything is asked for."""
        return any(astuple(self))

    def to_dict(self) -> dict[str, float]:
        """Return the weights by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Objectives:
    """Weights, and what they weigh in each cell of a community.

    Attributes
    ----------
    weights : ObjectiveWeights
    cases, party_members : ndarray of float, shape (n,), optional
        Counts per cell; needed where they have a weight.
    former : ndarray of int, shape (n,), optional
        Former grid of each cell, -1 where none; needed by loyalty.
    """

    weights: ObjectiveWeights
    cases: NDArray[np.number] | None = None
    party_members: NDArray[np.number] | None = None
    former: NDArray[np.integer] | None = None


def wishes_of(
    graph: CellGraph, objectives: Objectives | None, *, low: int, high: int
) -> Wishes:
    """Return the objectives as the scaled quantities a search adds up.

    Parameters
    ----------
    graph : CellGraph
    objectives : Objectives or None
    low, high : int
        Band of households; its middle tells how many grids share an amount.

    Raises
    ------
    PlanError
        If a weight is given to something no cell has, or for other cells.
    """
    if objectives is None or not objectives.weights:
        return NO_WISHES
    weights = objectives.weights
    grids = max(1.0, float(graph.households.sum()) * 2 / (low + high))
    even: list[Floats] = []
    mean: list[float] = []
    for weight, amount in (
        (weights.load, _counts(objectives, graph, "load", "cases")),
        (weights.members, _counts(objectives, graph, "members", "party_members")),
        (weights.area, graph.area),
    ):
        if weight > 0 and amount is not None:
            scale = sqrt(_UNEVEN * weight)
            even.append(amount * (scale * grids / float(amount.sum())))
            mean.append(scale)
    former: Ints = np.zeros(0, np.int32)
    stay: Floats = np.zeros(0)
    if weights.loyalty > 0:
        former = _former(objectives, graph)
        stay = np.multiply(
            graph.households, sqrt(weights.loyalty) * 2 / (low + high), dtype=np.float64
        )
    return Wishes(
        np.stack(even, axis=1) if even else np.zeros((graph.size, 0)),
        np.array(mean),
        _walk(graph, weights.walk),
        former,
        stay,
    )


def _counts(
    objectives: Objectives, graph: CellGraph, name: str, column: str
) -> Floats | None:
    """Return the counts an objective weighs, None where it weighs nothing."""
    if getattr(objectives.weights, name) == 0:
        return None
    given = getattr(objectives, column)
    if given is None or len(given) != graph.size:
        raise PlanError(
            f"objective {name} needs {column} for each of {graph.size} cells",
            f"目标 {name} 需要每个基本空间单元的 {column}（共{graph.size}个）",
        )
    counts: Floats = np.asarray(given, np.float64)
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise PlanError(
            f"{column} has a count that is no number of 0 or more; correct it",
            f"{column} 中有不是非负数的值；请改正",
        )
    return counts if counts.any() else None


def _former(objectives: Objectives, graph: CellGraph) -> Ints:
    """Return the former grid of each cell, renumbered 0, 1, 2 …."""
    given = objectives.former
    if given is None or len(given) != graph.size:
        raise PlanError(
            f"objective loyalty needs the former grid of each of {graph.size} cells",
            f"目标 loyalty 需要每个基本空间单元原来的网格（共{graph.size}个）",
        )
    found, number = np.unique(np.maximum(given, -1), return_inverse=True)
    return (number - int(len(found) > 0 and found[0] < 0)).astype(np.int32)


def _walk(graph: CellGraph, weight: float) -> Floats:
    """Return households and their moments, in units of what a distance costs."""
    if weight == 0 or graph.size == 0:
        return np.zeros((graph.size, 0))
    h = graph.households.astype(np.float64)
    # Near the middle, so that no digits are lost in squares of coordinates.
    xy = (graph.xy - graph.xy.mean(axis=0)) * (weight / _FAR)
    x, y = xy.T
    return np.stack([h, h * x, h * y, h * (x * x + y * y)], axis=1)


def objective_figures(
    graph: CellGraph, labels: Ints, types: NDArray[np.int8], objectives: Objectives
) -> dict[str, Floats]:
    """Return what each grid has of every objective that has a weight.

    Parameters
    ----------
    graph : CellGraph
    labels : ndarray of int32, shape (n,)
    types : ndarray of int8, shape (k,)
    objectives : Objectives

    Returns
    -------
    dict of str to ndarray of float64, shape (k,)
        `load` in cases, `members` in party members, `walk` in metres (root mean
        square distance of homes from their middle), `area` in m², `loyalty` as the
        share of households that come from one former grid. NaN for grids that are
        not resident.
    """
    k = len(types)
    asked = objectives.weights
    resident = types == int(GridType.RESIDENT)
    found: dict[str, Floats] = {}
    for name, column in (("load", "cases"), ("members", "party_members")):
        amount = getattr(objectives, column)
        if getattr(asked, name) > 0 and amount is not None:
            found[name] = np.bincount(labels, amount, minlength=k).astype(np.float64)
    if asked.walk > 0:
        found["walk"] = _distance(graph, labels, k)
    if asked.area > 0:
        area = np.bincount(labels, graph.area, minlength=k)
        found["area"] = area.astype(np.float64)
    if asked.loyalty > 0 and objectives.former is not None:
        found["loyalty"] = _kept(graph, labels, k, objectives.former)
    return {name: np.where(resident, value, np.nan) for name, value in found.items()}


def _distance(graph: CellGraph, labels: Ints, k: int) -> Floats:
    """Return the root mean square distance of homes from their middle, in metres."""
    h = graph.households.astype(np.float64)
    load = np.maximum(np.bincount(labels, h, minlength=k), 1e-12)
    middle = np.stack(
        [np.bincount(labels, h * c, minlength=k) / load for c in graph.xy.T], axis=1
    )
    apart = ((graph.xy - middle[labels]) ** 2).sum(axis=1)
    return np.sqrt(np.bincount(labels, h * apart, minlength=k) / load)


def _kept(
    graph: CellGraph, labels: Ints, k: int, former: NDArray[np.integer]
) -> Floats:
    """Return the share of the households of each grid from one former grid."""
    width = int(former.max(initial=-1)) + 2
    key, number = np.unique(
        labels.astype(np.int64) * width + former + 1, return_inverse=True
    )
    held = np.bincount(number, graph.households, minlength=len(key))
    known = key % width > 0
    most = np.zeros(k)
    np.maximum.at(most, key[known] // width, held[known])
    load = np.bincount(labels, graph.households, minlength=k)
    return np.asarray(most / np.maximum(load, 1))
