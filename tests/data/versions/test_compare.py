"""Two plans of the record side by side, and old grids over one of them."""

from __future__ import annotations

import io

import pytest
import shapely
from geopandas import GeoDataFrame
from openpyxl import load_workbook
from shapely import Point, box
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from data.editing import Actor, Terms, apply_edit, hold_plan
from data.errors import ConflictError, ImportFormatError
from data.models import Device
from data.versions.compare import (
    compare,
    crosswalk_of_plans,
    shares,
    to_features,
    usual_matching,
)
from data.versions.drafts import copy_plan
from data.versions.legacy import (
    delete_legacy,
    legacy_grids,
    legacy_of_geojson,
    list_legacy,
    require_same_community,
    store_legacy,
)
from data.versions.tables import crosswalk_table, moves_table, to_csv, to_xlsx
from gis.edits import EditError
from tests.data.records import COMMUNITY, SIDE, Record, add, fill, square, stored
from tests.data.versions.conftest import PLANNER, Act

pytestmark = pytest.mark.postgis

FIRST, SECOND = f"{COMMUNITY}001", f"{COMMUNITY}002"
LI = Actor(PLANNER, "李工")


@pytest.fixture
def draft(connection: Connection, record: Record, act: Act) -> int:
    """A copy of the plan in force, cell 1 of four given to the second grid."""
    act(PLANNER)
    copy = copy_plan(connection, record.plan, name="一", actor="李工")
    given = {"cells": [1], "to": SECOND}
    apply_edit(connection, hold_plan(connection, copy), "reassign", given, Terms(LI))
    return copy


def devices(connection: Connection, *cells: int) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        for number, cell in enumerate(cells):
            spot = stored(square(cell).centroid)
            code = f"3701150010132600{number:04d}"
            row = Device(community=COMMUNITY, code=code, kind="camera", geom=spot)
            add(session, row)
        session.commit()


def test_who_moves_is_told_with_their_devices(
    connection: Connection, record: Record, draft: int
) -> None:
    """RULES 003-11: what moves is counted in buildings and adds up."""
    devices(connection, 0, 1, 1, 3)
    found = compare(connection, record.plan, draft)
    assert (found.households, found.households_moved, found.matching) == (
        400,
        100,
        "code",
    )
    (row,) = found.moves.to_dict("records")
    assert (row["former"], row["grid"]) == (FIRST, SECOND)
    assert (row["households"], row["buildings"], row["devices"]) == (100, 1, 2)
    assert row["spaces"] == 0


def test_the_map_has_seams_that_go_and_come_and_the_ground_that_moves(
    connection: Connection, record: Record, draft: int
) -> None:
    found = compare(connection, record.plan, draft)
    lon = {
        feature["properties"]["state"]: shapely.geometry.shape(feature["geometry"])
        for feature in to_features(found.seams)
    }
    assert lon["old"].centroid.x == pytest.approx(117 + 2 * SIDE, abs=1e-6)
    assert lon["new"].centroid.x == pytest.approx(117 + SIDE, abs=1e-6)
    (ground,) = to_features(found.moved)
    shape = shapely.geometry.shape(ground["geometry"])
    assert shape.symmetric_difference(square(1)).area < 1e-10
    assert ground["properties"] == {
        "former": FIRST,
        "grid": SECOND,
        "households": 100,
    }


def test_plans_on_other_cells_are_compared_by_ground(
    connection: Connection, record: Record, act: Act
) -> None:
    act(PLANNER)
    copy = copy_plan(connection, record.plan, name="一", actor="李工")
    middle = 117 + 0.5 * SIDE
    line = [[middle, 35.9999], [middle, 36 + SIDE + 0.0001]]
    cut = {"grid": FIRST, "line": line, "buildings": "through"}
    apply_edit(connection, hold_plan(connection, copy), "split_by_line", cut, Terms(LI))
    found = compare(connection, record.plan, copy)
    assert (found.grids_before, found.grids_after) == (2, 3)
    assert len(found.added) == 1
    assert len(found.moves) == 1
    shape = found.moved.geometry.iloc[0]
    west = box(117, 36, middle, 36 + SIDE)
    east = box(middle, 36, 117 + 2 * SIDE, 36 + SIDE)
    moved = min((west, east), key=lambda part: part.symmetric_difference(shape).area)
    assert moved.symmetric_difference(shape).area < 1e-9


def test_plans_that_were_not_made_from_one_another_go_by_their_ground(
    connection: Connection, record: Record, draft: int
) -> None:
    alone = fill(connection, version=9).plan
    assert usual_matching(connection, record.plan, draft) == "code"
    assert usual_matching(connection, record.plan, alone) == "share"


def test_plans_of_two_communities_are_not_compared(
    connection: Connection, record: Record
) -> None:
    other = fill(connection, community=f"{COMMUNITY[:9]}007").plan
    with pytest.raises(EditError, match="one community"):
        compare(connection, record.plan, other)


def test_shares_of_each_grid_add_up_to_a_hundred(
    connection: Connection, record: Record, draft: int
) -> None:
    table = crosswalk_of_plans(connection, record.plan, draft)
    sums = table.groupby("legacy")[["area_percent", "household_percent"]].sum()
    assert (sums.round(6) == 100).all().all()
    rows = table[["legacy", "grid", "households", "household_percent"]]
    assert rows.to_numpy().tolist() == [
        [FIRST, FIRST, 100, 50.0],
        [FIRST, SECOND, 100, 50.0],
        [SECOND, SECOND, 200, 100.0],
    ]


def test_tables_open_in_excel_whatever_it_takes_them_for(
    connection: Connection, record: Record, draft: int
) -> None:
    found = compare(connection, record.plan, draft)
    for rows in (
        moves_table(found.moves),
        crosswalk_table(crosswalk_of_plans(connection, record.plan, draft)),
    ):
        body = to_csv(rows)
        assert body.startswith(b"\xef\xbb\xbf")
        # Saved again as "ANSI" on a Chinese Windows nothing is lost.
        body.decode("utf-8-sig").encode("gbk")
        sheet = load_workbook(io.BytesIO(to_xlsx(rows, title="对照"))).active
        assert sheet is not None
        assert [cell.value for cell in sheet[1]] == rows[0]
        assert sheet.max_row == len(rows)


def old_grids(*shapes: shapely.Geometry, names: tuple[str, ...] = ()) -> GeoDataFrame:
    codes = [f"综治-{n}" for n in range(1, len(shapes) + 1)]
    about = {"code": codes, "name": list(names or codes)}
    return GeoDataFrame(about, geometry=list(shapes), crs=4326)


def test_old_grids_say_where_their_households_go(
    connection: Connection, record: Record
) -> None:
    """RULES 003-04: shares of each old grid over the new ones sum to 100 %."""
    west = box(117, 36, 117 + SIDE, 36 + SIDE)
    middle = box(117 + SIDE, 36, 117 + 4 * SIDE, 36 + SIDE)
    layer = store_legacy(
        connection, old_grids(west, middle), community=COMMUNITY, name="综治 2019"
    )
    (row,) = list_legacy(connection, COMMUNITY)
    assert (row.id, row.name, row.grids) == (layer, "综治 2019", 2)
    found = shares(connection, record.plan, legacy_grids(connection, layer))
    sums = found.table.groupby("legacy")[["area_percent", "household_percent"]].sum()
    assert (sums.round(6) == 100).all().all()
    assert found.grids.to_numpy().tolist() == [
        ["综治-1", "综治-1", 100, FIRST, 100.0, 0],
        # Of 300 households 200 go to the second grid; 100 are displaced.
        ["综治-2", "综治-2", 300, SECOND, 66.7, 100],
    ]
    assert (found.covered, found.displaced) == (400, 100)


def test_old_grids_of_one_code_are_told_apart(
    connection: Connection, record: Record
) -> None:
    twice = old_grids(square(0), square(3)).assign(code="1", name="")
    layer = store_legacy(connection, twice, community=COMMUNITY, name="一")
    codes = legacy_grids(connection, layer)["code"].tolist()
    assert codes == ["1", "1-2"]
    found = shares(connection, record.plan, legacy_grids(connection, layer))
    assert found.grids["into"].tolist() == [FIRST, SECOND]


def test_old_grids_belong_to_a_community(
    connection: Connection, record: Record
) -> None:
    with pytest.raises(ImportFormatError, match="none of these grids touches"):
        store_legacy(
            connection, old_grids(box(1, 1, 2, 2)), community=COMMUNITY, name="一"
        )
    other = f"{COMMUNITY[:9]}007"
    plan = fill(connection, community=other).plan
    layer = store_legacy(
        connection, old_grids(square(0)), community=COMMUNITY, name="一"
    )
    with pytest.raises(ConflictError, match="of community"):
        require_same_community(connection, plan=plan, layer=layer)
    delete_legacy(connection, layer)
    assert list_legacy(connection, COMMUNITY) == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"type": "Feature"}, "no GeoJSON FeatureCollection"),
        ({"type": "FeatureCollection", "features": [{}] * 2001}, "more than 2000"),
        ({"type": "FeatureCollection", "features": []}, "no polygon"),
        (
            {
                "type": "FeatureCollection",
                "features": [
                    None,
                    {"geometry": {"type": "Polygon", "coordinates": "x"}},
                    {"geometry": {"type": "Point", "coordinates": [117, 36]}},
                ],
            },
            "no polygon",
        ),
        (
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "geometry": shapely.geometry.mapping(box(5e5, 4e6, 6e5, 5e6)),
                        "properties": {},
                    }
                ],
            },
            "not degrees",
        ),
    ],
)
def test_a_file_that_holds_no_old_grids_says_why(
    document: dict[str, object], why: str
) -> None:
    with pytest.raises(ImportFormatError, match=why):
        legacy_of_geojson(document)


def test_codes_and_names_are_found_under_the_usual_words() -> None:
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "geometry": shapely.geometry.mapping(square(number)),
                "properties": about,
            }
            for number, about in enumerate(
                ({"网格编号": "A1", "网格名称": "甲"}, {"CODE": 7}, None)
            )
        ],
    }
    frame = legacy_of_geojson(document)
    assert frame[["code", "name"]].to_numpy().tolist() == [
        ["A1", "甲"],
        ["7", ""],
        ["003", ""],
    ]
    assert frame.geometry.iloc[0].equals(square(0))
    assert not frame.contains(Point(117.0035, 36.0005)).any()
