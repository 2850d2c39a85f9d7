"""From metres to longitude and latitude."""

from __future__ import annotations

from functools import lru_cache

from pyproj import CRS, Transformer

__all__ = ["from_degrees", "to_degrees"]


def to_degrees(crs: CRS) -> Transformer:
    """Return the transformer from a CRS to longitude and latitude (EPSG:4326).

    Parameters
    ----------
    crs : CRS
        Any CRS that is tied to the Earth.

    Returns
    -------
    Transformer
        Longitude first. Making one takes longer than using it, so it is kept.

    Examples
    --------
    >>> lon, lat = to_degrees(CRS(4548)).transform(500000, 4060000)
    >>> round(lon, 6), round(lat, 3)
    (117.0, 36.671)
    """
    return _transformer(crs.srs, _DEGREES)


def from_degrees(crs: CRS) -> Transformer:
    """Return the transformer from longitude and latitude (EPSG:4326) to a CRS.

    Parameters
    ----------
    crs : CRS
        Any CRS that is tied to the Earth.

    Returns
    -------
    Transformer
        Longitude first; kept, as that of `to_degrees`.

    Examples
    --------
    >>> x, y = from_degrees(CRS(4548)).transform(117, 36.671)
    >>> round(x, 3), round(y, 1)
    (500000.0, 4060000.3)
    """
    return _transformer(_DEGREES, crs.srs)


_DEGREES = "EPSG:4326"


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Transformer:
    """Return a transformer, kept by what the two are called.

    A CRS by itself writes all that defines it each time it is looked up.
    """
    return Transformer.from_crs(source, target, always_xy=True)
