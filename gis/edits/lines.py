"""Edits by a drawn line: cells are cut along it where it crosses them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon

from gis.edits.assign import Orphans
from gis.edits.changes import Edit
from gis.edits.cut_draft import CutDraft
from gis.edits.cutting import cut_cells, tidy_line
from gis.edits.draft import Draft, Grid
from gis.edits.guard import require_unlocked
from gis.edits.refusals import EditError
from gis.edits.sides import (
    carried_on,
    mostly_inside,
    parts_at_seam,
    side_of_most,
    sides_of,
)
from gis.kinds import GridType

__all__ = ["draw_grid", "reshape_seam", "split_by_line"]


def split_by_line(
    draft: Draft, code: str, line: Any, *, through_buildings: bool = False
) -> Edit:
    """Split a grid along a drawn line.

    Parameters
    ----------
    draft : Draft
    code : str
    line : LineString
        From edge to edge of the grid, in the CRS of the draft; an end less than
        10 m inside is carried on to the edge.
    through_buildings : bool, default False
        Whether the line may part a building; it counts where its point lies.

    Returns
    -------
    Edit
        The part with most households keeps code and name. A line that leaves the
        grid and comes back makes more than two parts.

    Raises
    ------
    LockedError
        If the grid is locked.
    EditError
        If the grid is unknown, the line does not part it, or would part a building.

    Examples
    --------
    >>> from gis.edits.samples import CORNER, row_draft
    >>> draft = row_draft([300, 200], [0, 0])
    >>> x, y = CORNER
    >>> line = LineString([(x + 90, y - 5), (x + 90, y + 105)])
    >>> edit = split_by_line(draft, draft.codes[0], line)
    >>> edit.plan.outlines[0].area, edit.cut
    (9000.0, {0: (0, 2)})
    """
    require_unlocked(draft, [code])
    place = draft.place(code)
    outline = draft.outlines[place]
    drawn = carried_on(tidy_line(line), outline)
    sides = sides_of(outline, drawn)
    if len(sides) < 2:
        raise _no_cut(draft, [code])
    work = _cut(draft, drawn, [code], through_buildings=through_buildings)
    own = np.flatnonzero(work.labels == place)
    number = side_of_most(work.polygons[own], sides)
    parts, number = np.unique(number, return_inverse=True)
    if len(parts) < 2:
        raise _no_cut(draft, [code])
    load = np.bincount(number, work.households[own])
    area = np.bincount(number, shapely.area(work.polygons[own]))
    order = np.lexsort((-area, -load))
    rank = np.argsort(order)
    added = np.r_[place, len(draft.codes) + np.arange(len(parts) - 1)]
    work.labels[own] = added[rank[number]]
    kind = draft.grids[place].type
    return work.commit("split_by_line", new=[Grid("", kind)] * (len(parts) - 1))


def reshape_seam(
    draft: Draft,
    codes: tuple[str, str],
    line: Any,
    *,
    through_buildings: bool = False,
    orphans: Orphans = "refuse",
) -> Edit:
    """Draw a stretch of the seam between two grids anew.

    Parameters
    ----------
    draft : Draft
    codes : tuple of str
        The two neighbours.
    line : LineString
        The new stretch, from a place on the seam to another, or to its ends; it may
        cross the seam. An end less than 10 m inside is carried on.
    through_buildings : bool, default False
        Whether the line may part a building; it counts where its point lies.
    orphans : {"refuse", "hand_over"}
        See `reassign`.

    Returns
    -------
    Edit
        What lies between the old seam and the line has changed sides.

    Raises
    ------
    LockedError
        If one of the two is locked.
    EditError
        If a grid is unknown, the two do not touch, the line does not cut one of
        them off at the seam, or would part a building.

    Notes
    -----
    The line parts each of the grids it runs through. Parts bounded by the line and
    the seam alone go over; of the others the largest stays, and those at the seam
    go over too.

    Examples
    --------
    >>> from gis.edits.samples import CORNER, row_draft
    >>> draft = row_draft([400, 400], [0, 1])
    >>> x, y = CORNER
    >>> line = LineString([(x + 90, y - 5), (x + 90, y + 105)])
    >>> edit = reshape_seam(draft, draft.codes, line)
    >>> edit.plan.outlines[0].area, edit.households_moved
    (9000.0, 0)
    """
    require_unlocked(draft, codes)
    places = [draft.place(code) for code in codes]
    outlines = draft.outlines[places]
    seam = _seam_between(draft, codes)
    drawn = carried_on(tidy_line(line), *outlines)
    over = [parts_at_seam(outline, drawn, seam) for outline in outlines]
    if not any(len(parts) for parts in over):
        raise EditError(
            "line_off_seam",
            f"线没有从 {draft.serials(codes, '、')} 的接边线画到接边线；"
            "请从接边线上起笔、收笔",
            f"the line does not run from seam to seam of {draft.serials(codes)}; "
            "begin and end it on their seam",
            grids=codes,
        )
    work = _cut(draft, drawn, codes, through_buildings=through_buildings)
    former = work.labels.copy()
    for place, other, parts in zip(places, places[::-1], over, strict=True):
        own = np.flatnonzero(former == place)
        work.labels[own[mostly_inside(work.polygons[own], parts)]] = other
    return work.commit("reshape_seam", orphans=orphans, givers=places)


def draw_grid(
    draft: Draft,
    polygon: Polygon,
    *,
    kind: GridType = GridType.RESIDENT,
    name: str = "",
    through_buildings: bool = False,
    orphans: Orphans = "refuse",
    remove_emptied: bool = False,
) -> Edit:
    """Draw a new grid from a polygon.

    Parameters
    ----------
    draft : Draft
    polygon : Polygon
        In the CRS of the draft; what lies outside the community and in its own holes
        counts for nothing.
    kind : GridType, default RESIDENT
    name : str, optional
        The one that follows from the code by default.
    through_buildings : bool, default False
        Whether its outline may part a building; it counts where its point lies.
    orphans, remove_emptied
        See `reassign`, for the grids that give ground.

    Returns
    -------
    Edit

    Raises
    ------
    LockedError
        If it takes ground from a locked grid.
    EditError
        If the polygon takes no cell, its outline would part a building, or a grid
        would not be in one piece.

    Examples
    --------
    >>> from gis.edits.samples import CORNER, row_draft
    >>> draft = row_draft([300, 200], [0, 0])
    >>> x, y = CORNER
    >>> edit = draw_grid(draft, shapely.box(x + 110, y - 9, x + 300, y + 200))
    >>> edit.plan.outlines[1].area, edit.plan.households.tolist()
    (9000.0, [300, 200])
    """
    ring = tidy_line(LineString(polygon.exterior))
    taken = Polygon(ring.coords)
    shapely.prepare(taken)
    inside = np.unique(draft.labels[shapely.intersects(draft.cell_set.polygons, taken)])
    givers = [draft.codes[g] for g in inside if g >= 0 and not draft.grids[g].locked]
    work = _cut(draft, ring, givers, through_buildings=through_buildings)
    chosen = mostly_inside(work.polygons, np.array([taken], object))
    if not chosen.any():
        raise EditError(
            "no_cells",
            "画的范围里没有单元；请画大一些",
            "the polygon takes no cell; draw it larger",
        )
    giving = np.unique(work.labels[chosen])
    require_unlocked(draft, [draft.codes[g] for g in giving if g >= 0])
    work.labels[chosen] = len(draft.codes)
    return work.commit(
        "draw_grid",
        new=[Grid(name.strip(), kind)],
        orphans=orphans,
        givers=giving[giving >= 0].tolist(),
        remove_emptied=remove_emptied,
    )


def _cut(
    draft: Draft, line: Any, codes: Collection[str], *, through_buildings: bool
) -> CutDraft:
    """Cut the cells of some grids along a line, if it cuts any."""
    places = [draft.place(code) for code in codes]
    cut = cut_cells(
        draft.cell_set,
        draft.buildings,
        line,
        within=np.flatnonzero(np.isin(draft.labels, places)),
        through_buildings=through_buildings,
        ways=draft.ways,
    )
    return CutDraft(draft, cut.cell_set, cut.pieces) if cut else CutDraft(draft)


def _no_cut(draft: Draft, codes: Collection[str]) -> EditError:
    return EditError(
        "line_does_not_cut",
        f"线没有把网格 {draft.serials(codes, '、')} 切开；请从一边画到另一边",
        f"the line does not part grid {draft.serials(codes)}; draw it from edge to "
        "edge",
        grids=codes,
    )


def _seam_between(draft: Draft, codes: tuple[str, str]) -> Any:
    """Return the seam of two grids as lines, or refuse two that do not touch."""
    a, b = (draft.place(code) for code in codes)
    segments, labels = draft.cell_set.segments, np.r_[draft.labels, -1]
    i, j = labels[segments.i], labels[segments.j]
    at = ((i == a) & (j == b)) | ((i == b) & (j == a))
    if not at.any():
        raise EditError(
            "not_neighbours",
            f"网格 {draft.serials(codes, '、')} 不相邻，没有接边线",
            f"grids {draft.serials(codes)} do not touch: there is no seam to reshape",
            grids=codes,
        )
    return shapely.multilinestrings(
        shapely.linestrings(np.stack([segments.a[at], segments.b[at]], axis=1))
    )
