"""Giving one building to another grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box

from gis.adjacency import SegmentTable
from gis.edits.attributes import lock
from gis.edits.cellsets import CellColumns, build_cell_set
from gis.edits.draft import Buildings, Draft, draft_of
from gis.edits.refusals import EditError, LockedError
from gis.edits.samples import CORNER
from gis.edits.single import give_building
from gis.partition import Partition
from gis.plan import build_plan

X, Y = CORNER


def draft_with(homes: list[shapely.Polygon], households: list[int]) -> Draft:
    """Cells of 200 by 100 m and 100 by 100 m, grid each; all homes in the first."""
    wide = shapely.segmentize(box(X, Y, X + 200, Y + 100), 10)
    narrow = shapely.segmentize(box(X + 200, Y, X + 300, Y + 100), 10)
    n, none = len(homes), np.full(2, -1, np.int32)
    load = np.array(households, np.int64)
    shapes = np.array([shapely.transform(h, lambda xy: xy + CORNER) for h in homes])
    cells = build_cell_set(
        np.array([wide, narrow], object),
        CellColumns(np.arange(2, dtype=np.int32), none, np.zeros(2, np.int8), none),
        code="",
        name="试验社区",
        kinds=SegmentTable(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int8)),
        members=np.arange(n),
        member_cell=np.zeros(n, np.int32),
        households=load,
        straddles=np.zeros(n, bool),
    )
    names = tuple(f"{k + 1}号楼" for k in range(n))
    buildings = Buildings(names, shapely.centroid(shapes), load, shapes)
    parts = Partition(np.array([0, 1], np.int32), np.zeros(2, np.int8), ())
    plan = build_plan(cells, parts, crs=4548)
    return draft_of(plan, buildings, low=300, high=500, crs=4548)


HOMES = [box(20, 30, 50, 70), box(90, 30, 110, 70), box(150, 30, 180, 70)]


def test_the_cell_is_cut_around_the_building_only() -> None:
    draft = draft_with(HOMES, [100, 200, 300])
    edit = give_building(draft, 2, "002")
    assert edit.plan.households.tolist() == [300, 300]
    assert [m.households for m in edit.moves] == [300]
    assert edit.cut == {0: (0, 2)}
    seam = shapely.intersection(*edit.plan.outlines)
    assert shapely.distance(seam, shapely.Point(X + 130, Y + 50)) < 1
    assert shapely.coverage_is_valid(edit.plan.cell_set.polygons)


def test_a_building_that_would_not_touch_its_new_grid_is_refused() -> None:
    with pytest.raises(EditError) as caught:
        give_building(draft_with(HOMES, [100, 200, 300]), 0, "002")
    assert caught.value.code == "not_in_one_piece"


def test_buildings_on_one_spot_cannot_be_parted() -> None:
    draft = draft_with([HOMES[2], HOMES[2]], [100, 200])
    with pytest.raises(EditError) as caught:
        give_building(draft, 0, "002")
    assert caught.value.code == "building_not_apart"
    assert caught.value.buildings == ("1号楼", "2号楼")


def test_unknown_buildings_and_locked_grids_are_refused() -> None:
    draft = draft_with(HOMES, [100, 200, 300])
    with pytest.raises(EditError) as caught:
        give_building(draft, 9, "002")
    assert caught.value.code == "unknown_building"
    with pytest.raises(LockedError):
        give_building(lock(draft, ["002"]).plan, 2, "002")


def test_a_building_alone_in_its_cell_takes_the_cell_along() -> None:
    draft = draft_with(HOMES[2:], [300])
    edit = give_building(draft, 0, "002", remove_emptied=True)
    assert edit.plan.cell_set is draft.cell_set
    assert edit.operation == "give_building"
    assert edit.removed == ("001",)
