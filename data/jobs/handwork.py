"""A child process at work on a job, as the worker sees it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

__all__ = ["Handwork"]


class Handwork:
    """Starts the child and takes what it says; `stop` ends it and all it started."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "data.jobs.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Number of the process, which leads a group of its own."""
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError):
                self._lines.put(json.loads(line))
        self._lines.put(None)

    def next_line(self, wait_s: float) -> dict[str, Any] | None:
        """Return what it said next; {} if nothing yet, None when it has ended."""
        try:
            return self._lines.get(timeout=wait_s)
        except queue.Empty:
            return {}

    def stop(self) -> None:
        """Kill the child with everything it started, and clear up after it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
