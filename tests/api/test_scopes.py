"""The same limits on every way to read: lists, tiles, search, OGC, GDAL."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.api.test_contract import served
from tests.api.two_streets import Spot, build_two_streets
from tests.data.records import SIDE
from tests.tiles import tile_at

pytestmark = pytest.mark.postgis

HERE = tile_at(117 + SIDE / 2, 36 + SIDE / 2, 15)
TILE = f"{HERE.zoom}/{HERE.x}/{HERE.y}.mvt"


@pytest.fixture(scope="module")
def spots(database: Store) -> tuple[Spot, Spot]:
    """Two streets over the same ground, so that every tile holds both."""
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        return build_two_streets(connection)


@pytest.fixture(scope="module")
def app(spots: tuple[Spot, Spot], store: StoreSettings) -> Iterator[FastAPI]:
    made = create_app(Settings(store=store, patience_s=0.0))
    with TestClient(made):
        yield made


@pytest.fixture(scope="module")
def whole(app: FastAPI, headers: dict[str, str]) -> TestClient:
    return TestClient(app, headers=headers)


@pytest.fixture(scope="module")
def near(app: FastAPI, database: Store, spots: tuple[Spot, Spot]) -> TestClient:
    """Somebody of the near street, who drafts there."""
    token = token_for(database, "planner", spots[0].street)
    return TestClient(app, headers=bearer(token))


@pytest.fixture(scope="module")
def far(app: FastAPI, database: Store, spots: tuple[Spot, Spot]) -> TestClient:
    token = token_for(database, "planner", spots[1].street)
    return TestClient(app, headers=bearer(token))


@pytest.fixture(scope="module")
def guest(app: FastAPI, database: Store, spots: tuple[Spot, Spot]) -> TestClient:
    """Somebody of the near street who reads no drafts."""
    token = token_for(database, "guest", spots[0].street)
    return TestClient(app, headers=bearer(token))


def codes_in(answer: Any) -> set[str]:
    """Return the streets of every community an answer speaks of."""
    return set(re.findall(r"(?<!\d)(3701\d{5})\d{3}(?!\d{4,})", answer.text))


LISTS = (
    *(
        "/api/v1/divisions",
        "/api/v1/plans",
        "/api/v1/grids",
        "/api/v1/grids?drafts=true",
    ),
    *("/api/v1/buildings", "/api/v1/search?q=3701", "/api/v1/search?q=社区"),
    *("/ogc/collections/grids/items", "/ogc/collections/communities/items"),
    *("/ogc/collections/buildings/items",),
)


@pytest.mark.parametrize("path", LISTS)
def test_8_4_1_a_list_names_no_other_street(
    path: str, near: TestClient, whole: TestClient, spots: tuple[Spot, Spot]
) -> None:
    street = spots[0].street
    mine, every = near.get(path), whole.get(path)
    assert mine.status_code == every.status_code == 200
    assert codes_in(mine) <= {street}
    assert street in codes_in(every)


def test_there_is_more_to_see_than_one_street(
    whole: TestClient, spots: tuple[Spot, Spot]
) -> None:
    assert codes_in(whole.get("/api/v1/grids")) == {spot.street for spot in spots}


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/plans/{plan}", "/api/v1/plans/{draft}", "/api/v1/grids/{grid}"),
        *("/api/v1/plans/{plan}/grids", "/api/v1/plans/{plan}/cells"),
        *("/api/v1/plans/{plan}/seams", "/api/v1/plans/{plan}/buildings"),
        *("/api/v1/plans/{plan}/certificate", "/api/v1/divisions/{community}"),
        *(
            "/api/v1/tiles/plan/{plan}.json",
            "/ogc/collections/communities/items/{community}",
        ),
        "/api/v1/divisions/{street}/dates",
    ],
)
def test_8_2_2_what_lies_elsewhere_is_not_there(
    path: str, near: TestClient, far: TestClient, spots: tuple[Spot, Spot]
) -> None:
    asked = path.format(**spots[1].values)
    assert far.get(asked).status_code == 200
    assert near.get(asked).status_code == 404


def test_a_proof_that_is_kept_is_not_given_to_another_street(
    near: TestClient, far: TestClient, spots: tuple[Spot, Spot]
) -> None:
    path = f"/api/v1/plans/{spots[1].plan}/certificate"
    tag = far.get(path).headers["etag"]
    assert near.get(path, headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize("tileset", ["base", "plans", "places"])
def test_a_tile_that_is_kept_is_never_given_to_who_reaches_less(
    tileset: str, whole: TestClient, near: TestClient, far: TestClient
) -> None:
    path = f"/api/v1/tiles/{tileset}/{TILE}"
    # Whoever asks first: each gets a tile of their own, also from memory.
    first = {
        who: client.get(path)
        for who, client in (("whole", whole), ("near", near), ("far", far))
    }
    again = {
        who: client.get(path)
        for who, client in (("far", far), ("near", near), ("whole", whole))
    }
    for who, answer in first.items():
        assert again[who].content == answer.content
    # The register has nothing in the far street, which must not see that of the near.
    assert first["far"].content != first["whole"].content
    tag = first["whole"].headers["etag"]
    assert far.get(path, headers={"If-None-Match": tag}).status_code != 304


def test_who_reaches_as_far_shares_what_is_kept(
    app: FastAPI, database: Store, whole: TestClient
) -> None:
    path = f"/api/v1/tiles/base/{TILE}"
    whole.get(path)
    size = app.state.tiles.size
    other = TestClient(app, headers=bearer(token_for(database, "auditor")))
    assert other.get(path).content == whole.get(path).content
    assert app.state.tiles.size == size


def test_the_tile_of_a_plan_elsewhere_is_not_there(
    near: TestClient, far: TestClient, spots: tuple[Spot, Spot]
) -> None:
    path = f"/api/v1/tiles/plan/{spots[1].plan}/{TILE}"
    assert far.get(path).status_code == 200
    assert near.get(path).status_code == 404


def test_drafts_are_not_there_for_who_reads_none(
    guest: TestClient, near: TestClient, spots: tuple[Spot, Spot]
) -> None:
    draft = spots[0].draft
    assert near.get(f"/api/v1/plans/{draft}").status_code == 200
    assert guest.get(f"/api/v1/plans/{draft}").status_code == 404
    assert guest.get(f"/api/v1/plans/{spots[0].plan}").status_code == 200
    listed = guest.get("/api/v1/plans").json()["items"]
    assert {plan["status"] for plan in listed} <= {"published", "archived"}
    path = f"/api/v1/tiles/plan/{draft}/{TILE}"
    assert guest.get(path).status_code == 404


def test_the_way_up_the_tree_stays_visible(
    near: TestClient, spots: tuple[Spot, Spot]
) -> None:
    card = near.get(f"/api/v1/divisions/{spots[0].community}").json()
    above = card["properties"]["ancestors"]
    assert [division["level"] for division in above] == ["district", "street"]


# --- GDAL


@pytest.fixture(scope="module")
def address(spots: tuple[Spot, Spot], store: StoreSettings) -> Iterator[str]:
    with served(create_app(Settings(store=store))) as found:
        yield found


def gdal(
    address: str, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("no ogr2ogr here: run scripts/setup --dev, or install gdal-bin")
    return subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"OAPIF:{address}/ogc", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "no_proxy": "127.0.0.1", **settings},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("way", ["bearer", "basic"])
def test_gdal_with_a_token_sees_only_its_street(
    way: str, address: str, database: Store, spots: tuple[Spot, Spot]
) -> None:
    token = token_for(database, "guest", spots[1].street)
    settings = (
        {"GDAL_HTTP_HEADERS": f"Authorization: Bearer {token}"}
        if way == "bearer"
        else {"GDAL_HTTP_USERPWD": f"qgis:{token}", "GDAL_HTTP_AUTH": "BASIC"}
    )
    done = gdal(address, "grids", **settings)
    assert done.returncode == 0, done.stderr
    grids = json.loads(done.stdout)["features"]
    codes = {grid["properties"]["code"] for grid in grids}
    assert codes == {f"{spots[1].community}001", f"{spots[1].community}002"}


def test_gdal_without_a_token_sees_nothing(address: str) -> None:
    done = gdal(address, "grids")
    assert done.returncode != 0
    assert "401" in done.stderr
