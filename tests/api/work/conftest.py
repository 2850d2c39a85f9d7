"""The application over a registered town, a worker beside it, and people to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import WEB, Store
from data.jobs.worker import Worker
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.data.jobs.conftest import registered
from tests.postgis import throw_away

__all__ = ["registered"]

Call = Callable[..., Response]
People = Callable[..., Call]


@pytest.fixture(scope="module")
def town(template: Store, registered: Store) -> Iterator[Store]:
    """A copy of the registered town for one file."""
    with throw_away(template, "of_one_file", template=registered.name) as made:
        with made.connect() as connection:
            # What people send does not say of itself that it is made up.
            connection.execute("update import_run set made_up = false")
        yield made


@pytest.fixture(scope="module")
def owner(town: Store) -> Iterator[Engine]:
    engine = create_engine(town.url(), poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def codes(owner: Engine) -> list[str]:
    """Codes of the communities."""
    query = "select code from division where level = 'community' order by code"
    with owner.connect() as connection:
        return list(connection.scalars(text(query)))


@pytest.fixture(scope="module")
def people(town: Store) -> Iterator[People]:
    """Return what calls the application as somebody with a role in a division."""
    url = town.url(user=WEB).render_as_string(hide_password=False)
    settings = Settings(store=StoreSettings(database_url=url), patience_s=0.0)
    known: dict[tuple[str, str, int], dict[str, str]] = {}
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:

        def person(role: str, division: str = "", *, n: int = 0) -> Call:
            key = role, division, n
            if key not in known:
                known[key] = bearer(token_for(town, role, division))

            def call(method: str, path: str, **options: Any) -> Response:
                headers = {**known[key], **options.pop("headers", {})}
                where = f"/api/v1/{path}"
                return client.request(method, where, headers=headers, **options)

            return call

        yield person


@pytest.fixture(scope="module")
def worker(town: Store) -> Iterator[None]:
    """A worker on the same database."""
    url = town.url().render_as_string(hide_password=False)
    made = Worker(StoreSettings(database_url=url))
    made.start()
    yield
    made.stop()
