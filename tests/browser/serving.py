"""A server of the application on loopback, for as long as a test needs it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from uvicorn import Config

from api.main import create_app
from api.server import StreamingServer
from api.settings import Settings
from data.cluster import WEB, Store
from data.settings import StoreSettings
from tests.api.signing import Signed, token_for

__all__ = ["serving"]


@contextmanager
def serving(
    store: Store, *, port: int = 0, role: str | None = "administrator"
) -> Iterator[str]:
    """Serve the pages of a database; gives the address, without a slash at its end.

    Who brings no session of their own comes in with a role for the whole record, or
    with none if `role` is None.
    """
    url = store.url(user=WEB).render_as_string(hide_password=False)
    app = create_app(Settings(store=StoreSettings(database_url=url), patience_s=0.0))
    served = app if role is None else Signed(app, token_for(store, role))
    listener = socket.create_server(("127.0.0.1", port))
    server = StreamingServer(Config(served, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
