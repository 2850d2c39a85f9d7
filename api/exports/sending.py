"""Send a file that was made for one answer, and take it away afterwards."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import FileResponse
from sqlalchemy import Connection
from starlette.background import BackgroundTask

from api.auth.admission import deed_of, engine_of
from api.auth.principal import Principal
from api.exports.asked import Asked
from api.settings import Settings
from data.accounts.trail import note
from data.engine import working
from data.exports.errors import ExportBusyError
from data.exports.names import file_name
from data.exports.order import MEDIA_TYPES
from data.queries.changes import table_versions

__all__ = [
    "disposition",
    "export_tag",
    "note_export",
    "one_place",
    "send",
    "working_folder",
]

_AT_ONCE = 2
_WAIT_S = 30.0
_places = threading.BoundedSemaphore(_AT_ONCE)

_SHOWN = (
    *("division", "building", "street", "barrier", "compound", "site"),
    *("import_run", "plan"),
)
"""Tables whose rows a file may show."""


@contextmanager
def one_place() -> Iterator[None]:
    """Let so many exports be made at once that the pages stay quick.

    Raises
    ------
    ExportBusyError
        If none ends in time.
    """
    if not _places.acquire(timeout=_WAIT_S):
        raise ExportBusyError
    try:
        yield
    finally:
        _places.release()


def export_tag(connection: Connection, asked: Asked) -> str:
    """Return the ETag of an export: another one once anything it shows has changed."""
    told = {
        "plans": [(card.plan, card.row_version) for card in asked.cards],
        "order": asked.order.told(),
        "place": asked.place,
        "on": str(asked.on),
        "changes": table_versions(connection, _SHOWN),
        "program": version("wangge"),
    }
    key = json.dumps(told, sort_keys=True).encode()
    return f'"{hashlib.sha256(key).hexdigest()[:32]}"'


def note_export(
    request: Request, settings: Settings, actor: Principal, asked: Asked, how: str
) -> None:
    """Write into the audit who took which plans, and as what."""
    communities = [card.community for card in asked.cards]
    with working(
        engine_of(request),
        reach=actor.reach,
        timeout=settings.statement_timeout_s,
        patience=settings.patience_s,
        **deed_of(request)._asdict(),
    ) as connection:
        note(
            connection,
            "export",
            str(asked.order.format),
            relation="plan",
            row=", ".join(str(card.plan) for card in asked.cards[:50]),
            community=communities[0] if len(set(communities)) == 1 else None,
            after={
                **asked.order.told(),
                "how": how,
                "place": asked.place,
                "plans": len(asked.cards),
                "grids": asked.grids,
            },
        )


def working_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for one file, taken away after it was sent."""
    return tempfile.TemporaryDirectory(prefix="wangge-export-")


def send(path: Path, asked: Asked, tag: str, clean: BackgroundTask) -> FileResponse:
    """Return a file as the answer; `clean` runs once it was sent or given up."""
    name = file_name(asked.order, asked.cards, asked.place, on=asked.on)
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[asked.order.ending],
        headers={
            "ETag": tag,
            "Content-Disposition": disposition(name),
            "Cache-Control": "private, no-cache",
        },
        background=clean,
    )


def disposition(name: str) -> str:
    """Return the header that names a download, also in Chinese (RFC 6266)."""
    ending = Path(name).suffix
    return f"attachment; filename=\"export{ending}\"; filename*=UTF-8''{quote(name)}"
