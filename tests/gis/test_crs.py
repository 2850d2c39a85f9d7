from __future__ import annotations

import pytest
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from gis.crs import metric_crs, require_metric, to_metric
from gis.errors import CRSError, GeometryError
from gis.layers import COLUMNS, Layers, empty_layer


def layers_with(**given: GeoDataFrame) -> Layers:
    return Layers(**{role: empty_layer(role, 4326) for role in COLUMNS} | given)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (117.0, 36.7, 4548),  # Jinan, central meridian 117° E
        (114.0, 34.7, 4547),  # Zhengzhou, 114° E
        (121.5, 31.2, 4550),  # Shanghai lies on the edge: 123° E is nearest east
        (104.0, 30.6, 4544),  # Chengdu, 105° E
        (73.5, 39.0, 4534),  # western end of the country
        (136.5, 45.0, 4554),  # eastern end
        (-74.0, 40.7, 32618),  # New York
        (24.9, 60.2, 32635),  # Helsinki
        (151.2, -33.9, 32756),  # Sydney
        (180.0, 10.0, 32660),
    ],
)
def test_a_place_has_its_zone(lon: float, lat: float, epsg: int) -> None:
    assert metric_crs(lon, lat).to_epsg() == epsg


@given(st.floats(73.5, 136.5), st.floats(0, 60))
def test_no_place_in_china_is_far_from_its_meridian(lon: float, lat: float) -> None:
    epsg = metric_crs(lon, lat).to_epsg()
    assert epsg is not None
    assert abs(lon - (75 + 3 * (epsg - 4534))) <= 1.5 + 1e-9


@pytest.mark.parametrize(
    ("lon", "lat"), [(36.7, 117.0), (500000, 0), (float("nan"), 3)]
)
def test_what_is_no_place_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(CRSError, match="longitude first"):
        metric_crs(lon, lat)


@pytest.mark.parametrize("crs", [4326, 4490, 3857, 2263, None])
def test_degrees_feet_web_mercator_and_nothing_are_refused(crs: int | None) -> None:
    with pytest.raises(CRSError):
        require_metric(GeoSeries([Point(1, 2)], crs=crs))


@pytest.mark.parametrize("crs", [4548, 4527, 32650])
def test_metres_are_accepted(crs: int) -> None:
    require_metric(GeoSeries([Point(1, 2)], crs=crs))


def test_layers_are_measured_where_the_communities_lie() -> None:
    town = GeoDataFrame(
        {"code": [""], "name": [""]}, geometry=[box(117, 36, 117.01, 36.01)], crs=4326
    )
    metric = to_metric(layers_with(communities=town))
    assert metric.communities.crs.to_epsg() == 4548
    assert metric.streets.crs.to_epsg() == 4548
    # 0.01° of latitude is 1.11 km, 0.01° of longitude 0.9 km at 36° N
    assert metric.communities.area.sum() == pytest.approx(1.0e6, rel=0.01)


def test_buildings_tell_the_place_where_there_are_no_communities() -> None:
    houses = GeoDataFrame({"id": ["1"]}, geometry=[Point(24.9, 60.2)], crs=4326)
    assert to_metric(layers_with(buildings=houses)).buildings.crs.to_epsg() == 32635


def test_empty_layers_lie_nowhere() -> None:
    with pytest.raises(GeometryError, match="nothing tells"):
        to_metric(layers_with())
