"""Names of streets and districts from a table of division codes."""

from __future__ import annotations

import csv
from pathlib import Path

from data.aliases import COLUMN_ALIASES, find_column
from data.errors import ImportFormatError

__all__ = ["read_division_names"]

_LARGEST = 50 * 2**20


def read_division_names(path: Path) -> dict[str, str]:
    """Return the names by code of a CSV with a code and a name column.

    A code of 12 digits that ends in zeros means the street or district it begins with,
    as in the lists of the statistics office.
    """
    data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    text = _decoded(data)
    rows = list(csv.reader(line for line in text.splitlines() if line[:1] != "#"))
    head = rows[0] if rows else []
    aliases = COLUMN_ALIASES["communities"]
    code, name = (find_column(head, aliases[word]) for word in ("code", "name"))
    if code is None or name is None:
        raise ImportFormatError(
            f"{path.name} 不是行政区划表；需要代码和名称两列的 CSV",
            f"{path.name} is no table of divisions; give a CSV with a code and a name "
            "column",
        )
    places = head.index(code), head.index(name)
    return {
        _shortened(row[places[0]].strip()): row[places[1]].strip()
        for row in rows[1:]
        if len(row) > max(places) and row[places[1]].strip()
    }


def _decoded(data: bytes) -> str:
    """Read UTF-8, or else what Chinese Windows writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _shortened(code: str) -> str:
    for digits in (6, 9):
        if len(code) == 12 and set(code[digits:]) == {"0"}:
            return code[:digits]
    return code
