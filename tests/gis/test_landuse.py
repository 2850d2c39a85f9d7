from __future__ import annotations

import pytest
from geopandas import GeoDataFrame
from shapely import Polygon, box

from gis.errors import CRSError
from gis.kinds import GridType
from gis.landuse import SITE_KINDS, compounds_and_sites, land_kind, site_type
from gis.layers import empty_layer

LARGE = box(0, 0, 100, 100)  # 1 ha


def land(
    *rows: tuple[str, str | None, Polygon], crs: int | None = 4548
) -> GeoDataFrame:
    kinds, names, shapes = zip(*rows, strict=True)
    return GeoDataFrame({"kind": kinds, "name": names}, geometry=list(shapes), crs=crs)


def test_every_site_kind_means_itself_and_has_a_type() -> None:
    assert land_kind(list(SITE_KINDS)).tolist() == list(SITE_KINDS)
    assert {site_type(kind) for kind in ("school", "mall", "park", "market")} == {
        GridType.EXCLUSIVE
    }
    assert {site_type(kind) for kind in ("vacant", "construction", "farmland")} == {
        GridType.RESERVED
    }


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("retail", "mall"),
        ("commercial", "office"),
        ("marketplace", "market"),
        ("industrial", "factory"),
        ("greenfield", "vacant"),
        ("城镇住宅用地", "residential"),
        ("中学", "school"),
        ("grass", ""),
        ("", ""),
    ],
)
def test_words_of_osm_and_of_registers_are_known(word: str, kind: str) -> None:
    assert land_kind([word]).tolist() == [kind]


def test_named_residential_land_is_a_compound_and_unnamed_is_not() -> None:
    compounds, sites = compounds_and_sites(
        land(("residential", " 崂山二村 ", LARGE), ("residential", None, LARGE))
    )
    assert compounds["name"].tolist() == ["崂山二村"]
    assert compounds["type"].tolist() == [""]
    assert sites.empty


def test_a_flower_bed_is_no_site() -> None:
    _, sites = compounds_and_sites(land(("garden", "", box(0, 0, 40, 40))))
    assert sites.empty


def test_a_playground_inside_a_park_belongs_to_the_park() -> None:
    pitch = box(10, 10, 60, 60)  # 0.25 ha, all inside
    kinds = [("recreation_ground", "pitch", pitch), ("park", "park", LARGE)]
    for rows in (kinds, kinds[::-1]):
        _, sites = compounds_and_sites(land(*rows))
        assert sites["name"].tolist() == ["park"]


def test_a_building_site_inside_a_park_stays_reserved() -> None:
    rows = [("park", "", LARGE), ("construction", "", box(10, 10, 60, 60))]
    _, sites = compounds_and_sites(land(*rows))
    assert sites["kind"].tolist() == ["park", "construction"]


def test_the_same_land_given_twice_makes_one_site() -> None:
    _, sites = compounds_and_sites(
        land(("park", "", LARGE), ("park", "", box(0, 0, 100, 99.9)))
    )
    assert len(sites) == 1


def test_degrees_are_measured_in_metres() -> None:
    hectare = box(117, 36, 117.0011, 36.0009)  # about 99 m by 100 m
    _, sites = compounds_and_sites(land(("school", "", hectare), crs=4326))
    assert len(sites) == 1
    assert sites.crs.to_epsg() == 4326


def test_no_land_gives_no_compounds_and_no_sites() -> None:
    compounds, sites = compounds_and_sites(empty_layer("landuse", 4326))
    assert list(compounds.columns) == ["name", "type", "geometry"]
    assert list(sites.columns) == ["kind", "name", "geometry"]
    assert compounds.empty
    assert sites.empty


def test_land_without_a_crs_is_refused() -> None:
    with pytest.raises(CRSError):
        compounds_and_sites(land(("park", "", LARGE), crs=None))
