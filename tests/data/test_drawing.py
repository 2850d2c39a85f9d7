"""The drawing job: from files to a proven plan file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from data.checking import check_plan
from data.drawing import draw
from data.errors import ImportFormatError
from data.synthetic import made_up_town
from data.writers import placed_in, read_metadata, write_layers
from gis.errors import PlanError
from gis.partition import ObjectiveWeights

SCRIPT = """
import sys
from pathlib import Path
from data.drawing import draw
out = draw([Path(sys.argv[1])], out=Path(sys.argv[2]), workers=int(sys.argv[3]))
print(out.summary.plan_hash)
"""


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three communities of the made-up town as a source file."""
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    tables = made_up_town(seed=5, communities=3).tables()
    write_layers(path, tables, {"made_up": True})
    return path


@pytest.fixture(scope="session")
def plan(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan drawn from it."""
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    draw([town], out=path)
    return path


def test_a_drawn_plan_passes_its_check(town: Path, plan: Path) -> None:
    """RULES 003-02, 003-03, 003-06, 003-11: proven from the file alone, and again."""
    assert check_plan(plan).ok
    assert check_plan(plan, sources=[town]).ok


def test_the_certificate_in_the_file_is_the_one_of_the_check(plan: Path) -> None:
    stored = read_metadata(plan)["certificate"]
    assert stored["plan_hash"] == check_plan(plan).plan_hash
    assert stored["ok"] is True


def test_the_plan_says_what_it_is_made_from(plan: Path) -> None:
    about = read_metadata(plan)
    assert about["made_up"] is True
    assert (about["low"], about["high"], about["seed"]) == (300, 500, 0)
    assert about["metric_crs"] == "EPSG:4548"
    assert len(about["inputs_digest"]) == 64
    assert about["inputs"]["datum"] == "wgs84"
    taken = {layer["role"] for layer in about["inputs"]["layers"]}
    assert {"communities", "buildings", "streets"} <= taken


def test_buildings_that_vanish_from_the_source_are_missed(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    fewer = tmp_path / "fewer.gpkg"
    tables = {
        str(name): gpd.read_file(town, layer=name)
        for name, _ in pyogrio.list_layers(town)
        if name != "wangge_metadata"
    }
    lived_in = tables["buildings"]["households"] > 0
    tables["buildings"] = tables["buildings"].drop(index=lived_in.idxmax())
    write_layers(fewer, {k: v for k, v in tables.items() if "geometry" in v})
    certificate = check_plan(plan, sources=[fewer])
    assert not certificate.ok
    assert {c.code for c in certificate.checks if not c.ok} == {"households"}


@pytest.mark.parametrize(
    ("fault", "failing"),
    [("gap", "seamless"), ("overlap", "seamless"), ("vertex", "seamless")],
)
def test_a_plan_broken_on_purpose_fails(
    plan: Path, tmp_path: Path, fault: str, failing: str
) -> None:
    """RULES 003-03: 1 m² of gap or overlap, or one missing vertex."""
    layers = {
        name: gpd.read_file(plan, layer=name)
        for name in ("grids", "cells", "communities", "seams", "buildings")
    }
    grids = layers["grids"].to_crs(4548)
    shape = grids.geometry.iloc[0]
    at = shapely.get_coordinates(shape)
    if fault == "vertex":
        shape = shapely.Polygon(at[[0, *range(2, len(at))]])
    else:
        spot = shapely.Point(shape.exterior.interpolate(0.5, normalized=True))
        patch = shapely.box(*shapely.buffer(spot, 0.7, quad_segs=1).bounds)
        shape = shape.difference(patch) if fault == "gap" else shape.union(patch)
    layers["grids"] = grids.assign(geometry=[shape, *grids.geometry.iloc[1:]]).to_crs(
        4326
    )
    broken = tmp_path / "broken.gpkg"
    write_layers(broken, layers, read_metadata(plan))
    certificate = check_plan(broken)
    assert not certificate.ok
    assert failing in {c.code for c in certificate.checks if not c.ok}


def test_a_file_that_is_no_plan_is_refused(town: Path) -> None:
    with pytest.raises(ImportFormatError, match="is not a plan: grids, cells, seams"):
        check_plan(town)


def test_workers_and_hash_seed_do_not_change_the_plan(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    hashes = set()
    for workers, seed in (("1", "1"), ("2", "77")):
        result = subprocess.run(
            [sys.executable, "-c", SCRIPT, town, tmp_path / "p.gpkg", workers],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(result.stdout.strip())
    assert hashes == {check_plan(plan).plan_hash}


def test_shuffled_rows_do_not_change_the_plan(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    shuffled = tmp_path / "shuffled.gpkg"
    tables = {
        str(name): gpd.read_file(town, layer=name).sample(frac=1, random_state=3)
        for name, kind in pyogrio.list_layers(town)
        if kind is not None
    }
    write_layers(shuffled, tables)
    draw([shuffled], out=tmp_path / "p.gpkg")
    assert check_plan(tmp_path / "p.gpkg").plan_hash == check_plan(plan).plan_hash


def test_new_counts_move_few_households_and_keep_the_codes(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.gpkg"
    tables = made_up_town(seed=5, communities=3).tables()
    rng = np.random.default_rng(1)
    noise = rng.uniform(0.9, 1.1, len(tables["buildings"]))
    counts = (tables["buildings"]["households"] * noise).round().astype("int64")
    tables["buildings"] = tables["buildings"].assign(households=counts)
    write_layers(changed, tables)
    again = draw([changed], out=tmp_path / "again.gpkg", previous=plan)
    assert check_plan(tmp_path / "again.gpkg").ok
    assert again.summary.households_moved is not None
    assert again.summary.households_moved < 0.1 * counts.sum()
    before = gpd.read_file(plan, layer="grids").set_index("code").geometry
    after = again.layers["grids"].set_index("code").geometry
    common = before.index.intersection(after.index)
    same = after[common].geom_equals(before[common], align=False)
    assert same.mean() > 0.7, "most grids stay as they were, code and all"


def test_nothing_new_moves_nobody(town: Path, plan: Path, tmp_path: Path) -> None:
    again = draw([town], out=tmp_path / "again.gpkg", previous=plan)
    assert again.summary.households_moved == 0
    assert check_plan(tmp_path / "again.gpkg").plan_hash == check_plan(plan).plan_hash


@pytest.mark.parametrize(
    ("crs", "datum"), [(4550, "wgs84"), (4548, "gcj02"), (4548, "bd09")]
)
def test_another_zone_or_datum_opens_no_gap(plan: Path, crs: int, datum: str) -> None:
    grids = placed_in(gpd.read_file(plan, layer="grids"), crs, datum)
    whole = placed_in(gpd.read_file(plan, layer="communities"), crs, datum)
    shapes = grids.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    left = shapely.difference(whole.union_all(), shapely.coverage_union_all(shapes))
    assert shapely.area(left) < 1e-3
    assert grids.area.sum() == pytest.approx(whole.area.sum(), rel=1e-9)


def misses(path: Path) -> int:
    """Count the resident grids out of the band."""
    grids = gpd.read_file(path, layer="grids")
    resident = grids.loc[grids["type"] == "resident", "households"]
    return int((~resident.between(300, 500)).sum())


def test_004_04_objectives_reach_the_plan_and_are_told(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    """RULES 004-04: a second criterion changes the plan, the band still holds."""
    out = tmp_path / "spread.gpkg"
    asked = ObjectiveWeights(members=5, load=5)
    told = draw([town], out=out, weights=asked).summary.objectives
    plain = draw([town], out=tmp_path / "p.gpkg", weights=ObjectiveWeights(load=1e-9))
    least = plain.summary.objectives["load"]
    assert set(told) == {"load", "members"}
    assert np.std(list(told["load"]["grids"].values())) < np.std(
        list(least["grids"].values())
    )
    assert misses(out) <= misses(plan)
    buildings = gpd.read_file(town, layer="buildings").set_index("id")
    held = gpd.read_file(out, layer="buildings").set_index("id")["grid"]
    counted = buildings["cases"].groupby(held.reindex(buildings.index)).sum()
    for code, cases in told["load"]["grids"].items():
        assert cases == counted[code]
    assert read_metadata(out)["objectives"] == told
    assert "objectives" not in read_metadata(plan)


def test_old_grids_of_any_kind_can_be_kept_to(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    old = gpd.read_file(plan, layer="grids")[["name", "geometry"]]
    old.to_file(tmp_path / "old.geojson")
    asked = ObjectiveWeights(loyalty=5)
    for legacy in (plan, tmp_path / "old.geojson"):
        out = draw([town], out=tmp_path / "n.gpkg", weights=asked, legacy=legacy)
        assert out.summary.objectives["loyalty"]["mean"] > 0.99
        assert out.summary.households_moved is None


def test_an_objective_without_its_counts_is_refused(town: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.gpkg"
    tables = made_up_town(seed=5, communities=1).tables()
    tables["buildings"] = tables["buildings"].drop(columns="cases")
    write_layers(bare, tables)
    with pytest.raises(PlanError, match="no building has cases"):
        draw([bare], out=tmp_path / "p.gpkg", weights=ObjectiveWeights(load=1))
    with pytest.raises(PlanError, match="give --legacy FILE"):
        draw([town], out=tmp_path / "p.gpkg", weights=ObjectiveWeights(loyalty=1))


def test_alternatives_are_plans_of_their_own(tmp_path: Path) -> None:
    tables = made_up_town(seed=5, communities=1).tables()
    homes = tables["buildings"]
    tower = homes["households"].idxmax()
    homes.loc[tower, "households"] = 700
    write_layers(tmp_path / "tower.gpkg", tables)
    out = tmp_path / "plan.gpkg"
    drawing = draw([tmp_path / "tower.gpkg"], out=out, alternatives=2)
    told = drawing.summary.alternatives
    assert {other["choice"] for other in told} == {"split_cell"}
    for other in told:
        path = tmp_path / other["file"]
        proof = check_plan(path)
        assert proof.ok
        assert other["certified"]
        assert other["plan_hash"] == proof.plan_hash
        assert other["grids_out"] < misses(out)
        assert read_metadata(path)["low"] == other["low"]
    changed = gpd.read_file(out, layer="alternatives")
    assert set(changed["alternative"]) == {other["alternative"] for other in told}
    assert set(changed["grid"]) == {other["grid"] for other in told}
    assert read_metadata(out)["alternatives"] == told
    assert check_plan(out).ok


def test_at_effort_best_the_plan_tells_how_near_its_seams_are_to_the_shortest(
    town: Path, plan: Path, tmp_path: Path
) -> None:
    best = tmp_path / "best.gpkg"
    told = draw([town], out=best, effort="best").summary.shortest_seams
    assert read_metadata(best)["shortest_seams"] == told
    assert told.keys() <= set(gpd.read_file(best, layer="communities")["code"])
    assert told
    for proof in told.values():
        assert proof["seam_cost_m"] >= proof["seam_bound_m"] - 0.01
        assert proof["scope"] in ("cells", "blocks")
    assert "shortest_seams" not in read_metadata(plan)


def test_without_alternatives_the_plan_has_no_such_layer(plan: Path) -> None:
    assert "alternatives" not in {str(name) for name, _ in pyogrio.list_layers(plan)}
    assert "alternatives" not in read_metadata(plan)


def test_the_summary_is_plain_json(town: Path, tmp_path: Path) -> None:
    summary = draw([town], out=tmp_path / "p.gpkg").summary.to_dict()
    assert json.loads(json.dumps(summary))["communities"] == 3
    assert (
        summary["households"]
        == summary["certificate"]["checks"][2]["figures"]["households_buildings"]
    )


@pytest.mark.shared
def test_lujiazui_is_drawn_and_proven(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "shanghai_lujiazui_osm.gpkg"
    drawing = draw([source], out=tmp_path / "p.gpkg", boundary="hull")
    certificate = check_plan(tmp_path / "p.gpkg", sources=[source])
    assert certificate.ok, certificate.to_text("en")
    grids = drawing.layers["grids"]
    outside = grids[(grids["type"] == "resident") & ~grids["in_band"].fillna(True)]
    assert outside["reason_zh"].str.len().gt(10).all()
    assert "OpenStreetMap" in drawing.attribution
    assert drawing.summary.households == drawing.summary.households_estimated


def test_helsinki_is_drawn_and_proven(helsinki: Path, tmp_path: Path) -> None:
    drawing = draw([helsinki], out=tmp_path / "p.gpkg", boundary="hull")
    assert check_plan(tmp_path / "p.gpkg").ok
    assert drawing.summary.buildings > 400
