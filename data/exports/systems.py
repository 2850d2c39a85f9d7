"""The coordinate systems that can be asked for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from data.errors import ParameterError

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["SYSTEM_PATTERN", "System", "nearest_zone", "read_system", "require_near"]

SYSTEM_PATTERN: Final = r"^(EPSG:(4326|4490|453[4-9]|454[0-9]|455[0-4])|gcj02)$"
"""What `crs=` may say."""

_FIRST_ZONE, _LAST_ZONE, _FIRST_MERIDIAN = 4534, 4554, 75
_FARTHEST: Final = 4.5
"""Degrees from the meridian of a zone: what lies farther is a wrong choice."""


@dataclass(frozen=True, slots=True)
class System:
    """Where coordinates are told: a CRS and, for GCJ-02, the shifted datum."""

    name: str
    epsg: int
    datum: str = "wgs84"

    @property
    def is_plain(self) -> bool:
        """Whether these are the very coordinates of the record."""
        return self.epsg == 4326 and self.datum == "wgs84"

    @property
    def is_degrees(self) -> bool:
        """Whether coordinates are longitude and latitude."""
        return not _FIRST_ZONE <= self.epsg <= _LAST_ZONE

    @property
    def crs(self) -> CRS:
        """The CRS that files declare."""
        from pyproj import CRS

        return CRS.from_epsg(self.epsg)

    @property
    def words(self) -> str:
        """What a person is told; GCJ-02 has no EPSG number and is none that has one."""
        if self.datum == "gcj02":
            return (
                "GCJ-02（火星坐标，高德、腾讯地图用），不是 EPSG:4326 / "
                "as web maps in China use it, hundreds of metres off EPSG:4326"
            )
        return f"{self.crs.name} ({self.name})"


def read_system(text: str) -> System:
    """Return the system that `crs=` names.

    Raises
    ------
    ParameterError
        If it is none that can be written.

    Examples
    --------
    >>> read_system("EPSG:4548").is_degrees
    False
    >>> read_system("gcj02").epsg
    4326
    """
    if not re.fullmatch(SYSTEM_PATTERN, text):
        raise ParameterError(
            f"crs={text} 不能导出；可用 EPSG:4326、EPSG:4490、"
            "EPSG:4534–4554（CGCS2000 3 度带）和 gcj02",
            f"crs={text} cannot be exported; there are EPSG:4326, EPSG:4490, "
            "EPSG:4534-4554 (CGCS2000 3-degree zones) and gcj02",
        )
    if text == "gcj02":
        return System(text, 4326, "gcj02")
    return System(text, int(text.removeprefix("EPSG:")))


def nearest_zone(lon: float, lat: float) -> int | None:
    """Return the EPSG number of the CGCS2000 zone a place lies in, None outside China.

    Examples
    --------
    >>> nearest_zone(117.2, 36.9)
    4548
    """
    from gis.crs import metric_crs

    epsg = metric_crs(lon, lat).to_epsg()
    return epsg if epsg and _FIRST_ZONE <= epsg <= _LAST_ZONE else None


def require_near(system: System, lon: float, lat: float) -> None:
    """Refuse a zone that a place is far from, where nobody would find it.

    Raises
    ------
    ParameterError
        If the place is more than 4.5 degrees from the meridian of the zone.
    """
    if system.is_degrees:
        return
    meridian = _FIRST_MERIDIAN + 3 * (system.epsg - _FIRST_ZONE)
    if math.fabs(lon - meridian) > _FARTHEST:
        zone = nearest_zone(lon, lat)
        better = f"EPSG:{zone}" if zone else "EPSG:4326"
        raise ParameterError(
            f"{system.name} 的中央经线是 {meridian}°，方案在 {lon:.1f}°；请用 {better}",
            f"{system.name} has its meridian at {meridian}° but the plan lies at "
            f"{lon:.1f}°; use {better}",
        )
