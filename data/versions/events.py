"""The log of a plan: edits, steps and remarks in the order in which they happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import NotFoundError
from data.versions.steps import Sentence, step_sentence

__all__ = ["MOST", "Event", "State", "plan_state", "read_events"]

MOST = 200
"""Events read at once; who missed more loads the plan again."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a plan.

    `number` is that of the edit or remark; `step` the word of a step.
    """

    id: int
    kind: str
    at: datetime
    account: int | None
    actor: str
    zh: str
    en: str
    number: int | None
    step: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Where a plan stands now: the newest event, edit and version of its row."""

    event: int
    edit: int
    row_version: int
    status: str


def plan_state(connection: Connection, plan: int) -> State:
    """Return where a plan stands."""
    row = connection.execute(_STATE, {"plan": plan}).one_or_none()
    if row is None:
        raise NotFoundError(
            f"方案 {plan} 已删除，或不在您的范围内",
            f"plan {plan} was thrown away, or lies outside your reach",
        )
    return State(**row._mapping)


def read_events(
    connection: Connection, plan: int, *, after: int, limit: int = MOST
) -> list[Event]:
    """Return what happened to a plan after an event, the first thing first."""
    values = {"plan": plan, "after": after, "limit": limit}
    return [_event(row) for row in connection.execute(_EVENTS, values)]


def _event(row: Row[Any]) -> Event:
    zh, en = _sentence(row)
    return Event(
        id=row.id,
        kind=row.kind,
        at=row.at,
        account=row.account,
        actor=row.actor or "",
        zh=zh,
        en=en,
        number=None if row.kind == "step" else row.ref,
        step=row.step,
    )


def _sentence(row: Row[Any]) -> Sentence:
    if row.kind == "edit":
        return row.sentence_zh or row.operation, row.sentence_en or row.operation
    if row.kind == "step":
        return step_sentence(row.step, row.detail)
    if row.kind == "comment":
        return "提了一条意见", "made a remark"
    if row.resolved:
        return "处理了一条意见", "resolved a remark"
    return "重新打开一条意见", "opened a remark again"


_STATE = text(
    """
    select coalesce((select max(e.id) from plan_event e where e.plan = p.id), 0)
               as event,
           coalesce((select max(e.number) from plan_edit e where e.plan = p.id), 0)
               as edit,
           p.row_version, p.status
    from plan p where p.id = :plan
    """
)
# Who resolved a remark is in the remark; the log only says that it happened.
_EVENTS = text(
    """
    select v.id, v.kind, v.ref, v.at,
           coalesce(e.account, s.account, c.account) as account,
           coalesce(
               e.actor, s.actor,
               case when v.kind = 'resolved' then c.resolved_by else c.actor end
           ) as actor,
           e.operation, e.sentence_zh, e.sentence_en, s.step, s.detail,
           c.resolved_at is not null as resolved
    from plan_event v
    left join plan_edit e
      on v.kind = 'edit' and e.plan = v.plan and e.number = v.ref
    left join plan_step s on v.kind = 'step' and s.id = v.ref
    left join plan_comment c on v.kind in ('comment', 'resolved') and c.id = v.ref
    where v.plan = :plan and v.id > :after
    order by v.id limit :limit
    """
)
