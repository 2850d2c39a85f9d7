"""Any sequence of edits keeps the promises of a plan, and can be undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString

from gis.certificate import certify, certify_layers
from gis.edits.assign import reassign
from gis.edits.changes import Edit, Patch, apply_patch
from gis.edits.draft import Buildings, plan_of
from gis.edits.lines import split_by_line
from gis.edits.refusals import EditError
from gis.edits.samples import CORNER, sheet_draft
from gis.layers import Layers
from gis.plan import plan_layers
from tests.communities import CRS, communities
from tests.gis.edits.random_edits import (
    HIGH,
    LOW,
    assert_as_if_fresh,
    assert_sound,
    drafts_of,
    exported,
    random_edit,
    street_metres,
)

# Shrinking a town takes minutes and tells little: the seed is what repeats.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(layers=communities(), seed=st.integers(0, 2**32 - 1))
def test_random_edits_keep_every_promise_and_undo_exactly(
    layers: Layers, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ordered, drafts = drafts_of(layers)
    for first in drafts:
        if not len(first.codes):
            continue
        before = exported(first, ordered)
        metres, area = street_metres(first), shapely.area(first.outlines).sum()
        draft, history = first, list[Edit]()
        for _ in range(12):
            try:
                edit = random_edit(draft, rng)
            except EditError:
                continue
            assert_sound(edit.plan)
            assert_as_if_fresh(edit.plan)
            assert street_metres(edit.plan) == pytest.approx(metres, abs=1e-6)
            total = shapely.area(edit.plan.outlines).sum()
            assert total == pytest.approx(area, rel=1e-9)
            history.append(edit)
            draft = edit.plan
        for edit in reversed(history):
            stored = Patch.from_dict(
                edit.inverse.to_dict(),
                cell_set=edit.inverse.cell_set,
                buildings=edit.inverse.buildings,
            )
            draft = apply_patch(draft, stored, operation="undo").plan
        after = exported(draft, ordered)
        for role, frame in before.items():
            pd.testing.assert_frame_equal(frame, after[role])
        assert draft.cell_set is first.cell_set
        assert draft.grids == first.grids


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(layers=communities(), seed=st.integers(0, 2**32 - 1))
def test_an_edited_plan_is_certified_beside_its_neighbour(
    layers: Layers, seed: int
) -> None:
    """A cut that ends on the border of two communities opens nothing there."""
    rng = np.random.default_rng(seed)
    ordered, (draft, *others) = drafts_of(layers)
    for _ in range(10):
        try:
            edit = random_edit(draft, rng)
        except EditError:
            continue
        if edit.operation != "repartition_after_counts":
            draft = edit.plan
    plans = [plan_of(d) for d in (draft, *others)]
    out = plan_layers(plans, ordered, low=LOW, high=HIGH)
    stored = {role: frame.to_crs(4326) for role, frame in out.items()}
    for certificate in (
        certify(**out, low=LOW, high=HIGH, codes_kept=True),
        certify_layers(stored, low=LOW, high=HIGH, codes_kept=True, crs=CRS),
    ):
        assert certificate.ok, certificate.to_text("en")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_buildings_and_cells_does_not_matter(seed: int) -> None:
    """The same edit, with buildings stored and cells named in another order."""
    rng = np.random.default_rng(seed)
    draft = sheet_draft(rng.integers(0, 200, (3, 4)).tolist(), [[0, 0, 1, 1]] * 3)
    order = rng.permutation(12)
    cells, homes = draft.cell_set, draft.buildings
    other = replace(
        draft,
        cell_set=replace(
            cells,
            members=cells.members[order],
            member_cell=cells.member_cell[order],
            straddles=cells.straddles[order],
        ),
        buildings=Buildings(
            tuple(homes.names[k] for k in order),
            homes.points[order],
            homes.households[order],
            homes.footprints[order],
        ),
    )
    ends = CORNER + rng.uniform(-0.2, 1.2, (2, 2)) * (400, 300)
    row = rng.permutation([2, 6, 10])
    west, east = draft.codes
    found = []
    for one, brush in ((draft, sorted(row)), (other, row)):
        painted = reassign(one, brush, west).plan
        try:
            edit = split_by_line(
                painted, east, LineString(ends), through_buildings=True
            )
        except EditError as refusal:
            found.append((refusal.code,))
            continue
        plan = edit.plan
        found.append((plan.households.tolist(), plan.labels.tolist(), edit.moves))
    assert found[0] == found[1]
