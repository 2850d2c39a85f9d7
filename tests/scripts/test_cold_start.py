"""From nothing but installed packages to the first page: ten seconds at most."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgis, pytest.mark.usefixtures("postgis")]

LIMIT = 10.0
"""Seconds from the command to the first page, on a machine that does nothing else."""


def children_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_an_empty_machine_shows_the_first_page_in_ten_seconds(
    place: Path, root: Path, record_property: Callable[[str, object], None]
) -> None:
    environment = {
        **os.environ,
        "WANGGE_STATE": str(place / "state"),
        "WANGGE_DATABASE_URL": "",
    }
    command = [sys.executable, "-c", "from scripts.cli import main; main()", "serve"]
    before, began = children_seconds(), time.monotonic()
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        told = re.search(r"http://[\d.:]+/", server.stdout.readline())
        assert told is not None
        with urllib.request.urlopen(f"{told[0]}plan", timeout=30) as page:
            assert page.status == 200
            assert b"<html" in page.read()
        wall = time.monotonic() - began
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
    # A busy machine must not decide: what counts is the work, cluster and all.
    work = children_seconds() - before
    record_property("wall_s", round(wall, 2))
    record_property("cpu_s", round(work, 2))
    print(f"first page after {wall:.1f} s, {work:.1f} s of work")  # noqa: T201
    assert min(wall, work) < LIMIT
