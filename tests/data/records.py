"""A street with one community, four cells in a row, and a plan of two grids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geoalchemy2.shape import from_shape
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.models import (
    Base,
    Building,
    Cell,
    CellBuilding,
    CellSet,
    Division,
    Grid,
    Plan,
    PlanCell,
    PlanEdit,
    Seam,
    Stairwell,
)

STREET = "370115001"
COMMUNITY = "370115001002"
CELLS = 4
SIDE = 0.001


@dataclass(frozen=True)
class Record:
    """Numbers of what was put in."""

    cell_set: int
    plan: int


def stored(shape: BaseGeometry) -> object:
    return from_shape(shape, srid=4326)


def square(number: int) -> BaseGeometry:
    return box(117 + number * SIDE, 36, 117 + (number + 1) * SIDE, 36 + SIDE)


def fill(
    connection: Connection, *, version: int = 1, community: str = COMMUNITY
) -> Record:
    """Put in the community with a sealed set and a whole draft of two grids."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        for code, parent, level in (
            (STREET, None, "street"),
            (community, STREET, "community"),
        ):
            if session.get(Division, code) is None:
                name = "城东社区" if level == "community" else "济阳街道"
                add(session, Division(code=code, parent=parent, level=level, name=name))
        cells = cell_set(session, community)
        plan = draft(session, cells, version=version, community=community)
        session.commit()
        return Record(cells, plan)


def add(session: Session, *rows: Base) -> None:
    session.add_all(rows)
    session.flush()


def cell_set(
    session: Session, community: str = COMMUNITY, *, sealed: bool = True
) -> int:
    """Add four cells of 100 households; `households` of a cell is on one building."""
    made = CellSet(
        community=community,
        name="城东社区",
        digest="0" * 64,
        metric_crs="EPSG:4548",
        geom=stored(box(117, 36, 117 + CELLS * SIDE, 36 + SIDE)),
    )
    add(session, made)
    for number in range(CELLS):
        shape = square(number)
        add(
            session,
            Cell(
                cell_set=made.id,
                number=number,
                households=100,
                buildings=1,
                block=0,
                compound=-1,
                kind="resident",
                geom=stored(shape),
            ),
            CellBuilding(
                cell_set=made.id,
                code=f"b{number}",
                cell=number,
                households=100,
                estimated=False,
                floors=6.0,
                use="",
                straddles=False,
                geom=stored(shape.representative_point()),
            ),
        )
    made.sealed = sealed
    session.flush()
    return made.id


def draft(
    session: Session, cells: int, *, version: int = 1, community: str = COMMUNITY
) -> int:
    """Add a draft: cells 0 and 1 in the first grid, 2 and 3 in the second."""
    plan = Plan(community=community, cell_set=cells, version=version, low=150, high=500)
    add(session, plan)
    for half in range(2):
        add(session, grid(plan.id, f"{community}{half + 1:03d}", half))
    for number in range(CELLS):
        code = f"{community}{number // 2 + 1:03d}"
        add(session, PlanCell(plan=plan.id, cell=number, cell_set=cells, grid=code))
    side = LineString([(117 + 2 * SIDE, 36), (117 + 2 * SIDE, 36 + SIDE)])
    add(
        session,
        Seam(
            plan=plan.id,
            left_grid=f"{community}001",
            right_grid=f"{community}002",
            kind="street",
            length_m=111.0,
            geom=stored(side),
        ),
        PlanEdit(
            plan=plan.id,
            number=1,
            operation="draw",
            actor="planner",
            parameters={},
            inverse={},
        ),
    )
    return plan.id


def grid(plan: int, code: str, half: int = 0) -> Grid:
    left = 117 + 2 * half * SIDE
    return Grid(
        plan=plan,
        code=code,
        name=f"城东社区第{code[-3:]}网格",
        type="resident",
        households=200,
        buildings=2,
        estimated=0,
        area_m2=19_980.0,
        compactness=0.7,
        street_share=1.0,
        in_band=True,
        color=half,
        geom=stored(box(left, 36, left + 2 * SIDE, 36 + SIDE)),
    )


def house(session: Session, community: str = COMMUNITY) -> int:
    """Add a building of two stairwells to the register."""
    made = Building(
        community=community, code="b0", households=24, geom=stored(square(0))
    )
    add(session, made)
    for number in (1, 2):
        add(
            session,
            Stairwell(building=made.id, number=number, geom=stored(Point(117, 36))),
        )
    return made.id


def publish(connection: Connection, plan: int, *, since: str = "2026-01-01") -> None:
    """Publish a plan, and let the checks at the end of a transaction run now."""
    connection.execute(
        text("update plan set status = 'published', effective_from = :d where id = :p"),
        {"d": date.fromisoformat(since), "p": plan},
    )
    connection.execute(text("set constraints all immediate"))
    connection.execute(text("set constraints all deferred"))
