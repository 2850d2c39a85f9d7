"""A record that is held by others: an edit is refused in time, and nothing is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from gis.edits import Draft
from tests.api.editing.desk import Desk, as_stored
from tests.api.editing.test_edits import movable
from tests.api.signing import bearer, token_for

pytestmark = pytest.mark.postgis


@pytest.fixture
def hasty(
    plans: list[int], database: Store, store: StoreSettings
) -> Iterator[TestClient]:
    """A client of an application that gives each statement a moment only."""
    app = create_app(Settings(store=store, patience_s=0.0, statement_timeout_s=0.3))
    headers = bearer(token_for(database, "planner"))
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


@pytest.mark.parametrize("table", ["plan_cell", "grid", "seam", "plan_edit"])
def test_an_edit_that_waits_too_long_for_others_is_stopped_and_undone(
    table: str, desk: Desk, draft: Draft, hasty: TestClient, owner: Engine
) -> None:
    cell, _, taker = movable(desk, draft)
    before = as_stored(owner, desk.plan)
    slow = Desk(hasty, desk.plan)
    with owner.begin() as other:
        other.execute(text(f"lock table {table} in exclusive mode"))
        answer = slow.edit("reassign", cells=[cell], to=taker)
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert as_stored(owner, desk.plan) == before
    assert slow.edit("reassign", cells=[cell], to=taker).status_code == 201
