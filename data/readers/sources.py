"""Open a source, whatever it is: one file, a folder, a zip."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.errors import ImportFormatError
from data.readers.documents import read_geojson, read_parquet
from data.readers.gdal import read_geopackage, read_shapefile
from data.readers.osm import read_pbf
from data.readers.raw import Places, RawLayer
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

__all__ = ["open_each", "open_source"]

Opened = tuple[str, "list[RawLayer] | ImportFormatError"]
"""The name of a file, and its layers or why it cannot be read."""


def open_source(
    path: Path,
    *,
    report: RowReport,
    limits: Limits | None = None,
    encoding: str | None = None,
    skip: Collection[str] = (),
    places: Places | None = None,
) -> list[RawLayer]:
    """Return the layers of a source as they stand in its files.

    `encoding` is that of the text in Shapefiles and CSV, told by the text itself if it
    is None. The files of `skip` are left alone. `places` names columns of coordinates
    in tables; where it is given, a table without any comes without shapes.
    """
    layers: list[RawLayer] = []
    told: Any = {"limits": limits, "encoding": encoding, "skip": skip, "places": places}
    for _, found in open_each(path, report=report, **told):
        if isinstance(found, ImportFormatError):
            raise found
        layers += found
    return layers


def open_each(
    path: Path,
    *,
    report: RowReport,
    limits: Limits | None = None,
    encoding: str | None = None,
    skip: Collection[str] = (),
    places: Places | None = None,
) -> Iterator[Opened]:
    """Yield every file of a source with its layers, or with what is wrong with it."""
    limits = limits or Limits()
    with _unpacked(path, limits) as files:
        for file, name in files:
            if name in skip:
                continue
            try:
                require_file(file, limits=limits)
                yield name, _open_file(file, name, report, limits, encoding, places)
            except ImportFormatError as error:
                yield name, error


@contextmanager
def _unpacked(path: Path, limits: Limits) -> Iterator[list[tuple[Path, str]]]:
    """Give the files of a source, and what the user calls each."""
    if path.is_dir():
        yield _files_of(path, f"{path.name}/", limits)
        return
    require_file(path, limits=limits)
    if sniff_format(path) != "zip":
        yield [(path, path.name)]
        return
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        _expand(path, Path(folder), limits)
        yield _files_of(Path(folder), f"{path.name}/", limits)


def _expand(path: Path, folder: Path, limits: Limits) -> None:
    """Unpack a zip, and the zips that lie in it, all within one budget.

    Archives sent together come as one; what lies deeper is left alone.
    """
    expand_zip(path, folder, limits=limits)
    for inner in sorted(folder.rglob("*.zip")):
        if "__MACOSX" in inner.parts or not inner.is_file():
            continue
        files = [each for each in folder.rglob("*") if each.is_file()]
        left = replace(
            limits,
            zip_bytes=limits.zip_bytes - sum(each.stat().st_size for each in files),
            zip_entries=limits.zip_entries - len(files),
        )
        place = inner.with_name(f"{inner.name}.unpacked")
        place.mkdir()
        expand_zip(inner, place, limits=left)
        inner.unlink()
        place.rename(inner)


def _files_of(folder: Path, prefix: str, limits: Limits) -> list[tuple[Path, str]]:
    """List the files of a folder that have a format; zips are left alone."""
    files = [
        path
        for path in files_in_folder(folder, limits=limits)
        if SUFFIXES.get(path.suffix.lower(), "zip") != "zip"
        and "__MACOSX" not in path.parts
    ]
    named = [
        (path, prefix + path.relative_to(folder).as_posix())
        for path in files
        if path.suffix.lower() != ".txt"  # a readme beside the data
    ]
    if not named:
        raise ImportFormatError(
            f"{prefix.rstrip('/')} 中没有可读取的图层；"
            "请放入 GeoPackage、GeoJSON、Shapefile、CSV 或 Parquet",
            f"{prefix.rstrip('/')} holds no layer that can be read; put GeoPackage, "
            "GeoJSON, Shapefile, CSV or Parquet files there",
        )
    return named


def _open_file(
    path: Path,
    file: str,
    report: RowReport,
    limits: Limits,
    encoding: str | None,
    places: Places | None,
) -> list[RawLayer]:
    kind = sniff_format(path)
    about: Any = {"file": file, "report": report, "limits": limits}
    if kind == "gpkg":
        layers = read_geopackage(path, **about)
    elif kind == "shapefile":
        layers = [read_shapefile(path, **about, encoding=encoding)]
    elif kind == "pbf":
        layers = read_pbf(path, **about)
    elif kind == "geojson":
        layers = [read_geojson(path, **about)]
    elif kind == "parquet":
        layers = [read_parquet(path, **about, places=places)]
    elif kind == "csv":
        layers = [read_csv(path, **about, encoding=encoding, places=places)]
    else:
        layers = read_xlsx(path, **about, places=places)
    if not any(len(layer.table) for layer in layers):
        raise ImportFormatError(
            f"{file} 里没有任何一行数据；请重新导出",
            f"{file} holds no rows; export it again",
        )
    return layers
