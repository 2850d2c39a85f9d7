"""Edits that take too long are refused in time, and nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.editing import operations
from data.editing.limited import draw_limited, drawn_within
from data.settings import StoreSettings
from gis.edits import Draft, redraw_around_locks
from gis.partition import partition_cells
from tests.api.editing.desk import Desk, as_stored, assert_sound, fresh_state
from tests.api.editing.test_edits import movable
from tests.api.signing import bearer, token_for

pytestmark = pytest.mark.postgis


@pytest.fixture
def hasty(
    plans: list[int], database: Store, store: StoreSettings
) -> Iterator[TestClient]:
    """A client of an application that gives each statement a moment only."""
    app = create_app(Settings(store=store, patience_s=0.0, statement_timeout_s=0.3))
    headers = bearer(token_for(database, "planner"))
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


@pytest.mark.parametrize("table", ["plan_cell", "grid", "seam", "plan_edit"])
def test_an_edit_that_waits_too_long_for_others_is_stopped_and_undone(
    table: str, desk: Desk, draft: Draft, hasty: TestClient, owner: Engine
) -> None:
    cell, _, taker = movable(desk, draft)
    before = as_stored(owner, desk.plan)
    slow = Desk(hasty, desk.plan)
    with owner.begin() as other:
        other.execute(text(f"lock table {table} in exclusive mode"))
        answer = slow.edit("reassign", cells=[cell], to=taker)
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert as_stored(owner, desk.plan) == before
    assert slow.edit("reassign", cells=[cell], to=taker).status_code == 201


DRAWING = sorted(operations.DRAWING)


@pytest.mark.parametrize("operation", DRAWING)
def test_drawing_that_takes_too_long_is_stopped_and_the_plan_is_free(
    operation: str,
    desk: Desk,
    database: Store,
    store: StoreSettings,
    owner: Engine,
) -> None:
    before = as_stored(owner, desk.plan)
    headers = bearer(token_for(database, "planner"))
    settings = Settings(store=store, patience_s=0.0, redraw_timeout_s=0.001)
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False, headers=headers) as hasty:
        refused = Desk(hasty, desk.plan).edit(operation, seed=1)
    assert refused.status_code == 422
    assert refused.json()["reason"] == "too_long"
    assert "0.001 秒" in refused.json()["detail_zh"]
    assert "0.001 s" in refused.json()["detail_en"]
    assert as_stored(owner, desk.plan) == before
    with owner.begin() as other:
        lock = "select from plan where id = :plan for update nowait"
        assert other.execute(text(lock), {"plan": desk.plan}).one() == ()


@pytest.mark.parametrize("operation", DRAWING)
@pytest.mark.parametrize("by_tag", [True, False], ids=["by tag", "whatever it is"])
def test_nobody_waits_for_a_drawing_and_it_never_covers_what_others_did(
    operation: str,
    by_tag: bool,
    desk: Desk,
    draft: Draft,
    owner: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell, _, taker = movable(desk, draft)
    made, drawing, painted = operations.OPERATIONS[operation], Event(), Event()

    def slow(*told: Any) -> operations.Made:
        drawing.set()
        assert painted.wait(60)
        return made(*told)

    monkeypatch.setitem(operations.OPERATIONS, operation, slow)
    told = {"operation": operation, "seed": 1}
    tag = {"If-Match": desk.tag if by_tag else "*"}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            desk.client.post, f"{desk.path}/edits", json=told, headers=tag
        )
        assert drawing.wait(60)
        assert desk.edit("reassign", cells=[cell], to=taker).status_code == 201
        painted.set()
        answer = asked.result(120)
    assert answer.status_code == (412 if by_tag else 201)
    if by_tag:
        assert [step["operation"] for step in answer.json()["changes"]] == ["reassign"]
    else:
        assert answer.json()["sentence_zh"]
        assert desk.client.post(
            f"{desk.path}/undo", headers={"If-Match": answer.headers["etag"]}
        ).is_success
        held = fresh_state(owner, desk.plan).draft
        assert held.code_at(cell) == taker
    assert_sound(owner, desk.plan)


@pytest.mark.parametrize("operation", DRAWING)
def test_a_drawing_that_is_sent_again_is_told_and_not_drawn_again(
    operation: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, drawn = operations.OPERATIONS[operation], []

    def counted(*told: Any) -> operations.Made:
        drawn.append(told)
        return made(*told)

    monkeypatch.setitem(operations.OPERATIONS, operation, counted)
    sent = {"If-Match": desk.tag, "Idempotency-Key": operation}
    body = {"operation": operation, "seed": 1}
    first = desk.client.post(f"{desk.path}/edits", json=body, headers=sent)
    again = desk.client.post(f"{desk.path}/edits", json=body, headers=sent)
    assert (first.status_code, len(drawn)) == (201, 1)
    assert (again.status_code, again.json()) == (201, first.json())
    other = desk.client.post(
        f"{desk.path}/edits", json={**body, "seed": 2}, headers=sent
    )
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len(drawn) == 1


def test_a_drawing_in_a_process_of_its_own_is_the_same(draft: Draft) -> None:
    here = redraw_around_locks(draft, seed=1)
    with drawn_within(120):
        there = redraw_around_locks(draft, seed=1, draw=draw_limited(partition_cells))
        again = redraw_around_locks(draft, seed=1, draw=draw_limited(partition_cells))
        with pytest.raises(ValueError, match="low"):
            draw_limited(partition_cells)(draft.graph, low=5, high=1)
    for other in (there, again):
        assert other.plan.codes == here.plan.codes
        assert other.plan.labels.tolist() == here.plan.labels.tolist()


def drawers() -> list[int]:
    """Return the processes that draw for this one."""
    words = ["pgrep", "-P", str(os.getpid()), "-f", "data.editing.drawer"]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    return [int(number) for number in found.stdout.split()]


def test_a_drawing_process_that_was_killed_while_it_waited_is_replaced(
    draft: Draft,
) -> None:
    def drawn() -> tuple[str, ...]:
        with drawn_within(120):
            draw = draw_limited(partition_cells)
            return redraw_around_locks(draft, seed=1, draw=draw).plan.codes

    first = drawn()
    [idle] = drawers()
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)
    assert drawn() == first
    [other] = drawers()
    assert other != idle
