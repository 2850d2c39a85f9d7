"""Cutting a block between its buildings."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import rotate

from gis.tessellation import cut_block

BLOCK = shapely.segmentize(box(0, 0, 200, 100), 15)


def cells_of(*buildings: object) -> np.ndarray:
    return cut_block(BLOCK, np.array(buildings, dtype=object))


def assert_exact(cells: np.ndarray, block: Polygon) -> None:
    assert shapely.coverage_is_valid(cells)
    assert shapely.is_valid(cells).all()
    union = shapely.coverage_union_all(cells)
    assert set(map(tuple, shapely.get_coordinates(union))) == set(
        map(tuple, shapely.get_coordinates(block))
    )
    assert shapely.area(cells).sum() == pytest.approx(block.area, rel=1e-12)


def test_a_block_with_no_building_or_one_stays_whole() -> None:
    assert cells_of()[0].equals(BLOCK)
    assert cells_of(box(10, 10, 20, 20))[0].equals(BLOCK)


def test_two_buildings_are_parted_midway() -> None:
    cells = cells_of(box(20, 20, 80, 80), box(120, 20, 180, 80))
    assert_exact(cells, BLOCK)
    assert shapely.area(cells) == pytest.approx([10_000, 10_000], rel=0.02)
    seam = shapely.intersection(*cells)
    assert shapely.distance(seam, Point(100, 50)) == pytest.approx(0, abs=0.5)


def test_party_walls_are_cut_exactly_along_the_wall() -> None:
    row = [box(20 + 10 * k, 40, 30 + 10 * k, 60) for k in range(6)]
    cells = cells_of(*row)
    assert_exact(cells, BLOCK)
    assert len(cells) == 6
    inside = shapely.intersection(cells[:, None], np.array(row)[None, :])
    assert shapely.area(inside).round(6).max(axis=0) == pytest.approx([200] * 6)


def test_buildings_on_one_spot_share_a_cell() -> None:
    home = box(20, 20, 40, 40)
    assert len(cells_of(home, home, box(100, 20, 120, 40))) == 2
    assert len(cells_of(Point(50, 50), Point(50, 50))) == 1


def test_a_courtyard_goes_to_the_building_around_it() -> None:
    ring = box(20, 20, 80, 80) - box(40, 40, 60, 60)
    cells = cells_of(ring, box(120, 20, 180, 80))
    assert shapely.contains(cells[0], Point(50, 50))


def test_a_building_inside_a_courtyard_has_its_own_cell() -> None:
    ring = box(20, 20, 80, 80) - box(40, 40, 60, 60)
    cells = cells_of(ring, box(45, 45, 55, 55))
    assert_exact(cells, BLOCK)
    assert sorted(shapely.get_num_interior_rings(cells)) == [0, 1]


def test_a_block_with_a_hole_is_cut_around_it() -> None:
    block = shapely.segmentize(box(0, 0, 200, 100) - box(90, 20, 110, 80), 15)
    homes = np.array([box(20, 20, 60, 80), box(140, 20, 180, 80)], dtype=object)
    cells = cut_block(block, homes)
    assert_exact(cells, block)
    assert len(cells) == 2


def test_a_building_on_the_street_line_gives_the_street_no_vertex() -> None:
    cells = cells_of(box(-10, 20, 30, 60), box(100, 90, 130, 110), box(60, 0, 80, 20))
    assert_exact(cells, BLOCK)
    assert len(cells) == 3


@given(seed=st.integers(0, 10_000), count=st.integers(2, 30))
def test_any_buildings_give_an_exact_coverage(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    homes = []
    for _ in range(count):
        x, y = rng.uniform(0, [180, 90])
        w, h = rng.uniform(3, 40, 2)
        homes.append(rotate(box(x, y, x + w, y + h), float(rng.choice([0, 0, 30, 45]))))
    buildings = np.array(homes, dtype=object)
    within = shapely.contains(BLOCK, shapely.point_on_surface(buildings))
    buildings = buildings[within]
    if not len(buildings):
        return
    cells = cut_block(BLOCK, buildings)
    assert_exact(cells, BLOCK)
    points = shapely.point_on_surface(buildings)
    held = shapely.intersects(cells[:, None], points[None, :])
    assert held.any(axis=0).all(), "every building is in a cell"
    assert held.any(axis=1).all(), "every cell has a building"


@given(seed=st.integers(0, 10_000))
def test_buildings_that_stand_apart_are_never_cut(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = [(x, y) for x in range(10, 190, 36) for y in range(10, 80, 30)]
    homes = np.array(
        [
            rotate(box(x, y, x + w, y + h), float(rng.uniform(0, 20)))
            for x, y in spots
            for w, h in [rng.uniform(6, 16, 2)]
        ],
        dtype=object,
    )
    cells = cut_block(BLOCK, homes)
    assert len(cells) == len(homes)
    crossing = shapely.intersection(shapely.boundary(cells)[:, None], homes[None, :])
    assert shapely.length(crossing).max() < 1e-6


@given(order=st.permutations(range(6)))
def test_the_order_of_buildings_does_not_matter(order: list[int]) -> None:
    homes = np.array([box(10 + 30 * k, 30, 25 + 30 * k, 60) for k in range(6)], object)
    same = cut_block(BLOCK, homes)
    other = cut_block(BLOCK, homes[order])
    assert shapely.to_wkb(shapely.normalize(same)).tolist() == (
        shapely.to_wkb(shapely.normalize(other)).tolist()
    )
