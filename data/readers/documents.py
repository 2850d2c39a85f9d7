"""GeoJSON and Parquet, parsed without GDAL."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from data.errors import ImportFormatError
from data.readers.raw import (
    Places,
    RawLayer,
    check_vertices,
    geometries_from_wkb,
    place_columns,
)
from data.readers.report import RowReport
from data.readers.tables import layer_from_table
from data.safety import Limits, require_rows

__all__ = ["read_geojson", "read_parquet"]

_HALVES = re.compile(r"\\u[dD][89a-fA-F]")
"""Where JSON may spell half a character, which no encoding can write."""

_SHAPES = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)


def read_geojson(
    path: Path, *, file: str, report: RowReport, limits: Limits
) -> RawLayer:
    """Read a GeoJSON document, or one feature per line."""
    document = _json_document(path, file, limits)
    features = _features(document, file)
    require_rows(file, len(features), limits=limits)
    rows = np.arange(1, len(features) + 1)
    whole = [feature if isinstance(feature, dict) else {} for feature in features]
    abouts = [feature.get("properties") for feature in whole]
    properties = [about if isinstance(about, dict) else {} for about in abouts]
    given = [feature.get("geometry") for feature in whole]
    texts = [None if shape is None else json.dumps(shape) for shape in given]
    shapes = np.asarray(
        shapely.force_2d(
            shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
        ),
        dtype=object,
    )
    for place in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        if given[place] is not None:
            report.add(
                file,
                path.stem,
                place + 1,
                "refused_broken_geometry",
                "图形数据损坏，无法读取；此行未采用",
                "geometry is broken and cannot be read; row left out",
                field="geometry",
            )
    check_vertices(file, rows, shapes, limits=limits)
    table = pd.DataFrame(properties, index=pd.Index(rows, name="row"))
    crs = _declared_crs(document, file)
    return RawLayer(
        file,
        path.stem,
        place_columns(table),
        shapes,
        crs,
        assumed=CRS.from_epsg(4326),  # RFC 7946
    )


def _json_document(path: Path, file: str, limits: Limits) -> Any:
    """Parse JSON; too deep, too large or cut off is refused."""
    if path.stat().st_size > limits.text_bytes:
        raise ImportFormatError(
            f"{file} 太大，不适合 GeoJSON；请另存为 GeoPackage",
            f"{file} is too large for GeoJSON; save it as a GeoPackage",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        hook = _with_whole_characters if _HALVES.search(text) else None
        try:
            return json.loads(text, object_pairs_hook=hook)
        except json.JSONDecodeError:
            lines = [line.strip("\x1e \r") for line in text.split("\n")]
            features = [
                json.loads(line, object_pairs_hook=hook) for line in lines if line
            ]
            if len(features) < 2:
                raise
            return {"type": "FeatureCollection", "features": features}
    except RecursionError as error:
        raise ImportFormatError(
            f"{file} 的 JSON 嵌套过深；已拒绝，请重新导出",
            f"{file}: JSON is nested too deep; refused, export it again",
        ) from error
    except UnicodeDecodeError as error:
        raise ImportFormatError(
            f"{file} 不是 UTF-8 编码；GeoJSON 只能用 UTF-8，请另存",
            f"{file} is not UTF-8, which GeoJSON must be; save it again",
        ) from error
    except ValueError as error:
        raise ImportFormatError(
            f"{file} 不是完整的 JSON；请重新导出",
            f"{file} is not complete JSON; export it again",
        ) from error


def _with_whole_characters(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object whose text can be written: no half of a character."""

    def whole(value: Any) -> Any:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        return value

    return {whole(name): whole(value) for name, value in pairs}


def _features(document: Any, file: str) -> list[Any]:
    """Return the features of any GeoJSON document."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return list(document["features"])
    if kind == "Feature":
        return [document]
    if kind in _SHAPES:
        return [{"geometry": document, "properties": {}}]
    raise ImportFormatError(
        f"{file} 是 JSON，但不是 GeoJSON；需要 FeatureCollection",
        f"{file} is JSON but not GeoJSON; a FeatureCollection is needed",
    )


def _declared_crs(document: Any, file: str) -> CRS | None:
    """Return the CRS of an old-style `crs` member, None where there is none."""
    member = document.get("crs")
    if member is None:
        return None
    try:
        name = str(member["properties"]["name"])
        if name.upper().endswith(("CRS84", "CRS:84")):
            return CRS.from_epsg(4326)
        return CRS.from_user_input(name)
    except (KeyError, TypeError, ProjError) as error:
        raise ImportFormatError(
            f"{file} 的 crs 成员无法识别；请删除它，或用 EPSG 代码改写",
            f"{file}: its crs member cannot be understood; drop it or give "
            "an EPSG code",
        ) from error


def read_parquet(
    path: Path,
    *,
    file: str,
    report: RowReport,
    limits: Limits,
    places: Places | None = None,
) -> RawLayer:
    """Read GeoParquet, or plain Parquet with WKB, WKT or lon/lat columns."""
    try:
        meta = pq.read_metadata(path)
        require_rows(file, meta.num_rows, limits=limits)
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        # Run lengths claim a billion equal rows in a few bytes.
        if sum(group.total_byte_size for group in groups) > limits.zip_bytes:
            require_rows(file, limits.rows + 1, limits=limits)
        arrow = _flat(pq.ParquetFile(path).read())
        frame = arrow.to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ImportFormatError(
            f"{file} 已损坏或不完整；请重新导出或重新复制",
            f"{file} is damaged or cut off; export or copy it again",
        ) from error
    rows = np.arange(1, arrow.num_rows + 1)
    column, crs = _geometry_column(arrow, file)
    if column is None:
        table = frame.set_index(pd.Index(rows, name="row"))
        about: Any = {"report": report, "limits": limits, "places": places}
        return layer_from_table(table, file=file, name=path.stem, **about)
    wkb = arrow.column(column).combine_chunks()
    wkb = wkb.storage if isinstance(wkb, pa.ExtensionArray) else wkb
    shapes = geometries_from_wkb(
        file,
        path.stem,
        rows,
        np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object),
        report=report,
        limits=limits,
    )
    others = frame.loc[:, [name != column for name in arrow.column_names]]
    table = place_columns(others.set_index(pd.Index(rows, name="row")))
    return RawLayer(file, path.stem, table, shapes, crs)


def _geometry_column(arrow: pa.Table, file: str) -> tuple[str | None, CRS | None]:
    """Return the name of the WKB column and its CRS."""
    geo = (arrow.schema.metadata or {}).get(b"geo")
    if geo is not None:
        try:
            about = json.loads(geo)
            name = about["primary_column"]
            column = about["columns"][name]
            # GeoParquet: no crs key means OGC:CRS84, a null one means unknown.
            text = column.get("crs", "EPSG:4326")
            crs = None if text is None else CRS.from_user_input(text)
            known = (
                isinstance(name, str)
                and arrow.column_names.count(name) == 1
                and column["encoding"] == "WKB"
                and _holds_bytes(arrow.schema.field(name).type)
            )
        except (KeyError, TypeError, ValueError, RecursionError, ProjError) as error:
            raise ImportFormatError(
                f"{file} 的 GeoParquet 元数据无法识别；请重新导出",
                f"{file}: GeoParquet metadata cannot be understood; export it again",
            ) from error
        if not known:
            raise ImportFormatError(
                f"{file} 的几何列 {name!r} 缺失或不是 WKB 编码；请用 WKB 重新导出",
                f"{file}: geometry column {name!r} is missing or not WKB; "
                "export it with WKB",
            )
        return name, crs
    for name in arrow.column_names:
        if arrow.column_names.count(name) == 1:
            kind = arrow.schema.field(name).type
            if _holds_bytes(kind):
                return name, None
    return None, None


def _holds_bytes(kind: pa.DataType) -> bool:
    """Tell whether a column is binary, also when an extension says so."""
    plain = kind.storage_type if isinstance(kind, pa.ExtensionType) else kind
    return bool(pa.types.is_binary(plain) or pa.types.is_large_binary(plain))


def _flat(arrow: pa.Table) -> pa.Table:
    """Return a table with structs and lists as JSON text."""
    for place, field in enumerate(arrow.schema):
        if pa.types.is_nested(field.type):
            values = [
                None
                if value is None
                else json.dumps(value, ensure_ascii=False, default=str)
                for value in arrow.column(place).to_pylist()
            ]
            arrow = arrow.set_column(place, field.name, pa.array(values, pa.string()))
    return arrow
