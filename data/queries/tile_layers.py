"""Which layers a vector tile has, from which zoom on, with which attributes.

A layer that changes with the zoom has one entry for each range of zooms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gis.kinds import SeamKind
from gis.streets import STREET_CLASSES

__all__ = [
    "DEEPEST",
    "IN_FORCE",
    "PLAN_ROWS",
    "TILESETS",
    "Field",
    "Layer",
    "layers_at",
]

PLAN_ROWS = "plan"
"""Table whose row tells of every change of a plan: its grids, seams and cells too."""

IN_FORCE = "plan_in_force"
"""What is counted of plans in force alone; edits of drafts do not change those."""

DEEPEST = 22
"""The deepest zoom that is served."""

Field = tuple[str, Literal["String", "Number", "Boolean"]]
"""SQL of an attribute, and its type in TileJSON."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Rows `g` of a source that a tile shows between two zooms.

    A source of plans asks for `:plans`, the numbers of the plans to show. A `label` is
    drawn as a point inside the shape. What is drawn may stand in another column than
    the one that is searched, `geom`.
    """

    name: str
    kind: Literal["polygon", "line", "any", "point", "label"]
    source: str
    tables: tuple[str, ...]
    fields: Mapping[str, Field]
    lowest: int
    highest: int = DEEPEST
    where: str = "true"
    identity: str | None = None
    shape: str = field(default="geom", kw_only=True)
    about: str = field(default="", kw_only=True)


def _classes(*kinds: SeamKind) -> str:
    """Return the street classes that make seams of some kinds, as an SQL list."""
    known = [name for name, (kind, _) in STREET_CLASSES.items() if kind in kinds]
    return ", ".join(f"'{name}'" for name in known)


_TEXT: Mapping[str, Field] = {
    name: (f"g.{name}", "String") for name in ("code", "kind", "level", "name", "type")
}
_CODE, _KIND, _NAME = (
    {"code": _TEXT["code"]},
    {"kind": _TEXT["kind"]},
    {"name": _TEXT["name"]},
)
_HOUSEHOLDS: Mapping[str, Field] = {"households": ("g.households", "Number")}
_NUMBER: Mapping[str, Field] = {"number": ("right(g.code, 3)", "String")}


def _streets(lowest: int, highest: int, where: str) -> Layer:
    return Layer(
        "streets",
        "line",
        "street g",
        ("street",),
        {"class": ("g.road_class", "String"), **_NAME},
        lowest,
        highest,
        where,
        "id",
        about="道路 streets; main roads first",
    )


_MAIN = _classes(SeamKind.MAIN_ROAD)
_THROUGH = _classes(SeamKind.MAIN_ROAD, SeamKind.STREET)

BASE = (
    Layer(
        "sites",
        "polygon",
        "site g",
        ("site",),
        {**_KIND, **_NAME},
        12,
        identity="id",
        about="专属和预留用地 land for exclusive and reserved grids",
    ),
    Layer(
        "compounds",
        "polygon",
        "compound g",
        ("compound",),
        {**_NAME, **_KIND},
        13,
        identity="id",
        about="小区 residential estates",
    ),
    Layer(
        "barriers",
        "any",
        "barrier g",
        ("barrier",),
        _KIND,
        10,
        13,
        "g.kind <> 'wall'",
        "id",
        about="阻隔 what people do not cross; walls from zoom 14",
    ),
    Layer("barriers", "any", "barrier g", ("barrier",), _KIND, 14, identity="id"),
    _streets(10, 12, f"g.road_class in ({_MAIN})"),
    _streets(13, 13, f"g.road_class in ({_THROUGH})"),
    _streets(14, DEEPEST, "true"),
    Layer(
        "buildings",
        "polygon",
        "building g",
        ("building",),
        {
            **_HOUSEHOLDS,
            "floors": ("g.floors", "Number"),
            "use": ("g.use", "String"),
        },
        13,
        identity="id",
        about="楼栋 buildings with their households",
    ),
)


def _divisions(lowest: int, highest: int, *levels: str) -> tuple[Layer, Layer]:
    """Return the outlines of divisions, and a point inside each for its name."""
    listed = ", ".join(f"'{level}'" for level in levels)
    outlines = Layer(
        "divisions",
        "polygon",
        "division g",
        ("division",),
        {**_CODE, "level": _TEXT["level"], **_NAME},
        lowest,
        highest,
        f"g.level in ({listed})",
        about="行政区划 outlines of districts, streets, communities",
    )
    about = "a point inside each division for its name"
    return outlines, replace(
        outlines, name="division_labels", kind="label", about=about
    )


_OF_PLANS = "g.plan = any(:plans)"


PLAIN_UNTIL = 12
"""The last zoom whose grids are their `outline`, which is off by half a metre there: a
quarter of a unit. Viewers stretch that tile to twice its size before the next comes."""


def _grid_parts(lowest: int) -> tuple[Layer, ...]:
    """Return grids, seams and labels of plans."""
    grids = Layer(
        "grids",
        "polygon",
        "grid g",
        (PLAN_ROWS,),
        {
            **_CODE,
            **_NUMBER,
            "type": _TEXT["type"],
            **_HOUSEHOLDS,
            "in_band": ("g.in_band", "Boolean"),
            "color": ("g.color", "Number"),
        },
        PLAIN_UNTIL + 1,
        where=_OF_PLANS,
        about="网格 grids",
    )
    return (
        replace(grids, lowest=lowest, highest=PLAIN_UNTIL, shape="outline"),
        grids,
        Layer(
            "seams",
            "line",
            "seam g",
            (PLAN_ROWS,),
            {
                "left": ("g.left_grid", "String"),
                "right": ("g.right_grid", "String"),
                **_KIND,
            },
            13,
            where=_OF_PLANS,
            identity="id",
            about="接边线 lines that two grids share",
        ),
        Layer(
            "grid_labels",
            "label",
            "grid g",
            (PLAN_ROWS,),
            {**_CODE, **_NUMBER, **_HOUSEHOLDS, "type": _TEXT["type"]},
            13,
            where=_OF_PLANS,
            about="a point inside each grid for its label",
        ),
    )


PLANS = (
    *_divisions(0, 8, "city", "district"),
    *_divisions(9, 10, "street"),
    *_divisions(11, 11, "street", "community"),
    *_divisions(12, DEEPEST, "community"),
    *_grid_parts(11),
)

PLAN = (
    Layer(
        "cells",
        "polygon",
        "plan_cell k join cell g on g.cell_set = k.cell_set and g.number = k.cell",
        (PLAN_ROWS,),
        {
            "number": ("g.number", "Number"),
            "grid": ("k.grid", "String"),
            **_HOUSEHOLDS,
            **_KIND,
        },
        13,
        where="k.plan = any(:plans)",
        about="基本空间单元 atomic areas that grids are built of",
    ),
    *_grid_parts(8),
)

PLACES = (
    Layer(
        "spaces",
        "point",
        "activity_space g",
        ("activity_space",),
        {**_KIND, **_NAME, "area_m2": ("g.area_m2", "Number")},
        11,
        identity="id",
        about="活动空间 rooms and places for activities",
    ),
    Layer(
        "devices",
        "point",
        "device g",
        ("device",),
        {**_KIND, **_CODE},
        13,
        identity="id",
        about="设备 cameras, access control",
    ),
)

TILESETS: Mapping[str, Sequence[Layer]] = {
    "base": BASE,
    "plans": PLANS,
    "plan": PLAN,
    "places": PLACES,
}


def layers_at(layers: Sequence[Layer], zoom: int) -> list[Layer]:
    """Return the layers that a zoom shows."""
    return [layer for layer in layers if layer.lowest <= zoom <= layer.highest]
