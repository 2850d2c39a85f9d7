"""The audit, to be read: filtered, newest first, each line a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from data.accounts.sentences import outcome_of, sentence_of
from data.queries.common import Key, Slice, Where, ask

__all__ = ["KINDS", "LogQuestion", "log_items", "purge_log", "read_log"]

KINDS = ("login", "account", "write", "export", "refusal")


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """Which lines are wanted; None and "" are all."""

    account: int | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    under: str = ""


def read_log(
    connection: Connection, asked: LogQuestion, *, limit: int, after: Key | None
) -> Slice:
    """Return the lines of the audit that may be read, newest first.

    The policy of the table shows what concerns the divisions of who asks, and
    everything to who may read all of it.
    """
    where = Where()
    if asked.account is not None:
        where.add("l.account = :account", account=asked.account)
    if asked.kind is not None:
        where.add("l.kind = :kind", kind=asked.kind)
    if asked.since is not None:
        where.add("l.at >= :since", since=asked.since)
    if asked.until is not None:
        where.add("l.at <= :until", until=asked.until)
    if asked.under:
        where.add("starts_with(l.community, :under)", under=asked.under)
    if after is not None:
        where.add("l.id < :before", before=after[0])
    query = f"""
        select l.id, l.at, l.kind, l.action, l.account, l.actor, l.address, l.relation,
               l.row, l.community, l.before, l.after,
               coalesce(a.display, l.actor) as display
        from audit l left join account a on a.id = l.account
        where {where} order by l.id desc limit :limit
    """
    return ask(connection, query, where.values, limit=limit, key=["id"])


def log_items(connection: Connection, found: Slice) -> list[dict[str, Any]]:
    """Return lines as answers have them, with the names of people and places."""
    rows = [dict(row._mapping) for row in found.rows]
    names = _names(connection, rows)
    items = []
    for row in rows:
        zh, en = sentence_of(row, names)
        kept = ("id", "at", "kind", "action", "account", "display", "address")
        items.append(
            {
                **{name: row[name] for name in kept},
                "division": row["community"],
                "sentence_zh": zh,
                "sentence_en": en,
                "outcome": outcome_of(row),
            }
        )
    return items


def _names(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the names behind numbers of accounts and codes of divisions."""
    people = {
        int(row["row"])
        for row in rows
        if row["relation"] in _OF_ACCOUNT and row["row"].isdigit()
    }
    places = {row["community"] for row in rows if row["community"]}
    found = connection.execute(_NAMES, {"people": list(people), "places": list(places)})
    return {row.key: row.name for row in found}


_OF_ACCOUNT = ("role_grant", "account_secret", "api_token")
_NAMES = text(
    """
    select 'account:' || id as key, display as name from account where id = any(:people)
    union all
    select code, name from division where code = any(:places)
    """
)


def purge_log(door: Connection, *, days: int) -> int:
    """Take out the lines older than so many days; return how many there were.

    The database itself refuses less than 180 days, and notes what was done. It is for
    the owner's connection: no role may do this.
    """
    query = text("select purge_audit(make_interval(days => :days))")
    return int(door.scalar(query, {"days": days}) or 0)
