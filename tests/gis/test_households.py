from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from geopandas import GeoDataFrame
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from data.readers import read_sources
from gis.crs import to_metric
from gis.errors import CRSError
from gis.households import HouseholdParameters, estimate_households
from gis.layers import COLUMNS, Layers, empty_layer

SLAB = box(0, 0, 50, 12)  # 600 m²; six floors are 3,600 m², 33.2 homes
TOWN = {role: empty_layer(role, 4548) for role in COLUMNS}


def house(shape: Any = SLAB, **about: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(COLUMNS["buildings"], None)
    return blank | {"use": "", "estimated": False, "geometry": shape} | about


def town(*houses: dict[str, Any], **others: GeoDataFrame) -> Layers:
    rows = [row | {"id": row["id"] or str(n)} for n, row in enumerate(houses)]
    buildings = GeoDataFrame(rows, geometry="geometry", crs=4548)
    return Layers(**TOWN | {"buildings": buildings} | others)


def counts(*houses: dict[str, Any], **others: GeoDataFrame) -> list[int]:
    return list(estimate_households(town(*houses, **others))["households"])


def area(role: str, shape: Any, **about: str) -> GeoDataFrame:
    blank = dict.fromkeys(COLUMNS[role], "")
    return GeoDataFrame([blank | about], geometry=[shape], crs=4548)


def test_a_slab_has_the_households_of_the_formula() -> None:
    # 600 m² × floors × 0.85 ÷ 92.17 m² = 5.533 per floor
    assert counts(house(floors=6)) == [33]
    assert counts(house(height=18.4)) == [33]  # six floors of 3 m
    assert counts(house(floors=10, height=18.0)) == [55]  # floors win
    assert counts(house()) == [33]  # the stated default is six floors


def test_given_counts_stay_and_only_the_others_are_estimates() -> None:
    filled = estimate_households(town(house(households=77), house(households=None)))
    assert filled["households"].tolist() == [77, 33]
    assert filled["estimated"].tolist() == [False, True]
    assert filled["households"].dtype == np.int64
    assert filled["estimated"].dtype == bool


@pytest.mark.parametrize("use", ["office", "hotel", "school", "garage", "电厂"])
def test_a_use_that_is_no_dwelling_counts_nobody(use: str) -> None:
    assert counts(house(use=use)) == [0]


@pytest.mark.parametrize("use", ["apartments", "residential", "terrace", "mixed"])
def test_a_dwelling_counts_even_on_office_land(use: str) -> None:
    office = area("landuse", SLAB.buffer(50), kind="commercial")
    assert counts(house(use=use), landuse=office) == [33]


def test_an_unlabelled_building_on_other_land_counts_nobody() -> None:
    for kind in ("commercial", "school", "industrial", "construction"):
        assert counts(house(), landuse=area("landuse", SLAB, kind=kind)) == [0]
    assert counts(house(), sites=area("sites", SLAB, kind="hospital")) == [0]
    assert counts(house(), landuse=area("landuse", SLAB, kind="grass")) == [33]


def test_the_smallest_land_around_a_building_decides() -> None:
    campus = area("landuse", SLAB.buffer(500), kind="university")
    compound = area("compounds", SLAB.buffer(50), name="教师新村")
    assert counts(house(), landuse=campus, compounds=compound) == [33]


def test_out_of_scale_counts_nobody_unless_on_residential_land() -> None:
    hall = house(box(0, 0, 100, 40), floors=1)  # 4,000 m²
    tower = house(SLAB, height=180)
    shed = house(box(0, 0, 5, 5), floors=1)  # 25 m²
    assert counts(hall, tower, shed) == [0, 0, 0]
    estate = area("compounds", box(-10, -10, 200, 200), name="小区")
    assert counts(hall, tower, shed, compounds=estate) == [37, 332, 0]


def test_a_house_is_one_home_at_most() -> None:
    assert counts(house(box(0, 0, 20, 20), use="house")) == [1]


def test_points_count_by_stairwells_else_by_the_stated_footprint() -> None:
    # 3 units × 6 floors × 2 homes on a landing
    assert counts(house(Point(0, 0), units=3, floors=6)) == [36]
    # 400 m² × 6 × 0.85 ÷ 92.17
    assert counts(house(Point(0, 0))) == [22]


def test_every_number_of_the_estimate_can_be_set() -> None:
    parameters = HouseholdParameters(area_per_household=60, net_ratio=1.0)
    filled = estimate_households(town(house(floors=6)), parameters=parameters)
    assert filled["households"].tolist() == [60]


def test_no_buildings_and_degrees() -> None:
    assert estimate_households(Layers(**TOWN)).empty
    with pytest.raises(CRSError, match="metres"):
        estimate_households(town(house()).to_crs(4326))


@given(st.lists(st.integers(1, 2900), min_size=1, max_size=30), st.randoms())
def test_totals_are_kept_and_the_order_of_rows_does_not_matter(
    areas: list[int], random: Any
) -> None:
    houses = [house(box(0, 0, a, 1), id=f"h{n}") for n, a in enumerate(areas)]
    whole = estimate_households(town(*houses))
    exact = sum(a * 6 * 0.85 / 92.17 for a in areas if a >= 30)
    assert abs(whole["households"].sum() - exact) <= 0.5 + 1e-6
    random.shuffle(houses)
    again = estimate_households(town(*houses))
    assert again.set_index("id")["households"].to_dict() == (
        whole.set_index("id")["households"].to_dict()
    )


def test_the_callers_layers_are_left_alone() -> None:
    layers = town(house())
    estimate_households(layers)
    assert layers.buildings["households"].isna().all()


@pytest.mark.shared
def test_the_shanghai_extract_is_filled_sensibly(shared_data: Path) -> None:
    layers = to_metric(
        read_sources([shared_data / "shanghai_lujiazui_osm.gpkg"]).layers
    )
    filled = estimate_households(layers)
    by_id = filled.set_index("id")["households"]
    assert by_id["165792123"] == 0  # Shanghai Tower
    # Real districts of slabs hold 100 to 300 households on a hectare of compound.
    places = filled.set_geometry(filled.representative_point())
    estates = layers.compounds.set_index("name").area / 10_000
    homes = places.sjoin(layers.compounds, predicate="within")
    dense = (homes.groupby("name")["households"].sum() / estates).dropna()
    assert len(dense) >= 2
    assert dense.between(100, 300).all()
    # The street office counts some 42,000 households on 6.9 km²; the extract
    # shows most of it and the other bank. Every footprint counted gives 146,000.
    assert 25_000 < filled["households"].sum() < 60_000
    assert pd.api.types.is_integer_dtype(filled["households"])
