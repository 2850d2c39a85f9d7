"""The server process: who it is, whether it lives, why it would not start."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.cluster.places import PORT, free_space
from data.errors import StoreError

__all__ = ["Postmaster", "find_postmaster", "reap", "refused_start", "starts_later"]

_LATER = ("pre-existing shared memory block", "lock file ")
"""Refusals that pass once the children of a killed server have gone."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living server: its process, its socket folder, and whether it takes work."""

    pid: int
    socket: Path
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """Return the living server of a data folder; a stale pid file is none."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 1 or not lines[0].isdigit() or not _serves(int(lines[0]), data):
        return None
    whole = len(lines) >= 8
    return Postmaster(
        pid=int(lines[0]),
        socket=Path(lines[4] if whole else ""),
        ready=whole and lines[7].strip() == "ready",
    )


def _serves(pid: int, data: Path) -> bool:
    """Tell whether a process is alive and the server of this very folder.

    After a restart of the machine the number may belong to anybody, and a killed
    server that nobody waited for still has its number, so the number proves nothing.
    """
    process = Path("/proc") / str(pid)
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        state = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    is_zombie = state.split()[0] in ("Z", "X")
    return not is_zombie and words[1:3] == [b"-D", os.fsencode(data)]


def reap(data: Path, socket: Path) -> None:
    """Clear away what a dead server left: its process entry, its lock files.

    PostgreSQL finds processes that still hold its shared memory by the data folder
    itself, so the files are not what keeps two servers apart. They stand in the way:
    the number in them may belong to somebody else by now, or to a dead process its
    parent never waited for.
    """
    name = f".s.PGSQL.{PORT}"
    for left in (socket / name, socket / f"{name}.lock"):
        left.unlink(missing_ok=True)
    path = data / "postmaster.pid"
    try:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    except FileNotFoundError:
        return
    if first.isdigit():
        with suppress(ChildProcessError):
            os.waitpid(int(first), os.WNOHANG)
    path.unlink(missing_ok=True)


def starts_later(said: str) -> bool:
    """Tell whether a refused start is worth another try."""
    return any(word in said for word in _LATER)


def refused_start(said: str, *, folder: Path) -> StoreError:
    """Return the error for what the server said, with the cure where it is known."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return StoreError(
            f"磁盘已满：{folder} 只剩 {free_space(folder)}；请腾出空间后再启动，"
            "已保存的数据不会丢",
            f"the disk is full: {folder} has {free_space(folder)} left; free some "
            "space and start again, nothing stored is lost",
        )
    if "Permission denied" in said or "could not access directory" in said:
        return StoreError(
            f"数据库进程不能读写 {folder}；请检查所有者，或用 WANGGE_STATE 指定别处\n"
            f"{_last(said)}",
            f"the database cannot read or write {folder}; check its owner, or name "
            f"another place by WANGGE_STATE\n{_last(said)}",
        )
    return StoreError(
        f"数据库没有启动；完整输出见 {folder / 'postgres.log'}\n{_last(said)}",
        f"the database did not start; see {folder / 'postgres.log'}\n{_last(said)}",
    )


def _last(said: str) -> str:
    return "\n".join(said.strip().splitlines()[-5:])
