"""Streams of events to open pages: one that listens, many that are woken."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from data.versions.listener import Listener

__all__ = ["EventStream", "Live", "event"]


LOOKING = 4
"""Streams that look at the record at one time; the others wait for their turn."""


class Live:
    """Wakes the streams of a plan when something happened to it.

    A stream that is woken reads the log itself, from where it was. So nothing is queued
    for a slow page, and a notice that is lost only makes an event late.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listener: Listener | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bells: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self.turn = asyncio.Semaphore(LOOKING)
        self.closing = False

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._bells.values()))

    def join(self, plan: int) -> asyncio.Event:
        """Return the bell of a new stream; the first one starts the listener."""
        if self._listener is None:
            self._loop = asyncio.get_running_loop()
            self._listener = Listener(self._engine, self._heard)
            self._listener.start()
        bell = asyncio.Event()
        self._bells[plan].add(bell)
        return bell

    def leave(self, plan: int, bell: asyncio.Event) -> None:
        """Forget a stream."""
        self._bells[plan].discard(bell)
        if not self._bells[plan]:
            del self._bells[plan]

    def close(self) -> None:
        """End every stream; a server does so before it waits for open connections."""
        self.closing = True
        self._ring(None)

    async def stop(self) -> None:
        """End every stream and hang up."""
        self.close()
        if self._listener is not None:
            await run_in_threadpool(self._listener.stop)

    def _heard(self, plan: int | None) -> None:
        """Pass a notice from the thread that listens to the loop that serves."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ring, plan)

    def _ring(self, plan: int | None) -> None:
        plans = list(self._bells) if plan is None else [plan]
        for each in plans:
            for bell in self._bells.get(each, ()):
                bell.set()


def event(kind: str, data: Mapping[str, Any], *, number: int | None = None) -> bytes:
    """Return an event as `text/event-stream` has it."""
    head = "" if number is None else f"id: {number}\n"
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {kind}\ndata: {body}\n\n".encode()


class EventStream(Response):
    """Sends what an iterator gives until the page goes away or the iterator ends.

    The iterator is closed in either case, so that it can say goodbye.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], status_code: int = 200) -> None:
        self.events = events
        self.background = None
        self.status_code = status_code
        # Proxies that gather answers before they pass them on are told not to.
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one page."""
        sending = asyncio.ensure_future(self._send(send))
        watching = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({sending, watching}, return_when="FIRST_COMPLETED")
        finally:
            for task in (sending, watching):
                task.cancel()
            await asyncio.gather(sending, watching, return_exceptions=True)
            close = getattr(self.events, "aclose", None)
            if close is not None:
                await close()
        if sending.done() and not sending.cancelled() and sending.exception():
            raise sending.exception()  # type: ignore[misc]

    async def _send(self, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        async for chunk in self.events:
            body = {"type": "http.response.body", "body": chunk, "more_body": True}
            await send(body)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    """Return when the page has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
