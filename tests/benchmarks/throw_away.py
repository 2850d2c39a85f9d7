"""A database for one measurement, made and dropped with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.cluster import Cluster, Store
from data.migrations import upgrade

__all__ = ["throw_away_store"]

SETTINGS = {"shared_buffers": "512MB", "synchronous_commit": "off", "fsync": "off"}
"""Nothing is kept, so nothing need reach the disk."""


@contextmanager
def throw_away_store() -> Iterator[Store]:
    """Give an empty database with today's tables on a cluster of its own."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    folder.chmod(0o755)  # the server works as another user
    cluster = Cluster(folder / "state", runtime=folder, settings=SETTINGS)
    try:
        store = cluster.start(tied=True)
        upgrade(store.url())
        yield store
    finally:
        cluster.stop()
        shutil.rmtree(folder)
