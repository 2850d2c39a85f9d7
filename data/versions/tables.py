"""Tables of a comparison for Excel: CSV that it opens as UTF-8, and workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from data.sheets import harmless

__all__ = ["CSV", "XLSX", "crosswalk_table", "moves_table", "to_csv", "to_xlsx"]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OUTSIDE = "社区以外"

# Every character of these is in GBK too, so a table saved as "ANSI" loses nothing.
_CROSSWALK = {
    "legacy": "原网格",
    "name": "原网格名称",
    "grid": "新网格",
    "grid_name": "新网格名称",
    "area_m2": "面积（平方米）",
    "area_percent": "面积占比（%）",
    "households": "户数",
    "household_percent": "户数占比（%）",
}
_MOVES = {
    "former": "原网格",
    "grid": "新网格",
    "households": "户数",
    "buildings": "楼栋",
    "area_m2": "面积（平方米）",
    "devices": "设备",
    "spaces": "活动空间",
}
_WIDEST = 40


def crosswalk_table(table: pd.DataFrame) -> list[list[Any]]:
    """Return header and rows of a crosswalk; what lies outside is said in words."""
    return _cells(table.assign(grid=table["grid"].replace("", _OUTSIDE)), _CROSSWALK)


def moves_table(table: pd.DataFrame) -> list[list[Any]]:
    """Return header and rows of who moves from which grid to which."""
    return _cells(table, _MOVES)


def to_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a CSV in UTF-8 with the mark by which Excel knows it."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Sequence[Sequence[Any]], *, title: str) -> bytes:
    """Return a workbook with one sheet, its header in bold and always in sight."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for column, cell in zip(sheet.columns, rows[0], strict=True):
        column[0].font = Font(bold=True)
        column[0].alignment = Alignment(horizontal="center")
        letter = column[0].column_letter
        widest = max(_width(each.value) for each in column[:200])
        sheet.column_dimensions[letter].width = min(_WIDEST, max(widest, _width(cell)))
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _width(value: Any) -> int:
    """Return about how many columns of text a value takes."""
    return 3 + sum(2 if ord(each) > 0x2E7F else 1 for each in str(value or ""))


def _cells(table: pd.DataFrame, names: dict[str, str]) -> list[list[Any]]:
    columns = [[harmless(value) for value in table[name].tolist()] for name in names]
    return [list(names.values()), *(list(row) for row in zip(*columns, strict=True))]
