"""Which street classes divide a community, and what kind of seam they make."""

from __future__ import annotations

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.kinds import SeamKind

__all__ = ["STREET_CLASSES", "divides", "street_kinds"]

_MAIN, _STREET, _ALLEY = SeamKind.MAIN_ROAD, SeamKind.STREET, SeamKind.ALLEY

STREET_CLASSES: dict[str, tuple[SeamKind, bool]] = {
    # OSM `highway` value: (seam kind, does it divide)
    "motorway": (_MAIN, True),
    "motorway_link": (_MAIN, True),
    "trunk": (_MAIN, True),
    "trunk_link": (_MAIN, True),
    "primary": (_MAIN, True),
    "primary_link": (_MAIN, True),
    "secondary": (_MAIN, True),
    "secondary_link": (_MAIN, True),
    "tertiary": (_STREET, True),
    "tertiary_link": (_STREET, True),
    "unclassified": (_STREET, True),
    "residential": (_STREET, True),
    "living_street": (_STREET, True),
    "pedestrian": (_STREET, True),
    "road": (_STREET, True),
    "busway": (_STREET, True),
    # Ways inside a block: a seam may follow them, but they cut no block.
    "service": (_ALLEY, False),
    "alley": (_ALLEY, False),
    "track": (_ALLEY, False),
    "footway": (_ALLEY, False),
    "path": (_ALLEY, False),
    "cycleway": (_ALLEY, False),
    "bridleway": (_ALLEY, False),
    # Chinese road classes of the readers' alias table.
    "快速路": (_MAIN, True),
    "主干路": (_MAIN, True),
    "次干路": (_MAIN, True),
    "支路": (_STREET, True),
    "街巷": (_STREET, True),
    "小区道路": (_ALLEY, False),
}
"""The one table of classes. A class that is not listed (steps, pier, corridor,
platform, elevator, proposed, construction) is not a street."""


def street_kinds(streets: GeoDataFrame) -> NDArray[np.int8]:
    """Return the seam kind of every street, NONE where it is no street.

    Parameters
    ----------
    streets : GeoDataFrame, shape (n,)
        Needs the column `class`.

    Returns
    -------
    ndarray of int8, shape (n,)
        Values of `SeamKind`.

    Examples
    --------
    >>> from shapely import LineString
    >>> line = LineString([(0, 0), (1, 0)])
    >>> layer = GeoDataFrame({"class": ["primary", "steps"]}, geometry=[line, line])
    >>> street_kinds(layer).tolist()
    [0, 7]
    """
    known = {name: int(kind) for name, (kind, _) in STREET_CLASSES.items()}
    kinds = streets["class"].map(known).fillna(int(SeamKind.NONE))
    return np.asarray(kinds.to_numpy(dtype=np.int8))


def divides(streets: GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which streets cut a community into blocks.

    A street divides if its class does and a person crosses it at grade: tunnels
    do not divide. A bridge does, except over water (see `gis.blocks`).

    Parameters
    ----------
    streets : GeoDataFrame, shape (n,)
        Needs the columns `class` and `tunnel`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> from shapely import LineString
    >>> line = LineString([(0, 0), (1, 0)])
    >>> layer = GeoDataFrame(
    ...     {"class": ["residential", "primary", "service"],
    ...      "tunnel": [False, True, False]}, geometry=[line] * 3)
    >>> divides(layer).tolist()
    [True, False, False]
    """
    dividing = {name for name, (_, yes) in STREET_CLASSES.items() if yes}
    tunnel = streets["tunnel"].fillna(False).astype(bool).to_numpy()
    return np.asarray(streets["class"].isin(dividing).to_numpy() & ~tunnel)
