"""The audit says who did what on which request, and cannot be made to forget."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from data.accounts.people import add_account, give_role, set_password
from data.accounts.principal import EVERYTHING
from data.accounts.roles import Role
from data.accounts.trail import note
from data.cluster import Store
from data.engine import door, working
from tests.data.places import fill_places
from tests.data.records import COMMUNITY, fill, publish

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def owner(database: Store) -> Engine:
    return create_engine(database.url(), poolclass=NullPool)


@pytest.fixture(scope="module")
def plan(owner: Engine) -> int:
    with owner.begin() as connection:
        made = fill(connection)
        fill_places(connection)
    return made.plan


def lines(owner: Engine, where: str = "true", **values: object) -> list[dict[str, Any]]:
    with owner.connect() as connection:
        rows = connection.execute(
            text(f"select * from audit where {where} order by id"), values
        )
        return [dict(row) for row in rows.mappings()]


def test_a_write_names_who_from_where_on_which_request(
    engine: Engine, owner: Engine, plan: int
) -> None:
    with working(
        engine,
        reach=EVERYTHING,
        actor="planner",
        account=7,
        request="r-1",
        address="10.0.0.9",
    ) as connection:
        connection.execute(
            text("update plan set name = '新名' where id = :plan"), {"plan": plan}
        )
    (line,) = lines(owner, "request = 'r-1'")
    assert (line["actor"], line["account"], line["address"]) == (
        *("planner", 7),
        "10.0.0.9",
    )
    assert (line["relation"], line["row"], line["action"]) == (
        *("plan", str(plan)),
        "update",
    )
    assert (line["before"]["name"], line["after"]["name"]) == ("", "新名")
    assert line["community"] == COMMUNITY


def test_a_change_of_many_rows_is_one_line_and_no_shape_is_kept(
    engine: Engine, owner: Engine, plan: int
) -> None:
    with working(engine, reach=EVERYTHING, actor="x", request="r-2") as connection:
        connection.execute(text("update building set households = households + 1"))
        connection.execute(text("update device set name = '东门'"))
    building, device = lines(owner, "request = 'r-2'")
    assert (building["relation"], building["community"]) == ("building", COMMUNITY)
    assert building["after"]["rows"] >= 1
    assert device["relation"] == "device"
    assert not lines(owner, "before::text like '%coordinates%' or after ? 'geom'")


def test_what_is_undone_leaves_no_line(owner: Engine, plan: int) -> None:
    with owner.connect() as connection, connection.begin() as transaction:
        connection.execute(text("set local app.request = 'r-3'"))
        assert connection.execute(text("update site set name = 'a'")).rowcount > 0
        transaction.rollback()
    assert lines(owner, "request = 'r-3'") == []


def test_publishing_tells_the_status_before_and_after(owner: Engine, plan: int) -> None:
    with owner.begin() as connection:
        publish(connection, plan, since="2026-01-01")
    line = lines(owner, "relation = 'plan' and after ->> 'status' = 'published'")[-1]
    assert line["before"]["status"] == "draft"


def test_no_secret_is_ever_written(engine: Engine, owner: Engine) -> None:
    with door(engine, actor="admin", request="r-4") as opened:
        account = add_account(opened, "someone", password="a long enough phrase")
        give_role(opened, account, Role.guest)
        set_password(opened, account, "another long enough phrase")
    found = lines(owner, "request = 'r-4'")
    assert {line["relation"] for line in found} == {
        *("account", "account_secret", "role_grant"),
    }
    said = str(found)
    assert "argon2" not in said
    assert "phrase" not in said


# --- ASVS 16.4.2: what is logged cannot be changed


@pytest.mark.parametrize(
    "deed",
    [
        "update audit set actor = 'somebody else'",
        "delete from audit",
        "truncate audit",
    ],
)
def test_16_4_2_nobody_rewrites_the_audit_not_even_its_owner(
    owner: Engine, engine: Engine, plan: int, deed: str
) -> None:
    before = len(lines(owner))
    assert before > 0
    for who in (owner, engine):
        with pytest.raises(DBAPIError) as refused, who.begin() as connection:
            connection.execute(text(deed))
        assert refused.value.orig.sqlstate in ("WG009", "42501")
    assert len(lines(owner)) == before


def test_the_web_role_cannot_put_a_line_in_by_itself(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(
            text("insert into audit (kind, action) values ('login', 'x')")
        )
    assert refused.value.orig.sqlstate == "42501"


def age(connection: Connection, days: int) -> None:
    """Put in a line that is so old; only the owner can."""
    connection.execute(
        text(
            "insert into audit (kind, action, at) "
            "values ('login', 'old', now() - make_interval(days => :days))"
        ),
        {"days": days},
    )


def test_14_2_7_what_is_older_than_180_days_may_go_and_nothing_younger(
    owner: Engine, engine: Engine
) -> None:
    with owner.begin() as connection:
        age(connection, 181)
        age(connection, 179)
    with pytest.raises(DBAPIError) as refused, owner.begin() as connection:
        connection.execute(text("select purge_audit(interval '179 days')"))
    assert refused.value.orig.sqlstate == "WG009"
    with owner.begin() as connection:
        gone = connection.scalar(text("select purge_audit(interval '180 days')"))
    assert gone == 1
    assert len(lines(owner, "action = 'old'")) == 1
    assert lines(owner, "action = 'audit_purged'")[-1]["after"]["rows"] == 1
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("select purge_audit(interval '180 days')"))


def test_the_application_notes_what_no_trigger_sees(
    engine: Engine, owner: Engine
) -> None:
    with door(engine, actor="x", account=3, request="r-5", address="::1") as opened:
        note(opened, "export", "export", row="12", after={"format": "gpkg"})
    (line,) = lines(owner, "request = 'r-5'")
    assert (line["kind"], line["account"], line["after"]) == (
        *("export", 3),
        {"format": "gpkg"},
    )
