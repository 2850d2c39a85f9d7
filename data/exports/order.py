"""What an export is asked to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from data.errors import ParameterError
from data.exports.systems import System, read_system

__all__ = ["ENDINGS", "LAYERS", "MEDIA_TYPES", "Format", "Order"]

Lang = Literal["zh", "en"]


class Format(StrEnum):
    """Formats of an export."""

    GPKG = "gpkg"
    SHP = "shp"
    GEOJSON = "geojson"
    KML = "kml"
    XLSX = "xlsx"
    PDF = "pdf"
    PNG = "png"
    CERTIFICATE = "certificate"


MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".gpkg": "application/geopackage+sqlite3",
    ".zip": "application/zip",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
"""Ending of a file → media type."""

ENDINGS: Final[Mapping[Format, str]] = {
    Format.GPKG: ".gpkg",
    Format.SHP: ".zip",
    Format.GEOJSON: ".geojson",
    Format.KML: ".kml",
    Format.XLSX: ".xlsx",
    Format.PDF: ".pdf",
    Format.PNG: ".png",
    Format.CERTIFICATE: ".pdf",
}

LAYERS: Final = ("grids", "communities", "cells", "seams", "buildings")
"""Layers of a plan, the one first that most want."""

_ALL, _OVERVIEW = "all", "overview"
_USUAL: Final[dict[str, str]] = {"crs": "EPSG:4326", "encoding": "utf-8", "paper": "a4"}
_FITS: Final[dict[Format, frozenset[str]]] = {
    Format.GPKG: frozenset({"crs"}),
    Format.SHP: frozenset({"crs", "encoding"}),
    Format.GEOJSON: frozenset({"crs", "layer"}),
    Format.KML: frozenset({"crs", "lang"}),
    Format.XLSX: frozenset({"lang"}),
    Format.PDF: frozenset({"paper", "sheet", "lang"}),
    Format.PNG: frozenset({"paper", "sheet", "lang"}),
    Format.CERTIFICATE: frozenset({"lang"}),
}
_DEGREES_ONLY: Final = {
    Format.GEOJSON: "RFC 7946",
    Format.KML: "KML",
}


@dataclass(frozen=True, slots=True)
class Order:
    """A format and what it can be told; `None` is what is usual.

    Raises
    ------
    ParameterError
        If something is told that the format has no use for: it would go unseen.
    """

    format: Format
    crs: str | None = None
    encoding: str | None = None
    paper: str | None = None
    sheet: str | None = None
    layer: str | None = None
    lang: Lang | None = None

    def __post_init__(self) -> None:
        for name in ("crs", "encoding", "paper", "sheet", "layer"):
            if getattr(self, name) is not None and name not in _FITS[self.format]:
                fit = ", ".join(sorted(_FITS[self.format])) or "-"
                raise ParameterError(
                    f"格式 {self.format} 不用 {name}；可用的：{fit}",
                    f"format {self.format} has no use for {name}; it takes {fit}",
                )
        if self.format in _DEGREES_ONLY and not self.system.is_degrees:
            rule = _DEGREES_ONLY[self.format]
            raise ParameterError(
                f"{rule} 只能用经纬度，不能用 {self.crs}；"
                "请改用 EPSG:4326，或导出 GeoPackage、Shapefile",
                f"{rule} holds longitude and latitude, not {self.crs}; use EPSG:4326, "
                "or a GeoPackage or Shapefiles",
            )

    @property
    def system(self) -> System:
        """The coordinate system."""
        return read_system(self.crs or _USUAL["crs"])

    @property
    def ending(self) -> str:
        """The ending of the file: pictures of all sheets come in one zip."""
        if self.format is Format.PNG and self.sheet == _ALL:
            return ".zip"
        return ENDINGS[self.format]

    @property
    def sheets(self) -> str:
        """Which sheets: all of an atlas, the overview as a picture, or what is told."""
        return self.sheet or (_ALL if self.format is Format.PDF else _OVERVIEW)

    def told(self) -> dict[str, Any]:
        """Return what was told, to be told again to a job."""
        names = ("crs", "encoding", "paper", "sheet", "layer", "lang")
        given = {name: getattr(self, name) for name in names}
        kept = {name: value for name, value in given.items() if value is not None}
        return {"format": str(self.format), **kept}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Order:
        """Return the order that `told` gave."""
        return cls(**{**told, "format": Format(told["format"])})
