"""Features leave the service as they are in the record, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from data.queries.collections import COLLECTIONS
from tests.api.ogc.test_query import ATTACKS
from tests.data.records import COMMUNITY, fill

pytestmark = pytest.mark.postgis

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    answer = client.get(f"/ogc/collections/{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


def codes(found: Any) -> list[str]:
    return [feature["properties"]["code"] for feature in found["features"]]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_gives_features_each_found_by_its_id(
    client: TestClient, name: str
) -> None:
    answer = client.get(f"/ogc/collections/{name}/items")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    found = answer.json()
    assert found["numberReturned"] == len(found["features"]) > 0
    assert "numberMatched" not in found
    for feature in found["features"]:
        assert set(feature["properties"]) == set(COLLECTIONS[name].properties)
        one = get(client, f"{name}/items/{feature['id']}")
        assert {link["rel"] for link in one.pop("links")} == {"self", "collection"}
        assert one == feature


def test_chinese_text_and_positions_are_intact(client: TestClient) -> None:
    (street,) = get(client, "streets/items", name="经十路")["features"]
    assert street["properties"]["class"] == "primary"
    assert street["geometry"]["coordinates"] == [[116, 36.0005], [118, 36.0005]]


def test_pages_follow_one_another_without_a_gap_or_a_repeat(
    client: TestClient, engine: Engine
) -> None:
    row = "(community, code, kind, geom) values (:c, :code, 'k', st_point(0, 0, 4326))"
    with engine.begin() as connection:
        rows = [{"c": COMMUNITY, "code": f"page{n:03d}"} for n in range(23)]
        connection.execute(text(f"insert into device {row}"), rows)
    where = "/ogc/collections/devices/items?limit=5&bbox=-1,-1,1,1"
    seen: list[str] = []
    pages = 0
    while where:
        page = client.get(where).json()
        seen += codes(page)
        pages += 1
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        where = following[0] if following else ""
    assert seen == [f"page{n:03d}" for n in range(23)]
    assert pages == 5
    with engine.begin() as connection:
        connection.execute(text("delete from device where code like 'page%'"))


def test_a_full_last_page_has_no_next(client: TestClient) -> None:
    page = get(client, "grids/items", limit=2)
    assert page["numberReturned"] == 2
    assert "next" not in {link["rel"] for link in page["links"]}


def test_a_box_keeps_what_touches_it(client: TestClient) -> None:
    west = get(client, "grids/items", bbox="117.0001,36,117.0002,36.0001")
    assert codes(west) == [f"{COMMUNITY}001"]
    both = get(client, "grids/items", bbox="117.0001,36,117.0039,36.0001")
    assert len(codes(both)) == 2
    assert codes(get(client, "grids/items", bbox="0,0,1,1")) == []


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-01-01", True),
        ("2025-12-31", False),
        ("2025-12-31T16:00:00Z", True),
        ("../2025-12-31", False),
        ("2025-01-01/2026-01-01", True),
        ("2025-01-01/..", True),
    ],
)
@pytest.mark.parametrize("name", ["grids", "cells", "seams"])
def test_what_plans_made_is_there_while_they_are_in_force(
    client: TestClient, name: str, when: str, there: bool
) -> None:
    assert bool(get(client, f"{name}/items", datetime=when)["features"]) is there


def test_what_has_no_date_is_there_at_any(client: TestClient) -> None:
    assert get(client, "buildings/items", datetime="1990-01-01")["features"]


def test_properties_are_compared_for_equality(client: TestClient) -> None:
    assert len(codes(get(client, "grids/items", households=200, in_band="true"))) == 2
    assert codes(get(client, "grids/items", households=201)) == []
    assert codes(get(client, "grids/items", households=-(10**25))) == []
    assert codes(get(client, "grids/items", name="' or ''='")) == []
    assert codes(get(client, "buildings/items", address="经十路1号", floors=6)) == [
        "b1"
    ]


def test_a_draft_is_not_public(client: TestClient, engine: Engine) -> None:
    other = "370115001009"
    with engine.begin() as connection:
        draft = fill(connection, community=other).plan
    for name, identity in (("grids", f"{draft}.{other}001"), ("cells", f"{draft}.0")):
        assert get(client, f"{name}/items/{identity}", 404)["code"] == "not_found"
        every = get(client, f"{name}/items", datetime="1900-01-01/..", plan=draft)
        assert every["features"] == []
    assert (
        get(client, "seams/items", plan=draft, datetime="../2999-01-01")["features"]
        == []
    )
    with engine.begin() as connection:
        connection.execute(text("delete from plan where id = :p"), {"p": draft})


# --- guards


@pytest.mark.parametrize("query", ATTACKS)
def test_an_attack_by_name_is_a_problem_400(client: TestClient, query: str) -> None:
    answer = client.get(f"/ogc/collections/grids/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unknown_parameter"


@pytest.mark.parametrize(
    "name",
    [
        *("plan", "plan_edit", "job", "pg_catalog.pg_roles", "pg_roles", "Grids"),
        *("grid", "import_row", "information_schema.tables", "grids;", "grids'"),
    ],
)
@pytest.mark.parametrize("rest", ["", "/items", "/items/1", "/queryables", "/tiles"])
def test_nothing_beside_the_registry_exists(
    client: TestClient, name: str, rest: str
) -> None:
    answer = client.get(f"/ogc/collections/{name}{rest}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize(
    "identity",
    ["x", "1.2.3", "0", "-1", "1 or 1=1", "99999999999999999999", "1%00", "1'", "x."],
)
@pytest.mark.parametrize("name", ["devices", "grids", "divisions", "cells"])
def test_an_id_that_is_none_is_not_found(
    client: TestClient, name: str, identity: str
) -> None:
    assert get(client, f"{name}/items/{identity}", 404)["code"] == "not_found"


def test_the_service_reads_as_the_web_role_within_its_time(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str, str]] = []

    def look(connection: Any, *_: Any) -> None:
        query = (
            "select current_user, current_setting('transaction_read_only'), "
            "current_setting('statement_timeout')"
        )
        seen.append(tuple(connection.execute(text(query)).one()))
        raise LookupError

    monkeypatch.setattr("api.ogc.items.find_features", look)
    quiet = TestClient(
        client.app, raise_server_exceptions=False, headers=dict(client.headers)
    )
    assert quiet.get("/ogc/collections/grids/items").status_code == 500
    assert seen == [("wangge_whole", "on", "10s")]
