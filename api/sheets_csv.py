"""Tables as CSV for spreadsheets: nothing in them runs, Chinese shows right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

__all__ = ["remarks_csv"]

_HEADINGS = {
    "zh": ("文件", "图层", "行", "字段", "代码", "说明"),
    "en": ("file", "layer", "row", "field", "code", "message"),
}


def remarks_csv(rows: Iterable[Any], *, lang: str) -> bytes:
    """Return remarks on rows as CSV, UTF-8 with the mark that Excel looks for."""
    from data.sheets import harmless  # not needed to serve the first page

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADINGS[lang])
    for row in rows:
        said = row.message_zh if lang == "zh" else row.message_en
        about = (row.file, row.layer, row.row, row.field, row.code, said)
        writer.writerow(["" if v is None else harmless(str(v)) for v in about])
    return ("\ufeff" + text.getvalue()).encode()
