"""A plan of the record as a draft in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data.editing.cache import GROUNDS, STATES
from data.editing.ground import Ground, load_ground
from data.editing.model import Head, Row, State
from data.errors import no_plan
from gis.edits import Draft, Grid, Reason
from gis.kinds import GridType
from gis.plan import outline_of

__all__ = [
    "GRID_COLUMNS",
    "HEAD",
    "SEAM_COLUMNS",
    "draft_from",
    "find_ground",
    "find_state",
    "head_of",
    "is_remembered",
    "read_head",
]

GRID_COLUMNS = (
    *("code", "name", "type", "households", "buildings", "estimated", "area_m2"),
    *("compactness", "street_share", "in_band", "reason", "reason_zh", "reason_en"),
    *("color", "locked", "geom"),
)
SEAM_COLUMNS = ("left_grid", "right_grid", "kind", "length_m", "geom")


def read_head(connection: Connection, plan: int) -> Head:
    """Return the row of a plan, as the transaction sees it. Raises `NotFoundError`."""
    row = connection.execute(_READ, {"plan": plan}).one_or_none()
    return head_of(plan, None if row is None else dict(row._mapping))


def head_of(plan: int, found: dict[str, Any] | None) -> Head:
    """Return what was asked by `HEAD`. Raises `NotFoundError`."""
    if found is None:
        raise no_plan(plan)
    # A version that was rolled back is given out again, by another transaction.
    stamp = (found.pop("database"), found["row_version"], found.pop("writer"))
    return Head(**found, stamp=stamp)


def is_remembered(head: Head) -> bool:
    """Tell if a plan is in memory as it is in the record."""
    known = STATES.get((head.stamp[0], head.id), head.stamp)
    return known is not None and known.head.register == head.register


def find_state(connection: Connection, head: Head) -> State:
    """Return a plan as it is now: from memory if it is the same, else from the record.

    The connection must see the plan as `head` tells it: under its lock, or in the
    snapshot the head was read from.
    """
    known = STATES.get((head.stamp[0], head.id), head.stamp)
    if known is not None and known.head.register == head.register:
        return known.at(head)
    ground = find_ground(connection, head, head.cell_set)
    values = {"plan": head.id}
    grids: dict[str, Row] = {
        row.code: dict(row._mapping) for row in connection.execute(text(_GRIDS), values)
    }
    seams: dict[int, Row] = {}
    for row in connection.execute(text(_SEAMS), values):
        found = dict(row._mapping)
        seams[found.pop("id")] = found
    place = {code: k for k, code in enumerate(grids)}
    labels = np.full(len(ground.stored), -1, np.int32)
    for cell, code in connection.execute(text(_CELLS), values):
        labels[cell] = place[code]
    draft = draft_from(ground, head, grids, labels)
    state = State(head, ground, draft, grids, seams)
    STATES.put((head.stamp[0], head.id), head.stamp, state)
    return state


def find_ground(connection: Connection, head: Head, cell_set: int) -> Ground:
    """Return a cell set, from memory if nothing of the register changed."""
    key = (head.stamp[0], cell_set)
    known = GROUNDS.get(key, head.register)
    if known is None:
        known = load_ground(connection, cell_set, plan=head.id)
        GROUNDS.put(key, head.register, known)
    return known


def draft_from(
    ground: Ground,
    head: Head,
    grids: Mapping[str, Row],
    labels: NDArray[np.int32],
    *,
    former: Draft | None = None,
) -> Draft:
    """Return the draft of some rows; grids are in the order of their codes.

    Outlines of grids that have the same cells as in `former` are taken from it.
    """
    codes = tuple(sorted(grids))
    if codes != tuple(grids):
        rank = {code: k for k, code in enumerate(codes)}
        order = np.array([*(rank[code] for code in grids), -1], np.int32)
        labels = order[labels]
    return Draft(
        cell_set=ground.cells,
        buildings=ground.buildings,
        labels=labels,
        codes=codes,
        grids=tuple(_grid(grids[code]) for code in codes),
        outlines=_outlines(ground, codes, labels, former),
        low=head.low,
        high=head.high,
        crs=ground.crs,
        ways=ground.ways,
    )


def _grid(row: Row) -> Grid:
    why = Reason(row["reason"], row["reason_zh"], row["reason_en"])
    return Grid(
        name=row["name"],
        type=GridType[row["type"].upper()],
        locked=row["locked"],
        reason=why if why.code else None,
    )


def _outlines(
    ground: Ground,
    codes: tuple[str, ...],
    labels: NDArray[np.int32],
    former: Draft | None,
) -> NDArray[Any]:
    polygons = ground.cells.polygons
    kept: dict[str, Any] = {}
    if former is not None:
        kept = _same_outlines(former, ground, codes, labels)
    found = np.full(len(codes), None, dtype=object)
    for k, code in enumerate(codes):
        found[k] = kept.get(code)
        if found[k] is None:
            found[k] = outline_of(polygons[labels == k])
    return found


def _same_outlines(
    former: Draft, ground: Ground, codes: tuple[str, ...], labels: NDArray[np.int32]
) -> dict[str, Any]:
    """Return the outlines of the grids whose cells are what they were."""
    before, after = former.cell_set.polygons, ground.cells.polygons
    size = min(len(before), len(after))
    names = np.array([*codes, ""], object)[labels]
    held = np.array([*former.codes, ""], object)[former.labels]
    other = np.ones(max(len(before), len(after)), bool)
    other[:size] = names[:size] != held[:size]
    if before is not after:
        other[:size] |= [a is not b for a, b in zip(after, before, strict=False)]
    stale = {*names[other[: len(names)]], *held[other[: len(held)]]}
    return {
        code: outline
        for code, outline in zip(former.codes, former.outlines, strict=True)
        if code not in stale
    }


HEAD = """
    select p.id, p.community, p.cell_set, p.status, p.low, p.high, p.row_version,
           p.done, p.undone, p.xmin::text as writer,
           (select oid::bigint from pg_database where datname = current_database())
               as database,
           ((select coalesce(sum(folded), 0) from table_version
             where relation in ('building', 'street'))
            + (select count(*) from table_change
               where relation in ('building', 'street')))::bigint as register,
           p.id = (select o.id from plan o where o.community = p.community
                   order by o.status in ('published', 'archived')
                            and daterange(o.effective_from, o.effective_to)
                                @> current_date desc,
                            o.version desc
                   limit 1) as searched{more}
    from plan p where p.id = {plan}
"""
_READ = text(HEAD.format(more="", plan=":plan"))
_GRIDS = f"""
    select {", ".join(name for name in GRID_COLUMNS if name != "geom")},
           geom::text as geom
    from grid where plan = :plan order by code collate "C"
"""
_SEAMS = """
    select id, left_grid, right_grid, kind, length_m, geom::text as geom
    from seam where plan = :plan order by id
"""
_CELLS = "select cell, grid from plan_cell where plan = :plan order by cell"
