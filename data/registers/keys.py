"""Tell rows without a number apart, the same way in every reading of a source."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

__all__ = ["row_keys"]


def row_keys(rows: GeoDataFrame, owner: str, *, by_name: bool) -> NDArray[np.object_]:
    """Return a key for each row that no other row of its owner has.

    It is the name where `by_name` and the owner has one such row, so that a place may
    be drawn anew and stay itself; else a digest of the coordinates. Rows alike even
    in place are numbered by what they say, so the order of rows does not matter.
    """
    places = [
        hashlib.md5(shape, usedforsecurity=False).hexdigest()
        for shape in shapely.to_wkb(rows.geometry.to_numpy(), byte_order=1)
    ]
    keys = pd.Series(places, index=rows.index, dtype=object)
    if by_name:
        only = ~rows.duplicated([owner, "name"], keep=False) & (rows["name"] != "")
        keys = keys.mask(only, rows["name"])
    told = pd.DataFrame({"owner": rows[owner], "key": keys})
    if told.duplicated().any():
        says = pd.DataFrame(rows.drop(columns="geometry")).astype(str)
        order = says.sort_values(sorted(says.columns), kind="stable").index
        number = told.loc[order].groupby(["owner", "key"]).cumcount() + 1
        keys = keys.where(number == 1, keys + number.map("#{}".format))
    return keys.to_numpy(dtype=object)
