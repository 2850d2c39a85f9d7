"""Every question to the record has its answer, page by page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient
from shapely import get_coordinates
from shapely.geometry import shape
from sqlalchemy import Engine, text

from tests.api.town import BARE, DEVICE, DISTRICT, EAST, STREET, WEST, Town

pytestmark = pytest.mark.postgis

API = "/api/v1"
FIRST, SECOND = f"{EAST}001", f"{EAST}002"


def get(client: TestClient, path: str, **query: object) -> Any:
    answer = client.get(f"{API}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(collection: dict[str, Any], name: str = "code") -> list[Any]:
    return [feature["properties"][name] for feature in collection["features"]]


# --- divisions


def test_divisions_are_listed_below_their_parent(client: TestClient) -> None:
    found = get(client, "/divisions", parent=STREET, on="2026-06-01")["items"]
    assert [(d["code"], d["planned"]) for d in found] == [
        (EAST, 1),
        (WEST, 0),
        (BARE, 0),
    ]
    assert found[0]["bbox"] == [117, 36, 117.004, 36.001]
    assert found[2]["bbox"] is None
    (street,) = get(client, "/divisions", level="street", on="2026-06-01")["items"]
    assert (street["communities"], street["planned"]) == (3, 1)


def test_under_follows_the_tree(client: TestClient) -> None:
    for under, count in ((DISTRICT, 5), (STREET, 4), (EAST, 1), ("370116", 0)):
        assert len(get(client, "/divisions", under=under)["items"]) == count


def test_a_division_tells_what_lies_above_and_in_it(client: TestClient) -> None:
    answer = client.get(f"{API}/divisions/{EAST}", params={"on": "2026-06-01"})
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert shape(found["geometry"]).bounds == (117, 36, 117.004, 36.001)
    assert [a["code"] for a in found["properties"]["ancestors"]] == [DISTRICT, STREET]
    assert found["properties"]["figures"] == {
        "grids": {"resident": 2, "exclusive": 0, "reserved": 0},
        "households": 400,
        "out_of_band": 0,
        "devices": 1,
        "spaces": 1,
    }


def test_before_the_first_plan_there_was_no_grid(client: TestClient) -> None:
    found = get(client, f"/divisions/{STREET}", on="2024-12-31")["properties"]
    assert found["figures"]["grids"]["resident"] == 0
    assert found["planned"] == 0


def test_the_days_of_change_are_listed(client: TestClient) -> None:
    assert get(client, f"/divisions/{DISTRICT}/dates")["items"] == [
        {"date": "2025-01-01", "plans": 1},
        {"date": "2026-01-01", "plans": 1},
    ]


# --- plans


def test_a_day_has_the_plan_that_was_in_force(client: TestClient, town: Town) -> None:
    for day, expected in (
        ("2024-12-31", []),
        ("2025-01-01", [town.past]),
        ("2025-12-31", [town.past]),
        ("2026-01-01", [town.now]),
        ("2099-01-01", [town.now]),
    ):
        found = get(client, "/plans", on=day)["items"]
        assert [plan["id"] for plan in found] == expected


def test_without_a_day_every_plan_is_listed(client: TestClient, town: Town) -> None:
    found = get(client, "/plans")["items"]
    assert [plan["id"] for plan in found] == [town.past, town.now, town.draft]
    drafts = get(client, "/plans", status="draft", under=STREET)["items"]
    assert [plan["id"] for plan in drafts] == [town.draft]
    assert drafts[0]["households"] == 400


def test_a_plan_has_its_row_version_as_tag(client: TestClient, town: Town) -> None:
    answer = client.get(f"{API}/plans/{town.now}")
    version = answer.json()["row_version"]
    assert answer.headers["etag"] == f'"{town.now}-{version}"'
    for part in ("", "/cells", "/seams"):
        again = client.get(
            f"{API}/plans/{town.now}{part}",
            headers={"If-None-Match": answer.headers["etag"]},
        )
        assert (again.status_code, again.content) == (304, b"")


def test_the_parts_of_a_plan_fit_together(client: TestClient, town: Town) -> None:
    base = f"/plans/{town.now}"
    grids = get(client, f"{base}/grids")
    assert codes(grids) == [FIRST, SECOND]
    assert [g["properties"]["devices"] for g in grids["features"]] == [1, 0]
    cells = get(client, f"{base}/cells")
    assert codes(cells, "grid") == [FIRST, FIRST, SECOND, SECOND]
    (seam,) = get(client, f"{base}/seams")["features"]
    assert (seam["properties"]["left"], seam["properties"]["right"]) == (FIRST, SECOND)
    buildings = get(client, f"{base}/buildings")["features"]
    assert [b["properties"]["address"] for b in buildings][:2] == [
        "幸福路61号3号楼",
        "",
    ]


def test_geometry_of_a_plan_comes_with_every_bit(
    client: TestClient, town: Town, engine: Engine
) -> None:
    with engine.connect() as connection:
        stored = connection.execute(
            text(
                "select g.code, st_x(p.geom) as x, st_y(p.geom) as y "
                "from grid g, st_dumppoints(g.geom) p where plan = :plan"
            ),
            {"plan": town.now},
        ).all()
    grids = get(client, f"/plans/{town.now}/grids")["features"]
    for grid in grids:
        code = grid["properties"]["code"]
        kept = {(row.x, row.y) for row in stored if row.code == code}
        assert set(map(tuple, get_coordinates(shape(grid["geometry"])))) == kept


def test_rings_turn_as_geojson_has_them(client: TestClient, town: Town) -> None:
    for grid in get(client, f"/plans/{town.now}/grids")["features"]:
        assert shape(grid["geometry"]).exterior.is_ccw


# --- grids


def test_grids_of_a_day(client: TestClient, town: Town) -> None:
    assert codes(get(client, "/grids", on="2024-01-01")) == []
    now = get(client, "/grids", on="2026-06-01", under=STREET)
    assert codes(now) == [FIRST, SECOND]
    assert codes(now, "plan") == [town.now, town.now]
    assert codes(get(client, "/grids", on="2025-06-01"), "plan") == [town.past] * 2


def test_drafts_stand_in_only_where_no_plan_is_in_force(
    client: TestClient, town: Town
) -> None:
    found = get(client, "/grids", on="2026-06-01", drafts=True)
    assert codes(found, "plan") == [town.now] * 2 + [town.draft] * 2


def test_grids_are_filtered(client: TestClient) -> None:
    day = {"on": "2026-06-01"}
    assert codes(get(client, "/grids", type="reserved", **day)) == []
    assert codes(get(client, "/grids", in_band=False, **day)) == []
    assert len(codes(get(client, "/grids", in_band=True, **day))) == 2
    at_a_point = get(client, "/grids", bbox="117.001,36.0005,117.001,36.0005", **day)
    assert codes(at_a_point) == [FIRST]
    assert codes(get(client, "/grids", bbox="118,36,119,37", **day)) == []


def test_a_grid_is_found_by_code_and_day(client: TestClient, town: Town) -> None:
    found = get(client, f"/grids/{FIRST}", on="2025-06-01")
    assert found["properties"]["plan"] == town.past
    assert found["properties"]["number"] == "001"
    answer = client.get(f"{API}/grids/{FIRST}", params={"on": "2024-06-01"})
    assert answer.status_code == 404
    assert "2024-06-01" in answer.json()["detail_en"]


# --- places


@pytest.mark.parametrize(
    ("noun", "count"),
    [
        ("spaces", 1),
        ("devices", 1),
        ("buildings", 2),
        ("compounds", 1),
        ("sites", 1),
        ("streets", 2),
        ("barriers", 1),
        ("gates", 1),
    ],
)
def test_places_are_listed_and_filtered(
    noun: str, count: int, client: TestClient
) -> None:
    owned = count - (noun == "streets")  # one street belongs to no division
    day = {"on": "2026-06-01"}
    assert len(get(client, f"/{noun}", **day)["features"]) == count
    assert len(get(client, f"/{noun}", under=STREET, **day)["features"]) == owned
    assert get(client, f"/{noun}", under=BARE, **day)["features"] == []
    near = get(client, f"/{noun}", bbox="117,36,117.001,36.001", **day)
    assert len(near["features"]) == count
    assert get(client, f"/{noun}", bbox="118,36,119,37", **day)["features"] == []
    assert len(get(client, f"/{noun}", grid=FIRST, **day)["features"]) == count
    assert get(client, f"/{noun}", grid=SECOND, **day)["features"] == []


def test_kind_is_the_class_of_a_street_and_the_use_of_a_building(
    client: TestClient,
) -> None:
    for noun, kind in (
        ("streets", "primary"),
        ("buildings", "apartments"),
        ("sites", "school"),
        ("devices", "camera"),
    ):
        assert len(get(client, f"/{noun}", kind=kind)["features"]) == 1
        assert get(client, f"/{noun}", kind="none")["features"] == []
    assert client.get(f"{API}/gates", params={"kind": "none"}).status_code == 400


def test_a_place_knows_its_grid_of_the_day(client: TestClient) -> None:
    (now,) = get(client, "/devices", on="2026-06-01")["features"]
    assert now["properties"]["grid"] == FIRST
    assert now["properties"]["code"] == DEVICE
    (before,) = get(client, "/devices", on="2024-06-01")["features"]
    assert before["properties"]["grid"] is None


# --- pages of lists


@pytest.mark.parametrize(
    "path", ["/divisions", "/plans", "/plans/{now}/cells", "/grids", "/buildings"]
)
def test_pages_hold_every_row_once_and_in_order(
    path: str, client: TestClient, town: Town
) -> None:
    path = path.format(now=town.now)
    whole = get(client, path)
    rows = whole.get("items", whole.get("features"))
    seen: list[Any] = []
    address: str | None = f"{API}{path}?limit=1"
    while address is not None:
        answer = client.get(address)
        page = answer.json()
        (row,) = page.get("items", page.get("features"))
        seen.append(row)
        link = answer.links.get("next")
        address = None if link is None else link["url"]
        assert (page["next"] is None) == (address is None)
    assert seen == rows
    assert len(rows) > 1
    assert all(a != b for a, b in pairwise(rows))


@pytest.mark.parametrize(
    "cursor",
    ["x", "WzFd", "W10", "bnVsbA", "WyJhIl0=", "WyJcdTAwMDAiLDFd", "é", "[" * 400],
)
def test_a_cursor_nobody_gave_out_is_refused(cursor: str, client: TestClient) -> None:
    answer = client.get(f"{API}/plans", params={"after": cursor})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_parameter"


# --- search


def test_search_finds_by_initials(client: TestClient) -> None:
    found = get(client, "/search", q="cqhy")["items"]
    assert (found[0]["kind"], found[0]["name"]) == ("compound", "重庆花园")
    assert found[0]["matched"] == "initials"
    assert get(client, "/search", q="cqhy", under=WEST)["items"] == []


# --- asking again


@pytest.mark.parametrize(
    "path", ["/divisions", f"/divisions/{EAST}", "/grids", "/devices", "/search?q=xf"]
)
def test_what_did_not_change_is_not_sent_again(path: str, client: TestClient) -> None:
    first = client.get(f"{API}{path}")
    tag = first.headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get(f"{API}{path}", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get(f"{API}{path}", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["/plans/99", "/plans/99/grids", "/plans/99/cells", "/divisions/370199"]
)
def test_what_is_not_there_is_said(path: str, client: TestClient) -> None:
    answer = client.get(f"{API}{path}")
    assert answer.status_code == 404
    assert "99" in answer.json()["detail_zh"]


# --- certificate


def test_a_plan_is_proven_from_the_record(client: TestClient, town: Town) -> None:
    answer = client.get(f"{API}/plans/{town.now}/certificate")
    found = answer.json()
    assert found["plan"] == town.now
    assert {check["code"] for check in found["checks"]} == {
        *("seamless", "connected", "households", "bounds", "seams", "codes")
    }
    (households,) = [c for c in found["checks"] if c["code"] == "households"]
    assert households["ok"] is True
    assert households["short_en"] == "400 = 400"
    again = client.get(f"{API}/plans/{town.now}/certificate")
    assert again.json()["checked"] == found["checked"]
    known = {"If-None-Match": answer.headers["etag"]}
    same = client.get(f"{API}/plans/{town.now}/certificate", headers=known)
    assert same.status_code == 304


def test_a_draft_that_changed_is_proven_again(
    client: TestClient, town: Town, engine: Engine
) -> None:
    path = f"{API}/plans/{town.draft}/certificate"
    before = client.get(path).json()
    with engine.begin() as connection:
        connection.execute(
            text("update grid set households = 199 where plan = :plan and code = :c"),
            {"plan": town.draft, "c": f"{WEST}001"},
        )
    after = client.get(path).json()
    assert after["row_version"] > before["row_version"]
    (households,) = [c for c in after["checks"] if c["code"] == "households"]
    assert households["ok"] is False
    with engine.begin() as connection:
        connection.execute(
            text("update grid set households = 200 where plan = :plan and code = :c"),
            {"plan": town.draft, "c": f"{WEST}001"},
        )
