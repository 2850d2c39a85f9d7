"""Give one building to another grid, with the ground around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gis.edits.assign import Orphans, reassign
from gis.edits.changes import Edit
from gis.edits.cut_draft import CutDraft
from gis.edits.cutting import replace_cells
from gis.edits.draft import Draft
from gis.edits.guard import require_unlocked
from gis.edits.refusals import EditError
from gis.tessellation import cut_block

__all__ = ["give_building"]


def give_building(
    draft: Draft,
    building: int,
    to: str,
    *,
    orphans: Orphans = "refuse",
    remove_emptied: bool = False,
) -> Edit:
    """Give a building to a grid; its cell is cut where it holds others too.

    Parameters
    ----------
    draft : Draft
    building : int
        Place in `Draft.buildings`.
    to : str
        Code of the grid that gets it.
    orphans, remove_emptied
        See `reassign`.

    Returns
    -------
    Edit
        The cut runs midway between the building and those around it. Buildings on
        the very same spot go along.

    Raises
    ------
    LockedError
        If the grid that gives or gets is locked.
    EditError
        If the building or the grid is unknown, the building cannot be parted from
        all others of its cell, or a grid would not be in one piece.

    Examples
    --------
    >>> from gis.edits.samples import row_draft
    >>> draft = row_draft([300, 100, 300], [0, 0, 1])
    >>> give_building(draft, 1, draft.codes[1]).plan.households.tolist()
    [300, 400]
    """
    cells, buildings = draft.cell_set, draft.buildings
    if not 0 <= building < len(buildings.names):
        raise EditError(
            "unknown_building",
            "方案里没有这栋建筑；请刷新后再试",
            "the plan has no such building; reload and try again",
        )
    cell = int(cells.member_cell[building])
    mates = np.flatnonzero(cells.member_cell == cell)
    if len(mates) == 1:
        edit = reassign(
            draft, [cell], to, orphans=orphans, remove_emptied=remove_emptied
        )
        return replace(edit, operation="give_building")
    former = draft.code_at(cell)
    require_unlocked(draft, {to, former} if former else {to})
    pieces = cut_block(cells.polygons[cell], buildings.footprints[mates])
    if len(pieces) < 2:
        name = buildings.names[building]
        raise EditError(
            "building_not_apart",
            f"{name}与同一单元的其他建筑分不开；请把整个单元划过去",
            f"{name} cannot be parted from the others of its cell; give the whole cell",
            cells=[cell],
            buildings=[buildings.names[k] for k in mates.tolist()],
        )
    own = int(shapely.distance(pieces, buildings.points[building]).argmin())
    rest = shapely.coverage_union_all(np.delete(pieces, own))
    parts = [pieces[own], *shapely.get_parts([rest])]
    cell_set, origin = replace_cells(cells, buildings, {cell: parts}, ways=draft.ways)
    work = CutDraft(draft, cell_set, origin)
    givers = np.unique(work.labels[cell : cell + 1])
    work.labels[cell_set.member_cell[building]] = draft.place(to)
    return work.commit(
        "give_building",
        orphans=orphans,
        givers=givers[givers >= 0].tolist(),
        remove_emptied=remove_emptied,
    )
