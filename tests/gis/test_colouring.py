"""Map colours: neighbours differ, four classes do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import Delaunay
from shapely import MultiPolygon, Polygon, box

from gis.colouring import colour_graph, four_colour_classes
from gis.metrics import shared_edges

CRS = 4548


def edges_of(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges of triangles, each once."""
    sides = np.vstack(
        [triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]
    )
    return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)


def differ(classes: NDArray[np.int8], pairs: NDArray[np.int64]) -> bool:
    """Whether all neighbours differ."""
    return bool((classes[pairs[:, 0]] != classes[pairs[:, 1]]).all())


@given(seed=st.integers(0, 2**16), n=st.integers(4, 200))
def test_a_planar_triangulation_takes_four(seed: int, n: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 2))
    pairs = edges_of(Delaunay(points).simplices.astype(np.int64))
    classes = colour_graph(n, pairs)
    assert differ(classes, pairs)
    assert classes.max() <= 3


@given(seed=st.integers(0, 2**16))
def test_a_triangulation_with_one_colouring_takes_four(seed: int) -> None:
    """Points put into triangles leave no choice, the hardest planar case."""
    rng = np.random.default_rng(seed)
    faces = [(0, 1, 2)]
    edges = [(0, 1), (1, 2), (0, 2)]
    for node in range(3, 120):
        a, b, c = faces.pop(int(rng.integers(len(faces))))
        edges += [(a, node), (b, node), (c, node)]
        faces += [(a, b, node), (b, c, node), (a, c, node)]
    names = rng.permutation(120)
    pairs = names[np.array(edges)].astype(np.int64)
    classes = colour_graph(120, pairs)
    assert differ(classes, pairs)
    assert classes.max() == 3


def test_a_graph_that_is_not_planar_takes_a_fifth_colour() -> None:
    """Five nodes, all neighbours of one another."""
    pairs = np.array([[i, j] for i in range(5) for j in range(i)], dtype=np.int64)
    classes = colour_graph(5, pairs)
    assert sorted(classes.tolist()) == [0, 1, 2, 3, 4]


def test_no_neighbours_no_colours() -> None:
    nobody = np.empty((0, 2), dtype=np.int64)
    assert colour_graph(0, nobody).tolist() == []
    assert colour_graph(3, nobody).tolist() == [0, 0, 0]


@given(seed=st.integers(0, 2**16), columns=st.integers(1, 8), rows=st.integers(1, 8))
def test_grids_that_share_an_edge_differ_whatever_their_order(
    squares: Callable[..., GeoSeries], seed: int, columns: int, rows: int
) -> None:
    grids = squares(columns, rows)
    classes = four_colour_classes(grids)
    pairs = shared_edges(grids)[["left", "right"]].to_numpy(dtype=np.int64)
    assert differ(classes.to_numpy(), pairs)
    shuffled = grids.sample(frac=1, random_state=seed)
    assert four_colour_classes(shuffled).sort_index().tolist() == classes.tolist()


def test_a_wheel_of_five_around_a_hub_takes_four() -> None:
    angle = np.linspace(0, 2 * np.pi, 6)
    rim = np.round(np.column_stack([np.cos(angle), np.sin(angle)]) * 100, 3)
    rim[-1] = rim[0]
    near = np.round(rim / 2, 3)
    hub = Polygon(near)
    spokes = [Polygon([near[k], rim[k], rim[k + 1], near[k + 1]]) for k in range(5)]
    classes = four_colour_classes(GeoSeries([hub, *spokes], crs=CRS))
    assert sorted(set(classes)) == [0, 1, 2, 3]
    assert classes.iloc[0] not in classes.iloc[1:].tolist()


@pytest.mark.parametrize("kind", [Polygon, MultiPolygon])
def test_grids_in_parts_keep_apart_on_all_sides(kind: type) -> None:
    both = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    middle = box(1, 0, 2, 1)
    grids = GeoSeries(
        [both if kind is MultiPolygon else both.geoms[0], middle], crs=CRS
    )
    assert four_colour_classes(grids).nunique() == 2
