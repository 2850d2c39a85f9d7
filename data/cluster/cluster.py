"""The private cluster: make it, start it, stop it, keep it running."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from data.cluster.config import write_config
from data.cluster.places import (
    Places,
    make_folder,
    require_reachable,
    socket_folder,
)
from data.cluster.postmaster import (
    Postmaster,
    find_postmaster,
    reap,
    refused_start,
    starts_later,
)
from data.cluster.servers import Server, find_server, server_user
from data.cluster.store import ADMIN, OWNER, WEB, Store
from data.errors import StoreError

__all__ = ["Cluster", "ClusterStatus"]

_POLL = 0.02
_ATTEMPTS = 5
"""Starts in a row before a server that goes away each time is given up on."""
_LOG_LIMIT = 10 * 2**20


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What a cluster is doing: `absent`, `stopped`, `starting` or `running`."""

    word: str
    state: Path
    pid: int | None = None
    socket: Path | None = None


class Cluster:
    """A private PostgreSQL cluster below one state folder.

    The server takes no TCP connection; it listens on a socket in a runtime folder and
    trusts the operating system about who is calling. As root it runs as `postgres`.
    """

    def __init__(
        self,
        state: Path,
        *,
        runtime: Path | None = None,
        settings: Mapping[str, str] | None = None,
        patience: float = 120.0,
    ) -> None:
        self.places = Places(state.absolute())
        self._runtime = runtime
        self._settings = dict(settings or {})
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None

    # --- what it is doing

    def status(self) -> ClusterStatus:
        """Tell what the cluster is doing, without touching it."""
        state = self.places.state
        if not (self.places.data / "PG_VERSION").exists():
            return ClusterStatus("absent", state)
        found = find_postmaster(self.places.data)
        if found is None:
            return ClusterStatus("stopped", state)
        word = "running" if found.ready else "starting"
        return ClusterStatus(word, state, found.pid, found.socket)

    def store(self) -> Store:
        """Return how to reach the database of a running cluster."""
        found = find_postmaster(self.places.data)
        if found is None:
            raise StoreError(
                "数据库没有运行；请先 wangge db start",
                "the database is not running; run wangge db start first",
            )
        if not found.ready:  # it has yet to write down where its socket is
            raise StoreError(
                "数据库正在启动；请稍后再试",
                "the database is starting; try again in a moment",
            )
        return Store.on_socket(found.socket, programs=self._server().folder)

    # --- start and stop

    def start(self, *, tied: bool = False) -> Store:
        """Start the cluster, making it first where there is none; safe to repeat.

        A `tied` server shuts down cleanly when the calling process ends, even by a
        kill; any other goes on until it is stopped.
        """
        with self._locked():
            for _ in range(_ATTEMPTS):
                if find_postmaster(self.places.data) is None:
                    self._make()
                    self._launch(tied=tied)
                found = self._await_ready()
                try:
                    store = self.store()
                    store.prepare()
                except StoreError:
                    # A server killed a moment ago still looks alive.
                    time.sleep(0.1)
                    if found and find_postmaster(self.places.data) == found:
                        raise
                else:
                    return store
            raise refused_start(self._said(0), folder=self.places.state)

    def stop(self) -> bool:
        """Stop the server, letting what is committed reach the disk.

        Return whether one was running. Work in progress is rolled back.
        """
        if not self.places.state.is_dir():
            return False
        with self._locked():
            found = find_postmaster(self.places.data)
            if found is None:
                self._bury_child()
                return False
            os.kill(found.pid, signal.SIGINT)
            end = time.monotonic() + self._patience
            while find_postmaster(self.places.data) is not None:
                if time.monotonic() > end:
                    raise StoreError(
                        f"数据库 {self._patience:.0f} 秒内没有停下；进程号 {found.pid}",
                        f"the database did not stop within {self._patience:.0f} s; "
                        f"its process is {found.pid}",
                    )
                time.sleep(_POLL)
            self._bury_child()
            with suppress(OSError):  # a folder that is not empty, or shared, may stay
                found.socket.rmdir()
            return True

    def supervise(self, *, crashes: int = 5, within: float = 60.0) -> None:
        """Start the server as our child and start it again whenever it crashes.

        Returns when it was stopped on purpose. More than `crashes` crashes `within`
        so many seconds are given up on: something is broken that a restart won't mend.
        Another process that finds the server down may start it first, for as long as
        its own work lasts; then ours follows it.
        """
        if self._child is None and find_postmaster(self.places.data) is not None:
            raise StoreError(
                "数据库已经在运行；请先 wangge db stop",
                "the database is running already; run wangge db stop first",
            )
        seen: list[float] = []
        try:
            while True:
                try:
                    self.start(tied=True)
                    if self._outlived():
                        return
                    fault = refused_start(self._said(0), folder=self.places.state)
                except StoreError as error:
                    if not seen:  # it never ran
                        raise
                    fault = error
                    time.sleep(0.5)
                seen = [t for t in seen if time.monotonic() - t < within]
                seen.append(time.monotonic())
                if len(seen) > crashes:
                    raise fault
        finally:
            self.stop()

    def _outlived(self) -> bool:
        """Wait until the server ends; tell whether it was ours, stopped on purpose."""
        child = self._child
        if child is not None and child.poll() is None:
            return child.wait() == 0
        self._bury_child()
        while find_postmaster(self.places.data) is not None:
            time.sleep(10 * _POLL)
        return False

    # --- how it is done

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time start or stop the cluster."""
        try:
            make_folder(self.places.state, server_user())
            with self.places.lock.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except PermissionError as error:
            raise StoreError(
                f"不能写入 {self.places.state}；请用 WANGGE_STATE 指定别处",
                f"cannot write to {self.places.state}; name another place by "
                "WANGGE_STATE",
            ) from error
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            said = os.strerror(errno.ENOSPC)
            raise refused_start(said, folder=self.places.state) from error

    def _server(self) -> Server:
        """Return the programs that fit the data folder, or the newest for a new one."""
        try:
            written = (self.places.data / "PG_VERSION").read_text(encoding="utf-8")
        except FileNotFoundError:
            return find_server()
        return find_server(major=int(written.strip()))

    def _make(self) -> None:
        """Make the data folder; an interrupted attempt leaves none."""
        if (self.places.data / "PG_VERSION").exists():
            return
        user, unfinished = server_user(), self.places.unfinished
        require_reachable(self.places.state, user)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if user.lowered:
            os.chown(unfinished, user.uid, user.gid)
        argv = [
            self._server().program("initdb"),
            *("--pgdata", str(unfinished), "--username", ADMIN, "--auth", "peer"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ]
        made = subprocess.run(
            user.command(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
        )
        if made.returncode != 0:
            said = made.stdout.decode(errors="replace")
            error = refused_start(said, folder=self.places.state)
            shutil.rmtree(unfinished, ignore_errors=True)
            raise error
        # One flush of the disk instead of one for each of a thousand files.
        subprocess.run(["/usr/bin/sync", "-f", str(unfinished)], check=True)
        unfinished.rename(self.places.data)

    def _launch(self, *, tied: bool) -> None:
        """Start the server process, waiting out the children of a killed one."""
        server, user = self._server(), server_user()
        end = time.monotonic() + self._patience
        while True:
            self._bury_child()
            socket = socket_folder(self.places.state, user, base=self._runtime)
            reap(self.places.data, socket)
            write_config(
                self.places.data,
                socket=socket,
                user=user,
                roles=(ADMIN, OWNER, WEB),
                extra=self._settings,
            )
            argv = [server.program("postgres"), "-D", str(self.places.data)]
            if self.places.log.exists() and self.places.log.stat().st_size > _LOG_LIMIT:
                self.places.log.replace(self.places.log.with_suffix(".log.1"))
            with self.places.log.open("ab") as log:
                before = log.tell()
                self._child = subprocess.Popen(
                    user.command(argv, tied=tied),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    # A Ctrl-C in our terminal is ours to pass on.
                    start_new_session=True,
                )
            while self._child.poll() is None:
                found = find_postmaster(self.places.data)
                if found is not None and (found.ready or time.monotonic() > end):
                    return
                time.sleep(_POLL)
            said = self._said(before)
            if not starts_later(said) or time.monotonic() > end:
                raise refused_start(said, folder=self.places.state)
            time.sleep(0.5)

    def _await_ready(self) -> Postmaster | None:
        """Wait until a server takes work; None if it goes away instead."""
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            found = find_postmaster(self.places.data)
            if found is None or found.ready:
                return found
            time.sleep(_POLL)
        raise StoreError(
            f"数据库还在恢复，{self._patience:.0f} 秒不够；它会继续，请稍后再试",
            f"the database is still recovering after {self._patience:.0f} s; it goes "
            "on, try again later",
        )

    def _said(self, since: int) -> str:
        """Return what the server wrote to its log, the last 64 kB at most."""
        with self.places.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(since, size - 65536))
            return log.read().decode(errors="replace")

    def _bury_child(self) -> None:
        """Wait for a server of ours that serves no more, so that nothing is left."""
        if self._child is not None:
            self._child.wait(self._patience)
            self._child = None
