"""Drafts: made from a plan, named, thrown away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, TextClause, func, select, text

from data.errors import ConflictError, NotFoundError, ParameterError, no_plan
from data.models import Grid, PlanCell, Seam
from data.queries.cell_sets import drop_unused_sets
from data.versions.presence import ring
from data.versions.steps import add_step

__all__ = [
    "LONGEST_NAME",
    "copy_plan",
    "delete_draft",
    "plain_name",
    "rename_draft",
    "require_community",
    "require_plan",
]

LONGEST_NAME = 60


def copy_plan(connection: Connection, plan: int, *, name: str, actor: str) -> int:
    """Make a draft from a plan of any status; return its number.

    The cells are the same, as their set never changes; grids, seams and locks are
    copied, the log begins anew. Two who copy in one community take turns.
    """
    source = require_plan(connection, plan)
    named = plain_name(name)
    key = func.hashtextextended(f"version {source.community}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(key)))
    made = connection.execute(_COPY, {"plan": plan, "name": named, "actor": actor})
    copy = int(made.scalar_one())
    for table in (Grid, PlanCell, Seam):
        connection.execute(_copy_rows(table), {"source": plan, "copy": copy})
    detail = {"from": plan, "version": source.version}
    add_step(connection, copy, "copied", actor=actor, detail=detail)
    return copy


def rename_draft(connection: Connection, plan: int, *, name: str, actor: str) -> None:
    """Give a draft another name; a published plan keeps the one it has."""
    row = require_plan(connection, plan, lock=True)
    named = plain_name(name)
    if row.status != "draft":
        raise _not_a_draft(row, "改名", "be renamed")
    if row.name == named:
        return
    connection.execute(
        text("update plan set name = :name where id = :plan"),
        {"plan": plan, "name": named},
    )
    detail = {"from": row.name, "to": named}
    add_step(connection, plan, "renamed", actor=actor, detail=detail)


def delete_draft(connection: Connection, plan: int) -> None:
    """Throw a draft away with its log; drafts made from it go on from its own base."""
    row = require_plan(connection, plan, lock=True)
    if row.status != "draft":
        raise _not_a_draft(row, "删除", "be thrown away")
    heirs = connection.execute(
        text("select id, version, status from plan where parent = :plan order by id"),
        {"plan": plan},
    ).all()
    fixed = [heir for heir in heirs if heir.status != "draft"]
    if fixed:
        listed = "、".join(str(heir.version) for heir in fixed)
        raise ConflictError(
            f"第 {listed} 版由这份草稿复制而来，已送审或发布，来历要保留；不能删除",
            "a plan under review or in force was made from this draft "
            f"(version {listed}); it has to stay",
        )
    connection.execute(
        text("update plan set parent = :base where parent = :plan"),
        {"plan": plan, "base": row.parent},
    )
    connection.execute(text("delete from plan where id = :plan"), {"plan": plan})
    # Its log is gone with it; pages that are open on it look, and find that.
    ring(connection, plan)
    drop_unused_sets(connection, row.community)


def require_plan(connection: Connection, plan: int, *, lock: bool = False) -> Row[Any]:
    """Return number, community, version, status, name and parent of a plan.

    With `lock` nobody else changes it until the transaction ends.
    """
    query = "select id, community, version, status, name, parent from plan "
    query += "where id = :plan" + (" for no key update" if lock else "")
    row = connection.execute(text(query), {"plan": plan}).one_or_none()
    if row is None:
        raise no_plan(plan)
    return row


def require_community(connection: Connection, code: str) -> None:
    """Refuse a code that no community in reach has."""
    query = "select 1 from division where code = :code and level = 'community'"
    if connection.scalar(text(query), {"code": code}) is None:
        raise NotFoundError(
            f"没有社区 {code}；请核对代码",
            f"there is no community {code}; check the code",
        )


def plain_name(name: str) -> str:
    """Return a name without blanks around it, or refuse it."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME:
        raise ParameterError(
            f"名称要有 1 至 {LONGEST_NAME} 个字",
            f"a name has 1 to {LONGEST_NAME} characters",
        )
    return plain


def _not_a_draft(row: Row[Any], zh: str, en: str) -> ConflictError:
    if row.status == "review":
        return ConflictError(
            f"第 {row.version} 版正在审核，不能{zh}；请先撤回送审",
            f"version {row.version} is under review and cannot {en}; withdraw it first",
        )
    return ConflictError(
        f"第 {row.version} 版已经发布，不能{zh}；请复制为草稿再改",
        f"version {row.version} was published and cannot {en}; copy it to a draft",
    )


def _copy_rows(table: type[Grid | PlanCell | Seam]) -> TextClause:
    """Return the statement that copies what belongs to a plan, column by column."""
    names = [
        column.name
        for column in table.__table__.columns
        if column.computed is None and column.identity is None and column.name != "plan"
    ]
    listed = ", ".join(names)
    name = table.__tablename__
    return text(
        f"insert into {name} (plan, {listed}) "
        f"select :copy, {listed} from {name} where plan = :source"
    )


# Codes that people have come to know stay, also where an edit made them.
_COPY = text(
    """
    insert into plan (community, cell_set, version, parent, low, high, document,
                      name, author, author_account)
    select p.community, p.cell_set,
           (select coalesce(max(o.version), 0) + 1 from plan o
            where o.community = p.community),
           p.id, p.low, p.high,
           p.document || case
               when p.done > 0 then cast('{"codes_kept": true}' as jsonb) else '{}'
           end,
           :name, :actor, (nullif(current_setting('app.account', true), ''))::bigint
    from plan p where p.id = :plan
    returning id
    """
)
