"""Rows of a change into the record: only what differs, in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.editing.figures import ewkb
from data.editing.ground import Ground
from data.editing.model import Change, Head, Row
from data.editing.state import GRID_COLUMNS, SEAM_COLUMNS
from data.frames import driver_of
from gis.kinds import GridType
from gis.plan import outline_of
from gis.seams import cell_seams

__all__ = ["store_cells", "store_change"]


def store_change(
    connection: Connection,
    head: Head,
    change: Change,
    former: Change,
    *,
    cell_set: int,
    done: int | None,
    undone: int,
) -> tuple[Head, Change]:
    """Make the rows of a plan what a change says; return its row, and seams numbered.

    `former` is the change that leads back. Without `done` the plan points at the step
    that is about to be logged. The caller holds the lock on the plan.
    """
    driver = driver_of(connection)
    # In a pipeline no statement waits for the answer to the one before it.
    with driver.pipeline(), driver.cursor() as first, driver.cursor() as cursor:
        if cell_set != head.cell_set:
            cursor.execute("set constraints fk_plan_cell_plan_cell_set deferred")
        first.execute(_PLAN, (cell_set, done, undone, head.id))
        _store_cells_of_plan(cursor, head, change, former, cell_set)
        _store_grids(cursor, head.id, change)
        numbered = _store_seams(driver, cursor, head.id, change)
        row = first.fetchone()
    assert row is not None  # its lock is held
    version, writer = int(row[0]), str(row[1])
    after = replace(
        head,
        cell_set=cell_set,
        done=int(row[2]),
        undone=undone,
        row_version=version,
        stamp=(head.stamp[0], version, writer),
    )
    return after, numbered


_PLAN = """
    update plan p set cell_set = %s, done = coalesce(%s::bigint, (
        select coalesce(max(number), 0) + 1 from plan_edit where plan = p.id
    )), undone = %s where id = %s returning row_version, xmin::text, done
"""


def _store_cells_of_plan(
    cursor: psycopg.Cursor[Any],
    head: Head,
    change: Change,
    former: Change,
    cell_set: int,
) -> None:
    free = [cell for cell, code in change.cells.items() if code is None]
    if free or change.gone:
        cursor.execute(
            "delete from plan_cell where plan = %s and cell = any(%s)",
            (head.id, [*free, *change.gone]),
        )
    given = {cell: code for cell, code in change.cells.items() if code is not None}
    fresh = {k: code for k, code in given.items() if former.cells.get(k) is None}
    moved = {k: code for k, code in given.items() if k not in fresh}
    if cell_set != head.cell_set:
        cursor.execute(
            _MOVE_ALL, (cell_set, list(moved), list(moved.values()), head.id)
        )
    elif moved:
        cursor.execute(_MOVE, (list(moved), list(moved.values()), head.id))
    if fresh:
        cursor.execute(
            "insert into plan_cell (plan, cell, cell_set, grid) select %s, cell, %s, "
            "grid from unnest(%s::bigint[], %s::text[]) u (cell, grid)",
            (head.id, cell_set, list(fresh), list(fresh.values())),
        )


_MOVE_ALL = """
    update plan_cell k set cell_set = %s, grid = coalesce(
        (select u.grid from unnest(%s::bigint[], %s::text[]) u (cell, grid)
         where u.cell = k.cell), k.grid)
    where k.plan = %s
"""
_MOVE = """
    update plan_cell k set grid = u.grid
    from unnest(%s::bigint[], %s::text[]) u (cell, grid)
    where k.plan = %s and k.cell = u.cell
"""


def _store_grids(cursor: psycopg.Cursor[Any], plan: int, change: Change) -> None:
    going = [number for number, row in change.seams.items() if row is None]
    if going:
        cursor.execute("delete from seam where id = any(%s)", (going,))
    gone = [code for code, row in change.grids.items() if row is None]
    if gone:
        cursor.execute(
            "delete from grid where plan = %s and code = any(%s)", (plan, gone)
        )
    rows = [row for row in change.grids.values() if row is not None]
    if rows:
        cursor.execute(_GRIDS, (plan, *_columns(rows, GRID_COLUMNS)))


def _store_seams(
    driver: psycopg.Connection, cursor: psycopg.Cursor[Any], plan: int, change: Change
) -> Change:
    """Put in the seams that come; those that were there before get their number."""
    fresh = {k: row for k, row in change.seams.items() if row and k < 0}
    back = {k: row for k, row in change.seams.items() if row and k >= 0}
    if back:
        columns = _columns(list(back.values()), SEAM_COLUMNS)
        cursor.execute(_SEAMS_BACK, (plan, list(back), *columns))
    if not fresh:
        return change
    columns = _columns(list(fresh.values()), SEAM_COLUMNS)
    with driver.cursor() as added:
        added.execute(_SEAMS, (plan, *columns))
        numbers = [int(row[0]) for row in added.fetchall()]
    numbered = dict(zip(fresh, numbers, strict=True))
    seams = {numbered.get(k, k): row for k, row in change.seams.items()}
    return replace(change, seams=seams)


def _columns(rows: Sequence[Row], names: Sequence[str]) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in names]


_TYPES = {
    "households": "bigint",
    "buildings": "bigint",
    "estimated": "bigint",
    "color": "bigint",
    "area_m2": "float8",
    "compactness": "float8",
    "street_share": "float8",
    "length_m": "float8",
    "in_band": "boolean",
    "locked": "boolean",
}


def _unnest(names: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in names)
    return f"unnest({arrays}) with ordinality u ({', '.join(names)}, turn)"


def _values(names: Sequence[str]) -> str:
    return ", ".join("geom::geometry" if name == "geom" else name for name in names)


_GRIDS = f"""
    insert into grid (plan, {", ".join(GRID_COLUMNS)})
    select %s, {_values(GRID_COLUMNS)} from {_unnest(GRID_COLUMNS)}
    on conflict (plan, code) do update set
        {", ".join(f"{name} = excluded.{name}" for name in GRID_COLUMNS[1:])}
"""
_SEAMS = f"""
    insert into seam (plan, {", ".join(SEAM_COLUMNS)})
    select %s, {_values(SEAM_COLUMNS)} from {_unnest(SEAM_COLUMNS)} order by turn
    returning id
"""
_SEAMS_BACK = f"""
    insert into seam (plan, id, {", ".join(SEAM_COLUMNS)}) overriding system value
    select %s, id, {_values(SEAM_COLUMNS)}
    from {_unnest(("id", *SEAM_COLUMNS)).replace("%s::text[]", "%s::bigint[]", 1)}
"""


def store_cells(
    connection: Connection, former: Ground, ground: Ground, cut: Sequence[int]
) -> int:
    """Put a cell set into the record that was cut or counted anew; return its number.

    It is sealed. Rows that are the same are copied where they are.
    """
    cells, old = ground.cells, former.cells
    load, count = cells.graph.households, cells.buildings
    fresh = sorted(
        {*cut}
        | set(
            np.flatnonzero(
                (load[: old.graph.size] != old.graph.households)
                | (count[: old.graph.size] != old.buildings)
            ).tolist()
        )
    )
    outer = int((cells.segments.j < 0).sum()) != int((old.segments.j < 0).sum())
    outline = ewkb(np.array([outline_of(ground.stored)], object))[0] if outer else None
    with driver_of(connection).cursor() as cursor:
        row = cursor.execute(_SET, (former.base, outline, former.id)).fetchone()
        assert row is not None
        made = int(row[0])
        graph = cells.graph
        kinds = [GridType(int(kind)).label for kind in graph.kind[fresh]]
        cursor.execute(
            _CELLS,
            (
                *(made, former.id, fresh, made, fresh),
                *(load[fresh].tolist(), count[fresh].tolist()),
                *(graph.block[fresh].tolist(), graph.compound[fresh].tolist(), kinds),
                *(graph.site[fresh].tolist(), ewkb(ground.stored[fresh])),
            ),
        )
        size = len(former.codes)
        moved = np.flatnonzero(
            (cells.member_cell[:size] != old.member_cell)
            | (ground.buildings.households[:size] != former.buildings.households)
            | (ground.estimated[:size] != former.estimated)
        )
        cursor.execute(_BUILDINGS, (made, *_buildings(ground, moved), former.id))
        fresh_homes = np.arange(size, len(ground.codes))
        if len(fresh_homes):
            values = (made, *_buildings(ground, fresh_homes), former.id)
            cursor.execute(_NEW_BUILDINGS, values)
        between = cell_seams(cells)
        lines = ground.book.degrees(np.array(list(between.values()), object))
        cursor.execute(
            "insert into cell_seam (cell_set, kind, geom) select %s, kind, "
            "geom::geometry from unnest(%s::text[], %s::text[]) u (kind, geom)",
            (made, [kind.label for kind in between], ewkb(lines)),
        )
        cursor.execute("update cell_set set sealed = true where id = %s", (made,))
    return made


def _buildings(ground: Ground, at: NDArray[np.integer]) -> tuple[list[Any], ...]:
    """Return number, cell, households and doubt of some buildings, in columns."""
    return (
        [ground.codes[k] for k in at],
        ground.cells.member_cell[at].tolist(),
        ground.buildings.households[at].tolist(),
        ground.estimated[at].tolist(),
    )


_SET = """
    insert into cell_set (community, name, parent, digest, metric_crs, geom)
    select community, name, %s, digest, metric_crs, coalesce(%s::geometry, geom)
    from cell_set where id = %s returning id
"""
_CELLS = """
    insert into cell (cell_set, number, households, buildings, block, compound, kind,
                      site, geom)
    select %s, number, households, buildings, block, compound, kind, site, geom
    from cell where cell_set = %s and number <> all(%s::bigint[])
    union all
    select %s, number, households, buildings, block, compound, kind, site,
           geom::geometry
    from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::text[], %s::bigint[], %s::text[])
        u (number, households, buildings, block, compound, kind, site, geom)
"""
_BUILDINGS = """
    insert into cell_building (cell_set, code, cell, households, estimated, floors,
                               use, straddles, geom)
    select %s, b.code, coalesce(u.cell, b.cell), coalesce(u.households, b.households),
           coalesce(u.estimated, b.estimated), b.floors, b.use, b.straddles, b.geom
    from cell_building b
    left join unnest(%s::text[], %s::bigint[], %s::bigint[], %s::boolean[])
        u (code, cell, households, estimated) on u.code = b.code
    where b.cell_set = %s
"""
_NEW_BUILDINGS = """
    insert into cell_building (cell_set, code, cell, households, estimated, floors,
                               use, straddles, geom)
    select %s, b.code, u.cell, u.households, u.estimated, b.floors, b.use, false,
           st_pointonsurface(b.geom)
    from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::boolean[])
        u (code, cell, households, estimated)
    join cell_set s on s.id = %s
    join building b on b.community = s.community and b.code = u.code
"""
