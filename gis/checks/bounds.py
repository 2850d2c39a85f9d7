"""Check the household band of resident grids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis.evidence import Evidence, Findings
from gis.kinds import GridType

__all__ = ["check_bounds"]


def check_bounds(e: Evidence) -> Findings:
    """Check the household band of resident grids (RULES 003-02).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.

    Returns
    -------
    Findings
        A resident grid outside the band is a remark if it carries a reason, else
        a fault; so is a wrong `in_band` or an unknown type.
    """
    found = Findings(e)
    households = e.grids["households"].to_numpy(dtype=float)
    types = e.grids["type"].to_numpy(dtype=object)
    resident = types == GridType.RESIDENT.label
    inside = (households >= e.low) & (households <= e.high)
    reasons = e.grids[["reason", "reason_zh", "reason_en"]].fillna("").astype(str)
    explained = (reasons != "").all(axis=1).to_numpy()
    outside = resident & ~inside
    for row in np.flatnonzero(outside):
        why = reasons.iloc[row]
        found.add(
            "explained" if explained[row] else "unexplained",
            community=int(e.grid_community[row]),
            fault=not explained[row],
            zh=why["reason_zh"]
            if explained[row]
            else f"{households[row]:g}户，未说明原因",
            en=why["reason_en"]
            if explained[row]
            else f"{households[row]:g} households, no reason",
            grids=(found.codes[row],),
            measure=households[row],
            where=e.grids.geometry.iloc[row],
        )
    band = e.grids["in_band"].astype("boolean")
    right = pd.Series(inside).astype("boolean").where(pd.Series(resident))
    wrong = (band != right).fillna(False) | (band.isna() != right.isna())
    known_types = {kind.label for kind in GridType}
    for row in np.flatnonzero(
        wrong.to_numpy(dtype=bool) | ~pd.Series(types).isin(known_types)
    ):
        found.add(
            "column",
            community=int(e.grid_community[row]),
            zh=f"类型“{types[row]}”或是否在范围内一栏与户数不符",
            en=f"type {types[row]} or in_band does not fit the households",
            grids=(found.codes[row],),
            where=e.grids.geometry.iloc[row],
        )
    at = e.grid_community
    found.count("resident", e.per_community(at, resident))
    for kind in (GridType.EXCLUSIVE, GridType.RESERVED):
        found.count(kind.label, e.per_community(at, types == kind.label))
    found.count("in_band", e.per_community(at, resident & inside))
    found.count("explained", e.per_community(at, outside & explained))
    found.count("unexplained", e.per_community(at, outside & ~explained))
    return found
