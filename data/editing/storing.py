"""Rows of a change into the record: only what differs, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data.driver import driver_of
from data.editing.figures import ewkb
from data.editing.ground import Ground
from data.editing.model import Change, Head
from data.editing.state import GRID_COLUMNS, SEAM_COLUMNS
from data.frames import to_json
from gis.kinds import GridType
from gis.plan import outline_of
from gis.seams import cell_seams

__all__ = ["number_seams", "store_cells", "store_change"]


def store_change(
    cursor: psycopg.Cursor[Any],
    head: Head,
    after: Head,
    change: Change,
    former: Change,
) -> None:
    """Make the rows of a plan what a change says.

    `former` is the change that leads back. The caller holds the lock on the plan.
    """
    if after.cell_set != head.cell_set:
        cursor.execute("set constraints fk_plan_cell_plan_cell_set deferred")
    cursor.execute(_PLAN, (after.cell_set, after.done, after.undone, head.id))
    _store_cells_of_plan(cursor, head, change, former, after.cell_set)
    _store_grids(cursor, head.id, change)
    rows = [{"id": k, **row} for k, row in change.seams.items() if row]
    if rows:
        cursor.execute(_SEAMS, (head.id, to_json(rows)))


def number_seams(
    connection: Connection, forward: Change, inverse: Change
) -> tuple[Change, Change]:
    """Return a change and the one that leads back, with numbers for new seams.

    A connection takes some numbers from the sequence at a time, and keeps the rest for
    its next edit.
    """
    fresh = [k for k in forward.seams if k < 0]
    spare: list[int] = connection.info.setdefault(_SPARE, [])
    if len(spare) < len(fresh):
        values = {"many": max(len(fresh), _AHEAD)}
        spare.extend(connection.scalars(_NUMBERS, values))
    numbers = dict(zip(fresh, spare, strict=False))
    del spare[: len(fresh)]
    seams = {numbers.get(k, k): row for k, row in forward.seams.items()}
    back = {**inverse.seams, **dict.fromkeys(numbers.values())}
    return replace(forward, seams=seams), replace(inverse, seams=back)


_SRID = 4326
_SPARE, _AHEAD = "wangge_seams", 64
_NUMBERS = text("select next_seams(:many)")
_PLAN = "update plan set cell_set = %s, done = %s, undone = %s where id = %s"


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
            "delete from plan_cell where plan = %s and cell = any(%s::bigint[])",
            (head.id, _array([*free, *change.gone])),
        )
    given = {cell: code for cell, code in change.cells.items() if code is not None}
    fresh = {k: code for k, code in given.items() if former.cells.get(k) is None}
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


def _store_grids(cursor: psycopg.Cursor[Any], plan: int, change: Change) -> None:
    going = [number for number, row in change.seams.items() if row is None]
    if going:
        cursor.execute(
            "delete from seam where id = any(%s::bigint[])", (_array(going),)
        )
    gone = [code for code, row in change.grids.items() if row is None]
    if gone:
        cursor.execute(
            "delete from grid where plan = %s and code = any(%s)", (plan, gone)
        )
    rows = [row for row in change.grids.values() if row is not None]
    if rows:
        cursor.execute(_GRIDS, (plan, to_json(rows)))


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
    return f"json_to_recordset(%s::json) u ({', '.join(typed)})"


def _values(names: Sequence[str]) -> str:
    return ", ".join("geom::geometry" if name == "geom" else name for name in names)


_GRIDS = f"""
    insert into grid (plan, {", ".join(GRID_COLUMNS)})
    select %s, {_values(GRID_COLUMNS)} from {_rows(GRID_COLUMNS)}
    on conflict (plan, code) do update set
        {", ".join(f"{name} = excluded.{name}" for name in GRID_COLUMNS[1:])}
"""
_SEAMS = f"""
    insert into seam (plan, id, {", ".join(SEAM_COLUMNS)}) overriding system value
    select %s, id, {_values(SEAM_COLUMNS)} from {_rows(("id", *SEAM_COLUMNS))}
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
    size = len(former.codes)
    moved = np.flatnonzero(
        (cells.member_cell[:size] != old.member_cell)
        | (ground.buildings.households[:size] != former.buildings.households)
        | (ground.estimated[:size] != former.estimated)
    )
    graph = cells.graph
    kinds = [GridType(int(kind)).label for kind in graph.kind[fresh]]
    with driver_of(connection).pipeline(), driver_of(connection).cursor() as cursor:
        row = cursor.execute(_SET, (former.base, outline, former.id)).fetchone()
        assert row is not None
        made = int(row[0])
        cursor.execute(
            _CELLS,
            (
                *(made, former.id, _array(fresh), made, _array(fresh)),
                *map(_array, (load[fresh], count[fresh])),
                *map(_array, (graph.block[fresh], graph.compound[fresh])),
                *(kinds, _array(graph.site[fresh]), _binary(ground.stored[fresh])),
            ),
        )
        cursor.execute(_BUILDINGS, (made, *_buildings(ground, moved), former.id))
        if len(ground.codes) > size:
            added = _buildings(ground, np.arange(size, len(ground.codes)))
            cursor.execute(_NEW_BUILDINGS, (made, *added, former.id))
        # Made while the database copies.
        between = cell_seams(cells)
        lines = ground.book.degrees(np.array(list(between.values()), object))
        names = [kind.label for kind in between]
        cursor.execute(_CELL_SEAMS, (made, names, _binary(lines)))
        cursor.execute("update cell_set set sealed = true where id = %s", (made,))
    return made


def _binary(shapes: NDArray[Any]) -> list[bytes]:
    """Return shapes in degrees as a parameter: half as long as in letters."""
    found = shapely.to_wkb(shapely.set_srid(shapes, _SRID), include_srid=True)
    return list(np.atleast_1d(found))


def _buildings(
    ground: Ground, at: NDArray[np.integer]
) -> tuple[list[str], str, str, list[bool]]:
    """Return number, cell, households and doubt of some buildings, in columns."""
    return (
        [ground.codes[k] for k in at],
        _array(ground.cells.member_cell[at]),
        _array(ground.buildings.households[at]),
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
