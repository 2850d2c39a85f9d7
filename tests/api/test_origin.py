"""Whose data a page shows."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.queries.origin import Origin, read_origin

pytestmark = pytest.mark.postgis

RUN = text("""
    insert into import_run (digest, communities, made_up, attribution)
    values (:digest, 1, :made_up, :attribution)
""")


def test_real_data_nobody_speaks_for_says_nothing(client: TestClient) -> None:
    found = client.get("/api/v1/origin")
    assert found.json() == {"made_up": False, "attribution": ""}
    tag = {"If-None-Match": found.headers["etag"]}
    assert client.get("/api/v1/origin", headers=tag).status_code == 304


def test_made_up_rows_and_every_source_are_told(database: Store) -> None:
    engine = create_engine(database.url(), poolclass=NullPool)
    with Session(engine) as session:
        connection = session.connection()
        for made_up, attribution in [(True, "B"), (False, "A"), (False, "B")]:
            told = {"digest": attribution, "made_up": made_up}
            connection.execute(RUN, {**told, "attribution": attribution})
        assert read_origin(connection) == Origin(made_up=True, attribution="A; B")
        session.rollback()
