"""The database itself refuses what must not be, whoever asks."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.cluster import WEB, Store
from data.models import Division, Job, Plan, PlanCell
from tests.data.records import (
    COMMUNITY,
    STREET,
    Record,
    add,
    cell_set,
    draft,
    fill,
    grid,
    house,
    publish,
    square,
)

pytestmark = pytest.mark.postgis

NOT_WHOLE, PUBLISHED, SEALED, LOG, TREE = "WG001", "WG002", "WG003", "WG004", "WG005"
UNIQUE, FOREIGN, CHECK, EXCLUDED, DENIED = "23505", "23503", "23514", "23P01", "42501"


@pytest.fixture
def record(connection: Connection) -> Record:
    return fill(connection)


@contextmanager
def refused(connection: Connection, state: str, match: str = ".") -> Iterator[None]:
    """Expect the database to refuse by this state, and go on as if not tried."""
    said: DBAPIError | None = None
    try:
        with connection.begin_nested():
            yield
            connection.execute(text("set constraints all immediate"))
    except DBAPIError as error:
        said = error
    assert said is not None, f"the database took what it should refuse with {state}"
    assert getattr(said.orig, "sqlstate", None) == state, said
    assert re.search(match, str(said)), said
    connection.execute(text("set constraints all deferred"))


def run(connection: Connection, statement: str, **values: object) -> int:
    return connection.execute(text(statement), values).rowcount


def value(connection: Connection, statement: str, **values: object) -> object:
    return connection.execute(text(statement), values).scalar_one()


# --- one cell, one grid, one set


def test_a_cell_cannot_be_in_two_grids(connection: Connection, record: Record) -> None:
    with refused(connection, UNIQUE, "pk_plan_cell"):
        run(
            connection,
            "insert into plan_cell values (:p, 0, :s, :g)",
            p=record.plan,
            s=record.cell_set,
            g=f"{COMMUNITY}002",
        )


def test_a_plan_cannot_mix_two_cell_sets(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        other = cell_set(session)
        session.commit()
    run(connection, "delete from plan_cell where plan = :p and cell = 3", p=record.plan)
    with refused(connection, FOREIGN, "fk_plan_cell_plan_cell_set"):
        run(
            connection,
            "insert into plan_cell values (:p, 3, :s, :g)",
            p=record.plan,
            s=other,
            g=f"{COMMUNITY}002",
        )


def test_a_plan_cannot_change_its_set_while_it_has_cells(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        other = cell_set(session)
        session.commit()
    with refused(connection, FOREIGN):
        run(
            connection,
            "update plan set cell_set = :s where id = :p",
            s=other,
            p=record.plan,
        )


def test_a_plan_cannot_take_the_cells_of_another_community(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        other = Division(
            code="370115001003", parent=STREET, level="community", name="西街社区"
        )
        add(session, other)
        session.commit()
    with refused(connection, FOREIGN, "fk_plan_cell_set_community"):
        run(
            connection,
            "insert into plan (community, cell_set, version, low, high) "
            "values ('370115001003', :s, 1, 300, 500)",
            s=record.cell_set,
        )


def test_a_cell_that_is_not_in_the_set_cannot_be_given(
    connection: Connection, record: Record
) -> None:
    with refused(connection, FOREIGN, "fk_plan_cell_cell_set_cell"):
        run(
            connection,
            "insert into plan_cell values (:p, 9, :s, :g)",
            p=record.plan,
            s=record.cell_set,
            g=f"{COMMUNITY}001",
        )


def test_a_cell_cannot_be_given_to_a_grid_of_another_plan(
    connection: Connection, record: Record
) -> None:
    with refused(connection, FOREIGN, "fk_plan_cell_plan_grid"):
        run(
            connection,
            "update plan_cell set grid = '370115001002009' where cell = 0",
        )


# --- cell sets never change


@pytest.mark.parametrize(
    "statement",
    [
        "update cell set households = 1 where number = 0",
        "update cell_building set households = 1 where code = 'b0'",
        "delete from cell_building where code = 'b0'",
        "update cell_set set digest = ''",
        "update cell_set set sealed = false",
        "insert into cell select cell_set, 9, 0, 0, 0, -1, kind, geom from cell where "
        "number = 0",
    ],
)
def test_a_sealed_set_never_changes(
    statement: str, connection: Connection, record: Record
) -> None:
    with refused(connection, SEALED):
        run(connection, statement)


def test_cells_of_a_sealed_set_cannot_be_deleted(
    connection: Connection, record: Record
) -> None:
    run(connection, "delete from plan where id = :p", p=record.plan)
    with refused(connection, SEALED):
        run(connection, "delete from cell where number = 0")


def test_a_set_nobody_uses_can_be_thrown_away_whole(
    connection: Connection, record: Record
) -> None:
    run(connection, "delete from plan where id = :p", p=record.plan)
    assert run(connection, "delete from cell_set") == 1
    assert value(connection, "select count(*) from cell") == 0


# --- publishing


def test_a_whole_plan_is_published(connection: Connection, record: Record) -> None:
    publish(connection, record.plan)
    assert value(connection, "select status from plan") == "published"


def test_publishing_with_a_cell_left_out_is_refused(
    connection: Connection, record: Record
) -> None:
    run(connection, "delete from plan_cell where cell = 2")
    with refused(connection, NOT_WHOLE, "1 cells without a grid; the first is cell 2"):
        publish(connection, record.plan)


def test_a_plan_cannot_be_put_in_as_published_with_a_cell_left_out(
    connection: Connection, record: Record
) -> None:
    with refused(connection, NOT_WHOLE, "4 cells"):
        run(
            connection,
            "insert into plan (community, cell_set, version, low, high, status, "
            "effective_from) values (:c, :s, 2, 300, 500, 'published', '2026-01-01')",
            c=COMMUNITY,
            s=record.cell_set,
        )


def test_publishing_on_a_set_that_may_still_change_is_refused(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        plan = draft(session, cell_set(session, sealed=False), version=2)
        session.commit()
    with refused(connection, NOT_WHOLE, "not sealed"):
        publish(connection, plan)


def test_publishing_a_grid_whose_count_is_wrong_is_refused(
    connection: Connection, record: Record
) -> None:
    run(connection, "update grid set households = 201 where code like '%002'")
    with refused(connection, NOT_WHOLE, f"grid {COMMUNITY}002"):
        publish(connection, record.plan)


def test_publishing_a_grid_without_cells_is_refused(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        add(session, grid(record.plan, f"{COMMUNITY}003"))
        session.commit()
    with refused(connection, NOT_WHOLE, f"grid {COMMUNITY}003"):
        publish(connection, record.plan)


def test_the_check_waits_for_the_end_of_the_transaction(
    connection: Connection, record: Record
) -> None:
    run(connection, "delete from plan_cell where cell = 2")
    statement = "insert into plan_cell values (:p, 2, :s, :g)"
    given = {"p": record.plan, "s": record.cell_set, "g": f"{COMMUNITY}002"}
    run(connection, statement, **given)
    publish(connection, record.plan)


def test_two_plans_of_a_community_are_never_in_force_at_once(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan)
    second = fill(connection, version=2)
    with refused(connection, EXCLUDED):
        publish(connection, second.plan, since="2026-07-01")


# --- published plans stay


@pytest.mark.parametrize(
    "statement",
    [
        "update plan set low = 1",
        "update plan set status = 'draft'",
        "update plan set effective_from = '2020-01-01'",
        "update plan set document = '{\"a\": 1}'",
        "update plan set status = 'archived'",
        "delete from plan",
        "delete from plan_cell where cell = 0",
        "update plan_cell set grid = :other where cell = 0",
        "update grid set households = 0",
        "update grid set code = code || '0'",
        "delete from seam",
        "update seam set length_m = 0",
        "insert into seam (plan, left_grid, right_grid, kind, length_m, geom) "
        "select plan, left_grid, right_grid, 'none', 1, geom from seam",
        "insert into plan_edit (plan, number, operation, actor, parameters, inverse) "
        "select id, 2, 'x', 'x', '{}', '{}' from plan",
    ],
)
def test_a_published_plan_cannot_be_changed(
    statement: str, connection: Connection, record: Record
) -> None:
    publish(connection, record.plan)
    given = {"other": f"{COMMUNITY}002"} if ":other" in statement else {}
    with refused(connection, PUBLISHED):
        run(connection, statement, **given)


def test_a_published_plan_is_succeeded_by_another(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan)
    run(
        connection,
        "update plan set effective_to = '2026-07-01' where id = :p",
        p=record.plan,
    )
    second = fill(connection, version=2)
    publish(connection, second.plan, since="2026-07-01")
    run(connection, "update plan set status = 'archived' where id = :p", p=record.plan)
    with refused(connection, PUBLISHED):
        run(connection, "delete from plan where id = :p", p=record.plan)
    in_force = (
        "select version from plan where :d <@ daterange(effective_from, effective_to)"
    )
    assert value(connection, in_force, d=date(2026, 6, 30)) == 1
    assert value(connection, in_force, d=date(2026, 7, 1)) == 2


def test_an_archived_plan_never_changes_again(
    connection: Connection, record: Record
) -> None:
    publish(connection, record.plan)
    run(
        connection,
        "update plan set status = 'archived', effective_to = '2026-07-01'",
    )
    for statement in (
        "update plan set status = 'published'",
        "update plan set effective_to = '2027-01-01'",
    ):
        with refused(connection, PUBLISHED):
            run(connection, statement)


def test_only_what_was_published_is_archived(
    connection: Connection, record: Record
) -> None:
    with refused(connection, PUBLISHED, "never published"):
        run(
            connection,
            "update plan set status = 'archived', effective_from = '2026-01-01', "
            "effective_to = '2026-07-01'",
        )


def test_a_draft_is_thrown_away_with_its_log(
    connection: Connection, record: Record
) -> None:
    assert run(connection, "delete from plan where id = :p", p=record.plan) == 1
    assert value(connection, "select count(*) from plan_edit") == 0


def test_every_change_of_a_plan_gives_it_a_new_version(
    connection: Connection, record: Record
) -> None:
    version = "select row_version from plan"
    before = value(connection, version)
    run(connection, "update plan_cell set grid = grid where cell = 0")
    after = value(connection, version)
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after > before


# --- the log, the web role


@pytest.mark.parametrize(
    "statement",
    [
        "update plan_edit set actor = 'x'",
        "delete from plan_edit",
        "update import_row set message_zh = ''",
        "delete from import_row",
        "delete from import_run",
    ],
)
def test_the_web_role_cannot_rewrite_the_log(
    statement: str, connection: Connection, record: Record
) -> None:
    with refused(connection, DENIED):
        run(connection, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "truncate plan_cell",
        "alter table plan disable trigger all",
        "drop table plan_cell",
        "drop trigger guard_plan on plan",
        "set session_replication_role = replica",
        "update alembic_version set version_num = ''",
        "create table x (y int)",
    ],
)
def test_the_web_role_cannot_get_past_the_guards(
    statement: str, connection: Connection, record: Record
) -> None:
    assert value(connection, "select current_user") == WEB
    with refused(connection, DENIED):
        run(connection, statement)


def test_even_the_owner_can_neither_rewrite_the_log_nor_empty_a_table(
    database: Store,
) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    owner = create_engine(database.url(), poolclass=NullPool)
    with owner.connect() as connection, connection.begin() as transaction:
        fill(connection)
        for statement in ("update plan_edit set actor = 'x'", "delete from plan_edit"):
            with refused(connection, LOG):
                run(connection, statement)
        connection.execute(text("set constraints all immediate"))
        for table in ("plan cascade", "plan_cell", "cell cascade", "plan_edit"):
            with refused(connection, PUBLISHED):
                run(connection, f"truncate {table}")
        transaction.rollback()


# --- two at once


def test_a_change_and_a_publishing_at_once_take_turns(engine: Engine) -> None:
    with engine.begin() as connection:
        record = fill(connection)
    try:
        editing, publishing = engine.connect(), engine.connect()
        change = editing.begin()
        run(editing, "delete from plan_cell where cell = 0")
        outcome: list[str] = []

        def try_to_publish() -> None:
            with publishing, publishing.begin():
                try:
                    publish(publishing, record.plan)
                    outcome.append("published")
                except DBAPIError as error:
                    outcome.append(str(getattr(error.orig, "sqlstate", None)))

        second = threading.Thread(target=try_to_publish)
        second.start()
        second.join(0.3)
        assert second.is_alive(), "publishing did not wait for the change"
        change.commit()
        second.join(10)
        editing.close()
        # It saw the change: the plan is no longer whole.
        assert outcome == [NOT_WHOLE]
    finally:
        with engine.begin() as connection:
            run(connection, "delete from plan")
            run(connection, "delete from cell_set")
            run(connection, "delete from division where parent is not null")
            run(connection, "delete from division")


# --- the register


def test_a_division_knows_its_path(connection: Connection, record: Record) -> None:
    path = "select path from division where code = :c"
    assert value(connection, path, c=COMMUNITY) == f"/{STREET}/{COMMUNITY}/"
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        add(session, Division(code="370115", level="district", name="济阳区"))
        session.commit()
    run(connection, "update division set parent = '370115' where code = :c", c=STREET)
    assert value(connection, path, c=COMMUNITY) == f"/370115/{STREET}/{COMMUNITY}/"


def test_a_division_cannot_be_below_itself(
    connection: Connection, record: Record
) -> None:
    with refused(connection, TREE):
        run(
            connection,
            "update division set parent = :c where code = :s",
            c=COMMUNITY,
            s=STREET,
        )


@pytest.mark.parametrize("code", ["37011500100", "３７０１１５００１００２", "abc", ""])
def test_a_code_that_is_none_is_refused(code: str, connection: Connection) -> None:
    with refused(connection, CHECK, "ck_division_code"):
        run(
            connection,
            "insert into division (code, level, name) values (:c, 'community', '')",
            c=code,
        )


def test_a_building_has_each_stairwell_once(
    connection: Connection, record: Record
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        house(session)
        session.commit()
    with refused(connection, UNIQUE):
        run(
            connection,
            "insert into stairwell (building, number) select id, 2 from building",
        )


def test_households_are_never_negative(connection: Connection, record: Record) -> None:
    with refused(connection, CHECK):
        run(connection, "update grid set households = -1")


def test_geometry_comes_back_as_the_bytes_that_went_in(
    connection: Connection, record: Record
) -> None:
    found = value(connection, "select st_asbinary(geom) from cell where number = 3")
    assert found == square(3).wkb


def test_the_same_work_is_open_once(connection: Connection) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        add(session, Job(kind="draw", key="draw:1", arguments={}))
        session.commit()
    again = "insert into job (kind, key, arguments) values ('draw', 'draw:1', '{}')"
    with refused(connection, UNIQUE):
        run(connection, again)
    run(connection, "update job set state = 'done'")
    assert run(connection, again) == 1


def test_the_models_read_what_the_database_holds(
    connection: Connection, record: Record
) -> None:
    with Session(connection) as session:
        plan = session.get_one(Plan, record.plan)
        assert (plan.community, plan.low, plan.high) == (COMMUNITY, 150, 500)
        given = session.get_one(PlanCell, (record.plan, 3))
        assert given.grid == f"{COMMUNITY}002"
