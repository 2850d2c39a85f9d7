"""A server whose streams do not keep it from ending, nor a new certificate either."""

from __future__ import annotations

import gc
import socket
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
from uvicorn import Server

from api.certificates import Renewal
from gis.partition.graphs import pieces_of

__all__ = ["StreamingServer", "get_ready", "settle"]


def get_ready() -> Thread:
    """Load beside the first requests what the first edit would wait a second for."""
    thread = Thread(target=_load_and_settle, name="get ready", daemon=True)
    thread.start()
    return thread


def _load_and_settle() -> None:
    alone = np.zeros(1, np.int32)
    pieces_of(np.zeros(2, np.int32), alone, alone)
    settle()


def settle() -> None:
    """Look for garbage seldom, and never in what was loaded to begin with.

    That stays till the end; to walk through all of it now and then would hold up
    whatever request comes just then for a tenth of a second. An edit makes some
    thousands of objects, most of which go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


_LOOK_TICKS = 20
"""Of a tenth of a second, between two looks at the certificate."""
_YOUNG = 50_000
"""Objects more than there were, till the youngest are looked through."""


class StreamingServer(Server):
    """Ends the streams of the application before it waits for connections to close.

    A certificate that is renewed on disk is taken up while it runs.
    """

    _renewal: Renewal | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and note which certificate is in use."""
        told = self.config
        if told.ssl is not None and told.ssl_certfile and told.ssl_keyfile:
            pair = Path(told.ssl_certfile), Path(told.ssl_keyfile)
            self._renewal = Renewal(told.ssl, *pair)
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Look at the certificate now and then."""
        if self._renewal is not None and counter % _LOOK_TICKS == 0:
            self._renewal.look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then what is left."""
        app: Any = self.config.app
        while app is not None and not hasattr(app, "state"):
            app = getattr(app, "app", None)  # wrapped in something
        live = None if app is None else getattr(app.state, "live", None)
        if live is not None:
            live.close()
        await super().shutdown(sockets)
