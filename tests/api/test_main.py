"""The application serves a folder of sheets, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from shapely import box

from api.main import create_app
from api.settings import Settings
from data.settings import StoreSettings

FACTS = {
    "households": 4000,
    "households_estimated": 1,
    "certificate": {"ok": True},
    "cells": 1234,
    "grids": {"resident": 8, "exclusive": 2, "reserved": 1},
    "share_in_band": 0.875,
    "street_share": 0.9,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    (sheets / "小城.html").write_text("<title>小城 &amp; 河</title>", encoding="utf-8")
    (sheets / "小城.gpkg").write_bytes(b"plan")
    (sheets / "小城.json").write_text(json.dumps(FACTS), encoding="utf-8")
    (sheets / "plain.html").write_text("<p>no title</p>", encoding="utf-8")
    (sheets / "notes.txt").write_text("not for the browser", encoding="utf-8")
    (tmp_path / "secret.html").write_text("outside", encoding="utf-8")
    return sheets


@pytest.fixture
def client(folder: Path) -> TestClient:
    return TestClient(create_app(Settings(pages=folder)))


def test_sheets_are_listed_by_name_with_their_plan(client: TestClient) -> None:
    assert client.get("/api/v1/sheets").json() == [
        {"title": "plain", "href": "sheets/plain.html", "size_bytes": 15, "plan": None},
        {
            "title": "小城 & 河",
            "href": "sheets/小城.html",
            "size_bytes": 31,
            "plan": "sheets/小城.gpkg",
        },
    ]


def test_the_index_shows_figures_and_links(client: TestClient) -> None:
    page = client.get("/").text
    assert '<a class="open" href="小城.html">' in page
    assert '<a href="小城.gpkg" download>' in page
    for figure in ("11", "≈ 4,000", "1,234", "88%", "90%", "合格 ✓"):
        assert f"<dd>{figure}</dd>" in page


def test_the_index_pictures_a_plan_and_does_without_where_there_is_none(
    folder: Path, client: TestClient
) -> None:
    assert "<svg" not in client.get("/").text
    squares = [box(117, 37, 117.1, 37.1), box(117.1, 37, 117.2, 37.1)]
    columns = {"type": ["resident", "reserved"], "color": [0, 0]}
    grids = gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4326")
    grids.to_file(folder / "plain.gpkg", layer="grids")
    assert client.get("/").text.count("<path ") == 2


def test_a_title_cannot_write_into_the_index(folder: Path, client: TestClient) -> None:
    hostile = "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>"
    (folder / "hostile.html").write_text(hostile, encoding="utf-8")
    page = client.get("/").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(pages=tmp_path)))
    assert "还没有图纸" in client.get("/").text
    assert client.get("/healthz").json() == {"status": "ok"}


def test_broken_figures_leave_the_sheet_listed(
    folder: Path, client: TestClient
) -> None:
    (folder / "小城.json").write_text("[1, 2", encoding="utf-8")
    assert '<a class="open" href="小城.html">' in client.get("/").text


@pytest.mark.parametrize("name", ["小城.html", "小城.gpkg", "小城.json"])
def test_a_sheet_and_what_lies_beside_it_can_be_fetched(
    name: str, folder: Path, client: TestClient
) -> None:
    answer = client.get(f"/sheets/{name}")
    assert answer.status_code == 200
    assert answer.content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "absent.html",
        "notes.txt",
        "..%2fsecret.html",
        "%2e%2e/secret.html",
        "..%5csecret.html",
        "%00.html",
    ],
)
def test_anything_else_is_a_problem_that_names_it(
    name: str, client: TestClient
) -> None:
    answer = client.get(f"/sheets/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert "outside" not in answer.text


def test_a_wrong_method_is_a_problem_too(client: TestClient) -> None:
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET"


def test_a_wrong_method_is_told_all_that_an_address_takes(folder: Path) -> None:
    client = TestClient(create_app(Settings(pages=folder, store=StoreSettings())))
    for path, methods in (
        ("/api/v1/session", "DELETE, GET, POST"),
        ("/api/v1/plans/1", "DELETE, GET, PATCH"),
        ("/ogc/collections", "GET"),
    ):
        answer = client.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods), path


def test_a_failure_shows_nothing_of_our_insides(folder: Path) -> None:
    app = create_app(Settings(pages=folder))
    client = TestClient(app, raise_server_exceptions=False)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    answer = client.get("/sheets/some.html")
    assert answer.status_code == 500
    body = answer.json()
    assert (body["title"], body["code"]) == ("Internal Server Error", "internal")
    assert str(folder) not in answer.text
    assert body["instance"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/sheets/plain.html", "/sheets/absent.html"]
)
def test_every_answer_forbids_what_comes_from_outside(
    path: str, client: TestClient
) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"


def test_every_field_of_the_api_is_described(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("Health", "Sheet"):
        for field in schemas[name]["properties"].values():
            assert field["description"]
