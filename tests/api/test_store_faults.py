"""A database that is slow, busy or away gives a problem, never a traceback."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import Cluster, Store
from data.cluster.postmaster import find_postmaster
from data.migrations import upgrade
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.api.town import Town
from tests.postgis import throw_away

pytestmark = pytest.mark.postgis

GRIDS = "/api/v1/grids"


def test_a_question_that_takes_too_long_is_stopped(
    town: Town, store: StoreSettings, database: Store, headers: dict[str, str]
) -> None:
    settings = Settings(store=store, statement_timeout_s=0.2)
    with (
        database.connect() as other,
        TestClient(create_app(settings), headers=headers) as client,
    ):
        other.execute("lock table grid in access exclusive mode")
        answer = client.get(GRIDS)
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("table", ["account", "api_token"])
def test_who_asks_is_not_looked_up_for_ever(
    table: str,
    town: Town,
    store: StoreSettings,
    database: Store,
    headers: dict[str, str],
) -> None:
    settings = Settings(store=store, statement_timeout_s=0.2)
    with TestClient(create_app(settings), headers=headers) as client:
        with database.connect() as other:
            other.execute(f"lock table {table} in access exclusive mode")
            began = time.monotonic()
            answer = client.get(GRIDS)
            took = time.monotonic() - began
        assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
        assert answer.headers["content-type"] == "application/problem+json"
        # It is not asked again, for as long as a database that starts is waited for.
        assert took < settings.patience_s
        assert client.get(GRIDS).status_code == 200


def test_a_request_waits_its_turn_but_not_for_ever(
    town: Town, store: StoreSettings, database: Store, headers: dict[str, str]
) -> None:
    settings = Settings(store=store, pool_size=1, patience_s=0.2)
    with TestClient(create_app(settings), headers=headers) as client:
        answers = []
        with database.connect() as other:
            other.execute("lock table grid in access exclusive mode")
            first = threading.Thread(target=lambda: answers.append(client.get(GRIDS)))
            first.start()
            while not waiting(other):
                time.sleep(0.01)
            busy = client.get(GRIDS)
            alive = client.get("/healthz")
        first.join()
    assert (busy.status_code, busy.json()["code"]) == (503, "store_busy")
    assert int(busy.headers["retry-after"]) > 0
    assert alive.status_code == 200
    assert answers[0].status_code == 200


def waiting(connection: object) -> bool:
    row = connection.execute(  # type: ignore[attr-defined]
        "select count(*) from pg_locks where not granted"
    ).fetchone()
    return bool(row[0])


def test_without_a_database_the_service_lives_but_is_not_ready(tmp_path: Path) -> None:
    settings = Settings(store=StoreSettings(state=tmp_path / "none"), patience_s=0.0)
    with TestClient(create_app(settings), headers=bearer("none")) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        answer = client.get(GRIDS)
    assert ready.status_code == 503
    assert ready.json() == {
        "ready": False,
        "database": False,
        "migrated": False,
        "guarded": False,
        "bound": False,
        "indexed": False,
    }
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert str(tmp_path) not in answer.text


@pytest.fixture
def bare(template: Store) -> Iterator[Store]:
    """A database with PostGIS and no table of ours."""
    with throw_away(template, "of_one_fault", template="template0") as made:
        yield made


def test_a_database_without_our_tables_is_not_ready(bare: Store) -> None:
    url = bare.url().render_as_string(hide_password=False)
    settings = Settings(store=StoreSettings(database_url=url))
    app = create_app(settings)
    client = TestClient(app, raise_server_exceptions=False, headers=bearer("none"))
    with client:
        ready = client.get("/readyz").json()
        answer = client.get(GRIDS)
    assert (ready["database"], ready["migrated"], ready["guarded"]) == (
        *(True, False),
        False,
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "grid" not in answer.json()["detail_en"]


def test_a_guard_that_was_switched_off_is_seen(
    town: Town, store: StoreSettings, database: Store
) -> None:
    with TestClient(create_app(Settings(store=store))) as client:
        assert client.get("/readyz").json()["guarded"] is True
        owner = create_engine(database.url(), poolclass=NullPool)
        with owner.begin() as connection:
            connection.execute(text("alter table plan disable trigger guard_plan"))
        assert client.get("/readyz").status_code == 503
        with owner.begin() as connection:
            connection.execute(text("alter table plan enable trigger guard_plan"))
        assert client.get("/readyz").status_code == 200


def test_nothing_can_be_written(town: Town, store: StoreSettings) -> None:
    from sqlalchemy.exc import InternalError

    from data.engine import build_web_engine, read_only

    engine = build_web_engine(store)
    with (
        pytest.raises(InternalError, match="read-only"),
        read_only(engine, timeout=1.0) as connection,
    ):
        connection.execute(text("delete from device"))
    engine.dispose()


def test_a_killed_database_is_waited_for(place: Path, postgis: None) -> None:
    cluster = Cluster(place / "state", runtime=place)
    kept = cluster.start(tied=True)
    upgrade(kept.url())
    headers = bearer(token_for(kept, "administrator"))
    settings = Settings(store=StoreSettings(state=place / "state"), patience_s=120.0)
    app = create_app(settings)
    with TestClient(app, headers=headers) as client:
        assert client.get(GRIDS).status_code == 200
        found = find_postmaster(cluster.places.data)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)
        # A backend outlives its postmaster by a moment, in which it could still answer.
        app.state.engine.dispose()
        starting = threading.Thread(target=cluster.start)
        starting.start()
        try:
            answer = client.get(GRIDS)
        finally:
            starting.join()
            cluster.stop()
    assert answer.status_code == 200
