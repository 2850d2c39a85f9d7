"""Cells cut in metres and stored in degrees stay one coverage."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from gis.edits.cutting import cut_cells, tidy_line
from gis.edits.samples import CORNER, sheet_draft
from gis.edits.stored import stored_shapes
from gis.errors import CoverageError
from tests.gis.edits.random_edits import rebuilt

CRS = 4548


def degrees_of(polygons: np.ndarray) -> np.ndarray:
    """Store polygons, as an import does."""
    return gpd.GeoSeries(list(polygons), crs=CRS).to_crs(4326).to_numpy()


def metres_of(polygons: np.ndarray) -> np.ndarray:
    """Read stored polygons, as the server does."""
    return gpd.GeoSeries(list(polygons), crs=4326).to_crs(CRS).to_numpy()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_untouched_neighbours_still_match_after_a_cut(seed: int) -> None:
    rng = np.random.default_rng(seed)
    draft = sheet_draft([[1] * 4] * 3, [[0] * 4] * 3)
    stored = degrees_of(draft.cell_set.polygons)
    metric = metres_of(stored)
    fresh = rebuilt(draft, metric)
    ends = rng.uniform(-100, 500, (2, 2)) + CORNER
    done = cut_cells(
        fresh, draft.buildings, tidy_line(LineString(ends)), through_buildings=True
    )
    if done is None:
        return
    touched = sorted({*done.pieces, *done.pieces.values(), *done.reshaped})
    known = [k for k in touched if k < len(metric)]
    after = np.r_[stored, np.full(len(done.pieces), None)]
    after[touched] = stored_shapes(
        done.cell_set.polygons[touched],
        metric=metric[known],
        stored=stored[known],
        crs=draft.crs,
    )
    assert shapely.coverage_is_valid(after)
    assert shapely.coverage_is_valid(metres_of(after))
    old = {tuple(p) for p in shapely.get_coordinates(stored).tolist()}
    assert old <= {tuple(p) for p in shapely.get_coordinates(after).tolist()}
    assert shapely.area(after).sum() == pytest.approx(shapely.area(stored).sum())


def test_cells_that_are_not_the_same_are_refused() -> None:
    draft = sheet_draft([[1, 2]], [[0, 0]])
    cells = draft.cell_set.polygons
    with pytest.raises(CoverageError, match="same cells"):
        stored_shapes(cells, metric=cells, stored=cells[:1], crs=draft.crs)
