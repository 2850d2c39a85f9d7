"""The process that opens a stranger's file: ``python -m data.uploads.reader``.

What to do stands on stdin as JSON; what came of it goes into a folder. It knows neither
the record nor how to reach it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from data.uploads.fence import close_in

__all__ = ["ANSWER", "main"]

ANSWER = "answer.json"


def main() -> None:
    """Read one file behind the fence."""
    asked = json.loads(sys.stdin.buffer.readline())
    close_in(memory=asked["memory"], cpu_s=asked["cpu_s"])
    told = _outcome(asked)
    text = json.dumps(told, ensure_ascii=False)
    (Path(asked["folder"]) / ANSWER).write_text(text, encoding="utf-8")


def _outcome(asked: dict[str, Any]) -> dict[str, Any]:
    from gis.errors import CommunityGridError

    try:
        return {"found": _inspect(asked) if asked["inspect"] else _read(asked)}
    except CommunityGridError as error:
        return {"error_zh": error.message_zh, "error_en": error.message_en}
    except (MemoryError, RecursionError):
        return {"error": "memory"}


def _inspect(asked: dict[str, Any]) -> dict[str, Any]:
    from data.uploads.choices import places_of
    from data.uploads.inspecting import inspect_file

    return inspect_file(
        Path(asked["source"]),
        encoding=asked["choices"].get("encoding"),
        places=places_of(asked["choices"]),
        limits=_limits(),
    )


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    from data.readers import read_sources
    from data.uploads.choices import Choices
    from data.uploads.handing import save_reading

    choices = Choices.of(asked["choices"])
    reading = read_sources(
        [Path(asked["source"])],
        crs=choices.crs,
        datum=choices.datum,
        boundary=choices.boundary,
        limits=_limits(),
        encoding=choices.encoding,
        skip=choices.skip,
        places=choices.places,
        prepare=choices.prepare,
    )
    save_reading(reading, Path(asked["folder"]))
    return {}


def _limits() -> Any:
    """Return what one upload may hold: less than a file of the administrator's."""
    from data.safety import Limits

    gib = 1 << 30
    return Limits(file_bytes=2 * gib, zip_bytes=2 * gib, rows=3_000_000)


if __name__ == "__main__":
    main()
