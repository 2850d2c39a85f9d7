"""A city in the database: the made-up town, copied side by side by SQL.

    python -m tests.benchmarks.city URL --grids 30000 --buildings 1000000

The engine draws one town; the copies carry other codes and lie elsewhere. That is not
a city anybody could plan, but tables, indexes and tiles are as full as in one.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from data.demo import load_town

__all__ = ["City", "fill_city"]

STREET = "370115001"
"""The street all communities of the town belong to."""

STREETS_A_DISTRICT = 20
GAP = 0.0004
"""Degrees between one town and the next."""

REFERENCES = {
    "compound": {},
    "building": {"compound": "compound"},
    "stairwell": {"building": "building"},
    "gate": {"compound": "compound"},
    "street": {},
    "barrier": {},
    "site": {},
    "activity_space": {},
    "device": {},
    "cell_set": {"parent": "cell_set"},
    "cell": {"cell_set": "cell_set"},
    "cell_seam": {"cell_set": "cell_set"},
    "cell_building": {"cell_set": "cell_set"},
    "plan": {"cell_set": "cell_set", "parent": "plan"},
    "grid": {"plan": "plan"},
    "plan_cell": {"plan": "plan", "cell_set": "cell_set"},
    "seam": {"plan": "plan"},
}
"""Tables to copy, and which of their columns hold the number of another table's row."""

CODES = ("community", "division", "grid", "left_grid", "right_grid")
OWN_CODES = ("grid", "building", "cell_building")
"""Columns that begin with the code of a street; tables whose `code` does."""


@dataclass(frozen=True, slots=True)
class City:
    """How large the city came out."""

    towns: int
    grids: int
    buildings: int


def fill_city(
    engine: Engine, *, grids: int = 30_000, buildings: int = 1_000_000
) -> City:
    """Fill an empty, migrated database; `engine` is the owner of its tables.

    Where a city wants more buildings per grid than the town has, some stand twice, the
    second time a few metres off and with nobody in them.
    """
    load_town(engine, today=date.today(), history=False)
    with engine.begin() as connection:
        connection.execute(text("set local synchronous_commit = off"))
        for table in ("division", *REFERENCES):
            _switch(connection, table, "disable")
        towns = math.ceil(grids / _count(connection, "grid"))
        _plan_copies(connection, towns)
        spans = {name: _largest(connection, name) for name in REFERENCES}
        _copy_divisions(connection)
        for table in REFERENCES:
            _copy(connection, table, spans)
        _double_buildings(connection, buildings)
        # No table changes its triggers while one of them has yet to run.
        connection.execute(text("set constraints all immediate"))
        for table in ("division", *REFERENCES):
            _switch(connection, table, "enable")
        made = City(towns, _count(connection, "grid"), _count(connection, "building"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    return made


def _switch(connection: Connection, table: str, word: str) -> None:
    """Let the guards rest: what is copied passed them once."""
    connection.execute(text(f"alter table {table} {word} trigger user"))


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def _columns(connection: Connection, table: str) -> list[str]:
    """Return the columns of a table that are stored as given, not worked out."""
    query = text("""
        select column_name from information_schema.columns
        where table_schema = 'public' and table_name = :table
          and is_generated = 'NEVER' order by ordinal_position
    """)
    return list(connection.scalars(query, {"table": table}))


def _largest(connection: Connection, table: str) -> int:
    if "id" not in _columns(connection, table):
        return 0
    query = text(f"select coalesce(max(id), 0) from {table}")
    return int(connection.execute(query).scalar_one())


def _plan_copies(connection: Connection, towns: int) -> None:
    """Say where each copy lies and how it is called: a square of towns."""
    box = connection.execute(
        text("""
            select st_xmax(b) - st_xmin(b) as wide, st_ymax(b) - st_ymin(b) as high
            from (select st_extent(geom) as b from division) extent
        """)
    ).one()
    told = {
        "last": towns - 1,
        "a_row": math.ceil(math.sqrt(towns)),
        "a_district": STREETS_A_DISTRICT,
        "dx": box.wide + GAP,
        "dy": box.high + GAP,
    }
    connection.execute(
        text("""
            create temp table copies on commit drop as
            select n, (370200 + n / :a_district)::text as district,
                   (370200 + n / :a_district) || lpad((n % :a_district + 1)::text, 3,
                    '0') as street,
                   (n % :a_row) * cast(:dx as float) as dx,
                   (n / :a_row) * cast(:dy as float) as dy
            from generate_series(1, :last) n
        """),
        told,
    )


def _copy_divisions(connection: Connection) -> None:
    connection.execute(
        text("""
            insert into division (code, parent, path, level, name, geom)
            select district, null, '/' || district || '/', 'district',
                   '示例第' || district::int - 370199 || '区',
                   st_union(st_translate(t.geom, dx, dy))
            from copies, division t where t.level = 'street' group by district
        """)
    )
    connection.execute(
        text("""
            insert into division (code, parent, path, level, name, geom)
            select street, district, '/' || district || '/' || street || '/', 'street',
                   '示例第' || n || '街道', st_translate(t.geom, dx, dy)
            from copies, division t where t.level = 'street'
        """)
    )
    connection.execute(
        text("""
            insert into division (code, parent, path, level, name, geom)
            select street || substr(t.code, 10), street,
                   '/' || district || '/' || street || '/' || street
                   || substr(t.code, 10) || '/',
                   'community', t.name, st_translate(t.geom, dx, dy)
            from copies, division t where t.level = 'community'
        """)
    )


def _copy(connection: Connection, table: str, spans: dict[str, int]) -> None:
    """Copy the rows of a table once for each copy of the town."""
    references = REFERENCES[table]

    def value(column: str) -> str:
        if column == "id":
            return f"t.id + c.n * {spans[table]}"
        if column in references:
            return f"t.{column} + c.n * {spans[references[column]]}"
        if column in CODES or (column == "code" and table in OWN_CODES):
            return f"c.street || substr(t.{column}, 10)"
        if column == "geom":
            return "st_translate(t.geom, c.dx, c.dy)"
        return f"t.{column}"

    columns = _columns(connection, table)
    connection.execute(
        text(
            f"insert into {table} ({', '.join(columns)}) overriding system value "
            f"select {', '.join(map(value, columns))} from copies c, {table} t"
        )
    )
    _move_sequence(connection, table)


def _move_sequence(connection: Connection, table: str) -> None:
    if "id" in _columns(connection, table):
        query = (
            f"select setval(pg_get_serial_sequence('{table}', 'id'), "
            f"(select max(id) from {table}))"
        )
        connection.execute(text(query))


def _double_buildings(connection: Connection, wanted: int) -> None:
    """Let buildings stand twice, empty, until there are as many as wanted."""
    there, turn = _count(connection, "building"), 0
    while there < wanted:
        turn += 1
        for table in ("building", "cell_building"):
            columns = [name for name in _columns(connection, table) if name != "id"]
            values = {
                "code": f"t.code || '+{turn}'",
                "households": "0",
                "geom": f"st_translate(t.geom, 0.00007 * {turn}, 0.00005 * {turn})",
            }
            told = ", ".join(values.get(name, f"t.{name}") for name in columns)
            connection.execute(
                text(
                    f"insert into {table} ({', '.join(columns)}) select {told} "
                    f"from {table} t where t.code not like '%+%' "
                    f"order by t.code limit :missing"
                ),
                {"missing": wanted - there},
            )
        there = _count(connection, "building")


def main() -> None:
    """Fill the database that a URL names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="postgresql+psycopg://…, as the owner")
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    asked = parser.parse_args()
    engine = create_engine(asked.url, poolclass=NullPool)
    print(fill_city(engine, grids=asked.grids, buildings=asked.buildings))  # noqa: T201


if __name__ == "__main__":
    main()
