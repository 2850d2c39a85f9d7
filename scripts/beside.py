"""A worker process beside a server: started with it, started again, ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["worker_beside"]

_COMMAND = (sys.executable, "-c", "from scripts.cli import main; main()")
_PAUSE_S = 1.0
"""Before a worker that died is started again."""
_PATIENCE_S = 15.0
"""For a worker that puts back what it has in hand."""


@contextmanager
def worker_beside(*, wanted: bool, log: Path | None = None) -> Iterator[None]:
    """Keep a worker running in a process of its own.

    A drawing then takes no time from the pages, and what it may do to its process
    does not end theirs.
    """
    if not wanted:
        yield
        return
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep, args=[stopping, log], name="worker")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep(stopping: threading.Event, log: Path | None) -> None:
    """Start the worker, and again whenever it ends, until there is no more need."""
    told = ["--beside", str(os.getpid()), *(["--log", str(log)] if log else [])]
    while not stopping.is_set():
        process = subprocess.Popen([*_COMMAND, "work", *told])
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        stopping.wait(_PAUSE_S)
