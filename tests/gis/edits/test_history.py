"""Edits as sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from shapely import LineString, box

from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import change_type, lock, rename, renumber, unlock
from gis.edits.changes import Edit
from gis.edits.draft import Draft
from gis.edits.history import describe
from gis.edits.lines import draw_grid, reshape_seam, split_by_line
from gis.edits.redraw import redraw_around_locks, repartition_after_counts, split_grid
from gis.edits.samples import CORNER, row_draft
from gis.edits.single import give_building
from gis.kinds import GridType

X, Y = CORNER
UPRIGHT = LineString([(X + 170, Y - 9), (X + 170, Y + 109)])

EDITS: list[tuple[Callable[[Draft, str, str], Edit], str, str]] = [
    (lambda d, a, b: reassign(d, [1], b), "把 1 个单元（100 户）从 001 划给 002",
     "give 1 cell (100 households) of 001 to 002"),
    (lambda d, a, b: give_building(d, 1, b), "把一栋楼（100 户）从 001 划给 002",
     "give a building (100 households) of 001 to 002"),
    (lambda d, a, b: merge_grids(d, [a, b]), "把 001 并入 002", "merge 001 into 002"),
    (lambda d, a, b: split_grid(d, a), "把 001 分成 2 份", "split 001 in 2"),
    (lambda d, a, b: split_by_line(d, a, UPRIGHT), "沿线把 001 分成 2 份",
     "split 001 in 2 by a line"),
    (lambda d, a, b: reshape_seam(d, (a, b), UPRIGHT),
     "重画 001、002 的接边线（0 户换网格）",
     "reshape the seam of 001, 002 (0 households change grid)"),
    (lambda d, a, b: draw_grid(d, box(X + 130, Y - 5, X + 200, Y + 105)),
     "新画网格 003（100 户）", "draw grid 003 (100 households)"),
    (lambda d, a, b: change_type(d, a, GridType.RESERVED), "把 001 改为预留网格",
     "make 001 reserved"),
    (lambda d, a, b: rename(d, a, "东区"), "把 001 改名为“东区”", "rename 001 to 东区"),
    (lambda d, a, b: renumber(d, {a: 2, b: 1}), "给 2 个网格重新编号",
     "renumber 2 grids"),
    (lambda d, a, b: lock(d), "锁定 001、002", "lock 001, 002"),
    (lambda d, a, b: unlock(lock(d, [b]).plan), "解锁 002", "unlock 002"),
    (lambda d, a, b: redraw_around_locks(reassign(d, [1], b).plan),
     "重划未锁定的网格（100 户换网格）",
     "redraw the unlocked grids (100 households change grid)"),
    (lambda d, a, b: repartition_after_counts(d, d.buildings.households + 100),
     "按新户数重划（0 户换网格）",
     "redraw after new household counts (0 households change grid)"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "zh", "en"), EDITS)
def test_every_operation_reads_as_a_sentence(
    edit: Callable[[Draft, str, str], Edit], zh: str, en: str
) -> None:
    draft = row_draft([200, 100, 310], [0, 0, 1])
    assert describe(edit(draft, *draft.codes)) == (zh, en)
