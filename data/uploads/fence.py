"""Limits that a process puts on itself before it opens a stranger's file.

It gets no network, a bounded share of memory, processor and disk, no dump of its memory
and no new rights. What the kernel does not offer is left out: the checks of
`data.safety` are the wall, this is the ditch around it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from pathlib import Path

from data.jobs.lifeline import die_with_parent

__all__ = ["CPU_S", "FENCE_MEMORY", "close_in"]

_GIB = 1 << 30
CPU_S = 900
"""Seconds of processor time; a sound file of a district takes a minute."""
FENCE_MEMORY = 8 * _GIB
_FILE = 6 * _GIB
_OPEN_FILES = 512
_NEWNET, _NEWUSER = 0x40000000, 0x10000000


def close_in(*, memory: int = FENCE_MEMORY, cpu_s: int = CPU_S) -> None:
    """Put the limits on this process; call it before anything else is loaded."""
    die_with_parent()
    _leave_network()
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _leave_network() -> None:
    """Go where there is no network, if the kernel lets this process."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEWNET) == 0:
        return
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWUSER | _NEWNET) == 0:
        # Without a map no file could be made.
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
