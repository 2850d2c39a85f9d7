"""`wangge audit purge` takes out what is old enough, says so, and never more."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from scripts.accounts import who
from scripts.cli import wangge

pytestmark = pytest.mark.postgis

AGED = """
insert into audit (kind, action, actor, at)
values ('login', 'old', 'lin', now() - make_interval(days => :days))
"""
LEFT = "select extract(day from now() - at)::int from audit where action = 'old'"


def test_lines_go_once_they_are_old_enough_and_the_log_says_who_did_it(
    database: Store,
) -> None:
    url = database.url().render_as_string(hide_password=False)
    runner = CliRunner(env={"WANGGE_DATABASE_URL": url.replace("+psycopg", "")})
    engine = create_engine(database.url(), poolclass=NullPool)

    def purge(*words: str) -> tuple[int, str]:
        done = runner.invoke(wangge, ["--lang", "en", "audit", "purge", *words])
        return done.exit_code, done.output

    def left() -> list[int]:
        with engine.connect() as connection:
            return sorted(connection.scalars(text(LEFT)))

    with engine.begin() as connection:
        for days in (10, 179, 181, 400):
            connection.execute(text(AGED), {"days": days})
    for refused in (("--days", "179"), ("--days", "0"), ()):
        assert purge(*refused)[0] == 2
    assert left() == [10, 179, 181, 400]
    assert purge("--days", "365") == (0, "took out 1 lines older than 365 days\n")
    assert left() == [10, 179, 181]
    code, said = purge("--days", "180", "--json")
    assert (code, json.loads(said)) == (0, {"days": 180, "rows": 1})
    assert left() == [10, 179]
    query = "select actor, after from audit where action = 'audit_purged' order by id"
    with engine.connect() as connection:
        told = [
            (row.actor, row.after["rows"]) for row in connection.execute(text(query))
        ]
    assert told == [(who(), 1), (who(), 1)]
    engine.dispose()
