"""What planners ask the register, row by row."""

from __future__ import annotations

import pytest
from shapely import LineString, Point
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.models import ActivitySpace, Device
from data.queries.registers import devices_by_grid, unused_rooms
from tests.data.records import COMMUNITY, SIDE, Record, add, fill, stored

pytestmark = pytest.mark.postgis


@pytest.fixture
def record(connection: Connection) -> Record:
    return fill(connection)


def room(
    connection: Connection, name: str, area: float | None, used: bool | None
) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        made = ActivitySpace(
            community=COMMUNITY,
            kind="居民活动室",
            name=name,
            area_m2=area,
            origin="架空层",
            in_use=used,
            geom=stored(Point(117, 36)),
        )
        add(session, made)
        session.commit()


def test_000_05_a_room_of_30_square_metres_is_one_and_of_29_9_is_none(
    connection: Connection, record: Record
) -> None:
    room(connection, "三十", 30.0, False)
    room(connection, "不足", 29.9, False)
    assert [row["name"] for row in unused_rooms(connection)] == ["三十"]


def test_000_06_rooms_to_use_are_the_free_ones_of_a_known_area(
    connection: Connection, record: Record
) -> None:
    room(connection, "大", 120.0, False)
    room(connection, "小", 40.0, False)
    room(connection, "在用", 80.0, True)
    room(connection, "不详", 80.0, None)
    room(connection, "未量", None, False)
    found = unused_rooms(connection)
    assert [(row["name"], row["kind"], row["origin"]) for row in found] == [
        ("大", "居民活动室", "架空层"),
        ("小", "居民活动室", "架空层"),
    ]
    assert unused_rooms(connection, under="999") == []


def test_a_device_on_a_seam_counts_once(connection: Connection, record: Record) -> None:
    seam = LineString([(117 + 2 * SIDE, 36), (117 + 2 * SIDE, 36 + SIDE)])
    places = [Point(117.0001, 36.0001), seam.interpolate(0.5, normalized=True)]
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        for number, place in enumerate(places):
            code = f"3701150101132700000{number}"
            add(
                session,
                Device(
                    community=COMMUNITY, code=code, kind="camera", geom=stored(place)
                ),
            )
        session.commit()
    assert devices_by_grid(connection, [record.plan]) == {f"{COMMUNITY}001": 2}
    connection.execute(text("delete from device"))
    assert devices_by_grid(connection, [record.plan]) == {}
