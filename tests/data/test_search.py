"""Search finds a place by what people type, best first."""

from __future__ import annotations

import pytest
from shapely import LineString, Point, box
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.models import ActivitySpace, Building, Compound, Device, Site, Street
from data.queries.search import Hit, index_names, search_names
from tests.data.records import COMMUNITY, STREET, add, fill, stored

pytestmark = pytest.mark.postgis


@pytest.fixture
def filled(connection: Connection) -> Connection:
    fill(connection)
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        square = stored(box(117, 36, 117.001, 36.001))
        spot = stored(Point(117.0005, 36.0005))
        add(
            session,
            Compound(community=COMMUNITY, name="重庆花园", geom=square),
            Site(community=COMMUNITY, name="幸福小学", kind="school", geom=square),
            Street(
                division=COMMUNITY,
                name="幸福路",
                road_class="residential",
                geom=stored(LineString([(117, 36), (117.001, 36)])),
            ),
            Street(
                division=COMMUNITY,
                name="幸福路",
                road_class="residential",
                geom=stored(LineString([(117.001, 36), (117.002, 36)])),
            ),
            Building(
                community=COMMUNITY,
                code="b9",
                households=24,
                address="幸福路61号3号楼",
                compound_name="重庆花园",
                geom=square,
            ),
            Building(community=COMMUNITY, code="b8", households=0, geom=square),
            ActivitySpace(
                community=COMMUNITY, kind="居民活动室", name="100%_室", geom=spot
            ),
            Device(
                community=COMMUNITY,
                code="37011501011326000001",
                kind="camera",
                name="东门摄像机",
                geom=spot,
            ),
        )
        session.commit()
    index_names(connection, COMMUNITY)
    return connection


def names(hits: list[Hit]) -> list[str]:
    return [hit.name for hit in hits]


@pytest.mark.parametrize(
    ("typed", "name", "matched"),
    [
        (COMMUNITY, "城东社区", "code"),
        ("370115001", "济阳街道", "code"),
        ("37011501011326", "东门摄像机", "code"),
        ("城东社区", "城东社区", "name"),
        ("幸福小", "幸福小学", "name"),
        ("cqhy", "重庆花园", "initials"),
        ("CQ", "重庆花园", "initials"),
        ("zqhy", "重庆花园", "inside"),
        ("chongqing", "重庆花园", "pinyin"),
        ("chong qing", "重庆花园", "pinyin"),
        ("zhongqing", "重庆花园", "inside"),
        ("花园", "重庆花园", "inside"),
        ("园", "重庆花园", "inside"),
        ("６１号", "幸福路61号3号楼", "inside"),
        ("幸福 3号楼", "幸福路61号3号楼", "inside"),
        ("东门摄像机", "东门摄像机", "name"),
        ("%_", "100%_室", "inside"),
    ],
)
def test_it_is_found_first(
    typed: str, name: str, matched: str, filled: Connection
) -> None:
    hits = search_names(filled, typed)
    assert (hits[0].name, hits[0].matched) == (name, matched)


def test_the_better_match_and_the_fewer_kind_come_first(filled: Connection) -> None:
    found = names(search_names(filled, "幸福"))
    assert found == ["幸福路", "幸福小学", "幸福路61号3号楼"]
    assert names(search_names(filled, "重庆花园")) == ["重庆花园", "幸福路61号3号楼"]


def test_half_a_code_finds_grids_before_buildings(filled: Connection) -> None:
    with Session(filled, join_transaction_mode="create_savepoint") as session:
        for number in range(150):
            add(
                session,
                Building(
                    community=COMMUNITY,
                    code=f"{COMMUNITY}00{number:03d}",
                    address=f"{number}号",
                    households=0,
                    geom=stored(Point(117, 36)),
                ),
            )
        session.commit()
    index_names(filled, COMMUNITY)
    kinds = [hit.kind for hit in search_names(filled, COMMUNITY, limit=5)]
    assert kinds == ["division", "grid", "grid", "building", "building"]


def test_a_street_of_many_pieces_is_found_once_with_all_of_it(
    filled: Connection,
) -> None:
    (street,) = [hit for hit in search_names(filled, "幸福路") if hit.kind == "street"]
    assert street.bbox == [117, 36, 117.002, 36]
    assert street.lat == 36


@pytest.mark.parametrize("typed", ["", "  ", "没有", "%", "_", "\\", "'", "zzzz", "🙂"])
def test_what_is_nowhere_is_not_found(typed: str, filled: Connection) -> None:
    assert "城东社区" not in names(search_names(filled, typed))


def test_only_what_lies_under_a_division_is_found(filled: Connection) -> None:
    assert names(search_names(filled, "花园", under=STREET)) != []
    assert names(search_names(filled, "花园", under=COMMUNITY)) != []
    assert names(search_names(filled, "花园", under="370116")) == []


def test_no_more_are_given_than_asked_for(filled: Connection) -> None:
    assert len(search_names(filled, "幸福", limit=2)) == 2


def test_grids_and_where_a_place_lies_are_told(filled: Connection) -> None:
    (hit,) = search_names(filled, f"{COMMUNITY}001")
    assert (hit.kind, hit.detail) == ("grid", "城东社区")
    (community,) = search_names(filled, "城东社区", limit=1)
    assert community.detail == "济阳街道"


def test_indexing_again_forgets_what_is_gone(filled: Connection) -> None:
    before = index_names(filled, COMMUNITY)
    filled.execute(text("delete from compound where name = '重庆花园'"))
    assert index_names(filled, COMMUNITY) == before - 1
    assert names(search_names(filled, "cqhy")) == []
