"""The steps of a plan into force, written and read, and as sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

__all__ = ["add_step", "list_steps", "step_sentence"]

Sentence = tuple[str, str]

_ADD = text(
    """
    insert into plan_step (plan, step, actor, comment, detail)
    values (:plan, :step, :actor, :comment, cast(:detail as jsonb))
    returning id
    """
)
_LIST = text(
    """
    select id, step, at, account, actor, comment, detail
    from plan_step where plan = :plan order by id
    """
)


def add_step(
    connection: Connection,
    plan: int,
    step: str,
    *,
    actor: str,
    comment: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write a step of a plan and return its number; it can never be unwritten."""
    row = {
        "plan": plan,
        "step": step,
        "actor": actor,
        "comment": comment.strip(),
        "detail": json.dumps(detail or {}, ensure_ascii=False),
    }
    return int(connection.execute(_ADD, row).scalar_one())


def list_steps(connection: Connection, plan: int) -> list[Row[Any]]:
    """Return the steps of a plan, the first one first."""
    return list(connection.execute(_LIST, {"plan": plan}))


def step_sentence(step: str, detail: Mapping[str, Any]) -> Sentence:
    """Say a step in Chinese and English, without who did it and when."""
    if step == "copied":
        n = detail.get("version", "?")
        return f"由第 {n} 版复制为草稿", f"made a draft from version {n}"
    if step == "renamed":
        to = detail.get("to", "")
        return f"改名为“{to}”", f"renamed it “{to}”"
    if step == "published":
        day = detail.get("since", "?")
        return f"发布，{day} 起生效", f"published it, in force from {day}"
    return _PLAIN[step]


_PLAIN: dict[str, Sentence] = {
    "submitted": ("送审", "sent it for review"),
    "withdrawn": ("撤回送审", "withdrew it from review"),
    "approved": ("审核通过", "approved it"),
    "returned": ("退回修改", "returned it"),
}
