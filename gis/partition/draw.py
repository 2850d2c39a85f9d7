"""Draw the grids of a community: land first, then the pieces people live on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gis.graph import CellGraph
from gis.kinds import GridType
from gis.partition.explain import Finding, explain_locked, explain_piece
from gis.partition.graphs import net_of, sub_net
from gis.partition.land import Ground, lay_out
from gis.partition.local_search import DEFAULT_WEIGHTS, Weights
from gis.partition.objectives import Objectives, wishes_of
from gis.partition.optimality import SeamProof, prove_seams
from gis.partition.solve import EFFORTS, Effort, solve_piece

__all__ = [
    "Partition",
    "assemble",
    "effort_of",
    "explain_settled",
    "partition_cells",
    "piece_seed",
    "require_inputs",
]


@dataclass(frozen=True)
class Partition:
    """Grids of a community.

    Attributes
    ----------
    labels : ndarray of int32, shape (n,)
        Grid of each cell, 0 to the number of grids - 1; grids are numbered by
        their first cell.
    types : ndarray of int8, shape (k,)
        `GridType` of each grid.
    findings : tuple of Finding
        One for each resident grid outside the band, with the reason.
    seam_cost, seam_bound : float or None
        Metres of seam between the grids that were drawn, those inside blocks 3.33
        times, and what no plan of the proven class with as many grids goes below;
        None where it was not asked for or not reached.
    seam_scope : {"cells", "blocks"} or None
        The class: all plans of these cells, or those of whole blocks (`SeamProof`).
    """

    labels: NDArray[np.int32]
    types: NDArray[np.int8]
    findings: tuple[Finding, ...]
    seam_cost: float | None = field(default=None, kw_only=True)
    seam_bound: float | None = field(default=None, kw_only=True)
    seam_scope: str | None = field(default=None, kw_only=True)


def require_inputs(
    graph: CellGraph, low: int, high: int, locked: NDArray[np.integer] | None
) -> NDArray[np.int32]:
    """Return the locks, after a look at the arguments."""
    if not 0 < low <= high:
        raise ValueError(f"band {low} to {high} is empty; give 0 < low <= high")
    if graph.size and int(graph.households.min()) < 0:
        raise ValueError("a cell has fewer than 0 households; correct the counts")
    if locked is None:
        return np.full(graph.size, -1, np.int32)
    if len(locked) != graph.size:
        raise ValueError(
            f"locked names {len(locked)} cells of {graph.size}; give one per cell"
        )
    return np.asarray(locked, np.int32)


def effort_of(effort: str | float) -> tuple[Effort, float | None]:
    """Return the counts of an effort, and its seconds when it is a time."""
    if isinstance(effort, str):
        if effort not in EFFORTS:
            raise ValueError(
                f"effort {effort!r} is unknown; use {', '.join(EFFORTS)} or seconds"
            )
        return EFFORTS[effort], None
    if not effort > 0:
        raise ValueError(f"effort {effort} is not a time; give seconds above 0")
    return EFFORTS["fast"], float(effort)


def partition_cells(
    graph: CellGraph,
    *,
    low: int = 300,
    high: int = 500,
    seed: int = 0,
    effort: str | float = "fast",
    locked: NDArray[np.integer] | None = None,
    weights: Weights | None = None,
    objectives: Objectives | None = None,
    certify: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Partition:
    """Divide the cells of a community into grids.

    Resident grids hold `low` to `high` households wherever that is possible, are in
    one piece, keep compounds and street blocks whole, follow streets and are
    compact, in this order. Exclusive and reserved land makes grids of its own.

    Parameters
    ----------
    graph : CellGraph
        Cells in an order that does not hang on the order of the input rows.
    low, high : int
        Band of households of a resident grid.
    seed : int
        Same cells, seed and effort: same grids.
    effort : {"fast", "best"} or float
        Counted tries, or seconds; only a time may give other grids on another run.
    locked : ndarray of int, shape (n,), optional
        Grid of each cell that must stay as it is, -1 where free.
    weights : Weights, optional
        Costs of seams, split blocks and shape.
    objectives : Objectives, optional
        What else the grids should be like; the band stays first.
    certify : bool
        Bring the seams within 1 % of the shortest, as far as that can be proved, and
        keep the proof; takes 0.1 to 4 s more.
    progress : callable, optional
        Called with the finished share, 0 to 1.

    Returns
    -------
    Partition

    Raises
    ------
    ValueError
        If the band is empty, a count negative or the effort unknown.
    PlanError
        If a locked grid is not in one piece, or an objective lacks its counts.

    Examples
    --------
    Six cells of 150 in a row make two grids:

    >>> from gis.partition.graphs import path_graph
    >>> partition_cells(path_graph([150] * 6)).labels.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    held = require_inputs(graph, low, high, locked)
    counts, seconds = effort_of(effort)
    began = time.monotonic()
    net = net_of(graph, wishes_of(graph, objectives, low=low, high=high))
    ground = lay_out(graph, net, held)
    label = ground.label.copy()
    types = list(ground.types)
    findings = explain_settled(graph, ground, low=low, high=high)
    live = sum(len(rows) for rows in ground.pieces)
    done = 0
    proofs: list[SeamProof | None] = []
    for number, rows in enumerate(ground.pieces):
        piece = sub_net(net, rows)
        stop = None
        if seconds is not None:
            until = began + seconds * (done + len(rows)) / live
            stop = _deadline(until)
        result = solve_piece(
            piece,
            low=low,
            high=high,
            seed=piece_seed(seed, number),
            effort=counts,
            weights=weights or DEFAULT_WEIGHTS,
            stop=stop,
        )
        if certify:
            proof = prove_seams(
                piece,
                result.label,
                low=low,
                high=high,
                weights=weights or DEFAULT_WEIGHTS,
            )
            proofs.append(proof)
            if proof is not None:
                result = replace(result, label=proof.label)
        label[rows] = result.label + len(types)
        if result.out:
            findings += [
                replace(finding, grid=finding.grid + len(types))
                for finding in explain_piece(
                    piece, result, low=low, high=high, alone=len(ground.pieces) == 1
                )
            ]
        types += [GridType.RESIDENT] * (int(result.label.max()) + 1)
        done += len(rows)
        if progress is not None:
            progress(done / live)
    return _with_proofs(assemble(label, types, findings), proofs)


def _with_proofs(plan: Partition, proofs: list[SeamProof | None]) -> Partition:
    """Return a plan with its proof, where every piece has one."""
    known = [proof for proof in proofs if proof is not None]
    if not known or len(known) < len(proofs):
        return plan
    return replace(
        plan,
        seam_cost=sum(proof.cost for proof in known),
        seam_bound=sum(proof.bound for proof in known),
        seam_scope=max((proof.scope for proof in known), key="cells blocks".index),
    )


def explain_settled(
    graph: CellGraph, ground: Ground, *, low: int, high: int
) -> list[Finding]:
    """Return the findings about locked resident grids."""
    grids = [g for g in range(ground.locked) if ground.types[g] is GridType.RESIDENT]
    load = [graph.households[ground.label == g].sum() for g in grids]
    return explain_locked(
        np.array(load, np.int64), np.array(grids, np.int64), low=low, high=high
    )


def piece_seed(seed: int, number: int) -> int:
    """Return the seed of one piece."""
    return (seed * 1_000_003 + number) % (1 << 63)


def _deadline(until: float) -> Callable[[int], bool]:
    """Return a question that says yes once the time is over."""
    return lambda _: time.monotonic() >= until


def assemble(
    label: NDArray[np.int32], types: list[GridType], findings: list[Finding]
) -> Partition:
    """Return the partition with grids numbered by their first cell."""
    _, first = np.unique(label, return_index=True)
    order = np.argsort(first)
    rank = np.empty(len(types), np.int32)
    rank[order] = np.arange(len(types), dtype=np.int32)
    return Partition(
        labels=rank[label] if len(label) else label,
        types=np.array(types, np.int8)[order],
        findings=tuple(
            sorted(
                (replace(f, grid=int(rank[f.grid])) for f in findings),
                key=lambda f: f.grid,
            )
        ),
    )
