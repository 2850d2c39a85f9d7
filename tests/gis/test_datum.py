from __future__ import annotations

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gis import datum
from gis.errors import CRSError

# Inside the box by more than any shift, so that a shifted point is inside too.
LON = st.floats(72.1, 137.7)
LAT = st.floats(0.9, 55.7)
METRES_PER_DEGREE = 111_320.0


def metres(a: datum.Pair, b: tuple[float, float]) -> float:
    east = (float(a[0]) - b[0]) * np.cos(np.radians(b[1]))
    return float(np.hypot(east, float(a[1]) - b[1]) * METRES_PER_DEGREE)


@given(LON, LAT)
def test_gcj02_comes_back_within_a_millimetre(lon: float, lat: float) -> None:
    back = datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(lon, lat))
    assert metres(back, (lon, lat)) < 0.001


@given(LON, LAT)
def test_bd09_comes_back_within_a_centimetre(lon: float, lat: float) -> None:
    back = datum.bd09_to_wgs84(*datum.wgs84_to_bd09(lon, lat))
    assert metres(back, (lon, lat)) < 0.01


@given(LON, LAT)
def test_the_shift_is_a_street_or_two(lon: float, lat: float) -> None:
    assert 10 < metres(datum.wgs84_to_gcj02(lon, lat), (lon, lat)) < 2000


@given(
    st.floats(-180, 180).filter(lambda lon: not 72 <= lon <= 138), st.floats(-90, 90)
)
def test_outside_china_nothing_moves(lon: float, lat: float) -> None:
    for shift in (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84, datum.wgs84_to_bd09):
        assert [float(value) for value in shift(lon, lat)] == [lon, lat]


def test_the_shift_agrees_with_the_constants_in_common_use() -> None:
    # what the coordtransform family of libraries publishes for its own example
    lon, lat = datum.wgs84_to_gcj02(116.404, 39.915)
    assert float(lon) == pytest.approx(116.41024449916938, abs=1e-12)
    assert float(lat) == pytest.approx(39.91640428150164, abs=1e-12)


def test_baidu_adds_its_own_offset() -> None:
    lon, lat = datum.gcj02_to_bd09(116.404, 39.915)
    assert float(lon) == pytest.approx(116.41037, abs=1e-5)
    assert float(lat) == pytest.approx(39.92133, abs=1e-5)


def test_arrays_keep_their_shape_and_empty_ones_pass() -> None:
    lon, lat = datum.wgs84_to_bd09(np.full((2, 3), 117.0), 36.0)
    assert lon.shape == lat.shape == (2, 3)
    assert datum.bd09_to_wgs84([], [])[0].shape == (0,)


def test_the_callers_array_is_left_alone() -> None:
    lon = np.array([117.0])
    datum.wgs84_to_gcj02(lon, [36.0])
    assert lon[0] == 117.0


@pytest.mark.parametrize("target", ["gcj02", "bd09"])
def test_layers_of_every_kind_come_back(target: str) -> None:
    ring = Polygon(
        [(117, 36), (117.01, 36), (117.01, 36.01)],
        [[(117.006, 36.002), (117.008, 36.002), (117.008, 36.004)]],
    )
    shapes = GeoSeries(
        [ring, Point(117, 36), LineString([(117, 36), (118, 37)]), None, Polygon()],
        index=[7, 3, 5, 1, 2],
        crs=4326,
    )
    moved = datum.shift_datum(shapes, "cgcs2000", target)
    assert moved.index.tolist() == [7, 3, 5, 1, 2]
    assert moved.crs == shapes.crs
    back = datum.shift_datum(moved, target, "wgs84")
    assert shapely.equals_exact(
        back.iloc[:3].to_numpy(), shapes.iloc[:3].to_numpy(), tolerance=1e-8
    ).all()


def test_a_matched_coverage_stays_one() -> None:
    cells = [box(117 + i / 500, 36, 117 + (i + 1) / 500, 36.002) for i in range(9)]
    moved = datum.shift_datum(GeoSeries(cells, crs=4490), "cgcs2000", "gcj02")
    assert shapely.coverage_is_valid(moved.to_numpy())


def test_wgs84_and_cgcs2000_are_the_same() -> None:
    place = GeoSeries([Point(117, 36)], crs=4490)
    assert datum.shift_datum(place, "wgs84", "cgcs2000").iloc[0] == Point(117, 36)


def test_an_unknown_datum_and_metres_are_refused() -> None:
    place = GeoSeries([Point(117, 36)], crs=4326)
    with pytest.raises(ValueError, match="xian80"):
        datum.shift_datum(place, "xian80", "wgs84")
    with pytest.raises(CRSError, match="degrees"):
        datum.shift_datum(place.to_crs(4548), "wgs84", "gcj02")
