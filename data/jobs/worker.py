"""A worker: takes jobs from the queue and has them done, each in a child process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row

from data.errors import StoreError
from data.jobs.claims import Session, beat, claim, finish, give_back, sign_on
from data.jobs.expiry import expire
from data.jobs.handwork import Handwork
from data.jobs.queue import CHANNEL
from data.jobs.registry import kinds_of
from data.settings import StoreSettings

__all__ = ["Worker"]

log = logging.getLogger("wangge.jobs")

BEAT_S = 0.5
"""Between two words to the queue while a job runs: also how fast it stops."""
IDLE_S = 1.0
"""Between two looks at an empty queue, should a notice have been missed."""
AWAY_S = 1.0
"""Between two attempts to reach a database that is away."""
SWEEP_S = 60.0
"""Between two rounds that take out what has expired."""


class Worker:
    """Two lanes: one takes any job, the other those that somebody waits for.

    So a file just uploaded is looked at while a whole street is being drawn.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._lanes = [
            threading.Thread(target=self._run, args=[kinds_of(quick_only=quick)])
            for quick in (False, True)
        ]

    def start(self) -> None:
        """Begin to work."""
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """Put back what is being done, and end."""
        self._stopping.set()
        for lane in self._lanes:
            lane.join()

    def _run(self, kinds: Sequence[str]) -> None:
        while not self._stopping.is_set():
            try:
                with self._session() as session:
                    self._serve(session, kinds)
            except (psycopg.Error, StoreError) as error:
                # A database that is away, restarts or is not upgraded yet.
                log.warning("worker: %s", str(error).strip().split("\n", 1)[0])
                self._stopping.wait(AWAY_S)

    def _session(self) -> Session:
        store = self._settings.store()
        info = make_conninfo(**store.owner, dbname=store.name)
        return psycopg.connect(info, autocommit=True, row_factory=dict_row)

    def _serve(self, session: Session, kinds: Sequence[str]) -> None:
        sign_on(session)
        session.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
        swept = -SWEEP_S
        while not self._stopping.is_set():
            if time.monotonic() - swept > SWEEP_S:
                expire(session)
                swept = time.monotonic()
            job = claim(session, kinds)
            if job is not None:
                self._work(session, job)
                continue
            for _ in session.notifies(timeout=IDLE_S, stop_after=1):
                break

    def _work(self, session: Session, job: DictRow) -> None:
        """Have one job done, telling how far it is, until it ends or shall stop."""
        number = job["id"]
        began = time.monotonic()
        url = self._settings.store().url().render_as_string(hide_password=False)
        names = ("kind", "arguments", "division", "account")
        child = Handwork({"url": url, "job": number, **{n: job[n] for n in names}})
        log.info("job %s %s begins, process %s", number, job["kind"], child.pid)
        try:
            ended = self._follow(session, number, child)
        finally:
            child.stop()
        _conclude(session, number, ended)
        word, seconds = _word(ended), time.monotonic() - began
        log.info("job %s %s %s after %.1f s", number, job["kind"], word, seconds)

    def _follow(self, session: Session, number: int, child: Handwork) -> dict[str, Any]:
        """Return the last word of a child, or why there is none."""
        share, zh, en = 0.0, "", ""
        spoke = -BEAT_S
        while True:
            if time.monotonic() - spoke >= BEAT_S:
                if beat(session, number, share, zh, en):
                    return {"cancelled": True}
                spoke = time.monotonic()
            if self._stopping.is_set():
                return {"put_back": True}
            line = child.next_line(BEAT_S / 2)
            if line is None:
                return {"died": True}
            if "share" in line:
                share, zh, en = line["share"], line["zh"], line["en"]
            elif line:
                return line


def _conclude(session: Session, number: int, ended: dict[str, Any]) -> None:
    if "result" in ended:
        finish(session, number, "done", result=ended["result"])
    elif "error_zh" in ended:
        words = ended["error_zh"], ended["error_en"]
        finish(session, number, "failed", words=words)
    elif "cancelled" in ended:
        finish(session, number, "cancelled")
    elif "put_back" in ended:
        give_back(session, number, forgiven=True)
    else:
        # Killed, or the database went away beneath it: free again, and counted. It
        # stays `running`, so that the next claim knows that it was cut off.
        time.sleep(BEAT_S)
        session.execute("select pg_advisory_unlock_all()")
        sign_on(session)


def _word(ended: dict[str, Any]) -> str:
    words = {
        "result": "is done",
        "error_zh": "failed",
        "cancelled": "was cancelled",
        "put_back": "was put back",
    }
    return next((word for key, word in words.items() if key in ended), "was cut off")
