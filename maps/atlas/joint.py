"""The sheet of a street or district: its communities, each with its grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely

from maps.atlas.chart import BUILDINGS_TO
from maps.atlas.furniture import LEGEND_OVERVIEW, section
from maps.atlas.ink import Ink
from maps.atlas.model import Ground, Sheets
from maps.atlas.pages import Page, chart, frame
from maps.atlas.panel import (
    Block,
    figures_block,
    legend_block,
    scale_block,
    sign_block,
    stack,
)
from maps.atlas.paper import Layout, view_of
from maps.atlas.words import Words
from maps.theme import TOKENS

__all__ = ["draw_joint", "join_sheets"]

_ROW: Final = 4.0
_LEVELS: Final = (9, 6, 4)
"""Digits of the codes of a street, a district and a city."""


def join_sheets(plans: Sequence[Sheets], place: str) -> Sheets:
    """Return one sheet of several plans, which are in one CRS."""
    first = plans[0]
    codes = [plan.about.community_code for plan in plans]
    digits = next((n for n in _LEVELS if len({code[:n] for code in codes}) == 1), 0)
    outlines = np.array([plan.outline for plan in plans], dtype=object)
    names = [plan.about.community for plan in plans]
    grids = [grid for plan in plans for grid in plan.grids]
    about = replace(
        first.about,
        community=place,
        community_code=codes[0][:digits],
        made_up=any(plan.about.made_up for plan in plans),
        status=min((p.about.status for p in plans), key=_STATUSES.index),
        attribution="; ".join(sorted({p.about.attribution for p in plans} - {""})),
        plan_hash="",
    )
    return replace(
        first,
        about=about,
        grids=grids,
        shapes=Ground(np.array([grid.shape for grid in grids], dtype=object)),
        outline=shapely.union_all(outlines),
        small=np.concatenate([plan.small for plan in plans]),
        seams=_joined([plan.seams for plan in plans]),
        streets=_joined([plan.streets for plan in plans]),
        buildings=_joined([plan.buildings for plan in plans]),
        water=_joined([plan.water for plan in plans]),
        lines=_joined([plan.lines for plan in plans]),
        around=_others([plan.around for plan in plans], set(names)),
        parts=Ground(outlines, {"name": np.array(names, dtype=object)}),
    )


_STATUSES: Final = ("draft", "review", "published", "archived")


def _joined(layers: Sequence[Ground]) -> Ground:
    """Put layers together; what several of them show is there once."""
    shapes = np.concatenate([layer.shapes for layer in layers])
    names = layers[0].told.keys()
    told = {n: np.concatenate([layer.told[n] for layer in layers]) for n in names}
    if "inside" in told:  # of a building, the row of its own community
        order = np.argsort(~told["inside"].astype(bool), kind="stable")
    else:
        order = np.arange(len(shapes))
    seen: set[bytes] = set()
    kept = []
    for row, key in zip(order, shapely.to_wkb(shapes[order]), strict=True):
        if key not in seen:
            seen.add(key)
            kept.append(int(row))
    rows = np.array(sorted(kept), dtype=np.intp)
    return Ground(shapes[rows], {name: values[rows] for name, values in told.items()})


def _others(layers: Sequence[Ground], names: set[str]) -> Ground:
    """Return the communities that are none of ours."""
    layer = _joined(layers)
    rows = np.array(
        [n for n, name in enumerate(layer.told["name"]) if name not in names],
        dtype=np.intp,
    )
    return Ground(layer.shapes[rows], {"name": layer.told["name"][rows]})


def draw_joint(
    ink: Ink,
    sheets: Sheets,
    plans: Sequence[Sheets],
    words: Words,
    layout: Layout,
    page: Page,
) -> None:
    """Draw the sheet of all communities, with a list of them that leads to theirs."""
    unit = layout.unit
    frame(ink, sheets, words, layout, page, words("title.overview"), plain=True)
    view = view_of(sheets.outline.bounds, layout.map)
    chart(ink, view, sheets, words, layout, None)
    hides_buildings = view.scale > BUILDINGS_TO
    names = [
        name
        for name in LEGEND_OVERVIEW
        if not (hides_buildings and name in ("home", "other"))
    ]
    signs = legend_block(ink, words, names, unit)
    listed = _list(ink, plans, words, unit)
    blocks = [
        scale_block(ink, view, words, unit),
        figures_block(ink, sheets, words, unit),
    ]
    sign = sign_block(ink, words, unit)
    if layout.is_wide:
        stack(layout, [[*blocks, signs, listed]])
    else:
        stack(layout, [[*blocks, sign], [signs], [listed]])


def _list(ink: Ink, plans: Sequence[Sheets], words: Words, unit: float) -> Block:
    """Return the block that lists communities, as many as there is room for."""

    def draw(x: float, top: float, width: float) -> float:
        top = section(ink, x, top, width, words("list.communities"), unit)
        fits = max(1, int((top - 18.0) / (_ROW * unit)))
        columns = 1 if len(plans) <= fits else 2
        size, wide = 2.5 * unit, width / columns
        key = "list.grids" if columns == 1 else "list.grids.short"
        for number, plan in enumerate(plans[: fits * columns]):
            column, row = divmod(number, fits)
            left, y = x + column * wide, top - (row + 0.75) * _ROW * unit
            room = wide - 2 * unit
            households = sum(grid.households for grid in plan.grids)
            told = words(key, n=len(plan.grids), households=f"{households:,}")
            after = ink.text(left + room, y, told, size, TOKENS["muted"], align=1.0)
            ink.text(
                left, y, plan.about.community, size, TOKENS["ink"],
                bold=True, room=room - after - 1,
            )  # fmt: skip
            box = (left, y - 0.8 * unit, room, _ROW * unit)
            ink.link(box, plan.about.community_code)
        return top - min(len(plans), fits) * _ROW * unit

    return draw
