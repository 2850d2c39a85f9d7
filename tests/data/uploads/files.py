"""Files as strangers send them: sound ones, odd ones, hostile ones."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import shapely
from geopandas import GeoDataFrame

from data.synthetic import MadeUpTown
from data.writers import write_layers

VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='x'>"
    "<SrcDataSource>CSV:/etc/passwd</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def shapefile(
    path: Path, layer: GeoDataFrame, *, without: tuple[str, ...] = ()
) -> Path:
    """Write a zip with a Shapefile in GBK, some of its parts left out."""
    whole = path.with_suffix(".whole.zip")
    write_layers(whole, {"楼栋": layer}, encoding="gbk")
    with zipfile.ZipFile(whole) as archive:
        files = {
            name: archive.read(name)
            for name in archive.namelist()
            if not name.endswith(without or ("\0",))
        }
    return zip_of(path, files)


def geojson(path: Path, features: list[dict[str, Any]]) -> Path:
    body = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def houses(town: MadeUpTown) -> GeoDataFrame:
    kept: GeoDataFrame = town.tables()["buildings"]
    return kept


def swapped(layer: GeoDataFrame) -> GeoDataFrame:
    turned = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return layer.set_geometry(list(turned), crs=4326)


def bomb(path: Path) -> Path:
    return zip_of(path, {"楼栋.geojson": b" " * (200 << 20)})


def climber(path: Path) -> Path:
    return zip_of(path, {"../../etc/楼栋.geojson": b"{}"})


def deep_json(path: Path) -> Path:
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 200_000)
    return path


def million_vertices(path: Path) -> Path:
    angle = np.linspace(0, 2 * np.pi, 1_000_001)[:-1]
    ring = np.column_stack([117 + 0.01 * np.cos(angle), 36 + 0.01 * np.sin(angle)])
    frame = GeoDataFrame({"户数": [1]}, geometry=[shapely.Polygon(ring)], crs=4326)
    write_layers(path, {"楼栋": frame})
    return path


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "设备"
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def truncated(path: Path, whole: Path) -> Path:
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def fake_shapefile_claims(path: Path) -> Path:
    """Write a .shp head that claims to be a Shapefile, and nothing after it."""
    path.write_bytes(struct.pack(">i", 9994) + b"\0" * 96)
    return path
