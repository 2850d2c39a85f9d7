"""Open a source, whatever it is: one file, a folder, a zip."""

from __future__ import annotations

import tempfile
from pathlib import Path

from data.errors import ImportFormatError
from data.readers.documents import read_geojson, read_parquet
from data.readers.gdal import read_geopackage, read_shapefile
from data.readers.osm import read_pbf
from data.readers.raw import RawLayer
from data.readers.report import RowReport
from data.readers.tables import read_csv, read_xlsx
from data.safety import (
    SUFFIXES,
    Limits,
    expand_zip,
    files_in_folder,
    require_file,
    sniff_format,
)

__all__ = ["open_source"]


def open_source(
    path: Path, *, report: RowReport, limits: Limits | None = None
) -> list[RawLayer]:
    """Return the layers of a source as they stand in its files."""
    limits = limits or Limits()
    if path.is_dir():
        return _open_folder(path, f"{path.name}/", report, limits)
    require_file(path, limits=limits)
    if sniff_format(path) == "zip":
        with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
            expand_zip(path, Path(folder), limits=limits)
            return _open_folder(Path(folder), f"{path.name}/", report, limits)
    return _open_file(path, path.name, report, limits)


def _open_folder(
    folder: Path, prefix: str, report: RowReport, limits: Limits
) -> list[RawLayer]:
    """Read every file of a folder that has a format; zips in it are left alone."""
    layers: list[RawLayer] = []
    files = [
        path
        for path in files_in_folder(folder, limits=limits)
        if SUFFIXES.get(path.suffix.lower(), "zip") != "zip"
        and "__MACOSX" not in path.parts
    ]
    for path in files:
        if path.suffix.lower() == ".txt":
            continue  # a readme beside the data
        require_file(path, limits=limits)
        name = prefix + path.relative_to(folder).as_posix()
        layers += _open_file(path, name, report, limits)
    if not layers:
        raise ImportFormatError(
            f"{prefix.rstrip('/')} 中没有可读取的图层；"
            "请放入 GeoPackage、GeoJSON、Shapefile、CSV 或 Parquet",
            f"{prefix.rstrip('/')} holds no layer that can be read; put GeoPackage, "
            "GeoJSON, Shapefile, CSV or Parquet files there",
        )
    return layers


def _open_file(
    path: Path, file: str, report: RowReport, limits: Limits
) -> list[RawLayer]:
    kind = sniff_format(path)
    if kind == "gpkg":
        layers = read_geopackage(path, file=file, report=report, limits=limits)
    elif kind == "shapefile":
        layers = [read_shapefile(path, file=file, report=report, limits=limits)]
    elif kind == "pbf":
        layers = read_pbf(path, file=file, report=report, limits=limits)
    elif kind == "geojson":
        layers = [read_geojson(path, file=file, report=report, limits=limits)]
    elif kind == "parquet":
        layers = [read_parquet(path, file=file, report=report, limits=limits)]
    elif kind == "csv":
        layers = [read_csv(path, file=file, report=report, limits=limits)]
    else:
        layers = read_xlsx(path, file=file, report=report, limits=limits)
    if not any(len(layer.table) for layer in layers):
        raise ImportFormatError(
            f"{file} 里没有任何一行数据；请重新导出",
            f"{file} holds no rows; export it again",
        )
    return layers
