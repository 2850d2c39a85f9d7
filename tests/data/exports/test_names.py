"""Names of files, and coordinate systems by their names."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import ParameterError
from data.exports.cards import PlanCard
from data.exports.names import file_name
from data.exports.order import Format, Order
from data.exports.systems import nearest_zone, read_system, require_near

DAY = date(2026, 11, 22)
CARD = PlanCard(
    plan=1,
    community="370115001006",
    community_name="东关社区",
    places="",
    version=3,
    name="",
    status="draft",
    since=None,
    until=None,
    made=DAY,
    low=300,
    high=500,
    row_version=1,
    grids=13,
    metric_crs="EPSG:4548",
    made_up=True,
    attribution="",
    lon=117.2,
    lat=36.98,
)


def test_one_plan_is_called_by_its_version_and_several_by_the_day() -> None:
    order = Order(Format.XLSX)
    assert file_name(order, [CARD], "东关社区") == "东关社区-v3-网格清单.xlsx"
    assert (
        file_name(order, [CARD], "济阳街道", on=DAY)
        == "济阳街道-网格清单-2026-11-22.xlsx"
    )


def test_what_was_chosen_shows_in_the_name() -> None:
    moved = Order(Format.SHP, crs="EPSG:4548", encoding="gbk")
    assert file_name(moved, [CARD], "甲") == "甲-v3-网格划分方案-EPSG4548.zip"
    sheet = Order(Format.PNG, sheet="370115001006004", lang="en")
    assert file_name(sheet, [CARD], "甲") == "甲-v3-grid map-370115001006004.png"
    all_of_them = Order(Format.PNG, sheet="all")
    assert file_name(all_of_them, [CARD], "甲") == "甲-v3-网格图.zip"


def test_no_name_leaves_its_folder_or_is_too_long() -> None:
    name = file_name(Order(Format.GPKG), [CARD], '../a:b*c?"d\n|e' + "长" * 200)
    assert not set('/\\:*?"<>|\n') & set(name)
    assert name.endswith(".gpkg")
    assert len(name) <= 85
    assert not name.startswith(".")


@pytest.mark.parametrize("name", ["EPSG:4533", "EPSG:4555", "epsg:4326", "4326", ""])
def test_other_systems_are_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ParameterError, match="gcj02"):
        read_system(name)


def test_a_zone_is_that_of_the_place() -> None:
    assert nearest_zone(117.2, 36.98) == 4548
    assert nearest_zone(120.2, 30.2) == 4549
    assert nearest_zone(24.9, 60.2) is None
    require_near(read_system("EPSG:4549"), 117.2, 36.98)
    with pytest.raises(ParameterError, match="use EPSG:4548"):
        require_near(read_system("EPSG:4551"), 117.2, 36.98)
