"""What an export is asked to be."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from api.schemas.base import Asked
from data.exports.order import Format, Order
from data.exports.systems import SYSTEM_PATTERN

__all__ = ["ExportJob", "ExportOptions", "query_order"]

SHEET_PATTERN = r"^(all|overview|[0-9]{13,20})$"

Paper = Literal["a4", "a3"]
Encoding = Literal["utf-8", "gbk"]
Layer = Literal["grids", "communities", "cells", "seams", "buildings"]
Lang = Literal["zh", "en"]

_ABOUT = {
    "format": "gpkg: all layers, can be imported again; shp: Shapefiles in a zip; "
    "geojson (RFC 7946); kml; xlsx: lists to read and print; pdf: atlas; png: a sheet; "
    "certificate: PDF to sign",
    "crs": "EPSG:4326 (default), EPSG:4490, EPSG:4534–4554 (CGCS2000 3-degree zones) "
    "or gcj02; of gpkg, shp, geojson and kml",
    "encoding": "text of Shapefiles; utf-8 by default",
    "paper": "of pdf and png; a4 by default",
    "sheet": "of pdf and png: all sheets, the overview, or the code of one grid; a pdf "
    "has all by default, a png the overview; png of all is a zip",
    "layer": "of geojson; grids by default",
    "lang": "language of what is not data, in kml, xlsx, pdf, png, certificate",
}


class ExportOptions(Asked):
    """A format, and what it can be told."""

    format: Format = Field(description=_ABOUT["format"])
    crs: str | None = Field(None, pattern=SYSTEM_PATTERN, description=_ABOUT["crs"])
    encoding: Encoding | None = Field(None, description=_ABOUT["encoding"])
    paper: Paper | None = Field(None, description=_ABOUT["paper"])
    sheet: str | None = Field(None, pattern=SHEET_PATTERN, description=_ABOUT["sheet"])
    layer: Layer | None = Field(None, description=_ABOUT["layer"])
    lang: Lang | None = Field(None, description=_ABOUT["lang"])

    def order(self) -> Order:
        """Return the order; refuse what the format has no use for."""
        return Order(
            self.format,
            self.crs,
            self.encoding,
            self.paper,
            self.sheet,
            self.layer,
            self.lang,
        )


class ExportJob(ExportOptions):
    """An order that a job carries out: the plan, or those of a division."""

    plan: int | None = Field(
        None, ge=1, le=2**63 - 1, description="number of a plan; or give `division`"
    )
    division: str | None = Field(
        None,
        pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
        description="code of a division: the plans shown below it",
    )
    on: date | None = Field(
        None, description="with `division`: those in force that day; today by default"
    )
    drafts: bool = Field(
        False,
        description="with `division`: the newest draft where no plan is in force",
    )


def query_order(
    format: Annotated[Format, Query(description=_ABOUT["format"])],
    crs: Annotated[
        str | None, Query(pattern=SYSTEM_PATTERN, description=_ABOUT["crs"])
    ] = None,
    encoding: Annotated[Encoding | None, Query(description=_ABOUT["encoding"])] = None,
    paper: Annotated[Paper | None, Query(description=_ABOUT["paper"])] = None,
    sheet: Annotated[
        str | None, Query(pattern=SHEET_PATTERN, description=_ABOUT["sheet"])
    ] = None,
    layer: Annotated[Layer | None, Query(description=_ABOUT["layer"])] = None,
    lang: Annotated[Lang | None, Query(description=_ABOUT["lang"])] = None,
) -> Order:
    """Return the order that a query gives."""
    return Order(format, crs, encoding, paper, sheet, layer, lang)
