"""A community with a plan in force, and people who act one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, text

from data.queries.publish import publish
from tests.data.records import Record, fill

FIRST_DAY = date(2026, 1, 1)
PLANNER, REVIEWER, OTHER = 11, 22, 33

Act = Callable[[int | None], None]


@pytest.fixture
def act(connection: Connection) -> Act:
    """Return what makes the rest of the transaction somebody's."""

    def act_as(account: int | None) -> None:
        values = {
            "app.account": "" if account is None else str(account),
            "app.scope": "*",
            "app.drafts": "*",
        }
        for name, value in values.items():
            connection.execute(
                text("select set_config(:name, :value, true)"),
                {"name": name, "value": value},
            )

    act_as(None)
    return act_as


@pytest.fixture
def record(connection: Connection, act: Act) -> Record:
    """The community of the records, its plan in force since the first day of 2026."""
    made = fill(connection)
    publish(connection, made.plan, since=FIRST_DAY)
    return made
