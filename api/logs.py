"""The log: one JSON object a line, for people with `jq` and for collectors."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

__all__ = ["JsonLines", "write_log"]

FIELDS = ("request_id", "method", "route", "status", "ms")
"""What a line about a request has beside its message."""


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON, a traceback within it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: getattr(record, k) for k in FIELDS if hasattr(record, k)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def write_log(file: Path | None) -> None:
    """Send every line to a file, or warnings and worse to stderr where none is given.

    The file may be moved away at any time, as logrotate does.
    """
    handler = logging.StreamHandler() if file is None else WatchedFileHandler(file)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    # Ours alone: what libraries remark on in passing is not for this log.
    logging.getLogger("wangge").setLevel(logging.INFO if file else logging.WARNING)
