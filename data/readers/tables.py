"""Tables with places in columns: CSV, XLSX, plain Parquet."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException

from data.aliases import PLACE_COLUMNS, find_column, to_numbers, to_text
from data.errors import ImportFormatError
from data.readers.nesting import is_deep_text, is_deep_wkb
from data.readers.raw import Places, RawLayer, check_vertices, place_columns
from data.readers.report import RowReport
from data.safety import (
    ZIP_ERRORS,
    Limits,
    require_harmless_zip,
    require_no_doctype,
    require_rows,
)
from data.sheets import is_marked

__all__ = ["layer_from_table", "read_csv", "read_xlsx"]


class PlacelessError(ImportFormatError):
    """A table has no columns of coordinates."""


def read_csv(
    path: Path,
    *,
    file: str,
    report: RowReport,
    limits: Limits,
    encoding: str | None = None,
    places: Places | None = None,
) -> RawLayer:
    """Read a CSV in UTF-8, UTF-16 or GB18030; the row number is the line in Excel."""
    text, encoding = _text_of(path, file, limits, encoding)
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=lambda mark: (head.count(mark), mark == ","))
    odd: set[int] = set()

    def skip(row: pa_csv.InvalidRow) -> str:
        odd.add(row.number)
        if row.text.strip():
            report.add(
                file,
                path.stem,
                row.number,
                "refused_columns",
                f"有 {row.actual_columns} 列，应为 {row.expected_columns} 列；"
                "此行未采用",
                f"has {row.actual_columns} columns where {row.expected_columns} are "
                "expected; row left out",
            )
        return "skip"

    data = text.encode("utf-8")
    try:
        names = next(csv.reader(io.StringIO(text), delimiter=delimiter))
        columns = [str(i) for i in range(len(names))]
        arrow = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=min(len(data) + 1, (1 << 31) - 1),
                column_names=columns,
                skip_rows_after_names=1,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in columns}
            ),
        )
    except (pa.ArrowException, csv.Error, StopIteration) as error:
        raise ImportFormatError(
            f"{file} 不是规整的表格（引号或分隔符有误）；请在 Excel 中另存为 CSV UTF-8",
            f"{file} is no regular table (quotes or separators); "
            "save it as CSV UTF-8 in Excel",
        ) from error
    table = arrow.to_pandas()
    lines = np.setdiff1d(np.arange(2, 2 + len(table) + len(odd)), list(odd))
    table.index = pd.Index(lines[: len(table)], name="row")
    table.columns = pd.Index(names)
    about: Any = {"report": report, "limits": limits, "places": places}
    layer = layer_from_table(table, file=file, name=path.stem, **about)
    return replace(layer, encoding=encoding)


def _text_of(
    path: Path, file: str, limits: Limits, encoding: str | None
) -> tuple[str, str]:
    """Decode a text file as told, or by the ladder that was right in every trial.

    Returns the text and the name of the encoding.
    """
    data = path.read_bytes()
    if len(data) > limits.text_bytes:
        raise ImportFormatError(
            f"{file} 太大，不适合 CSV；请另存为 GeoPackage",
            f"{file} is too large for CSV; save it as a GeoPackage",
        )
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    ladder = ("utf-16",) if utf16 else ("utf-8-sig", "gb18030")
    for name in (encoding,) if encoding else ladder:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            return text, name.removesuffix("-sig")
    raise ImportFormatError(
        f"{file} 的文字编码无法识别（不是 UTF-8、UTF-16 或 GB18030）；请另存为 UTF-8",
        f"{file}: text is neither UTF-8, UTF-16 nor GB18030; save it as UTF-8",
    )


def read_xlsx(
    path: Path,
    *,
    file: str,
    report: RowReport,
    limits: Limits,
    places: Places | None = None,
) -> list[RawLayer]:
    """Read the sheets of a workbook; values only, no links, no formulas run."""
    # The whole text of a workbook is held in memory.
    most = min(limits.zip_bytes, limits.text_bytes)
    entries = require_harmless_zip(path, limits=replace(limits, zip_bytes=most))
    if any(name.lower().startswith("xl/externallinks/") for name in entries):
        raise ImportFormatError(
            f"{file} 含有指向其他文件的链接；请复制后“选择性粘贴—数值”再保存",
            f"{file} links to other files; paste its values into a new workbook",
        )
    try:
        require_no_doctype(path)
        with warnings.catch_warnings():
            # openpyxl remarks on styles and extensions it does not keep.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                path, read_only=True, data_only=True, keep_links=False
            )
            sheets = [
                (sheet.title, _sheet_rows(sheet, file, limits))
                for sheet in book.worksheets
            ]
            book.close()
    except (
        InvalidFileException,
        *ZIP_ERRORS,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,  # what ElementTree's ParseError is, e.g. for entities
        IndexError,
        AttributeError,  # openpyxl, where a part is missing
        UnicodeDecodeError,
    ) as error:
        raise ImportFormatError(
            f"{file} 不是完整的 Excel 工作簿；请在 Excel 中另存为 xlsx",
            f"{file} is no complete workbook; save it as xlsx in Excel",
        ) from error
    about: Any = {"report": report, "limits": limits, "places": places}
    layers: list[RawLayer] = []
    placeless: ImportFormatError | None = None
    for title, rows in sheets:
        if len(rows) < 2:
            continue
        names = ["" if name is None else str(name) for name in rows[0]]
        table = pd.DataFrame(rows[1:], columns=pd.Index(names), dtype=object)
        table.index = pd.Index(np.arange(2, 2 + len(table)), name="row")
        try:
            layers.append(layer_from_table(table, file=file, name=title, **about))
        except PlacelessError as error:
            placeless = error
            report.add(
                file, title, None, "note_no_place", error.message_zh, error.message_en
            )
    if placeless is not None and not layers:
        raise placeless
    return layers


def _sheet_rows(sheet: object, file: str, limits: Limits) -> list[tuple[object, ...]]:
    """Return the filled rows; the size a sheet claims is not believed."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows: list[tuple[object, ...]] = []
    width = 0
    for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]
        if not rows:
            width = len(row)
            if width > limits.columns:
                raise ImportFormatError(
                    f"{file} 有 {width} 列，超过上限 {limits.columns} 列；请删除空列",
                    f"{file} has {width} columns, more than the limit of "
                    f"{limits.columns}; delete empty columns",
                )
        rows.append(tuple(row[:width]) + (None,) * (width - len(row)))
        require_rows(file, len(rows), limits=limits)
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    return rows


def layer_from_table(
    table: pd.DataFrame,
    *,
    file: str,
    name: str,
    report: RowReport,
    limits: Limits,
    places: Places | None = None,
) -> RawLayer:
    """Find the places of a table's rows in its WKT or lon/lat columns.

    Where columns may be named by `places`, a table whose columns say nothing comes
    without shapes, so that somebody can name them; otherwise it is refused.
    """
    require_rows(file, len(table), limits=limits)
    table = place_columns(table)
    if len(table.columns):
        filled = pd.concat([to_text(table[c]) != "" for c in table.columns], axis=1)
        table = table[filled.any(axis=1)]
    found = {
        part: find_column(table.columns, aliases)
        for part, aliases in PLACE_COLUMNS.items()
    }
    wkt, lon, lat = found["wkt"], found["lon"], found["lat"]
    chosen = (places or {}).get((file, name))
    if chosen is not None and {*chosen} <= {*table.columns}:
        wkt, (lon, lat) = None, chosen
    numbers = () if places is None else _columns_of_numbers(table)
    used: list[str] = []
    shapes = np.full(len(table), None, dtype=object)
    if wkt is not None:
        text = to_text(table[wkt]).str.replace(r"^SRID=\d+;", "", regex=True)
        given = (text != "").to_numpy()
        shapes = _shapes_of_text(text)
        used = [wkt]
    elif lon is not None and lat is not None:
        x, _ = to_numbers(table[lon])
        y, _ = to_numbers(table[lat])
        given = ~((to_text(table[lon]) == "") | (to_text(table[lat]) == "")).to_numpy()
        placed = np.isfinite(x) & np.isfinite(y)
        shapes[placed] = shapely.points(x[placed], y[placed])
        used = [lon, lat]
    elif len(numbers) >= 2:
        given = np.zeros(len(table), dtype=bool)
    else:
        raise PlacelessError(
            f"{file} 的 {name} 没有坐标列；需要“经度”“纬度”两列（或 lon、lat），"
            "或一列 WKT",
            f"{file}: {name} has no columns of coordinates; give lon and lat, or wkt",
        )
    rows = table.index.to_numpy()
    for place in np.flatnonzero(given & shapely.is_missing(shapes)):
        report.add(
            file,
            name,
            int(rows[place]),
            "refused_broken_geometry",
            "坐标无法读取；此行未采用",
            "coordinates cannot be read; row left out",
            field=used[0],
        )
    check_vertices(file, rows, shapes, limits=limits)
    return RawLayer(
        file,
        name,
        _unmarked(table.drop(columns=used)),
        shapes,
        None,
        numbers=numbers,
        placed=tuple(used),
    )


_LOOKED_AT = 500
"""Rows that tell whether a column holds numbers."""


def _columns_of_numbers(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of which nearly all that is filled is a number."""
    kept = []
    for name in table.columns:
        text = to_text(table[name].head(_LOOKED_AT))
        filled = text[text != ""]
        if len(filled) and np.isfinite(to_numbers(filled)[0]).mean() > 0.9:
            kept.append(str(name))
    return tuple(kept)


def _unmarked(table: pd.DataFrame) -> pd.DataFrame:
    """Take off the mark that keeps spreadsheets from running a cell."""
    columns = {}
    for name in table.columns:
        values = table[name]
        if not pd.api.types.is_numeric_dtype(values):
            texts = {text for text in values if isinstance(text, str)}
            marked = {text: text[1:] for text in texts if is_marked(text)}
            values = values.replace(marked) if marked else values
        columns[name] = values
    return pd.DataFrame(columns, index=table.index)


def _shapes_of_text(text: pd.Series) -> NDArray[np.object_]:
    """Read WKT, or the hexadecimal WKB that PostGIS exports."""
    shapes = np.full(len(text), None, dtype=object)
    hexadecimal = text.str.fullmatch(r"0[01](?:[0-9A-Fa-f]{2})+").to_numpy(dtype=bool)
    shallow = ~text.map(is_deep_text).to_numpy(dtype=bool)
    words = (text != "").to_numpy() & ~hexadecimal & shallow
    binary = [bytes.fromhex(item) for item in text[hexadecimal]]
    shapes[hexadecimal] = shapely.from_wkb(
        np.array([None if is_deep_wkb(b) else b for b in binary], dtype=object),
        on_invalid="ignore",
    )
    shapes[words] = shapely.from_wkt(
        text[words].to_numpy(dtype=object), on_invalid="ignore"
    )
    return np.asarray(shapely.force_2d(shapes), dtype=object)
