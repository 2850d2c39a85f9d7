"""The data of a page tells what the layers tell."""

from __future__ import annotations

from typing import Any

import pytest
from geopandas import GeoDataFrame

from gis.errors import CRSError
from maps.escape import to_script_json
from maps.payload import plan_payload
from tests.maps.plan_fixture import HOUSEHOLDS, PlanParts, made_plan


@pytest.fixture
def parts() -> PlanParts:
    return made_plan()


def payload(parts: PlanParts) -> dict[str, Any]:
    return plan_payload(
        parts.layers, streets=parts.streets, footprints=parts.footprints
    )


def test_grids_are_in_the_order_of_their_codes(parts: PlanParts) -> None:
    grids = payload(parts)["grids"]
    assert grids["code"] == sorted(grids["code"])
    assert sum(grids["households"]) == sum(HOUSEHOLDS)


def test_short_numbers_are_the_serial(parts: PlanParts) -> None:
    numbers = payload(parts)["grids"]["number"]
    assert numbers == [f"{n:03d}" for n in range(1, 7)] * 2


def test_seams_point_at_grids(parts: PlanParts) -> None:
    data = payload(parts)
    codes, seams = data["grids"]["code"], data["seams"]
    drawn = {
        (codes[i], codes[j]) for i, j in zip(seams["left"], seams["right"], strict=True)
    }
    given = parts.layers["seams"]
    assert drawn == set(zip(given["left"], given["right"], strict=True))


def test_the_order_of_rows_does_not_matter(parts: PlanParts) -> None:
    turned = PlanParts(
        {name: layer.iloc[::-1] for name, layer in parts.layers.items()},
        parts.streets.iloc[::-1],
        parts.footprints.iloc[::-1],
    )
    assert to_script_json(payload(turned)) == to_script_json(payload(parts))


def test_labels_lie_inside_their_grid(parts: PlanParts) -> None:
    # Grids are about 120 m squares; at 37° N Web Mercator stretches by 1.25.
    for _, _, radius in payload(parts)["grids"]["label"]:
        assert 600 < radius < 800


def test_tunnels_and_steps_are_not_drawn(parts: PlanParts) -> None:
    streets = parts.streets.copy()
    before = payload(parts)["streets"]["names"]
    streets.loc[streets["name"] == "济北大街", "tunnel"] = True
    streets.loc[streets["name"] == "纬1路", "class"] = "steps"
    parts.streets = streets
    assert set(before) - set(payload(parts)["streets"]["names"]) == {
        "济北大街",
        "纬1路",
    }


def test_a_plan_without_outlines_shows_its_buildings_as_points(
    parts: PlanParts,
) -> None:
    parts.footprints = parts.footprints.iloc[:0]
    assert payload(parts)["buildings"]["shapes"]["n"] == 192


def test_an_empty_plan_has_a_payload(parts: PlanParts) -> None:
    empty = {name: layer.iloc[:0] for name, layer in parts.layers.items()}
    data = plan_payload(
        empty, streets=parts.streets.iloc[:0], footprints=parts.footprints.iloc[:0]
    )
    assert data["grids"]["code"] == []
    assert data["bounds"][0] < data["bounds"][2]


@pytest.mark.parametrize("crs", [None, 4548])
def test_layers_in_metres_or_without_crs_are_refused(
    parts: PlanParts, crs: int | None
) -> None:
    streets = GeoDataFrame(
        parts.streets.drop(columns="geometry"), geometry=parts.streets.geometry.values
    )
    parts.streets = (
        streets.set_crs(crs, allow_override=True)
        if crs
        else streets.set_crs(None, allow_override=True)
    )
    with pytest.raises(CRSError, match="streets"):
        payload(parts)
