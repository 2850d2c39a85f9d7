"""The small picture of a plan."""

from __future__ import annotations

from xml.etree import ElementTree

import geopandas as gpd
from shapely import MultiPolygon, Polygon, box

from maps.theme import TINTS, TYPES
from maps.thumbnail import plan_thumbnail


def grids(*shapes: object, kinds: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    count = len(shapes)
    return gpd.GeoDataFrame(
        {
            "type": list(kinds) or ["resident"] * count,
            "color": list(range(count)),
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def paths(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg))


def test_every_grid_is_drawn_in_its_colour() -> None:
    shapes = (box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1))
    kinds = ("resident", "resident", "exclusive")
    svg = plan_thumbnail(grids(*shapes, kinds=kinds))
    fills = [path.get("fill") for path in paths(svg)]
    assert fills == [TINTS[0], TINTS[1], TYPES["exclusive"] + "40"]


def test_the_picture_is_filled_north_up_and_true_in_shape() -> None:
    # A square on the equator is as high as the picture less its margins of 6.
    (path,) = paths(plan_thumbnail(grids(box(0, -0.5, 1, 0.5))))
    assert path.get("d") == "M244.0 174.0L244.0 6.0L76.0 6.0L76.0 174.0Z"


def test_a_hole_and_a_second_part_are_drawn_too() -> None:
    ring = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    both = MultiPolygon([ring, box(5, 0, 6, 1)])
    (path,) = paths(plan_thumbnail(grids(both)))
    assert (path.get("d") or "").count("M") == 3


def test_a_vertex_too_fine_to_see_is_left_out() -> None:
    # A hundredth of the side is less than two units of the picture.
    spike = [(1, 0.5), (1.001, 0.505), (1, 0.51)]
    square = Polygon([(0, 0), (1, 0), *spike, (1, 1), (0, 1)])
    (path,) = paths(plan_thumbnail(grids(square)))
    assert (path.get("d") or "").count("L") == 3
