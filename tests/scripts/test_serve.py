"""`wangge serve` shows a folder of sheets on loopback."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scripts.cli import wangge
from scripts.commands.serve import free_socket


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
    assert result.output == "✓ 小城  0.0 MB\n"


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


def test_a_socket_is_on_loopback_only(taken_port: int) -> None:
    with free_socket(taken_port) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_no_free_port_is_said() -> None:
    taken = free_socket(65535)
    with taken, pytest.raises(click.UsageError, match="no free port"):
        free_socket(65535)


def test_it_prints_its_address_and_stays_until_ctrl_c(folder: Path) -> None:
    code = "from scripts.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--lang", "en", "serve", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", told)
    assert found is not None
    with urllib.request.urlopen(found[0], timeout=30) as answer:
        assert "小城" in answer.read().decode()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert err == ""
    assert process.returncode == 0
