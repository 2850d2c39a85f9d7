"""A PostgreSQL with PostGIS for the tests; skipped where the system has none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.cluster import Cluster
from data.cluster.servers import find_server
from data.errors import StoreError


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
