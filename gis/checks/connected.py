"""Check that each grid is one piece."""

from __future__ import annotations

import numpy as np
import shapely

from gis.evidence import Evidence, Findings

__all__ = ["check_connected"]


def check_connected(e: Evidence) -> Findings:
    """Check that each grid is one piece; flag enclaves (RULES 003-06).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.

    Returns
    -------
    Findings
        Grids in several parts are faults, enclaves are remarks.
    """
    found = Findings(e)
    shapes = e.grids.geometry.array.to_numpy()
    parts = np.where(shapely.is_missing(shapes), 0, shapely.get_num_geometries(shapes))
    parts = np.where(shapely.is_empty(shapes), 0, parts)
    for row in np.flatnonzero(parts != 1).tolist():
        pieces = sorted(shapely.get_parts(shapes[row]), key=lambda piece: piece.area)
        found.add(
            "parts",
            community=int(e.grid_community[row]),
            zh=f"网格分成{parts[row]}块",
            en=f"grid is in {parts[row]} parts",
            grids=(found.codes[row],),
            measure=parts[row],
            where=pieces[0] if pieces else None,
        )
    enclaves = _enclaves(e)
    for row, around in enclaves:
        found.add(
            "enclave",
            community=int(e.grid_community[row]),
            fault=False,
            zh=f"网格被网格{found.codes[around]}完全包围",
            en=f"grid lies wholly inside grid {found.codes[around]}",
            grids=(found.codes[row], found.codes[around]),
            where=shapes[row],
        )
    known = e.grid_community
    inside = np.zeros(len(shapes), dtype=int)
    inside[[row for row, _ in enclaves]] = 1
    found.count("grids", e.per_community(known, np.ones(len(shapes))))
    found.count("parts", e.per_community(known, parts))
    found.count("split_grids", e.per_community(known, parts != 1))
    found.count("enclaves", e.per_community(known, inside))
    return found


def _enclaves(e: Evidence) -> list[tuple[int, int]]:
    """List grids whose whole outline is shared with one other grid."""
    # Only grids of the same community count: what another community surrounds is
    # that community's shape.
    size = len(e.grids)
    xy = e.edge_xy
    length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    pairs = e.pairs(np.unique(e.edge_pair))
    neighbours = np.bincount(pairs.ravel(), minlength=size)
    ends = e.pairs(e.edge_pair)
    shared = np.bincount(ends.ravel(), np.repeat(length, 2), size)
    outline = e.grids.geometry.length.to_numpy()
    shut = (neighbours == 1) & np.isclose(shared, outline, rtol=1e-9, atol=1e-6)
    around = np.zeros(size, dtype=np.int64)
    around[pairs[:, 0]], around[pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    return [(row, int(around[row])) for row in np.flatnonzero(shut).tolist()]
