"""One connection that hears of every change of a plan, for all pages of a process."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from data.errors import StoreError

__all__ = ["CHANNEL", "Listener"]

log = logging.getLogger("wangge.events")

CHANNEL = "wangge_plan"
_LOOK_S = 0.5
"""Seconds after which the thread looks whether it should end."""
_PAUSE_S = 1.0
"""Seconds before it looks for a database that went away."""


class Listener:
    """Calls `heard(plan)` on a thread of its own; None when any plan may have changed.

    Notices carry the number of a plan and nothing else: whoever is told reads the log
    within their own reach. A database that goes away is found again, and then anything
    may have happened meanwhile.
    """

    def __init__(self, engine: Engine, heard: Callable[[int | None], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._end = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="wangge-listener", daemon=True
        )

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def wait_ready(self, timeout: float) -> bool:
        """Wait until it listens; tell whether it does."""
        return self._ready.wait(timeout)

    def stop(self) -> None:
        """Hang up."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        first = True
        while not self._end.is_set():
            try:
                self._listen(first)
            except (psycopg.Error, DBAPIError, StoreError) as error:
                self._ready.clear()
                log.warning("the record went away: %s", type(error).__name__)
                self._end.wait(_PAUSE_S)
            first = False

    def _listen(self, first: bool) -> None:
        # Detached: the pool does not count a connection that is never given back.
        opened = self._engine.raw_connection()
        driver: psycopg.Connection[Any] = opened.driver_connection  # type: ignore[assignment]
        opened.detach()
        try:
            driver.rollback()
            driver.autocommit = True
            driver.execute(f"listen {CHANNEL}")
            self._ready.set()
            if not first:
                self._heard(None)
            while not self._end.is_set():
                for notice in driver.notifies(timeout=_LOOK_S):
                    self._tell(notice.payload)
        finally:
            driver.close()

    def _tell(self, payload: str) -> None:
        try:
            plan = int(json.loads(payload)["plan"])
        except (ValueError, KeyError, TypeError):
            log.warning("a notice that is none of ours: %.80s", payload)
            return
        self._heard(plan)
