"""Statements of edits are prepared once a connection, whatever is refused between."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.api.editing.desk import Desk

pytestmark = pytest.mark.postgis

OFTEN = 7
"""Times a statement is sent before it is prepared, and once more."""


def prepared(planner: TestClient) -> set[str]:
    """Return the statements that the connection of the application has prepared."""
    engine = planner.app.state.engine  # type: ignore[attr-defined]
    assert engine.pool.checkedin() == 1
    with engine.connect() as connection:
        found = set(connection.scalars(text("select name from pg_prepared_statements")))
        connection.commit()
    return found


def test_a_refused_edit_forgets_no_prepared_statement(
    desk: Desk, planner: TestClient
) -> None:
    code = desk.rows("grids")[0]["properties"]["code"]
    for turn in range(OFTEN):
        desk.done("rename", grid=code, name=f"网格{turn}")
    before = prepared(planner)
    assert before
    assert desk.edit("rename", grid="no such grid", name="网格").status_code == 422
    assert before <= prepared(planner)
    desk.done("rename", grid=code, name="网格")
