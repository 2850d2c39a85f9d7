"""Review: another person approves, the database holds it, published plans stay."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from data.errors import ConflictError
from data.versions.drafts import copy_plan, rename_draft
from data.versions.overview import Version, one_version
from data.versions.reviews import (
    approve,
    put_into_force,
    return_plan,
    submit,
    withdraw,
)
from data.versions.steps import add_step, list_steps
from tests.data.records import Record
from tests.data.versions.conftest import OTHER, PLANNER, REVIEWER, Act

pytestmark = pytest.mark.postgis


@pytest.fixture
def today(connection: Connection) -> date:
    found: date = connection.scalar(
        text("select (now() at time zone 'Asia/Shanghai')::date")
    )
    return found


@pytest.fixture
def draft(connection: Connection, record: Record, act: Act) -> int:
    act(PLANNER)
    return copy_plan(connection, record.plan, name="春季调整", actor="李工")


def now(connection: Connection, plan: int) -> Version:
    return one_version(connection, plan, today=date(2026, 11, 22))


def edit(connection: Connection, plan: int, number: int = 1) -> None:
    query = """
        insert into plan_edit (plan, number, operation, actor, parameters, inverse)
        values (:plan, :number, 'rename', 'x', '{}', '{}')
    """
    connection.execute(text(query), {"plan": plan, "number": number})


def send(connection: Connection, plan: int) -> None:
    version = now(connection, plan).row_version
    proof = {"verdict": "valid", "plan_hash": "0" * 64}
    submit(connection, plan, actor="李工", row_version=version, certificate=proof)


def refused(connection: Connection, state: str, query: str, **values: object) -> None:
    with pytest.raises(DBAPIError) as caught, connection.begin_nested():
        connection.execute(text(query), values)
    assert getattr(caught.value.orig, "sqlstate", "") == state


def test_a_plan_goes_into_force_by_two_people(
    connection: Connection, record: Record, draft: int, act: Act, today: date
) -> None:
    send(connection, draft)
    assert now(connection, draft).stage == "review"
    act(REVIEWER)
    approve(connection, draft, actor="赵审", comment="可以")
    assert now(connection, draft).stage == "approved"
    done = put_into_force(connection, draft, since=today, today=today, actor="赵审")
    assert (done.plan, done.ended) == (draft, record.plan)
    steps = list_steps(connection, draft)
    assert [(s.step, s.account) for s in steps] == [
        ("copied", PLANNER),
        ("submitted", PLANNER),
        ("approved", REVIEWER),
        ("published", REVIEWER),
    ]
    assert steps[1].detail["certificate"]["verdict"] == "valid"


def test_nobody_approves_what_they_submitted(
    connection: Connection, draft: int
) -> None:
    send(connection, draft)
    with (
        pytest.raises(ConflictError, match="another person"),
        connection.begin_nested(),
    ):
        approve(connection, draft, actor="李工")
    assert now(connection, draft).stage == "review"


def test_nobody_approves_what_they_edited_last(
    connection: Connection, draft: int, act: Act
) -> None:
    act(REVIEWER)
    edit(connection, draft)
    act(PLANNER)
    send(connection, draft)
    act(REVIEWER)
    with (
        pytest.raises(ConflictError, match="edited it last"),
        connection.begin_nested(),
    ):
        approve(connection, draft, actor="赵审")
    act(OTHER)
    approve(connection, draft, actor="钱审")


def test_the_database_refuses_an_approval_of_ones_own(
    connection: Connection, draft: int, act: Act
) -> None:
    send(connection, draft)
    query = """
        insert into plan_step (plan, step, account, actor)
        values (:plan, 'approved', :account, '赵审')
    """
    # Signing as somebody else does not help: the database signs.
    refused(connection, "WG007", query, plan=draft, account=REVIEWER)
    act(None)
    refused(connection, "WG007", query, plan=draft, account=None)


def test_the_database_refuses_to_publish_what_nobody_approved(
    connection: Connection, draft: int, today: date
) -> None:
    query = """
        update plan set status = 'published', effective_from = :since where id = :plan
    """
    refused(connection, "WG008", query, plan=draft, since=today)
    send(connection, draft)
    refused(connection, "WG008", query, plan=draft, since=today)


def test_the_database_refuses_a_day_that_is_past(
    connection: Connection, draft: int, act: Act, today: date
) -> None:
    send(connection, draft)
    act(REVIEWER)
    approve(connection, draft, actor="赵审")
    past = date(2026, 6, 1)
    with pytest.raises(ConflictError, match="is past"):
        put_into_force(connection, draft, since=past, today=today, actor="赵审")
    query = """
        update plan set status = 'published', effective_from = :since where id = :plan
    """
    refused(connection, "WG008", query, plan=draft, since=past)


def test_an_approval_ends_when_the_plan_goes_back(
    connection: Connection, draft: int, act: Act, today: date
) -> None:
    send(connection, draft)
    act(REVIEWER)
    approve(connection, draft, actor="赵审")
    act(PLANNER)
    withdraw(connection, draft, actor="李工")
    send(connection, draft)
    with pytest.raises(ConflictError, match="not approved"):
        put_into_force(connection, draft, since=today, today=today, actor="李工")


def test_a_returned_plan_can_be_edited_and_sent_again(
    connection: Connection, draft: int, act: Act
) -> None:
    send(connection, draft)
    act(REVIEWER)
    return_plan(connection, draft, actor="赵审", comment="003 太大")
    row = now(connection, draft)
    assert (row.status, row.stage) == ("draft", "returned")
    assert row.returned is not None
    assert row.returned.comment == "003 太大"
    act(PLANNER)
    edit(connection, draft)
    send(connection, draft)
    assert now(connection, draft).stage == "review"


def test_a_plan_under_review_does_not_change(
    connection: Connection, draft: int
) -> None:
    send(connection, draft)
    with pytest.raises(ConflictError, match="withdraw it first"):
        rename_draft(connection, draft, name="二", actor="李工")
    refused(
        connection,
        "WG006",
        "update grid set name = 'x' where plan = :plan",
        plan=draft,
    )
    with pytest.raises(DBAPIError), connection.begin_nested():
        edit(connection, draft)


def test_what_was_edited_since_the_proof_is_not_sent(
    connection: Connection, draft: int
) -> None:
    version = now(connection, draft).row_version
    edit(connection, draft)
    with pytest.raises(ConflictError, match="while it was being proven"):
        submit(connection, draft, actor="李工", row_version=version - 1, certificate={})


def test_steps_stay_as_they_were_written(connection: Connection, draft: int) -> None:
    add_step(connection, draft, "renamed", actor="李工")
    # The web role lacks the right; the owner meets the guard.
    for query in ("update plan_step set actor = 'x'", "delete from plan_step"):
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(text(query))


def test_a_published_plan_never_changes(
    connection: Connection, record: Record, act: Act
) -> None:
    for account in (None, PLANNER):
        act(account)
        for query in (
            "update grid set name = 'x' where plan = :plan",
            "delete from plan_cell where plan = :plan",
            "update plan set name = 'x' where id = :plan",
            "delete from plan where id = :plan",
        ):
            refused(connection, "WG002", query, plan=record.plan)
