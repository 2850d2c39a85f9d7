"""One layer as a file holds it, before anything is understood or mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from data.readers.nesting import is_deep_wkb
from data.readers.report import RowReport
from data.safety import Limits, require_rows, require_vertices

__all__ = ["Places", "RawLayer", "geometries_from_wkb", "place_columns"]

Places = Mapping[tuple[str, str], tuple[str, str]]
"""File and layer → the columns that say where its rows lie, x before y."""


@dataclass(frozen=True)
class RawLayer:
    """A layer as read: nothing converted, nothing dropped but broken geometry.

    Attributes
    ----------
    file : str
        The file as the user knows it, ``archive.zip/streets.shp`` in a zip.
    name : str
        Name of the layer in the file.
    table : DataFrame
        Columns as given; the index is the row number the user sees.
    geometry : ndarray of Geometry or None
        One per row, in the file's own coordinates, heights dropped.
    crs : CRS or None
        As the file declares it.
    role : str
        Role where the format fixes it (OSM), else "".
    assumed : CRS or None
        What the standard of the format says where the file says nothing; a CRS
        that the user declares goes before it.
    encoding : str
        How its text was decoded, "" where the format leaves no choice.
    numbers : tuple of str
        Columns of a table that could say where its rows lie.
    placed : tuple of str
        Columns that did say it: longitude or easting first; or one of WKT.
    """

    file: str
    name: str
    table: pd.DataFrame
    geometry: NDArray[np.object_]
    crs: CRS | None
    role: str = ""
    assumed: CRS | None = None
    encoding: str = ""
    numbers: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()


def geometries_from_wkb(
    file: str,
    layer: str,
    rows: NDArray[np.int64],
    wkb: NDArray[np.object_],
    *,
    report: RowReport,
    limits: Limits,
) -> NDArray[np.object_]:
    """Parse geometries; a broken one becomes None and is reported."""
    require_rows(file, len(wkb), limits=limits)
    safe = wkb.copy()
    safe[[item is not None and is_deep_wkb(item) for item in wkb]] = None
    shapes = np.asarray(shapely.from_wkb(safe, on_invalid="ignore"), dtype=object)
    shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    given = np.array([item is not None for item in wkb], dtype=bool)
    for place in np.flatnonzero(given & shapely.is_missing(shapes)):
        report.add(
            file,
            layer,
            int(rows[place]),
            "refused_broken_geometry",
            "图形数据损坏，无法读取；此行未采用",
            "geometry is broken and cannot be read; row left out",
            field="geometry",
        )
    check_vertices(file, rows, shapes, limits=limits)
    return shapes


def check_vertices(
    file: str, rows: NDArray[np.int64], shapes: NDArray[np.object_], *, limits: Limits
) -> None:
    """Refuse a file with a geometry beyond the vertex limit."""
    counts = shapely.get_num_coordinates(shapes)
    if len(counts):
        most = int(np.argmax(counts))
        require_vertices(file, rows[most], int(counts[most]), limits=limits)


def place_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text column names, doubles numbered."""
    names: list[str] = []
    for name in table.columns:
        text, number = str(name).strip(), 2
        unique = text
        while unique in names:
            unique = f"{text}_{number}"
            number += 1
        names.append(unique)
    return table.set_axis(names, axis=1)
