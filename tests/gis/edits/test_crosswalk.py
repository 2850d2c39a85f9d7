"""Old grids over a new plan."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gis.edits.crosswalk import crosswalk
from gis.edits.draft import Draft
from gis.edits.samples import CORNER, row_draft, sheet_draft
from gis.errors import CRSError

X, Y = CORNER


def legacy(draft: Draft, *shapes: shapely.Geometry) -> GeoDataFrame:
    codes = [f"综治-{k + 1}" for k in range(len(shapes))]
    return GeoDataFrame({"code": codes}, geometry=list(shapes), crs=draft.crs)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_shares_of_each_old_grid_add_up_to_a_hundred(seed: int) -> None:
    """RULES 003-04: shares over new grids sum to 100 % (households and area)."""
    rng = np.random.default_rng(seed)
    wide = rng.integers(1, 5)
    grids = 9 * np.arange(3)[:, None] + np.arange(4) // wide
    labels = np.unique(grids, return_inverse=True)[1].reshape(3, 4)
    draft = sheet_draft(rng.integers(0, 300, (3, 4)), labels)  # type: ignore[arg-type]
    corners = rng.uniform(-50, 350, (7, 2)) + CORNER
    sides = rng.uniform(10, 300, (7, 2))
    old = legacy(draft, *shapely.box(*corners.T, *(corners + sides).T))
    table = crosswalk(old, draft)
    shares = table.groupby("legacy")[["area_percent", "household_percent"]]
    tenths = (shares.sum() * 10).round().astype(int)
    held = table.groupby("legacy")["households"].sum() > 0
    assert (tenths["area_percent"] == 1000).all()
    assert (tenths["household_percent"][held] == 1000).all()
    assert table.loc[~table["legacy"].map(held), "household_percent"].isna().all()
    area = table.groupby("legacy")["area_m2"].sum()
    assert area.to_numpy() == pytest.approx(old.area.to_numpy(), abs=1)


def test_old_grids_that_tile_the_plan_give_every_household_once() -> None:
    draft = row_draft([100, 200, 300], [0, 0, 1])
    old = legacy(draft, box(X, Y, X + 130, Y + 100), box(X + 130, Y, X + 300, Y + 100))
    table = crosswalk(old, draft)
    assert table["households"].sum() == 600
    assert table[["legacy", "households", "household_percent"]].to_numpy().tolist() == [
        ["综治-1", 100, 100.0],
        ["综治-2", 200, 40.0],
        ["综治-2", 300, 60.0],
    ]


def test_what_reaches_beyond_the_community_is_a_row_of_its_own() -> None:
    draft = row_draft([100], [0])
    table = crosswalk(legacy(draft, box(X - 100, Y, X + 100, Y + 100)), draft)
    assert table["grid"].tolist() == [draft.codes[0], ""]
    assert table["area_percent"].tolist() == [50.0, 50.0]
    assert table["household_percent"].tolist() == [100.0, 0.0]


def test_thirds_are_rounded_so_that_they_add_up() -> None:
    draft = row_draft([7, 7, 7], [0, 1, 2])
    table = crosswalk(legacy(draft, box(X, Y, X + 300, Y + 100)), draft)
    assert sorted(table["area_percent"]) == [33.3, 33.3, 33.4]
    assert sorted(table["household_percent"]) == [33.3, 33.3, 33.4]


def test_degrees_are_refused() -> None:
    draft = row_draft([100], [0])
    old = GeoDataFrame({"code": ["1"]}, geometry=[box(116, 36, 117, 37)], crs=4326)
    with pytest.raises(CRSError, match="convert"):
        crosswalk(old, draft)
