"""Row security by direct SQL as the web role: nobody sees or writes beyond a reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from data.accounts.principal import ALL, NOTHING, Reach
from data.cluster import WEB, WHOLE, Store
from data.engine import door, reach_of, read_only, working
from data.migrations.policies import OPEN_TABLES
from data.queries.readiness import readiness, require_bound
from data.queries.search import search_names
from data.queries.search_index import index_names
from tests.api.signing import account_for
from tests.data.places import fill_places
from tests.data.records import COMMUNITY, STREET, fill, publish

pytestmark = pytest.mark.postgis

OTHER = "370116001001"
OTHER_STREET = OTHER[:9]
HERE = Reach(
    scope=frozenset({COMMUNITY}),
    drafts=frozenset({COMMUNITY}),
    above=frozenset({STREET}),
)
OF_RECORD = (
    *("compound", "building", "site", "activity_space", "device", "gate", "stairwell"),
    *("cell_set", "cell", "cell_building", "plan", "grid", "plan_cell", "seam"),
    *("plan_edit", "search_entry"),
)


@pytest.fixture(scope="module")
def web(database: Store) -> Iterator[Engine]:
    """The web role with no reach but what a test gives it."""
    made = create_engine(database.url(user=WEB), poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def plans(database: Store) -> dict[str, int]:
    """Two communities in two districts, filled alike; a plan in force and a draft."""
    owner = create_engine(database.url(), poolclass=NullPool)
    with owner.begin() as connection:
        here = fill(connection).plan
        draft = fill(connection, version=2).plan
        publish(connection, here, since="2026-01-01")
        fill_places(connection)
        # The same once more in another district: every row there has a twin here.
        connection.execute(text(_OTHER))
        there = fill(connection, community=OTHER).plan
        connection.execute(text(_MOVE))
        connection.execute(text(_TWINS))
        for code in (COMMUNITY, OTHER):
            index_names(connection, code)
    return {"here": here, "draft": draft, "there": there}


_OTHER = f"""
    insert into division (code, parent, level, name) values
        ('{OTHER[:6]}', null, 'district', '莱芜区'),
        ('{OTHER_STREET}', '{OTHER[:6]}', 'street', '凤城街道')
"""
_MOVE = f"update division set parent = '{OTHER_STREET}' where code = '{OTHER}'"
_TWINS = f"""
    insert into compound (community, name, kind, geom)
        select '{OTHER}', name, kind, geom from compound;
    insert into building (community, code, households, geom)
        select '{OTHER}', 'twin' || code, households, geom from building
        where community = '{COMMUNITY}';
    insert into stairwell (building, number) select id, 99 from building;
    insert into gate (compound, geom)
        select id, st_point(117, 36, 4326) from compound;
    insert into site (community, kind, geom)
        select '{OTHER}', kind, geom from site;
    insert into activity_space (community, kind, geom)
        select '{OTHER}', kind, geom from activity_space;
    insert into device (community, code, kind, geom)
        select '{OTHER}', 'twin' || code, kind, geom from device;
    insert into plan_edit (plan, number, operation, actor, parameters, inverse)
        select id, 1000 + id, 'draw', 'x', '{{}}', '{{}}' from plan
        where status = 'draft'
"""


@contextmanager
def seen(engine: Engine, reach: Reach) -> Iterator[Connection]:
    with read_only(engine, timeout=10.0, reach=reach) as connection:
        yield connection


def count(connection: Connection, table: str) -> int:
    return int(connection.scalar(text(f"select count(*) from {table}")) or 0)


# --- every table


def test_every_table_has_a_policy_or_is_known_to_be_open(engine: Engine) -> None:
    query = """
        select c.relname from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not exists (select from pg_depend d
                          where d.objid = c.oid and d.deptype = 'e')
          and (not c.relrowsecurity
               or not exists (select from pg_policy p where p.polrelid = c.oid))
    """
    with engine.connect() as connection:
        bare = set(connection.scalars(text(query)))
    # Of a new table: protect() it in its migration, see data/migrations/policies.py.
    assert bare <= OPEN_TABLES


def test_who_sees_everything_may_do_what_the_web_role_may(engine: Engine) -> None:
    query = """
        select c.relname, a.privilege_type, a.grantee::regrole::text
        from pg_class c, aclexplode(c.relacl) a
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    """
    with engine.connect() as connection:
        rights = connection.execute(text(query)).all()
    by_role = {
        role: {(table, right) for table, right, who in rights if who == role}
        for role in (WEB, WHOLE)
    }
    assert by_role[WEB] == by_role[WHOLE]
    assert ("plan", "UPDATE") in by_role[WEB]


@pytest.mark.parametrize("table", OF_RECORD)
def test_8_4_1_nothing_of_another_district_is_seen(
    web: Engine, engine: Engine, plans: dict[str, int], table: str
) -> None:
    with engine.connect() as connection:
        every = count(connection, table)
    with seen(web, HERE) as connection:
        mine = count(connection, table)
    there = Reach(
        scope=frozenset({OTHER}),
        drafts=frozenset({OTHER}),
        above=frozenset({OTHER_STREET, OTHER[:6]}),
    )
    with seen(web, there) as connection:
        theirs = count(connection, table)
    assert mine > 0
    assert theirs > 0
    assert mine + theirs == every


@pytest.mark.parametrize("table", [*OF_RECORD, "division", "street", "job", "upload"])
def test_without_a_reach_nothing_is_seen(
    web: Engine, plans: dict[str, int], table: str
) -> None:
    with seen(web, NOTHING) as connection:
        rows = count(connection, table)
        # A street of no division belongs to all; that shows no place of anybody's.
        free = "division is null" if table == "street" else "false"
        open_rows = connection.scalar(
            text(f"select count(*) from {table} where {free}")
        )
    assert rows == open_rows
    # Settings nobody made at all, as on a connection of a tool.
    with web.connect() as connection:
        assert count(connection, table) == open_rows


@pytest.mark.parametrize(
    "table",
    ["account_secret", "web_session", "api_token", "recovery_code", "login_failure"],
)
def test_secrets_lie_behind_the_door_even_for_who_sees_everything(
    web: Engine, plans: dict[str, int], table: str
) -> None:
    with web.begin() as connection:
        connection.execute(text("set local app.door = 'open'"))
        connection.execute(
            text(
                "insert into account (name, display) values ('a', 'a') "
                "on conflict do nothing"
            )
        )
        connection.execute(
            text(
                "insert into account_secret (account) select id from account "
                "on conflict do nothing"
            )
        )
    with web.begin() as connection:
        connection.execute(text(f"set local role {WHOLE}"))
        assert count(connection, table) == 0


def test_the_tree_above_stays_as_a_path(web: Engine, plans: dict[str, int]) -> None:
    with seen(web, HERE) as connection:
        codes = connection.scalars(text("select code from division order by code"))
        assert list(codes) == [STREET, COMMUNITY]


# --- drafts


def test_who_reads_no_drafts_sees_plans_in_force_alone(
    web: Engine, plans: dict[str, int]
) -> None:
    with seen(web, HERE) as connection:
        both = set(connection.scalars(text("select id from plan")))
    with seen(web, Reach(scope=HERE.scope)) as connection:
        one = set(connection.scalars(text("select id from plan")))
        parts = set(connection.scalars(text("select distinct plan from grid")))
        assert count(connection, "plan_edit") == 0
    assert both == {plans["here"], plans["draft"]}
    assert one == parts == {plans["here"]}


def test_everywhere_but_no_drafts_is_not_everything(
    web: Engine, plans: dict[str, int]
) -> None:
    with seen(web, Reach(scope=frozenset({ALL}))) as connection:
        assert set(connection.scalars(text("select id from plan"))) == {plans["here"]}
        assert connection.scalar(text("select current_user")) == WEB


# --- writing


@pytest.mark.parametrize(
    "deed",
    [
        "update building set households = 1 where community = '{other}'",
        "delete from device where community = '{other}'",
        "update plan set low = 1 where id = {there}",
        "update grid set name = 'x' where plan = {there}",
        "delete from plan where id = {there}",
    ],
)
def test_what_is_not_seen_cannot_be_written(
    web: Engine, plans: dict[str, int], deed: str
) -> None:
    statement = text(deed.format(other=OTHER, **plans))
    with working(web, reach=HERE, actor="x") as connection:
        assert connection.execute(statement).rowcount == 0


@pytest.mark.parametrize(
    "deed",
    [
        "update building set community = '{other}' where community = '{mine}'",
        "insert into site (community, kind, geom) "
        "values ('{other}', 'k', st_makeenvelope(0, 0, 1, 1, 4326))",
        "insert into seam (plan, left_grid, right_grid, kind, length_m, geom) "
        "values ({there}, 'a', 'b', 'none', 1, "
        "st_geomfromtext('LINESTRING(0 0, 1 1)', 4326))",
        "insert into plan_edit (plan, number, operation, actor, parameters, inverse) "
        "values ({there}, 99, 'x', 'x', '{{}}', '{{}}')",
    ],
)
def test_nothing_can_be_put_where_one_does_not_reach(
    web: Engine, plans: dict[str, int], deed: str
) -> None:
    statement = text(deed.format(other=OTHER, mine=COMMUNITY, **plans))
    with (
        pytest.raises(DBAPIError) as refused,
        working(web, reach=HERE, actor="x") as connection,
    ):
        connection.execute(statement)
    assert refused.value.orig.sqlstate == "42501"


def test_a_reach_ends_with_its_transaction(web: Engine, plans: dict[str, int]) -> None:
    pooled = create_engine(web.url, pool_size=1, max_overflow=0)
    everything = Reach(*[frozenset({ALL})] * 4)
    with seen(pooled, everything) as connection:
        assert count(connection, "building") > 0
    with pooled.connect() as connection:
        assert connection.scalar(text("select current_user")) == WEB
        assert count(connection, "building") == 0
    pooled.dispose()


# --- what is kept in memory


def test_reaches_that_see_alike_share_a_name_and_no_others(web: Engine) -> None:
    reaches = {
        "here": HERE,
        "no drafts": Reach(scope=HERE.scope, above=HERE.above),
        "all": Reach(*[frozenset({ALL})] * 4),
        "all in force": Reach(scope=frozenset({ALL})),
        "none": NOTHING,
    }
    names = {}
    for who, reach in reaches.items():
        with seen(web, reach) as connection:
            names[who] = reach_of(connection)
    assert len(set(names.values())) == len(reaches)
    with seen(web, Reach(HERE.scope, HERE.drafts, HERE.above)) as connection:
        assert reach_of(connection) == names["here"]


def test_search_finds_nothing_elsewhere(web: Engine, plans: dict[str, int]) -> None:
    with seen(web, HERE) as connection:
        found = search_names(connection, "370")
        assert found
        assert {hit.community for hit in found} <= {COMMUNITY, STREET}


# --- indexes


def test_a_map_of_a_part_still_uses_the_index_on_places(
    web: Engine, plans: dict[str, int]
) -> None:
    query = """
        explain select id from building
        where geom && st_makeenvelope(117, 36, 117.0001, 36.0001, 4326)
    """
    with seen(web, HERE) as connection:
        connection.execute(text("set local enable_seqscan = off"))
        told = "\n".join(connection.scalars(text(query)))
    assert "idx_building_geom" in told
    assert "Index Cond" in told


def test_who_sees_everything_has_no_condition_put_in_their_way(
    web: Engine, plans: dict[str, int]
) -> None:
    with seen(web, Reach(*[frozenset({ALL})] * 4)) as connection:
        told = "\n".join(connection.scalars(text("explain select id from building")))
        assert connection.scalar(text("select current_user")) == WHOLE
    assert "Filter" not in told


# --- at the start


def test_the_role_of_the_pages_is_bound(web: Engine) -> None:
    found = readiness(web, timeout=5.0)
    assert found.bound
    assert found.indexed
    assert found.faults == ()
    require_bound(web)


def test_an_owner_is_not_let_serve(database: Store) -> None:
    from data.errors import StoreError

    owner = create_engine(database.url(), poolclass=NullPool)
    assert not readiness(owner, timeout=5.0).ready
    with pytest.raises(StoreError, match="owns tables"):
        require_bound(owner)


def test_a_table_whose_policy_is_off_is_named(web: Engine, database: Store) -> None:
    with database.connect() as connection:
        connection.execute("alter table device disable row level security")
    try:
        found = readiness(web, timeout=5.0)
        assert not found.bound
        assert "device" in found.faults[0][1]
    finally:
        with database.connect() as connection:
            connection.execute("alter table device enable row level security")


def test_a_role_that_inherits_everything_is_refused(
    web: Engine, database: Store
) -> None:
    with database.connect() as connection:
        connection.execute(f"alter role {WEB} inherit")
    try:
        assert "noinherit" in readiness(web, timeout=5.0).faults[0][1]
    finally:
        with database.connect() as connection:
            connection.execute(f"alter role {WEB} noinherit")


def test_marks_that_are_missing_make_it_slow_not_open(
    web: Engine, database: Store, plans: dict[str, int]
) -> None:
    with database.connect() as connection:
        connection.execute(
            "alter function geometry_overlaps(geometry, geometry) not leakproof"
        )
    found = readiness(web, timeout=5.0)
    with seen(web, HERE) as connection:
        mine = count(connection, "building")
    assert (found.ready, found.indexed) == (True, False)
    assert mine > 0
    assert database.harden()
    assert readiness(web, timeout=5.0).indexed


def test_the_door_shows_nothing_of_the_map(
    web: Engine, database: Store, plans: dict[str, int]
) -> None:
    account_for(database, "guest")
    with door(web) as opened:
        assert count(opened, "account") > 0
        assert count(opened, "building") == 0
