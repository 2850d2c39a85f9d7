"""What the commands share: options, progress, and files that are whole or absent."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

__all__ = [
    "Progress",
    "parse_layer_names",
    "print_json",
    "progress_bar",
    "say",
    "stop_on_ctrl_c",
    "write_text",
]

Progress = Callable[[str, float], None]

STAGES = {
    "read": ("读取数据", "reading"),
    "households": ("估算户数", "counting households"),
    "cells": ("切分单元", "cutting cells"),
    "partition": ("划分网格", "drawing grids"),
    "plan": ("整理方案", "making the plan"),
    "certify": ("检验", "proving"),
    "alternatives": ("另画方案", "drawing alternatives"),
    "write": ("写出文件", "writing"),
    "map": ("制作图纸", "making the sheet"),
}


def parse_layer_names(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Return role → layer name from `--layer role=name`, refusing unknown roles."""
    from gis.layers import COLUMNS

    names: dict[str, str] = {}
    for value in values:
        role, equals, name = value.partition("=")
        if not equals or not name:
            message = f"{value!r} is not ROLE=NAME, e.g. buildings=楼栋"
            raise click.BadParameter(message)
        if role not in COLUMNS:
            message = f"no layer role {role!r}; the roles are {', '.join(COLUMNS)}"
            raise click.BadParameter(message)
        names[role] = name
    return names


_asked_to_stop = threading.Event()


def stop_on_ctrl_c() -> None:
    """Let Ctrl-C stop this process, and leave its workers to be stopped by it."""
    own = os.getpid()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if os.getpid() == own:
            _asked_to_stop.set()
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a progress function, which draws on stderr if that is a terminal."""
    if sys.stderr.isatty():
        with _bars() as show:
            yield _stoppable(show)
    else:
        yield _stoppable(lambda _stage, _share: None)


def _stoppable(show: Progress) -> Progress:
    """Raise at the next step where compiled code swallowed a Ctrl-C."""

    def step(stage: str, share: float) -> None:
        if _asked_to_stop.is_set():
            raise KeyboardInterrupt
        show(stage, share)

    return step


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    lang = click.get_current_context().obj
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    # Without its own thread: the drawing forks, and a lock held by a thread at that
    # moment would stay held in the worker for ever.
    with Bars(*columns, console=console, transient=True, auto_refresh=False) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                for done in tasks.values():
                    bars.update(done, completed=1.0)
                zh, en = STAGES.get(stage, (stage, stage))
                tasks[stage] = bars.add_task(zh if lang == "zh" else en, total=1.0)
            bars.update(tasks[stage], completed=share)
            bars.refresh()

        yield show


def say(zh: str, en: str, *, err: bool = False) -> None:
    """Print one line in the language of the call."""
    click.echo(zh if click.get_current_context().obj == "zh" else en, err=err)


def print_json(value: Mapping[str, Any]) -> None:
    """Print JSON for another program, Chinese readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def write_text(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
