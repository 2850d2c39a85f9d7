"""The static files that application pages load, under names that never change.

All of them share one prefix, a digest of their contents: relative imports between
modules keep working, and a browser may keep every file for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from maps.assets import STATIC, vendor_folders
from maps.parcels import parcels
from maps.theme import css_variables

__all__ = ["MEDIA_TYPES", "PublicFiles", "public_files"]

MEDIA_TYPES: Final[dict[str, str]] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""What is given to browsers; files of any other kind stay inside."""

_THEME: Final = "css/theme.css"


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """Every public file by its path in addresses, and the digest of all."""

    digest: str
    files: dict[str, bytes | Path]

    def read(self, path: str) -> bytes | None:
        """Return a file's contents, None where there is no such file."""
        return _body(self.files[path]) if path in self.files else None

    def packed(self, path: str) -> bytes | None:
        """Return a file's contents under gzip, packed once; None as `read` does."""
        body = self.read(path)
        return None if body is None else _pack(body)


@cache
def public_files() -> PublicFiles:
    """Collect the files of `maps/static/`.

    A vendored file goes by package and path, `vendor/leaflet/dist/leaflet.js`: its
    version is part of the digest already. The colour roles become a style sheet, and
    what a page loads comes in a few files made of the others, `page/planner.js`.
    """
    files: dict[str, bytes | Path] = {_THEME: css_variables().encode()}
    for folder in ("css", "js", "img"):
        files |= _files(STATIC / folder, folder)
    for package, home in vendor_folders().items():
        files |= _files(home, f"vendor/{package}")
    locale = STATIC.parent / "locale"
    files |= {f"locale/{path.name}": path for path in sorted(locale.glob("*.json"))}
    files |= parcels(lambda path: _body(files[path]).decode())
    return PublicFiles(_digest(files), files)


@lru_cache(maxsize=512)
def _pack(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _files(folder: Path, prefix: str) -> dict[str, bytes | Path]:
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }


def _body(content: bytes | Path) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def _digest(files: dict[str, bytes | Path]) -> str:
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        body = _body(content)
        whole.update(f"{name}\0{len(body)}\0".encode())
        whole.update(body)
    return whole.hexdigest()[:16]
