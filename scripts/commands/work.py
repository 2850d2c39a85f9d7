"""`wangge work`: do the long work that waits in the database."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.console import say
from scripts.store import running_store

if TYPE_CHECKING:
    from data.jobs.worker import Worker

__all__ = ["work"]

EXAMPLES = """\b
例 / Examples:
\b
  serve 自带一个; 要更快就再开几个 / serve has one beside it; start more to go faster
    wangge work
\b
  日志写到文件 / with a log
    wangge work --log work.log
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="每个任务一行 JSON / a file that takes a line of JSON for each job.",
    show_default="warnings only, to stderr",
)
@click.option("--beside", type=int, hidden=True, help="process of serve: end with it")
def work(log: Path | None, beside: int | None) -> None:
    """后台任务 / Do the long work that waits in the database: drawing, imports.

    可以同时运行几个, 同一任务不会做两次; 随时可以结束, 没做完的由下一个接着做。

    Several may run at once and none does another's job. End it at any time: the next
    one goes on with what it had not finished.
    """
    from api.logs import write_log
    from data.jobs.lifeline import die_with_parent
    from data.jobs.worker import Worker
    from data.settings import StoreSettings

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    write_log(log)
    if beside is not None:
        # The database is the one that serve keeps running.
        die_with_parent()
        if os.getppid() != beside:  # it ended before it could be watched
            return
        _work(Worker(StoreSettings.from_environment(os.environ)), stopping)
        return
    with running_store(watched=True):
        worker = Worker(StoreSettings.from_environment(os.environ))
        say("等待任务  (Ctrl-C 结束)", "waiting for jobs  (Ctrl-C ends)")
        _work(worker, stopping)


def _work(worker: Worker, stopping: threading.Event) -> None:
    worker.start()
    stopping.wait()
    worker.stop()
