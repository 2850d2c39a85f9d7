"""Measures of grids, against values one can work out by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from gis.errors import CRSError
from gis.metrics import (
    balance,
    compactness,
    gini,
    households,
    in_band,
    max_min_ratio,
    shared_edges,
    street_share,
)

CRS = 4548

counts = st.lists(st.integers(0, 1000), min_size=1, max_size=30)


def test_a_circle_is_compact_and_a_strip_is_not() -> None:
    shapes = GeoSeries(
        [Point(0, 0).buffer(10, quad_segs=200), box(0, 0, 1, 1), box(0, 0, 99, 1)],
        index=["circle", "square", "strip"],
        crs=CRS,
    )
    measured = compactness(shapes)
    assert measured["circle"] == pytest.approx(1, abs=1e-4)
    assert measured["square"] == pytest.approx(np.pi / 4)
    assert measured["strip"] == pytest.approx(4 * np.pi * 99 / 200**2)


def test_a_hole_counts_as_outline() -> None:
    ring = box(0, 0, 4, 4).difference(box(1, 1, 3, 3))
    measured = compactness(GeoSeries([ring], crs=CRS))
    assert measured.iloc[0] == pytest.approx(4 * np.pi * 12 / 24**2)


def test_compactness_in_degrees_is_refused() -> None:
    with pytest.raises(CRSError, match="metres"):
        compactness(GeoSeries([box(117, 36, 118, 37)], crs=4326))


def test_no_grid_has_no_measure() -> None:
    assert compactness(GeoSeries([], crs=CRS)).empty
    assert balance(pd.Series([], dtype=float)).empty
    assert gini([]) == 0
    assert max_min_ratio([]) == 1
    assert shared_edges(GeoSeries([], crs=CRS)).empty


def test_households_add_up_by_grid() -> None:
    cells = pd.DataFrame({"grid": ["a", "b", "a"], "households": [120, 300, 200]})
    total = households(pd.Index(["b", "a", "none"]), cells)
    assert total.to_dict() == {"b": 300, "a": 320, "none": 0}


def test_003_02_the_band_binds_resident_grids_and_includes_its_bounds() -> None:
    grids = pd.DataFrame(
        {
            "type": ["resident"] * 4 + ["exclusive", "reserved"],
            "households": [299, 300, 500, 501, 0, 400],
        }
    )
    kept = in_band(grids)
    assert kept.iloc[:4].tolist() == [False, True, True, False]
    assert kept.iloc[4:].isna().all()
    with pytest.raises(ValueError, match="low 500 exceeds high 300"):
        in_band(grids, low=500, high=300)


def test_balance_is_the_share_above_or_below_the_target() -> None:
    loads = pd.Series([300, 400, 500], index=["a", "b", "c"])
    assert balance(loads).to_dict() == {"a": -0.25, "b": 0.0, "c": 0.25}
    assert balance(loads, target=200).tolist() == [0.5, 1.0, 1.5]
    assert balance(pd.Series([0, 0])).tolist() == [0.0, 0.0]


def test_gini_of_known_loads() -> None:
    assert gini([5, 5, 5]) == 0
    assert gini([0, 0, 0, 8]) == 0.75
    assert gini([1, 3]) == 0.25
    assert gini([0, 0]) == 0
    with pytest.raises(ValueError, match="negative"):
        gini([-1, 2])


@given(loads=counts)
def test_gini_is_that_of_all_pairs(loads: list[int]) -> None:
    values = np.array(loads, dtype=float)
    apart = np.abs(values[:, None] - values[None, :]).mean()
    expected = apart / (2 * values.mean()) if values.sum() else 0.0
    assert gini(loads) == pytest.approx(expected, abs=1e-12)


@given(loads=counts, factor=st.integers(1, 9))
def test_measures_of_balance_do_not_hang_on_the_scale(
    loads: list[int], factor: int
) -> None:
    larger = [load * factor for load in loads]
    assert gini(larger) == pytest.approx(gini(loads))
    assert max_min_ratio(larger) == pytest.approx(max_min_ratio(loads))
    assert balance(pd.Series(larger)).tolist() == pytest.approx(
        balance(pd.Series(loads)).tolist()
    )


def test_the_largest_load_over_the_smallest() -> None:
    assert max_min_ratio([300, 450, 400]) == 1.5
    assert max_min_ratio([0, 400]) == float("inf")
    assert max_min_ratio([0, 0]) == 1


def test_003_01_the_share_of_seams_on_streets() -> None:
    """a–b: 60 m street, 40 m nothing; b–c: 100 m river."""
    seams = pd.DataFrame(
        {
            "left": ["a", "b", "b"],
            "right": ["b", "a", "c"],
            "kind": ["street", "none", "river"],
            "length_m": [60.0, 40.0, 100.0],
        }
    )
    share = street_share(pd.Index(["a", "b", "c", "alone"]), seams)
    assert share.to_dict() == pytest.approx({"a": 0.6, "b": 0.8, "c": 1, "alone": 1})


def test_shared_edges_of_a_sheet(squares: Callable[..., GeoSeries]) -> None:
    edges = shared_edges(squares(2, 2))
    assert edges[["left", "right"]].to_numpy().tolist() == [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
    ]
    assert edges["length_m"].tolist() == [100.0] * 4


def test_a_touch_at_a_point_is_no_shared_edge() -> None:
    corner = GeoSeries([box(0, 0, 1, 1), box(1, 1, 2, 2)], crs=CRS)
    assert shared_edges(corner).empty


def test_an_edge_with_a_vertex_on_one_side_only_is_not_shared() -> None:
    west = Polygon([(0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)])
    assert shared_edges(GeoSeries([west, box(1, 0, 2, 1)], crs=CRS)).empty


def test_parts_of_one_grid_share_no_edge_with_themselves() -> None:
    twins = MultiPolygon([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    assert shared_edges(GeoSeries([twins], crs=CRS)).empty
