"""Why a plan cannot be edited now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.errors import ConflictError
from gis.edits import EditError

__all__ = [
    "InTheWayError",
    "KeyReusedError",
    "NotDraftError",
    "NothingToDoError",
    "StaleError",
]


class NotDraftError(ConflictError):
    """The plan is under review, in force or in the archive."""

    def __init__(self, plan: int, status: str) -> None:
        what = {
            "review": ("正在审核", "撤回后可以修改", "under review", "withdraw it"),
        }.get(
            status,
            ("已发布", "请复制为草稿再修改", "published", "copy it to a draft"),
        )
        super().__init__(
            f"方案 {plan} {what[0]}，不能修改；{what[1]}",
            f"plan {plan} is {what[2]} and cannot change; {what[3]} to edit it",
        )
        self.args = (plan, status)


class StaleError(ConflictError):
    """The plan changed since the caller read it; `changes` tells what was done."""

    def __init__(self, plan: int, changes: Sequence[dict[str, Any]]) -> None:
        who = "、".join(dict.fromkeys(str(c["actor"]) for c in changes))
        by_zh, by_en = (f"（{who}）", f" by {who}") if who else ("", "")
        last = changes[0] if changes else None
        zh = f"，最近一步：{last['sentence_zh']}" if last else ""
        en = f"; the last step: {last['sentence_en']}" if last else ""
        super().__init__(
            f"方案 {plan} 刚被修改{by_zh}{zh}；请刷新后再试",
            f"plan {plan} was just changed{by_en}{en}; reload and try again",
        )
        self.args = (plan, list(changes))
        self.changes = list(changes)


class InTheWayError(EditError):
    """An edit that buildings hinder; `marks` says which and where, for the map."""

    def __init__(self, error: EditError, marks: Sequence[dict[str, Any]]) -> None:
        super().__init__(
            error.code,
            error.message_zh,
            error.message_en,
            grids=error.grids,
            cells=error.cells,
            buildings=error.buildings,
        )
        self.marks = list(marks)


class NothingToDoError(ConflictError):
    """There is nothing to undo, or to redo."""


class KeyReusedError(ConflictError):
    """An Idempotency-Key came with another request before."""
