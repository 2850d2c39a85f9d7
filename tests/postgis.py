"""A PostgreSQL with PostGIS for the tests; skipped where the system has none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from data.accounts.principal import EVERYTHING
from data.cluster import WEB, Cluster, Store
from data.cluster.servers import find_server
from data.engine import reach_settings
from data.errors import StoreError
from data.migrations import upgrade


@pytest.fixture(scope="session")
def postgis() -> None:
    """PostgreSQL with PostGIS on this machine; skips where there is none."""
    try:
        find_server()
    except StoreError as error:
        pytest.skip(error.message_en)


def _open_folder() -> Path:
    """Make a folder the server's user may enter; pytest's own is closed to others.

    In memory where there is room: a busy disk takes seconds to flush.
    """
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 2**30
    folder = Path(tempfile.mkdtemp(prefix="wangge-", dir=memory if has_room else None))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder the server's user may enter."""
    folder = _open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster(postgis: None) -> Iterator[Cluster]:
    """A running cluster for a whole run of tests, safe against nothing but its end."""
    folder = _open_folder()
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    made = Cluster(folder / "state", runtime=folder, settings=quick)
    made.start(tied=True)
    yield made
    made.stop()
    shutil.rmtree(folder)


@contextmanager
def throw_away(store: Store, name: str, *, template: str) -> Iterator[Store]:
    """A database made from a template and dropped at the end."""
    with store.connect("postgres", autocommit=True) as server:
        store.drop(server, name)
        store.create(server, name, template=template)
    yield store.named(name)
    with store.connect("postgres", autocommit=True) as server:
        store.drop(server, name)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> Iterator[Store]:
    """A database with today's tables and no rows, to copy."""
    store = cluster.store()
    with throw_away(store, "template_of_tests", template="template0") as made:
        with made.connect() as connection:
            connection.execute("create extension postgis")
        upgrade(made.url())
        made.harden()
        with made.connect(autocommit=True) as connection:
            # Whoever writes needs a copy of its own; a copy does not take this along.
            setting = "set default_transaction_read_only = on"
            connection.execute(f"alter database template_of_tests {setting}")
        yield made


@pytest.fixture(scope="module")
def database(template: Store) -> Iterator[Store]:
    """A database of its own for the tests of one file."""
    with throw_away(template, "of_one_file", template=template.name) as made:
        yield made


def web_engine(store: Store) -> Engine:
    """Return connections as the web role, which row security lets see everything."""
    made = create_engine(store.url(user=WEB), poolclass=NullPool)

    @event.listens_for(made, "begin")
    def reach_everything(connection: Connection) -> None:
        connection.execute(reach_settings(EVERYTHING))

    return made


@pytest.fixture(scope="module")
def engine(database: Store) -> Iterator[Engine]:
    """Connections as the web role, which owns nothing but reaches everything."""
    made = web_engine(database)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back at the end."""
    with engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()
