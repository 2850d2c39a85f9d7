"""Any source to any format, CRS and datum: every layer, row and column kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoDataFrame
from pyproj import CRS

from data.errors import ImportFormatError
from data.readers import RowReport, declared_crs, open_source
from data.readers.clean import to_degrees
from data.readers.raw import RawLayer
from data.safety import Limits
from data.writers import placed_in, write_layers

__all__ = ["Conversion", "convert_source"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was written, rows by layer, and the rows that were left out."""

    paths: tuple[Path, ...]
    rows: dict[str, int]
    report: RowReport


def convert_source(
    source: Path | str,
    out: Path | str,
    *,
    crs: str | int | CRS | None = None,
    datum: str | None = None,
    to_crs: str | int | CRS = "EPSG:4326",
    to_datum: str = "wgs84",
    encoding: str = "utf-8",
    limits: Limits | None = None,
) -> Conversion:
    """Write a source as it is in another format; only rows without place are lost.

    `crs` stands for layers that declare none, `datum` for all. Layers that are in
    the wanted CRS and datum already keep every digit.
    """
    report = RowReport()
    declared, target = declared_crs(crs), declared_crs(to_crs)
    layers: dict[str, GeoDataFrame] = {}
    for raw in open_source(Path(source), report=report, limits=limits):
        here = _with_place(raw, report)
        name, number = raw.name, 2
        while name in layers:
            name = f"{raw.name}_{number}"
            number += 1
        own = raw.crs or declared or raw.assumed
        if own == target and (datum or "wgs84") == to_datum:
            layers[name] = _frame(replace(here, crs=own))
            continue
        placed, _ = to_degrees(here, crs=declared, datum=datum, report=report)
        layers[name] = placed_in(_frame(placed), target, to_datum)
    paths = write_layers(out, layers, encoding=encoding)
    return Conversion(paths, {n: len(layer) for n, layer in layers.items()}, report)


def _with_place(raw: RawLayer, report: RowReport) -> RawLayer:
    """Leave out the rows that have no geometry."""
    empty = shapely.is_missing(raw.geometry) | shapely.is_empty(raw.geometry)
    for place in np.flatnonzero(empty).tolist():
        report.add(
            raw.file,
            raw.name,
            int(raw.table.index[place]),
            "refused_no_geometry",
            "没有图形；此行未采用",
            "has no geometry; row left out",
            field="geometry",
        )
    return replace(raw, table=raw.table[~empty], geometry=raw.geometry[~empty])


def _frame(raw: RawLayer) -> GeoDataFrame:
    if "geometry" in raw.table.columns:
        raise ImportFormatError(
            f"{raw.file} 的 {raw.name} 有一列也叫 geometry；请改名",
            f"{raw.file}: a column of {raw.name} is called geometry too; rename it",
        )
    return GeoDataFrame(raw.table, geometry=raw.geometry, crs=raw.crs)
