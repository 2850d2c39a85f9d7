"""A register of two communities in a database that keeps what a test commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.readers import read_sources
from data.registers import import_registers
from data.settings import StoreSettings
from data.synthetic import division_names, made_up_town
from tests.data.registers.sources import write_source
from tests.postgis import throw_away


@pytest.fixture(scope="session")
def registered(
    template: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A made-up town of two communities in the register, no plan yet; to copy."""
    town = made_up_town(seed=3, communities=2)
    path: Path = write_source(tmp_path_factory.mktemp("town"), **town.tables())
    with throw_away(template, "registered_town", template=template.name) as made:
        engine = create_engine(made.url(), poolclass=NullPool)
        reading = read_sources([path])
        names = division_names(reading.layers.communities["code"])
        for _ in import_registers(engine, reading, names=names):
            pass
        engine.dispose()
        yield made


@pytest.fixture
def store(template: Store, registered: Store) -> Iterator[Store]:
    """A copy of the registered town for one test."""
    with throw_away(template, "of_one_job", template=registered.name) as made:
        yield made


@pytest.fixture
def settings(store: Store) -> StoreSettings:
    """Settings that lead a worker to that database."""
    url = store.url().render_as_string(hide_password=False)
    return StoreSettings(database_url=url)


@pytest.fixture
def owner(store: Store) -> Iterator[Engine]:
    """The owner's connections to it."""
    engine = create_engine(store.url(), poolclass=NullPool)
    yield engine
    engine.dispose()
