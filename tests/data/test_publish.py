"""Publishing puts a whole plan into force and ends the one before it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.errors import ConflictError, NotFoundError
from data.queries.publish import archive_ended, publish
from tests.data.records import Record, draft, fill

pytestmark = pytest.mark.postgis

NEW_YEAR, SPRING, SUMMER = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)


@pytest.fixture
def record(connection: Connection) -> Record:
    return fill(connection)


def next_draft(connection: Connection, record: Record, version: int) -> int:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        plan = draft(session, record.cell_set, version=version)
        session.commit()
        return plan


def dates(connection: Connection) -> list[tuple[int, str, date | None, date | None]]:
    query = "select id, status, effective_from, effective_to from plan order by version"
    return [tuple(row) for row in connection.execute(text(query))]


def in_force(connection: Connection, day: date) -> list[int]:
    query = """
        select id from plan where status in ('published', 'archived')
        and daterange(effective_from, effective_to) @> cast(:day as date)
    """
    return list(connection.scalars(text(query), {"day": day}))


def test_a_first_plan_ends_nothing(connection: Connection, record: Record) -> None:
    done = publish(connection, record.plan, since=NEW_YEAR)
    assert (done.plan, done.ended) == (record.plan, None)
    assert dates(connection) == [(record.plan, "published", NEW_YEAR, None)]


def test_each_day_has_the_plan_that_was_in_force(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan, since=NEW_YEAR)
    second = next_draft(connection, record, 2)
    done = publish(connection, second, since=SPRING)
    assert done.ended == record.plan
    assert in_force(connection, date(2025, 12, 31)) == []
    assert in_force(connection, date(2026, 3, 31)) == [record.plan]
    assert in_force(connection, SPRING) == [second]


def test_what_has_ended_goes_to_the_archive_on_its_day(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan, since=NEW_YEAR)
    second = next_draft(connection, record, 2)
    publish(connection, second, since=SPRING)
    assert archive_ended(connection, today=date(2026, 3, 31)) == []
    assert archive_ended(connection, today=SPRING) == [record.plan]
    assert [status for _, status, _, _ in dates(connection)] == [
        "archived",
        "published",
    ]
    third = next_draft(connection, record, 3)
    assert publish(connection, third, since=SUMMER).ended == second


@pytest.mark.parametrize("since", [date(2025, 6, 1), NEW_YEAR])
def test_days_already_worked_by_are_not_written_over(
    connection: Connection, record: Record, since: date
) -> None:
    publish(connection, record.plan, since=NEW_YEAR)
    second = next_draft(connection, record, 2)
    with pytest.raises(ConflictError, match="later day"):
        publish(connection, second, since=since)


def test_a_plan_with_a_cell_left_out_is_not_published(
    connection: Connection, record: Record
) -> None:
    connection.execute(
        text("delete from plan_cell where plan = :p and cell = 3"), {"p": record.plan}
    )
    with pytest.raises(ConflictError, match="not whole"), connection.begin_nested():
        publish(connection, record.plan, since=NEW_YEAR)
    assert dates(connection) == [(record.plan, "draft", None, None)]


def test_an_unwhole_plan_does_not_end_the_one_in_force(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan, since=NEW_YEAR)
    second = next_draft(connection, record, 2)
    connection.execute(text("delete from plan_cell where plan = :p"), {"p": second})
    with pytest.raises(ConflictError), connection.begin_nested():
        publish(connection, second, since=SPRING)
    assert in_force(connection, SPRING) == [record.plan]


def test_a_plan_is_published_once(connection: Connection, record: Record) -> None:
    publish(connection, record.plan, since=NEW_YEAR)
    with pytest.raises(ConflictError, match="published before"):
        publish(connection, record.plan, since=SPRING)


def test_publishing_what_is_not_there_names_it(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="no plan 7"):
        publish(connection, 7, since=NEW_YEAR)
