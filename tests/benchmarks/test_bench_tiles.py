"""The benchmarks of tiles and features measure what they say."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine

import api.tiles
from api.main import create_app
from api.settings import Settings
from data.cluster import WEB, Store
from data.queries.tiles import TileAddress, read_tile
from data.settings import StoreSettings
from tests.api.signing import token_for
from tests.benchmarks import bench_ogc, bench_tiles
from tests.benchmarks.bench_tiles import Row, Times, to_table
from tests.data.places import fill_places
from tests.data.records import SIDE, fill, publish

pytestmark = pytest.mark.postgis


def test_every_tileset_and_zoom_is_measured(
    engine: Engine, database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[TileAddress] = []

    def read(
        connection: Connection, layers: object, address: TileAddress, **plans: Any
    ) -> bytes:
        made.append(address)
        return read_tile(connection, layers, address, **plans)  # type: ignore[arg-type]

    monkeypatch.setattr(api.tiles, "read_tile", read)
    with engine.begin() as connection:
        publish(connection, fill(connection).plan)
        fill_places(connection)
    url = database.url(user=WEB).render_as_string(hide_password=False)
    store = StoreSettings.model_validate({"database_url": url})
    app = create_app(Settings(store=store))
    token = token_for(database, "administrator")
    middle = np.array([[117 + SIDE / 2, 36 + SIDE / 2]])
    # In a thread of its own: a browser test before may have left a running loop here.
    with ThreadPoolExecutor(1) as pool:
        measuring = bench_tiles.measure_all(app, middle, token)
        rows = pool.submit(asyncio.run, measuring).result()
    measured = {(row.tileset, row.zoom) for row in rows}
    assert measured == {
        (name, zoom) for name, zooms in bench_tiles.ZOOMS.items() for zoom in zooms
    }
    grids = next(row for row in rows if (row.tileset, row.zoom) == ("plans", 15))
    assert grids.kilobytes > 0
    assert min(grids.cached.clock, grids.uncached.clock) > 0
    # To warm up and to be measured; what is called cached was never made again.
    assert len(made) == 2 * sum(row.tiles for row in rows)


def test_goals_are_met_or_missed_by_a_share() -> None:
    quick, slow = Times(1.0, 2.0, 1.0, 2.0), Times(70.0, 80.0, 30.0, 40.0)
    rows = [
        Row("plans", 12, 9, 5.0, quick, quick),
        Row("base", 14, 9, 5.0, slow, quick),
    ]
    text = to_table(rows)
    assert "plans z12 uncached at most 12 ms: clock 1.0 ms, cpu 1.0 ms: met" in text
    assert "base z14 uncached at most 35 ms: clock 70.0 ms" in text
    assert "missed by 100%" in text


@pytest.mark.full
def test_gdal_reads_every_point(
    postgis: None, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("no ogr2ogr here: run scripts/setup --dev, or install gdal-bin")
    assert bench_ogc.measure(1_500) > 0
    assert capsys.readouterr().out.count("1,500 points, pages of 1,000") == 3
