"""Whatever is asked, the answer is as the OpenAPI documents say, and never a 5xx."""

from __future__ import annotations

import copy
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import ASGIApp
from uvicorn import Config, Server

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import Signed, token_for
from tests.api.town import EAST, STREET, Town

pytestmark = pytest.mark.postgis

SEED = 20261122


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on loopback and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def address(town: Town, store: StoreSettings, database: Store) -> Iterator[str]:
    app = Signed(
        create_app(Settings(store=store)), token_for(database, "administrator")
    )
    with served(app) as found:
        yield found


RULED = ("after", "bbox", "datetime")
"""Parameters whose rule no schema can tell; `test_record` asks for wrong ones."""


def prepare(document: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Name things that are there: drawn at random, a code hits nothing."""
    for methods in document["paths"].values():
        for operation in methods.values():
            given = [resolved(document, p) for p in operation.get("parameters", ())]
            kept = [each for each in given if each["name"] not in RULED]
            for parameter in kept:
                if parameter["name"] in values:
                    parameter["example"] = values[parameter["name"]]
            operation["parameters"] = kept
    return document


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a document, or the one it refers to."""
    found: Any = document
    for word in part.get("$ref", "#").split("/")[1:]:
        found = found[word]
    return part if found is document else copy.deepcopy(found)


def faults(
    document: dict[str, Any], base_url: str, *, examples: int, corners: bool
) -> list[str]:
    """Return what answers wrongly, of so many drawn questions for each operation.

    With `corners` every limit of every parameter is tried as well.
    """
    from schemathesis import openapi
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import from_schema
    from schemathesis.engine.events import NonFatalError, ScenarioFinished

    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "deterministic": True},
            "phases": {
                "coverage": {"enabled": corners},
                "stateful": {"enabled": False},
            },
        }
    )
    schema = openapi.from_dict(document, config=config)
    schema.config.base_url = base_url
    found: dict[str, None] = {}
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            found[f"{event.label}: {event.value}"] = None
        if isinstance(event, ScenarioFinished):
            asked += len(event.recorder.interactions)
            for case, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        request = event.recorder.interactions[case].request
                        failure = check.failure_info.failure
                        found[f"{request.method} {request.uri}: {failure}"] = None
    assert asked > 3 * len(document["paths"])
    return list(found)


DEPTHS = [
    pytest.param({"examples": 8, "corners": False}, id="quick"),
    pytest.param({"examples": 100, "corners": True}, id="deep", marks=pytest.mark.full),
]


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_answer_is_as_described(
    depth: dict[str, Any], address: str, town: Town
) -> None:
    document = json.loads(opened(f"{address}/openapi.json"))
    known = {"plan": town.now, "parent": STREET, "under": EAST, "q": "xf"}
    assert faults(prepare(document, known), address, **depth) == []


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_standard_door_keeps_its_word_too(
    depth: dict[str, Any], address: str
) -> None:
    document = json.loads(opened(f"{address}/ogc/api"))
    # The standard has a limit that is too large lowered, not refused.
    limit = document["components"]["parameters"]["limit"]["schema"]
    limit["maximum"] = 10**9 - 1
    known = {"collectionId": "grids", "featureId": f"{EAST}001"}
    assert faults(prepare(document, known), f"{address}/ogc", **depth) == []


ODD = st.text(max_size=20).map(lambda text: quote(text, safe="/%?&="))


@given(tail=ODD, query=ODD)
@example(tail="%00", query="lang=%00")
@example(tail="..%2f..%2fetc%2fpasswd", query="lang=../../etc")
@example(tail="%ff%fe", query="lang=en&lang=zh")
def test_pages_and_files_never_fail(tail: str, query: str, address: str) -> None:
    for path in ("/plan", "/sheets/", "/static/", "/api/v1/tiles/base/", "/ogc/", "/"):
        status = status_of(f"{address}{path}{tail}?{query}")
        assert status < 500
    assert status_of(f"{address}/plan?lang={tail}") in (200, 400)


@given(cursor=st.text(max_size=40), box=st.text("0123456789.,-", max_size=30))
def test_what_no_schema_can_tell_is_refused_or_answered(
    cursor: str, box: str, address: str
) -> None:
    for noun in ("grids", "plans", "streets", "buildings"):
        assert status_of(f"{address}/api/v1/{noun}?after={quote(cursor)}") in (200, 400)
    assert status_of(f"{address}/api/v1/grids?bbox={quote(box)}") in (200, 400)


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def opened(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        body: bytes = answer.read()
    return body
