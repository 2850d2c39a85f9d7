"""The certificate: passes good plans, fails broken ones, and says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box
from shapely.affinity import translate

from gis.certificate import Certificate, certify, certify_layers, plan_hash
from gis.errors import CRSError, PlanError

Layers = dict[str, GeoDataFrame]
MakePlan = Callable[..., Layers]


def prove(plan: Layers, **options: Any) -> Certificate:
    """Certify with the usual band."""
    return certify(**plan, low=300, high=500, **options)


def kinds(certificate: Certificate, code: str) -> set[str]:
    """Kinds of faults of one check."""
    return {fault.kind for fault in certificate[code].faults}


def set_shape(layer: GeoDataFrame, row: int, shape: shapely.Geometry) -> None:
    """Replace one geometry, also by one of several parts."""
    shapes = layer.geometry.to_numpy().copy()
    shapes[row] = shape
    layer.geometry = shapes


# ── Good plans ────────────────────────────────────────────────────────────────


def test_a_good_plan_passes_all_six_checks(make_plan: MakePlan) -> None:
    certificate = prove(make_plan())
    assert certificate.ok
    assert certificate.verdict == "valid"
    codes = ["seamless", "connected", "households", "bounds", "seams", "codes"]
    assert [check.code for check in certificate.checks] == codes
    assert all(check.fault_count == 0 for check in certificate.checks)


def test_figures_are_those_of_the_plan(make_plan: MakePlan) -> None:
    """4 × 3 cells of 200 households, two to a grid, 100 m wide."""
    certificate = prove(make_plan())
    assert certificate["seamless"].figures["area_m2"] == 120_000
    assert certificate["seamless"].figures["gap_area_m2"] == 0
    assert certificate["connected"].figures["grids"] == 6
    assert certificate["connected"].figures["parts"] == 6
    households = certificate["households"].figures
    assert households["households_grids"] == 2400
    assert households["households_cells"] == 2400
    assert households["households_buildings"] == 2400
    assert households["buildings"] == 12
    # Three seams of 100 m between west and east, four of 200 m between rows.
    assert certificate["seams"].figures["seam_m"] == pytest.approx(1100)
    assert certificate["codes"].figures["codes"] == 6


def test_a_plan_in_degrees_is_measured_in_its_metric_zone(make_plan: MakePlan) -> None:
    plan = {name: layer.to_crs(4326) for name, layer in make_plan().items()}
    certificate = certify_layers(plan, low=300, high=500)
    assert certificate.ok
    assert certificate.crs == "CGCS2000 / 3-degree Gauss-Kruger CM 117E"
    assert certificate.plan_hash == plan_hash(plan["grids"])


@settings(max_examples=10)
@given(seed=st.integers(0, 2**16))
def test_order_of_rows_changes_nothing(make_plan: MakePlan, seed: int) -> None:
    plan = make_plan()
    shuffled = {
        name: layer.sample(frac=1, random_state=seed) for name, layer in plan.items()
    }
    assert prove(shuffled).to_dict() == prove(plan).to_dict()


@settings(max_examples=10)
@given(seed=st.integers(0, 2**16))
def test_order_of_rows_changes_no_word_of_a_failing_one(
    make_plan: MakePlan, seed: int
) -> None:
    plan = make_plan()
    plan["grids"].loc[2, "households"] = 999
    plan["buildings"].loc[3, "cell"] = 7
    plan["cells"] = plan["cells"].drop(index=5)
    shuffled = {
        name: layer.sample(frac=1, random_state=seed) for name, layer in plan.items()
    }
    assert not prove(plan).ok
    assert prove(shuffled).to_dict() == prove(plan).to_dict()


# ── Seamless (RULES 003-03) ───────────────────────────────────────────────────


def test_003_03_a_gap_of_one_square_metre_is_located(make_plan: MakePlan) -> None:
    plan = make_plan()
    west, south, *_ = plan["grids"].geometry[0].bounds
    hole = box(west + 50, south + 50, west + 51, south + 51)
    set_shape(plan["grids"], 0, plan["grids"].geometry[0].difference(hole))
    certificate = prove(plan)
    assert not certificate.ok
    gap = certificate["seamless"].faults[0]
    assert gap.kind == "gap"
    assert gap.measure == pytest.approx(1)
    assert gap.xy == pytest.approx((west + 50.5, south + 50.5))
    assert gap.lonlat is not None
    assert certificate["seamless"].figures["gap_area_m2"] == pytest.approx(1)


def test_003_03_an_overlap_of_one_square_metre_is_located(make_plan: MakePlan) -> None:
    plan = make_plan()
    first, second = plan["grids"].geometry[0], plan["grids"].geometry[1]
    x, y = second.bounds[0], second.centroid.y
    set_shape(plan["grids"], 0, first.union(box(x, y, x + 1, y + 1)))
    certificate = prove(plan)
    overlap = next(
        fault for fault in certificate["seamless"].faults if fault.kind == "overlap"
    )
    assert overlap.measure == pytest.approx(1)
    assert overlap.xy == pytest.approx((x + 0.5, y + 0.5))
    assert overlap.grids == ("370102013006001", "370102013006002")


def test_003_03_a_missing_shared_vertex_is_located(make_plan: MakePlan) -> None:
    plan = make_plan()
    first = plan["grids"].geometry[0]
    x, y = first.bounds[2], first.centroid.y
    with_vertex = shapely.normalize(shapely.union(first, box(x - 1, y, x, y + 1)))
    ring = [*first.exterior.coords]
    at = next(k for k in range(1, len(ring)) if ring[k - 1][0] == x and ring[k][0] == x)
    with_vertex = shapely.Polygon([*ring[:at], (x, y), *ring[at:]])
    set_shape(plan["grids"], 0, with_vertex)
    certificate = prove(plan)
    assert not certificate.ok
    seamless = certificate["seamless"]
    assert seamless.figures["gap_area_m2"] == 0
    vertex = next(fault for fault in seamless.faults if fault.kind == "vertex")
    assert vertex.xy == (x, y)
    assert vertex.grids == ("370102013006002",)


def test_a_grid_beyond_the_community_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    set_shape(plan["communities"], 0, plan["grids"].union_all().buffer(-1))
    assert "outside" in kinds(prove(plan), "seamless")


def test_a_missing_cell_is_a_fault_though_grids_match(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["cells"] = plan["cells"].drop(index=5)
    certificate = prove(plan)
    assert "cell_gap" in kinds(certificate, "seamless")
    assert certificate["seamless"].figures["cell_difference_m2"] == 10_000


def test_a_cell_given_to_the_wrong_grid_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["cells"].loc[0, "grid"] = "370102013006006"
    assert {"cell_gap", "cell_outside"} <= kinds(prove(plan), "seamless")


def test_a_broken_shape_is_named(make_plan: MakePlan) -> None:
    plan = make_plan()
    west, south, east, north = plan["grids"].geometry[0].bounds
    ring = [(west, south), (east, north), (east, south), (west, north)]
    set_shape(plan["grids"], 0, shapely.Polygon(ring))
    certificate = prove(plan)
    assert "shape" in kinds(certificate, "seamless")
    assert certificate["seamless"].figures["broken_shapes"] == 1


def test_a_plan_of_less_than_the_source_is_found_out(make_plan: MakePlan) -> None:
    """The community is the union of its own cells, so only the source tells."""
    plan = make_plan()
    source = make_plan(rows=4)["communities"]
    assert prove(plan).ok
    certificate = prove(plan, boundaries=source)
    assert kinds(certificate, "seamless") == {"boundary"}
    assert certificate["seamless"].figures["source_difference_m2"] == 40_000
    assert "社区边界与源数据相差40000.00平方米" in certificate.to_text()
    assert prove(plan, boundaries=plan["communities"]).ok


def test_a_source_snapped_to_the_millimetre_is_the_same(make_plan: MakePlan) -> None:
    plan = make_plan()
    source = plan["communities"].copy()
    source.geometry = source.geometry.translate(0.0004, 0)
    assert prove(plan, boundaries=source).ok
    source.geometry = source.geometry.translate(0.01, 0)
    assert not prove(plan, boundaries=source).ok


def test_a_community_of_the_source_left_out_is_found_out(make_plan: MakePlan) -> None:
    whole = two(make_plan)
    certificate = prove(make_plan(), boundaries=whole["communities"])
    assert certificate["seamless"].faults[0].zh == (
        "源数据中的社区370102013007不在方案内"
    )
    assert certificate["seamless"].faults[0].measure == 120_000


def test_a_layer_with_every_edge_open_lists_some_and_counts_all(
    make_plan: MakePlan,
) -> None:
    """Every cell is a metre off: 144 cells, 4 edges each, and as many of grids."""
    plan = make_plan(columns=12, rows=12)
    plan["cells"].geometry = plan["cells"].geometry.translate(1, 1)
    seamless = prove(plan)["seamless"]
    assert len(seamless.faults) == 200
    assert seamless.fault_count > 200
    # Between the two cells of a grid all edges still match one another.
    assert seamless.figures["cell_unmatched_edges"] == 72 * 6 * 2
    listed = [fault.kind for fault in seamless.faults]
    assert "cell_edge" not in listed[:144]  # areas first


# ── One piece (RULES 003-06) ──────────────────────────────────────────────────


def test_003_06_a_grid_in_two_parts_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    first, last = plan["grids"].geometry[0], plan["grids"].geometry[5]
    set_shape(plan["grids"], 0, MultiPolygon([first, last]))
    plan["grids"] = plan["grids"].drop(index=5)
    certificate = prove(plan)
    fault = certificate["connected"].faults[0]
    assert fault.kind == "parts"
    assert fault.grids == ("370102013006001",)
    assert certificate["connected"].figures["split_grids"] == 1


def test_003_06_parts_that_touch_at_a_point_are_two(make_plan: MakePlan) -> None:
    plan = make_plan()
    first = plan["grids"].geometry[0]
    corner = translate(box(0, 0, 10, 10), *first.bounds[2:])
    set_shape(plan["grids"], 0, MultiPolygon([first, corner]))
    assert kinds(prove(plan), "connected") == {"parts"}


def test_003_06_a_grid_inside_one_other_is_flagged_not_failed(
    make_plan: MakePlan,
) -> None:
    """3 × 3 cells: the middle one is a grid, the other eight are another."""
    plan = make_plan(columns=3, rows=3, width=3, households=50)
    middle = plan["cells"]["cell"] == 4
    cells = plan["cells"]
    inner, outer = "370102013006002", "370102013006001"
    cells["grid"] = np.where(middle, inner, outer)
    plan["buildings"]["grid"] = cells["grid"]
    rim = shapely.coverage_union_all(cells.geometry[~middle].to_numpy())
    grids = plan["grids"].iloc[:2].copy()
    set_shape(grids, 0, shapely.get_parts(rim)[0])
    set_shape(grids, 1, cells.geometry[4])
    grids["households"], grids["buildings"] = [400, 50], [8, 1]
    grids["type"] = ["resident", "exclusive"]
    grids["in_band"] = pd.array([True, None], dtype="boolean")
    plan["grids"] = grids
    plan["seams"] = GeoDataFrame(
        {"left": [outer], "right": [inner], "kind": ["wall"], "length_m": [400.0]},
        geometry=[cells.geometry[4].exterior],
        crs=cells.crs,
    )
    certificate = prove(plan, codes_kept=True)
    assert certificate.ok
    remark = certificate["connected"].remarks[0]
    assert remark.kind == "enclave"
    assert remark.grids == (inner, outer)
    assert certificate["connected"].figures["enclaves"] == 1


# ── Households ────────────────────────────────────────────────────────────────


def test_households_that_do_not_add_up_are_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[0, "households"] += 1
    certificate = prove(plan)
    assert kinds(certificate, "households") == {"count"}
    assert certificate["households"].figures["households_grids"] == 2401
    assert certificate["households"].faults[0].measure == 1


def test_a_building_in_another_grid_than_it_names_is_a_fault(
    make_plan: MakePlan,
) -> None:
    plan = make_plan()
    set_shape(plan["buildings"], 0, plan["buildings"].geometry[5])
    certificate = prove(plan)
    assert kinds(certificate, "households") == {"building_grid"}
    assert certificate["households"].figures["misplaced_buildings"] == 1


def test_a_building_in_another_cell_than_it_names_is_a_fault(
    make_plan: MakePlan,
) -> None:
    plan = make_plan()
    set_shape(plan["buildings"], 0, plan["buildings"].geometry[1])
    assert kinds(prove(plan), "households") == {"building_cell"}


def test_a_building_of_a_grid_that_does_not_exist_is_a_fault(
    make_plan: MakePlan,
) -> None:
    plan = make_plan()
    plan["buildings"].loc[0, "grid"] = "370102013006999"
    assert "building_grid" in kinds(prove(plan), "households")


def test_a_building_left_out_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["buildings"] = plan["buildings"].drop(index=3)
    faults = kinds(prove(plan), "households")
    assert faults == {"count", "cell_count", "community_count"}


def test_straddling_buildings_are_counted(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["buildings"].loc[[1, 4], "straddles"] = True
    certificate = prove(plan)
    assert certificate.ok
    assert certificate["households"].figures["straddling_buildings"] == 2


# ── The band (RULES 003-02) ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("households", "passes"),
    [(299, False), (300, True), (500, True), (501, False)],
)
def test_003_02_the_band_includes_its_bounds(
    make_plan: MakePlan, households: int, passes: bool
) -> None:
    """One cell is a grid, so the number of a cell is that of a grid."""
    certificate = prove(make_plan(width=1, households=households))
    assert certificate.ok is passes
    assert certificate["bounds"].ok is passes
    assert kinds(certificate, "bounds") == (set() if passes else {"unexplained"})


def test_003_02_a_grid_outside_with_a_reason_is_an_exception(
    make_plan: MakePlan,
) -> None:
    plan = make_plan(width=1, households=550, columns=1, rows=1)
    plan["grids"]["reason"] = "hole"
    plan["grids"]["reason_zh"] = "总户数在501–599之间，无法划分"
    plan["grids"]["reason_en"] = "total of 501–599 cannot be divided"
    certificate = prove(plan)
    assert certificate.ok
    assert certificate.verdict == "valid_with_exceptions"
    assert certificate.exceptions == 1
    remark = certificate["bounds"].remarks[0]
    assert remark.zh == "总户数在501–599之间，无法划分"
    assert remark.measure == 550


def test_003_02_half_a_reason_is_none(make_plan: MakePlan) -> None:
    plan = make_plan(width=1, households=550, columns=1, rows=1)
    plan["grids"]["reason"] = "hole"
    assert kinds(prove(plan), "bounds") == {"unexplained"}


@pytest.mark.parametrize("kind", ["exclusive", "reserved"])
def test_003_02_the_band_binds_resident_grids_only(
    make_plan: MakePlan, kind: str
) -> None:
    plan = make_plan(width=1, households=5)
    plan["grids"]["type"] = kind
    plan["grids"]["in_band"] = pd.array([None] * 12, dtype="boolean")
    assert prove(plan).ok


def test_a_wrong_in_band_column_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"]["in_band"] = pd.array([False] + [True] * 5, dtype="boolean")
    assert kinds(prove(plan), "bounds") == {"column"}


def test_an_unknown_type_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[0, "type"] = "residential"
    assert "column" in kinds(prove(plan), "bounds")


def test_a_band_upside_down_is_refused(make_plan: MakePlan) -> None:
    with pytest.raises(ValueError, match="low 500 exceeds high 300"):
        certify(**make_plan(), low=500, high=300)


# ── Seams (RULES 003-01) ──────────────────────────────────────────────────────


def test_003_01_off_street_stretches_are_listed_with_length(
    make_plan: MakePlan,
) -> None:
    plan = make_plan()
    plan["seams"].loc[0, "kind"] = "none"
    certificate = prove(plan)
    assert certificate.ok
    stretch = certificate["seams"].remarks[0]
    assert stretch.kind == "off_street"
    assert stretch.measure == pytest.approx(100)
    figures = certificate["seams"].figures
    assert figures["street_m"] == pytest.approx(1000)
    assert figures["off_street_stretches"] == 1


def test_003_01_a_seam_left_out_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["seams"] = plan["seams"].drop(index=0)
    certificate = prove(plan)
    assert kinds(certificate, "seams") == {"seam_length"}
    assert certificate["seams"].faults[0].measure == pytest.approx(100)


def test_003_01_a_seam_elsewhere_is_a_fault(make_plan: MakePlan) -> None:
    """As long as the edge but not on it."""
    plan = make_plan()
    set_shape(plan["seams"], 0, translate(plan["seams"].geometry[0], 7, 0))
    assert kinds(prove(plan), "seams") == {"seam_place"}


@pytest.mark.parametrize(("beside", "passes"), [(4.9, True), (5.1, False)])
def test_003_01_a_seam_that_claims_a_street_lies_within_five_metres(
    make_plan: MakePlan, beside: float, passes: bool
) -> None:
    """Streets along all seams; the one along the first is moved aside."""
    plan = make_plan()
    ways = plan["seams"].geometry.copy()
    ways.iloc[0] = translate(ways.iloc[0], beside, 0)
    certificate = prove(plan, ways=ways)
    assert certificate.ok is passes
    assert "距其超过5米" in certificate.to_text()
    assert certificate["seams"].figures["off_way_m"] == pytest.approx(
        0 if passes else 90, abs=5
    )
    assert kinds(certificate, "seams") == (set() if passes else {"off_way"})


def test_003_01_the_outline_of_a_compound_counts_as_a_way(
    make_plan: MakePlan,
) -> None:
    plan = make_plan()
    plan["seams"]["kind"] = "compound_edge"
    assert prove(plan, ways=plan["grids"].geometry).ok


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "path"), ("left", "x"), ("length_m", 55.0)]
)
def test_a_wrong_seam_row_is_a_fault(
    make_plan: MakePlan, column: str, value: object
) -> None:
    plan = make_plan()
    plan["seams"].loc[0, column] = value
    assert "seam" in kinds(prove(plan), "seams")


# ── Codes ─────────────────────────────────────────────────────────────────────


def swap_codes(plan: Layers, one: str, other: str) -> Layers:
    """Rename two grids everywhere."""
    names = {one: other, other: one}
    plan["grids"]["code"] = plan["grids"]["code"].replace(names)
    for name in ("cells", "buildings"):
        plan[name]["grid"] = plan[name]["grid"].replace(names)
    for side in ("left", "right"):
        plan["seams"][side] = plan["seams"][side].replace(names)
    return plan


def test_codes_out_of_order_are_faults_unless_kept(make_plan: MakePlan) -> None:
    plan = swap_codes(make_plan(), "370102013006001", "370102013006006")
    certificate = prove(plan)
    assert kinds(certificate, "codes") == {"order"}
    assert certificate["codes"].figures["out_of_order"] == 2
    kept = prove(plan, codes_kept=True)
    assert kept.ok
    assert kept["codes"].remark_count == 2


def test_a_code_of_another_community_names_the_digit(make_plan: MakePlan) -> None:
    plan = swap_codes(make_plan(), "370102013006001", "370102013007001")
    fault = prove(plan)["codes"].faults[0]
    assert fault.kind == "malformed"
    assert fault.zh == "第12位：应以370102013006开头"


def test_a_letter_in_a_code_names_the_digit(make_plan: MakePlan) -> None:
    plan = swap_codes(make_plan(), "370102013006001", "3701020130060O1")
    fault = prove(plan)["codes"].faults[0]
    assert fault.en.startswith("digit 14: 'O' is no digit")


def test_a_code_used_twice_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[1, "code"] = "370102013006001"
    assert "duplicate" in kinds(prove(plan), "codes")


def test_a_grid_of_an_unknown_community_is_a_fault(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[0, "community"] = "370102013099"
    certificate = prove(plan)
    assert "community" in kinds(certificate, "codes")
    assert "shape" in kinds(certificate, "seamless")
    assert "gap" in kinds(certificate, "seamless")


def test_an_unnamed_community_carries_serials_alone(make_plan: MakePlan) -> None:
    assert prove(make_plan(code="")).ok
    assert prove(make_plan(code="C01-")).ok


# ── Several communities ───────────────────────────────────────────────────────


def join(*plans: Layers) -> Layers:
    """Put plans of several communities into one file."""
    return {
        name: GeoDataFrame(
            pd.concat([plan[name] for plan in plans], ignore_index=True),
            crs=plans[0][name].crs,
        )
        for name in plans[0]
    }


def two(make_plan: MakePlan, east: float = 400.0) -> Layers:
    """Two communities side by side that share a border."""
    return join(
        make_plan(),
        make_plan(code="370102013007", name="泉城社区", east=east),
    )


def test_each_community_has_its_own_certificate(make_plan: MakePlan) -> None:
    certificate = prove(two(make_plan))
    assert certificate.ok
    assert [each.code for each in certificate.communities] == [
        "370102013006",
        "370102013007",
    ]
    assert [each["connected"].figures["grids"] for each in certificate.communities] == [
        6,
        6,
    ]
    assert certificate["connected"].figures["grids"] == 12
    assert certificate["seams"].figures["seam_m"] == pytest.approx(2200)


def test_the_certificate_of_a_part_is_that_of_the_part_alone(
    make_plan: MakePlan,
) -> None:
    part = prove(two(make_plan)).communities[0]
    assert part.to_dict() == prove(make_plan()).to_dict()


def test_a_fault_stays_with_its_community(make_plan: MakePlan) -> None:
    plan = two(make_plan)
    plan["grids"].loc[0, "households"] += 1
    certificate = prove(plan)
    assert not certificate.ok
    assert [each.ok for each in certificate.communities] == [False, True]


def test_communities_that_overlap_are_a_fault(make_plan: MakePlan) -> None:
    certificate = prove(two(make_plan, east=399.0))
    assert kinds(certificate, "seamless") == {"community_overlap"}
    assert certificate["seamless"].figures["community_overlap_m2"] == pytest.approx(300)


def test_a_community_inside_another_is_no_enclave(make_plan: MakePlan) -> None:
    assert prove(two(make_plan))["connected"].figures["enclaves"] == 0


# ── Hash, JSON, text, doors ───────────────────────────────────────────────────


def test_the_hash_depends_on_codes_and_outlines_only(make_plan: MakePlan) -> None:
    grids = make_plan()["grids"]
    turned = grids.copy()
    turned.geometry = shapely.reverse(grids.geometry.to_numpy())
    turned["households"] = 0
    assert plan_hash(turned.iloc[::-1]) == plan_hash(grids)
    moved = grids.copy()
    set_shape(moved, 0, translate(grids.geometry[0], 1e-9, 0))
    assert plan_hash(moved) != plan_hash(grids)
    renamed = grids.assign(code=grids["code"].iloc[::-1].to_numpy())
    assert plan_hash(renamed) != plan_hash(grids)


def test_the_certificate_is_plain_json(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[0, "households"] = 501
    plan["seams"].loc[0, "kind"] = "none"
    certificate = prove(plan, inputs_digest="ab" * 32)
    text = json.dumps(certificate.to_dict(), allow_nan=False)
    assert json.loads(text) == certificate.to_dict()
    assert json.loads(text)["inputs_digest"] == "ab" * 32


def test_the_chinese_document_has_what_an_official_signs(make_plan: MakePlan) -> None:
    text = prove(make_plan()).to_text("zh", plan="第1版", date="2026年5月1日")
    for words in (
        "社区网格划分方案检验证书",
        "银山社区 370102013006",
        "第1版",
        "2026年5月1日",
        "一、无缝覆盖（规则003-03）：合格",
        "六、编码有序：合格",
        "按建筑逐栋复核2,400户",
        "结论：六项检查全部通过，方案有效。",
        "SHA-256",
    ):
        assert words in text


def test_the_english_document_says_the_same(make_plan: MakePlan) -> None:
    text = prove(make_plan()).to_text("en")
    assert "1. Seamless (rule 003-03): passed" in text
    assert "Result: all six checks passed; the plan is valid." in text


def test_a_failing_document_names_check_grid_and_place(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["grids"].loc[0, "households"] = 501
    text = prove(plan).to_text("zh")
    assert "四、规模适度（规则003-02）：不合格" in text
    assert "370102013006001：501户，未说明原因（117.0" in text
    assert "结论：方案无效，未通过：户数相符、规模适度。" in text
    assert "FAILED" in prove(plan).to_text("en")


def test_example_data_are_called_so(make_plan: MakePlan) -> None:
    assert "示例数据" in prove(make_plan()).to_text(made_up=True)
    assert "example data" in prove(make_plan()).to_text("en", made_up=True)


def test_an_unknown_language_is_refused(make_plan: MakePlan) -> None:
    with pytest.raises(ValueError, match="'fr' is unknown"):
        prove(make_plan()).to_text("fr")  # type: ignore[arg-type]


def test_layers_in_degrees_or_of_two_systems_are_refused(make_plan: MakePlan) -> None:
    plan = make_plan()
    with pytest.raises(CRSError, match="metres"):
        prove({name: layer.to_crs(4326) for name, layer in plan.items()})
    with pytest.raises(PlanError, match="layer cells is in"):
        prove({**plan, "cells": plan["cells"].to_crs(4547)})


def test_a_missing_column_is_named(make_plan: MakePlan) -> None:
    plan = make_plan()
    plan["cells"] = plan["cells"].drop(columns="households")
    with pytest.raises(PlanError, match="layer cells has no column households"):
        prove(plan)


# ── Never fooled ──────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(
    row=st.integers(0, 5),
    corner=st.integers(0, 5),
    dx=st.floats(-40, 40),
    dy=st.floats(-40, 40),
)
def test_a_plain_overlay_never_disagrees(
    make_plan: MakePlan,
    second_opinion: Callable[..., Any],
    row: int,
    corner: int,
    dx: float,
    dy: float,
) -> None:
    """Whatever is done to a corner, both say yes or both say no."""
    plan = make_plan()
    ring = np.array(plan["grids"].geometry[row].exterior.coords)[:-1]
    ring[corner] += np.round([dx, dy], 3)
    set_shape(plan["grids"], row, shapely.Polygon(ring))
    naive = second_opinion(
        plan["grids"].geometry.to_numpy(), plan["communities"].geometry[0]
    )
    seamless = prove(plan)["seamless"]
    assert seamless.ok is naive.ok
    assert seamless.figures["gap_area_m2"] == pytest.approx(naive.gap_area, abs=1e-5)
