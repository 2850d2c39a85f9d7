"""A reading from one process to another through a folder of Parquet and JSON.

Only plain tables and well-known binary cross, nothing that runs when it is loaded: the
process that parsed a stranger's file is not to be believed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from data.readers import LayerRecord, RowNote, RowReport, SourceReading
from data.readers.reading import ORIGIN
from gis.layers import COLUMNS, Layers, empty_layer

__all__ = ["load_reading", "save_reading"]

_ABOUT = "about.json"
_STORED = 4326
_RAW = ORIGIN[2]


def save_reading(reading: SourceReading, folder: Path) -> None:
    """Write a reading into an empty folder."""
    for role in COLUMNS:
        layer: GeoDataFrame = getattr(reading.layers, role)
        if len(layer):
            _table(layer, reading.origins.get(role)).to_parquet(_file(folder, role))
    about = {
        "report": [_plain(note) for note in reading.report.rows],
        "records": [_plain(record) for record in reading.records],
        **{
            name: getattr(reading, name)
            for name in ("crs", "datum", "digest", "made_up", "attribution")
        },
    }
    text = json.dumps(about, ensure_ascii=False)
    (folder / _ABOUT).write_text(text, encoding="utf-8")


def load_reading(folder: Path) -> SourceReading:
    """Read what `save_reading` wrote."""
    about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    layers: dict[str, GeoDataFrame] = {}
    origins: dict[str, pd.DataFrame] = {}
    for role, names in COLUMNS.items():
        layers[role] = empty_layer(role, _STORED)
        if not _file(folder, role).exists():
            continue
        table = pd.read_parquet(_file(folder, role))
        shapes = shapely.from_wkb(table["geometry"].to_numpy(dtype=object))
        layers[role] = GeoDataFrame(table[list(names)], geometry=shapes, crs=_STORED)
        if set(ORIGIN) <= set(table.columns):
            raw = shapely.from_wkb(table[_RAW].to_numpy(dtype=object))
            origins[role] = pd.DataFrame(table[list(ORIGIN)]).assign(
                **{_RAW: pd.Series(raw, index=table.index, dtype=object)}
            )
    return SourceReading(
        layers=Layers(**layers),
        report=RowReport([RowNote(**note) for note in about["report"]]),
        records=tuple(LayerRecord(**record) for record in about["records"]),
        crs=about["crs"],
        datum=about["datum"],
        digest=about["digest"],
        made_up=about["made_up"],
        attribution=about["attribution"],
        origins=origins,
    )


def _table(layer: GeoDataFrame, origin: pd.DataFrame | None) -> pd.DataFrame:
    """Return a layer with plain columns: shapes as WKB, words as words."""
    table = pd.DataFrame(layer.drop(columns="geometry"))
    for name in table.select_dtypes(object).columns:
        table[name] = table[name].map(lambda v: None if pd.isna(v) else v)
    table = table.assign(geometry=gpd.GeoSeries(layer.geometry).to_wkb().to_numpy())
    if origin is None:
        return table
    raw = origin[_RAW].map(lambda shape: None if shape is None else shape.wkb)
    told = origin.assign(**{_RAW: raw}).astype({ORIGIN[0]: "Int64", ORIGIN[1]: "Int64"})
    return table.join(told)


def _file(folder: Path, role: str) -> Path:
    return folder / f"{role}.parquet"


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).__dataclass_fields__}
