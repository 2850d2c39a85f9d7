"""The register of a community as a reading to draw from."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import shapely
from geopandas import GeoDataFrame
from sqlalchemy import Connection

from data.readers import RowReport, SourceReading
from data.registers.exporting import read_layers, read_origin
from gis.layers import COLUMNS, Layers, empty_layer

__all__ = ["read_register"]

_NUMBERS = {
    "buildings": ("floors", "height", "units", "cases", "party_members"),
    "spaces": ("area_m2",),
}
_STORED = 4326


def read_register(connection: Connection, community: str) -> SourceReading:
    """Return what the record holds of a community, as `read_sources` would.

    Streets and barriers of its neighbours that run along its border are among it. The
    digest is of what was read, whatever the order of the rows.
    """
    found = read_layers(connection, under=community)
    origin = read_origin(connection, under=community)
    layers = {
        role: _placed(role, found[role])
        if role in found
        else empty_layer(role, _STORED)
        for role in COLUMNS
    }
    return SourceReading(
        layers=Layers(**layers),
        report=RowReport(),
        crs=f"EPSG:{_STORED}",
        datum="wgs84",
        digest=_digest(layers),
        records=(),
        made_up=bool(origin["made_up"]),
        attribution=str(origin["attribution"]),
    )


def _placed(role: str, rows: GeoDataFrame) -> GeoDataFrame:
    """Return rows of the record with the columns of a layer, of the kinds it has."""
    columns: dict[str, Any] = {name: rows[name] for name in COLUMNS[role]}
    for name in _NUMBERS.get(role, ()):
        columns[name] = pd.to_numeric(columns[name]).astype(float)
    if role == "buildings":
        columns["households"] = columns["households"].astype("Int64")
        columns["estimated"] = columns["estimated"].astype(bool)
    if role == "streets":
        for name in ("tunnel", "bridge"):
            columns[name] = columns[name].astype(bool)
    return GeoDataFrame(columns, geometry=rows.geometry, crs=_STORED)


def _digest(layers: dict[str, GeoDataFrame]) -> str:
    whole = hashlib.sha256()
    for role in COLUMNS:
        rows = layers[role]
        shapes = shapely.to_wkb(rows.geometry.to_numpy(), byte_order=1)
        told = [
            "\x1f".join(map(str, row))
            for row in rows[list(COLUMNS[role])].itertuples(index=False, name=None)
        ]
        lines = sorted(
            shape + b"\x1e" + words.encode()
            for shape, words in zip(shapes, told, strict=True)
        )
        whole.update(f"{role} {len(lines)}\n".encode())
        for line in lines:
            whole.update(hashlib.sha256(line).digest())
    return whole.hexdigest()
