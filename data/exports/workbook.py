"""The list of grids as a workbook to read, sort and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from data.errors import ParameterError
from data.exports.cards import PlanCard
from data.exports.labels import COLUMNS, SEAMS, STATUSES, TABLES, TYPES, label
from data.exports.reading import Exported
from data.sheets import harmless

__all__ = ["write_workbook"]

_MOST_ROWS: Final = 1_000_000
_NUMBER, _DECIMAL, _SHARE, _TEXT = "#,##0", "#,##0.00", "0.0%", "@"
_WIDTHS: Final = {
    _TEXT: 14.0,
    _NUMBER: 10.0,
    _DECIMAL: 11.0,
    _SHARE: 9.0,
    "long": 44.0,
    "code": 20.0,
}
_BAND: Final = {1: "B2182B", -1: "2166AC"}
_HEAD: Final = PatternFill("solid", fgColor="E4E9EE")
_RULE: Final = Border(bottom=Side("thin", color="9FB3C8"))
_TOTAL: Final = Border(top=Side("thin", color="1F2933"))

Column = tuple[str, str, bool]
"""Name, kind of value, whether it is added up."""

_GRIDS: Final[tuple[Column, ...]] = (
    ("code", "code", False),
    ("number", _TEXT, False),
    ("name", "code", False),
    ("type", _TEXT, False),
    ("community_name", _TEXT, False),
    ("households", _NUMBER, True),
    ("estimated", _NUMBER, True),
    ("off", _TEXT, False),
    ("buildings", _NUMBER, True),
    ("area_m2", _NUMBER, True),
    ("area_ha", _DECIMAL, True),
    ("compactness", _DECIMAL, False),
    ("street_share", _SHARE, False),
    ("reason", "long", False),
)
_COMMUNITIES: Final[tuple[Column, ...]] = (
    ("code", "code", False),
    ("name", "code", False),
    ("version", _NUMBER, False),
    ("status", _TEXT, False),
    ("since", _TEXT, False),
    ("grids", _NUMBER, True),
    ("out", _NUMBER, True),
    ("households", _NUMBER, True),
    ("buildings", _NUMBER, True),
    ("area_ha", _DECIMAL, True),
)
_BUILDINGS: Final[tuple[Column, ...]] = (
    ("id", "code", False),
    ("grid", "code", False),
    ("cell", _NUMBER, False),
    ("households", _NUMBER, True),
    ("estimated", _TEXT, False),
    ("floors", _NUMBER, False),
    ("use", _TEXT, False),
    ("straddles", _TEXT, False),
)
_SEAMS: Final[tuple[Column, ...]] = (
    ("left", "code", False),
    ("right", "code", False),
    ("kind", _TEXT, False),
    ("length_m", _DECIMAL, True),
)


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]


def write_workbook(
    path: Path, exported: Exported, title: str, *, lang: str = "zh"
) -> None:
    """Write grids, communities, buildings and seams, a sheet each, and what it is.

    No text of the data is run as a formula, and nothing is computed when it opens.

    Raises
    ------
    ParameterError
        If a table has more rows than a sheet holds.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.title = title
    book.properties.creator = "wangge"
    for table in _tables(exported, lang):
        if len(table.rows) > _MOST_ROWS:
            raise ParameterError(
                f"{table.name} 有 {len(table.rows):,} 行，Excel 放不下；"
                "请缩小范围或改用 GeoPackage",
                f"{table.name} has {len(table.rows):,} rows, too many for Excel; ask "
                "for less or for a GeoPackage",
            )
        _write_table(book, table, title, lang)
    _write_about(book, exported, title, lang)
    book.save(path)


def _tables(exported: Exported, lang: str) -> Iterator[_Table]:
    layers, cards = exported.layers, exported.cards
    by_community = {card.community: card for card in cards}
    grids = _records(layers["grids"])
    yield _Table("grids", _GRIDS, [_grid(row, by_community, lang) for row in grids])
    rows = [_community(card, grids, lang) for card in cards]
    yield _Table("communities", _COMMUNITIES, rows)
    buildings = [_flags(row, lang) for row in _records(layers["buildings"])]
    yield _Table("buildings", _BUILDINGS, buildings)
    seams = _records(layers["seams"])
    for row in seams:
        row["kind"] = label(SEAMS, row["kind"], lang)
    yield _Table("seams", _SEAMS, seams)


def _records(layer: pd.DataFrame) -> list[dict[str, Any]]:
    plain = pd.DataFrame(layer.drop(columns="geometry"))
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def _grid(row: dict[str, Any], cards: dict[str, PlanCard], lang: str) -> dict[str, Any]:
    card = cards[row["community"]]
    off = _off(row, card)
    return {
        **row,
        "number": str(row["code"]).removeprefix(card.community) or row["code"],
        "type": label(TYPES, row["type"], lang),
        "community_name": card.community_name,
        "off": f"{'▲' if off > 0 else '▼'} {abs(off):,}" if off else "",
        "area_ha": row["area_m2"] / 10_000,
        "reason": row["reason_zh" if lang == "zh" else "reason_en"],
        "band": (off > 0) - (off < 0),
    }


def _off(row: dict[str, Any], card: PlanCard) -> int:
    """Return the households above the band, below it as a negative number."""
    if row["type"] != "resident":
        return 0
    households = int(row["households"])
    return max(households - card.high, 0) or min(households - card.low, 0)


def _community(
    card: PlanCard, grids: Sequence[dict[str, Any]], lang: str
) -> dict[str, Any]:
    mine = [row for row in grids if row["community"] == card.community]
    return {
        "code": card.community,
        "name": card.community_name,
        "version": card.version,
        "status": label(STATUSES, card.status, lang),
        "since": "" if card.since is None else card.since.isoformat(),
        "grids": len(mine),
        "out": sum(1 for row in mine if _off(row, card)),
        "households": sum(int(row["households"]) for row in mine),
        "buildings": sum(int(row["buildings"]) for row in mine),
        "area_ha": sum(float(row["area_m2"]) for row in mine) / 10_000,
    }


def _flags(row: dict[str, Any], lang: str) -> dict[str, Any]:
    yes = "是" if lang == "zh" else "yes"
    flags = {name: yes if row[name] else "" for name in ("estimated", "straddles")}
    return {**row, **flags}


def _write_table(book: Workbook, table: _Table, title: str, lang: str) -> None:
    sheet = book.create_sheet(label(TABLES, table.name, lang))
    sheet.append([label(COLUMNS, name, lang) for name, _, _ in table.columns])
    for row in table.rows:
        sheet.append([_cell(row.get(name)) for name, _, _ in table.columns])
    end = len(table.rows) + 1
    for place, (_, kind, _) in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS[kind]
        number = kind if kind in (_NUMBER, _DECIMAL, _SHARE) else _TEXT
        for (cell,) in sheet[f"{letter}2:{letter}{end}"] if table.rows else ():
            cell.number_format = number
        head = sheet.cell(1, place)
        head.font, head.fill, head.border = Font(bold=True), _HEAD, _RULE
        is_text = number == _TEXT
        head.alignment = Alignment(
            "left" if is_text else "right", "center", wrap_text=True
        )
    if table.name == "grids":
        _mark_band(sheet, table)
    _add_total(sheet, table, lang)
    sheet.row_dimensions[1].height = 30
    sheet.freeze_panes = "B2"
    last = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A1:{last}{max(end, 1)}"
    _set_up_print(sheet, f"{title} · {sheet.title}")


def _cell(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return harmless(value)


def _mark_band(sheet: Any, table: _Table) -> None:
    """Colour what is out of the band; the arrow says it without colour, too."""
    names = [name for name, _, _ in table.columns]
    columns = [names.index(name) + 1 for name in ("households", "off")]
    for number, row in enumerate(table.rows, start=2):
        if row["band"]:
            for column in columns:
                font = Font(bold=True, color=_BAND[row["band"]])
                sheet.cell(number, column).font = font


def _add_total(sheet: Any, table: _Table, lang: str) -> None:
    """Add up in the last row, as values: a viewer that computes nothing shows them."""
    if not table.rows:
        return
    at = len(table.rows) + 2
    sheet.cell(at, 1, "合计" if lang == "zh" else "Total")
    for place, (name, kind, adds) in enumerate(table.columns, start=1):
        cell = sheet.cell(at, place)
        if adds:
            values = [row[name] for row in table.rows if not pd.isna(row[name])]
            cell.value = _cell(sum(values))
            cell.number_format = kind
        cell.font, cell.border = Font(bold=True), _TOTAL


def _set_up_print(sheet: Any, title: str) -> None:
    """Let it print on A4 lying, as wide as the paper, the header on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    # An "&" begins a code of Excel.
    sheet.oddHeader.center.text = title.replace("&", "&&")
    sheet.oddFooter.center.text = "&P / &N"


def _write_about(book: Workbook, exported: Exported, title: str, lang: str) -> None:
    sheet = book.create_sheet(label(TABLES, "about", lang))
    zh = lang == "zh"
    card = exported.cards[0]
    rows: list[tuple[str, Any]] = [("标题" if zh else "Title", title)]
    if len(exported.cards) == 1:
        rows += [
            (label(COLUMNS, "community_name", lang), card.community_name),
            (label(COLUMNS, "community", lang), card.community),
            (label(COLUMNS, "version", lang), card.version),
            (label(COLUMNS, "status", lang), label(STATUSES, card.status, lang)),
        ]
    band = sorted({f"{c.low}–{c.high}" for c in exported.cards})
    rows.append(("户数标准" if zh else "Band", ", ".join(band)))
    if exported.attribution:
        rows.append(("数据来源" if zh else "Data", exported.attribution))
    if exported.made_up:
        said = "虚构示例：城镇、楼栋和户数均为程序生成，不对应任何真实地点"
        rows.append(("注意", said) if zh else ("Note", "made-up town, no real place"))
    for name, value in rows:
        sheet.append([name, _cell(value)])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 60
    for (cell,) in sheet[f"A1:A{len(rows)}"]:
        cell.font = Font(bold=True)
    _set_up_print(sheet, title)
