"""`wangge serve` shows the record and a folder of sheets, on loopback only."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from data.authority.keeping import Keeper
from data.cluster import Cluster
from data.cluster.postmaster import find_postmaster
from scripts.cli import wangge
from scripts.listening import free_socket, listening_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "小城.html").write_text("<title>小城</title>", encoding="utf-8")
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_check_opens_every_sheet_and_ends(folder: Path) -> None:
    result = CliRunner().invoke(wangge, ["serve", str(folder), "--check"])
    assert result.exit_code == 0
    home, sheet = result.output.splitlines()
    assert home.startswith("✓ http://127.0.0.1:")
    assert sheet == "✓ 小城  0.0 MB"


def test_check_fails_where_there_is_nothing_to_show(tmp_path: Path) -> None:
    result = CliRunner().invoke(wangge, ["serve", str(tmp_path), "--check"])
    assert result.exit_code == 1
    assert "no sheet in the folder" in result.output


def test_check_fails_on_an_empty_page(folder: Path) -> None:
    (folder / "empty.html").touch()
    result = CliRunner().invoke(wangge, ["serve", str(folder), "--check"])
    assert result.exit_code == 1
    assert "empty.html is empty" in result.output


def test_a_taken_port_gives_way_to_the_next_free_one(taken_port: int) -> None:
    with free_socket(taken_port) as listener:
        assert taken_port < listener.getsockname()[1] <= taken_port + 50


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1"])
def test_this_machine_needs_no_certificate(host: str, tmp_path: Path) -> None:
    at = listening_at(host, None, None, Keeper.below(tmp_path))
    assert not at.reaches_others
    assert at.home(8000).startswith("http://")
    assert "localhost" in at.hosts


def test_a_socket_is_on_loopback_only(taken_port: int) -> None:
    with free_socket(taken_port) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_no_free_port_is_said() -> None:
    taken = free_socket(65535)
    with taken, pytest.raises(click.UsageError, match="no free port"):
        free_socket(65535)


def start(*arguments: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """Start a server as a user does, and return it with the address it printed."""
    code = "from scripts.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--lang", "en", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    told = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", told)
    assert found is not None, process.communicate()
    return process, found[0]


def opened(address: str, token: str = "") -> str:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


def test_it_prints_its_address_and_stays_until_ctrl_c(folder: Path) -> None:
    process, address = start(str(folder))
    assert "小城" in opened(address)
    assert ended(process) == (0, "")


@pytest.mark.postgis
def test_the_database_starts_restarts_and_ends_with_it(
    place: Path, folder: Path, postgis: None
) -> None:
    log = folder / "requests.log"
    state = place / "state"
    process, address = start(
        *(str(folder), "--store", "--log", str(log)),
        WANGGE_STATE=str(state),
        WANGGE_DATABASE_URL="",
    )
    try:
        assert json.loads(opened(f"{address}readyz"))["ready"] is True
        token = token_of(state)
        assert json.loads(opened(f"{address}api/v1/plans", token)) == {
            "items": [],
            "next": None,
        }
        assert "小城" in opened(f"{address}sheets/", token)
        first = find_postmaster(Cluster(state).places.data)
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        await_another(Cluster(state), first.pid)
        await_ready(address)
    finally:
        code, err = ended(process)
    assert code == 0
    assert err == ""
    assert find_postmaster(Cluster(state).places.data) is None
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert "/api/v1/plans" in {line.get("route") for line in lines}


def token_of(state: Path) -> str:
    """Return a token for a record that runs."""
    runner = CliRunner(env={"WANGGE_STATE": str(state), "WANGGE_DATABASE_URL": ""})
    bot = ["user", "add", "bot", "--no-password", "--role", "guest"]
    assert runner.invoke(wangge, bot).exit_code == 0
    return runner.invoke(wangge, ["user", "token", "bot"]).stdout.strip()


def await_another(cluster: Cluster, pid: int) -> None:
    """Wait for a server in place of a killed one, whose children may linger."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = find_postmaster(cluster.places.data)
        if found is not None and found.pid != pid:
            return
        time.sleep(0.05)
    pytest.fail("no other server was started")


def await_ready(address: str) -> None:
    """Wait until the service can work again."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(urllib.error.HTTPError):
            if json.loads(opened(f"{address}readyz"))["ready"]:
                return
        time.sleep(0.1)
    pytest.fail("the database did not come back")
