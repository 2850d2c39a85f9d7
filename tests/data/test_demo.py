"""The made-up town in the record: whole, in force today, with what was before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data import demo
from data.cluster import Store
from data.demo import FIRST_DAY, SECOND_DAYS, load_town
from data.known_town import Town, known_town
from data.queries.registers import devices_by_grid
from tests.postgis import throw_away, web_engine

pytestmark = pytest.mark.postgis

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def store(template: Store) -> Iterator[Store]:
    with throw_away(template, "of_the_demo", template=template.name) as made:
        yield made


@pytest.fixture(scope="module")
def web(store: Store) -> Iterator[Engine]:
    made = web_engine(store)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def town(web: Engine) -> Town:
    return load_town(web, today=TODAY)


def rows(engine: Engine, query: str, **values: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query), values))


IN_FORCE = """
    select p.id, p.community, p.status from plan p
    where p.status in ('published', 'archived')
      and daterange(effective_from, effective_to) @> cast(:day as date)
"""


def test_every_community_has_a_plan_in_force_today(web: Engine, town: Town) -> None:
    assert town == Town(communities=16, plans=16, new=True)
    found = rows(web, IN_FORCE, day=TODAY)
    assert len({row.community for row in found}) == 16
    assert {row.status for row in found} == {"published"}


def test_on_an_earlier_day_other_grids_were_in_force(web: Engine, town: Town) -> None:
    grids = "select code, st_asbinary(geom) from grid where plan = any(:plans)"
    then, now = (
        {tuple(row) for row in rows(web, grids, plans=[r.id for r in plans])}
        for plans in (rows(web, IN_FORCE, day=d) for d in (FIRST_DAY, TODAY))
    )
    assert len(rows(web, IN_FORCE, day=FIRST_DAY)) == 16
    assert len(now - then) > 20
    assert {row.status for row in rows(web, IN_FORCE, day=FIRST_DAY)} == {"archived"}
    assert rows(web, IN_FORCE, day=date(2025, 2, 28)) == []


def test_the_plans_changed_on_several_days(web: Engine, town: Town) -> None:
    days = rows(web, "select distinct effective_from from plan order by 1")
    assert [row.effective_from for row in days] == [FIRST_DAY, *SECOND_DAYS]


def test_all_of_it_says_that_it_is_made_up(web: Engine, town: Town) -> None:
    told = rows(web, "select distinct document->'made_up' as told from plan")
    assert [row.told for row in told] == [True]
    assert [row.made_up for row in rows(web, "select made_up from import_run")] == [
        True
    ]


def test_street_and_district_have_names(web: Engine, town: Town) -> None:
    query = "select name from division where level <> 'community' order by code"
    assert [row.name for row in rows(web, query)] == ["济阳区", "济阳街道"]


def test_003_09_438_devices_are_loaded_and_counted_by_grid(
    web: Engine, town: Town
) -> None:
    assert rows(web, "select count(*) from device")[0].count == 438
    assert rows(web, "select code from import_row where code like 'refused%'") == []
    with web.connect() as connection:
        plans = [row.id for row in rows(web, IN_FORCE, day=TODAY)]
        assert sum(devices_by_grid(connection, plans).values()) == 438


def test_households_of_the_grids_are_those_of_the_register(
    web: Engine, town: Town
) -> None:
    plans = [row.id for row in rows(web, IN_FORCE, day=TODAY)]
    query = "select sum(households) from grid where plan = any(:plans)"
    (in_grids,) = rows(web, query, plans=plans)[0]
    (in_register,) = rows(web, "select sum(households) from building")[0]
    assert in_grids == in_register


def test_again_it_is_found_and_left_alone(
    web: Engine, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "made_up_town", None)  # whoever makes it again fails
    assert load_town(web, today=TODAY) == Town(communities=16, plans=16, new=False)
    assert known_town(web, seed=1, communities=16) is None


def test_what_was_cut_off_goes_on(template: Store) -> None:
    """Cut off after one community has its plan of before; the rest comes later."""

    class CutError(Exception):
        pass

    def cut(stage: str, _share: float) -> None:
        if stage == "certify":
            raise CutError

    with throw_away(template, "of_a_break", template=template.name) as made:
        engine = web_engine(made)
        with pytest.raises(CutError):
            load_town(engine, today=TODAY, communities=1, progress=cut)
        assert known_town(engine, seed=0, communities=1) is None
        done = load_town(engine, today=TODAY, communities=1)
        assert done == Town(communities=1, plans=1, new=True)
        assert rows(engine, "select count(*) from plan")[0].count == 2
        assert rows(engine, "select count(*) from import_run")[0].count == 2
        engine.dispose()
