"""Many scripts of ours as one file: a page asks for one, not for a hundred.

Every module becomes a function that is called once, after those it imports from, and
gives what it exports. Lines stay lines, so that a source map names file and line.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Joined", "join_modules", "join_scripts", "join_sheets", "modules_of"]

Read = Callable[[str], str]
"""Gives the text of a public file by its path."""

_IMPORT = re.compile(
    r"""^import\b\s*(?P<what>[^"'`;()]*?)(?:\s*\bfrom\s*)?"(?P<path>\.[^"]+)";""",
    re.MULTILINE,
)
_EXPORT = re.compile(
    r"^export (?=(?:(?:async )?function\*?|class|const) (?P<name>[\w$]+))", re.MULTILINE
)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*|\bimport\s*\(", re.MULTILINE)
_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_URL = re.compile(r"""url\((["']?)(?![#"'/]|data:)([^)"']+)\1\)""")


@dataclass(frozen=True, slots=True)
class Joined:
    """One file made of many, and the map that leads back to them."""

    code: str
    source_map: str


def modules_of(entry: str, read: Read) -> list[str]:
    """Return the paths of a module and all it needs, in the order they have to run.

    Raises
    ------
    ValueError
        If modules import each other in a circle.
    """
    order: list[str] = []

    def visit(path: str, above: tuple[str, ...]) -> None:
        if path in above:
            circle = " → ".join((*above[above.index(path) :], path))
            raise ValueError(f"modules import each other: {circle}")
        if path in order:
            return
        for found in _IMPORT.finditer(read(path)):
            visit(_beside(path, found["path"]), (*above, path))
        order.append(path)

    visit(entry, ())
    return order


def join_modules(entry: str, read: Read, *, to: str) -> Joined:
    """Return a module and all it needs as one module, which is given out as `to`.

    Raises
    ------
    ValueError
        If modules import each other in a circle, or one imports or exports in a way
        that is not understood here.
    """
    order = modules_of(entry, read)
    names = {path: f"$module{number}" for number, path in enumerate(order)}
    parts = [(path, *_as_function(path, read(path), names, to)) for path in order]
    return _join(parts, to)


def join_scripts(paths: Iterable[str], read: Read, *, to: str) -> Joined:
    """Return classic scripts as one, which is given out as `to`."""
    return _join([(path, "", read(path), ";") for path in paths], to)


def join_sheets(paths: Iterable[str], read: Read, *, to: str) -> str:
    """Return style sheets as one, which is given out as `to`."""
    return "\n".join(_URL.sub(_moved(path, to), read(path)) for path in paths)


def _moved(path: str, to: str) -> Callable[[re.Match[str]], str]:
    def address(found: re.Match[str]) -> str:
        return f"url({_between(to, _beside(path, found[2]))})"

    return address


def _as_function(
    path: str, code: str, names: dict[str, str], to: str
) -> tuple[str, str, str]:
    """Return what goes before a module's code, the code, and what goes after it."""
    exported = {found["name"]: found["name"] for found in _EXPORT.finditer(code)}
    code = _EXPORT.sub("", code)
    if _DEFAULT.search(code):
        exported["default"] = "$default"
        code = _DEFAULT.sub("const $default = ", code)

    def fetch(found: re.Match[str]) -> str:
        if not found["what"]:
            return ""
        return (
            f"const {_pattern(found['what'])} = {names[_beside(path, found['path'])]};"
        )

    code = _IMPORT.sub(fetch, code)
    if left := _LEFT.search(code):
        raise ValueError(f"{path} says {left[0]!r}, which cannot be joined")
    here = f'new URL("{_between(to, path)}", import.meta.url).href'
    code = code.replace("import.meta.url", here)
    gives = ", ".join(f"{outer}: {inner}" for outer, inner in exported.items())
    return f"const {names[path]} = (() => {{", code, f"return {{ {gives} }};\n}})();"


def _pattern(what: str) -> str:
    """Return the names of an import as a pattern: `W, { L }` → `{ default: W, L }`."""
    if re.search(r"\bas\b|\*", what):
        raise ValueError(f"import {what} renames, which cannot be joined")
    if what.startswith("{"):
        return what
    default, _, named = what.partition(",")
    return f"{{ default: {default.strip()}, {named.strip().strip('{}')} }}"


def _join(parts: Sequence[tuple[str, str, str, str]], to: str) -> Joined:
    """Put codes below each other, each with a line before and lines after it."""
    lines: list[str] = []
    mappings: list[str] = []
    file = line = 0  # where the map stands: it tells differences
    for number, (_, before, code, after) in enumerate(parts):
        lines.append(before)
        mappings.append("")
        for at, text in enumerate(_MAP.sub("", code).split("\n")):
            lines.append(text)
            mappings.append(f"A{_vlq(number - file)}{_vlq(at - line)}A")
            file, line = number, at
        below = after.split("\n")
        lines += below
        mappings += [""] * len(below)
    lines.append(f"//# sourceMappingURL={posixpath.basename(to)}.map\n")
    told = {
        "version": 3,
        "sources": [_between(to, path) for path, *_ in parts],
        "names": [],
        "mappings": ";".join(mappings),
    }
    return Joined("\n".join(lines), json.dumps(told, separators=(",", ":")))


_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _vlq(number: int) -> str:
    """Return a number as source maps write it: the sign, then five bits a letter."""
    rest = abs(number) << 1 | (number < 0)
    letters = ""
    while True:
        rest, low = rest >> 5, rest & 31
        letters += _DIGITS[low | (32 if rest else 0)]
        if not rest:
            return letters


def _beside(path: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))


def _between(start: str, end: str) -> str:
    return posixpath.relpath(end, posixpath.dirname(start))
