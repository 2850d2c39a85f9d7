"""Jobs for tests: put in, watched, worked on by a process that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, text

from data.cluster import Store
from data.jobs.queue import add_job, ask_to_stop, job_row

ROOT = Path(__file__).resolve().parents[3]
FAST: dict[str, Any] = {"low": 300, "high": 500, "seed": 0, "effort": "fast"}
ENDED = ("done", "failed", "cancelled")


def put_in(
    engine: Engine, kind: str, arguments: Mapping[str, Any], division: str = "370115"
) -> int:
    with engine.begin() as connection:
        return int(add_job(connection, kind, arguments, division=division).id)


def look(engine: Engine, job: int) -> Row[Any]:
    with engine.connect() as connection:
        return job_row(connection, job)


def stop(engine: Engine, job: int) -> None:
    with engine.begin() as connection:
        ask_to_stop(connection, job)


def wait(engine: Engine, job: int, *states: str, seconds: float = 120) -> Row[Any]:
    """Return the job when it is in one of the states, ended by default."""
    end = time.monotonic() + seconds
    while (row := look(engine, job)).state not in (states or ENDED):
        assert time.monotonic() < end, row
        time.sleep(0.05)
    return row


def wait_for(condition: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def one(engine: Engine, query: str, **values: Any) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query), values)


@contextmanager
def worker_process(store: Store) -> Iterator[subprocess.Popen[bytes]]:
    """`wangge work` in a process of its own, ended at the end."""
    url = store.url().render_as_string(hide_password=False)
    environment = {**os.environ, "WANGGE_DATABASE_URL": url}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("wangge"), "work"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
