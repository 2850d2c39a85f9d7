"""Division and grid codes: read, check, write, and number the grids of a community."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from geopandas import GeoSeries
from numpy.typing import NDArray

from gis.codes import CodeError, require_digits
from gis.crs import require_metric
from gis.degrees import to_degrees
from gis.device_codes import DeviceCode, format_device_code, parse_device_code

__all__ = [
    "SERIAL_WIDTH",
    "CjtCode",
    "CodeError",
    "DeviceCode",
    "DivisionCode",
    "GridCode",
    "format_device_code",
    "format_grid_code",
    "grid_codes",
    "grid_order",
    "parse_cjt_code",
    "parse_device_code",
    "parse_division_code",
    "parse_grid_code",
    "serial_width",
]

SERIAL_WIDTH = 3
"""Digits of a grid's serial: 12 + 3 = 15 as Jinan and DB11/T 2157-2023 write it."""

_DIVISION_WIDTH = 12

# Centres are compared in whole centimetres, so that the order survives the
# float noise of a conversion to degrees and back.
_QUANTUM = 0.01

_RADIUS = 6_371_008.8  # mean radius of the Earth, m


@dataclass(frozen=True, slots=True)
class DivisionCode:
    """A 12-digit division code: county 6 + street or town 3 + community 3.

    Attributes
    ----------
    county, street, community : str
        6, 3 and 3 digits.
    """

    county: str
    street: str
    community: str

    def __str__(self) -> str:
        """Return the 12 digits."""
        return self.county + self.street + self.community

    @property
    def street_kind(self) -> str:
        """Kind of the middle level: 街道, 镇, 乡 or 其他."""
        number = int(self.street)
        for last, kind in ((99, "街道"), (199, "镇"), (399, "乡")):
            if number <= last:
                return kind
        return "其他"


@dataclass(frozen=True, slots=True)
class GridCode:
    """A grid code: the division it belongs to and its serial there.

    Attributes
    ----------
    division : DivisionCode
        Community of the grid.
    serial : int
        From 1; resident, exclusive and reserved grids share one run.
    """

    division: DivisionCode
    serial: int


@dataclass(frozen=True, slots=True)
class CjtCode:
    """A 20-digit grid code of CJ/T 349-2010.

    Attributes
    ----------
    service : str
        6 digits, the service object.
    county, street, community : str
        6, 3 and 3 digits; merged communities count from 601.
    serial : int
        2 digits; 0 means the community is not divided.
    """

    service: str
    county: str
    street: str
    community: str
    serial: int


def parse_division_code(text: str) -> DivisionCode:
    """Read a 12-digit division code.

    Parameters
    ----------
    text : str
        12 ASCII digits.

    Returns
    -------
    DivisionCode
        Its three levels.

    Raises
    ------
    CodeError
        If a character is no digit, the length is not 12, or a level is 0 where a
        community must name all three.

    Examples
    --------
    >>> parse_division_code("370102013006").street_kind
    '街道'
    """
    require_digits(text, _DIVISION_WIDTH)
    levels = ((0, 6, "县级", "county"), (6, 9, "街道", "street"))
    for start, stop, zh, en in (*levels, (9, 12, "社区", "community")):
        if int(text[start:stop]) == 0:
            raise CodeError(
                text,
                start + 1,
                f"{zh}代码不能全为0",
                f"{en} is 0; give the code of a community",
            )
    return DivisionCode(text[:6], text[6:9], text[9:])


def parse_grid_code(text: str, *, width: int = SERIAL_WIDTH) -> GridCode:
    """Read a grid code: division code and serial.

    Parameters
    ----------
    text : str
        12 + `width` ASCII digits.
    width : int, default 3
        Digits of the serial.

    Returns
    -------
    GridCode
        Division and serial.

    Raises
    ------
    CodeError
        If a character is no digit, the length is wrong, the division is none, or
        the serial is 0.

    Examples
    --------
    >>> parse_grid_code("370102013006008").serial
    8
    >>> parse_grid_code("37010201300600")
    Traceback (most recent call last):
    gis.codes.CodeError: 37010201300600: digit 15: has 14 digits; write 15
    """
    require_digits(text, _DIVISION_WIDTH + width)
    division = parse_division_code(text[:_DIVISION_WIDTH])
    serial = int(text[_DIVISION_WIDTH:])
    if serial == 0:
        raise CodeError(
            text,
            _DIVISION_WIDTH + 1,
            "网格顺序号从1起",
            "serial is 0; serials begin at 1",
        )
    return GridCode(division, serial)


def format_grid_code(community: str, serial: int, *, width: int = SERIAL_WIDTH) -> str:
    """Write a grid code.

    Parameters
    ----------
    community : str
        12-digit division code; or "" for a community that has none, so that its
        grids carry the serial alone; or a local prefix that ends with "-".
    serial : int
        From 1.
    width : int, default 3
        Digits of the serial.

    Returns
    -------
    str
        The code.

    Raises
    ------
    CodeError
        If the division code is bad, or the serial does not fit `width` digits.

    Examples
    --------
    >>> format_grid_code("370102013006", 8)
    '370102013006008'
    >>> format_grid_code("", 8)
    '008'
    >>> format_grid_code("B-", 8)
    'B-008'
    """
    text = f"{community}{serial:0{width}d}"
    if community and not community.endswith("-"):
        parse_division_code(community)
    if not 1 <= serial < 10**width:
        raise CodeError(
            text,
            len(community) + 1,
            f"顺序号{serial}超出{width}位",
            f"serial {serial} does not fit {width} digits; use serial_width",
        )
    return text


def serial_width(count: int, *, width: int = SERIAL_WIDTH) -> int:
    """Return how many digits the serials of a community need.

    Parameters
    ----------
    count : int
        Number of grids in the community.
    width : int, default 3
        Digits wanted.

    Returns
    -------
    int
        `width`, or more where `count` does not fit; whoever writes more than the
        standard's 3 should say so.

    Examples
    --------
    >>> serial_width(999), serial_width(1000)
    (3, 4)
    """
    return max(width, len(str(count)))


def parse_cjt_code(text: str) -> CjtCode:
    """Read a 20-digit grid code of CJ/T 349-2010.

    Parameters
    ----------
    text : str
        20 ASCII digits.

    Returns
    -------
    CjtCode
        Its fields.

    Raises
    ------
    CodeError
        If a character is no digit, the length is not 20, or the county is 0.

    Examples
    --------
    >>> parse_cjt_code("10000137010201300608").serial
    8
    """
    require_digits(text, 20)
    if int(text[6:12]) == 0:
        raise CodeError(text, 7, "县级代码不能全为0", "county is 0; give its code")
    return CjtCode(text[:6], text[6:12], text[12:15], text[15:18], int(text[18:]))


def grid_order(grids: GeoSeries) -> NDArray[np.int64]:
    """Return the serials of the grids of one community.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        All grids of the community, in a projected CRS with metre units.

    Returns
    -------
    ndarray of int64, shape (n,)
        Serial of each grid, from 1.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Notes
    -----
    DB11/T 2157 and DB6101/T 3185 ask for numbers from west to east and north to
    south and leave open what a row is. Here grids are read like lines of text: the
    northernmost centroid opens a row, which takes all centroids less than half a
    grid further south (half the square root of the median area); then the next
    row opens. Within a row the westernmost comes first. Equal centroids go by
    area. North is true north, so the order is the same in every zone; the order
    of the input does not matter.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(1, 0, 2, 1), box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)]
    >>> grid_order(GeoSeries(squares, crs=32650)).tolist()
    [4, 3, 1, 2]
    """
    require_metric(grids)
    if grids.empty:
        return np.zeros(0, dtype=np.int64)
    area = grids.area.to_numpy()
    centre = grids.centroid
    # By true north: the north of a projected zone turns with the zone.
    lon, lat = np.radians(to_degrees(grids.crs).transform(centre.x, centre.y))
    east = np.round(_RADIUS * np.cos(lat.mean()) * lon / _QUANTUM).astype(np.int64)
    south = np.round(-_RADIUS * lat / _QUANTUM).astype(np.int64)
    half = round(float(np.sqrt(np.median(area))) / 2 / _QUANTUM)
    row = np.zeros(len(grids), dtype=np.int64)
    number, opened = -1, 0
    for k in np.argsort(south, kind="stable").tolist():
        if number < 0 or south[k] - opened >= half:
            number, opened = number + 1, int(south[k])
        row[k] = number
    order = np.lexsort([np.round(area / _QUANTUM), south, east, row])
    serial = np.empty(len(grids), dtype=np.int64)
    serial[order] = np.arange(1, len(grids) + 1)
    return serial


def grid_codes(
    grids: GeoSeries, community: str, *, width: int = SERIAL_WIDTH
) -> pd.Series:
    """Give the grids of one community their codes.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        All grids of the community, in a projected CRS with metre units.
    community : str
        12-digit division code, or what else `format_grid_code` takes.
    width : int, default 3
        Digits of the serial; more are taken where n needs them, so the caller
        can tell by the length of the codes.

    Returns
    -------
    Series of str, shape (n,)
        Codes, with the index of `grids`.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.
    CodeError
        If the division code is bad.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(1, 0, 2, 1), box(0, 0, 1, 1)], crs=32650)
    >>> grid_codes(grids, "370102013006").tolist()
    ['370102013006002', '370102013006001']
    """
    width = serial_width(len(grids), width=width)
    codes = [
        format_grid_code(community, serial, width=width)
        for serial in grid_order(grids).tolist()
    ]
    return pd.Series(codes, index=grids.index, name="code", dtype=object)
