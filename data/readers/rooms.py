"""Measure activity rooms that are drawn instead of told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from pyproj import CRS

from data.aliases import COLUMN_ALIASES, find_column, to_numbers
from data.readers.raw import RawLayer
from gis.crs import metric_crs

__all__ = ["with_areas"]


def with_areas(raw: RawLayer, crs: CRS | None) -> RawLayer:
    """Return a layer of rooms with the area of each that is drawn but not told.

    It is measured in the metric CRS of the place: Web Mercator would make a room of
    19 m² one of 30 at 37° north.
    """
    drawn = shapely.get_dimensions(raw.geometry) == 2
    column = find_column(raw.table.columns, COLUMN_ALIASES["spaces"]["area_m2"])
    told = np.full(len(raw.table), np.nan)
    if column is not None:
        told, _ = to_numbers(raw.table[column])
    wanted = drawn & np.isnan(told)
    if crs is None or not wanted.any():
        return raw
    places = GeoSeries(raw.geometry[wanted], crs=crs).to_crs(4326)
    west, south, east, north = places.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return raw  # coordinates that cannot be meant are refused for what they are
    metric = places.to_crs(metric_crs((west + east) / 2, (south + north) / 2))
    told[wanted] = metric.area.round(2)
    kept = raw.table.drop(columns=[] if column is None else [column])
    areas = pd.Series(told, index=raw.table.index)
    return replace(raw, table=kept.assign(**{column or "area_m2": areas}))
