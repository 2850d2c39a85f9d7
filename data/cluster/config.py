"""The configuration our server runs with; written anew at every start."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from data.cluster.places import PORT
from data.cluster.servers import ServerUser

__all__ = ["write_config"]

_MAP = "wangge"

SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0777",
    # After a crash the time goes into one fsync per file; one for the disk is as
    # safe on Linux and takes a twentieth.
    "recovery_init_sync_method": "syncfs",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # Compiling a query costs more than any of ours takes.
    "jit": "off",
}
"""No TCP: who may connect is decided by who owns the process at the other end."""


def write_config(
    data: Path,
    *,
    socket: Path,
    user: ServerUser,
    roles: tuple[str, ...],
    extra: Mapping[str, str],
) -> None:
    """Write `wangge.conf`, pg_hba.conf and pg_ident.conf into a data folder."""
    settings = {**SETTINGS, "unix_socket_directories": str(socket), **extra}
    lines = [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
    _write(data / "wangge.conf", lines, user)
    main = data / "postgresql.conf"
    include = "include 'wangge.conf'"
    text = main.read_text(encoding="utf-8")
    if include not in text:
        _write(main, [text.rstrip("\n"), include], user)
    _write(data / "pg_hba.conf", [f"local all all peer map={_MAP}"], user)
    people = sorted({"root", user.name, *_installing_user()})
    pairs = [f"{_MAP} {person} {role}" for person in people for role in roles]
    _write(data / "pg_ident.conf", pairs, user)


def _installing_user() -> list[str]:
    """Return who called sudo: they keep working when sudo is over."""
    named = os.environ.get("SUDO_UID", "")
    if not named.isdigit():
        return []
    try:
        return [pwd.getpwuid(int(named)).pw_name]
    except KeyError:
        return []


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _write(path: Path, lines: list[str], user: ServerUser) -> None:
    """Write a file of the server whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if user.lowered:
        os.chown(part, user.uid, user.gid)
    part.chmod(0o600)
    part.replace(path)
