"""Migrations lead from every earlier database to the tables of today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations.ops import OpContainer
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.cluster.fingerprint import differences, guards, table_digests
from data.migrations import (
    alembic_config,
    current_revision,
    head_revision,
    revisions,
    upgrade,
)
from data.models import Base
from tests.data.first_rows import FIRST_ROWS
from tests.postgis import throw_away

pytestmark = pytest.mark.postgis

FIRST_TABLES = 20
"""Tables of the first revision, all of which have rows to lose."""


@pytest.fixture
def empty(template: Store) -> Iterator[Store]:
    """A database with PostGIS and no table of ours."""
    with throw_away(template, "of_one_test", template="template0") as made:
        with made.connect() as connection:
            connection.execute("create extension postgis")
        yield made


def test_the_models_ask_for_nothing_the_migrations_lack(template: Store) -> None:
    engine = create_engine(template.url(), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": alembic_helpers.include_object,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        made = produce_migrations(context, Base.metadata).upgrade_ops
    assert isinstance(made, OpContainer)
    assert [operation.to_diff_tuple() for operation in made.ops] == []


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_a_filled_database_of_an_earlier_revision_keeps_every_row(
    revision: str, empty: Store, template: Store
) -> None:
    upgrade(empty.url(), revision)
    with empty.connect() as connection:
        connection.execute(FIRST_ROWS)
    with empty.connect() as connection:
        assert current_revision(connection) == revision
        before = table_digests(connection)
    assert sum(bool(about["rows"]) for about in before.values()) >= FIRST_TABLES
    upgrade(empty.url())
    empty.harden()
    with empty.connect() as connection, template.connect() as fresh:
        assert current_revision(connection) == head_revision()
        after = table_digests(connection)
        assert differences(guards(fresh), guards(connection)) == []
    for table in set(before) - {"alembic_version"}:
        assert after[table]["rows"] == before[table]["rows"], table


def test_migrating_again_changes_nothing(template: Store) -> None:
    with throw_away(template, "of_one_test", template=template.name) as made:
        with made.connect() as connection:
            before = guards(connection), table_digests(connection)
        upgrade(made.url())
        with made.connect() as connection:
            assert (guards(connection), table_digests(connection)) == before


def test_a_migration_that_fails_leaves_nothing_behind(empty: Store) -> None:
    engine = create_engine(empty.url(), poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        command.upgrade(alembic_config(connection), "head")
        transaction.rollback()
    with empty.connect() as left:
        assert table_digests(left) == {}


def test_there_is_one_line_of_revisions() -> None:
    assert revisions()[-1] == head_revision()
