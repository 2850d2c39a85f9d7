"""Write layers to files: whole or not at all, in any CRS and datum."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from pyproj import CRS

from data.errors import ImportFormatError, NotFoundError
from data.safety import file_names
from data.shapefiles import write_shapefiles
from data.sheets import write_csv, write_xlsx
from gis.datum import shift_datum

__all__ = ["WRITABLE", "placed_in", "read_metadata", "write_layers"]

WRITABLE: tuple[str, ...] = (
    ".gpkg",
    ".parquet",
    ".geojson",
    ".zip",
    ".csv",
    ".xlsx",
)
"""Endings that can be written; ``.zip`` holds Shapefiles."""


def write_layers(
    path: Path | str,
    layers: Mapping[str, GeoDataFrame],
    metadata: Mapping[str, Any] | None = None,
    *,
    crs: CRS | str | int | None = None,
    datum: str = "wgs84",
    encoding: str = "utf-8",
    labels: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write layers, which are WGS 84 or CGCS2000, in the format of the ending.

    `crs` keeps each layer's own where it is None. Several layers in a format of
    one layer (GeoParquet, GeoJSON, CSV) become ``name_layer.ending`` each; the
    paths written are returned. `metadata` goes into GeoPackages, workbooks and, as
    members of the collection, GeoJSON. `encoding` (``utf-8`` or ``gbk``) is that of
    Shapefile text; `labels` tells there what columns are called in Chinese.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in WRITABLE:
        raise ImportFormatError(
            f"不能写出 {path.name}；请用 {' '.join(WRITABLE)} 之一作扩展名",
            f"cannot write {path.name}; use one of {' '.join(WRITABLE)}",
        )
    if not path.parent.is_dir():
        raise NotFoundError(
            f"文件夹 {path.parent.name or path.parent} 不存在；请先建立",
            f"folder {path.parent.name or path.parent} does not exist; make it first",
        )
    ready = {
        name: placed_in(layer, crs, datum).reset_index(drop=True)
        for name, layer in layers.items()
    }
    if ending == ".gpkg":
        with _whole(path) as place:
            _write_geopackage(place, ready, metadata or {})
        return (path,)
    if ending == ".zip":
        with _whole(path) as place:
            write_shapefiles(place, ready, encoding=encoding, labels=labels)
        return (path,)
    if ending == ".xlsx":
        with _whole(path) as place:
            write_xlsx(place, ready, dict(metadata or {}))
        return (path,)
    written = []
    names = file_names(ready)
    for name, layer in ready.items():
        alone = len(ready) == 1
        target = path if alone else path.with_stem(f"{path.stem}_{names[name]}")
        with _whole(target) as place:
            if ending == ".geojson":
                _write_geojson(place, layer, metadata or {})
            else:
                _SINGLE[ending](place, layer)
        written.append(target)
    return tuple(written)


def read_metadata(path: Path | str) -> dict[str, Any]:
    """Return the metadata of a GeoPackage of ours; empty for any other."""
    uri = f"{Path(path).resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            known = database.execute(
                "select 1 from sqlite_master where name = 'wangge_metadata'"
            ).fetchone()
            if known is None:
                return {}
            rows = database.execute("select key, value from wangge_metadata")
            return {key: json.loads(value) for key, value in rows}
    except (sqlite3.Error, ValueError, RecursionError) as error:
        name = Path(path).name
        raise ImportFormatError(
            f"{name} 不是可读的 GeoPackage；请重新生成",
            f"{name} is no GeoPackage that can be read; make it again",
        ) from error


def placed_in(
    layer: GeoDataFrame, crs: CRS | str | int | None, datum: str
) -> GeoDataFrame:
    """Return a WGS 84 or CGCS2000 layer in the CRS and datum asked for."""
    target = layer.crs if crs is None else CRS.from_user_input(crs)
    if target is None:
        raise ImportFormatError(
            "图层没有坐标系，不能写出；请先声明坐标系",
            "layer has no CRS and cannot be written; set one first",
        )
    if datum in ("wgs84", "cgcs2000"):
        return layer if layer.crs == target else layer.to_crs(target)
    degrees = layer.to_crs(4326)
    shifted = shift_datum(degrees.geometry, "wgs84", datum)
    return degrees.set_geometry(shifted).to_crs(target)


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a place to write to; it takes the target's name only when complete."""
    with tempfile.TemporaryDirectory(prefix=".wangge-", dir=path.parent) as folder:
        place = Path(folder) / f"whole{path.suffix.lower()}"
        yield place
        with place.open("rb") as file:
            os.fsync(file.fileno())
        place.replace(path)


def _write_geopackage(
    path: Path, layers: Mapping[str, GeoDataFrame], metadata: Mapping[str, Any]
) -> None:
    import pyogrio

    for name, layer in layers.items():
        pyogrio.write_dataframe(
            layer,
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            **({} if len(layer) else {"geometry_type": "Unknown"}),
        )
    if metadata:
        with closing(sqlite3.connect(path)) as database, database:
            _add_metadata(database, metadata)


def _add_metadata(database: sqlite3.Connection, metadata: Mapping[str, Any]) -> None:
    """Add the table of metadata, every value JSON, where QGIS lists it too."""
    has_contents = database.execute(
        "select 1 from sqlite_master where name = 'gpkg_contents'"
    ).fetchone()
    database.execute(
        "create table wangge_metadata (key text primary key not null, value text)"
    )
    database.executemany(
        "insert into wangge_metadata values (?, ?)",
        [(key, _as_json(value)) for key, value in metadata.items()],
    )
    if has_contents:
        database.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
            "values ('wangge_metadata', 'attributes', 'wangge_metadata', 0)"
        )


def _as_json(value: Any) -> str:
    """Return JSON; text that is a JSON object or list already stays as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            json.loads(value)
            return value
    if isinstance(value, np.generic):
        value = value.item()
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_parquet(path: Path, layer: GeoDataFrame) -> None:
    layer.to_parquet(path, index=False, compression="zstd")


def _write_geojson(
    path: Path, layer: GeoDataFrame, metadata: Mapping[str, Any]
) -> None:
    """Write RFC 7946: x first, outer rings counter-clockwise, no NaN.

    Coordinates other than longitude and latitude get the ``crs`` member of the
    2008 format, which QGIS and GDAL read, for the RFC leaves them to agreement.
    """
    taken = ("type", "features", "crs", "bbox")
    told = {name: value for name, value in metadata.items() if name not in taken}
    head: dict[str, Any] = {"type": "FeatureCollection", **told}
    epsg = layer.crs.to_epsg()
    if epsg not in (4326, 4490):
        name = f"urn:ogc:def:crs:EPSG::{epsg}" if epsg else layer.crs.to_wkt()
        head["crs"] = {"type": "name", "properties": {"name": name}}
    shapes = shapely.orient_polygons(layer.geometry.to_numpy(), exterior_cw=False)
    geometry = shapely.to_geojson(shapes)
    about = layer.drop(columns=layer.geometry.name)
    columns = {name: _plain_values(about[name].tolist()) for name in about.columns}
    with path.open("w", encoding="utf-8") as file:
        opening = json.dumps(head, ensure_ascii=False, default=str)[:-1]
        file.write(f'{opening}, "features": [\n')
        for place, shape in enumerate(geometry):
            properties = {name: values[place] for name, values in columns.items()}
            text = json.dumps(properties, ensure_ascii=False, allow_nan=False)
            file.write(",\n" if place else "")
            file.write(
                f'{{"type": "Feature", "properties": {text}, '
                f'"geometry": {shape or "null"}}}'
            )
        file.write("\n]}\n")


def _plain_values(values: list[Any]) -> list[Any]:
    """Return values that JSON knows: missing is null, the rest numbers or text."""

    def plain(value: Any) -> Any:
        if isinstance(value, bool | int | str) or value is None:
            return value
        if isinstance(value, float):
            return value if np.isfinite(value) else None
        if isinstance(value, np.generic):
            return plain(value.item())
        return None if str(value) in ("<NA>", "NaT") else str(value)

    return [plain(value) for value in values]


_SINGLE: dict[str, Callable[[Path, GeoDataFrame], None]] = {
    ".parquet": _write_parquet,
    ".csv": write_csv,
}
