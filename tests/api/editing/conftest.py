"""A small made-up town, drawn and drafted, and a planner who may edit it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from gis.edits import Draft
from tests.api.editing.desk import Desk, as_stored, fresh_state
from tests.api.signing import bearer, token_for
from tests.data.editing.ground import drafted_town


@pytest.fixture(scope="module")
def owner(database: Store) -> Iterator[Engine]:
    """Connections that see everything."""
    made = create_engine(database.url(), poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def plans(owner: Engine) -> list[int]:
    """Drafts of the communities of a small made-up town, the larger first."""
    return drafted_town(owner)


@pytest.fixture(scope="module")
def planner(
    plans: list[int], database: Store, store: StoreSettings
) -> Iterator[TestClient]:
    """A client of the application, as a planner of the whole record."""
    app = create_app(Settings(store=store, patience_s=0.0))
    headers = bearer(token_for(database, "planner"))
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


@pytest.fixture
def desk(planner: TestClient, plans: list[int], owner: Engine) -> Iterator[Desk]:
    """The larger community in hand; whatever a test does is taken back after it."""
    made = Desk(planner, plans[0])
    before = as_stored(owner, plans[0])
    yield made
    made.reload()
    while made.ask("undo").status_code == 201:
        pass
    assert as_stored(owner, plans[0]) == before


@pytest.fixture
def draft(desk: Desk, owner: Engine) -> Draft:
    """The plan in hand as the tests may look at it."""
    return fresh_state(owner, desk.plan).draft
