"""A backup is taken while people work and comes back equal, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.accounts.principal import EVERYTHING, NOTHING
from data.cluster import WEB, Cluster, Store
from data.cluster.backup import (
    backup,
    manifest_path,
    restore,
    verify,
    verify_backup,
)
from data.cluster.fingerprint import (
    differences,
    guards,
    table_differences,
    table_digests,
)
from data.engine import read_only
from data.errors import ConflictError, ImportFormatError, NotFoundError
from data.queries.readiness import readiness
from scripts.cli import wangge as command_line
from tests.data.records import fill, publish
from tests.postgis import throw_away

pytestmark = pytest.mark.postgis


@pytest.fixture
def store(template: Store) -> Iterator[Store]:
    """A database with one published plan."""
    with throw_away(template, "of_one_backup", template=template.name) as made:
        engine = create_engine(made.url(), poolclass=NullPool)
        with engine.begin() as connection:
            publish(connection, fill(connection).plan)
        yield made


def run(store: Store, statement: str) -> None:
    with store.connect() as connection:
        connection.execute(statement.encode())


def count(store: Store, table: str) -> int:
    with store.connect() as connection:
        return int(table_digests(connection)[table]["rows"])


def test_a_backup_shows_one_moment_while_people_write(
    store: Store, tmp_path: Path
) -> None:
    dump, stop = tmp_path / "wangge.dump", threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            code = f"37011500{number:04d}"
            run(
                store,
                "insert into division (code, level, name) "
                f"values ('{code}', 'community', ''); "
                f"insert into job (kind, arguments) values ('{code}', '{{}}')",
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = backup(store, dump)
    finally:
        stop.set()
        writer.join()
    tables = manifest["tables"]
    # Two divisions were there before; each writing added one row to both tables.
    assert tables["division"]["rows"] == tables["job"]["rows"] + 2
    assert tables["plan_cell"]["rows"] == 4
    proof = verify_backup(store, dump)
    assert proof.ok, proof.faults
    assert proof.tables == tables
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "wangge.dump",
        "wangge.dump.json",
    ]


def test_a_restore_brings_back_every_table_and_guard(
    store: Store, tmp_path: Path
) -> None:
    dump = tmp_path / "wangge.dump"
    manifest = backup(store, dump)
    run(store, "insert into job (kind, arguments) values ('later', '{}')")
    # Somebody is connected, as in real life.
    with store.connect() as person:
        person.execute("select 1")
        proof, kept = restore(store, dump)
        person.close()
    assert proof.ok
    assert count(store, "job") == 0
    assert kept is not None
    assert count(store.named(kept), "job") == 1
    with store.connect() as connection:
        assert table_digests(connection) == manifest["tables"]
    assert verify(store).faults == ()


def test_a_restored_record_shows_nobody_more_than_before(
    store: Store, tmp_path: Path
) -> None:
    dump = tmp_path / "wangge.dump"
    backup(store, dump)
    restore(store, dump)
    web = create_engine(store.url(user=WEB), poolclass=NullPool)
    found = readiness(web, timeout=5.0)
    # A dump loses the marks that indexes need under row security.
    assert (found.bound, found.indexed) == (True, True)
    for reach, plans in ((NOTHING, 0), (EVERYTHING, 1)):
        with read_only(web, timeout=5.0, reach=reach) as connection:
            assert connection.scalar(text("select count(*) from plan")) == plans


@pytest.mark.full
def test_a_restore_into_nothing_makes_the_database(
    store: Store, tmp_path: Path
) -> None:
    dump = tmp_path / "wangge.dump"
    backup(store, dump)
    with store.connect("postgres", autocommit=True) as server:
        store.drop(server, store.name)
    proof, kept = restore(store, dump)
    assert (proof.ok, kept) == (True, None)


@pytest.fixture(scope="module")
def sound(template: Store) -> list[str]:
    """The guards as the migrations make them."""
    with template.connect() as connection:
        return guards(connection)


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        ("drop trigger guard_plan on plan", "- trigger"),
        ("alter table plan disable trigger guard_plan", "enabled=D"),
        ("alter table plan_cell drop constraint pk_plan_cell", "- constraint"),
        ("grant truncate on plan_cell to wangge_web", "+ grant plan_cell TRUNCATE"),
        ("alter table plan_cell owner to wangge_web", "owner=wangge_web"),
        ("alter table plan disable row level security", "row_security=false"),
        ("drop policy plan_reach on plan", "- policy plan.plan_reach"),
        (
            "alter function st_intersects(geometry, geometry) not leakproof",
            "- leakproof st_intersects",
        ),
        (
            "create or replace function require_whole_plan() returns trigger "
            "language plpgsql as 'begin return null; end'",
            "- function require_whole_plan",
        ),
    ],
)
def test_a_guard_that_is_missing_or_changed_is_found(
    deed: str, fault: str, template: Store, sound: list[str]
) -> None:
    with template.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("set transaction read write")
        connection.execute(deed.encode())
        assert fault in "\n".join(differences(sound, guards(connection)))


def test_what_lost_a_guard_is_not_restored(store: Store, tmp_path: Path) -> None:
    run(store, "drop trigger guard_plan on plan")
    dump = tmp_path / "wangge.dump"
    backup(store, dump)
    run(store, "insert into job (kind, arguments) values ('later', '{}')")
    with pytest.raises(ConflictError, match="left as it is"):
        restore(store, dump)
    assert count(store, "job") == 1
    with store.connect("postgres") as server:
        assert not store.exists(server, f"{store.name}_restoring")


def test_one_changed_number_changes_the_digest(template: Store) -> None:
    with template.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("set transaction read write")
        connection.execute(
            "insert into job (kind, arguments) values ('a', '{}'), ('b', '{}')"
        )
        before = table_digests(connection)
        connection.execute("update job set progress = 0.5 where kind = 'b'")
        faults = table_differences(before, table_digests(connection))
    assert [fault.split(":")[0] for fault in faults] == ["job"]


def test_a_damaged_backup_is_refused(store: Store, tmp_path: Path) -> None:
    dump = tmp_path / "wangge.dump"
    backup(store, dump)
    data = bytearray(dump.read_bytes())
    data[len(data) // 2] ^= 1
    dump.write_bytes(data)
    with pytest.raises(ImportFormatError, match="checksum"):
        restore(store, dump)


def test_a_backup_without_its_manifest_is_refused(store: Store, tmp_path: Path) -> None:
    dump = tmp_path / "wangge.dump"
    backup(store, dump)
    manifest_path(dump).unlink()
    with pytest.raises(NotFoundError, match=r"wangge\.dump\.json"):
        restore(store, dump)


def test_a_restore_cut_off_in_the_middle_leaves_the_door_open_again(
    cluster: Cluster,
) -> None:
    store = cluster.store()
    with store.connect("postgres", autocommit=True) as server:
        server.execute("alter database wangge with allow_connections false")
    with Cluster(cluster.places.state).start().connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_command_starts_backs_up_and_proves(
    cluster: Cluster, tmp_path: Path
) -> None:
    environment = {
        "WANGGE_STATE": str(cluster.places.state),
        "WANGGE_DATABASE_URL": "",
    }

    def wangge(*words: str) -> Result:
        return CliRunner(env=environment).invoke(command_line, words)

    dump = str(tmp_path / "wangge.dump")
    assert wangge("db", "start").exit_code == 0
    status = json.loads(wangge("db", "status", "--json").output)
    assert status["status"] == "running"
    assert status["revision"] == status["newest"]
    assert "→" in wangge("db", "backup", dump).output
    assert "一致" in wangge("db", "verify").output
    assert "all equal" in wangge("--lang", "en", "db", "verify", dump).output
    missing = wangge("db", "backup", str(tmp_path / "nowhere" / "x.dump"))
    assert (missing.exit_code, "先建立" in missing.output) == (2, True)
