"""Tables for people: CSV and Excel workbooks that run nothing when opened."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from openpyxl import Workbook

from data.errors import ImportFormatError

__all__ = ["harmless", "is_marked", "write_csv", "write_xlsx"]

# What spreadsheets take for a formula, also in the full-width forms that input
# methods produce, also behind a tab or a line break.
_FORMULA = re.compile(r"^[=+\-@\t\r\n＝＋－＠|%]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SHEET_ROWS = 1_048_575
_CELL_TEXT = 32_767


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: text like a formula gets a ``'``.

    Our readers take the mark off again.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        text = _CONTROL.sub("", value)
        runs = _FORMULA.match(text) and not _NUMBER.match(text)
        return f"'{text}" if runs else text
    if value is None or str(value) in ("<NA>", "NaT", "nan"):
        return None
    if isinstance(value, bool | int | float):
        return value
    return harmless(str(value))


def is_marked(text: str) -> bool:
    """Tell whether a text is one that `harmless` has marked."""
    return text.startswith("'") and _FORMULA.match(text[1:]) is not None


def write_csv(path: Path, layer: GeoDataFrame) -> None:
    """Write a CSV that Excel opens in UTF-8, geometry as WKT in the last column."""
    header, rows = _cells(layer, points_as_columns=False)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_xlsx(
    path: Path, layers: Mapping[str, GeoDataFrame], metadata: dict[str, Any]
) -> None:
    """Write a workbook, one sheet per layer; points as two columns, else WKT."""
    tables = {
        name: _cells(layer, points_as_columns=True) for name, layer in layers.items()
    }
    for name, (_, rows) in tables.items():
        _require_fit(name, rows)
    book = Workbook(write_only=True)
    for name, (header, rows) in tables.items():
        sheet = book.create_sheet(_title(name, book.sheetnames))
        for row in (header, *rows):
            sheet.append(row)
    if metadata:
        sheet = book.create_sheet(_title("metadata", book.sheetnames))
        sheet.append(["key", "value"])
        for key, value in metadata.items():
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            sheet.append([harmless(key), harmless(text[:_CELL_TEXT])])
    book.save(path)


def _require_fit(name: str, rows: list[list[Any]]) -> None:
    """Refuse a layer that a sheet cannot hold, before a sheet is begun."""
    if len(rows) > _SHEET_ROWS:
        raise ImportFormatError(
            f"图层 {name} 有 {len(rows):,} 行，Excel 放不下；请改用 GeoPackage",
            f"layer {name} has {len(rows):,} rows, too many for Excel; "
            "use a GeoPackage",
        )
    if any(isinstance(v, str) and len(v) > _CELL_TEXT for row in rows for v in row):
        raise ImportFormatError(
            f"图层 {name} 有图形过长，Excel 单元格放不下；请改用 GeoPackage 或 CSV",
            f"layer {name} has a geometry too long for an Excel cell; "
            "use a GeoPackage or CSV",
        )


def _cells(
    layer: GeoDataFrame, *, points_as_columns: bool
) -> tuple[list[Any], list[list[Any]]]:
    """Return a header and rows of harmless cells."""
    shapes = layer.geometry.to_numpy()
    about = layer.drop(columns=layer.geometry.name)
    columns = [[harmless(v) for v in about[name].tolist()] for name in about.columns]
    header = [harmless(str(name)) for name in about.columns]
    # Millimetres and better: 9 decimals of a degree are 0.1 mm.
    if points_as_columns and len(shapes) and (shapely.get_type_id(shapes) == 0).all():
        header += ["lon", "lat"] if layer.crs.is_geographic else ["x", "y"]
        columns += [shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist()]
    else:
        header.append("wkt")
        columns.append(shapely.to_wkt(shapes, rounding_precision=12).tolist())
    return header, [list(row) for row in zip(*columns, strict=True)]


def _title(name: str, taken: list[str]) -> str:
    """Return a sheet name that Excel allows and that is free."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", name)[:31] or "layer"
    title, number = plain, 2
    while title.lower() in (other.lower() for other in taken):
        title = f"{plain[:28]}_{number}"
        number += 1
    return title
