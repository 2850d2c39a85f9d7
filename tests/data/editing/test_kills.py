"""A process that is killed in the middle of an edit leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.editing import UNDO, Actor, NothingToDoError, Terms, hold_plan, undo_edit
from tests.api.editing.desk import as_stored, assert_sound, exported
from tests.data.editing.ground import drafted_town

pytestmark = pytest.mark.postgis

WHO = Actor(None, "规划员")


@pytest.fixture
def owner(database: Store) -> Iterator[Engine]:
    made = create_engine(database.url(), poolclass=NullPool)
    yield made
    made.dispose()


def undo_all(engine: Engine, plan: int) -> int:
    """Take everything back; return how many steps that were."""
    count = 0
    while True:
        try:
            with engine.begin() as connection:
                undo_edit(connection, hold_plan(connection, plan, UNDO), Terms(WHO))
        except NothingToDoError:
            return count
        count += 1


def test_a_killed_edit_is_there_whole_or_not_at_all(
    owner: Engine, database: Store
) -> None:
    plan = drafted_town(owner)[0]
    before, hashed = as_stored(owner, plan), exported(owner, plan)
    url = database.url().render_as_string(hide_password=False)
    logged = 0
    for seed, moment in enumerate((0.0, 0.008, 0.02)):
        call = [sys.executable, "-m", "tests.data.editing.restless", url, str(plan)]
        with subprocess.Popen(
            [*call, str(seed)], stdout=subprocess.PIPE, text=True
        ) as restless:
            assert restless.stdout is not None
            assert restless.stdout.readline() == "ready\n"
            for _ in range(3):
                assert restless.stdout.readline()
            time.sleep(moment)
            restless.kill()
        assert_sound(owner, plan)
        with owner.connect() as connection:
            row = connection.execute(text(_STATE), {"plan": plan}).one()
        assert row.last == row.steps, "a number of the log is missing"
        assert row.logged == row.row_version, "the plan and its log differ"
        logged = row.steps
    assert logged > 4
    assert undo_all(owner, plan) > 0
    assert as_stored(owner, plan) == before
    assert exported(owner, plan) == hashed


_STATE = """
    select p.row_version, p.done, count(*) as steps, max(e.number) as last,
           max(e.row_version) as logged
    from plan p join plan_edit e on e.plan = p.id where p.id = :plan group by p.id
"""
