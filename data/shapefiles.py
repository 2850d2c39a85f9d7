"""A zip of Shapefiles: ten-byte field names, one kind of geometry per file."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from data.errors import ImportFormatError
from data.safety import file_names  # sets OGR_SKIP: before pyogrio

import pyogrio  # isort: skip

__all__ = ["short_names", "write_shapefiles"]

_NAME_BYTES, _TEXT_BYTES = 10, 254
_KINDS = {0: "point", 1: "line", 2: "polygon"}


def short_names(names: Iterable[str], *, encoding: str = "utf-8") -> dict[str, str]:
    """Return a name of at most ten bytes for each, never cut inside a character."""
    short: dict[str, str] = {}
    for name in names:
        # dBase names are letters, digits and underscores: addr:street, name:zh.
        plain, number = _cut(re.sub(r"\W", "_", name), _NAME_BYTES, encoding), 2
        unique = plain
        while unique.lower() in (taken.lower() for taken in short.values()):
            ending = f"_{number}"
            unique = _cut(plain, _NAME_BYTES - len(ending), encoding) + ending
            number += 1
        short[name] = unique
    return short


def write_shapefiles(
    path: Path,
    layers: Mapping[str, GeoDataFrame],
    *,
    encoding: str = "utf-8",
    labels: Mapping[str, str] | None = None,
) -> None:
    """Write layers into one zip; ``fields.txt`` in it tells the full names.

    With `labels` it also tells what each field is called in Chinese.
    """
    if encoding.lower() not in ("utf-8", "gbk"):
        raise ValueError(f"encoding is {encoding!r}; give utf-8 or gbk")
    notes = ["file\tfield\tfull name" + ("\t含义" if labels else "")]
    with (
        tempfile.TemporaryDirectory(prefix="wangge-") as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        names = file_names(layers)
        for name, layer in layers.items():
            for ending, part in _by_kind(layer).items():
                stem = f"{names[name]}{ending}"
                for short, full in _write_one(Path(folder), stem, part, encoding):
                    meaning = f"\t{labels.get(full, '')}" if labels else ""
                    notes.append(f"{stem}\t{short}\t{full}{meaning}")
        for file in sorted(Path(folder).iterdir()):
            archive.write(file, file.name)
        told = "\r\n".join(notes) + "\r\n"
        archive.writestr("fields.txt", told.encode("utf-8-sig" if labels else "utf-8"))


def _by_kind(layer: GeoDataFrame) -> dict[str, GeoDataFrame]:
    """Split a layer of mixed geometry; a pure one keeps its name."""
    dimension = shapely.get_dimensions(layer.geometry.to_numpy())
    kinds = [kind for kind in _KINDS if (dimension == kind).any()]
    if len(kinds) <= 1:
        return {"": layer}
    return {f"_{_KINDS[kind]}": layer[dimension == kind] for kind in kinds}


def _write_one(
    folder: Path, stem: str, layer: GeoDataFrame, encoding: str
) -> list[tuple[str, str]]:
    """Write one Shapefile; return its fields, short and in full."""
    about = layer.drop(columns=layer.geometry.name)
    names = short_names([str(name) for name in about.columns], encoding=encoding)
    columns = {
        names[str(name)]: _dbf_values(about[name], encoding) for name in about.columns
    }
    frame = GeoDataFrame(columns, geometry=layer.geometry.to_numpy(), crs=layer.crs)
    pyogrio.write_dataframe(
        frame,
        folder / f"{stem}.shp",
        driver="ESRI Shapefile",
        encoding="UTF-8" if encoding.lower() == "utf-8" else "GBK",
        **({} if len(frame) else {"geometry_type": "Unknown"}),
    )
    cpg = "UTF-8" if encoding.lower() == "utf-8" else "GBK"
    (folder / f"{stem}.cpg").write_text(cpg, encoding="ascii")
    return [(short, full) for full, short in names.items()]


def _dbf_values(values: pd.Series, encoding: str) -> pd.Series:
    """Return a column as dBase holds it: numbers, or text of up to 254 bytes."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype("Int32" if values.isna().any() else np.int32)
    if pd.api.types.is_numeric_dtype(values):
        return values
    text = values.astype(object).where(values.notna(), None)
    return text.map(
        lambda v: None if v is None else _cut(str(v), _TEXT_BYTES, encoding)
    )


def _cut(text: str, size: int, encoding: str) -> str:
    """Return the longest beginning that fits into `size` bytes."""
    try:
        whole = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise ImportFormatError(
            f"文字 {text[:20]!r} 不能用 {encoding} 表示；请改用 UTF-8 导出",
            f"text {text[:20]!r} cannot be written in {encoding}; export in UTF-8",
        ) from error
    return text if len(whole) <= size else whole[:size].decode(encoding, "ignore")
