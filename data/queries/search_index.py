"""The names of a division as they are searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data.driver import driver_of
from data.frames import copy_rows
from data.models import SearchEntry
from data.spelling import fold, initials, pinyin, tokens

__all__ = ["index_grids", "index_names"]

TIER_1 = {"building", "device"}
"""Kinds with so many rows that all others come before them."""


def index_names(connection: Connection, community: str) -> int:
    """Make the search entries of a division anew, in the caller's transaction.

    Its own name, the grids of the plan in force (of the newest plan where none is), and
    what the register has in it. Divisions above it are added where they are missing.
    Return how many entries it has now.
    """
    values = {"division": community}
    connection.execute(
        text("delete from search_entry where community = :division"), values
    )
    above = [_entry(row) for row in connection.execute(text(_ABOVE), values)]
    if above:
        connection.execute(upsert(SearchEntry).on_conflict_do_nothing(), above)
    rows = connection.execute(text(_NAMES), values)
    return _copy(connection, map(_entry, rows))


def index_grids(connection: Connection, plan: int, codes: Sequence[str]) -> int:
    """Make the entries of some grids of a plan anew, if it is the one that is searched.

    Return how many they are now. Entries of codes the plan has no more go.
    """
    values = {"plan": plan, "codes": list(codes)}
    community = connection.scalar(text(_SEARCHED), values)
    if community is None:
        return 0
    values["community"] = community
    connection.execute(
        text(
            "delete from search_entry where community = :community "
            "and kind = 'grid' and ref = any(:codes)"
        ),
        values,
    )
    rows = connection.execute(text(_SOME_GRIDS), values)
    return _copy(connection, map(_entry, rows))


def _entry(row: Row[Any]) -> dict[str, Any]:
    """Return a row of the table from a named thing."""
    key, code, words = fold(row.name), fold(row.code), fold(row.words)
    short, sounds = initials(key), pinyin(key)
    return {
        "community": row.community,
        "kind": row.kind,
        "ref": row.ref,
        "tier": int(row.kind in TIER_1),
        "name": row.name,
        "detail": row.detail,
        "key": key,
        "code": code,
        "words": words,
        "initials": " ".join(short),
        "pinyin": " ".join(sounds),
        # The likeliest pinyin is found by its beginning; it needs no tokens.
        "tokens": tokens(key, code, words, *short, *sounds[1:]),
        "bbox": row.bbox,
        "geom": row.geom,
    }


def _copy(connection: Connection, entries: Iterable[dict[str, Any]]) -> int:
    columns = [column.name for column in SearchEntry.__table__.columns]
    rows = [[entry[name] for name in columns] for entry in entries]
    with driver_of(connection).cursor() as cursor:
        copy_rows(cursor, "search_entry", columns, rows)
    return len(rows)


_BOX = "array[st_xmin({0}), st_ymin({0}), st_xmax({0}), st_ymax({0})]"
_ON_IT = "st_pointonsurface({0})"


def _named(
    kind: str,
    source: str,
    *,
    ref: str = "t.id::text",
    code: str = "''",
    name: str = "t.name",
    detail: str = "d.name",
    words: str = "''",
    owner: str = "d.code",
    area: str | None = None,
    point: str = "t.geom",
) -> str:
    """Return the select of the named things of one kind; `area` has a box."""
    box = f"case when {area} is not null then {_BOX.format(area)} end" if area else None
    where = _ON_IT.format(area) if area else point
    return f"""
        select '{kind}' as kind, {ref} as ref, {code} as code, {name} as name,
               {detail} as detail, {words} as words, {owner} as community,
               {box or "null::float8[]"} as bbox, {where} as geom
        from {source}
    """


_PATH = """
    coalesce((select string_agg(u.name, ' › ' order by u.path) from division u
              where u.code <> d.code and d.path like u.path || '%'
                and u.code = any(string_to_array(d.path, '/'))), '')
"""
_DIVISION = {
    "ref": "d.code",
    "code": "d.code",
    "name": "d.name",
    "detail": _PATH,
    "area": "d.geom",
}

_ABOVE = _named(
    "division",
    """
    division d
    where d.code = any(string_to_array(
              (select path from division where code = :division), '/'))
      and d.code <> :division
      and not exists (select from search_entry e where e.community = d.code
                      and e.kind = 'division')
    """,
    **_DIVISION,
)


def _in_community(table: str, *, named: str = "t.name <> ''") -> str:
    return (
        f"{table} t join division d on d.code = t.community "
        f"where t.community = :division and {named}"
    )


_GRIDS = """
    grid t join plan p on p.id = t.plan join division d on d.code = p.community
    where p.id = (
        select id from plan where community = :division
        order by status in ('published', 'archived')
                 and daterange(effective_from, effective_to) @> current_date desc,
                 version desc
        limit 1)
"""

_SEARCHED = """
    select p.community from plan p where p.id = :plan and p.id = (
        select o.id from plan o where o.community = p.community
        order by o.status in ('published', 'archived')
                 and daterange(o.effective_from, o.effective_to) @> current_date desc,
                 o.version desc
        limit 1)
"""
_SOME_GRIDS = _named(
    "grid",
    """
    grid t join plan p on p.id = t.plan join division d on d.code = p.community
    where p.id = :plan and t.code = any(:codes)
    """,
    ref="t.code",
    code="t.code",
    area="t.geom",
)

_STREETS = """
    (select division, name, min(id) as id, st_collect(geom) as geom from street
     where division = :division and name <> '' group by division, name) t
    join division d on d.code = t.division
"""

_NAMES: str = " union all ".join(
    (
        _named("division", "division d where d.code = :division", **_DIVISION),
        _named("grid", _GRIDS, ref="t.code", code="t.code", area="t.geom"),
        _named("compound", _in_community("compound"), area="t.geom"),
        _named("street", _STREETS, area="t.geom"),
        _named("site", _in_community("site"), area="t.geom"),
        _named("space", _in_community("activity_space")),
        _named(
            "building",
            _in_community("building", named="t.address || t.compound_name <> ''"),
            code="t.code",
            name="coalesce(nullif(t.address, ''), t.compound_name || ' ' || t.code)",
            detail="concat_ws(' · ', d.name, nullif(t.compound_name, ''))",
            words="t.compound_name",
            area="t.geom",
        ),
        _named(
            "device",
            _in_community("device", named="true"),
            ref="t.code",
            code="t.code",
            name="coalesce(nullif(t.name, ''), t.code)",
        ),
    )
)
