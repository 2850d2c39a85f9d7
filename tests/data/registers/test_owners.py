"""Every row has one owner, and always the same."""

from __future__ import annotations

import numpy as np
from geopandas import GeoDataFrame
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box

from data.registers.keys import row_keys
from data.registers.owners import nearest_of_name, owners

WEST, EAST = "370115001001", "370115001002"
TOWN = GeoDataFrame(
    {"code": [EAST, WEST]}, geometry=[box(1, 0, 2, 1), box(0, 0, 1, 1)], crs=4326
)


def owner_of(*shapes: object) -> list[str]:
    return [str(code) for code in owners(np.array(shapes, dtype=object), TOWN)]


def test_a_point_belongs_where_it_lies_and_outside_to_nobody() -> None:
    assert owner_of(Point(0.5, 0.5), Point(1.5, 0.5), Point(3, 3)) == [WEST, EAST, ""]


def test_what_lies_on_the_border_belongs_to_the_smaller_code() -> None:
    border = LineString([(1, 0), (1, 1)])
    assert owner_of(Point(1, 0.5), border) == [WEST, WEST]


def test_a_building_over_the_border_belongs_where_a_point_inside_it_lies() -> None:
    assert owner_of(box(0.9, 0.4, 1.4, 0.6), box(0.6, 0.4, 1.1, 0.6)) == [EAST, WEST]


def test_a_street_belongs_where_its_middle_lies() -> None:
    longer_in_the_east = LineString([(0.9, 0.5), (1.9, 0.5)])
    parts = MultiLineString([[(0.1, 0.5), (0.2, 0.5)], [(1.1, 0.5), (1.9, 0.5)]])
    assert owner_of(longer_in_the_east, parts) == [EAST, EAST]


def test_a_street_whose_middle_is_outside_belongs_to_what_it_touches() -> None:
    assert owner_of(LineString([(1.9, 0.5), (9, 0.5)]), LineString([(5, 5), (6, 6)])) \
        == [EAST, ""]  # fmt: skip


def test_no_rows_have_no_owners() -> None:
    assert owner_of() == []


def test_a_name_means_the_nearest_place_of_that_name() -> None:
    places = GeoDataFrame(
        {"name": ["棉纺厂宿舍", "银河花园", "棉纺厂宿舍"]},
        geometry=[box(0, 0, 1, 1), box(5, 0, 6, 1), box(9, 0, 10, 1)],
        crs=4326,
    )
    gates = np.array([Point(8.5, 0.5), Point(0, 2), Point(0, 0)], dtype=object)
    names = np.array(["棉纺厂宿舍", "银河花园", "没有"], dtype=object)
    assert nearest_of_name(gates, names, places).tolist() == [2, 1, -1]


def rows(names: list[str], places: list[int]) -> GeoDataFrame:
    points = [Point(k, 0) for k in places]
    return GeoDataFrame({"community": WEST, "name": names}, geometry=points, crs=4326)


def test_a_name_is_a_key_where_it_is_the_only_one() -> None:
    keys = row_keys(rows(["实验小学", "", ""], [0, 1, 2]), "community", by_name=True)
    assert keys[0] == "实验小学"
    assert len(set(keys)) == 3
    moved = row_keys(rows(["实验小学"], [9]), "community", by_name=True)
    assert moved[0] == keys[0]


@given(st.permutations(range(6)))
def test_keys_do_not_hang_on_the_order_of_rows(order: list[int]) -> None:
    given = rows(["a", "a", "b", "", "", "c"], [0, 0, 0, 1, 1, 2])
    shuffled = given.iloc[order]
    for by_name in (False, True):
        keys = row_keys(given, "community", by_name=by_name)
        assert len(set(keys)) == 6
        again = row_keys(shuffled, "community", by_name=by_name)
        told = given.assign(key=keys).iloc[order]
        # Rows alike in everything may change places.
        assert sorted(zip(told["name"], told.geometry.x, again, strict=True)) == sorted(
            zip(told["name"], told.geometry.x, told["key"], strict=True)
        )
