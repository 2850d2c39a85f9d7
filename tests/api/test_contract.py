"""Whatever is asked, the answer is as the OpenAPI documents say, and never a 5xx."""

from __future__ import annotations

import copy
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp
from uvicorn import Config

from api.main import create_app
from api.server import StreamingServer
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.api.town import EAST, STREET, Town

pytestmark = pytest.mark.postgis

SEED = 20261122


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on loopback and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = StreamingServer(Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


Guest = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def guest(database: Store, town: Town) -> Guest:
    """Return what lets somebody in, who is new each time: others may lock them out.

    Numbers begin high, so that none that is drawn is by chance one's own.
    """
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        for table in ("account", "api_token", "role_grant"):
            connection.execute(
                text(f"alter table {table} alter column id restart with 7000001")
            )
    engine.dispose()

    def come_in(who: str) -> dict[str, str]:
        if who == "nobody":
            return {}
        role, division = {
            "member": ("grid_member", EAST),
            "planner": ("planner", STREET),
            "administrator": ("administrator", ""),
        }[who]
        return bearer(token_for(database, role, division))

    return come_in


@pytest.fixture(scope="module")
def member(guest: Guest) -> dict[str, str]:
    return guest("member")


@pytest.fixture(scope="module")
def chief(guest: Guest) -> dict[str, str]:
    return guest("administrator")


@pytest.fixture(scope="module")
def address(town: Town, store: StoreSettings) -> Iterator[str]:
    app = create_app(Settings(store=store))
    with served(app) as found:
        # Streams of events say hello and end.
        app.state.live.close()
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
    document: dict[str, Any],
    base_url: str,
    headers: dict[str, str],
    *,
    examples: int,
    corners: bool,
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
            "headers": headers,
            "checks": {"positive_data_acceptance": {"expected-statuses": FORMED}},
            "generation": {"max-examples": examples, "deterministic": True},
            "operations": [
                # A write may be refused for what it would do, whatever its form.
                {
                    "include-method": ["POST", "PUT", "PATCH", "DELETE"],
                    "checks": {"positive_data_acceptance": {"enabled": False}},
                },
                # What goes with what no schema can tell: sheets are of an atlas.
                {
                    "include-path-regex": "/(export|events)$",
                    "checks": {"positive_data_acceptance": {"enabled": False}},
                },
            ],
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
    assert asked > len(document["paths"])
    return list(found)


FATAL = ("/api/v1/tokens/{token}", "/api/v1/accounts/{account}/grants/{grant}")
"""With what it has read, a guest would take away by these what it came in with."""
FORMED = ["2xx", "3xx", 401, 403, 404, 409, 413, 422, 429]
"""What may be answered to a question that is well formed."""
GUESTS = [
    # Nobody gets past the door, so a few questions tell as much as many.
    pytest.param("nobody", 1, id="nobody"),
    pytest.param("member", 2, id="member"),
    pytest.param("planner", 4, id="planner"),
    pytest.param("administrator", 2, id="administrator"),
]
DEPTHS = [
    pytest.param(False, id="quick"),
    pytest.param(True, id="deep", marks=pytest.mark.full),
]
DEEP = 25
"""How many more questions there are in the long run."""
PARTS = 6
"""Of the long run, so that each ends within minutes."""
SHARES = [
    pytest.param(None, id="quick"),
    *(
        pytest.param(part, id=f"deep-{part}", marks=pytest.mark.full)
        for part in range(PARTS)
    ),
]
"""Which paths are asked: all of them a little, or every sixth of them much."""
KNOWN = {"parent": STREET, "under": EAST, "q": "xf", "lang": "zh", "format": "geojson"}


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(("who", "examples"), GUESTS)
def test_every_answer_is_as_described(
    who: str,
    examples: int,
    share: int | None,
    address: str,
    guest: Guest,
    town: Town,
) -> None:
    document = json.loads(opened(f"{address}/openapi.json"))
    for path in FATAL:
        document["paths"].pop(path)
    deep = share is not None
    if deep:
        paths = sorted(document["paths"])[share::PARTS]
        document["paths"] = {path: document["paths"][path] for path in paths}
    drafts = who in ("planner", "administrator")
    known = {**KNOWN, "plan": town.draft if drafts else town.now, "code": EAST}
    headers = guest(who)
    found = faults(
        prepare(document, known),
        address,
        headers,
        examples=examples * (DEEP if deep else 1),
        corners=deep,
    )
    if found:  # told whole: an assertion cuts it short
        pytest.fail("\n".join(found))
    if who != "nobody":  # whatever was asked, nobody shut themselves out
        assert status_of(f"{address}/api/v1/session", headers) == 200


@pytest.mark.parametrize("deep", DEPTHS)
def test_the_standard_door_keeps_its_word_too(
    deep: bool, address: str, guest: Guest
) -> None:
    who = guest("member")
    document = json.loads(opened(f"{address}/ogc/api", who))
    # The standard has a limit that is too large lowered, not refused.
    limit = document["components"]["parameters"]["limit"]["schema"]
    limit["maximum"] = 10**9 - 1
    known = {"collectionId": "grids", "featureId": f"{EAST}001"}
    prepared = prepare(document, known)
    examples = 100 if deep else 4
    found = faults(prepared, f"{address}/ogc", who, examples=examples, corners=deep)
    if found:  # told whole: an assertion cuts it short
        pytest.fail("\n".join(found))


ODD = st.text(max_size=20).map(lambda text: quote(text, safe="/%?&="))


@given(tail=ODD, query=ODD)
@example(tail="%00", query="lang=%00")
@example(tail="..%2f..%2fetc%2fpasswd", query="lang=../../etc")
@example(tail="%ff%fe", query="lang=en&lang=zh")
@example(tail="", query="next=//example.com%0d%0aSet-Cookie:%20a=b")
def test_pages_and_files_never_fail(
    tail: str, query: str, address: str, member: dict[str, str]
) -> None:
    who = member
    for path in ("/plan", "/login", "/sheets/", "/static/", "/ogc/", "/"):
        assert status_of(f"{address}{path}{tail}?{query}", who) < 500
    assert status_of(f"{address}/login?next={tail}&{query}") < 500
    assert status_of(f"{address}/plan?lang={tail}", who) in (200, 400)


@given(cursor=st.text(max_size=40), box=st.text("0123456789.,-", max_size=30))
def test_what_no_schema_can_tell_is_refused_or_answered(
    cursor: str, box: str, address: str, chief: dict[str, str]
) -> None:
    who = chief
    for noun in ("grids", "plans", "streets", "accounts", "audit"):
        asked = f"{address}/api/v1/{noun}?after={quote(cursor)}"
        assert status_of(asked, who) in (200, 400)
    assert status_of(f"{address}/api/v1/grids?bbox={quote(box)}", who) in (200, 400)


def status_of(address: str, headers: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(address, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def opened(address: str, headers: dict[str, str] | None = None) -> bytes:
    request = urllib.request.Request(address, headers=headers or {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        body: bytes = answer.read()
    return body
