"""Find geometries nested so deep that parsing them would end the process.

GEOS parses collections in collections by recursion without a limit: some ten
thousand levels, a file of 200 kB, overflow the stack and kill the interpreter.
"""

from __future__ import annotations

import re
import struct

__all__ = ["is_deep_text", "is_deep_wkb"]

_DEEPEST = 32
_HEADERS = re.compile(
    rb"\x01(?:[\x04-\x11]\x00|[\xec-\xf9]\x03|[\xd4-\xe1]\x07|[\xbc-\xc9]\x0b)\x00"
    rb"|\x00.\x00(?:\x00[\x04-\x11]|\x03[\xec-\xf9]|\x07[\xd4-\xe1]|\x0b[\xbc-\xc9])",
    re.DOTALL,
)
_OPENINGS = re.compile(r"[A-Za-z]\s*\(")
_BRACKETS = re.compile(r"[()]")


def is_deep_wkb(data: bytes) -> bool:
    """Tell whether WKB holds collections more than 32 deep."""
    if len(data) < 9 * _DEEPEST or data[1:2] in (b"\1", b"\2", b"\3"):
        return False  # too short, or a simple geometry in the usual byte order
    # What looks like a header may be a coordinate: only many of them are walked.
    if len(_HEADERS.findall(data)) <= _DEEPEST:
        return False
    return _is_walked_deep(data)


def _is_walked_deep(data: bytes) -> bool:
    """Walk through the parts of WKB without recursion."""
    left: list[int] = [1]  # parts still to read, one number per level
    place = 0
    try:
        while left:
            if left[-1] == 0:
                left.pop()
                continue
            left[-1] -= 1
            order = "<" if data[place] else ">"
            (code,) = struct.unpack_from(f"{order}I", data, place + 1)
            place += 5 + 4 * bool(code & 0x20000000)
            plain = code & 0x0FFFFFFF
            flags = bool(code & 0x80000000) + bool(code & 0x40000000)
            size = 8 * (2 + flags + (0, 1, 1, 2)[min(plain // 1000, 3)])
            kind = plain % 1000
            if kind == 1:
                place += size
                continue
            (count,) = struct.unpack_from(f"{order}I", data, place)
            place += 4
            if kind in (2, 8):
                place += count * size
            elif kind in (3, 17):
                for _ in range(count):
                    (points,) = struct.unpack_from(f"{order}I", data, place)
                    place += 4 + points * size
            else:
                left.append(count)
                if len(left) > _DEEPEST:
                    return True
    except (struct.error, IndexError):
        return False  # cut off before it gets deep: the parser will say so
    return False


def is_deep_text(text: str) -> bool:
    """Tell whether WKT holds brackets more than 32 deep."""
    if len(text) < 3 * _DEEPEST or len(_OPENINGS.findall(text)) <= _DEEPEST:
        return False
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket.group() == "(" else -1
        if depth > _DEEPEST:
            return True
    return False
