"""A service over a small record: in this process, and on a port of loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from uvicorn import Config, Server

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import Signed, token_for
from tests.data.places import fill_places
from tests.data.records import Record, fill, publish


@pytest.fixture(scope="module")
def record(engine: Engine) -> Record:
    with engine.begin() as connection:
        made = fill(connection)
        publish(connection, made.plan, since="2026-01-01")
        fill_places(connection)
    return made


@pytest.fixture(scope="module")
def app(store: StoreSettings, record: Record) -> FastAPI:
    return create_app(Settings(store=store))


@pytest.fixture(scope="module")
def client(app: FastAPI, headers: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(app, headers=headers) as made:
        yield made


@pytest.fixture(scope="module")
def service(app: FastAPI, database: Store) -> Iterator[str]:
    """Address of the OGC service on a free port of loopback, for an administrator."""
    signed = Signed(app, token_for(database, "administrator"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(Config(signed, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/ogc"
        server.should_exit = True
        thread.join()
