"""The count of changes grows with every commit, whoever commits first."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from data.queries.changes import table_versions

pytestmark = pytest.mark.postgis

ADD = """
insert into street (road_class, name, geom)
values ('alley', '东路', st_geomfromtext('LINESTRING(117 36, 117.1 36)', 4326))
"""


def version(engine: Engine, *tables: str) -> int:
    with engine.connect() as connection:
        return table_versions(connection, tables or ("street",))[1]


def run(connection: Connection, statement: str) -> None:
    connection.execute(text("set local lock_timeout = '2s'"))
    connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [ADD, "update street set name = '西路'", "delete from street where name = '西路'"],
)
def test_every_kind_of_change_counts(engine: Engine, statement: str) -> None:
    before = version(engine), version(engine, "building")
    with engine.begin() as connection:
        run(connection, statement)
    assert version(engine) > before[0]
    assert version(engine, "building") == before[1]


def test_writers_of_one_table_do_not_wait_and_each_commit_counts(
    engine: Engine,
) -> None:
    with engine.connect() as first, engine.connect() as second:
        run(first, ADD)
        run(second, ADD)
        seen = [version(engine)]
        second.commit()
        seen.append(version(engine))
        first.commit()
        seen.append(version(engine))
    assert seen[0] < seen[1] < seen[2]


def test_what_is_rolled_back_does_not_count(engine: Engine) -> None:
    before = version(engine)
    with engine.connect() as connection:
        run(connection, ADD)
        connection.rollback()
    assert version(engine) == before


def test_a_folded_log_stays_short_and_loses_no_count(engine: Engine) -> None:
    before = version(engine)
    with engine.connect() as late:
        run(late, ADD)  # on its way while others fold
        for _ in range(150):
            with engine.begin() as connection:
                run(connection, ADD)
        assert version(engine) == before + 150
        late.commit()
    assert version(engine) == before + 151
    with engine.connect() as connection:
        kept = connection.scalar(text("select count(*) from table_change"))
    assert kept is not None
    assert kept <= 64


def test_an_old_snapshot_can_still_write(engine: Engine) -> None:
    with engine.connect() as connection:
        old = connection.execution_options(isolation_level="REPEATABLE READ")
        before = table_versions(old, ["street"])[1]
        for _ in range(70):
            with engine.begin() as other:
                run(other, ADD)
        for _ in range(70):
            run(old, ADD)
        old.commit()
    assert version(engine) == before + 140
