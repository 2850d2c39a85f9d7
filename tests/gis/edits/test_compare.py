"""Two plans side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from shapely import LineString

from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import renumber
from gis.edits.compare import compare_plans
from gis.edits.draft import Draft
from gis.edits.lines import draw_grid, split_by_line
from gis.edits.refusals import EditError
from gis.edits.samples import CORNER, row_draft

X, Y = CORNER


def three() -> Draft:
    return row_draft([150, 150, 100, 300, 350], [0, 0, 0, 1, 2])


def test_a_plan_does_not_differ_from_itself() -> None:
    found = compare_plans(three(), three())
    assert found.moves.empty
    assert found.households_moved == 0
    assert found.seams[["state", "length_m"]].to_numpy().tolist() == [["kept", 200]]


def test_who_moves_is_told_from_grid_to_grid() -> None:
    """RULES 003-11: the households of the rows add up to those of the community."""
    draft = three()
    edit = reassign(draft, [2], draft.codes[1])
    found = compare_plans(draft, edit.plan)
    (row,) = found.moves.to_dict("records")
    assert (row["former"], row["grid"]) == draft.codes[:2]
    assert (row["households"], row["buildings"], row["area_m2"]) == (100, 1, 10_000)
    assert found.ground["households"].sum() == 1050
    assert found.ground["area_m2"].sum() == 50_000
    states = found.seams.set_index("state")["length_m"].to_dict()
    assert states == {"old": 100, "new": 100, "kept": 100}


def test_plans_on_other_cells_are_compared_by_ground() -> None:
    draft = three()
    line = LineString([(X + 170, Y - 9), (X + 170, Y + 109)])
    edit = split_by_line(draft, draft.codes[0], line)
    there, back = compare_plans(draft, edit.plan), compare_plans(edit.plan, draft)
    (gone,), (came,) = there.moves.to_dict("records"), back.moves.to_dict("records")
    assert (gone["area_m2"], gone["households"]) == (13_000, 100)
    assert (came["former"], came["grid"]) == (gone["grid"], gone["former"])
    assert there.seams["state"].tolist() == ["kept", "new"]
    assert back.seams["state"].tolist() == ["kept", "old"]


def test_a_vertex_on_a_seam_does_not_make_it_another() -> None:
    draft = row_draft([150, 150], [0, 1])
    line = LineString([(X - 9, Y + 30), (X + 99, Y + 30.7), (X + 101, Y + 30.7)])
    edit = split_by_line(draft, draft.codes[0], line)
    states = compare_plans(draft, edit.plan).seams.set_index("state")["length_m"]
    assert states["kept"] == pytest.approx(100, abs=0.02)
    assert "old" not in states


def test_renumbered_grids_can_be_followed_by_what_they_share() -> None:
    draft = three()
    other = renumber(draft, {draft.codes[0]: 3, draft.codes[2]: 1}).plan
    assert compare_plans(draft, other).households_moved == 750
    followed = compare_plans(draft, other, matching="share")
    assert followed.moves.empty
    assert followed.matches[draft.codes[0]] == draft.codes[2]


def test_a_grid_that_is_gone_moves_whole() -> None:
    draft = three()
    merged = merge_grids(draft, draft.codes[:2], into=draft.codes[1]).plan
    found = compare_plans(draft, merged)
    assert found.moves["former"].tolist() == [draft.codes[0]]
    assert found.households_moved == 400


def test_the_table_agrees_with_the_edit() -> None:
    draft = three()
    polygon = shapely.box(X + 130, Y - 5, X + 330, Y + 105)
    edit = draw_grid(draft, polygon)
    found = compare_plans(draft, edit.plan)
    assert found.households_moved == edit.households_moved
    assert found.moves["area_m2"].sum() == pytest.approx(20_000)


def test_plans_of_two_communities_are_not_compared() -> None:
    draft = three()
    other = replace(draft, cell_set=replace(draft.cell_set, code="370102013007"))
    with pytest.raises(EditError) as caught:
        compare_plans(draft, other)
    assert caught.value.code == "other_community"
