"""Households of today: as given, or as the register has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data.editing.ground import Ground, metres
from gis.edits import Buildings, EditError

__all__ = ["new_counts", "with_new_buildings"]


def new_counts(
    connection: Connection, ground: Ground, parameters: Mapping[str, Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the new count of each building, and whether it is an estimate.

    What is given counts first, then the register, if it is to be asked: a building it
    has no more was pulled down.
    """
    given: Mapping[str, int] = parameters.get("counts") or {}
    unknown = sorted(set(given) - set(ground.codes))
    if unknown:
        raise EditError(
            "unknown_building",
            f"方案里没有建筑 {'、'.join(unknown[:5])}；请核对编号",
            f"the plan has no building {', '.join(unknown[:5])}; check the numbers",
            buildings=(),
        )
    register: dict[str, tuple[int, bool]] = {}
    if parameters.get("from_register", True):
        rows = connection.execute(text(_COUNTED), {"community": ground.cells.code})
        register = {row.code: (row.households, row.estimated) for row in rows}
    counts, guessed = ground.buildings.households.copy(), ground.estimated.copy()
    for k, code in enumerate(ground.codes):
        if code in given:
            counts[k], guessed[k] = given[code], False
        elif register:
            counts[k], guessed[k] = register.get(code, (0, False))
    return counts, guessed


def with_new_buildings(connection: Connection, ground: Ground) -> Ground:
    """Return the ground with the buildings that came to the register since, empty yet.

    Each belongs to the cell its inner point lies in.
    """
    values = {"community": ground.cells.code, "known": list(ground.codes)}
    rows = connection.execute(text(_NEW), values).all()
    if not rows:
        return ground
    found = [shapely.from_wkb(row.geom) for row in rows]
    shapes = metres(np.array(found, object), ground.crs)
    points = shapely.point_on_surface(shapes)
    tree = shapely.STRtree(ground.cells.polygons)
    at, cell = tree.query(points, predicate="within")
    first = np.unique(at, return_index=True)[1]
    at, cell = at[first], cell[first]
    if len(at) == 0:
        return ground
    cells, homes, count = ground.cells, ground.buildings, len(at)
    size = len(homes.names)
    known = set(homes.names)
    names = [
        row.name if row.name not in known else f"{row.name}（{row.code}）"
        for row in (rows[k] for k in at)
    ]
    return replace(
        ground,
        codes=(*ground.codes, *(rows[k].code for k in at)),
        estimated=np.r_[ground.estimated, np.zeros(count, bool)],
        buildings=Buildings(
            names=(*homes.names, *names),
            points=np.r_[homes.points, points[at]],
            households=np.r_[homes.households, np.zeros(count, np.int64)],
            footprints=np.r_[homes.footprints, shapes[at]],
        ),
        cells=replace(
            cells,
            members=np.arange(size + count),
            member_cell=np.r_[cells.member_cell, cell.astype(np.int32)],
            straddles=np.r_[cells.straddles, np.zeros(count, bool)],
            buildings=cells.buildings
            + np.bincount(cell, minlength=len(cells.buildings)),
        ),
    )


_COUNTED = """
    select code, households, estimated from building where community = :community
"""
_NEW = """
    select code, coalesce(nullif(address, ''),
                          nullif(concat_ws(' ', nullif(compound_name, ''), code), ''),
                          code) as name, st_asbinary(geom) as geom
    from building where community = :community and code <> all(:known)
    order by code collate "C"
"""
