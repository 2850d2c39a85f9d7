"""The job that makes an export too large to wait for."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.exports.asked import Asked, require_possible
from data.accounts.coming import principal_of
from data.accounts.principal import EVERYTHING, Reach
from data.accounts.roles import Permission
from data.engine import door, read_only
from data.errors import ForbiddenError
from data.exports.cards import plan_cards
from data.exports.names import file_name
from data.exports.order import MEDIA_TYPES, Order
from data.jobs.task import Task

__all__ = ["arguments_of", "run"]

_TIMEOUT_S = 120.0


def arguments_of(asked: Asked) -> dict[str, Any]:
    """Return what the job is told: the plans as they were found, not the question."""
    return {
        "plans": [card.plan for card in asked.cards],
        "place": asked.place,
        "on": None if asked.on is None else asked.on.isoformat(),
        "order": asked.order.told(),
    }


def run(task: Task) -> dict[str, Any]:
    """Make the file and keep it with the job, seeing no more than who asked may see.

    Raises
    ------
    ForbiddenError
        If who asked may no longer export.
    """
    told: Mapping[str, Any] = task.arguments
    reach = _reach(task)
    order = Order.of(told["order"])

    def snapshot() -> AbstractContextManager[Connection]:
        return read_only(task.engine, timeout=_TIMEOUT_S, reach=reach)

    # Drawing takes a second to load, which who only orders a job need not wait for.
    from api.exports.making import make

    task.tell(0.0, "读取方案", "reading the plans")
    with snapshot() as db:
        cards = plan_cards(db, told["plans"])
    on = None if told["on"] is None else date.fromisoformat(told["on"])
    asked = Asked(cards, order, told["place"], on)
    require_possible(asked)
    name = file_name(order, cards, asked.place, on=on)
    with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
        out = Path(folder) / f"export{order.ending}"
        make(snapshot, asked, out, lambda share: _tell(task, asked, share))
        size = out.stat().st_size
        task.attach(out, name, MEDIA_TYPES[order.ending])
    return {"name": name, "size": size, "plans": len(cards), "grids": asked.grids}


def _reach(task: Task) -> Reach:
    """Return how far who asked for the job may see now."""
    if task.account is None:
        return EVERYTHING
    with door(task.engine, timeout=_TIMEOUT_S) as opened:
        principal = principal_of(opened, task.account)
    if principal is None or not principal.may(Permission.EXPORT, task.division):
        raise ForbiddenError(
            "申请导出的账号已停用或不再有导出权限",
            "the account that asked for this export may no longer export",
        )
    return principal.reach


def _tell(task: Task, asked: Asked, share: float) -> None:
    from api.exports.making import DRAWN

    if share >= DRAWN:
        task.tell(min(share, 0.95), "写入文件", "writing the file")
        return
    done, of = round(share / DRAWN * asked.grids), asked.grids
    task.tell(
        share,
        f"生成文件：约 {done:,} / {of:,} 个网格",
        f"making the file: about {done:,} of {of:,} grids",
    )
