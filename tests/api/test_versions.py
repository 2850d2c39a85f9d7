"""Versions over HTTP: who may do what, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.deps import today
from api.main import create_app
from api.settings import Settings
from data.cluster import WEB, Store
from data.queries.publish import publish
from data.settings import StoreSettings
from tests.api.signing import bearer, token_for
from tests.data.editing.ground import drafted_town

pytestmark = pytest.mark.postgis

Call = Callable[..., Response]


class People:
    """Clients of the application, each signed in as somebody else."""

    def __init__(self, client: TestClient, store: Store) -> None:
        self.client, self.store = client, store
        self.known: dict[tuple[str, str, int], dict[str, str]] = {}

    def __call__(self, role: str, division: str = "", *, n: int = 0) -> Call:
        key = role, division, n
        if key not in self.known:
            self.known[key] = bearer(token_for(self.store, role, division))

        def call(method: str, path: str, **options: Any) -> Response:
            headers = {**self.known[key], **options.pop("headers", {})}
            where = f"/api/v1/{path}"
            return self.client.request(method, where, headers=headers, **options)

        return call


@dataclass(frozen=True)
class Place:
    """A community with a plan in force, and another that has only a draft."""

    now: int
    draft: int
    here: str
    there: str


@pytest.fixture(scope="module")
def town(database: Store) -> Place:
    engine = create_engine(database.url(), poolclass=NullPool)
    now, other = drafted_town(engine)
    with engine.begin() as connection:
        done = publish(connection, now, since=date(2026, 1, 1))
        query = text("select community from plan where id = :plan")
        there = connection.scalar(query, {"plan": other})
    assert there is not None
    return Place(now, other, done.community, there)


@pytest.fixture(scope="module")
def client(town: Place, database: Store) -> Iterator[TestClient]:
    url = database.url(user=WEB).render_as_string(hide_password=False)
    settings = Settings(store=StoreSettings(database_url=url), patience_s=0.0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def people(client: TestClient, database: Store) -> People:
    return People(client, database)


@pytest.fixture
def draft(people: People, town: Place) -> Iterator[int]:
    """A draft that the planner made from the plan in force."""
    planner = people("planner")
    made = planner("POST", f"plans/{town.now}/drafts", json={"name": "春季调整"})
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert made.headers["Location"] == f"/api/v1/plans/{number}"
    yield number
    planner("POST", f"plans/{number}/withdraw")
    planner("DELETE", f"plans/{number}")


def deeds(answer: Response) -> dict[str, bool]:
    return {each["deed"]: each["may"] for each in answer.json()["deeds"]}


def test_a_draft_goes_into_force_by_two_people(people: People, town: Place) -> None:
    planner, reviewer = people("planner"), people("reviewer")
    made = planner("POST", f"plans/{town.now}/drafts", json={"name": "夏季调整"}).json()
    plan = made["id"]
    assert (made["stage"], made["base"]["id"]) == ("draft", town.now)

    sent = planner("POST", f"plans/{plan}/review", json={"comment": "请看 002"})
    assert sent.status_code == 200, sent.text
    assert sent.json()["stage"] == "review"
    assert sent.json()["steps"][-1]["comment"] == "请看 002"
    assert not deeds(planner("GET", f"plans/{plan}/version"))["approve"]

    decided = reviewer("POST", f"plans/{plan}/decision", json={"decision": "approve"})
    assert (decided.status_code, decided.json()["stage"]) == (200, "approved")

    early = decided.json()["earliest"]
    late = (date.fromisoformat(early) + timedelta(days=30)).isoformat()
    done = planner("POST", f"plans/{plan}/publication", json={"since": late})
    assert (done.status_code, done.json()["stage"]) == (200, "scheduled"), done.text
    # Its successor is seen by date, and today's plan goes on until then.
    for day, there in ((early, town.now), (late, plan)):
        shown = planner("GET", f"plans?under={town.here}&on={day}").json()["items"]
        assert [each["id"] for each in shown] == [there]
    again = planner("POST", f"plans/{plan}/publication", json={"since": late})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    gone = planner("DELETE", f"plans/{plan}")
    assert gone.status_code == 409


def test_nobody_approves_a_plan_of_their_own(people: People, draft: int) -> None:
    chief = people("administrator")
    sent = chief("POST", f"plans/{draft}/review", json={})
    assert sent.status_code == 200, sent.text
    own = chief("POST", f"plans/{draft}/decision", json={"decision": "approve"})
    assert own.status_code == 409
    assert "another person" in own.json()["detail_en"]
    may = deeds(chief("GET", f"plans/{draft}/version"))
    assert (may["approve"], may["return"], may["withdraw"]) == (False, True, True)
    other = people("administrator", n=1)
    done = other("POST", f"plans/{draft}/decision", json={"decision": "approve"})
    assert done.status_code == 200


def test_a_plan_goes_back_with_what_to_mend(people: People, draft: int) -> None:
    planner, reviewer = people("planner"), people("reviewer")
    planner("POST", f"plans/{draft}/review", json={})
    mute = reviewer("POST", f"plans/{draft}/decision", json={"decision": "return"})
    assert mute.status_code == 400
    said = {"decision": "return", "comment": "002 太大"}
    done = reviewer("POST", f"plans/{draft}/decision", json=said).json()
    assert (done["status"], done["stage"]) == ("draft", "returned")
    assert done["returned"]["comment"] == "002 太大"
    named = planner("PATCH", f"plans/{draft}", json={"name": "再改"})
    assert (named.status_code, named.json()["name"]) == (200, "再改")


def test_a_plan_that_misses_its_band_is_not_sent(people: People, town: Place) -> None:
    planner = people("planner")
    made = planner("POST", f"plans/{town.draft}/drafts", json={"name": "窄"}).json()
    # Grids below the band without a reason: the certificate is not valid.
    narrow_band(people.store, made["id"], low=480)
    sent = planner("POST", f"plans/{made['id']}/review", json={})
    assert (sent.status_code, sent.json()["code"]) == (422, "not_ready"), sent.text
    low = [
        grid["properties"]["number"]
        for grid in planner("GET", f"plans/{made['id']}/grids").json()["features"]
        if grid["properties"]["type"] == "resident"
        and grid["properties"]["households"] < 480
    ]
    said = sent.json()["detail_zh"]
    assert any(f"{number} " in said for number in low), said


def narrow_band(store: Store, plan: int, *, low: int) -> None:
    engine = create_engine(store.url(), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("update plan set low = :low where id = :plan"),
            {"low": low, "plan": plan},
        )


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        ("guest", "POST", "plans/{now}/drafts", {"name": "一"}, 403),
        ("reviewer", "POST", "plans/{now}/drafts", {"name": "一"}, 403),
        ("reviewer", "PATCH", "plans/{draft}", {"name": "一"}, 403),
        ("reviewer", "DELETE", "plans/{draft}", None, 403),
        ("reviewer", "POST", "plans/{draft}/review", {}, 403),
        ("reviewer", "POST", "plans/{draft}/withdraw", None, 403),
        ("planner", "POST", "plans/{draft}/decision", {"decision": "approve"}, 403),
        ("auditor", "POST", "plans/{draft}/publication", {"since": "2027-01-01"}, 403),
        ("guest", "GET", "plans/{now}/comments", None, 403),
        ("guest", "GET", "plans/{now}/events", None, 403),
        ("guest", "GET", "plans/{draft}/version", None, 404),
        ("guest", "POST", "plans/{draft}/drafts", {"name": "一"}, 404),
        ("guest", "GET", "plans/{now}/compare/{draft}", None, 404),
        ("guest", "GET", "plans/{draft}/events", None, 404),
        ("reviewer", "POST", "divisions/{here}/legacy?name=x", {}, 403),
    ],
)
def test_who_may_not_is_told_so(
    people: People,
    town: Place,
    draft: int,
    role: str,
    method: str,
    path: str,
    body: dict[str, object] | None,
    status: int,
) -> None:
    """RULES 003-12: what a role may not, or may not see, is refused."""
    where = path.format(now=town.now, draft=draft, here=town.here)
    asked = {} if body is None else {"json": body}
    assert people(role)(method, where, **asked).status_code == status


def test_planners_work_in_their_own_subtree(
    people: People, town: Place, draft: int
) -> None:
    """RULES 003-12: own subtree, positive and negative."""
    here, there = people("planner", town.here), people("planner", town.there)
    assert here("GET", f"plans/{draft}/version").status_code == 200
    assert there("GET", f"plans/{draft}/version").status_code == 404
    assert there("DELETE", f"plans/{draft}").status_code == 404
    assert there("GET", f"divisions/{town.here}/versions").status_code == 404
    mine = here("POST", f"plans/{town.now}/drafts", json={"name": "我的"})
    assert mine.status_code == 201
    assert here("DELETE", f"plans/{mine.json()['id']}").status_code == 204


def test_versions_tell_what_can_be_done_and_why_not(
    people: People, town: Place, draft: int
) -> None:
    found = people("planner")("GET", f"divisions/{town.here}/versions").json()
    versions = {each["id"]: each for each in found["items"]}
    assert found["earliest"] >= today().isoformat()
    may = {each["deed"]: each for each in versions[draft]["deeds"]}
    assert may["submit"]["may"]
    assert not may["publish"]["may"]
    assert "送审" in may["publish"]["why_zh"]
    may = {each["deed"]: each for each in versions[town.now]["deeds"]}
    assert may["copy"]["may"]
    assert "复制" in may["edit"]["why_zh"]
    seen = people("guest")("GET", f"divisions/{town.here}/versions").json()["items"]
    assert draft not in [each["id"] for each in seen]


def test_remarks_have_a_place_and_are_dealt_with(
    people: People, draft: int, town: Place
) -> None:
    reviewer, planner = people("reviewer"), people("planner")
    path = f"plans/{draft}/comments"
    grid = planner("GET", f"plans/{draft}/grids?limit=1").json()["features"][0]["id"]
    body = {"body": "  南边界沿街  ", "grid": grid, "lon": 117.001, "lat": 36}
    made = reviewer("POST", path, json=body)
    assert made.status_code == 201, made.text
    remark = made.json()
    assert (remark["body"], remark["mine"]) == ("南边界沿街", True)
    assert (remark["lon"], remark["lat"]) == (117.001, 36.0)
    (seen,) = planner("GET", path).json()["items"]
    assert (seen["mine"], seen["resolved_at"]) == (False, None)
    done = planner("PATCH", f"{path}/{remark['id']}", json={"resolved": True}).json()
    assert done["resolved_at"] is not None
    assert planner("GET", f"plans/{draft}/version").json()["open_comments"] == 0
    back = planner("PATCH", f"{path}/{remark['id']}", json={"resolved": False}).json()
    assert back["resolved_by"] is None
    for wrong, status in (
        ({"body": " "}, 422),
        ({"body": "x" * 2001}, 422),
        ({"body": "x", "lon": 117.0}, 400),
        ({"body": "x", "grid": "999"}, 404),
        ({"body": "x", "lon": 500, "lat": 0}, 422),
    ):
        assert reviewer("POST", path, json=wrong).status_code == status
    assert (
        planner("PATCH", f"{path}/999999", json={"resolved": True}).status_code == 404
    )


def test_two_plans_are_compared(people: People, town: Place, draft: int) -> None:
    planner = people("planner")
    grids = planner("GET", f"plans/{draft}/grids").json()["features"]
    homes = {g["properties"]["code"]: g["properties"]["households"] for g in grids}
    plain = planner("GET", f"plans/{town.now}/compare/{draft}")
    assert plain.status_code == 200, plain.text
    found = plain.json()
    assert (found["households"], found["households_moved"]) == (sum(homes.values()), 0)
    assert {seam["properties"]["state"] for seam in found["seams"]} == {"kept"}
    walk = planner("GET", f"plans/{town.now}/compare/{draft}/crosswalk").json()["items"]
    assert {row["grid"]: row["households"] for row in walk} == homes
    assert {row["household_percent"] for row in walk} <= {100.0, None}
    for form, kind in (("csv", "text/csv; charset=utf-8"), ("xlsx", "application/")):
        for path in ("", "/crosswalk"):
            where = f"plans/{town.now}/compare/{draft}{path}?format={form}"
            table = planner("GET", where)
            assert table.headers["content-type"].startswith(kind)
            assert "attachment" in table.headers["content-disposition"]
    other = planner("GET", f"plans/{town.now}/compare/{town.draft}")
    assert (other.status_code, other.json()["code"]) == (422, "refused")


def test_an_edit_shows_in_the_comparison(
    people: People, town: Place, draft: int
) -> None:
    planner = people("planner")
    seams = planner("GET", f"plans/{draft}/seams").json()["features"]
    pair = [seams[0]["properties"][side] for side in ("left", "right")]
    tag = planner("GET", f"plans/{draft}").headers["etag"]
    edit = {"operation": "merge_grids", "grids": pair}
    done = planner("POST", f"plans/{draft}/edits", json=edit, headers={"If-Match": tag})
    assert done.status_code == 201, done.text
    found = planner("GET", f"plans/{town.now}/compare/{draft}").json()
    assert found["grids_after"] == found["grids_before"] - 1
    (move,) = found["moves"]
    assert {move["former"], move["grid"]} == set(pair)
    assert found["gone"] == [move["former"]]
    assert found["households_moved"] == move["households"]
    (ground,) = found["moved"]
    assert ground["properties"]["former"] == move["former"]


def test_old_grids_are_held_against_a_plan(people: People, town: Place) -> None:
    """RULES 003-04: shares of each old grid sum to 100 %; who is displaced."""
    planner = people("planner")
    grids = planner("GET", f"plans/{town.now}/grids").json()["features"]
    homes = {g["properties"]["code"]: g["properties"]["households"] for g in grids}
    total, most = sum(homes.values()), max(homes.values())
    west, south, east, north = planner("GET", f"divisions/{town.here}").json()[
        "properties"
    ]["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"编号": "综治-7", "名称": "老七"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    made = planner("POST", f"divisions/{town.here}/legacy?name=综治2019", json=document)
    assert made.status_code == 201, made.text
    layer = made.json()["id"]
    (row,) = planner("GET", f"divisions/{town.here}/legacy").json()["items"]
    assert (row["id"], row["grids"]) == (layer, 1)
    (shown,) = planner("GET", f"legacy/{layer}").json()["features"]
    assert shown["properties"] == {"code": "综治-7", "name": "老七"}
    found = planner("GET", f"plans/{town.now}/legacy/{layer}").json()
    shares = [each["household_percent"] for each in found["rows"]]
    assert sum(each or 0 for each in shares) == pytest.approx(100)
    assert sum(each["area_percent"] for each in found["rows"]) == pytest.approx(100)
    # One old grid over everything: all but its largest heir are displaced.
    (heir,) = found["grids"]
    assert (heir["households"], heir["displaced"]) == (total, total - most)
    assert homes[heir["into"]] == most
    assert found["displaced"] == total - most
    assert found["displaced_percent"] == round((total - most) * 100 / total, 1)
    table = planner("GET", f"plans/{town.now}/legacy/{layer}?format=csv").text
    assert "综治-7" in table
    wrong = planner("GET", f"plans/{town.draft}/legacy/{layer}")
    assert wrong.status_code == 409
    path = f"divisions/{town.here}/legacy?name=x"
    for body in ('{"type": "x"}', "[]", "{", "[" * 100_000, '"x"'):
        assert planner("POST", path, content=body).status_code == 422
    assert planner("POST", path, content=b" " * (20 * 2**20 + 1)).status_code == 413
    there = people("planner", town.there)
    assert there("GET", f"legacy/{layer}").status_code == 404
    assert there("DELETE", f"legacy/{layer}").status_code == 404
    assert planner("DELETE", f"legacy/{layer}").status_code == 204
    assert planner("GET", f"legacy/{layer}").status_code == 404
