"""Check the seams between grids against the edges they share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.evidence import Evidence, Findings
from gis.kinds import SEAM_KINDS, SeamKind

__all__ = ["check_seams"]

# Stored lengths are rounded to a centimetre.
_ROUNDING = 0.01


def check_seams(e: Evidence) -> Findings:
    """Measure the seams again; list what lies off street (RULES 003-01).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.

    Returns
    -------
    Findings
        Stretches off street are remarks. A pair of grids whose listed seams are
        not as long as the edge they share, an unknown kind or grid is a fault.
    """
    found = Findings(e)
    length = e.seams.geometry.length.to_numpy()
    kinds = e.seams["kind"].to_numpy(dtype=object)
    community = np.where(e.seam_left < 0, -1, e.grid_community[e.seam_left])
    off = kinds == SeamKind.NONE.label
    for row in np.flatnonzero(off)[np.argsort(-length[off], kind="stable")]:
        found.add(
            "off_street",
            community=int(community[row]),
            fault=False,
            zh=f"{length[row]:,.1f}米接边线不在街巷上",
            en=f"{length[row]:,.1f} m of seam lie off street",
            grids=(e.seams["left"].iloc[row], e.seams["right"].iloc[row]),
            measure=length[row],
            where=e.seams.geometry.iloc[row],
        )
    bad = ~np.isin(kinds, SEAM_KINDS) | (e.seam_left < 0) | (e.seam_right < 0)
    stored = e.seams["length_m"].to_numpy(dtype=float)
    bad |= np.abs(stored - length) > _ROUNDING
    for row in np.flatnonzero(bad):
        found.add(
            "seam",
            community=int(community[row]),
            zh=f"接边线类别“{kinds[row]}”、两侧网格或长度有误",
            en=f"seam of kind {kinds[row]} has a wrong kind, grid or length",
            grids=(e.seams["left"].iloc[row], e.seams["right"].iloc[row]),
            measure=length[row],
            where=e.seams.geometry.iloc[row],
        )
    _pair_lengths(found, e, length)
    found.count("seam_m", _metres(community, length, len(e.communities)))
    found.count(
        "street_m", _metres(community, np.where(off, 0, length), len(e.communities))
    )
    found.count(
        "off_street_m", _metres(community, np.where(off, length, 0), len(e.communities))
    )
    found.count("off_street_stretches", e.per_community(community, off))
    return found


def _metres(
    keys: NDArray[np.int64], values: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    known = keys >= 0
    return np.bincount(keys[known], values[known], size).astype(np.float64)


def _pair_lengths(found: Findings, e: Evidence, length: NDArray[np.float64]) -> None:
    """Compare listed seams with the edges the grids really share."""
    measured = e.edges.set_index(["left", "right"])["length_m"]
    known = (e.seam_left >= 0) & (e.seam_right >= 0)
    listed = pd.DataFrame(
        {
            "left": np.minimum(e.seam_left, e.seam_right)[known],
            "right": np.maximum(e.seam_left, e.seam_right)[known],
            "length_m": length[known],
        }
    )
    sums = listed.groupby(["left", "right"])["length_m"].sum()
    both = pd.concat([measured, sums], axis=1, keys=["measured", "listed"]).fillna(0.0)
    differs = ~np.isclose(both["measured"], both["listed"], rtol=1e-6, atol=_ROUNDING)
    for (left, right), shared, claimed in both[differs].itertuples():
        found.add(
            "seam_length",
            community=int(e.grid_community[left]),
            zh=f"两网格共边{shared:,.2f}米，接边线登记{claimed:,.2f}米",
            en=f"grids share {shared:,.2f} m, seams list {claimed:,.2f} m",
            grids=(found.codes[left], found.codes[right]),
            measure=abs(shared - claimed),
            where=e.grids.geometry.iloc[left],
        )
