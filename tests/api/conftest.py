"""An application on a database with one published plan and a register around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import WEB, Store
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.api.town import Town, build_town


@pytest.fixture(scope="module")
def town(database: Store) -> Town:
    """The made-up town of these tests, written to the database of one file."""
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        return build_town(connection)


@pytest.fixture(scope="module")
def store(database: Store) -> StoreSettings:
    """Settings that lead to the database of one file."""
    url = database.url(user=WEB).render_as_string(hide_password=False)
    return StoreSettings(database_url=url)


@pytest.fixture(scope="module")
def headers(database: Store) -> dict[str, str]:
    """What an administrator of the whole record comes in with."""
    return bearer(token_for(database, "administrator"))


@pytest.fixture(scope="module")
def client(
    town: Town, store: StoreSettings, headers: dict[str, str]
) -> Iterator[TestClient]:
    """A client of the application, as an administrator."""
    app = create_app(Settings(store=store, patience_s=0.0))
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made
