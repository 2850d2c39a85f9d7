"""Jobs get done, once and whole, whatever happens to those who do them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from data.cluster import Store
from data.errors import ConflictError
from data.jobs import claims
from data.jobs.queue import add_job
from data.jobs.worker import Worker
from data.settings import StoreSettings
from tests.data.jobs.work import (
    FAST,
    look,
    one,
    put_in,
    stop,
    wait,
    wait_for,
    worker_process,
)

pytestmark = pytest.mark.postgis

PLANS = "select count(*) from plan"


@pytest.fixture
def worker(settings: StoreSettings) -> Iterator[Worker]:
    made = Worker(settings)
    made.start()
    yield made
    made.stop()


def test_every_community_of_a_district_becomes_a_proven_draft(
    owner: Engine, worker: Worker
) -> None:
    job = wait(owner, put_in(owner, "draw", FAST))
    assert job.state == "done", job.error_en
    assert job.result == {"communities": 2, "drawn": 2, "same": 0, "failed": 0}
    assert job.progress == 1
    assert one(owner, "select count(*) from plan where status = 'draft'") == 2
    certified = "select bool_and((result ->> 'certified')::boolean) from job_item"
    assert one(owner, certified)


def test_the_same_again_makes_no_second_draft(owner: Engine, worker: Worker) -> None:
    wait(owner, put_in(owner, "draw", FAST))
    again = wait(owner, put_in(owner, "draw", FAST))
    assert again.result == {"communities": 2, "drawn": 0, "same": 2, "failed": 0}
    assert one(owner, PLANS) == 2


def test_a_community_that_cannot_be_drawn_keeps_no_other_from_it(
    owner: Engine, store: Store, worker: Worker
) -> None:
    with store.connect() as connection:
        connection.execute(
            "delete from building where community = "
            "(select min(code) from division where level = 'community')"
        )
    job = wait(owner, put_in(owner, "draw", FAST))
    assert job.result == {"communities": 2, "drawn": 1, "same": 0, "failed": 1}
    said = one(owner, "select result ->> 'error_zh' from job_item order by key limit 1")
    assert "没有登记楼栋" in said


def test_a_job_that_cannot_be_done_fails_with_its_reason(
    owner: Engine, worker: Worker
) -> None:
    job = wait(owner, put_in(owner, "draw", FAST, division="110101"))
    assert job.state == "failed"
    assert "还没有登记社区" in job.error_zh
    assert "no communities" in job.error_en


def test_open_jobs_on_the_same_ground_are_one(owner: Engine) -> None:
    with owner.begin() as connection:
        first = keyed(connection, FAST)
        assert keyed(connection, FAST) == first
        with pytest.raises(ConflictError, match="still at work"):
            keyed(connection, {**FAST, "low": 200})


def keyed(connection: Connection, arguments: dict[str, Any]) -> int:
    key = "draw:370115"
    return int(add_job(connection, "draw", arguments, division="370115", key=key).id)


def test_a_killed_worker_leaves_a_job_that_the_next_one_ends(
    owner: Engine, store: Store
) -> None:
    job = put_in(owner, "draw", FAST)
    with worker_process(store) as first:
        wait_for(lambda: one(owner, "select count(*) from job_item") == 1)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert look(owner, job).state == "running"
    killed = time.monotonic()
    with worker_process(store):
        done = wait(owner, job)
    assert done.state == "done"
    assert done.result == {"communities": 2, "drawn": 2, "same": 0, "failed": 0}
    # Nothing twice: the community done before the kill has one plan.
    assert one(owner, PLANS) == 2
    twice = "select max(n) from (select count(*) n from plan group by community) t"
    assert one(owner, twice) == 1
    assert time.monotonic() - killed < 60


def test_a_killed_worker_takes_its_children_along(owner: Engine, store: Store) -> None:
    put_in(owner, "draw", FAST)
    with worker_process(store) as first:
        wait_for(lambda: children_of(first.pid))
        child = children_of(first.pid)[0]
        first.send_signal(signal.SIGKILL)
        first.wait()
    wait_for(lambda: not is_alive(child), 5)


def children_of(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as listing:  # noqa: PTH123
        own = listing.read().split()
    for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
        with open(f"/proc/{pid}/task/{task}/children") as listing:  # noqa: PTH123
            own += listing.read().split()
    return [int(child) for child in own]


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as about:  # noqa: PTH123
            return about.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_child_is_begun_again_but_not_for_ever(
    owner: Engine, store: Store
) -> None:
    # An endless search: whoever works on it can only be killed.
    job = put_in(owner, "draw", {**FAST, "effort": 600.0})
    with worker_process(store) as process:
        for attempt in range(1, claims.MOST_ATTEMPTS + 1):
            wait_for(lambda n=attempt: look(owner, job).attempts == n)
            wait_for(lambda: children_of(process.pid))
            for child in children_of(process.pid):
                os.kill(child, signal.SIGKILL)
        done = wait(owner, job)
    assert done.state == "failed"
    assert "several times" in done.error_en


def test_cancel_stops_within_two_seconds_and_keeps_what_is_finished(
    owner: Engine, store: Store, worker: Worker
) -> None:
    job = put_in(owner, "draw", FAST)
    wait_for(lambda: one(owner, "select count(*) from job_item") == 1)
    asked = time.monotonic()
    stop(owner, job)
    assert wait(owner, job).state == "cancelled"
    assert time.monotonic() - asked < 2.5
    assert one(owner, PLANS) == one(owner, "select count(*) from job_item")


def test_a_job_that_waits_is_cancelled_at_once_and_a_finished_one_not(
    owner: Engine,
) -> None:
    job = put_in(owner, "draw", FAST)
    stop(owner, job)
    assert look(owner, job).state == "cancelled"
    with pytest.raises(ConflictError, match="has ended"):
        stop(owner, job)


def test_a_stopped_worker_puts_its_job_back_without_counting_it(
    owner: Engine, store: Store
) -> None:
    job = put_in(owner, "draw", {**FAST, "effort": 600.0})
    with worker_process(store):
        wait(owner, job, "running")
    row = look(owner, job)
    assert (row.state, row.attempts) == ("queued", 0)


def test_two_workers_share_the_queue_and_no_job(
    owner: Engine, settings: StoreSettings
) -> None:
    codes = one(owner, "select array_agg(code) from division where level = 'community'")
    jobs = [put_in(owner, "draw", FAST, division=code) for code in codes * 2]
    workers = [Worker(settings) for _ in range(2)]
    for each in workers:
        each.start()
    try:
        rows = [wait(owner, job) for job in jobs]
    finally:
        for each in workers:
            threading.Thread(target=each.stop).start()
    assert [row.state for row in rows] == ["done"] * 4
    assert [row.attempts for row in rows] == [1] * 4
    assert one(owner, PLANS) == 2
