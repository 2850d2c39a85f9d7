"""Drawing that is given so many seconds, and killed where it takes more.

An edit holds the lock on its plan, and native code cannot be asked to stop.
"""

from __future__ import annotations

import atexit
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock, Timer
from typing import Any, ParamSpec, TypeVar

from gis.edits import EditError

__all__ = ["draw_limited", "drawn_within"]

P = ParamSpec("P")
T = TypeVar("T")

_LIMIT: ContextVar[float | None] = ContextVar("seconds_of_drawing", default=None)


@contextmanager
def drawn_within(seconds: float) -> Iterator[None]:
    """Let what is drawn inside take so many seconds, and not one more."""
    token = _LIMIT.set(seconds)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def draw_limited(draw: Callable[P, T]) -> Callable[P, T]:
    """Return a function of `gis.partition` that keeps to the limit in force.

    It raises `EditError` where the time is over. Without a limit it is itself.
    """
    seconds = _LIMIT.get()
    if seconds is None:
        return draw

    def limited(*positional: P.args, **named: P.kwargs) -> T:
        found = _ask(pickle.dumps((draw, positional, named)), seconds)
        if isinstance(found, Exception):
            raise found
        drawn: T = found
        return drawn

    return limited


class _Drawer:
    """A process that draws, with whoever asks waiting for it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "data.editing.drawer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.is_late = False

    @property
    def has_ended(self) -> bool:
        """Whether there is no process any more."""
        return self._process.poll() is not None

    def ask(self, question: bytes, seconds: float) -> Any:
        """Return the answer; `EOFError` if it ended before, killed or not."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = Timer(seconds, self._give_up)
        timer.start()
        try:
            self._process.stdin.write(question)
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)
        except (BrokenPipeError, pickle.UnpicklingError) as error:
            raise EOFError from error
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self.is_late = True
        self._process.kill()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._process.wait()


_IDLE: list[_Drawer] = []
_IDLE_LOCK = Lock()


def _ask(question: bytes, seconds: float) -> Any:
    """Ask a drawer that waits, or a new one; one is kept for the next time."""
    with _IDLE_LOCK:
        drawer = _IDLE.pop() if _IDLE else _Drawer()
    if drawer.has_ended:  # somebody else killed it while it waited
        drawer.close()
        drawer = _Drawer()
    try:
        found = drawer.ask(question, seconds)
    except BaseException as error:
        drawer.close()
        if not (isinstance(error, EOFError) and drawer.is_late):
            raise
        raise EditError(
            "too_long",
            f"重新划分超过 {seconds:g} 秒，已停止，方案没有改动；"
            "请先锁定一部分网格，或改用“划分”任务生成新草稿",
            f"drawing took more than {seconds:g} s and was stopped, the plan is as it "
            "was; lock some of the grids first, or let a task draw a new draft",
        ) from None
    with _IDLE_LOCK:
        if not _IDLE:
            _IDLE.append(drawer)
            return found
    drawer.close()
    return found


@atexit.register
def _close_idle() -> None:
    with _IDLE_LOCK:
        while _IDLE:
            _IDLE.pop().close()
