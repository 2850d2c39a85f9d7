"""Every role at every door: who comes in, who is refused, who is told of nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.accounts.roles import ALLOWED, Permission, Role
from data.accounts.sessions import open_session
from data.accounts.tokens import make_token
from data.cluster import WEB, Store
from data.engine import door, working
from data.settings import StoreSettings
from data.uploads.keeping import add_part, begin_upload, end_upload
from maps.public import public_files
from tests.api.doors import DOORS, RIGHTS, SQUARE, Door, Needs, routes_of
from tests.api.signing import account_for, at_the_door
from tests.api.two_streets import Spot, build_two_streets

pytestmark = pytest.mark.postgis

NOBODY = "nobody"
WHOLE = "administrator of everything"
ROLES = tuple(RIGHTS)


@dataclass(frozen=True)
class House:
    """The application with two streets, and everybody who knocks.

    `near` and `far` are what addresses are made of; `uploads` who has sent which file.
    """

    client: TestClient
    near: dict[str, Any]
    far: dict[str, Any]
    headers: Mapping[str, dict[str, str]]
    uploads: Mapping[str, int]


STAYS = {"nothing": False}
"""Once the house is furnished, nothing that is done in it stays."""


@contextmanager
def undone(
    opens: Callable[..., AbstractContextManager[Connection]],
    *arguments: Any,
    **options: Any,
) -> Iterator[Connection]:
    """Give a transaction of the application that is never kept."""

    class UndoError(Exception):
        pass

    try:
        with opens(*arguments, **options) as opened:
            yield opened
            if STAYS["nothing"]:
                raise UndoError
    except UndoError:
        pass


@pytest.fixture(scope="module")
def nothing_stays() -> Iterator[None]:
    """Undo what the doors do: each role finds the record as the first one did."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if not name.startswith(("api.", "data.accounts.")):
                continue
            for opens in (door, working):
                if vars(module).get(opens.__name__) is opens:
                    patch.setattr(module, opens.__name__, partial(undone, opens))
        yield
    STAYS["nothing"] = False


@pytest.fixture(scope="module")
def app(database: Store, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    sheets = tmp_path_factory.mktemp("sheets")
    (sheets / "sheet.html").write_text("<title>小城</title>", encoding="utf-8")
    url = database.url(user=WEB).render_as_string(hide_password=False)
    store = StoreSettings(database_url=url)
    return create_app(Settings(store=store, pages=Path(sheets), patience_s=0.0))


@pytest.fixture(scope="module")
def house(app: FastAPI, database: Store, nothing_stays: None) -> Iterator[House]:
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        streets = build_two_streets(connection)
    places = dict.fromkeys(ROLES, streets[0].street) | {WHOLE: ""}
    headers: dict[str, dict[str, str]] = {NOBODY: {}}
    uploads: dict[str, int] = {}
    for who, place in places.items():
        role = "administrator" if who == WHOLE else who
        account = account_for(database, role, place)
        with at_the_door(database) as opened:
            made = open_session(opened, account)
        headers[who] = {
            "Cookie": f"wangge_session={made.cookie}",
            "X-CSRF-Token": made.csrf,
        }
        with engine.begin() as connection:
            uploads[who] = file_of(connection, account, streets[0])
    with TestClient(app, raise_server_exceptions=False) as client:
        near, far = (
            furnished(client, headers[WHOLE], database, spot) for spot in streets
        )
        # Streams of events say hello and end.
        app.state.live.close()
        STAYS["nothing"] = True
        yield House(client, near, far, headers, uploads)
    engine.dispose()


def furnished(
    client: TestClient, headers: dict[str, str], database: Store, spot: Spot
) -> dict[str, Any]:
    """Put one of each thing into a street, and return what addresses are made of."""

    def post(path: str, body: Any) -> Any:
        answer = client.post(f"/api/v1/{path}", headers=headers, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    account = account_for(database, "guest", spot.street)
    with at_the_door(database) as opened:
        token = make_token(opened, account, name="x", scopes=[Permission.READ]).id
        session = open_session(opened, account).id
    grant = post(
        f"accounts/{account}/grants",
        {"role": "handler", "division": spot.community},
    )
    layer = post(f"divisions/{spot.community}/legacy?name=旧", SQUARE)
    comment = post(f"plans/{spot.plan}/comments", {"body": "看一看"})
    job = post("jobs", {"division": spot.community})
    return {
        **spot.values,
        "account": account,
        "token": token,
        "session": session,
        "grant": grant["id"],
        "layer": layer["id"],
        "comment": comment["id"],
        "job": job["id"],
    }


def file_of(connection: Connection, account: int, spot: Spot) -> int:
    """Keep a file that somebody sent for a street; returns its number."""
    number = begin_upload(
        connection, name="a.geojson", division=spot.community, account=account
    )
    add_part(connection, number, 0, b'{"type": "FeatureCollection"}')
    end_upload(connection, number, "0" * 64)
    return number


def test_every_route_is_in_the_table_and_the_other_way_round(app: FastAPI) -> None:
    assert sorted(set(routes_of(app)) ^ set(DOORS)) == []


def test_what_roles_may_do_is_what_was_promised() -> None:
    assert {str(role): set(ALLOWED[role]) for role in Role} == RIGHTS


def expected(door: Door, who: str, *, near: bool) -> tuple[int, ...]:
    """Return the answers somebody may get."""
    if door.needs is Needs.NOTHING:
        return door.ok
    if who == NOBODY:
        return (303,) if door.needs in (Needs.PAGE, Needs.OFFICE) else (401,)
    if door.needs in (Needs.ACCOUNT, Needs.PAGE):
        return door.ok
    role = "administrator" if who == WHOLE else who
    rights = RIGHTS[role]
    if door.needs is Needs.OFFICE:
        return door.ok if rights & {"manage_accounts", "read_audit"} else (403,)
    assert isinstance(door.needs, str)
    if door.everywhere and who != WHOLE:
        return (403,)
    if door.needs not in rights and (door.shut or door.unseen):
        return (403,) if door.shut else (404,)
    if not door.list:
        out_of_sight = not near and who != WHOLE
        if out_of_sight or (door.draft and "read_drafts" not in rights):
            return (404,)
    return door.ok if door.needs in rights else (403,)


def knock(house: House, route: str, door: Door, who: str, *, near: bool) -> int:
    """Knock at a door as somebody, for what lies in a street; returns the status."""
    spot = house.near if near else house.far
    method, _, path = route.partition(" ")
    mine = house.uploads.get(who, 0) if near else house.uploads[WHOLE]
    values = {**spot, "upload": mine, "digest": public_files().digest}
    for name, value in door.where.items():
        path = path.replace("{" + name + "}", value).replace(
            "{" + name + ":path}", value
        )
    address = path.format(**values)
    if door.query:
        address += "?" + door.query.format(**values)
    body = {} if door.body is None else {"json": filled(door.body, values)}
    if door.raw is not None:
        body = {"content": door.raw}
    more = {name: value.format(**values) for name, value in door.headers.items()}
    STAYS["nothing"] = not door.stays
    answer = house.client.request(
        method,
        address,
        headers={**house.headers[who], **more},
        follow_redirects=False,
        **body,
    )
    STAYS["nothing"] = True
    return answer.status_code


def filled(body: Any, values: Mapping[str, Any]) -> Any:
    """Return a body with the names of a street in it: "{community}" is its code."""
    if isinstance(body, dict):
        return {key: filled(value, values) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, values) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return values[body[1:-1]]
    return body


FEW = (NOBODY, WHOLE, "administrator", "planner", "reviewer", "auditor", "commander")
FEW += ("grid_member",)
"""One of each kind: the others have the rights of a grid member, no more."""
FAR = (NOBODY, WHOLE, "administrator", "planner", "grid_member")
EVERYBODY = (NOBODY, WHOLE, *ROLES)
WHO = [
    pytest.param((FEW, FAR), id="few"),
    pytest.param((EVERYBODY, EVERYBODY), id="all", marks=pytest.mark.full),
]


@pytest.mark.parametrize("who_knocks", WHO)
@pytest.mark.parametrize("route", DOORS)
def test_the_door_opens_to_whom_it_should(
    house: House, route: str, who_knocks: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    door = DOORS[route]
    wrong = []
    for near, knocking in zip((True, False), who_knocks, strict=True):
        for who in knocking:
            status = knock(house, route, door, who, near=near)
            right = expected(door, who, near=near)
            if status not in right:
                where = "near" if near else "far"
                wrong.append(f"{who}, {where}: {status} instead of {right}")
    assert "\n".join(wrong) == ""


LISTS = [route for route, door in DOORS.items() if door.list and "tiles" not in route]


@pytest.mark.parametrize("route", LISTS)
def test_no_list_tells_of_another_street(house: House, route: str) -> None:
    method, _, path = route.partition(" ")
    if method != "GET" or "{" in path.replace("{name}", ""):
        pytest.skip("no list of its own")
    address = path.replace("{name}", "grids") + "?" + DOORS[route].query
    for role in ("planner", "grid_member"):
        answer = house.client.get(address.rstrip("?"), headers=house.headers[role])
        assert house.far["street"] not in answer.text, role
