"""A certificate renewed on disk is shown to whoever comes from then on."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from uvicorn import Config

from api.certificates import Renewal
from api.main import create_app
from api.server import StreamingServer
from api.settings import Settings
from data.authority.keeping import Keeper

NAMES = ("wangge.jd.lan",)
PATIENCE_S = 30


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    made = Keeper.below(tmp_path)
    made.issue(NAMES, now=now())
    return made


def shown(port: int, keeper: Keeper) -> int:
    """Return the number of the certificate that comers are shown."""
    context = ssl.create_default_context(cafile=str(keeper.authority))
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=NAMES[0]) as shaken,
    ):
        given = shaken.getpeercert(binary_form=True)
    assert given is not None
    return x509.load_der_x509_certificate(given).serial_number


def test_a_running_server_takes_up_a_renewed_certificate(
    keeper: Keeper, tmp_path: Path
) -> None:
    first = keeper.issue(NAMES, now=now()).certificate.serial_number
    config = Config(
        create_app(Settings(pages=tmp_path)),
        log_config=None,
        ssl_certfile=str(keeper.certificate),
        ssl_keyfile=str(keeper.key),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = StreamingServer(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            assert shown(port, keeper) == first
            second = keeper.issue(NAMES, now=now()).certificate.serial_number
            end = time.monotonic() + PATIENCE_S
            while shown(port, keeper) == first and time.monotonic() < end:
                time.sleep(0.05)
            assert shown(port, keeper) == second != first
        finally:
            server.should_exit = True
            thread.join()


def test_half_a_pair_is_left_alone_until_it_fits(keeper: Keeper) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keeper.certificate, keeper.key)
    renewal = Renewal(context, keeper.certificate, keeper.key)
    assert renewal.look() is False
    old_key = keeper.key.read_bytes()
    keeper.issue(NAMES, now=now())
    new_key = keeper.key.read_bytes()
    keeper.key.write_bytes(old_key)
    assert renewal.look() is False
    keeper.key.unlink()
    assert renewal.look() is False
    keeper.key.write_bytes(new_key)
    assert renewal.look() is True
    assert renewal.look() is False
