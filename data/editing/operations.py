"""Operations by name and plain parameters, as requests and the log have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.editing.counts import new_counts, with_new_buildings
from data.editing.errors import InTheWayError
from data.editing.ground import Ground, building_marks, metres
from data.editing.limited import draw_limited
from data.editing.model import State
from gis.degrees import to_degrees
from gis.edits import (
    Edit,
    EditError,
    change_type,
    draw_grid,
    give_building,
    lock,
    merge_grids,
    reassign,
    redraw_around_locks,
    rename,
    renumber,
    repartition_after_counts,
    reshape_seam,
    snap_between,
    split_by_line,
    split_grid,
    unlock,
)
from gis.edits.cutting import in_the_way, tidy_line
from gis.kinds import GridType
from gis.partition import partition_cells, repartition_cells

__all__ = ["ASKING", "DRAWING", "OPERATIONS", "Made", "carry_out"]

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """An edit, the line it cut along, and the buildings the drawn line runs through.

    `ground` is the one the edit starts from: that of the plan, or one with the
    buildings that came to the register since.
    """

    edit: Edit
    line: Any = None
    hit: tuple[int, ...] = ()
    ground: Ground | None = None


def carry_out(
    connection: Connection | None,
    state: State,
    operation: str,
    parameters: Parameters,
) -> Made:
    """Make an edit in memory; the record is only asked, never changed.

    It is asked by `ASKING`; others need no connection.
    """
    try:
        return OPERATIONS[operation](connection, state, parameters)
    except EditError as error:
        if not error.buildings:
            raise
        names = {name: k for k, name in enumerate(state.ground.buildings.names)}
        places = [names[name] for name in error.buildings]
        raise InTheWayError(error, building_marks(state.ground, places)) from error


def _how(parameters: Parameters) -> dict[str, Any]:
    """Return what becomes of parts cut off, and of grids that lose all cells."""
    return {
        "orphans": parameters.get("orphans", "refuse"),
        "remove_emptied": bool(parameters.get("remove_emptied", False)),
    }


def _reassign(_: Connection | None, state: State, p: Parameters) -> Made:
    return Made(reassign(state.draft, p["cells"], p["to"], **_how(p)))


def _give_building(_: Connection | None, state: State, p: Parameters) -> Made:
    codes = state.ground.codes
    at = codes.index(p["building"]) if p["building"] in codes else -1
    return Made(give_building(state.draft, at, p["to"], **_how(p)))


def _merge(_: Connection | None, state: State, p: Parameters) -> Made:
    into = p.get("into") or ""
    return Made(merge_grids(state.draft, p["grids"], into=into))


def _split(_: Connection | None, state: State, p: Parameters) -> Made:
    parts, seed = int(p.get("parts", 2)), int(p.get("seed", 0))
    return Made(split_grid(state.draft, p["grid"], parts, seed=seed))


def _split_by_line(_: Connection | None, state: State, p: Parameters) -> Made:
    drawn = _Line(state, p["line"], [p["grid"]], p)
    edit = split_by_line(
        state.draft, p["grid"], drawn.line, through_buildings=drawn.through
    )
    return drawn.made(edit)


def _reshape(_: Connection | None, state: State, p: Parameters) -> Made:
    drawn = _Line(state, p["line"], p["grids"], p)
    first, second = p["grids"]
    edit = reshape_seam(
        state.draft,
        (first, second),
        drawn.line,
        through_buildings=drawn.through,
        orphans=p.get("orphans", "refuse"),
    )
    return drawn.made(edit)


def _draw(_: Connection | None, state: State, p: Parameters) -> Made:
    ring = list(p["polygon"])
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    free = [
        code
        for code, grid in zip(state.draft.codes, state.draft.grids, strict=True)
        if not grid.locked
    ]
    drawn = _Line(state, ring, free, p)
    if len(drawn.line.coords) < 4:
        raise EditError(
            "line_too_short",
            "范围至少要三个点",
            "an outline takes three places or more",
        )
    edit = draw_grid(
        state.draft,
        shapely.Polygon(drawn.line.coords),
        kind=GridType[p.get("type", "resident").upper()],
        name=p.get("name", ""),
        through_buildings=drawn.through,
        **_how(p),
    )
    return drawn.made(edit)


def _change_type(_: Connection | None, state: State, p: Parameters) -> Made:
    kind = GridType[p["type"].upper()]
    return Made(change_type(state.draft, p["grid"], kind))


def _rename(_: Connection | None, state: State, p: Parameters) -> Made:
    return Made(rename(state.draft, p["grid"], p["name"]))


def _renumber(_: Connection | None, state: State, p: Parameters) -> Made:
    return Made(renumber(state.draft, p.get("serials")))


def _lock(_: Connection | None, state: State, p: Parameters) -> Made:
    return Made(lock(state.draft, p.get("grids")))


def _unlock(_: Connection | None, state: State, p: Parameters) -> Made:
    return Made(unlock(state.draft, p.get("grids")))


def _redraw(_: Connection | None, state: State, p: Parameters) -> Made:
    draw, seed = draw_limited(partition_cells), int(p.get("seed", 0))
    return Made(redraw_around_locks(state.draft, seed=seed, draw=draw))


def _repartition(connection: Connection | None, state: State, p: Parameters) -> Made:
    assert connection is not None
    ground = state.ground
    if p.get("from_register", True):
        ground = with_new_buildings(connection, ground)
    counts, guessed = new_counts(connection, ground, p)
    draft = replace(state.draft, cell_set=ground.cells, buildings=ground.buildings)
    drawn, seed = draw_limited(repartition_cells), int(p.get("seed", 0))
    edit = repartition_after_counts(draft, counts, seed=seed, draw=drawn)
    return Made(edit, ground=replace(ground, estimated=guessed))


class _Line:
    """A drawn line in metres, led around buildings unless told otherwise."""

    def __init__(
        self, state: State, places: Any, codes: list[str], p: Parameters
    ) -> None:
        self.how = p.get("buildings", "around")
        draft = state.draft
        shape = np.array([shapely.LineString(places)], object)
        drawn = tidy_line(metres(shape, draft.crs)[0])
        near = [draft.place(code) for code in codes]
        home = draft.labels[draft.cell_set.member_cell]
        at = np.flatnonzero(np.isin(home, near))
        footprints = draft.buildings.footprints[at]
        self.hit = tuple(at[in_the_way([drawn], footprints)].tolist())
        self.line = drawn
        self.crs = draft.crs
        if self.how == "around" and self.hit:
            self.line = snap_between(drawn, footprints)

    @property
    def through(self) -> bool:
        """Whether the line may part buildings."""
        return bool(self.how == "through")

    def made(self, edit: Edit) -> Made:
        """Return the edit along this line."""
        change = to_degrees(self.crs).transform
        line = shapely.transform(self.line, change, interleaved=False)
        return Made(edit, line, self.hit)


ASKING = frozenset({"repartition_after_counts"})
"""Operations that ask the register."""
DRAWING = ASKING | {"redraw_around_locks"}
"""Operations that may take many seconds."""

OPERATIONS: dict[str, Callable[[Connection | None, State, Parameters], Made]] = {
    "reassign": _reassign,
    "give_building": _give_building,
    "merge_grids": _merge,
    "split_grid": _split,
    "split_by_line": _split_by_line,
    "reshape_seam": _reshape,
    "draw_grid": _draw,
    "change_type": _change_type,
    "rename": _rename,
    "renumber": _renumber,
    "lock": _lock,
    "unlock": _unlock,
    "redraw_around_locks": _redraw,
    "repartition_after_counts": _repartition,
}
