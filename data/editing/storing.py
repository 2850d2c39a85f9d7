"""Rows of a change into the record: only what differs, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.driver import driver_of
from data.editing.figures import ewkb
from data.editing.ground import Ground
from data.editing.log import inside
from data.editing.model import Change, Head, Moved
from data.editing.state import GRID_COLUMNS, SEAM_COLUMNS
from data.frames import to_json
from gis.kinds import GridType
from gis.plan import outline_of
from gis.seams import cell_seams

__all__ = [
    "Cut",
    "begin_change",
    "number_seams",
    "number_set",
    "seal_cells",
    "store_change",
]


@dataclass(frozen=True)
class Cut:
    """A cell set to come: what it is cut from, and the cells that have other shapes."""

    former: Ground
    ground: Ground
    cells: Sequence[int]


def begin_change(
    cursor: psycopg.Cursor[Any],
    head: Head,
    after: Head,
    moved: Moved,
    cut: Cut | None = None,
) -> None:
    """Write the row of a plan, the cell set it stands on, and the grids of cells.

    The caller holds the lock on the plan. The row is written first, so that whatever
    belongs to the plan need not touch it.
    """
    if cut is not None:
        _store_cells(cursor, cut)
    if after.cell_set != head.cell_set:
        cursor.execute("set constraints fk_plan_cell_plan_cell_set deferred")
    cursor.execute(_PLAN, (after.cell_set, after.done, after.undone, head.id))
    _move_cells(cursor, head, after, moved)


def store_change(
    cursor: psycopg.Cursor[Any],
    counting: psycopg.Cursor[Any],
    head: Head,
    change: Change,
) -> None:
    """Make the grids and seams of a plan what a change says.

    What stands in the grids is then found by `counting` (`data.editing.log`).
    """
    going = [number for number, row in change.seams.items() if row is None]
    if going:
        cursor.execute(
            "delete from seam where id = any(%s::bigint[])", (_array(going),)
        )
    gone = [code for code, row in change.grids.items() if row is None]
    if gone:
        cursor.execute(
            "delete from grid where plan = %s and code = any(%s)", (head.id, gone)
        )
    grids = [row for row in change.grids.values() if row is not None]
    values = {"plan": head.id, "community": head.community, "rows": to_json(grids)}
    counting.execute(_GRIDS, values)
    rows = [{"id": k, **row} for k, row in change.seams.items() if row]
    if rows:
        cursor.execute(_SEAMS, {"plan": head.id, "rows": to_json(rows)})


def number_seams(
    connection: Connection, forward: Change, inverse: Change
) -> tuple[Change, Change]:
    """Return a change and the one that leads back, with numbers for new seams."""
    fresh = [k for k in forward.seams if k < 0]
    numbers = dict(zip(fresh, _numbers(connection, _SEAM, len(fresh)), strict=True))
    seams = {numbers.get(k, k): row for k, row in forward.seams.items()}
    back = {**inverse.seams, **dict.fromkeys(numbers.values())}
    return replace(forward, seams=seams), replace(inverse, seams=back)


def number_set(connection: Connection) -> int:
    """Return the number of a cell set that is to come."""
    return _numbers(connection, _SET_TO_COME, 1)[0]


def _numbers(connection: Connection, source: str, many: int) -> list[int]:
    """Return numbers of a sequence that nobody else gets.

    A connection takes some at a time, and keeps the rest for its next edit.
    """
    spare: list[int] = connection.info.setdefault(source, [])
    if len(spare) < many:
        # By the driver: it may be asked amid what is being written.
        cursor = driver_of(connection).execute(
            f"select {source}(%s)", (max(many, _AHEAD),)
        )
        spare.extend(number for (number,) in cursor)
    found = spare[:many]
    del spare[:many]
    return found


_SRID = 4326
_SEAM, _SET_TO_COME, _AHEAD = "next_seams", "next_sets", 1000
_PLAN = "update plan set cell_set = %s, done = %s, undone = %s where id = %s"


def _move_cells(
    cursor: psycopg.Cursor[Any], head: Head, after: Head, change: Moved
) -> None:
    cell_set = after.cell_set
    free = [cell for cell, code in change.now.items() if code is None]
    if free or change.gone:
        cursor.execute(
            "delete from plan_cell where plan = %s and cell = any(%s::bigint[])",
            (head.id, _array([*free, *change.gone])),
        )
    given = {cell: code for cell, code in change.now.items() if code is not None}
    fresh = {k: code for k, code in given.items() if change.then.get(k) is None}
    moved = {k: code for k, code in given.items() if k not in fresh}
    if cell_set != head.cell_set:
        cursor.execute(
            _MOVE_ALL, (cell_set, _array(moved), list(moved.values()), head.id)
        )
    elif moved:
        cursor.execute(_MOVE, (_array(moved), list(moved.values()), head.id))
    if fresh:
        cursor.execute(
            "insert into plan_cell (plan, cell, cell_set, grid) select %s, cell, %s, "
            "grid from unnest(%s::bigint[], %s::text[]) u (cell, grid)",
            (head.id, cell_set, _array(fresh), list(fresh.values())),
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


_TYPES = {
    "id": "bigint",
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


def _array(numbers: Iterable[int]) -> str:
    """Return numbers as a parameter of one type: that of a list hangs on its size."""
    return f"{{{','.join(map(str, numbers))}}}"


def _rows(names: Sequence[str]) -> str:
    typed = (f"{name} {_TYPES.get(name, 'text')}" for name in names)
    return f"json_to_recordset(%(rows)s::json) u ({', '.join(typed)})"


def _values(names: Sequence[str]) -> str:
    return ", ".join("geom::geometry" if name == "geom" else name for name in names)


_GRIDS = f"""
    insert into grid (plan, {", ".join(GRID_COLUMNS)})
    select %(plan)s, {_values(GRID_COLUMNS)} from {_rows(GRID_COLUMNS)}
    on conflict (plan, code) do update set
        {", ".join(f"{name} = excluded.{name}" for name in GRID_COLUMNS[1:])}
    returning code, {inside("grid.geom")}
"""
_SEAMS = f"""
    insert into seam (plan, id, {", ".join(SEAM_COLUMNS)}) overriding system value
    select %(plan)s, id, {_values(SEAM_COLUMNS)} from {_rows(("id", *SEAM_COLUMNS))}
"""


def _store_cells(cursor: psycopg.Cursor[Any], cut: Cut) -> None:
    """Put a cell set into the record that was cut or counted anew, but for its seams.

    Cells that are the same are copied where they are; of the buildings only those are
    written that differ from the set all others of the plan come from.
    """
    former, ground = cut.former, cut.ground
    cells, old, made = ground.cells, former.cells, ground.id
    load, count = cells.graph.households, cells.buildings
    recounted = (load[: old.graph.size] != old.graph.households) | (
        count[: old.graph.size] != old.buildings
    )
    fresh = sorted({*cut.cells} | set(np.flatnonzero(recounted).tolist()))
    outer = int((cells.segments.j < 0).sum()) != int((old.segments.j < 0).sum())
    outline = ewkb(np.array([outline_of(ground.stored)], object))[0] if outer else None
    size = len(former.codes)
    moved = np.flatnonzero(
        (cells.member_cell[:size] != old.member_cell)
        | (ground.buildings.households[:size] != former.buildings.households)
        | (ground.estimated[:size] != former.estimated)
    )
    graph = cells.graph
    kinds = [GridType(int(kind)).label for kind in graph.kind[fresh]]
    cursor.execute(_SET, (made, former.base, outline, former.id))
    cursor.execute(
        _CELLS,
        (
            *(made, former.id, _array(fresh), made, _array(fresh)),
            *map(_array, (load[fresh], count[fresh])),
            *map(_array, (graph.block[fresh], graph.compound[fresh])),
            *(kinds, _array(graph.site[fresh]), _binary(ground.stored[fresh])),
        ),
    )
    sets = {"made": made, "former": former.id, "base": former.base}
    cursor.execute(_BUILDINGS, {**sets, **_buildings(ground, moved)})
    if len(ground.codes) > size:
        added = _buildings(ground, np.arange(size, len(ground.codes)))
        cursor.execute(_NEW_BUILDINGS, {**sets, **added})


def seal_cells(cursor: psycopg.Cursor[Any], ground: Ground) -> None:
    """Add what lies between the cells of a new set, and seal it."""
    between = cell_seams(ground.cells)
    lines = ground.book.degrees(np.array(list(between.values()), object))
    names = [kind.label for kind in between]
    cursor.execute(_CELL_SEAMS, (ground.id, names, _binary(lines)))
    cursor.execute("update cell_set set sealed = true where id = %s", (ground.id,))


def _binary(shapes: NDArray[Any]) -> list[bytes]:
    """Return shapes in degrees as a parameter: half as long as in letters."""
    found = shapely.to_wkb(shapely.set_srid(shapes, _SRID), include_srid=True)
    return list(np.atleast_1d(found))


def _buildings(ground: Ground, at: NDArray[np.integer]) -> dict[str, Any]:
    """Return number, cell, households and doubt of some buildings, in columns."""
    return {
        "codes": [ground.codes[k] for k in at],
        "cells": _array(ground.cells.member_cell[at]),
        "households": _array(ground.buildings.households[at]),
        "estimated": ground.estimated[at].tolist(),
    }


_SET = """
    insert into cell_set (id, community, name, parent, digest, metric_crs, geom)
    overriding system value
    select %s, community, name, %s, digest, metric_crs, coalesce(%s::geometry, geom)
    from cell_set where id = %s
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
                %s::text[], %s::bigint[], %b::bytea[])
        u (number, households, buildings, block, compound, kind, site, geom)
"""
_CELL_SEAMS = """
    insert into cell_seam (cell_set, kind, geom)
    select %s, kind, geom::geometry from unnest(%s::text[], %b::bytea[]) u (kind, geom)
"""
_BUILDINGS = """
    insert into cell_building (cell_set, code, cell, households, estimated, floors,
                               use, straddles, geom)
    with moved as (
        select * from unnest(%(codes)s::text[], %(cells)s::bigint[],
                             %(households)s::bigint[], %(estimated)s::boolean[])
            u (code, cell, households, estimated)
    )
    select %(made)s, b.code, b.cell, b.households, b.estimated, b.floors, b.use,
           b.straddles, b.geom
    from cell_building b
    where b.cell_set = %(former)s and %(former)s <> %(base)s
      and b.code not in (select code from moved)
    union all
    select %(made)s, u.code, u.cell, u.households, u.estimated, b.floors, b.use,
           b.straddles, b.geom
    from moved u cross join lateral (
        select * from cell_building c
        where c.cell_set in (%(former)s, %(base)s) and c.code = u.code
        order by c.cell_set = %(former)s desc limit 1) b
"""
_NEW_BUILDINGS = """
    insert into cell_building (cell_set, code, cell, households, estimated, floors,
                               use, straddles, geom)
    select %(made)s, b.code, u.cell, u.households, u.estimated, b.floors, b.use, false,
           st_pointonsurface(b.geom)
    from unnest(%(codes)s::text[], %(cells)s::bigint[],
                %(households)s::bigint[], %(estimated)s::boolean[])
        u (code, cell, households, estimated)
    join cell_set s on s.id = %(former)s
    join building b on b.community = s.community and b.code = u.code
"""
