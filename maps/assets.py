"""Static files of the pages: read, inlined, and proven local."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Final

__all__ = [
    "STATIC",
    "inline_css",
    "read_static",
    "read_vendored",
    "require_local",
    "script_hash",
    "vendor_folders",
]

STATIC: Final = Path(__file__).parent / "static"
_MIME: Final = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif"}
_URL: Final = re.compile(r"""url\(\s*(['"]?)([^'")]*)\1\s*\)""", re.IGNORECASE)
_LINK: Final = re.compile(
    r"""<[a-z][^>]*?\s(?:src|href|srcset|action|formaction|data|poster|background)"""
    r"""\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(r"(<script\b[^>]*>).*?(</script>)", re.I | re.S)
_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style>", re.I | re.S)
_IMPORT: Final = re.compile(r"@import\s+[^;]+;", re.IGNORECASE)


@cache
def read_static(path: str) -> str:
    """Return one of our own text files below `maps/static/`."""
    return (STATIC / path).read_text(encoding="utf-8")


@cache
def read_vendored(package: str, file: str) -> str:
    """Return a text file of a vendored npm package, whatever its version.

    Raises
    ------
    FileNotFoundError
        If the package was not vendored; `scripts/vendor_assets.py` does that.
    """
    return _vendored(package, file).read_text(encoding="utf-8")


def inline_css(package: str, file: str) -> str:
    """Return a vendored style sheet with its pictures as `data:` URLs."""
    sheet = _vendored(package, file)

    def embed(match: re.Match[str]) -> str:
        target = match[2]
        if target.startswith(("data:", "#")):
            return match[0]
        picture = sheet.parent / target
        encoded = base64.b64encode(picture.read_bytes()).decode("ascii")
        return f"url(data:{_MIME[picture.suffix]};base64,{encoded})"

    return _URL.sub(embed, read_vendored(package, file))


def require_local(html: str) -> None:
    """Check that no tag or style of a page points outside the page.

    Raises
    ------
    ValueError
        With the first address that is neither `data:` nor a fragment.
    """
    markup = _BLOCK.sub(r"\1\2", html)
    targets = [next(filter(None, m.groups()), "") for m in _LINK.finditer(markup)]
    styles = " ".join(_STYLE.findall(markup))
    targets += [m[2] for m in _URL.finditer(styles)]
    targets += _IMPORT.findall(styles)
    for target in targets:
        if not target.startswith(("data:", "#")):
            msg = f"the page points outside itself: {target!r}; inline the file"
            raise ValueError(msg)


def script_hash(code: str) -> str:
    """Return the CSP source expression of an inline script or style."""
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _vendored(package: str, file: str) -> Path:
    folder = vendor_folders().get(package)
    if folder is not None and (folder / file).is_file():
        return folder / file
    msg = (
        f"{package}/{file} is not in {STATIC / 'vendor'}; "
        "run scripts/vendor_assets.py once"
    )
    raise FileNotFoundError(msg)


def vendor_folders() -> dict[str, Path]:
    """Return the folder of each vendored npm package, by its name."""
    manifest = STATIC / "vendor" / "manifest.json"
    if not manifest.is_file():
        return {}
    packages = json.loads(manifest.read_text(encoding="utf-8"))["packages"]
    return {entry["name"]: manifest.parent / entry["folder"] for entry in packages}
