"""Jobs over HTTP: ordered, watched, cancelled; others' jobs are not there."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data.cluster import Store
from data.jobs.task import Task
from tests.api.work.conftest import Call, People
from tests.data.jobs.work import worker_process

pytestmark = pytest.mark.postgis

STREET = "370115001"
ENDED = ("done", "failed", "cancelled")


def order(call: Call, division: str, **options: Any) -> dict[str, Any]:
    answer = call("POST", "jobs", json={"division": division, **options})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{told['id']}"
    return told


def ended(call: Call, job: int, seconds: float = 60) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while True:
        told: dict[str, Any] = call("GET", f"jobs/{job}").json()
        if told["state"] in ENDED:
            return told
        assert time.monotonic() < end, told
        time.sleep(0.1)


def test_a_planner_draws_a_street_and_finds_the_drafts(
    people: People, codes: list[str], town: Store
) -> None:
    planner = people("planner", STREET)
    job = order(planner, STREET)
    assert (job["state"], job["mine"], job["division_name"]) == (
        "queued",
        True,
        "济阳街道",
    )
    with worker_process(town):
        done = ended(planner, job["id"])
    assert done["state"] == "done", done
    assert done["result"] == {"communities": 2, "drawn": 2, "same": 0, "failed": 0}
    drawn = [item["result"] for item in done["items"]]
    assert [one["community"] for one in drawn] == codes
    plan = planner("GET", f"plans/{drawn[0]['plan']}").json()
    assert (plan["status"], plan["low"], plan["high"]) == ("draft", 300, 500)
    proof = planner("GET", f"plans/{drawn[0]['plan']}/certificate").json()
    assert proof["ok"] is True


def test_the_audit_names_who_asked_for_what_a_job_wrote(
    people: People, owner: Engine
) -> None:
    query = """
        select distinct starts_with(actor, 'planner-'), account is not null,
               starts_with(request, 'job ')
        from audit where relation = 'plan' and action = 'insert'
    """
    with owner.connect() as connection:
        assert connection.execute(text(query)).all() == [(True, True, True)]


def test_r003_04_old_grids_that_a_planner_brought_are_heeded(
    people: People, codes: list[str], town: Store
) -> None:
    planner = people("planner", STREET)
    community = codes[0]
    wish = {"seed": 3, "former": "legacy", "weights": {"loyalty": 10}}
    with worker_process(town):
        plain = ended(planner, order(planner, community, seed=3)["id"])
        # Of a community without old grids the wish changes nothing.
        same = ended(planner, order(planner, community, **wish)["id"])
        other = ended(planner, order(planner, community, low=200, high=350)["id"])
        drawn = other["items"][0]["result"]["plan"]
        grids = planner("GET", f"plans/{drawn}/grids", params={"limit": 1000}).json()
        where = f"divisions/{community}/legacy"
        old = {"type": "FeatureCollection", "features": grids["features"]}
        layer = planner("POST", where, params={"name": "旧"}, json=old).json()["id"]
        kept = ended(planner, order(planner, community, **wish)["id"])
    (first,), (again,), (loyal,) = (
        [item["result"] for item in job["items"]] for job in (plain, same, kept)
    )
    assert (again["new"], again["plan"]) == (False, first["plan"])
    assert (loyal["new"], loyal["certified"]) == (True, True)
    shares = planner("GET", f"plans/{loyal['plan']}/legacy/{layer}").json()
    assert shares["households"] == loyal["households"]


def test_what_may_not_be_drawn_is_refused_with_the_reason(
    people: People, codes: list[str]
) -> None:
    member = people("grid_member", codes[0])
    answer = member("POST", "jobs", json={"division": codes[0]})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    elsewhere = people("planner", codes[0])("POST", "jobs", json={"division": codes[1]})
    assert elsewhere.status_code in (403, 404)
    nowhere = people("administrator")("POST", "jobs", json={"division": "999999"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"low": 500, "high": 300}, 400),
        ({"low": 0}, 422),
        ({"effort": "much"}, 422),
        ({"effort": 1e9}, 422),
        ({"weights": {"load": -1}}, 422),
        ({"weights": {"beauty": 1}}, 422),
        ({"weights": {"loyalty": 1}}, 400),
        ({"former": "forever"}, 422),
        ({"kind": "import"}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    people: People, body: dict[str, Any], status: int
) -> None:
    answer = people("planner", STREET)(
        "POST", "jobs", json={"division": STREET, **body}
    )
    assert answer.status_code == status
    assert answer.json()["detail_zh"]


def test_the_same_order_twice_is_one_job_and_another_waits_for_its_end(
    people: People, codes: list[str]
) -> None:
    planner = people("planner", STREET)
    first = order(planner, codes[0], seed=5)
    assert order(planner, codes[0], seed=5)["id"] == first["id"]
    other = planner("POST", "jobs", json={"division": codes[0], "seed": 6})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    cancelled = planner("POST", f"jobs/{first['id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    again = planner("POST", f"jobs/{first['id']}/cancel")
    assert again.status_code == 409


def test_jobs_are_listed_newest_first_and_page_by_page(people: People) -> None:
    planner = people("planner", STREET)
    page = planner("GET", "jobs", params={"limit": 1}).json()
    rest = planner("GET", "jobs", params={"limit": 100, "after": page["next"]}).json()
    ids = [job["id"] for job in page["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert rest["next"] is None
    assert page["workers"] == 0
    assert planner("GET", "jobs", params={"open": True}).json()["items"] == []
    drawn = planner("GET", "jobs", params={"kind": "export"}).json()["items"]
    assert drawn == []


def test_jobs_elsewhere_and_jobs_of_drafts_one_may_not_see_are_not_there(
    people: People, codes: list[str]
) -> None:
    mine = order(people("planner", codes[0]), codes[0], seed=9)
    for stranger in (
        people("planner", codes[1]),
        people("grid_member", codes[0]),
        people("guest"),
    ):
        assert stranger("GET", f"jobs/{mine['id']}").status_code == 404
        assert stranger("POST", f"jobs/{mine['id']}/cancel").status_code == 404
        listed = stranger("GET", "jobs").json()["items"]
        assert mine["id"] not in [job["id"] for job in listed]
    auditor = people("auditor")
    assert auditor("GET", f"jobs/{mine['id']}").json()["mine"] is False
    assert auditor("POST", f"jobs/{mine['id']}/cancel").status_code == 403
    colleague = people("planner", codes[0], n=2)
    assert colleague("POST", f"jobs/{mine['id']}/cancel").status_code == 200


def test_a_job_whose_asker_lost_the_role_meanwhile_is_not_done(
    people: People, codes: list[str], owner: Engine, town: Store
) -> None:
    planner = people("planner", codes[0], n=3)
    job = order(planner, codes[0], seed=11)
    with owner.begin() as connection:
        connection.execute(
            text(
                "delete from role_grant where account = "
                "(select account from job where id = :job)"
            ),
            {"job": job["id"]},
        )
    with worker_process(town):
        done = ended(people("planner", STREET), job["id"])
    assert done["state"] == "failed"
    assert "no longer has the right" in done["error_en"]


def test_a_file_of_a_job_is_downloaded_whole(
    people: People, codes: list[str], owner: Engine, tmp_path: Any
) -> None:
    planner = people("planner", STREET)
    job = order(planner, codes[1], seed=13)
    data = bytes(range(256)) * 10_000
    path = tmp_path / "x"
    path.write_bytes(data)
    task = Task(job["id"], "export", {}, codes[1], None, owner, lambda *_: None)
    task.attach(path, "方案 1.zip", "application/zip")
    answer = planner("GET", f"jobs/{job['id']}/file")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/zip"
    assert "%E6%96%B9%E6%A1%88%201.zip" in answer.headers["content-disposition"]
    card = planner("GET", f"jobs/{job['id']}").json()
    assert card["file"] == {"name": "方案 1.zip", "size": len(data)}
    assert people("guest")("GET", f"jobs/{job['id']}/file").status_code == 404
    nothing = planner("GET", "jobs/1/file")
    assert nothing.status_code == 404
    planner("POST", f"jobs/{job['id']}/cancel")
