"""Rows of grids and seams after an edit: what the record holds of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.editing.ground import Ground
from data.editing.model import Row, State
from gis.colouring import colour_graph
from gis.edits import Draft
from gis.kinds import SEAM_KINDS, GridType, SeamKind
from gis.seams import seam_parts

__all__ = ["SeamChange", "ewkb", "grid_rows", "seam_change", "shapes_of"]

_SRID = 4326
_COLOURS = 4


def ewkb(shapes: NDArray[Any]) -> list[str]:
    """Return shapes in degrees as the record gives them back."""
    found = shapely.to_wkb(shapely.set_srid(shapes, _SRID), hex=True, include_srid=True)
    return list(np.atleast_1d(found))


def shapes_of(rows: Collection[Row]) -> NDArray[Any]:
    """Return the shapes of rows, in degrees."""
    found = np.empty(len(rows), object)
    found[:] = [_shape(row["geom"]) for row in rows]
    return found


@lru_cache(4096)
def _shape(geom: str) -> Any:
    """Return a shape of the record; most are looked at again by the next edit."""
    return shapely.from_wkb(geom)


@dataclass(frozen=True)
class SeamChange:
    """Seams that go, by number, seams that come, and all there are then."""

    gone: dict[int, Row]
    come: list[Row]
    kept: dict[int, Row]

    def all(self) -> list[Row]:
        """Return the seams of the plan afterwards."""
        return [*self.kept.values(), *self.come]


def seam_change(
    state: State, after: Draft, ground: Ground, touched: Collection[str]
) -> SeamChange:
    """Return which seams of some grids, and of grids that went, are others now."""
    places = np.array([after.place(code) for code in touched], np.int64)
    parts = seam_parts(after.cell_set, after.labels, touching=places)
    shapes = ground.book.degrees(parts.lines)
    fresh: dict[tuple[Any, ...], Row] = {}
    for k, geom in enumerate(ewkb(shapes) if len(shapes) else []):
        row = {
            "left_grid": after.codes[parts.low[k]],
            "right_grid": after.codes[parts.high[k]],
            "kind": SEAM_KINDS[parts.kind[k]],
            "length_m": round(float(parts.lines[k].length), 2),
            "geom": geom,
        }
        fresh[_seam_key(row)] = row
    codes, concerned = set(after.codes), set(touched)
    gone: dict[int, Row] = {}
    kept: dict[int, Row] = {}
    other: dict[int, Row] = {}
    for number, row in state.seams.items():
        left, right = row["left_grid"], row["right_grid"]
        if left not in codes or right not in codes:
            gone[number] = row
        elif not {left, right} & concerned or fresh.pop(_seam_key(row), {}):
            kept[number] = row
        else:
            other[number] = row
    # Among those that are left may be some that only run the other way.
    come = list(fresh.values())
    turned = dict(zip(_marks(come), come, strict=True))
    for (number, row), mark in zip(
        other.items(), _marks(list(other.values())), strict=True
    ):
        if turned.pop(mark, None):
            kept[number] = row
        else:
            gone[number] = row
    return SeamChange(gone, list(turned.values()), kept)


def _seam_key(row: Row) -> tuple[str, str, str, str]:
    return row["left_grid"], row["right_grid"], row["kind"], row["geom"]


def _marks(rows: Sequence[Row]) -> list[tuple[str, str, str, bytes]]:
    """Return what tells seams apart, whichever way they run."""
    if not rows:
        return []
    shapes = shapely.to_wkb(shapely.normalize(shapes_of(rows)))
    return [
        (*_seam_key(row)[:3], shape) for row, shape in zip(rows, shapes, strict=True)
    ]


def grid_rows(
    state: State,
    after: Draft,
    ground: Ground,
    touched: Collection[str],
    seams: SeamChange | None,
) -> dict[str, Row]:
    """Return the rows of the grids that are others now, by code.

    Besides those an edit touched that may be neighbours: a seam more changes the share
    of seams on streets, and a neighbour of the same colour another colour.
    """
    all_seams = list(state.seams.values()) if seams is None else seams.all()
    colors = _colors(state, after, touched, all_seams)
    near = {
        code
        for row in ([*seams.gone.values(), *seams.come] if seams else [])
        for code in (row["left_grid"], row["right_grid"])
    }
    shares = _street_shares(all_seams, {*touched, *near})
    figures = _Figures(after, ground)
    found: dict[str, Row] = {}
    for code in after.codes:
        former = state.grids.get(code)
        if code in touched:
            row = figures.row(code)
            row |= {"street_share": shares.get(code, 1.0), "color": colors[code]}
            if former is not None and _same_shape(former, row):
                row["geom"] = former["geom"]
        elif former is None:
            continue
        else:
            row = dict(former)
            if code in near:
                row["street_share"] = shares.get(code, 1.0)
            row["color"] = colors[code]
        if row != former:
            found[code] = row
    return found


def _same_shape(former: Row, row: Row) -> bool:
    """Tell if two rows have the same outline, wherever its ring starts."""
    before, after = former["geom"], row["geom"]
    if before == after or len(before) != len(after):
        return bool(before == after)
    a, b = shapely.normalize(shapes_of([former, row]))
    return bool(shapely.equals_identical(a, b))


class _Figures:
    """What is counted and measured of the grids of a draft."""

    def __init__(self, draft: Draft, ground: Ground) -> None:
        self.draft, self.ground = draft, ground
        cells = draft.cell_set
        k = len(draft.codes)
        held = draft.labels >= 0
        self.households = draft.households.tolist()
        count = np.bincount(draft.labels[held], cells.buildings[held], k)
        self.buildings = count.astype(int).tolist()
        home = draft.labels[cells.member_cell]
        guessed = draft.buildings.households * ground.estimated
        inside = home >= 0
        sums = np.bincount(home[inside], guessed[inside], k)
        self.estimated = sums.astype(int).tolist()

    def row(self, code: str) -> Row:
        """Return the row of a grid without share and colour."""
        draft, k = self.draft, self.draft.place(code)
        grid, outline = draft.grids[k], draft.outlines[k]
        held = self.households[k]
        area, length = float(outline.area), float(outline.length)
        why = grid.reason
        resident = grid.type is GridType.RESIDENT
        shape = self.ground.book.degrees(np.array([outline], object))
        return {
            "code": code,
            "name": grid.name,
            "type": grid.type.label,
            "households": held,
            "buildings": self.buildings[k],
            "estimated": self.estimated[k],
            "area_m2": round(area, 1),
            "compactness": round(4 * np.pi * area / length**2, 4),
            "in_band": draft.low <= held <= draft.high if resident else None,
            "reason": why.code if why else "",
            "reason_zh": why.text_zh if why else "",
            "reason_en": why.text_en if why else "",
            "locked": grid.locked,
            "geom": ewkb(shape)[0],
        }


def _street_shares(seams: Collection[Row], codes: set[str]) -> dict[str, float]:
    """Return the share of the seams of some grids that lies on something visible."""
    total: dict[str, float] = {}
    hidden: dict[str, float] = {}
    none = SeamKind.NONE.label
    for row in seams:
        for code in codes & {row["left_grid"], row["right_grid"]}:
            total[code] = total.get(code, 0.0) + row["length_m"]
            if row["kind"] == none:
                hidden[code] = hidden.get(code, 0.0) + row["length_m"]
    return {
        code: round(1.0 - hidden.get(code, 0.0) / length, 4) if length else 1.0
        for code, length in total.items()
    }


def _colors(
    state: State, after: Draft, touched: Collection[str], seams: Collection[Row]
) -> dict[str, int]:
    """Return a colour for each grid unlike its neighbours'; few change theirs."""
    near: dict[str, set[str]] = {code: set() for code in after.codes}
    for row in seams:
        near[row["left_grid"]].add(row["right_grid"])
        near[row["right_grid"]].add(row["left_grid"])
    found: dict[str, int] = {
        code: state.grids[code]["color"] for code in after.codes if code in state.grids
    }
    for code in sorted(touched):
        around = {found[other] for other in near[code] if other in found}
        if found.get(code, -1) not in {-1, *around}:
            continue
        free = [color for color in range(_COLOURS) if color not in around]
        if free:
            found[code] = free[0]
        elif not _make_room(found, near, code):
            return _all_colors(after, near)
    return found


def _make_room(found: dict[str, int], near: Mapping[str, set[str]], code: str) -> bool:
    """Give a grid the colour of its only neighbour of that colour that can change."""
    for color in range(_COLOURS):
        holders = [other for other in near[code] if found.get(other) == color]
        if len(holders) != 1:
            continue
        around = {found.get(other) for other in near[holders[0]] - {code}} | {color}
        free = [other for other in range(_COLOURS) if other not in around]
        if free:
            found[holders[0]], found[code] = free[0], color
            return True
    return False


def _all_colors(after: Draft, near: Mapping[str, set[str]]) -> dict[str, int]:
    pairs = np.array(
        sorted(
            (after.place(a), after.place(b))
            for a, others in near.items()
            for b in others
            if a < b
        ),
        np.int64,
    ).reshape(-1, 2)
    classes = colour_graph(len(after.codes), pairs).tolist()
    return dict(zip(after.codes, classes, strict=True))
