"""What is in a file: layers, what they could be, columns, some rows, where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.aliases import IGNORED
from data.errors import ImportFormatError
from data.plans import is_plan
from data.readers import Places, RowReport, open_each
from data.readers.clean import GEOMETRY_OF
from data.readers.raw import RawLayer
from data.readers.roles import fits_role, role_of
from data.safety import Limits
from data.uploads.choices import guessed_columns
from data.uploads.sketch import MOST_VERTICES, draw_sketch

__all__ = ["inspect_file"]

SAMPLE_ROWS = 8
EXAMPLES = 3
TEXT = 60
"""Letters of a value that are shown."""
MOST_COLUMNS = 200
MOST_LAYERS = 60
SKETCHED = 12
"""Layers of which enough is kept to recognise a place by."""

_DIMENSIONS = {0: "points", 1: "lines", 2: "polygons"}


def inspect_file(
    path: Path, *, encoding: str | None, places: Places, limits: Limits
) -> dict[str, Any]:
    """Return what a person needs to see of a file before it is taken in."""
    report = RowReport()
    layers: list[dict[str, Any]] = []
    broken: list[dict[str, str]] = []
    told: Any = {"limits": limits, "encoding": encoding, "places": places}
    for file, found in open_each(path, report=report, **told):
        if isinstance(found, ImportFormatError):
            told = {"zh": found.message_zh, "en": found.message_en}
            broken.append({"file": file, **told})
            continue
        for raw in found:
            if len(raw.table):
                layers.append(_layer(raw, report, sketched=len(layers) < SKETCHED))
    if not layers and broken:
        raise ImportFormatError(
            "；".join(one["zh"] for one in broken[:3]),
            "; ".join(one["en"] for one in broken[:3]),
        )
    if is_plan(path):
        raise ImportFormatError(
            f"{path.name} 是划分方案，不是登记资料；请由管理员用 wangge import 导入",
            f"{path.name} is a plan, no register; wangge import takes plans in",
        )
    if len(layers) > MOST_LAYERS:
        raise ImportFormatError(
            f"{path.name} 有 {len(layers)} 个图层，超过 {MOST_LAYERS} 个；请只放要用的",
            f"{path.name} holds {len(layers)} layers, more than the limit of "
            f"{MOST_LAYERS}; keep only those to be read",
        )
    return {"layers": layers, "broken": broken}


def _layer(raw: RawLayer, report: RowReport, *, sketched: bool) -> dict[str, Any]:
    role = role_of(raw, {})
    # Nobody has said yet where the rows of such a table lie.
    waits = bool(raw.numbers) and not raw.placed
    fitting = [] if waits else [name for name in GEOMETRY_OF if fits_role(raw, name)]
    if role not in fitting:
        role = ""
    refused = [
        note
        for note in report.rows
        if (note.file, note.layer) == (raw.file, raw.name) and note.row is not None
    ]
    return {
        "file": raw.file,
        "layer": raw.name,
        "rows": len(raw.table),
        "broken_rows": len(refused),
        "geometry": _geometry(raw),
        "places": _places(raw),
        "role": "" if role == IGNORED else role,
        "roles": fitting,
        "crs": _crs(raw),
        "encoding": raw.encoding,
        "columns": [_column(raw.table[name]) for name in raw.table][:MOST_COLUMNS],
        "guesses": {name: guessed_columns(name, raw.table.columns) for name in fitting},
        "sample": [
            [_shown(value) for value in row[:MOST_COLUMNS]]
            for row in raw.table.head(SAMPLE_ROWS).itertuples(index=False, name=None)
        ],
        "sketch": draw_sketch(raw.geometry, most=MOST_VERTICES if sketched else 200),
    }


def _places(raw: RawLayer) -> dict[str, Any] | None:
    """Return which columns of a table could be coordinates, and which are taken."""
    if len(raw.numbers) < 2:
        return None
    x, y = raw.placed if len(raw.placed) == 2 else (None, None)
    return {"columns": list(raw.numbers[:MOST_COLUMNS]), "x": x, "y": y}


def _geometry(raw: RawLayer) -> dict[str, int]:
    """Count points, lines, areas and rows without a shape."""
    dimensions = shapely.get_dimensions(raw.geometry)
    counts = {
        word: int((dimensions == dimension).sum())
        for dimension, word in _DIMENSIONS.items()
    }
    return {**counts, "none": int((dimensions < 0).sum())}


def _crs(raw: RawLayer) -> dict[str, Any] | None:
    """Return what a layer says of its coordinates; None where it says nothing."""
    crs = raw.crs or raw.assumed
    if crs is None:
        return None
    code = crs.to_epsg()
    return {
        "code": f"EPSG:{code}" if code else "",
        "name": crs.name,
        "declared": raw.crs is not None,
        "degrees": crs.is_geographic,
    }


def _column(values: pd.Series[Any]) -> dict[str, Any]:
    filled = values.dropna()
    texts = filled.astype(str).str.strip()
    texts = texts[texts != ""]
    return {
        "name": str(values.name),
        "kind": "number" if pd.api.types.is_numeric_dtype(values) else "text",
        "filled": len(texts),
        "examples": [_shown(value) for value in texts.head(500).unique()[:EXAMPLES]],
    }


def _shown(value: object) -> str:
    """Return a value as a person reads it, on one short line."""
    if (
        value is None
        or value is pd.NA
        or (isinstance(value, float) and np.isnan(value))
    ):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).replace("\0", "").split())
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"
