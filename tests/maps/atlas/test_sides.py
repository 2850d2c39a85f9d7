"""What bounds a grid is told as in documents: east, south, west, north."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from maps.atlas.model import Ground, Sheets
from maps.atlas.sides import Bound, bounds_of
from tests.maps.atlas.sheets_fixture import made_sheets


def with_streets(sheets: Sheets, **lines: list[tuple[float, float]]) -> Sheets:
    """The sheets with streets given in metres from the south-west corner of 001."""
    west, south, _, _ = sheets.grids[0].shape.bounds
    shapes = [
        shapely.LineString([(west + x, south + y) for x, y in line])
        for line in lines.values()
    ]
    told = {
        "name": np.array(list(lines), dtype=object),
        "rank": np.zeros(len(lines), dtype=int),
    }
    return replace(sheets, streets=Ground(np.array(shapes, dtype=object), told))


def test_streets_along_all_sides_bound_a_grid() -> None:
    sheets = made_sheets()
    found = bounds_of(sheets, sheets.grids[3])
    assert {side: bound.name for side, bound in found.items()} == {
        "east": "济北大街",
        "south": "纬1路",
        "west": "经二路1",
        "north": "纬2路",
    }


def test_a_street_that_only_crosses_bounds_nothing() -> None:
    sheets = with_streets(made_sheets(), 穿路=[(60, -50), (60, 200)])
    found = bounds_of(sheets, sheets.grids[0])
    assert found["east"] == Bound("grid", "002")
    assert found["south"] == Bound("grid", "003")
    assert found["west"] == Bound("community", "")
    assert found["north"] == Bound("community", "")


def test_a_street_along_a_small_part_of_a_side_gives_way_to_the_neighbour() -> None:
    short = with_streets(made_sheets(), 短巷=[(120, 0), (120, 20)])
    assert bounds_of(short, short.grids[0])["east"] == Bound("grid", "002")
    long = with_streets(made_sheets(), 长巷=[(123, -10), (123, 130)])
    assert bounds_of(long, long.grids[0])["east"] == Bound("named", "长巷")


def test_a_street_across_the_way_is_too_far() -> None:
    far = with_streets(made_sheets(), 远路=[(160, -10), (160, 130)])
    assert bounds_of(far, far.grids[0])["east"] == Bound("grid", "002")
