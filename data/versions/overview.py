"""The versions of a community, each with how far it came and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import no_plan

__all__ = ["Base", "Done", "Version", "earliest_day", "list_versions", "one_version"]


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something to a plan, and when."""

    actor: str
    account: int | None
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """The published plan a draft was made from, and what took its place since."""

    id: int
    version: int
    succeeded_by: int | None
    succeeded_version: int | None
    succeeded_on: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """A plan of a community and how far it came.

    `stage` is draft, returned, review, approved, scheduled, in_force or ended; what
    was `submitted` counts until it is withdrawn or returned, and `decided` likewise.
    """

    id: int
    community: str
    version: int
    name: str
    status: str
    stage: str
    author: str
    made: datetime
    parent: int | None
    effective_from: date | None
    effective_to: date | None
    row_version: int
    low: int
    high: int
    grids: int
    households: int
    out_of_band: int
    open_comments: int
    edited: Done | None
    submitted: Done | None
    approved: Done | None
    returned: Done | None
    base: Base | None


def list_versions(
    connection: Connection, community: str, *, today: date
) -> list[Version]:
    """Return the plans of a community that can be seen, the newest version first."""
    rows = connection.execute(_QUERY.bindparams(plan=None, community=community))
    return [_version(row, today) for row in rows]


def one_version(connection: Connection, plan: int, *, today: date) -> Version:
    """Return a plan and how far it came."""
    row = connection.execute(_QUERY.bindparams(plan=plan, community=None)).one_or_none()
    if row is None:
        raise no_plan(plan)
    return _version(row, today)


def earliest_day(connection: Connection, community: str, *, today: date) -> date:
    """Return the first day on which the next plan of a community can take effect."""
    latest: date | None = connection.scalar(
        text(
            "select max(effective_from) from plan where community = :community "
            "and status in ('published', 'archived')"
        ),
        {"community": community},
    )
    return today if latest is None else max(today, latest + timedelta(days=1))


def _version(row: Row[Any], today: date) -> Version:
    step = _done(row.step_actor, row.step_account, row.step_at, row.step_comment)
    sent = _done(row.sent_actor, row.sent_account, row.sent_at, row.sent_comment)
    under_review = row.status == "review"
    return Version(
        id=row.id,
        community=row.community,
        version=row.version,
        name=row.name,
        status=row.status,
        stage=_stage(row, today),
        author=row.author,
        made=row.made,
        parent=row.parent,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        row_version=row.row_version,
        low=row.low,
        high=row.high,
        grids=row.grids,
        households=row.households,
        out_of_band=row.out_of_band,
        open_comments=row.open_comments,
        edited=_done(row.edit_actor, row.edit_account, row.edit_at, ""),
        submitted=sent if under_review or row.status == "published" else None,
        approved=step if row.step == "approved" else None,
        returned=step if row.step == "returned" else None,
        base=_base(row),
    )


def _stage(row: Row[Any], today: date) -> str:
    if row.status == "draft":
        return "returned" if row.step == "returned" else "draft"
    if row.status == "review":
        return "approved" if row.step == "approved" else "review"
    if row.status == "archived" or (row.effective_to and row.effective_to <= today):
        return "ended"
    return "scheduled" if row.effective_from > today else "in_force"


def _done(
    actor: str | None, account: int | None, at: datetime | None, comment: str | None
) -> Done | None:
    if at is None:
        return None
    return Done(actor or "", account, at, comment or "")


def _base(row: Row[Any]) -> Base | None:
    if row.base_id is None:
        return None
    return Base(
        row.base_id,
        row.base_version,
        row.next_id,
        row.next_version,
        row.next_from,
    )


# A draft stands on the nearest published plan among those it was made from.
_QUERY = text(
    """
    with recursive mine as (
        select * from plan
        where id = cast(:plan as bigint) or community = cast(:community as text)
    ), line as (
        select m.id as plan, m.parent as up, 1 as step from mine m
        where m.status in ('draft', 'review')
        union all
        select l.plan, p.parent, l.step + 1 from line l join plan p on p.id = l.up
        where p.status in ('draft', 'review') and l.step < 1000
    ), base as (
        select distinct on (l.plan) l.plan, p.id, p.version, p.community,
               p.effective_from
        from line l join plan p on p.id = l.up
        where p.status in ('published', 'archived')
        order by l.plan, l.step
    )
    select m.id, m.community, m.version, m.name, m.status, m.author, m.made, m.parent,
           m.effective_from, m.effective_to, m.row_version, m.low, m.high,
           f.grids, f.households, f.out_of_band, o.open_comments,
           e.actor as edit_actor, e.account as edit_account, e.at as edit_at,
           t.actor as sent_actor, t.account as sent_account, t.at as sent_at,
           t.comment as sent_comment,
           s.step, s.actor as step_actor, s.account as step_account, s.at as step_at,
           s.comment as step_comment,
           b.id as base_id, b.version as base_version,
           n.id as next_id, n.version as next_version, n.effective_from as next_from
    from mine m
    left join lateral (
        select count(*) as grids, coalesce(sum(g.households), 0)::bigint as households,
               count(*) filter (where not g.in_band) as out_of_band
        from grid g where g.plan = m.id
    ) f on true
    left join lateral (
        select count(*) as open_comments from plan_comment c
        where c.plan = m.id and c.resolved_at is null
    ) o on true
    left join lateral (
        select actor, account, at from plan_edit e
        where e.plan = m.id order by number desc limit 1
    ) e on true
    left join lateral (
        select actor, account, at, comment from plan_step s
        where s.plan = m.id and s.step = 'submitted' order by id desc limit 1
    ) t on true
    left join lateral (
        select step, actor, account, at, comment from plan_step s
        where s.plan = m.id
          and s.step in ('submitted', 'withdrawn', 'approved', 'returned')
        order by id desc limit 1
    ) s on true
    left join base b on b.plan = m.id
    left join lateral (
        select p.id, p.version, p.effective_from from plan p
        where p.community = b.community and p.effective_from > b.effective_from
          and p.status in ('published', 'archived')
        order by p.effective_from limit 1
    ) n on true
    order by m.version desc
    """
)
