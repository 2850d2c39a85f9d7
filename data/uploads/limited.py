"""Start the process that opens a stranger's file, and take what it found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.errors import ImportFormatError
from data.readers import SourceReading
from data.uploads.fence import CPU_S, FENCE_MEMORY
from data.uploads.handing import load_reading
from data.uploads.reader import ANSWER
from data.uploads.wording import plainly

__all__ = ["inspect_limited", "read_limited"]

WALL_S = 1200
"""Seconds after which a reader that waits for something is ended."""
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONPATH", "SYSTEMROOT")


def inspect_limited(
    source: Path, folder: Path, choices: Mapping[str, Any], **limits: int
) -> dict[str, Any]:
    """Return what is in a file, looked at in a process of its own.

    Of `choices` the encoding of text and the columns of coordinates count.
    """
    return _run(source, folder, choices, inspect=True, **limits)


def read_limited(
    source: Path, folder: Path, choices: Mapping[str, Any], **limits: int
) -> SourceReading:
    """Return the clean layers of a file, read in a process of its own.

    `folder` is an empty one for what goes between the two.
    """
    _run(source, folder, choices, inspect=False, **limits)
    return load_reading(folder)


def _run(
    source: Path,
    folder: Path,
    choices: Mapping[str, Any],
    *,
    inspect: bool,
    memory: int = FENCE_MEMORY,
    cpu_s: int = CPU_S,
) -> dict[str, Any]:
    asked = {
        "source": str(source),
        "folder": str(folder),
        "choices": dict(choices),
        "inspect": inspect,
        "memory": memory,
        "cpu_s": cpu_s,
    }
    # No address of the database and no settings of ours go along.
    environment = {k: v for k, v in os.environ.items() if k in _KEPT}
    environment |= {"OGR_SKIP": "OGR_VRT", "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "data.uploads.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    try:
        _, said = process.communicate(json.dumps(asked).encode() + b"\n", WALL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise _too_much(source) from None
    answer = folder / ANSWER
    if process.returncode != 0 or not answer.is_file():
        if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGSEGV):
            raise _too_much(source)
        sys.stderr.write(said.decode("utf-8", "replace"))
        raise ImportFormatError(
            f"{source.name} 无法解析；请用原软件重新导出后再上传",
            f"{source.name} cannot be parsed; export it again and upload that",
        )
    told = json.loads(answer.read_text(encoding="utf-8"))
    answer.unlink()
    if "error" in told:
        raise _too_much(source)
    if "error_zh" in told:
        raise ImportFormatError(*plainly(told["error_zh"], told["error_en"]))
    found: dict[str, Any] = told["found"]
    return found


def _too_much(source: Path) -> ImportFormatError:
    return ImportFormatError(
        f"{source.name} 太大或太复杂，解析超出内存或时间限制；请按街道拆分后再上传",
        f"{source.name} is too large or too intricate to be read within the limits of "
        "memory and time; split it by street and upload the parts",
    )
