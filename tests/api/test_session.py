"""Coming in and going out: passwords, sessions, tokens, the second factor, waits."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.accounts.passwords import invent
from data.accounts.patience import FREE_BY_NAME, LONGEST_WAIT_S
from data.accounts.people import add_account, give_role, set_locked, take_role
from data.accounts.roles import Permission, Role
from data.accounts.tokens import make_token, revoke_token
from data.cluster import Store
from data.settings import StoreSettings
from tests.api.signing import at_the_door, bearer, token_for
from tests.api.town import EAST, STREET, Town

pytestmark = pytest.mark.postgis

PASSWORD = "seven swans over the ford"
SESSION = "/api/v1/session"
GRIDS = "/api/v1/grids"


@pytest.fixture(scope="module")
def app(town: Town, store: StoreSettings) -> Iterator[FastAPI]:
    made = create_app(Settings(store=store, patience_s=0.0))
    with TestClient(made):
        yield made


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    """A visitor nobody has come in with."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture(scope="module")
def owner(database: Store) -> Engine:
    return create_engine(database.url(), poolclass=NullPool)


@pytest.fixture
def account(database: Store, request: pytest.FixtureRequest) -> tuple[int, str]:
    """A planner of one street with a name of their own."""
    with at_the_door(database) as opened:
        name = f"p{opened.scalar(text('select count(*) from account'))}"
        number = add_account(opened, name, password=PASSWORD, must_change=False)
        give_role(opened, number, Role.planner, STREET)
    return number, name


def come_in(
    visitor: TestClient, name: str, password: str = PASSWORD, **more: str
) -> Any:
    return visitor.post(SESSION, json={"name": name, "password": password, **more})


def twin(visitor: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": visitor.cookies["wangge_csrf"]}


# --- the door


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/grids", "/api/v1/plans/1", "/api/v1/tiles/base/3/0/0.mvt"),
        *("/api/v1/session", "/api/v1/audit", "/ogc/collections", "/metrics"),
        *("/api/v1/sheets", "/ogc/tiles/WebMercatorQuad/3/0/0"),
    ],
)
def test_nobody_reads_data_without_coming_in(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"].split()[0] in ("Bearer", "Basic")


@pytest.mark.parametrize("path", ["/plan", "/plan?at=1&lang=en", "/sheets/", "/admin"])
def test_a_page_leads_to_the_log_in_and_back(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where.startswith("/login?next=%2F")


def test_a_page_never_leads_to_another_machine(visitor: TestClient) -> None:
    for path in ("//evil.example/plan", "/\\evil.example/plan"):
        answer = visitor.get(f"http://testserver{path}")
        assert "evil" not in answer.headers.get("location", "").split("next=")[0]
        assert "next=%2F%2F" not in answer.headers.get("location", "")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/login"])
def test_what_everybody_may_open_stays_open(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 200


# --- by password


def test_coming_in_sets_a_session_that_scripts_cannot_read(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    answer = come_in(visitor, account[1].upper())
    assert answer.status_code == 201
    body = answer.json()
    assert (body["account"], body["name"]) == account
    assert body["grants"][0]["division"] == STREET
    assert body["grants"][0]["division_name"] == "济阳街道"
    assert "edit_plan" in body["permissions"]
    cookies = {
        line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")
    }
    assert "HttpOnly" in cookies["wangge_session"]
    assert "HttpOnly" not in cookies["wangge_csrf"]
    for line in cookies.values():
        assert "SameSite=lax" in line
        assert "Path=/" in line
        assert "Secure" not in line  # this one came by plain HTTP
    assert visitor.get(GRIDS).status_code == 200
    assert visitor.get(SESSION).json()["csrf"] == body["csrf"]
    assert "no-store" in answer.headers["cache-control"]


def test_over_https_the_cookies_stay_there(
    app: FastAPI, account: tuple[int, str]
) -> None:
    secure = TestClient(app, base_url="https://testserver")
    lines = come_in(secure, account[1]).headers.get_list("set-cookie")
    assert all("Secure" in line for line in lines)


def test_16_5_1_unknown_names_and_wrong_passwords_are_answered_alike(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    wrong = come_in(visitor, account[1], "not the password")
    nobody = come_in(visitor, "nobody-at-all", "not the password")
    assert wrong.status_code == nobody.status_code == 401
    kept = ("code", "detail", "title")
    assert [wrong.json()[k] for k in kept] == [nobody.json()[k] for k in kept]


def test_a_session_is_new_each_time_and_the_former_ends(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    visitor.cookies.set(
        "wangge_session", "slipped-in", domain="testserver.local", path="/"
    )
    come_in(visitor, account[1])
    first = visitor.cookies["wangge_session"]
    assert first != "slipped-in"
    come_in(visitor, account[1])
    second = visitor.cookies["wangge_session"]
    assert first != second
    old = TestClient(visitor.app, cookies={"wangge_session": first})
    assert old.get(GRIDS).status_code == 401


def test_14_3_1_going_out_ends_the_session_on_the_server_too(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    come_in(visitor, account[1])
    kept = visitor.cookies["wangge_session"]
    answer = visitor.delete(SESSION, headers=twin(visitor))
    assert answer.status_code == 204
    assert "storage" in answer.headers["clear-site-data"]
    assert "wangge_session" not in visitor.cookies
    again = TestClient(visitor.app, cookies={"wangge_session": kept})
    assert again.get(GRIDS).status_code == 401


@pytest.mark.parametrize("what", ["seen", "expires"])
def test_a_session_ends_when_idle_and_at_the_latest(
    visitor: TestClient, account: tuple[int, str], owner: Engine, what: str
) -> None:
    come_in(visitor, account[1])
    with owner.begin() as connection:
        connection.execute(
            text(f"update web_session set {what} = now() - interval '3 hours'")
        )
    assert visitor.get(GRIDS).status_code == 401


def test_secrets_are_kept_as_hashes_only(
    visitor: TestClient, account: tuple[int, str], owner: Engine, database: Store
) -> None:
    come_in(visitor, account[1])
    token = token_for(database, "guest")
    with owner.connect() as connection:
        kept = str(connection.execute(text("select * from web_session")).all())
        kept += str(connection.execute(text("select * from api_token")).all())
        password = connection.scalar(
            text("select password from account_secret where account = :a"),
            {"a": account[0]},
        )
    for secret in (*visitor.cookies.values(), token):
        assert secret not in kept
    assert password.startswith("$argon2id$")


# --- writes by cookie


def test_a_write_by_cookie_needs_its_twin(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    come_in(visitor, account[1])
    for headers in ({}, {"X-CSRF-Token": "guessed"}):
        answer = visitor.delete("/api/v1/sessions", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert visitor.delete("/api/v1/sessions", headers=twin(visitor)).status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_that_began_elsewhere_is_refused_and_so_is_a_log_in(
    visitor: TestClient, account: tuple[int, str], headers: dict[str, str]
) -> None:
    body = {"name": account[1], "password": PASSWORD}
    answer = visitor.post(SESSION, json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    come_in(visitor, account[1])
    answer = visitor.delete("/api/v1/sessions", headers={**twin(visitor), **headers})
    assert answer.status_code == 403


def test_a_log_in_takes_json_alone(
    visitor: TestClient, account: tuple[int, str]
) -> None:
    body = f'{{"name": "{account[1]}", "password": "{PASSWORD}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = visitor.post(SESSION, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 422


# --- too many tries


def test_2_4_1_who_tries_too_often_waits_longer_each_time(
    visitor: TestClient, account: tuple[int, str], owner: Engine
) -> None:
    for _ in range(FREE_BY_NAME):
        assert come_in(visitor, account[1], "wrong wrong wrong").status_code == 401
    first = come_in(visitor, account[1])
    assert (first.status_code, first.json()["code"]) == (429, "too_many_tries")
    wait = int(first.headers["retry-after"])
    assert 0 < wait <= 16
    assert str(wait) in first.json()["detail_en"]
    let_pass(owner, account[1])
    assert come_in(visitor, account[1], "wrong wrong wrong").status_code == 401
    second = int(come_in(visitor, account[1]).headers["retry-after"])
    assert wait < second <= LONGEST_WAIT_S
    let_pass(owner, account[1])
    assert come_in(visitor, account[1]).status_code == 201
    assert come_in(visitor, account[1], "wrong wrong wrong").status_code == 401
    assert come_in(visitor, account[1]).status_code == 201


def let_pass(owner: Engine, name: str) -> None:
    """Do what waiting does."""
    with owner.begin() as connection:
        connection.execute(
            text("update login_failure set until = now() where key = :key"),
            {"key": f"name:{name}"},
        )


def test_an_address_that_tries_many_names_waits_too(
    visitor: TestClient, account: tuple[int, str], owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.execute(
            text(
                "insert into login_failure values ('address:testclient', 60, now(), "
                "now() + interval '5 minutes') on conflict (key) do update "
                "set failures = 60, until = excluded.until"
            )
        )
    assert come_in(visitor, account[1]).status_code == 429
    with owner.begin() as connection:
        connection.execute(text("delete from login_failure"))
    assert come_in(visitor, account[1]).status_code == 201


def test_a_locked_account_is_told_so_only_by_its_password(
    visitor: TestClient, account: tuple[int, str], database: Store
) -> None:
    come_in(visitor, account[1])
    with at_the_door(database) as opened:
        set_locked(opened, account[0], locked=True)
    assert visitor.get(GRIDS).status_code == 401
    assert come_in(visitor, account[1], "a wrong one").json()["code"] == "wrong_login"
    assert come_in(visitor, account[1]).json()["code"] == "account_locked"


# --- passwords


@pytest.mark.parametrize(
    "password",
    [
        *("short", "p" * 30, "administrator", "qwertyuiop123"),
        *("wangge12345678", "12345678901234", "planner-x-2026!"[:11]),
    ],
)
def test_a_weak_password_is_refused(
    visitor: TestClient, account: tuple[int, str], password: str
) -> None:
    come_in(visitor, account[1])
    change = {"old": PASSWORD, "new": password}
    answer = visitor.post(f"{SESSION}/password", json=change, headers=twin(visitor))
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")


def test_the_name_with_digits_is_no_password() -> None:
    from data.accounts.errors import WeakPasswordError
    from data.accounts.passwords import require_good

    with pytest.raises(WeakPasswordError, match="name"):
        require_good("Lin.Zhixia-2026", name="lin.zhixia")
    require_good("一句自己好记的话胜过乱码", name="lin")
    require_good(invent(), name="lin")


def test_a_change_of_password_ends_every_other_session(
    app: FastAPI, account: tuple[int, str]
) -> None:
    here, there = TestClient(app), TestClient(app)
    for each in (here, there):
        come_in(each, account[1])
    before = here.cookies["wangge_session"]
    wrong = here.post(
        f"{SESSION}/password",
        json={"old": "no idea", "new": "another sentence to keep"},
        headers=twin(here),
    )
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    change = {"old": PASSWORD, "new": "another sentence to keep"}
    done = here.post(f"{SESSION}/password", json=change, headers=twin(here))
    assert done.status_code == 200
    assert done.json()["csrf"] == here.cookies["wangge_csrf"]
    assert here.cookies["wangge_session"] != before
    assert here.get(GRIDS).status_code == 200
    assert there.get(GRIDS).status_code == 401
    assert come_in(there, account[1]).status_code == 401


def test_a_password_that_another_set_has_to_be_changed_first(
    visitor: TestClient, database: Store
) -> None:
    with at_the_door(database) as opened:
        number = add_account(opened, "newcomer", password=PASSWORD)
        give_role(opened, number, Role.guest)
    body = come_in(visitor, "newcomer").json()
    assert body["must_change_password"] is True
    refused = visitor.get(GRIDS)
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "must_change_password",
    )
    assert visitor.get("/plan").headers["location"].startswith("/login")
    assert visitor.get(SESSION).status_code == 200
    change = {"old": PASSWORD, "new": "my own long sentence"}
    visitor.post(f"{SESSION}/password", json=change, headers=twin(visitor))
    assert visitor.get(GRIDS).status_code == 200


# --- the second factor


def test_with_a_second_factor_the_password_alone_is_not_enough(
    visitor: TestClient, account: tuple[int, str], owner: Engine
) -> None:
    come_in(visitor, account[1])
    own = {"password": PASSWORD}
    made = visitor.post(f"{SESSION}/totp", json=own, headers=twin(visitor)).json()
    assert made["uri"].startswith("otpauth://totp/")
    assert made["qr"].startswith("M")
    assert made["qr_size"] >= 21
    assert come_in(visitor, account[1]).status_code == 201  # not yet on
    codes = pyotp.TOTP(made["secret"])
    wrong = visitor.put(f"{SESSION}/totp", json={"code": "x"}, headers=twin(visitor))
    assert wrong.json()["code"] == "wrong_code"
    on = visitor.put(
        f"{SESSION}/totp", json={"code": codes.now()}, headers=twin(visitor)
    )
    recovery = on.json()["recovery"]
    assert len(set(recovery)) == 10
    assert come_in(visitor, account[1]).json()["code"] == "code_needed"
    assert come_in(visitor, account[1], code="000000").json()["code"] == "wrong_code"
    # The code that turned it on was used; none is taken twice.
    again = come_in(visitor, account[1], code=codes.now())
    assert again.json()["code"] == "wrong_code"
    with owner.begin() as connection:
        connection.execute(text("update account_secret set totp_step = 0"))
    assert come_in(visitor, account[1], code=codes.now()).status_code == 201
    assert come_in(visitor, account[1], code=recovery[0]).status_code == 201
    assert come_in(visitor, account[1], code=recovery[0]).status_code == 401
    with owner.begin() as connection:
        connection.execute(text("delete from login_failure"))
    assert come_in(visitor, account[1], code=recovery[1].upper()).status_code == 201
    off = visitor.request("DELETE", f"{SESSION}/totp", json=own, headers=twin(visitor))
    assert off.status_code == 204
    assert come_in(visitor, account[1]).status_code == 201


# --- tokens


def test_a_token_comes_as_bearer_or_as_the_password_of_basic(
    visitor: TestClient, database: Store
) -> None:
    token = token_for(database, "guest")
    pair = base64.b64encode(f"anybody:{token}".encode()).decode()
    for header in (f"Bearer {token}", f"Basic {pair}"):
        answer = visitor.get("/ogc/collections", headers={"Authorization": header})
        assert answer.status_code == 200
    for header in ("Bearer wg_none", "Basic !!", "Basic eA==", "Digest x", "Bearer"):
        answer = visitor.get(GRIDS, headers={"Authorization": header})
        assert answer.status_code == 401, header


def test_a_token_does_no_more_than_its_scopes(
    visitor: TestClient, database: Store, town: Town
) -> None:
    reads = frozenset({Permission.READ})
    narrow = bearer(token_for(database, "administrator", scopes=reads))
    wide = bearer(token_for(database, "administrator"))
    draft = f"/api/v1/plans/{town.draft}"
    assert visitor.get(draft, headers=wide).status_code == 200
    assert visitor.get(draft, headers=narrow).status_code == 404
    assert visitor.get("/metrics", headers=narrow).status_code == 403
    body = visitor.get(SESSION, headers=narrow).json()
    assert body["permissions"] == ["read"]
    assert body["token"]["name"] == "test"
    none = bearer(token_for(database, "guest", scopes=frozenset({Permission.EXPORT})))
    assert visitor.get(GRIDS, headers=none).json()["features"] == []


def test_a_token_ends_when_it_is_revoked_or_old(
    visitor: TestClient, database: Store, owner: Engine
) -> None:
    with at_the_door(database) as opened:
        number = add_account(opened, "machine")
        give_role(opened, number, Role.guest)
        tokens = [
            make_token(
                opened,
                number,
                name="x",
                scopes=[Permission.READ],
                valid=timedelta(days=1),
            )
            for _ in range(2)
        ]
    headers = [bearer(made.token) for made in tokens]
    assert [visitor.get(GRIDS, headers=h).status_code for h in headers] == [200, 200]
    with at_the_door(database) as opened:
        revoke_token(opened, number, tokens[0].id)
    with owner.begin() as connection:
        connection.execute(
            text("update api_token set expires = now() where id = :id"),
            {"id": tokens[1].id},
        )
    assert [visitor.get(GRIDS, headers=h).status_code for h in headers] == [401, 401]


# --- at once, and noted


def test_8_3_2_a_grant_taken_away_ends_at_once(
    visitor: TestClient, account: tuple[int, str], owner: Engine, database: Store
) -> None:
    come_in(visitor, account[1])
    assert visitor.get(f"/api/v1/divisions/{EAST}").status_code == 200
    with owner.connect() as connection:
        grant = connection.scalar(
            text("select id from role_grant where account = :a"), {"a": account[0]}
        )
    with at_the_door(database) as opened:
        take_role(opened, account[0], grant)
    assert visitor.get(f"/api/v1/divisions/{EAST}").status_code == 404


def test_16_3_2_log_ins_and_refusals_are_noted_with_their_address(
    visitor: TestClient, account: tuple[int, str], owner: Engine
) -> None:
    come_in(visitor, account[1], "wrong wrong wrong")
    come_in(visitor, account[1])
    refused = visitor.get("/metrics")
    assert refused.status_code == 403
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "select kind, action, account, address, request from audit "
                "where actor = :name order by id"
            ),
            {"name": account[1]},
        ).all()
    deeds = [(row.kind, row.action) for row in rows]
    assert ("login", "login_failed") in deeds
    assert ("login", "login") in deeds
    assert ("refusal", "forbidden") in deeds
    assert {row.address for row in rows} == {"testclient"}
    assert rows[-1].account == account[0]
    assert rows[-1].request == refused.headers["x-request-id"]
    assert not any(PASSWORD in str(row) for row in rows)
