"""Leading a drawn line between buildings."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from shapely.affinity import rotate

from gis.edits.cutting import in_the_way
from gis.edits.snapping import snap_between


def homes(*shapes: object) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_a_line_with_nothing_in_the_way_stays_as_it_is() -> None:
    line = LineString([(0, 0), (30, 2), (60, 0)])
    beside = homes(box(10, 5, 20, 9), Point(20, 1))
    assert snap_between(line, beside).equals_exact(line)


def test_the_building_stays_on_the_side_most_of_it_was_on() -> None:
    home = box(20, -12, 40, 4)
    snapped = snap_between(LineString([(0, 0), (60, 0)]), homes(home))
    assert snapped.distance(Point(30, 7)) == 0
    assert snapped.distance(Point(30, -15)) > 10
    assert (snapped.coords[0], snapped.coords[-1]) == ((0, 0), (60, 0))


def test_between_two_near_buildings_it_runs_midway() -> None:
    low, high = box(20, -12, 40, 1), box(20, 3, 40, 12)
    snapped = snap_between(LineString([(0, 0), (60, 0)]), homes(low, high))
    assert snapped.distance(Point(30, 2)) < 0.2
    assert len(in_the_way([snapped], homes(low, high))) == 0


def test_through_a_row_of_houses_it_follows_a_party_wall() -> None:
    row = homes(*(box(10 * k, 0, 10 * k + 10, 12) for k in range(6)))
    snapped = snap_between(LineString([(27, -10), (27, 22)]), row)
    assert len(in_the_way([snapped], row)) == 0
    assert snapped.distance(Point(30, 6)) < 0.1


def test_a_ring_goes_around_what_lies_on_it() -> None:
    home = box(-5, 40, 12, 50)
    ring = LineString(box(0, 0, 100, 100).exterior)
    snapped = snap_between(ring, homes(home))
    assert snapped.is_closed
    assert len(in_the_way([snapped], homes(home))) == 0
    assert shapely.Polygon(snapped.coords).contains(home)


def test_a_ring_inside_a_building_is_given_back() -> None:
    ring = LineString(box(4, 4, 6, 6).exterior)
    assert snap_between(ring, homes(box(0, 0, 10, 10))).equals(ring)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_straight_line_passes_between_buildings_that_stand_apart(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = [(x, y) for x in range(0, 200, 40) for y in range(0, 200, 40)]
    shapes = homes(
        *(
            rotate(box(x, y, x + w, y + h), rng.uniform(0, 90))
            for (x, y), (w, h) in zip(spots, rng.uniform(5, 25, (25, 2)), strict=True)
        )
    )
    line = LineString([(-40, rng.uniform(0, 200)), (240, rng.uniform(0, 200))])
    snapped = snap_between(line, shapes)
    assert len(in_the_way([snapped], shapes)) == 0
    assert snapped.is_simple
    assert Point(snapped.coords[0]).distance(Point(line.coords[0])) < 0.01
    assert Point(snapped.coords[-1]).distance(Point(line.coords[-1])) < 0.01
