"""Two people in one plan hear of each other, as it happens and after a break."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from tests.api.signing import at_the_door, bearer, token_for
from tests.browser.serving import serving
from tests.data.editing.ground import drafted_town

pytestmark = pytest.mark.postgis

SOON_S = 10.0
_SESSIONS = """
    select count(*) filter (where query ilike 'listen%%'),
           count(*) filter (where state = 'idle in transaction')
    from pg_stat_activity where datname = %(name)s
"""


@dataclass
class Listener:
    """Reads the stream of a plan on a thread, as a page does."""

    address: str
    headers: dict[str, str]
    after: int | None = None
    heard: Queue[tuple[str, dict[str, Any], int | None]] = field(default_factory=Queue)
    status: int = 0

    def __post_init__(self) -> None:
        place = urlsplit(self.address)
        assert place.hostname is not None
        self.line = HTTPConnection(place.hostname, place.port or 80, timeout=60)
        headers = dict(self.headers)
        if self.after is not None:
            headers["Last-Event-ID"] = str(self.after)
        self.line.request("GET", place.path, headers=headers)
        self.socket = self.line.sock
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with suppress(OSError, HTTPException):
            answer = self.line.getresponse()
            self.status = answer.status
            event, number = "", None
            for raw in answer:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "id":
                    number = int(value)
                elif name == "data":
                    self.heard.put((event, json.loads(value), number))
                    event, number = "", None
        self.heard.put(("closed", {}, None))

    def wait(
        self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> tuple[dict[str, Any], int | None]:
        """Return the next event of a kind that fits; others are passed over."""
        end = time.monotonic() + SOON_S
        while True:
            try:
                event, data, number = self.heard.get(timeout=end - time.monotonic())
            except (Empty, ValueError):
                pytest.fail(f"no {kind} within {SOON_S} s")
            if event == kind and fits(data):
                return data, number

    def close(self) -> None:
        """Go away, as a page that is closed."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(timeout=SOON_S)
        self.line.close()


@dataclass
class Room:
    """A server with a draft, and what a person comes in with."""

    address: str
    store: Store
    plan: int

    def person(self, role: str, division: str = "") -> dict[str, str]:
        return bearer(token_for(self.store, role, division))

    def listen(self, headers: dict[str, str], after: int | None = None) -> Listener:
        where = f"{self.address}/api/v1/plans/{self.plan}/events"
        return Listener(where, headers, after)

    def send(
        self, headers: dict[str, str], method: str, path: str, body: Any = None
    ) -> httpx2.Response:
        where = f"{self.address}/api/v1/plans/{self.plan}/{path}".rstrip("/")
        return httpx2.request(method, where, headers=headers, json=body, timeout=30)

    def edit(self, headers: dict[str, str]) -> httpx2.Response:
        tag = self.send(headers, "GET", "").headers["etag"]
        grids = self.send(headers, "GET", "grids").json()["features"]
        edit = {"operation": "rename", "grid": grids[0]["id"], "name": f"网格{tag}"}
        tagged = {**headers, "If-Match": tag}
        done = self.send(tagged, "POST", "edits", edit)
        assert done.status_code == 201, done.text
        return done


@pytest.fixture(scope="module")
def room(database: Store) -> Iterator[Room]:
    plan = drafted_town(create_engine(database.url(), poolclass=NullPool))[0]
    with serving(database) as address:
        yield Room(address, database, plan)


def test_each_sees_who_is_there_and_what_they_do(room: Room) -> None:
    li, wang = room.person("planner"), room.person("planner")
    first = room.listen(li)
    hello, number = first.wait("hello")
    assert (hello["plan"], hello["status"]) == (room.plan, "draft")
    assert number is not None
    first.wait("people", lambda data: len(data["people"]) == 1)
    second = room.listen(wang)
    here, _ = first.wait("people", lambda data: len(data["people"]) == 2)
    assert sorted(person["mine"] for person in here["people"]) == [False, True]
    assert not any(person["editing"] for person in here["people"])

    done = room.edit(wang)
    told, at = first.wait("edit")
    assert told["sentence_zh"] == done.json()["sentence_zh"]
    assert told["number"] == done.json()["number"]
    assert not told["mine"]
    assert at is not None
    mine, _ = second.wait("edit")
    assert mine["mine"]

    second.close()
    first.wait("people", lambda data: len(data["people"]) == 1)
    first.close()


def test_who_comes_back_hears_what_they_missed(room: Room) -> None:
    li, wang = room.person("planner"), room.person("reviewer")
    first = room.listen(li)
    _, last = first.wait("hello")
    first.close()
    number = room.edit(li).json()["number"]
    made = room.send(wang, "POST", "comments", {"body": "南边界沿街"})
    assert made.status_code == 201, made.text
    again = room.listen(li, after=last)
    told, first_id = again.wait("edit")
    assert told["number"] == number
    remark, second_id = again.wait("comment")
    assert remark["number"] == made.json()["id"]
    assert not remark["mine"]
    assert first_id is not None
    assert second_id is not None
    assert first_id < second_id
    # A page that has this last event hears nothing twice.
    third = room.listen(li, after=second_id)
    third.wait("hello")
    room.send(wang, "PATCH", f"comments/{remark['number']}", {"resolved": True})
    event, _, _ = next(
        heard
        for heard in iter(lambda: third.heard.get(timeout=SOON_S), None)
        if heard[0] not in ("people", "hello")
    )
    assert event == "resolved"
    for listener in (again, third):
        listener.close()


def test_the_steps_of_a_review_are_told(room: Room) -> None:
    planner, reviewer = room.person("planner"), room.person("reviewer")
    listener = room.listen(planner)
    listener.wait("hello")
    assert room.send(planner, "POST", "review", {}).status_code == 200
    told, _ = listener.wait("step")
    assert (told["step"], told["sentence_zh"], told["mine"]) == (
        "submitted",
        "送审",
        True,
    )
    body = {"decision": "return", "comment": "改一改"}
    assert room.send(reviewer, "POST", "decision", body).status_code == 200
    told, _ = listener.wait("step")
    assert (told["step"], told["mine"]) == ("returned", False)
    listener.close()


def test_a_stream_ends_with_the_right_to_see_it(room: Room) -> None:
    """RULES 003-12: the scope is looked at again for each event."""
    planner, other = room.person("planner"), room.person("planner")
    listener = room.listen(planner)
    listener.wait("hello")
    with at_the_door(room.store) as opened:
        # Whoever this is has no role from now on.
        opened.execute(
            text(
                "delete from role_grant where account = (select account from api_token "
                "order by id desc offset 1 limit 1)"
            )
        )
    room.edit(other)
    kinds = set()
    end = time.monotonic() + SOON_S
    while time.monotonic() < end and "closed" not in kinds:
        kinds.add(listener.heard.get(timeout=SOON_S)[0])
    assert "closed" in kinds
    assert "edit" not in kinds
    listener.close()


def test_a_draft_that_is_thrown_away_says_so(room: Room) -> None:
    planner = room.person("planner")
    copy = room.send(planner, "POST", "drafts", {"name": "试"}).json()["id"]
    mine = Room(room.address, room.store, copy)
    listener = mine.listen(planner)
    listener.wait("hello")
    assert mine.send(planner, "DELETE", "").status_code == 204
    listener.wait("gone")
    listener.wait("closed")
    mine_gone = mine.listen(planner)
    mine_gone.thread.join(timeout=SOON_S)
    mine_gone.close()
    assert mine_gone.status == 404
    listener.close()


def test_a_plan_in_force_has_no_stream_for_guests(room: Room) -> None:
    listener = room.listen(room.person("guest"))
    listener.thread.join(timeout=SOON_S)
    listener.close()
    assert listener.status in (403, 404)


def test_streams_hold_no_connection_and_one_listens_for_all(room: Room) -> None:
    planner = room.person("planner")
    listeners = []
    for _ in range(30):
        listeners.append(room.listen(planner))
        listeners[-1].wait("hello")
    time.sleep(0.5)
    with room.store.connect("postgres") as server:
        row = server.execute(_SESSIONS, {"name": room.store.name}).fetchone()
    assert row == (1, 0)
    room.edit(planner)
    for listener in listeners:
        listener.wait("edit")
    for listener in listeners:
        listener.close()


def test_a_server_ends_while_pages_listen(room: Room) -> None:
    planner = room.person("planner")
    began = time.monotonic()
    with serving(room.store) as address:
        other = Room(address, room.store, room.plan)
        listener = other.listen(planner)
        listener.wait("hello")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    listener.wait("closed")
    listener.close()
