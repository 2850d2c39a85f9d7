"""Check households and buildings by counting them again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.evidence import Evidence, Findings

__all__ = ["check_households"]


def check_households(e: Evidence) -> Findings:
    """Count households again, from buildings up (DESIGN: households recounted).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.

    Returns
    -------
    Findings
        Grids, cells and communities whose number is not the sum of what lies in
        them, and buildings that lie elsewhere than they say.
    """
    found = Findings(e)
    _misplaced_buildings(found, e)
    count = e.buildings["households"].to_numpy(dtype=float)
    ones = np.ones(len(count))
    _compare(
        found,
        e,
        keys=range(len(e.grids)),
        given=e.grids["households"],
        counted=e.per_grid(e.building_grid, count),
        words=("户数", "建筑合计", "households", "its buildings hold"),
    )
    _compare(
        found,
        e,
        keys=range(len(e.grids)),
        given=e.grids["households"],
        counted=e.per_grid(e.cell_grid, e.cells["households"].to_numpy(dtype=float)),
        words=("户数", "单元合计", "households", "its cells hold"),
    )
    _compare(
        found,
        e,
        keys=range(len(e.grids)),
        given=e.grids["buildings"],
        counted=e.per_grid(e.building_grid, ones),
        words=("建筑数", "实有", "buildings", "it holds"),
    )
    _cell_counts(found, e, count)
    _community_counts(found, e, count)
    place = e.building_community
    found.count("buildings", e.per_community(place, ones))
    found.count(
        "households_grids",
        e.per_community(e.grid_community, e.grids["households"].to_numpy(dtype=float)),
    )
    cell_community = np.where(e.cell_grid < 0, -1, e.grid_community[e.cell_grid])
    found.count(
        "households_cells",
        e.per_community(cell_community, e.cells["households"].to_numpy(dtype=float)),
    )
    found.count("households_buildings", e.per_community(place, count))
    found.count(
        "straddling_buildings",
        e.per_community(place, e.buildings["straddles"].to_numpy(dtype=float)),
    )
    return found


def _misplaced_buildings(found: Findings, e: Evidence) -> None:
    """Note buildings whose point is not in the grid and cell they name."""
    points = e.buildings.geometry.array.to_numpy()
    grids = e.grids.geometry.array.to_numpy()
    cells = e.cells.geometry.array.to_numpy()
    wrong = np.zeros(len(points), dtype=int)
    for row in np.flatnonzero(~(_inside(grids, e.building_grid, points))):
        wrong[row] = 1
        found.add(
            "building_grid",
            community=int(e.building_community[row]),
            zh="建筑不在所登记的网格内",
            en="building does not lie in the grid it names",
            grids=(e.buildings["grid"].iloc[row],),
            where=points[row],
        )
    for row in np.flatnonzero(~_inside(cells, e.building_cell, points) & (wrong == 0)):
        wrong[row] = 1
        found.add(
            "building_cell",
            community=int(e.building_community[row]),
            zh="建筑不在所登记的单元内",
            en="building does not lie in the cell it names",
            grids=(e.buildings["grid"].iloc[row],),
            where=points[row],
        )
    found.count("misplaced_buildings", e.per_community(e.building_community, wrong))


def _inside(
    areas: NDArray[np.object_], at: NDArray[np.int64], points: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell for each point whether the area at its position covers it."""
    shapely.prepare(areas)
    inside = np.zeros(len(points), dtype=bool)
    known = at >= 0
    inside[known] = shapely.covers(areas[at[known]], points[known])
    return inside


def _compare(
    found: Findings,
    e: Evidence,
    *,
    keys: range,
    given: pd.Series,
    counted: NDArray[np.int64],
    words: tuple[str, str, str, str],
) -> None:
    """Note each grid whose column differs from a count."""
    column = given.to_numpy(dtype=float)
    for row in np.flatnonzero(column != counted):
        found.add(
            "count",
            community=int(e.grid_community[row]),
            zh=f"网格{words[0]}为{column[row]:g}，{words[1]}{counted[row]}",
            en=f"grid says {column[row]:g} {words[2]}, {words[3]} {counted[row]}",
            grids=(found.codes[keys[row]],),
            measure=abs(column[row] - counted[row]),
            where=e.grids.geometry.iloc[row],
        )


def _cell_counts(found: Findings, e: Evidence, count: NDArray[np.float64]) -> None:
    """Note cells that do not hold the households of their buildings."""
    known = e.building_cell >= 0
    held = np.bincount(e.building_cell[known], count[known], len(e.cells))
    given = e.cells["households"].to_numpy(dtype=float)
    for row in np.flatnonzero(held != given):
        grid = e.cell_grid[row]
        found.add(
            "cell_count",
            community=int(e.grid_community[grid]) if grid >= 0 else -1,
            zh=f"单元户数为{given[row]:g}，建筑合计{held[row]:g}",
            en=f"cell says {given[row]:g} households, its buildings hold {held[row]:g}",
            grids=(e.cells["grid"].iloc[row],),
            measure=abs(held[row] - given[row]),
            where=e.cells.geometry.iloc[row],
        )


def _community_counts(found: Findings, e: Evidence, count: NDArray[np.float64]) -> None:
    """Note communities that do not hold the households of their buildings."""
    held = e.per_community(e.building_community, count)
    given = e.communities["households"].to_numpy(dtype=float)
    for row in np.flatnonzero(held != given):
        found.add(
            "community_count",
            community=int(row),
            zh=f"社区户数为{given[row]:g}，建筑合计{held[row]}",
            en=f"community says {given[row]:g} households, "
            f"its buildings hold {held[row]}",
            measure=abs(held[row] - given[row]),
            where=e.communities.geometry.iloc[row],
        )
