"""OpenStreetMap extracts: tags of a ``.pbf`` sorted into our roles."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from data.errors import ImportFormatError
from data.readers.gdal import read_layer
from data.readers.raw import RawLayer
from data.readers.report import RowReport
from data.safety import Limits

__all__ = ["read_pbf", "tags_of"]

_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_LAND_KEYS = ("landuse", "amenity", "leisure", "natural", "tourism", "military")
_USE_KEYS = ("amenity", "shop", "office", "tourism", "leisure", "man_made")
_WATER = frozenset({"water", "bay", "wetland", "strait"})
_NO_RAIL = frozenset({"subway", "tram", "platform", "station", "proposed"})


def tags_of(other_tags: pd.Series, wanted: tuple[str, ...]) -> pd.DataFrame:
    """Read chosen tags from GDAL's ``other_tags`` (``"key"=>"value"`` pairs)."""
    found: dict[str, list[str | None]] = {key: [] for key in wanted}
    for text in other_tags:
        pairs = dict(_TAG.findall(text)) if isinstance(text, str) else {}
        for key, values in found.items():
            value = pairs.get(key)
            values.append(None if value is None else re.sub(r"\\(.)", r"\1", value))
    return pd.DataFrame(found, index=other_tags.index, dtype=object)


def read_pbf(
    path: Path, *, file: str, report: RowReport, limits: Limits
) -> list[RawLayer]:
    """Read buildings, streets, barriers, land use and gates of an extract."""
    if path.stat().st_size > limits.text_bytes:
        raise ImportFormatError(
            f"{file} 太大；请先按行政区裁切，例如用 osmium extract",
            f"{file} is too large; cut out the district first, e.g. with "
            "osmium extract",
        )
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        place = Path(folder) / "source.osm.pbf"
        place.symlink_to(path.resolve())
        points, lines, areas = (
            _by_osm_id(
                read_layer(place, name, file=file, report=RowReport(), limits=limits)
            )
            for name in ("points", "lines", "multipolygons")
        )
    if not len(points.table) + len(lines.table) + len(areas.table):
        raise ImportFormatError(
            f"{file} 中没有任何要素；请重新下载",
            f"{file} holds no features; download it again",
        )
    for layer in (lines, areas):
        _report_broken(layer, report)
    return [
        *_from_areas(areas),
        *_from_lines(lines),
        _chosen(points, "gates", _gates(points.table)),
    ]


def _by_osm_id(layer: RawLayer) -> RawLayer:
    """Give the rows their OSM id, of the relation or of the way."""
    table = layer.table
    ids = pd.to_numeric(table["osm_id"])
    if "osm_way_id" in table:
        ids = ids.fillna(pd.to_numeric(table["osm_way_id"]))
    index = pd.Index(ids.fillna(0).astype(np.int64), name="row")
    return RawLayer(
        layer.file, layer.name, table.set_index(index), layer.geometry, layer.crs
    )


def _report_broken(layer: RawLayer, report: RowReport) -> None:
    for place in np.flatnonzero(shapely.is_missing(layer.geometry)).tolist():
        report.add(
            layer.file,
            layer.name,
            int(layer.table.index[place]),
            "refused_broken_geometry",
            "OSM 要素的环不闭合（常见于裁切边缘）；未采用",
            "ring of the OSM feature does not close (common at the edge of an "
            "extract); left out",
            field="geometry",
        )


def _chosen(layer: RawLayer, role: str, table: pd.DataFrame) -> RawLayer:
    """Keep the rows of a table made from a layer, as a layer of that role."""
    rows = layer.table.index.get_indexer(table.index) if table.index.is_unique else None
    if rows is None or (rows < 0).any():
        raise AssertionError("OSM ids are unique within a layer")
    return RawLayer(
        layer.file, layer.name, table, layer.geometry[rows], layer.crs, role
    )


def _from_areas(layer: RawLayer) -> list[RawLayer]:
    table = layer.table
    tags = tags_of(
        table["other_tags"],
        (
            "building:levels",
            "height",
            "building:height",
            "building:flats",
            "building:use",
            "addr:street",
            "addr:housenumber",
            "water",
            "waterway",
            "location",
        ),
    )
    is_building = table["building"].notna() & (table["building"] != "no")
    is_building &= tags["location"] != "underground"
    use = table["building"].where(table["building"] != "yes")
    for key in _USE_KEYS:
        use = use.fillna(table[key]) if key in table else use
    street, number = tags["addr:street"].fillna(""), tags["addr:housenumber"].fillna("")
    buildings = pd.DataFrame(
        {
            "id": table.index.astype(str),
            "households": tags["building:flats"],
            "floors": tags["building:levels"],
            "height": tags["height"].fillna(tags["building:height"]),
            "use": tags["building:use"].fillna(use),
            "address": (street + " " + number).str.strip(),
            "name": table["name"],
        },
        index=table.index,
    )[is_building]

    is_water = table["natural"].isin(_WATER) | (tags["waterway"] == "riverbank")
    is_water &= ~tags["water"].isin(["fountain", "pool", "wastewater"])
    barriers = pd.DataFrame({"kind": "river", "name": table["name"]})[is_water]

    kind = pd.Series(None, index=table.index, dtype=object)
    for key in _LAND_KEYS:
        kind = kind.fillna(table[key])
    land = pd.DataFrame({"kind": kind, "name": table["name"]})
    land = land[kind.notna() & ~is_building & ~is_water]
    return [
        _chosen(layer, "buildings", buildings),
        _chosen(layer, "barriers", barriers),
        _chosen(layer, "landuse", land),
    ]


def _from_lines(layer: RawLayer) -> list[RawLayer]:
    table = layer.table
    tags = tags_of(table["other_tags"], ("tunnel", "bridge", "location"))
    streets = pd.DataFrame(
        {
            "class": table["highway"],
            "name": table["name"],
            "tunnel": tags["tunnel"],
            "bridge": tags["bridge"],
        }
    )[table["highway"].notna()]

    covered = (tags["tunnel"].fillna("no") != "no") | (
        tags["location"] == "underground"
    )
    rail = table["railway"].where(~table["railway"].isin(_NO_RAIL))
    kind = rail.fillna(table["waterway"]).fillna(table["barrier"])
    barriers = pd.DataFrame({"kind": kind, "name": table["name"]})
    barriers = barriers[kind.notna() & ~covered & table["highway"].isna()]
    return [_chosen(layer, "streets", streets), _chosen(layer, "barriers", barriers)]


def _gates(table: pd.DataFrame) -> pd.DataFrame:
    is_gate = table["barrier"].isin(["gate", "lift_gate", "swing_gate"])
    return pd.DataFrame({"compound": table["name"]})[is_gate]
