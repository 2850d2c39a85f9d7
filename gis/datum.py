"""Chinese map datums: WGS 84 (≈ CGCS2000), GCJ-02 and BD-09, both ways.

GCJ-02 moves a point by some 300 to 700 m and is what AMap, Tencent and WeChat
maps draw; BD-09 is Baidu's second shift on top of it. Neither is published by a
standard; the constants are the ones in common use. CGCS2000 agrees with WGS 84
to decimetres and is treated as the same.

Both forward shifts are closed forms. Their inverses are found by a fixed point,
``w <- w - (shift(w) - g)``, which ends below a thousandth of a millimetre, where
the usual closed "inverses" are metres off.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from gis.errors import CRSError

__all__ = [
    "DATUMS",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "shift_datum",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

DATUMS: tuple[str, ...] = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""Datums a layer may be declared in."""

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

_A = 6378245.0  # semi-major axis of the Krasovsky 1940 ellipsoid, m
_EE = 0.00669342162296594  # its first eccentricity, squared
_BD_PI = np.pi * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.0060
_BOX = (72.004, 137.8347, 0.8293, 55.8271)  # where the shift is applied at all
_ROUNDS = 10
_CLOSE = 1e-12  # degrees, about 1e-4 mm


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 positions to GCJ-02.

    Parameters
    ----------
    lon, lat : array_like
        Degrees.

    Returns
    -------
    lon, lat : ndarray
        Degrees in GCJ-02; unchanged outside the box around China.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.391, 39.907)  # Tiananmen
    >>> round(float(lon), 4), round(float(lat), 4)
    (116.3972, 39.9084)
    >>> [float(value) for value in wgs84_to_gcj02(-74.0, 40.7)]  # New York
    [-74.0, 40.7]
    """
    return _inside(_gcj_shift, lon, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 positions back to WGS 84, to well below 1 mm.

    Parameters
    ----------
    lon, lat : array_like
        Degrees in GCJ-02.

    Returns
    -------
    lon, lat : ndarray
        Degrees in WGS 84; unchanged outside the box around China.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(117.0, 36.7))
    >>> round(float(lon), 9), round(float(lat), 9)
    (117.0, 36.7)
    """
    return _inside(_inverse(_gcj_shift), lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 positions to BD-09.

    Parameters
    ----------
    lon, lat : array_like
        Degrees in GCJ-02.

    Returns
    -------
    lon, lat : ndarray
        Degrees in BD-09; unchanged outside the box around China.
    """
    return _inside(_bd_shift, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift BD-09 positions back to GCJ-02, to well below 1 mm.

    Parameters
    ----------
    lon, lat : array_like
        Degrees in BD-09.

    Returns
    -------
    lon, lat : ndarray
        Degrees in GCJ-02; unchanged outside the box around China.
    """
    return _inside(_inverse(_bd_shift), lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS 84 positions to BD-09.

    Parameters
    ----------
    lon, lat : array_like
        Degrees.

    Returns
    -------
    lon, lat : ndarray
        Degrees in BD-09; unchanged outside the box around China.
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift BD-09 positions back to WGS 84, to well below 1 mm.

    Parameters
    ----------
    lon, lat : array_like
        Degrees in BD-09.

    Returns
    -------
    lon, lat : ndarray
        Degrees in WGS 84; unchanged outside the box around China.
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def shift_datum(geometries: GeoSeries, source: str, target: str) -> GeoSeries:
    """Move geometries from one datum to another, vertex by vertex.

    Parameters
    ----------
    geometries : GeoSeries
        Geometries in a geographic CRS (degrees); heights are dropped.
    source, target : {"wgs84", "cgcs2000", "gcj02", "bd09"}
        Datum they are in, datum they shall be in.

    Returns
    -------
    GeoSeries
        Same index and CRS. Edges stay straight lines between moved vertices, so
        node a coverage before it is shifted.

    Raises
    ------
    CRSError
        If the CRS is missing or not in degrees.
    ValueError
        If a datum is none of the four.

    Examples
    --------
    >>> from shapely import Point
    >>> place = GeoSeries([Point(117.0, 36.7)], crs=4326)
    >>> moved = shift_datum(place, "wgs84", "gcj02")
    >>> round(float(moved.to_crs(4548).distance(place.to_crs(4548)).iloc[0]))
    523
    """
    for name in (source, target):
        if name not in DATUMS:
            raise ValueError(f"datum is {name!r}; give one of {', '.join(DATUMS)}")
    if geometries.crs is None or not CRS(geometries.crs).is_geographic:
        raise CRSError("datum shifts need degrees; convert the layer to EPSG:4326")
    chain = ["wgs84", "gcj02", "bd09"]
    start, end = (
        chain.index("wgs84" if name == "cgcs2000" else name)
        for name in (source, target)
    )
    if start == end:
        return geometries.copy()
    step = 1 if end > start else -1
    path = chain[start::step][: abs(end - start) + 1]
    coordinates = shapely.get_coordinates(geometries.array)
    lon, lat = coordinates[:, 0], coordinates[:, 1]
    for leg in pairwise(path):
        lon, lat = _STEPS[leg](lon, lat)
    flat = shapely.force_2d(geometries.to_numpy())
    moved = shapely.set_coordinates(flat, np.column_stack([lon, lat]))
    return GeoSeries(
        moved, index=geometries.index, crs=geometries.crs, name=geometries.name
    )


def _inside(
    shift: Callable[[Array, Array], Pair], lon: ArrayLike, lat: ArrayLike
) -> Pair:
    """Apply a shift to the positions in the box around China, keep the others."""
    x, y = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    west, east, south, north = _BOX
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    new_x, new_y = x.copy(), y.copy()
    if inside.any():
        new_x[inside], new_y[inside] = shift(x[inside], y[inside])
    return new_x, new_y


def _inverse(forward: Callable[[Array, Array], Pair]) -> Callable[[Array, Array], Pair]:
    """Return the inverse of a shift that moves near points almost alike."""

    def backward(lon: Array, lat: Array) -> Pair:
        x, y = lon.copy(), lat.copy()
        for _ in range(_ROUNDS):
            there_x, there_y = forward(x, y)
            step_x, step_y = there_x - lon, there_y - lat
            x, y = x - step_x, y - step_y
            if max(np.abs(step_x).max(), np.abs(step_y).max()) < _CLOSE:
                break
        return x, y

    return backward


def _gcj_shift(lon: Array, lat: Array) -> Pair:
    """GCJ-02 of WGS 84, anywhere: a wavy offset in metres, turned to degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    short = 20.0 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + 2 / 3 * (
        short
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi * y / 3)
        + 160.0 * np.sin(np.pi * y / 12)
        + 320.0 * np.sin(np.pi * y / 30)
    )
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + 2 / 3 * (
        short
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi * x / 3)
        + 150.0 * np.sin(np.pi * x / 12)
        + 300.0 * np.sin(np.pi * x / 30)
    )
    phi = np.radians(lat)
    magic = 1 - _EE * np.sin(phi) ** 2
    meridian = _A * (1 - _EE) / magic**1.5
    parallel = _A / np.sqrt(magic) * np.cos(phi)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _bd_shift(lon: Array, lat: Array) -> Pair:
    """BD-09 of GCJ-02, anywhere: a small turn and stretch, then an offset."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


_STEPS: dict[tuple[str, str], Callable[[Array, Array], Pair]] = {
    ("wgs84", "gcj02"): wgs84_to_gcj02,
    ("gcj02", "bd09"): gcj02_to_bd09,
    ("bd09", "gcj02"): bd09_to_gcj02,
    ("gcj02", "wgs84"): gcj02_to_wgs84,
}
