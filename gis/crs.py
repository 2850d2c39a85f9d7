"""Metric systems: which one fits a place, and who may measure in what."""

from __future__ import annotations

import math

import numpy as np
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS

from gis.errors import CRSError, GeometryError
from gis.layers import Layers

__all__ = ["metric_crs", "require_metric", "to_metric"]

# CGCS2000 / 3-degree Gauss-Kruger by central meridian: EPSG 4534 is 75° E, and
# every next number is 3° further east, up to 4554 at 135° E.
_FIRST_MERIDIAN, _FIRST_EPSG = 75, 4534
_WEST, _EAST, _NORTH = 73.5, 136.5, 60.0


def require_metric(layer: GeoDataFrame | GeoSeries) -> None:
    """Refuse a layer that lengths and areas cannot be measured in.

    Parameters
    ----------
    layer : GeoDataFrame or GeoSeries
        Layer about to be measured.

    Raises
    ------
    CRSError
        If it has no CRS, one that is not projected, not in metres, or Web
        Mercator, whose areas are 1.6 times too large at 37° N.

    Examples
    --------
    >>> from shapely import Point
    >>> require_metric(GeoSeries([Point(500000, 4000000)], crs=4548))
    >>> require_metric(GeoSeries([Point(117, 36)], crs=4326))
    Traceback (most recent call last):
    gis.errors.CRSError: CRS is WGS 84, not in metres; convert with gis.crs.to_metric
    """
    if layer.crs is None:
        raise CRSError("layer has no CRS; set one before measuring")
    crs = CRS(layer.crs)
    if not crs.is_projected or any(
        not math.isclose(axis.unit_conversion_factor, 1.0) for axis in crs.axis_info
    ):
        raise CRSError(
            f"CRS is {crs.name}, not in metres; convert with gis.crs.to_metric"
        )
    operation = crs.coordinate_operation
    if operation is not None and "Pseudo" in operation.method_name:
        raise CRSError(
            f"CRS is {crs.name}, whose metres are not true; "
            "convert with gis.crs.to_metric"
        )


def metric_crs(lon: float, lat: float) -> CRS:
    """Return the metric CRS that fits a place.

    Parameters
    ----------
    lon, lat : float
        Longitude and latitude in degrees.

    Returns
    -------
    CRS
        The CGCS2000 3-degree Gauss-Kruger zone by central meridian for 73.5° to
        136.5° E and 0° to 60° N, else the WGS 84 UTM zone.

    Raises
    ------
    CRSError
        If the place is not on the globe, or too near a pole for UTM.

    Notes
    -----
    The meridian is the nearest multiple of 3°, so no place in a zone is more
    than 1.5° away and areas are right to 1e-4. Use it with x first
    (``always_xy=True``), as geopandas does.

    Examples
    --------
    >>> metric_crs(117.0, 36.7).to_epsg()  # Jinan
    4548
    >>> metric_crs(24.9, 60.2).to_epsg()  # Helsinki
    32635
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise CRSError(
            f"no metric CRS for longitude {lon}, latitude {lat}; "
            "give degrees, longitude first"
        )
    if _WEST <= lon <= _EAST and 0 <= lat <= _NORTH:
        zone = math.floor((lon + 1.5) / 3) - _FIRST_MERIDIAN // 3
        return CRS.from_epsg(_FIRST_EPSG + min(max(zone, 0), 20))
    utm = min(math.floor((lon + 180) / 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + utm)


def to_metric(layers: Layers) -> Layers:
    """Return the layers in the metric CRS of their place.

    Parameters
    ----------
    layers : Layers
        Layers in one CRS.

    Returns
    -------
    Layers
        The same rows, in metres. The place is the middle of the communities,
        or of the buildings or streets where there are no communities.

    Raises
    ------
    GeometryError
        If none of these layers holds a geometry.
    CRSError
        If the layer that tells the place has no CRS.
    """
    for layer in (layers.communities, layers.buildings, layers.streets):
        if layer.crs is None:
            raise CRSError("layer has no CRS; set one before measuring")
        bounds = layer.total_bounds
        if np.isfinite(bounds).all():
            corners = GeoSeries.from_xy(
                bounds[[0, 2]], bounds[[1, 3]], crs=layer.crs
            ).to_crs(4326)
            return layers.to_crs(metric_crs(corners.x.mean(), corners.y.mean()))
    raise GeometryError(
        "no communities, buildings or streets; nothing tells where the layers lie"
    )
