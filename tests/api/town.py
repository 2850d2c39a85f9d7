"""A street with three communities: one planned twice, one drafted, one bare.

`EAST` has a plan in force from 2025 to 2026 and another since; `WEST` has a draft; the
third has no plan. In `EAST` there is one of each thing the register keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString, Point, box
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.models import (
    ActivitySpace,
    Barrier,
    Building,
    Compound,
    Device,
    Division,
    Gate,
    Site,
    Street,
)
from data.queries.search import index_names
from tests.data.records import COMMUNITY, STREET, add, fill, publish, stored

__all__ = ["BARE", "DEVICE", "DISTRICT", "EAST", "STREET", "WEST", "Town", "build_town"]

DISTRICT = STREET[:6]
EAST = COMMUNITY
WEST = f"{STREET}003"
BARE = f"{STREET}004"
DEVICE = "37011500101326000001"


@dataclass(frozen=True)
class Town:
    """Numbers of the plans."""

    past: int
    now: int
    draft: int


def build_town(connection: Connection) -> Town:
    """Write the town; the plans have two grids of 200 households each."""
    past = fill(connection).plan
    now = fill(connection, version=2).plan
    draft = fill(connection, community=WEST).plan
    publish(connection, past, since="2025-01-01")
    connection.execute(
        text("update plan set effective_to = '2026-01-01' where id = :plan"),
        {"plan": past},
    )
    publish(connection, now, since="2026-01-01")
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        _add_tree(session)
        _add_register(session)
        session.commit()
    for division in (DISTRICT, STREET, EAST, WEST, BARE):
        index_names(connection, division)
    return Town(past, now, draft)


def _add_tree(session: Session) -> None:
    add(session, Division(code=DISTRICT, level="district", name="济阳区"))
    street = session.get_one(Division, STREET)
    street.parent = DISTRICT
    area = stored(box(117, 36, 117.004, 36.001))
    session.get_one(Division, EAST).geom = area
    bare = Division(code=BARE, parent=STREET, level="community", name="城北社区")
    add(session, bare)


def _add_register(session: Session) -> None:
    square = stored(box(117.0001, 36.0001, 117.0009, 36.0009))
    spot = stored(Point(117.0005, 36.0005))
    line = stored(LineString([(117, 36), (117.001, 36)]))
    compound = Compound(community=EAST, name="重庆花园", kind="commodity", geom=square)
    add(session, compound)
    add(
        session,
        Building(
            community=EAST,
            code="b0",
            compound=compound.id,
            compound_name="重庆花园",
            households=100,
            floors=6,
            height_m=18.5,
            units=2,
            use="apartments",
            address="幸福路61号3号楼",
            geom=square,
        ),
        Building(community=EAST, code="b1", households=0, geom=spot),
        Gate(compound=compound.id, name="东门", geom=spot),
        Street(division=EAST, road_class="residential", name="幸福路", geom=line),
        Street(division=None, road_class="primary", geom=line),
        Barrier(division=EAST, kind="river", name="澄波河", geom=line),
        Site(community=EAST, kind="school", name="幸福小学", geom=square),
        ActivitySpace(
            community=EAST, kind="居民活动室", name="银龄", area_m2=60, geom=spot
        ),
        Device(community=EAST, code=DEVICE, kind="camera", name="东门", geom=spot),
    )
