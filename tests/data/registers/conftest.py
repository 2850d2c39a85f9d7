"""A small town as a source, and a database that keeps what a test commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.cluster import Store
from data.synthetic import MadeUpTown, made_up_town
from tests.data.registers.sources import write_source
from tests.postgis import throw_away, web_engine


@pytest.fixture(scope="session")
def small_town() -> MadeUpTown:
    """Two communities; every layer a source can have."""
    return made_up_town(seed=3, communities=2)


@pytest.fixture(scope="session")
def town_file(small_town: MadeUpTown, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small town as a file."""
    return write_source(tmp_path_factory.mktemp("town"), **small_town.tables())


@pytest.fixture
def store(template: Store) -> Iterator[Store]:
    """A database of its own, for work that commits."""
    with throw_away(template, "of_one_import", template=template.name) as made:
        yield made


@pytest.fixture
def web(store: Store) -> Iterator[Engine]:
    """The web role in that database."""
    engine = web_engine(store)
    yield engine
    engine.dispose()
