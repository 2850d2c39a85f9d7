"""Where the cluster keeps its files and its socket."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.cluster.servers import ServerUser
from data.errors import StoreError

__all__ = [
    "PORT",
    "Places",
    "default_state",
    "free_space",
    "make_folder",
    "require_reachable",
    "socket_folder",
]

PORT = 5432
"""No port is opened; PostgreSQL names its socket after one."""

_SOCKET_LIMIT = 107
"""Bytes a socket path may have; the kernel cuts at 108 with the final zero."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files below the state folder of a cluster."""

    state: Path

    @property
    def data(self) -> Path:
        """Folder PostgreSQL calls PGDATA."""
        return self.state / "data"

    @property
    def unfinished(self) -> Path:
        """Where a new cluster is made before it takes the name of the data folder."""
        return self.state / "data.part"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.state / "postgres.log"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops the cluster."""
        return self.state / "lock"


def default_state() -> Path:
    """Return where the record of this machine (root) or this user lives."""
    if os.geteuid() == 0:
        return Path("/var/lib/wangge")
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "wangge"


def make_folder(folder: Path, user: ServerUser) -> None:
    """Make a folder and what is missing above it, open to the server's user.

    A umask of 077, usual for root, would close them to it.
    """
    for step in reversed([folder, *folder.parents]):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(0o755 if user.lowered else 0o700)


def require_reachable(folder: Path, user: ServerUser) -> None:
    """Refuse a folder the server's user cannot get to, e.g. below a closed home."""
    if not user.lowered:
        return
    for step in [*reversed(folder.parents), folder]:
        test = user.command(["/usr/bin/test", "-x", str(step)])
        if subprocess.run(test, check=False).returncode != 0:
            raise StoreError(
                f"用户 {user.name} 进不了文件夹 {step}，数据不能放在 {folder}；"
                "请用 WANGGE_STATE 指定别处，如 /var/lib/wangge",
                f"the user {user.name} cannot enter {step}, so {folder} cannot hold "
                "the data; name another place by WANGGE_STATE, e.g. /var/lib/wangge",
            )


def socket_folder(state: Path, user: ServerUser, *, base: Path | None = None) -> Path:
    """Return a short folder for the socket, made for `user` and nobody else.

    A project may lie deep, a socket path may not, so its name is a digest of the
    state folder below a runtime folder of the system.
    """
    word = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    folder = (base or _runtime_base()) / f"wangge-{word}"
    longest = len(os.fsencode(folder / f".s.PGSQL.{PORT}"))
    if longest > _SOCKET_LIMIT:
        raise StoreError(
            f"套接字路径 {folder} 长 {longest} 字节，系统最多 {_SOCKET_LIMIT}；"
            "请用 XDG_RUNTIME_DIR 指定较短的文件夹",
            f"the socket path {folder} has {longest} bytes, the system takes "
            f"{_SOCKET_LIMIT}; name a shorter folder by XDG_RUNTIME_DIR",
        )
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o755)
        if user.lowered:
            os.chown(folder, user.uid, user.gid)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != user.uid:
        # In a shared folder somebody else may have taken the name.
        raise StoreError(
            f"{folder} 不属于用户 {user.name}；请查明来由后删除它",
            f"{folder} does not belong to {user.name}; find out why and remove it",
        )
    return folder


def _runtime_base() -> Path:
    """Return a short folder that is empty after a restart of the machine."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [Path("/run")] if os.geteuid() == 0 else []
    candidates += [Path(named)] if named and os.geteuid() != 0 else []
    for folder in candidates:
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path("/tmp")


def free_space(folder: Path) -> str:
    """Tell how much room the disk of a folder has left."""
    return f"{shutil.disk_usage(folder).free / 2**20:.0f} MiB"
