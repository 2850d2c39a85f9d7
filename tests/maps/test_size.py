"""Pages of big places stay small enough to mail and to open."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from maps.escape import to_script_json
from maps.payload import plan_payload
from tests.maps.plan_fixture import made_plan


@pytest.mark.shared
@pytest.mark.full
def test_a_hundred_thousand_buildings_take_less_than_ten_megabytes(
    shared_data: Path,
) -> None:
    buildings = gpd.read_parquet(shared_data / "nyc_buildings_102k.parquet")
    streets = gpd.read_parquet(shared_data / "nyc_streets_20k.parquet")
    parts = made_plan()
    grids, communities = parts.layers["grids"], parts.layers["communities"]
    outline = buildings.total_bounds
    shift = (
        outline[0] - communities.total_bounds[0],
        outline[1] - communities.total_bounds[1],
    )
    for layer in (grids, communities):
        layer.geometry = layer.geometry.translate(*shift).scale(
            30, 40, origin=(outline[0], outline[1])
        )
    data = plan_payload(
        parts.layers,
        streets=streets.rename(columns={"fclass": "class"}).assign(tunnel=False),
        footprints=buildings.rename(columns={"osm_id": "id"}),
    )
    assert data["buildings"]["shapes"]["n"] > 60_000
    assert len(to_script_json(data).encode()) < 10_000_000
