"""A server whose open streams do not keep it from ending."""

from __future__ import annotations

import socket
from typing import Any

from uvicorn import Server

__all__ = ["StreamingServer"]


class StreamingServer(Server):
    """Ends the streams of the application before it waits for connections to close."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then what is left."""
        app: Any = self.config.app
        while app is not None and not hasattr(app, "state"):
            app = getattr(app, "app", None)  # wrapped in something
        live = None if app is None else getattr(app.state, "live", None)
        if live is not None:
            live.close()
        await super().shutdown(sockets)
