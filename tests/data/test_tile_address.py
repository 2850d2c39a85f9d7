"""A point goes to the unit of the tile that is its own, and no zoom is left out."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from data.errors import NotFoundError
from data.models import Base
from data.queries.tile_layers import DEEPEST, TILESETS
from data.queries.tiles import EXTENT, STRAIGHT_FROM, TileAddress
from tests.tiles import tile_at


@pytest.mark.parametrize("zoom", range(STRAIGHT_FROM, DEEPEST + 1))
@pytest.mark.parametrize("latitude", [3.5, 36.0, 53.5])
def test_the_straight_line_is_off_by_less_than_the_bound(
    zoom: int, latitude: float
) -> None:
    address = tile_at(117, latitude, zoom)
    box, values = address.box, address.values()
    inside = np.linspace(box.south, box.north, 101)
    straight = inside * values["down"] + values["top"]
    height = np.arcsinh(np.tan(np.radians(inside))) / math.pi
    exact = ((1 - height) / 2 * 2**zoom - address.y) * EXTENT
    assert np.abs(straight - exact).max() < 3217 / 2**zoom + 1e-3


@pytest.mark.parametrize("zoom", [0, 7, 15])
def test_corners_of_a_tile_go_to_its_corners(zoom: int) -> None:
    address = tile_at(117, 36, zoom)
    box, values = address.box, address.values()
    if zoom >= STRAIGHT_FROM:
        assert box.west * values["across"] + values["left"] == pytest.approx(
            0, abs=1e-6
        )
        assert box.south * values["down"] + values["top"] == pytest.approx(EXTENT)
    side = 40_075_016.685578488 / 2**zoom
    assert math.radians(box.east - box.west) * 6378137 == pytest.approx(side)


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, -1), (8, 0), (0, 8)])
def test_a_tile_outside_the_world_is_refused(x: int, y: int) -> None:
    with pytest.raises(NotFoundError, match="zoom 3 has no tile"):
        TileAddress(3, x, y)


@pytest.mark.parametrize("name", TILESETS)
def test_a_layer_has_one_entry_for_each_zoom_and_no_hole(name: str) -> None:
    for shown in {layer.name for layer in TILESETS[name]}:
        spans = sorted(
            (layer.lowest, layer.highest)
            for layer in TILESETS[name]
            if layer.name == shown
        )
        assert spans[-1][1] == DEEPEST
        for (_, before), (after, _) in pairwise(spans):
            assert after == before + 1


def test_the_index_of_main_roads_holds_those_that_tiles_ask_for() -> None:
    (index,) = [
        i
        for i in Base.metadata.tables["street"].indexes
        if i.name == "ix_street_main_geom"
    ]
    asked = {
        layer.where.removeprefix("g.")
        for layer in TILESETS["base"]
        if layer.name == "streets" and layer.highest < STRAIGHT_FROM + 2
    }
    assert asked == {str(index.dialect_options["postgresql"]["where"])}
