"""What the record keeps of cells and what an edit makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.editing import (
    UNDO,
    Actor,
    NothingToDoError,
    Outcome,
    Terms,
    apply_edit,
    find_state,
    hold_plan,
    read_head,
    undo_edit,
)
from data.editing.cache import GROUNDS, STATES
from data.editing.model import State
from data.errors import ConflictError
from data.queries.cell_sets import drop_unused_sets
from data.versions.drafts import copy_plan, delete_draft
from gis.edits import EditError
from gis.kinds import SeamKind
from tests.api.editing.desk import as_stored, assert_sound, fresh_state, middle
from tests.data.editing.ground import drafted_town

pytestmark = pytest.mark.postgis

WHO = Actor(None, "规划员")


@pytest.fixture(scope="module")
def owner(database: Store) -> Iterator[Engine]:
    made = create_engine(database.url(), poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def plan(owner: Engine) -> int:
    return drafted_town(owner)[0]


@pytest.fixture(autouse=True)
def undone(owner: Engine, plan: int) -> Iterator[None]:
    """Take back what a test did, so that the next one finds what it found."""
    before = as_stored(owner, plan)
    yield
    while True:
        try:
            with owner.begin() as connection:
                undo_edit(connection, hold_plan(connection, plan, UNDO), Terms(WHO))
        except NothingToDoError:
            break
    assert as_stored(owner, plan) == before


def edit(owner: Engine, plan: int, operation: str, **parameters: object) -> Outcome:
    with owner.begin() as connection:
        return apply_edit(
            connection, hold_plan(connection, plan), operation, parameters, Terms(WHO)
        )


def value(owner: Engine, query: str, **values: object) -> object:
    with owner.connect() as connection:
        return connection.execute(text(query), values).scalar_one()


def cut(owner: Engine, plan: int, *, many: int = 1) -> list[Outcome]:
    """Split grids by lines until so many cuts are made."""
    found: list[Outcome] = []
    state = fresh_state(owner, plan)
    for code, row in state.grids.items():
        outline = shapely.from_wkb(row["geom"])
        line = middle(np.array(outline.bounds), 0.5)
        try:
            done = edit(
                owner, plan, "split_by_line", grid=code, line=line, buildings="through"
            )
        except EditError:  # the line may not part this one
            continue
        if done.change.cut:
            found.append(done)
        if len(found) == many:
            return found
    raise AssertionError("no grid can be cut")


def kinds_of(state: State) -> dict[int, float]:
    """Return the metres of each kind of seam between cells."""
    cells = state.ground.cells
    inner = cells.segments.inner
    lengths, kinds = cells.segments.length[inner], cells.segment_kind[inner]
    return {int(k): float(lengths[kinds == k].sum()) for k in np.unique(kinds)}


def test_a_cut_carries_the_kinds_of_all_seams_on(owner: Engine, plan: int) -> None:
    before = kinds_of(fresh_state(owner, plan))
    cut(owner, plan)
    after = kinds_of(fresh_state(owner, plan))
    for kind, metres in before.items():
        if kind != int(SeamKind.NONE):
            assert after[kind] >= metres - 1e-6
    assert sum(after.values()) > sum(before.values())


def test_a_set_of_before_learns_its_kinds_from_plans_and_register(
    owner: Engine, plan: int
) -> None:
    told = kinds_of(fresh_state(owner, plan))
    cell_set = fresh_state(owner, plan).head.cell_set
    with owner.connect() as connection, connection.begin() as transaction:
        connection.execute(text("alter table cell_seam disable trigger user"))
        forget = text("delete from cell_seam where cell_set = :cell_set")
        connection.execute(forget, {"cell_set": cell_set})
        STATES.clear()
        GROUNDS.clear()
        found = kinds_of(find_state(connection, read_head(connection, plan)))
        transaction.rollback()
    STATES.clear()
    GROUNDS.clear()
    assert sum(found.values()) == pytest.approx(sum(told.values()))
    on_way = sum(metres for kind, metres in told.items() if kind != SeamKind.NONE)
    learnt = sum(metres for kind, metres in found.items() if kind != SeamKind.NONE)
    assert learnt == pytest.approx(on_way, rel=0.15)


def test_the_kinds_of_a_cut_are_those_of_a_drawing(owner: Engine, plan: int) -> None:
    """The seams that are stored for a plan lie on segments of their very kind."""
    state = fresh_state(owner, plan)
    stored = dict.fromkeys((row["kind"] for row in state.seams.values()), 0.0)
    for row in state.seams.values():
        stored[row["kind"]] += row["length_m"]
    cells, labels = state.ground.cells, state.draft.labels
    inner = cells.segments.inner
    apart = labels[cells.segments.i[inner]] != labels[cells.segments.j[inner]]
    for kind, metres in stored.items():
        of_kind = cells.segment_kind[inner] == int(SeamKind[kind.upper()])
        found = cells.segments.length[inner][apart & of_kind].sum()
        assert found == pytest.approx(metres, abs=0.2)


def test_the_vertices_of_cells_that_are_not_cut_stay_as_they_are(
    owner: Engine, plan: int
) -> None:
    before = fresh_state(owner, plan).ground.stored
    (done,) = cut(owner, plan)
    after = fresh_state(owner, plan).ground.stored
    same = [k for k in range(len(before)) if k not in done.change.cut]
    assert len(same) > len(before) / 2
    assert shapely.equals_identical(before[same], after[same]).all()
    known = set(map(tuple, shapely.get_coordinates(before).tolist()))
    assert known <= set(map(tuple, shapely.get_coordinates(after).tolist()))


def test_a_cut_writes_only_the_buildings_that_differ(owner: Engine, plan: int) -> None:
    """RULES 003-11: each building is counted once, wherever its row stands."""
    first = fresh_state(owner, plan)
    own = "select count(*) from cell_building where cell_set = :id"
    counted = "select count(*) from counted_building where cell_set = :id"
    whole = len(first.ground.codes)
    assert value(owner, own, id=first.head.cell_set) == whole
    cut(owner, plan)
    once = fresh_state(owner, plan)
    differ = once.ground.cells.member_cell != first.ground.cells.member_cell
    assert value(owner, own, id=once.head.cell_set) == differ.sum()
    assert 0 < differ.sum() < whole
    cut(owner, plan)
    twice = fresh_state(owner, plan)
    differ = twice.ground.cells.member_cell != first.ground.cells.member_cell
    # What differed once has a row of its own from then on.
    assert differ.sum() <= value(owner, own, id=twice.head.cell_set) < whole
    assert value(owner, counted, id=twice.head.cell_set) == whole
    for state in (once, twice):
        assert state.ground.codes == first.ground.codes
        assert state.draft.households.sum() == first.draft.households.sum()
    assert_sound(owner, plan)


def test_a_cell_without_a_grid_is_given_one(owner: Engine, plan: int) -> None:
    state = fresh_state(owner, plan)
    codes = [c for c in state.draft.codes if len(state.draft.cells_of(c)) > 2]
    cell = int(state.draft.cells_of(codes[0])[0])
    forget = "delete from plan_cell where plan = :plan and cell = :cell"
    back = "insert into plan_cell values (:plan, :cell, :cell_set, :grid)"
    values = {"plan": plan, "cell": cell}
    with owner.begin() as connection:
        connection.execute(text(forget), values)
    state = fresh_state(owner, plan)
    assert state.draft.code_at(cell) is None
    done = edit(owner, plan, "reassign", cells=[cell], to=codes[0])
    assert done.unassigned == 0
    assert done.change.cells == {cell: codes[0]}
    with owner.begin() as connection:
        taken = undo_edit(connection, hold_plan(connection, plan, UNDO), Terms(WHO))
    assert taken.unassigned == 1
    with owner.begin() as connection:
        more = {"cell_set": state.head.cell_set, "grid": codes[0]}
        connection.execute(text(back), values | more)


def test_a_building_new_in_the_register_is_counted_where_it_stands(
    owner: Engine, plan: int
) -> None:
    """RULES 003-11: what is counted is what stands there."""
    state = fresh_state(owner, plan)
    cell = int(state.draft.graph.households.argmax())
    spot = state.ground.stored[cell].representative_point()
    add = """
        insert into building (community, code, households, address, geom)
        values (:community, 'new-1', 33, '新楼', st_geomfromtext(:wkt, 4326))
    """
    values = {"community": state.head.community, "wkt": spot.wkt}
    with owner.begin() as connection:
        connection.execute(text(add), values)
    done = edit(owner, plan, "repartition_after_counts")
    total = sum(side.after - side.before for side in done.change.sides)
    assert total == 33
    after = fresh_state(owner, plan)
    at = after.ground.codes.index("new-1")
    assert after.ground.cells.member_cell[at] == cell
    assert after.ground.buildings.names[at] == "新楼"
    assert_sound(owner, plan)
    with owner.begin() as connection:
        undo_edit(connection, hold_plan(connection, plan, UNDO), Terms(WHO))
        connection.execute(text("delete from building where code = 'new-1'"))


def test_sets_that_no_undo_needs_are_dropped(owner: Engine, plan: int) -> None:
    cut_ones = "select count(*) from cell_set where parent is not null"
    before = value(owner, cut_ones)
    with owner.begin() as connection:
        copy = copy_plan(connection, plan, name="试", actor="规划员")
    cut(owner, copy, many=2)
    community = fresh_state(owner, copy).head.community
    made = value(owner, cut_ones)
    with owner.begin() as connection:
        assert drop_unused_sets(connection, community) == 0
    assert value(owner, cut_ones) == made
    with owner.begin() as connection:
        delete_draft(connection, copy)
    assert value(owner, cut_ones) == before


def test_an_edit_that_is_rolled_back_is_not_remembered(
    owner: Engine, plan: int
) -> None:
    """The same version is given out again, to another transaction."""
    before = fresh_state(owner, plan)
    code = before.draft.codes[0]

    def rename(connection: Connection, name: str) -> Outcome:
        body = {"grid": code, "name": name}
        return apply_edit(
            connection, hold_plan(connection, plan), "rename", body, Terms(WHO)
        )

    with owner.connect() as connection, connection.begin() as transaction:
        lost = rename(connection, "没有的")
        transaction.rollback()
    with owner.begin() as connection:
        again = find_state(connection, read_head(connection, plan))
        assert again.grids[code] == before.grids[code]
    with owner.begin() as connection:
        kept = rename(connection, "有的")
    assert kept.head.row_version == lost.head.row_version
    with owner.connect() as connection:
        now = find_state(connection, read_head(connection, plan))
    assert now.grids[code]["name"] == "有的"


def test_an_edit_is_one_new_version(owner: Engine, plan: int) -> None:
    before = fresh_state(owner, plan).head.row_version
    (done,) = cut(owner, plan)
    assert fresh_state(owner, plan).head.row_version == done.head.row_version
    assert done.head.row_version > before


def test_who_listens_is_woken_once_by_each_step(owner: Engine, plan: int) -> None:
    code = fresh_state(owner, plan).draft.codes[0]
    with owner.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        connection.execute(text("listen wangge_plan"))
        connection.commit()
        edit(owner, plan, "rename", grid=code, name="甲")
        heard = [json.loads(n.payload) for n in driver.notifies(timeout=2)]
    assert heard == [{"plan": plan}]


def test_what_search_finds_follows_a_draft_where_no_plan_is_in_force(
    owner: Engine, plan: int
) -> None:
    code = fresh_state(owner, plan).draft.codes[0]
    names = "select name from search_entry where kind = 'grid' and ref = :code"
    edit(owner, plan, "rename", grid=code, name="幸福里")
    assert value(owner, names, code=code) == "幸福里"
    edit(owner, plan, "renumber", serials={code: 55})
    assert value(owner, names, code=f"{code[:12]}055") == "幸福里"
    gone = "select count(*) from search_entry where kind = 'grid' and ref = :code"
    assert value(owner, gone, code=code) == 0


def test_two_who_undo_at_once_do_not_undo_twice(owner: Engine, plan: int) -> None:
    code = fresh_state(owner, plan).draft.codes[0]
    version = edit(owner, plan, "rename", grid=code, name="甲").head.row_version
    with owner.begin() as connection:
        undo_edit(
            connection, hold_plan(connection, plan, UNDO), Terms(WHO, expected=version)
        )
    with owner.begin() as connection, pytest.raises(ConflictError, match="刚被修改"):
        undo_edit(
            connection, hold_plan(connection, plan, UNDO), Terms(WHO, expected=version)
        )
