"""The process that does one job: ``python -m data.jobs.child``, asked on stdin.

It says how far it is on stdout, a line of JSON each, and ends. Whoever wants it to stop
kills it: what it had not committed is gone, what it had is whole.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from typing import Any, BinaryIO

from sqlalchemy import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from data.engine import build_engine
from data.jobs.asker import require_still_may, sign
from data.jobs.lifeline import die_with_parent, watch_lifeline
from data.jobs.registry import handler_of
from data.jobs.task import Task
from gis.errors import CommunityGridError

__all__ = ["main"]

log = logging.getLogger("wangge.jobs")


def main() -> None:
    """Do the job that stands on stdin."""
    die_with_parent()
    answers = _own_stdout()
    asked = json.loads(sys.stdin.buffer.readline())
    watch_lifeline(sys.stdin.buffer)

    def say(**line: Any) -> None:
        text = json.dumps(line, ensure_ascii=False, default=str)
        answers.write(text.encode() + b"\n")
        answers.flush()

    say(**_outcome(asked, say))


def _own_stdout() -> BinaryIO:
    """Keep stdout for answers; what libraries print goes to stderr."""
    kept = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return kept


def _outcome(asked: dict[str, Any], say: Any) -> dict[str, Any]:
    engine = build_engine(make_url(asked["url"]), pool_size=2)
    try:
        sign(engine, require_still_may(engine, asked), job=asked["job"])
        task = Task(
            job=asked["job"],
            kind=asked["kind"],
            arguments=asked["arguments"],
            division=asked["division"],
            account=asked["account"],
            engine=engine,
            teller=lambda share, zh, en: say(share=share, zh=zh, en=en),
        )
        return {"result": handler_of(task.kind)(task)}
    except CommunityGridError as error:
        return {"error_zh": error.message_zh, "error_en": error.message_en}
    except (OperationalError, InterfaceError):
        # The database went away: nobody's fault, another attempt will do it.
        traceback.print_exc()
        return {"again": True}
    except MemoryError:
        return {
            "error_zh": "内存不够，任务没有完成；请缩小范围后重试",
            "error_en": "there was not enough memory for the job; try a smaller area",
        }
    except Exception:
        traceback.print_exc()
        return {
            "error_zh": "程序出错，任务没有完成，已记入日志；请把任务编号告诉管理员",
            "error_en": "the program failed at this job; it is in the log of the "
            "service, tell the administrator the number of the job",
        }
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
