"""Check that each grid is one piece."""

from __future__ import annotations

import numpy as np
import pandas as pd
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
    # An enclave of another community is that community's shape, none of a plan's.
    edges = e.edges
    both = pd.concat(
        [edges, edges.rename(columns={"left": "right", "right": "left"})]
    ).sort_values(["left", "right"])
    around = both.groupby("left").agg(
        number=("right", "size"), other=("right", "first"), metres=("length_m", "sum")
    )
    rows = around.index.to_numpy(dtype=np.int64)
    outline = e.grids.geometry.length.to_numpy()[rows]
    shut = np.isclose(around["metres"], outline, rtol=1e-9, atol=1e-6)
    shut &= around["number"].to_numpy() == 1
    others = around["other"].to_numpy(dtype=np.int64)
    return list(zip(rows[shut].tolist(), others[shut].tolist(), strict=True))
