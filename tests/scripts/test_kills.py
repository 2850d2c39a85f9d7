"""Killed at any moment, importer, server and database lose nothing and start again.

A register is imported in versions: in each, every building has one household more. So
what a kill left behind can be told row by row, from what was there and what was to be.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Cluster
from data.cluster.postmaster import find_postmaster
from data.synthetic import made_up_town
from data.writers import write_layers
from tests.api.signing import bearer, token_for

pytestmark = [pytest.mark.postgis, pytest.mark.usefixtures("postgis")]

ROUNDS = [1, pytest.param(20, marks=pytest.mark.full)]
COMMAND = [sys.executable, "-c", "from scripts.cli import main; main()"]

Register = dict[str, dict[str, int]]
"""Community → building → households."""


@dataclass
class Record:
    """A record of its own, worked on by commands in processes of their own."""

    place: Path
    root: Path
    versions: list[Path] = field(default_factory=list)
    tables: dict[str, Any] = field(default_factory=dict)

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.place / "state")

    def wangge(self, *words: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "WANGGE_STATE": str(self.place / "state"),
            "WANGGE_DATABASE_URL": "",
        }
        return subprocess.Popen(
            [*COMMAND, *words],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> str:
        """Run a command to its end; it must go well without a hand."""
        with self.wangge(*words) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (words, out, err)
        return out

    def token(self) -> str:
        """Return what somebody who sees everything comes in with."""
        return token_for(self.cluster.store(), "administrator")

    def version(self, number: int) -> Path:
        """Write the register with so many households more in every building."""
        homes = self.tables["buildings"]
        more = homes.assign(households=homes["households"] + number)
        path = self.place / f"town-{number}.gpkg"
        write_layers(path, {**self.tables, "buildings": more}, {"made_up": True})
        return path

    def expected(self, number: int) -> Register:
        found: Register = {}
        homes = self.tables["buildings"]
        for code, count in zip(homes["id"], homes["households"], strict=True):
            found.setdefault(str(code)[:12], {})[str(code)] = int(count) + number
        return found

    def found(self) -> Register:
        """Read the register as it stands."""
        engine = create_engine(self.cluster.store().url(), poolclass=NullPool)
        found: Register = {}
        query = "select community, code, households from building"
        with engine.connect() as connection:
            for community, code, count in connection.execute(text(query)):
                found.setdefault(community, {})[code] = count
        engine.dispose()
        return found

    def require_whole(self, told: set[str], number: int) -> None:
        """Hold what is there against what was and what was to be."""
        found, before, after = (
            self.found(),
            self.expected(number - 1),
            self.expected(number),
        )
        for community in before:
            assert found[community] in (before[community], after[community]), community
        for community in told:
            assert found[community] == after[community], f"{community} was lost"


@pytest.fixture
def record(place: Path, root: Path) -> Iterator[Record]:
    """A cluster kept as safely as in real use, with a register of six communities."""
    made = Record(place, root, tables=made_up_town(seed=5, communities=6).tables())
    made.run("db", "start")
    made.run("import", str(made.version(0)))
    yield made
    made.cluster.stop()


def communities_in(printed: str) -> set[str]:
    """Return what an importer has acknowledged: the communities it has printed."""
    words = [line.split()[0] for line in printed.splitlines() if line.strip()]
    return {word for word in words if len(word) == 12 and word.isdigit()}


@contextmanager
def served(record: Record) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of the record, its process and its address."""
    with record.wangge("serve", "--port", "8600") as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert "http://" in line, server.communicate()
            yield server, "http://" + line.split("http://")[1].split()[0]
        finally:
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.communicate(timeout=60)
            server.kill()


def opened(address: str, token: str = "") -> Any:
    headers = bearer(token) if token else {}
    asked = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.loads(answer.read())


def await_ready(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            if opened(f"{address}readyz")["ready"]:
                return
        time.sleep(0.05)
    pytest.fail("it did not come back by itself")


class Readers:
    """People who read while things are killed: answers must be right or refused."""

    def __init__(self, address: str, token: str) -> None:
        self.seen: Counter[str] = Counter()
        self._token = token
        self._address, self._stop = address, threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(3)]

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                found = opened(
                    f"{self._address}api/v1/divisions?level=community", self._token
                )
            except (OSError, http.client.HTTPException):
                # Refused, or cut off in the middle: nobody takes that for an answer.
                self.seen["refused"] += 1
                time.sleep(0.02)
                continue
            self.seen["whole" if len(found["items"]) == 6 else "broken"] += 1

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        end = time.monotonic() + 60
        while not self.seen["whole"]:
            assert time.monotonic() < end, self.seen
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_importer_killed_anywhere_leaves_whole_communities(
    record: Record, rounds: int
) -> None:
    began = time.monotonic()
    record.run("import", str(record.version(1)))
    lasts = time.monotonic() - began
    dice, cut = random.Random(rounds), 0
    for number in range(2, rounds + 2):
        source = str(record.version(number))
        with record.wangge("import", source) as importer:
            time.sleep(lasts * dice.uniform(0.3, 1.0))
            importer.kill()
            told = communities_in(importer.communicate()[0])
        cut += importer.returncode != 0
        record.require_whole(told, number)
        record.run("import", source)
        assert record.found() == record.expected(number)
    assert cut > 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_database_killed_while_people_read_and_import_comes_back(
    record: Record, rounds: int
) -> None:
    record.run("db", "stop")  # the server keeps its own
    dice = random.Random(rounds)
    with (
        served(record) as (_, address),
        Readers(address, record.token()) as readers,
    ):
        for number in range(1, rounds + 1):
            source = str(record.version(number))
            with record.wangge("import", source) as importer:
                time.sleep(dice.uniform(0.5, 5.0))
                running = find_postmaster(record.cluster.places.data)
                assert running is not None
                os.kill(running.pid, signal.SIGKILL)
                told = communities_in(importer.communicate(timeout=120)[0])
            await_ready(address)
            record.require_whole(told, number)
            record.run("import", source)
            assert record.found() == record.expected(number)
    assert readers.seen["whole"] > 0
    assert readers.seen["broken"] == 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_server_killed_while_people_read_starts_again(
    record: Record, rounds: int
) -> None:
    record.run("db", "stop")
    dice = random.Random(rounds)
    for _ in range(rounds):
        with served(record) as (server, address):
            await_ready(address)
            with Readers(address, record.token()) as readers:
                time.sleep(dice.uniform(0.1, 1.5))
                server.kill()
                server.wait()
        assert readers.seen["whole"] > 0
        assert readers.seen["broken"] == 0
    record.run("db", "start")
    assert record.found() == record.expected(0)
