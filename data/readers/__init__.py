"""Read sources into clean layers, with a report of every row refused or mended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd
from geopandas import GeoDataFrame
from pyproj import CRS

from data.errors import ImportFormatError
from data.readers.gathering import Gathering, Prepare, declared_crs
from data.readers.joining import joined_layers
from data.readers.raw import Places
from data.readers.reading import LayerRecord, SourceReading
from data.readers.report import RowNote, RowReport
from data.readers.sources import open_each, open_source
from data.safety import Limits, digest_of

__all__ = [
    "LayerRecord",
    "Places",
    "Prepare",
    "RowNote",
    "RowReport",
    "SourceReading",
    "declared_crs",
    "open_each",
    "open_source",
    "read_polygons",
    "read_sources",
]


def read_sources(
    paths: Sequence[Path | str],
    *,
    layer_names: Mapping[str, str] | None = None,
    crs: str | int | CRS | None = None,
    datum: str | None = None,
    communities: Path | str | None = None,
    boundary: Path | str | None = None,
    limits: Limits | None = None,
    encoding: str | None = None,
    skip: Collection[str] = (),
    places: Places | None = None,
    prepare: Prepare | None = None,
) -> SourceReading:
    """Read sources into the layers of one drawing.

    `layer_names` maps a role to the name of its layer or file. `crs` stands for
    layers that declare none; `datum` for all. `communities` and `boundary` replace
    what the sources hold; the word ``hull`` as boundary means the outline of the
    buildings, 30 m out. `encoding`, `skip` and `places` are those of `open_source`;
    `prepare` changes a layer as it was read, before anything in it is understood.
    """
    gathered = Gathering(
        dict(layer_names or {}),
        declared_crs(crs),
        datum,
        limits,
        encoding=encoding,
        skip=skip,
        places=places,
        prepare=prepare,
    )
    files = [Path(path) for path in paths]
    if not files:
        raise ImportFormatError("没有给出数据源", "no source was given")
    for path in files:
        gathered.take(path)
    gathered.require_named_layers()
    hull = str(boundary) == "hull" and not Path("hull").exists()
    edge = None if boundary is None or hull else Path(boundary)
    if communities is not None or boundary is not None:
        gathered.parts.pop("communities", None)
    for extra in (communities, edge):
        if extra is not None:
            files.append(Path(extra))
            gathered.take(Path(extra), role="communities")
    layers, origins = joined_layers(
        gathered, hull=hull, as_one=edge is not None, forced=communities is not None
    )
    return SourceReading(
        layers=layers,
        report=gathered.report,
        crs=", ".join(sorted({record.crs for record in gathered.records})),
        datum=datum or "wgs84",
        digest=digest_of(files),
        records=tuple(gathered.records),
        made_up=gathered.made_up,
        attribution=gathered.attribution,
        origins=origins,
    )


def read_polygons(
    path: Path | str,
    *,
    crs: str | int | CRS | None = None,
    datum: str | None = None,
    limits: Limits | None = None,
) -> GeoDataFrame:
    """Read the polygons of one file, cleaned as communities are, in EPSG:4326."""
    gathered = Gathering({}, declared_crs(crs), datum, limits)
    gathered.take(Path(path), role="communities")
    parts = gathered.parts.get("communities", [])
    if not parts:
        raise ImportFormatError(
            f"{Path(path).name} 中没有面；请给出面图层",
            f"{Path(path).name} holds no polygons; give a layer of polygons",
        )
    return GeoDataFrame(
        pd.concat(parts, ignore_index=True), geometry="geometry", crs=4326
    )
