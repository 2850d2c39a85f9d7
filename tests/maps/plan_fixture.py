"""A small made-up plan for tests of the pages: 2 communities, 12 grids of all types.

Streets run every 120 m and bend a little, so that nothing is a perfect square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from geopandas import GeoDataFrame

LON, LAT = 116.98, 36.98
METRE = 1 / 111_320
HOUSEHOLDS = (403, 356, 512, 455, 311, 281, 0, 316, 360, 0, 388, 498)
TYPES = ("resident",) * 6 + ("exclusive",) + ("resident",) * 2 + ("reserved",)
TYPES = (*TYPES, "resident", "resident")
REASONS = {
    2: (
        "cell_above",
        "7 号楼一栋 512 户, 楼栋不可拆分; 最接近的办法: 按单元拆成 256 / 256 户。",
        "Building 7 alone has 512 households and cannot be split; nearest: "
        "split it by stairwell into 256 / 256.",
    ),
    5: (
        "hole",
        "与相邻网格合并为 592 户, 落在 501–599 户的空档, 分成一个或两个都超限。",
        "Joined with its neighbour it has 592 households, in the hole 501–599: "
        "neither one grid nor two fit the band.",
    ),
}


@dataclass
class PlanParts:
    """The arguments of `plan_sheet` except title and certificate."""

    layers: dict[str, GeoDataFrame]
    streets: GeoDataFrame
    footprints: GeoDataFrame
    names: dict[str, str] = field(default_factory=dict)


def made_plan(*, name: str = "银山社区", street: str = "经二路") -> PlanParts:
    """Return the plan; texts can be replaced to see what a page does with them."""
    cells = [[_cell(i, j) for i in range(8)] for j in range(6)]
    grids, rows = [], []
    for number in range(12):
        column, row = number % 4, number // 4
        members = [
            cells[2 * row + dy][2 * column + dx] for dy in (0, 1) for dx in (0, 1)
        ]
        grids.append(shapely.coverage_union_all(members))
        rows.append(_grid_row(number, name))
    homes = _buildings()
    grid_layer = GeoDataFrame(rows, geometry=grids, crs=4326)
    return PlanParts(
        layers={
            "grids": grid_layer,
            "cells": _cells(cells, homes),
            "communities": _communities(grid_layer, name),
            "seams": _seams(grid_layer),
            "buildings": homes.set_geometry(homes.representative_point()),
        },
        streets=_streets(street),
        footprints=homes[["id", "geometry"]],
    )


def _point(x: float, y: float) -> tuple[float, float]:
    """Bend the plane a little and put it at the town."""
    bent_x = x + 14 * math.sin(y / 190)
    bent_y = y + 11 * math.sin(x / 230)
    return LON + bent_x * METRE / math.cos(math.radians(LAT)), LAT + bent_y * METRE


def _cell(i: int, j: int) -> shapely.Polygon:
    steps = np.linspace(0, 60, 4)
    x, y = 60.0 * i, 60.0 * j
    ring = [(x + s, y) for s in steps[:-1]] + [(x + 60, y + s) for s in steps[:-1]]
    ring += [(x + 60 - s, y + 60) for s in steps[:-1]]
    ring += [(x, y + 60 - s) for s in steps[:-1]]
    return shapely.Polygon([_point(*corner) for corner in ring])


def _community(number: int) -> str:
    return "370115001023" if number % 4 < 2 else "370115001024"


def _code(number: int) -> str:
    serial = (2 - number // 4) * 2 + number % 2 + 1
    return f"{_community(number)}{serial:03d}"


def _grid_row(number: int, name: str) -> dict[str, object]:
    kind = TYPES[number]
    households = HOUSEHOLDS[number]
    reason, reason_zh, reason_en = REASONS.get(number, ("", "", ""))
    return {
        "code": _code(number),
        "name": f"{name}第{_code(number)[-3:]}网格",
        "type": kind,
        "community": _community(number),
        "households": households,
        "buildings": 16,
        "estimated": households // 2,
        "area_m2": 14400.0,
        "compactness": 0.78,
        "street_share": 0.94,
        "in_band": 300 <= households <= 500 if kind == "resident" else None,
        "reason": reason,
        "reason_zh": reason_zh,
        "reason_en": reason_en,
        "color": (number % 4 + 2 * (number // 4)) % 4,
    }


def _cells(cells: list[list[shapely.Polygon]], homes: GeoDataFrame) -> GeoDataFrame:
    flat = [(i, j, cell) for j, row in enumerate(cells) for i, cell in enumerate(row)]
    numbers = [_grid_of(i, j) for i, j, _ in flat]
    counted = homes.groupby("cell")["households"].agg(["sum", "size"])
    return GeoDataFrame(
        {
            "cell": range(len(flat)),
            "community": [_community(number) for number in numbers],
            "grid": [_code(number) for number in numbers],
            "households": counted["sum"].to_list(),
            "buildings": counted["size"].to_list(),
        },
        geometry=[cell for _, _, cell in flat],
        crs=4326,
    )


def _grid_of(i: int, j: int) -> int:
    return i // 2 + 4 * (j // 2)


def _communities(grids: GeoDataFrame, name: str) -> GeoDataFrame:
    whole = grids[["community", "households", "geometry"]].dissolve(
        "community", aggfunc="sum", method="coverage"
    )
    return GeoDataFrame(
        {
            "code": whole.index.to_list(),
            "name": [name, "龙海社区"],
            "households": whole["households"].to_list(),
        },
        geometry=whole.geometry.to_list(),
        crs=4326,
    )


def _seams(grids: GeoDataFrame) -> GeoDataFrame:
    rows = []
    for i in range(12):
        for j in range(i + 1, 12):
            line = grids.geometry[i].intersection(grids.geometry[j])
            if line.length == 0 or grids["community"][i] != grids["community"][j]:
                continue
            rows.append(
                {
                    "left": grids["code"][i],
                    "right": grids["code"][j],
                    "kind": "none" if (i + j) % 5 == 0 else "street",
                    "geometry": shapely.line_merge(line),
                }
            )
    seams = GeoDataFrame(rows, crs=4326)
    return seams.assign(length_m=seams.to_crs(4548).length.round(2))


def _buildings() -> GeoDataFrame:
    """Four houses a cell; the first of a grid takes what does not divide by 16."""
    rows, shapes = [], []
    for j in range(6):
        for i in range(8):
            number = _grid_of(i, j)
            first = (i % 2, j % 2) == (0, 0)
            for k in range(4):
                x, y = 60 * i + 8 + 24 * (k % 2), 60 * j + 10 + 24 * (k // 2)
                wide, tall = (18, 9) if (i + j) % 3 else (10, 16)
                corners = [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
                shapes.append(shapely.Polygon([_point(*c) for c in corners]))
                share, rest = divmod(HOUSEHOLDS[number], 16)
                rows.append(
                    {
                        "id": f"b{len(rows)}",
                        "grid": _code(number),
                        "cell": 8 * j + i,
                        "community": _community(number),
                        "households": share + (rest if first and k == 0 else 0),
                        "straddles": False,
                    }
                )
    return GeoDataFrame(rows, geometry=shapes, crs=4326)


def _streets(name: str) -> GeoDataFrame:
    rows: list[dict[str, object]] = []
    for n in range(5):
        along = [_point(120 * n, y) for y in range(-60, 421, 20)]
        kind = "primary" if n == 2 else "residential"
        label = f"{name}{n}" if n != 2 else "济北大街"
        rows.append({"class": kind, "name": label, "geometry": along})
    for n in range(4):
        along = [_point(x, 120 * n) for x in range(-60, 541, 20)]
        rows.append({"class": "tertiary", "name": f"纬{n}路", "geometry": along})
    for n in range(4):
        along = [_point(x, 60 + 90 * n) for x in range(10, 110, 20)]
        rows.append({"class": "service", "name": None, "geometry": along})
    for row in rows:
        row["geometry"] = shapely.LineString(row["geometry"])
        row["tunnel"] = False
    return GeoDataFrame(rows, crs=4326)
