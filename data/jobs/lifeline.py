"""Children that do not outlive whoever started them, not even by a kill."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from typing import BinaryIO

__all__ = ["die_with_parent", "watch_lifeline"]

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends; where it can."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def watch_lifeline(stream: BinaryIO) -> None:
    """End this process when the other end of a pipe is closed."""

    def wait() -> None:
        while stream.read(1):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
