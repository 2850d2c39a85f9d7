"""The private cluster starts by itself and survives what machines do."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from data.cluster import Cluster
from data.cluster.places import socket_folder
from data.cluster.postmaster import Postmaster
from data.cluster.servers import find_server, server_user
from data.errors import StoreError

pytestmark = [pytest.mark.postgis, pytest.mark.usefixtures("postgis")]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

QUICK = {"fsync": "off"}
"""Only for tests that do not ask what survives."""


@contextmanager
def running(made: Cluster) -> Iterator[Cluster]:
    made.start(tied=True)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def fresh(place: Path) -> Iterator[Cluster]:
    """A cluster with a running server, kept as safely as in real use."""
    with running(Cluster(place / "state", runtime=place)) as made:
        yield made


def until(true: Callable[[], bool], *, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def owner_of(pid: int | None) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def pid_of(made: Cluster) -> int:
    pid = made.status().pid
    assert pid is not None
    return pid


def kill(made: Cluster) -> None:
    os.kill(pid_of(made), signal.SIGKILL)


def keep(made: Cluster, number: int) -> None:
    with made.store().connect() as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (%s)", [number])


def kept(made: Cluster) -> list[int]:
    with made.store().connect() as connection:
        return [n for (n,) in connection.execute("select number from kept order by 1")]


def test_it_starts_from_nothing_with_postgis_and_no_port(cluster: Cluster) -> None:
    with cluster.store().connect() as connection:
        row = connection.execute(
            "select current_setting('listen_addresses'), "
            "st_area('POLYGON((0 0,0 2,2 2,2 0,0 0))'::geometry)"
        ).fetchone()
    assert row == ("", 4.0)
    assert cluster.status().word == "running"


def test_a_server_that_is_starting_has_no_address_yet(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its pid file is written line by line, the socket after the pid.
    starting = Postmaster(pid=1, socket=Path(), ready=False)
    monkeypatch.setattr("data.cluster.cluster.find_postmaster", lambda _: starting)
    with pytest.raises(StoreError, match="is starting"):
        cluster.store()


def test_starting_again_finds_the_same_server(cluster: Cluster) -> None:
    before = cluster.status().pid
    Cluster(cluster.places.state).start()
    assert cluster.status().pid == before


@as_root
def test_under_root_the_server_is_postgres(cluster: Cluster) -> None:
    assert owner_of(cluster.status().pid) == server_user().uid != 0


@as_root
def test_an_ordinary_user_runs_it_as_himself(place: Path) -> None:
    nobody = 65534
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody, nobody)
    child = os.fork()
    if child == 0:  # the child only reports by its exit code
        code = 1
        try:
            os.setgroups([])
            os.setgid(nobody)
            os.setuid(nobody)
            with running(Cluster(home / "state", runtime=home)) as made:
                keep(made, 7)
                right = owner_of(made.status().pid) == nobody and kept(made) == [7]
                code = 0 if right else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_neither_a_deep_folder_nor_a_closing_umask_is_trouble(place: Path) -> None:
    deep = place.joinpath(*["很深的文件夹"] * 12)
    assert len(os.fsencode(deep)) > 200
    before = os.umask(0o077)
    try:
        with running(Cluster(deep, settings=QUICK)) as made:
            assert made.status().word == "running"
    finally:
        os.umask(before)


def test_a_socket_path_that_is_too_long_is_refused(place: Path) -> None:
    with pytest.raises(StoreError, match="107"):
        socket_folder(place, server_user(), base=place / ("x" * 90))


def test_a_socket_folder_of_somebody_else_is_refused(place: Path) -> None:
    user = server_user()
    folder = socket_folder(place, user, base=place)
    folder.rmdir()
    folder.symlink_to("/tmp")
    with pytest.raises(StoreError, match="does not belong"):
        socket_folder(place, user, base=place)


@as_root
def test_a_closed_home_is_named_and_refused(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    with pytest.raises(StoreError, match="WANGGE_STATE") as refused:
        Cluster(home / "state").start()
    assert f"cannot enter {home}," in str(refused.value)


def test_a_stale_pid_file_does_not_stop_a_start(fresh: Cluster) -> None:
    fresh.stop()
    user = server_user()
    # The number now belongs to somebody else of the same user, the worst case.
    with subprocess.Popen(user.command(["/usr/bin/sleep", "60"], tied=True)) as other:
        stale = fresh.places.data / "postmaster.pid"
        stale.write_text(f"{other.pid}\n{fresh.places.data}\n", encoding="utf-8")
        os.chown(stale, user.uid, user.gid)
        assert fresh.status().word == "stopped"
        fresh.start(tied=True)
        assert fresh.status().pid != other.pid
        other.kill()


def test_a_killed_server_comes_back_with_every_row(fresh: Cluster) -> None:
    for number in range(3):
        keep(fresh, number)
        before = fresh.status().pid
        kill(fresh)
        began = time.monotonic()
        fresh.start(tied=True)
        assert time.monotonic() - began < 20
        assert fresh.status().pid != before
    assert kept(fresh) == [0, 1, 2]


def test_a_killed_server_with_busy_sessions_comes_back(fresh: Cluster) -> None:
    keep(fresh, 1)
    store = fresh.store()
    with suppress(StoreError), store.connect() as connection:
        connection.execute("insert into kept values (2)")
        kill(fresh)
        connection.execute("select pg_sleep(20)")
    # Another caller, which is not the parent of the dead server.
    other = Cluster(fresh.places.state, runtime=fresh.places.state.parent)
    with running(other):
        assert kept(other) == [1]


START = """
import sys
from pathlib import Path
from data.cluster import Cluster
place = Path(sys.argv[1])
Cluster(place / "state", runtime=place).start(tied=sys.argv[2] == "tied")
print("up", flush=True)
if sys.argv[2] == "tied":
    sys.stdin.read()
"""


def starter(place: Path, how: str, root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", START, str(place), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
    )


def test_two_starts_at_once_make_one_server(place: Path, root: Path) -> None:
    made = Cluster(place / "state", runtime=place)
    try:
        with starter(place, "free", root) as one, starter(place, "free", root) as two:
            assert (one.wait(), two.wait()) == (0, 0)
        text = made.places.log.read_text(encoding="utf-8")
        assert text.count("ready to accept connections") == 1
        # It outlives the commands that started it.
        assert made.status().word == "running"
    finally:
        assert made.stop()


def test_a_tied_server_ends_cleanly_with_its_parent(place: Path, root: Path) -> None:
    made = Cluster(place / "state", runtime=place)
    with starter(place, "tied", root) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        parent.kill()
    until(lambda: made.status().word == "stopped")
    text = made.places.log.read_text(encoding="utf-8")
    assert "database system is shut down" in text


def test_in_the_foreground_a_crash_is_followed_by_a_start(
    place: Path, root: Path
) -> None:
    made = Cluster(place / "state")
    environment = {**os.environ, "WANGGE_STATE": str(place / "state")}
    command = [sys.executable, "-c", "from scripts.cli import main; main()"]
    command += ["db", "start", "--foreground"]
    with subprocess.Popen(
        command, env=environment, cwd=root, stdout=subprocess.PIPE
    ) as keeper:
        try:
            assert keeper.stdout is not None
            assert "数据库已启动" in keeper.stdout.readline().decode()
            before = pid_of(made)
            kill(made)
            until(lambda: made.status().word == "running" and pid_of(made) != before)
        finally:
            keeper.send_signal(signal.SIGINT)
            keeper.wait()
    assert made.status().word == "stopped"


def test_a_server_that_another_process_began_is_followed_by_ours(place: Path) -> None:
    ours = Cluster(place / "state", runtime=place, settings=QUICK)
    other = Cluster(place / "state", runtime=place, settings=QUICK)
    ours.start(tied=True)
    keeper = threading.Thread(target=ours.supervise, daemon=True)
    keeper.start()
    first = ours.status().pid
    assert first is not None
    with other._locked():  # it is at the door first when the server falls
        os.kill(first, signal.SIGKILL)
        until(lambda: ours.status().word != "running")
        other._launch(tied=True)
        second = other.status().pid
    time.sleep(1.0)
    assert second not in (None, first)
    assert ours.status().pid == second  # left alone while it serves
    other.stop()
    until(lambda: ours.status().word == "running" and ours.status().pid != second)
    third = ours.status().pid
    ours.stop()
    keeper.join(10)
    assert third is not None
    assert not keeper.is_alive()


def test_an_interrupted_making_is_begun_again(place: Path) -> None:
    made = Cluster(place / "state", runtime=place, settings=QUICK)
    made.places.unfinished.mkdir(parents=True)
    (made.places.unfinished / "PG_VERSION").write_text("15\n", encoding="utf-8")
    assert made.status().word == "absent"
    with running(made):
        assert not made.places.unfinished.exists()


def test_data_of_another_version_is_refused_by_name(place: Path) -> None:
    made = Cluster(place / "state", runtime=place)
    made.places.data.mkdir(parents=True)
    (made.places.data / "PG_VERSION").write_text("9\n", encoding="utf-8")
    with pytest.raises(StoreError, match="postgresql-9-postgis-3"):
        made.start()


@as_root
def test_where_no_package_made_the_user_the_cure_is_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> NoReturn:
        raise KeyError(name)

    monkeypatch.setattr("pwd.getpwnam", absent)
    with pytest.raises(StoreError, match="apt-get install postgresql"):
        server_user()


def test_without_postgis_the_cure_is_told(place: Path) -> None:
    with pytest.raises(StoreError) as refused:
        find_server(programs=place)
    assert "apt-get install postgresql-15-postgis-3" in refused.value.message_zh
    assert "WANGGE_DATABASE_URL" in refused.value.message_en


def test_stopping_what_does_not_run_is_no_error(place: Path) -> None:
    assert Cluster(place / "nothing").stop() is False
    assert not (place / "nothing").exists()


# --- a full disk


@contextmanager
def small_disk(place: Path, mebibytes: int) -> Iterator[Path]:
    """A disk of its own in a file; skips where it cannot be mounted."""
    image, disk = place / "image", place / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(mebibytes * 2**20)
    commands = (
        ["/sbin/mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", str(image)],
        ["/bin/mount", "-o", "loop", str(image), str(disk)],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no loop mount here: {done.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["/bin/umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing fits any more."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


@as_root
def test_a_disk_too_small_for_a_cluster_is_told(place: Path) -> None:
    with small_disk(place, 24) as disk:
        made = Cluster(disk / "state", runtime=place)
        with pytest.raises(StoreError, match="the disk is full"):
            made.start()
        assert made.status().word == "absent"


@as_root
def test_a_full_disk_loses_nothing_and_heals(place: Path) -> None:
    with (
        small_disk(place, 160) as disk,
        running(Cluster(disk / "state", runtime=place)) as made,
    ):
        keep(made, 1)
        ballast = fill(disk)
        with (
            pytest.raises(StoreError, match="磁盘已满"),
            made.store().connect() as busy,
        ):
            busy.execute(
                "create table big as select repeat(md5(i::text), 9) t "
                "from generate_series(1, 200000) i"
            )
        assert kept(made) == [1]
        kill(made)
        ballast.unlink()
        made.start(tied=True)
        assert kept(made) == [1]


# --- another database by URL


def test_a_wrong_address_is_refused_without_showing_it() -> None:
    from data.cluster import Store

    with pytest.raises(StoreError, match="WANGGE_DATABASE_URL") as refused:
        Store.at("postgresql:/user:geheim@host/x y z")
    assert "geheim" not in str(refused.value)


def test_an_address_takes_the_place_of_the_cluster(cluster: Cluster) -> None:
    from data.settings import StoreSettings

    url = cluster.store().url().render_as_string(hide_password=False)
    settings = StoreSettings.from_environment({"WANGGE_DATABASE_URL": url})
    assert settings.cluster() is None
    with settings.store().connect() as connection:
        assert isinstance(connection, psycopg.Connection)
        row = connection.execute("select current_user, current_database()").fetchone()
    assert row == ("wangge", "wangge")


# --- at any moment


@pytest.mark.full
def test_fifty_kills_among_four_writers_lose_no_acknowledged_row(
    fresh: Cluster,
) -> None:
    store = fresh.store()
    with store.connect() as connection:
        connection.execute("create table counted (number bigint primary key)")
    numbers, acknowledged = itertools.count(), set[int]()
    info = make_conninfo(**store.admin, dbname=store.name)

    def write(stop: threading.Event) -> None:
        with (
            suppress(psycopg.Error),
            psycopg.connect(info, autocommit=True) as connection,
        ):
            while not stop.is_set():
                number = next(numbers)
                connection.execute("insert into counted values (%s)", [number])
                acknowledged.add(number)

    for wait in random.Random(1).choices(range(300), k=50):
        stop = threading.Event()
        writers = [threading.Thread(target=write, args=[stop]) for _ in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(wait / 1000)
        kill(fresh)
        fresh.start(tied=True)
        stop.set()
        for writer in writers:
            writer.join()
    with store.connect() as connection:
        found = {n for (n,) in connection.execute("select number from counted")}
    assert len(acknowledged) > 1000
    assert acknowledged <= found
