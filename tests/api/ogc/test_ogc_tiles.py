"""The tiles of OGC API – Tiles are those of the pages, layer by layer."""

from __future__ import annotations

import math

import pytest
from fastapi.testclient import TestClient

from tests.data.records import SIDE
from tests.tiles import tile_at

pytestmark = pytest.mark.postgis

HERE = tile_at(117 + SIDE / 2, 36 + SIDE / 2, 15)
PLACE = f"tiles/WebMercatorQuad/{HERE.zoom}/{HERE.y}/{HERE.x}"


def test_everything_is_the_three_tilesets_one_behind_the_other(
    client: TestClient,
) -> None:
    parts = [
        client.get(f"/api/v1/tiles/{name}/{HERE.zoom}/{HERE.x}/{HERE.y}.mvt").content
        for name in ("base", "plans", "places")
    ]
    whole = client.get(f"/ogc/{PLACE}")
    assert whole.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert whole.content == b"".join(parts)


def test_a_collection_has_its_own_layer_alone(client: TestClient) -> None:
    answer = client.get(f"/ogc/collections/streets/{PLACE}")
    assert b"streets" in answer.content
    assert b"buildings" not in answer.content
    known = {"If-None-Match": answer.headers["etag"]}
    again = client.get(f"/ogc/collections/streets/{PLACE}", headers=known)
    assert again.status_code == 304


def test_grids_of_a_day(client: TestClient) -> None:
    grids = f"/ogc/collections/grids/{PLACE}"
    assert client.get(grids, params={"datetime": "2026-01-01"}).status_code == 200
    assert client.get(grids, params={"datetime": "2025-12-31"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tiles/WorldCRS84Quad", 404),
        ("tiles/WebMercatorQuad/2/4/0", 404),
        ("tiles/WebMercatorQuad/23/0/0", 400),
        ("tiles/WebMercatorQuad/2/0/0?datetime=2025-01-01/2026-01-01", 400),
        ("tiles/WebMercatorQuad/2/0/0?color=1", 400),
        ("collections/gates/tiles", 404),
        ("collections/nothing/tiles/WebMercatorQuad/2/0/0", 404),
        ("tileMatrixSets/WorldCRS84Quad", 404),
    ],
)
def test_a_wrong_address_is_a_problem(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_template_of_a_tileset_leads_to_its_tiles(client: TestClient) -> None:
    about = client.get("/ogc/collections/grids/tiles/WebMercatorQuad").json()
    (item,) = [link for link in about["links"] if link["rel"] == "item"]
    address = item["href"].format(tileMatrix=15, tileRow=HERE.y, tileCol=HERE.x)
    assert client.get(address).status_code == 200
    assert about["layers"] == [
        {"id": "grids", "dataType": "vector", "minTileMatrix": "11"}
    ]


def test_the_scheme_is_that_of_the_standard(client: TestClient) -> None:
    scheme = client.get("/ogc/tileMatrixSets/WebMercatorQuad").json()
    first = scheme["tileMatrices"][0]
    assert first["scaleDenominator"] == pytest.approx(559082264.028717)
    assert first["pointOfOrigin"] == pytest.approx(
        [-20037508.3427892, 20037508.3427892]
    )
    last = scheme["tileMatrices"][-1]
    assert last["cellSize"] * 256 * last["matrixWidth"] == pytest.approx(
        2 * math.pi * 6378137
    )
