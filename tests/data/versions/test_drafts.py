"""Drafts: copied on the same cells, named, thrown away."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, text

from data.errors import ConflictError, NotFoundError, ParameterError
from data.queries.publish import publish
from data.versions.drafts import copy_plan, delete_draft, rename_draft
from data.versions.overview import list_versions, one_version
from data.versions.reviews import submit
from data.versions.steps import list_steps
from tests.data.records import COMMUNITY, Record
from tests.data.versions.conftest import PLANNER, Act

pytestmark = pytest.mark.postgis

TODAY = date(2026, 11, 22)
SHAPE = """
    select (select array_agg((cell, grid, cell_set) order by cell) from plan_cell
            where plan = :plan)::text as cells,
           (select array_agg((code, name, type, households, locked, geom) order by code)
            from grid where plan = :plan)::text as grids,
           (select array_agg((left_grid, right_grid, kind, geom))
            from seam where plan = :plan)::text as seams
"""


def shape(connection: Connection, plan: int) -> tuple[str, ...]:
    return tuple(connection.execute(text(SHAPE), {"plan": plan}).one())


def test_a_copy_has_the_grids_and_shares_the_cells(
    connection: Connection, record: Record, act: Act
) -> None:
    act(PLANNER)
    copy = copy_plan(connection, record.plan, name="  春季  调整 ", actor="李工")
    assert shape(connection, copy) == shape(connection, record.plan)
    row = one_version(connection, copy, today=TODAY)
    assert (row.version, row.name, row.status, row.author) == (
        2,
        "春季 调整",
        "draft",
        "李工",
    )
    assert row.base is not None
    assert (row.base.id, row.base.succeeded_by) == (record.plan, None)
    (step,) = list_steps(connection, copy)
    assert (step.step, step.account, step.actor) == ("copied", PLANNER, "李工")


def test_a_draft_says_that_its_base_was_succeeded(
    connection: Connection, record: Record
) -> None:
    first = copy_plan(connection, record.plan, name="一", actor="李工")
    second = copy_plan(connection, first, name="二", actor="李工")
    publish(connection, first, since=date(2026, 12, 1))
    base = one_version(connection, second, today=TODAY).base
    # Its base is the draft that was published meanwhile, which nothing succeeded.
    assert base is not None
    assert (base.id, base.succeeded_by) == (first, None)
    third = copy_plan(connection, record.plan, name="三", actor="李工")
    base = one_version(connection, third, today=TODAY).base
    assert base is not None
    assert (base.id, base.succeeded_by, base.succeeded_on) == (
        record.plan,
        first,
        date(2026, 12, 1),
    )


def test_versions_are_told_by_stage(connection: Connection, record: Record) -> None:
    copy = copy_plan(connection, record.plan, name="一", actor="李工")
    publish(connection, copy, since=date(2026, 12, 1))
    copy_plan(connection, copy, name="二", actor="李工")
    found = list_versions(connection, COMMUNITY, today=TODAY)
    assert [(v.version, v.stage) for v in found] == [
        (3, "draft"),
        (2, "scheduled"),
        (1, "in_force"),
    ]
    later = list_versions(connection, COMMUNITY, today=date(2026, 12, 1))
    assert [v.stage for v in later] == ["draft", "in_force", "ended"]


def test_a_draft_takes_another_name(connection: Connection, record: Record) -> None:
    copy = copy_plan(connection, record.plan, name="一", actor="李工")
    rename_draft(connection, copy, name="二", actor="王工")
    assert one_version(connection, copy, today=TODAY).name == "二"
    assert [step.step for step in list_steps(connection, copy)] == ["copied", "renamed"]
    for name in ("   ", "字" * 61):
        with pytest.raises(ParameterError, match="60"):
            rename_draft(connection, copy, name=name, actor="王工")


def test_a_published_plan_keeps_its_name(
    connection: Connection, record: Record
) -> None:
    with pytest.raises(ConflictError, match="was published"):
        rename_draft(connection, record.plan, name="二", actor="王工")
    with pytest.raises(ConflictError, match="was published"):
        delete_draft(connection, record.plan)


def test_a_draft_goes_with_its_log_and_leaves_its_heirs(
    connection: Connection, record: Record
) -> None:
    first = copy_plan(connection, record.plan, name="一", actor="李工")
    heir = copy_plan(connection, first, name="二", actor="李工")
    before = shape(connection, heir)
    delete_draft(connection, first)
    with pytest.raises(NotFoundError):
        one_version(connection, first, today=TODAY)
    row = one_version(connection, heir, today=TODAY)
    assert row.base is not None
    assert (row.parent, row.base.id) == (record.plan, record.plan)
    assert shape(connection, heir) == before
    left = "select count(*) from plan_step where plan = :plan"
    assert connection.scalar(text(left), {"plan": first}) == 0


def test_what_a_plan_under_review_came_from_stays(
    connection: Connection, record: Record
) -> None:
    first = copy_plan(connection, record.plan, name="一", actor="李工")
    heir = copy_plan(connection, first, name="二", actor="李工")
    version = one_version(connection, heir, today=TODAY).row_version
    submit(connection, heir, actor="李工", row_version=version, certificate={})
    with pytest.raises(ConflictError, match="has to stay"):
        delete_draft(connection, first)
    with pytest.raises(ConflictError, match="withdraw it first"):
        delete_draft(connection, heir)


def test_there_is_nothing_to_copy_of_a_plan_that_is_not_there(
    connection: Connection, record: Record
) -> None:
    with pytest.raises(NotFoundError):
        copy_plan(connection, record.plan + 1000, name="一", actor="李工")
