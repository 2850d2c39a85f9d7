"""Who has a plan open: rows that live as long as the page listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

__all__ = ["AWAY_AFTER_S", "Person", "enter", "leave", "people", "ring", "stay"]

AWAY_AFTER_S = 45
"""Seconds after its last sign of life that a page counts as gone, with its server."""

EDITING_S = 60
"""Seconds after an edit that somebody counts as editing."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a plan open, on however many pages."""

    account: int
    actor: str
    since: datetime
    editing: bool


def enter(
    connection: Connection, page: UUID, plan: int, *, account: int, actor: str
) -> None:
    """Say that a page is open on a plan; pages of dead servers are swept on the way."""
    connection.execute(_SWEEP, {"plan": plan, "away": AWAY_AFTER_S * 20})
    row = {"page": page, "plan": plan, "account": account, "actor": actor}
    connection.execute(_ENTER, row)
    ring(connection, plan)


def stay(connection: Connection, page: UUID) -> None:
    """Say that a page is still open."""
    connection.execute(_STAY, {"page": page})


def leave(connection: Connection, page: UUID, plan: int) -> None:
    """Say that a page is closed."""
    connection.execute(
        text("delete from plan_presence where id = :page"), {"page": page}
    )
    ring(connection, plan)


def ring(connection: Connection, plan: int) -> None:
    """Let every page that is open on a plan look at it, once this is committed."""
    connection.execute(_TELL, {"plan": plan})


def people(connection: Connection, plan: int) -> list[Person]:
    """Return who has a plan open, by name."""
    values = {"plan": plan, "away": AWAY_AFTER_S, "editing": EDITING_S}
    return [Person(**row._mapping) for row in connection.execute(_PEOPLE, values)]


_SWEEP = text(
    """
    delete from plan_presence
    where plan = :plan and seen < clock_timestamp() - make_interval(secs => :away)
    """
)
_ENTER = text(
    """
    insert into plan_presence (id, plan, account, actor)
    values (:page, :plan, :account, :actor)
    on conflict (id) do update set seen = clock_timestamp()
    """
)
_STAY = text("update plan_presence set seen = clock_timestamp() where id = :page")
_TELL = text(
    "select pg_notify('wangge_plan', json_build_object('plan', cast(:plan as bigint))"
    "::text)"
)
_PEOPLE = text(
    """
    select p.account, max(p.actor) as actor, min(p.since) as since,
           exists (
               select from plan_edit e
               where e.plan = :plan and e.account = p.account
                 and e.at > clock_timestamp() - make_interval(secs => :editing)
           ) as editing
    from plan_presence p
    where p.plan = :plan and p.seen > clock_timestamp() - make_interval(secs => :away)
    group by p.account order by 2, 1
    """
)
