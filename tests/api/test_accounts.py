"""Accounts over HTTP: who manages whom, what is told once, what the log says of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import account_for, session_for, token_for
from tests.api.two_streets import FAR_STREET, Spot, build_two_streets

pytestmark = pytest.mark.postgis

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def spots(database: Store) -> tuple[Spot, Spot]:
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        made = build_two_streets(connection)
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def plain(spots: tuple[Spot, Spot], store: StoreSettings) -> Iterator[TestClient]:
    """A client nobody has signed in with."""
    settings = Settings(store=store, patience_s=0.0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


def asking(plain: TestClient, database: Store, role: str, division: str = "") -> Ask:
    """Return what asks as somebody in a browser."""
    cookie, csrf = session_for(database, role, division)
    headers = {"Cookie": f"wangge_session={cookie}", "X-CSRF-Token": csrf}

    def ask(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = plain.request(method, f"/api/v1/{path}", headers=headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    return ask


@pytest.fixture(scope="module")
def chief(plain: TestClient, database: Store) -> Ask:
    """An administrator of the whole record."""
    return asking(plain, database, "administrator")


@pytest.fixture(scope="module")
def local(plain: TestClient, database: Store, spots: tuple[Spot, Spot]) -> Ask:
    """An administrator of the near street."""
    return asking(plain, database, "administrator", spots[0].street)


def names_of(found: Any) -> list[str]:
    return [each["name"] for each in found["items"]]


def test_an_account_is_made_found_and_opened(chief: Ask, spots: Any) -> None:
    near, _ = spots
    wish = {"role": "planner", "division": near.community}
    asked = {"name": "zhang.gong", "display": " 张工 ", "grants": [wish]}
    made = chief("POST", "accounts", asked, 201)
    assert len(made.pop("password")) >= 20
    assert made["display"] == "张工"
    assert made["must_change_password"] is True
    (grant,) = made["grants"]
    assert grant["division_name"] == "城东社区"
    assert grant["by"].startswith("administrator")
    assert chief("GET", f"accounts/{made['id']}") == made
    assert names_of(chief("GET", "accounts?q=张")) == ["zhang.gong"]
    assert "zhang.gong" in names_of(chief("GET", "accounts?role=planner"))
    assert "zhang.gong" not in names_of(chief("GET", "accounts?state=locked"))
    chief("POST", "accounts", asked, 409)


def test_the_list_goes_on_page_by_page(chief: Ask, database: Store) -> None:
    for _ in range(3):
        account_for(database, "guest")
    whole = names_of(chief("GET", "accounts"))
    assert whole == sorted(whole)
    seen, after = [], ""
    while True:
        page = chief("GET", f"accounts?limit=2{after}")
        seen += names_of(page)
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == whole


def test_a_street_manages_its_own_people_only(
    chief: Ask, local: Ask, spots: Any, database: Store
) -> None:
    near, far = spots
    theirs = account_for(database, "planner", far.street)
    ours = account_for(database, "planner", near.community)
    assert chief("GET", f"accounts/{theirs}")["id"] == theirs
    local("GET", f"accounts/{theirs}", status=404)
    local("PATCH", f"accounts/{theirs}", {"state": "locked"}, 404)
    local("POST", f"accounts/{theirs}/password", status=404)
    assert local("GET", f"accounts/{ours}")["id"] == ours
    listed = {each["id"] for each in local("GET", "accounts")["items"]}
    assert ours in listed
    assert theirs not in listed


def test_nobody_gives_away_more_than_they_have(
    local: Ask, spots: Any, database: Store
) -> None:
    near, _ = spots
    ours = account_for(database, "guest", near.street)
    away = f"accounts/{ours}/grants"
    local("POST", away, {"role": "guest", "division": FAR_STREET}, 404)
    local("POST", away, {"role": "administrator", "division": ""}, 403)
    local("POST", away, {"role": "guest", "division": "000000"}, 404)
    local("POST", away, {"role": "reviewer", "division": near.community}, 201)
    held = {
        (g["role"], g["division"]) for g in local("GET", f"accounts/{ours}")["grants"]
    }
    assert held == {("guest", near.street), ("reviewer", near.community)}


def test_who_has_a_role_beyond_a_street_is_not_its_to_reset(
    chief: Ask, local: Ask, spots: Any, database: Store
) -> None:
    near, _ = spots
    boss = account_for(database, "administrator")
    wish = {"role": "guest", "division": near.street}
    grant = chief("POST", f"accounts/{boss}/grants", wish, 201)
    assert local("GET", f"accounts/{boss}")["id"] == boss
    local("POST", f"accounts/{boss}/password", status=403)
    local("PATCH", f"accounts/{boss}", {"state": "locked"}, 403)
    local("DELETE", f"accounts/{boss}/totp", status=403)
    whole = next(
        each["id"]
        for each in local("GET", f"accounts/{boss}")["grants"]
        if each["division"] == ""
    )
    local("DELETE", f"accounts/{boss}/grants/{whole}", status=403)
    local("DELETE", f"accounts/{boss}/grants/{grant['id']}", status=204)


def test_a_locked_account_is_out_with_its_tokens(
    chief: Ask, plain: TestClient, database: Store
) -> None:
    token = token_for(database, "guest")
    headers = {"Authorization": f"Bearer {token}"}
    assert plain.get("/api/v1/plans", headers=headers).status_code == 200
    found = chief("GET", "accounts?role=guest&limit=1000")["items"]
    newest = max(found, key=lambda each: each["id"])
    chief("PATCH", f"accounts/{newest['id']}", {"state": "locked"})
    assert plain.get("/api/v1/plans", headers=headers).status_code == 401
    chief("PATCH", f"accounts/{newest['id']}", {"state": "active"})
    assert plain.get("/api/v1/plans", headers=headers).status_code == 200


def test_nobody_shuts_themselves_out(plain: TestClient, database: Store) -> None:
    ask = asking(plain, database, "administrator")
    found = ask("GET", "accounts?role=administrator&limit=1000")["items"]
    mine = max(each["id"] for each in found)
    locking = ask("PATCH", f"accounts/{mine}", {"state": "locked"}, 409)
    resetting = ask("POST", f"accounts/{mine}/password", status=409)
    assert locking["code"] == resetting["code"] == "conflict"
    assert ask("GET", f"accounts/{mine}")["state"] == "active"


def test_the_last_administrator_stays(template: Store, plain: TestClient) -> None:
    """With others there it may go; alone it may not."""
    from data.accounts.managing import require_another_administrator
    from data.errors import ConflictError
    from tests.api.signing import at_the_door
    from tests.postgis import throw_away

    with throw_away(template, "one_chief", template=template.name) as store:
        first = account_for(store, "administrator")
        with at_the_door(store) as door, pytest.raises(ConflictError, match="last"):
            require_another_administrator(door, first)
        account_for(store, "administrator")
        with at_the_door(store) as door:
            require_another_administrator(door, first)


def test_tokens_are_told_once_and_made_by_people_only(
    chief: Ask, plain: TestClient, database: Store
) -> None:
    asked = {"name": "QGIS", "scopes": ["read"], "days": 30}
    made = chief("POST", "tokens", asked, 201)
    text = made.pop("token")
    assert text.startswith("wg_")
    assert made in chief("GET", "tokens")["items"]
    headers = {"Authorization": f"Bearer {text}"}
    assert plain.get("/api/v1/plans", headers=headers).status_code == 200
    # It may read only, and never make another.
    assert plain.get("/api/v1/accounts", headers=headers).status_code == 403
    more = plain.post("/api/v1/tokens", headers=headers, json=asked)
    assert more.status_code == 403
    chief("DELETE", f"tokens/{made['id']}", status=204)
    assert plain.get("/api/v1/plans", headers=headers).status_code == 401
    chief("DELETE", f"tokens/{made['id']}", status=404)


def test_tokens_of_others_are_for_who_manages_them(
    chief: Ask, local: Ask, database: Store, spots: Any
) -> None:
    _, far = spots
    token_for(database, "planner", far.street)
    found = chief("GET", "accounts?role=planner&limit=1000")["items"]
    whose = max(found, key=lambda each: each["id"])["id"]
    (token,) = chief("GET", f"tokens?account={whose}")["items"]
    local("GET", f"tokens?account={whose}", status=404)
    local("DELETE", f"tokens/{token['id']}", status=404)
    assert chief("GET", f"tokens?account={whose}")["items"] == [token]
    chief("DELETE", f"tokens/{token['id']}", status=204)
    assert chief("GET", f"tokens?account={whose}")["items"] == []


def test_the_log_says_in_words_what_was_done(chief: Ask, spots: Any) -> None:
    near, _ = spots
    wish = {"role": "reviewer", "division": near.street}
    asked = {"name": "told-in-log", "display": "李审核", "grants": [wish]}
    made = chief("POST", "accounts", asked, 201)
    chief("PATCH", f"accounts/{made['id']}", {"state": "locked"})
    lines = chief("GET", "audit?kind=write&limit=20")["items"]
    said = [line["sentence_zh"] for line in lines]
    assert "建立账号 李审核" in said
    assert "给 李审核 授予角色：审核员 · 济阳街道" in said
    assert "停用账号 李审核" in said
    assert any("gave 李审核 the role reviewer" in line["sentence_en"] for line in lines)
    assert lines == sorted(lines, key=lambda line: -line["id"])


def test_the_log_tells_a_street_of_itself_only(
    chief: Ask, plain: TestClient, database: Store, spots: Any
) -> None:
    near, far = spots
    for spot in (near, far):
        account = account_for(database, "guest")
        wish = {"role": "guest", "division": spot.street}
        chief("POST", f"accounts/{account}/grants", wish, 201)
    reader = asking(plain, database, "auditor", near.street)
    divisions = {each["division"] for each in reader("GET", "audit")["items"]}
    assert near.street in divisions
    assert not any((code or "x").startswith(far.street) for code in divisions)
    everything = {each["division"] for each in chief("GET", "audit")["items"]}
    assert far.street in everything


def test_the_log_comes_as_a_table_without_formulas(
    chief: Ask, plain: TestClient, database: Store
) -> None:
    asked = {"name": "formula", "display": "=1+1", "grants": []}
    chief("POST", "accounts", asked, 201)
    cookie, _ = session_for(database, "auditor")
    headers = {"Cookie": f"wangge_session={cookie}"}
    answer = plain.get("/api/v1/audit?format=csv", headers=headers)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "人员", "操作"]
    assert len(rows) > 5
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)


def test_a_moment_without_a_zone_is_refused(chief: Ask) -> None:
    refused = chief("GET", "audit?since=2026-11-22T00:00:00", status=400)
    assert (refused["code"], "since" in refused["detail_en"]) == (
        "invalid_parameter",
        True,
    )
    number = chief("GET", "audit?since=0.5", status=400)
    assert number["code"] == "invalid_parameter"
    since = chief("GET", "audit?since=2026-11-22T00:00:00%2B08:00")["items"]
    until = chief("GET", "audit?until=2026-11-22T00:00:00%2B08:00")["items"]
    assert (len(since) > 0, until) == (True, [])
