"""GDAL reads the service as users of QGIS and ogr2ogr do: Debian's and the wheel's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from sqlalchemy import Engine, text

from data.queries.collections import COLLECTIONS
from tests.data.records import COMMUNITY, square

pytestmark = pytest.mark.postgis

ENVIRONMENT = {**os.environ, "no_proxy": "127.0.0.1", "GDAL_HTTP_TIMEOUT": "20"}


@pytest.fixture(scope="module")
def gdal() -> None:
    """Debian's programs of GDAL; skips where they are absent."""
    if shutil.which("ogr2ogr") is None:
        pytest.skip("no ogr2ogr here: run scripts/setup --dev, or install gdal-bin")


def run(*words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, env=ENVIRONMENT, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def read(service: str, layer: str, *options: str) -> list[dict[str, Any]]:
    """Return the features that ogr2ogr copies."""
    words = ("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"OAPIF:{service}", layer)
    features: list[dict[str, Any]] = json.loads(run(*words, *options))["features"]
    return features


def test_ogrinfo_lists_the_collections(gdal: None, service: str) -> None:
    listed = run("ogrinfo", "-ro", f"OAPIF:{service}")
    for collection in COLLECTIONS.values():
        assert f"{collection.name} (title: {collection.title})" in listed


def test_ogr2ogr_copies_grids_with_their_words(gdal: None, service: str) -> None:
    grids = read(service, "grids")
    names = [grid["properties"]["name"] for grid in grids]
    assert names == ["城东社区第001网格", "城东社区第002网格"]
    first = shapely.from_geojson(json.dumps(grids[0]["geometry"]))
    assert first.equals(shapely.union_all([square(0), square(1)]))


def test_ogr2ogr_asks_for_a_box_and_for_values(gdal: None, service: str) -> None:
    box = ("-spat", "117.0001", "36", "117.0002", "36.0001")
    (west,) = read(service, "grids", *box)
    assert west["properties"]["code"] == f"{COMMUNITY}001"
    (east,) = read(service, "grids", "-where", f"code='{COMMUNITY}002'")
    assert east["properties"]["code"] == f"{COMMUNITY}002"
    assert read(service, "buildings", "-where", "households=23") == []
    (house,) = read(service, "buildings", "-where", "address='经十路1号'")
    assert house["properties"]["households"] == 24


def test_gdal_follows_the_pages(gdal: None, service: str, engine: Engine) -> None:
    row = "(community, code, kind, geom) values (:c, :code, 'k', st_point(0, 0, 4326))"
    with engine.begin() as connection:
        rows = [{"c": COMMUNITY, "code": f"page{n:03d}"} for n in range(55)]
        connection.execute(text(f"insert into device {row}"), rows)
    devices = read(service, "devices", "-oo", "PAGE_SIZE=20", "-where", "kind='k'")
    assert [device["properties"]["code"] for device in devices] == [
        f"page{n:03d}" for n in range(55)
    ]
    with engine.begin() as connection:
        connection.execute(text("delete from device where code like 'page%'"))


def test_ogr2ogr_fills_a_geopackage(gdal: None, service: str, tmp_path: Path) -> None:
    out = tmp_path / "copy.gpkg"
    run("ogr2ogr", str(out), f"OAPIF:{service}")
    copied = {name for name, _ in pyogrio.list_layers(out)}
    assert copied == set(COLLECTIONS)
    streets = pyogrio.read_dataframe(out, layer="streets")
    assert streets["name"].tolist() == ["经十路"]


WHEEL = """
import sys, pyogrio
service, options = sys.argv[1], eval(sys.argv[2])
grids = pyogrio.read_dataframe(f"OAPIF:{service}", layer="grids", **options)
print(grids.crs.equals("OGC:CRS84"), *grids["name"])
"""


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, ["001", "002"]),
        ({"bbox": (117.0001, 36.0, 117.0002, 36.0001)}, ["001"]),
        ({"where": f"code = '{COMMUNITY}002'"}, ["002"]),
    ],
)
def test_the_gdal_of_the_wheel_reads_it_too(
    service: str, options: dict[str, Any], numbers: list[str]
) -> None:
    # In a process of its own: it keeps the interpreter while it waits for an answer.
    said = run(sys.executable, "-c", WHEEL, service, repr(options))
    assert said.split() == ["True", *(f"城东社区第{number}网格" for number in numbers)]
