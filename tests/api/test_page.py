"""The planner's page and the files it loads, as they are given to a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.errors import add_error_handlers
from api.headers import SecurityHeaders
from api.routes.page import page_router
from maps.assets import STATIC
from maps.public import MEDIA_TYPES, public_files


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    add_error_handlers(app)
    app.include_router(page_router())
    app.add_middleware(SecurityHeaders)
    with TestClient(app) as made:
        yield made


@pytest.mark.parametrize(
    ("query", "cookie", "language"),
    [
        ("", None, "zh-CN"),
        ("?lang=en", None, "en"),
        ("", "en", "en"),
        ("?lang=zh-CN", "en", "zh-CN"),
        ("?lang=fr", None, "zh-CN"),
    ],
)
def test_the_language_is_asked_for_kept_or_chinese(
    client: TestClient, query: str, cookie: str | None, language: str
) -> None:
    headers = {"Cookie": f"lang={cookie}"} if cookie else {}
    page = client.get(f"/plan{query}", headers=headers)
    assert f'<html lang="{language}">' in page.text
    assert page.headers["vary"] == "Cookie"


def test_the_page_allows_nothing_but_its_own_files(client: TestClient) -> None:
    page = client.get("/plan")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page.text)
    assert not re.search(r"\s(style|on\w+)=", page.text)


def test_every_file_the_page_names_is_there_for_ever(client: TestClient) -> None:
    page = client.get("/plan").text
    named = re.findall(r'(?:src|href)="(static/[^"]+)"', page)
    named += re.findall(r'"(static/[^"]+\.json)"', page)
    kinds = {PurePosixPath(name).suffix for name in named}
    assert kinds == {".svg", ".css", ".js", ".json"}
    assert len(named) < 10
    for name in named:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["js/planner/../../../theme.py", "vendor/manifest.json", "js/none.js", ""]
)
def test_nothing_else_of_the_disk_is_given_away(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/{public_files().digest}/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_files_of_another_version_are_gone(client: TestClient) -> None:
    assert client.get("/static/0123456789abcdef/css/planner.css").status_code == 404


def test_every_own_script_and_style_is_public() -> None:
    files = public_files().files
    own = [*STATIC.glob("js/**/*.js"), *STATIC.glob("css/*.css")]
    assert {path.relative_to(STATIC).as_posix() for path in own} <= set(files)
    assert "vendor/leaflet/dist/leaflet.js" in files
    assert all(name.endswith(tuple(MEDIA_TYPES)) for name in files)
