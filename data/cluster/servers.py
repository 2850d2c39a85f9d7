"""Which PostgreSQL of the system to run, and as whom."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import StoreError

__all__ = ["Server", "ServerUser", "find_server", "server_user"]

_PROGRAMS = Path("/usr/lib/postgresql")
_SHARED = Path("/usr/share/postgresql")


@dataclass(frozen=True, slots=True)
class Server:
    """The programs of one major version of PostgreSQL."""

    major: int
    folder: Path

    def program(self, name: str) -> str:
        """Return the absolute path of a program: privileges drop PATH."""
        return str(self.folder / name)


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Whom the server runs as; it refuses to run as root."""

    name: str
    uid: int
    gid: int
    lowered: bool

    def command(self, argv: Sequence[str], *, tied: bool = False) -> list[str]:
        """Return a command line that runs `argv` as this user.

        A `tied` process is shut down by the kernel when its parent dies. setpriv
        replaces itself, so the pid is that of the program.
        """
        words: list[str] = []
        if self.lowered:
            words += [
                f"--reuid={self.uid}",
                f"--regid={self.gid}",
                "--init-groups",
                "--reset-env",
            ]
        if tied:
            words += ["--pdeathsig", "INT"]
        return [_setpriv(), *words, "--", *argv] if words else list(argv)


def find_server(
    *, major: int | None = None, programs: Path = _PROGRAMS, shared: Path = _SHARED
) -> Server:
    """Return the newest PostgreSQL that has PostGIS, or the one of version `major`."""
    known = sorted(
        (int(folder.name), folder / "bin")
        for folder in programs.glob("[0-9]*")
        if folder.name.isdigit() and (folder / "bin" / "postgres").exists()
    )
    fit = [
        Server(number, folder)
        for number, folder in known
        if (shared / str(number) / "extension" / "postgis.control").exists()
        and major in (None, number)
    ]
    if fit:
        return fit[-1]
    if major is not None:
        here = "、".join(str(number) for number, _ in known) or "无"
        raise StoreError(
            f"数据由 PostgreSQL {major} 保存，这台机器上是 {here}；请安装 "
            f"postgresql-{major}-postgis-3，或在旧机器上 wangge db backup 再到这里恢复",
            f"the data is of PostgreSQL {major}, this machine has "
            f"{here if known else 'none'}; install postgresql-{major}-postgis-3, or "
            "back it up where it was made and restore it here",
        )
    raise _no_server()


def _no_server() -> StoreError:
    return StoreError(
        "没有找到带 PostGIS 的 PostgreSQL；请运行 apt-get install "
        "postgresql-15-postgis-3，或用 WANGGE_DATABASE_URL 指定别的数据库",
        "no PostgreSQL with PostGIS found; run apt-get install "
        "postgresql-15-postgis-3, or name another database by WANGGE_DATABASE_URL",
    )


def server_user() -> ServerUser:
    """Return whom to run the server as: `postgres` for root, else the user itself."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwnam("postgres") if uid == 0 else pwd.getpwuid(uid)
    except KeyError as error:
        if uid == 0:  # its packages make the user
            raise _no_server() from error
        raise StoreError(
            f"系统里没有用户 {uid}，数据库无法以它运行；请先建立这个用户",
            f"this system has no user {uid} to run the database as; add it first",
        ) from error
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, lowered=uid == 0)


def _setpriv() -> str:
    found = shutil.which("setpriv", path="/usr/bin:/bin")
    if found is None:
        raise StoreError(
            "没有找到 setpriv；请运行 apt-get install util-linux",
            "setpriv is missing; run apt-get install util-linux",
        )
    return found
