"""What a handler is given: what to do, the record, and somebody to tell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

__all__ = ["Task"]

PART = 1 << 20
"""Bytes of one part of a file."""
KEPT = "7 days"
_PAUSE_S = 0.2

Tell = Callable[[float, str, str], None]


@dataclass
class Task:
    """A job while it is worked on.

    The process may end at any moment and another begin the job again. So a piece of
    work and its `note` go in one transaction, and `done` tells what need not be done
    twice.
    """

    job: int
    kind: str
    arguments: Mapping[str, Any]
    division: str
    account: int | None
    engine: Engine
    teller: Tell
    _told: float = field(default=-1.0, repr=False)

    def tell(self, share: float, zh: str, en: str) -> None:
        """Say how far the work is, 0–1, and what it does just now.

        Cheap: what comes too fast to be read is dropped.
        """
        now = time.monotonic()
        if share < 1 and now - self._told < _PAUSE_S:
            return
        self._told = now
        self.teller(min(max(share, 0.0), 1.0), zh, en)

    def done(self) -> dict[str, dict[str, Any]]:
        """Return the pieces that are finished, by key."""
        query = text("select key, result from job_item where job = :job order by key")
        with self.engine.connect() as connection:
            rows = connection.execute(query, {"job": self.job})
            return {row.key: row.result for row in rows}

    def note(self, connection: Connection, key: str, result: Mapping[str, Any]) -> None:
        """Say in the transaction that does a piece of work that it is finished.

        Whoever got something done has earned its attempts anew.
        """
        told = json.dumps(dict(result), ensure_ascii=False)
        connection.execute(_NOTE, {"job": self.job, "key": key, "result": told})
        connection.execute(_EARN, {"job": self.job})

    def attach(self, path: Path, name: str, media_type: str) -> None:
        """Keep a file with the job, to be downloaded for a week."""
        size = path.stat().st_size
        with self.engine.begin() as connection, path.open("rb") as stream:
            told = {"job": self.job, "name": name, "media": media_type, "size": size}
            connection.execute(_UNATTACH, {"job": self.job})
            connection.execute(_ATTACH, told)
            number = 0
            while part := stream.read(PART):
                row = {"job": self.job, "number": number, "data": part}
                connection.execute(_PART, row)
                number += 1


_NOTE = text("""
    insert into job_item (job, key, result)
    values (:job, :key, cast(:result as jsonb))
    on conflict (job, key) do update set result = excluded.result, at = now()
""")
_EARN = text("update job set attempts = 1 where id = :job and attempts > 1")
_UNATTACH = text("delete from job_file where job = :job")
_ATTACH = text(f"""
    insert into job_file (job, name, media_type, size, expires)
    values (:job, :name, :media, :size, now() + interval '{KEPT}')
""")
_PART = text("""
    insert into job_file_part (job, number, data) values (:job, :number, :data)
""")
