"""Alternatives of a plan with a grid outside the band, as plans with a certificate."""

from __future__ import annotations

import pytest
import shapely
from geopandas import GeoDataFrame
from shapely import LineString, box

from gis.alternatives import AlternativePlan, alternative_plans, split_building
from gis.certificate import certify
from gis.drawing import DrawParameters, canonical, draw_plans
from gis.layers import Layers
from gis.plan import Plan, plan_layers
from tests.communities import make_layers

X, Y = 500_000.0, 4_090_000.0


def rect(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return box(X + x0, Y + y0, X + x1, Y + y1)


def row_of_blocks(*households: int) -> Layers:
    """Blocks of 100 m in a row between streets, one slab in each."""
    n = len(households)
    streets = [
        LineString([(X + 100 * k, Y - 10), (X + 100 * k, Y + 110)])
        for k in range(n + 1)
    ]
    return canonical(
        make_layers(
            rect(0, 0, 100 * n, 100),
            buildings=[rect(100 * k + 20, 40, 100 * k + 80, 55) for k in range(n)],
            households=households,
            streets=streets,
        )
    )


def drawn(layers: Layers, most: int = 9) -> tuple[Plan, list[AlternativePlan]]:
    parameters = DrawParameters()
    plan = draw_plans(layers, parameters=parameters)[0]
    return plan, alternative_plans(plan, layers, parameters=parameters, most=most)


def certified(other: AlternativePlan) -> bool:
    out = plan_layers([other.plan], other.layers, low=other.low, high=other.high)
    return certify(**out, low=other.low, high=other.high, codes_kept=True).ok


@pytest.mark.parametrize(
    "households", [(110,) * 5, (400, 250, 400), (400, 800, 400), (100, 80)]
)
def test_every_alternative_passes_its_certificate(households: tuple[int, ...]) -> None:
    plan, others = drawn(row_of_blocks(*households))
    assert plan.findings
    for other in others:
        assert certified(other)
        assert other.grid in plan.codes
        assert len(other.changed)


def test_figures_tell_what_changes() -> None:
    plan, others = drawn(row_of_blocks(*(110,) * 5))
    (one_more,) = [o for o in others if o.choice.code == "one_more"]
    assert len(plan.codes) == 1
    assert one_more.plan.households.tolist() in ([220, 330], [330, 220])
    assert one_more.households_moved == 220
    assert (one_more.grids_out, one_more.out) == (1, 80)
    assert one_more.holds == (220, 330)
    assert one_more.changed.tolist() == [0, 1]
    # The larger part goes on under the old code.
    assert plan.codes[0] in one_more.plan.codes


def test_a_tower_above_the_band_is_cut_by_its_stairwells() -> None:
    plan, others = drawn(row_of_blocks(400, 800, 400))
    (split,) = [o for o in others if o.choice.code == "split_cell"]
    assert plan.households.tolist() == [400, 800, 400]
    assert split.plan.households.tolist() == [400, 400, 400, 400]
    assert (split.grids_out, split.out) == (0, 0)
    assert certified(split)


def test_no_more_are_drawn_than_asked_for() -> None:
    layers = row_of_blocks(400, 250, 400)
    assert len(drawn(layers, most=1)[1]) == 1
    assert not drawn(layers, most=0)[1]
    assert not drawn(row_of_blocks(400, 400), most=9)[1]


def test_a_split_building_keeps_its_households_and_ground() -> None:
    slab = shapely.affinity.rotate(box(0, 0, 90, 12), 30)
    layer = GeoDataFrame(
        {"id": ["a", "b"], "households": [10, 100]},
        geometry=[box(200, 0, 210, 9), slab],
    )
    cut = split_building(layer, 1, 3)
    assert cut["id"].tolist() == ["a", "b-1", "b-2", "b-3"]
    assert cut["households"].tolist() == [10, 34, 33, 33]
    assert cut.area.tolist() == pytest.approx([90, 360, 360, 360])
    assert shapely.union_all(cut.geometry[1:]).symmetric_difference(slab).area < 1e-6
