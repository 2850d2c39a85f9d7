"""Codes: what is valid, where a bad one goes wrong, how grids are numbered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from gis.coding import (
    CodeError,
    DeviceCode,
    format_device_code,
    format_grid_code,
    grid_codes,
    grid_order,
    parse_cjt_code,
    parse_device_code,
    parse_division_code,
    parse_grid_code,
    serial_width,
)
from gis.errors import CRSError

CRS = 4548
COMMUNITY = "370102013006"


# ── Divisions and grids ───────────────────────────────────────────────────────


def test_the_eighth_grid_of_a_real_community_is_read() -> None:
    code = parse_grid_code("370102013006008")
    assert code.serial == 8
    assert str(code.division) == COMMUNITY
    assert code.division.county == "370102"
    assert code.division.street == "013"
    assert code.division.community == "006"


@pytest.mark.parametrize(
    ("street", "kind"),
    [
        ("001", "街道"),
        ("099", "街道"),
        ("100", "镇"),
        ("199", "镇"),
        ("200", "乡"),
        ("399", "乡"),
        ("400", "其他"),
        ("599", "其他"),
    ],
)
def test_the_middle_level_tells_its_kind(street: str, kind: str) -> None:
    assert parse_division_code(f"370102{street}006").street_kind == kind


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("37010201300600", 15),  # one digit missing
        ("3701020130060088", 16),  # one too many
        ("37010201300600A", 15),
        ("O70102013006008", 1),
        ("370102 13006008", 7),
        ("３70102013006008", 1),  # full-width digit
        ("", 1),
        ("370102013006000", 13),  # serials begin at 1
        ("000000013006001", 1),
        ("370102000006001", 7),
        ("370102013000001", 10),
    ],
)
def test_a_bad_grid_code_names_the_digit(text: str, position: int) -> None:
    with pytest.raises(CodeError) as caught:
        parse_grid_code(text)
    assert caught.value.position == position
    assert caught.value.reason_zh.startswith(f"第{position}位：")
    assert caught.value.reason_en.startswith(f"digit {position}: ")


def test_a_bad_code_is_also_a_value_error() -> None:
    with pytest.raises(ValueError, match="write 15"):
        parse_grid_code("37")


@given(
    county=st.integers(110_000, 829_999),
    street=st.integers(1, 599),
    community=st.integers(1, 999),
    serial=st.integers(1, 999),
)
def test_every_grid_code_reads_back(
    county: int, street: int, community: int, serial: int
) -> None:
    division = f"{county}{street:03d}{community:03d}"
    code = parse_grid_code(format_grid_code(division, serial))
    assert (str(code.division), code.serial) == (division, serial)


def test_other_widths_are_a_setting() -> None:
    assert format_grid_code(COMMUNITY, 8, width=2) == "37010201300608"
    assert parse_grid_code("3701020130061234", width=4).serial == 1234


@pytest.mark.parametrize("serial", [0, -1, 1000])
def test_a_serial_that_does_not_fit_is_refused(serial: int) -> None:
    with pytest.raises(CodeError, match="does not fit 3 digits"):
        format_grid_code(COMMUNITY, serial)


def test_a_bad_division_makes_no_grid_code() -> None:
    with pytest.raises(CodeError, match="has 11 digits; write 12"):
        format_grid_code("37010201300", 1)


def test_communities_without_a_code_carry_serials_or_a_local_prefix() -> None:
    assert format_grid_code("", 8) == "008"
    assert format_grid_code("C01-", 8) == "C01-008"


def test_twenty_digits_of_the_older_standard_are_read() -> None:
    code = parse_cjt_code("10000137010201360108")
    assert code.county == "370102"
    assert code.community == "601"  # merged communities count from 601
    assert code.serial == 8
    assert parse_cjt_code("10000137010201360100").serial == 0  # undivided
    with pytest.raises(CodeError, match="digit 7: county is 0"):
        parse_cjt_code("10000100000001360108")


# ── Numbering ─────────────────────────────────────────────────────────────────


def test_serials_run_west_to_east_then_north_to_south(
    squares: Callable[..., GeoSeries],
) -> None:
    """The sheet is drawn from the south, so its last row is the first."""
    assert grid_order(squares(3, 2)).tolist() == [4, 5, 6, 1, 2, 3]


@given(seed=st.integers(0, 2**16), columns=st.integers(1, 6), rows=st.integers(1, 6))
def test_the_order_of_rows_does_not_matter(
    squares: Callable[..., GeoSeries], seed: int, columns: int, rows: int
) -> None:
    grids = squares(columns, rows)
    shuffled = grids.sample(frac=1, random_state=seed)
    assert grid_codes(shuffled, COMMUNITY).sort_index().tolist() == (
        grid_codes(grids, COMMUNITY).tolist()
    )


@given(seed=st.integers(0, 2**16), n=st.integers(1, 40))
def test_serials_are_a_run_from_one(seed: int, n: int) -> None:
    corners = np.random.default_rng(seed).uniform(0, 2000, (n, 2))
    grids = GeoSeries([box(x, y, x + 90, y + 70) for x, y in corners], crs=CRS)
    assert sorted(grid_order(grids).tolist()) == list(range(1, n + 1))


def test_a_conversion_to_degrees_and_back_keeps_the_order(
    squares: Callable[..., GeoSeries],
) -> None:
    grids = squares(7, 7).translate(5e5, 4e6)
    back = grids.to_crs(4326).to_crs(CRS)
    assert not grids.geom_equals_exact(back, 0).all()
    assert grid_order(back).tolist() == grid_order(grids).tolist()


def test_the_order_is_the_same_in_every_zone() -> None:
    """At 31° N zones turn by a degree; a row 3 km long would break in two."""
    grids = GeoSeries(
        [box(x, y, x + 99, y + 99) for x in range(0, 3000, 100) for y in (0, 100)],
        crs=4549,
    ).translate(640_000, 3_450_000)
    order = grid_order(grids).tolist()
    assert grid_order(grids.to_crs(4550)).tolist() == order
    assert grid_order(grids.to_crs(32651)).tolist() == order


def test_grids_a_little_further_south_stay_in_their_row() -> None:
    """Squares of 100 m: 49 m further south is the same row, 51 m the next."""
    level = GeoSeries([box(0, 0, 100, 100), box(100, 49, 200, 149)], crs=CRS)
    assert grid_order(level).tolist() == [1, 2]
    lower = GeoSeries([box(0, 0, 100, 100), box(100, 51, 200, 151)], crs=CRS)
    assert grid_order(lower).tolist() == [2, 1]


def test_more_than_999_grids_take_four_digits_and_say_so() -> None:
    assert serial_width(999) == 3
    assert serial_width(1000) == 4
    grids = GeoSeries([box(k, 0, k + 1, 1) for k in range(1000)], crs=CRS)
    codes = grid_codes(grids, COMMUNITY)
    assert codes.iloc[0] == "3701020130060001"
    assert codes.iloc[-1] == "3701020130061000"
    assert set(codes.str.len()) == {16}


def test_no_grid_gets_no_code_and_one_gets_the_first() -> None:
    assert grid_codes(GeoSeries([], crs=CRS), COMMUNITY).empty
    one = GeoSeries([box(0, 0, 1, 1)], index=["a"], crs=CRS)
    assert grid_codes(one, COMMUNITY).to_dict() == {"a": "370102013006001"}


def test_degrees_cannot_be_numbered() -> None:
    with pytest.raises(CRSError, match="metres"):
        grid_order(GeoSeries([box(117, 36, 118, 37)], crs=4326))


# ── Devices (RULES 003-09) ────────────────────────────────────────────────────


def test_003_09_a_network_camera_on_the_internet_is_read() -> None:
    code = parse_device_code("37011501011327000001")
    assert code == DeviceCode("37011501", 1, 132, 7, 1)
    assert code.type_names == ("网络摄像机", "network camera")
    assert code.industry_names == ("社会治安社区接入", "public security, community")
    assert code.network_names == ("互联网", "internet")
    assert code.is_device


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("3701150101132700000", 20),  # one digit missing
        ("370115010113270000012", 21),
        ("3701150101132700000l", 20),
        ("00011501011327000001", 1),
        ("37011501201327000001", 9),  # industry 20 is reserved
        ("37011501011107000001", 0),  # type 110 is below the first range
        ("37011501011329000001", 14),  # network 9 is not given out
    ],
)
def test_003_09_a_bad_device_code_names_the_digit(text: str, position: int) -> None:
    with pytest.raises(CodeError) as caught:
        parse_device_code(text)
    assert caught.value.position == (position or 11)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (124, "personnel access control"),
        (134, "alarm input"),
        (142, "smart door"),
        (119, "front-end main device"),  # unnamed, but in the range
        (188, "front-end peripheral"),
    ],
)
def test_003_09_types_have_names(kind: int, name: str) -> None:
    code = parse_device_code(f"3701150101{kind}7000001")
    assert code.type_names[1] == name
    assert code.is_device


def test_003_09_a_server_is_no_device() -> None:
    assert not parse_device_code("37011501002000000001").is_device


def test_003_09_devices_that_residents_built_are_known() -> None:
    code = parse_device_code("37011501811327000001")
    assert code.industry_names[1] == "built by residents"


@given(
    industry=st.sampled_from([0, 1, 8, 11, 14, 40, 99]),
    kind=st.integers(111, 999),
    network=st.integers(0, 8),
    serial=st.integers(0, 999_999),
)
def test_every_device_code_reads_back(
    industry: int, kind: int, network: int, serial: int
) -> None:
    code = DeviceCode("37011501", industry, kind, network, serial)
    assert parse_device_code(format_device_code(code)) == code


def test_fields_that_do_not_fit_make_no_device_code() -> None:
    with pytest.raises(CodeError, match="has 21 digits; write 20"):
        format_device_code(DeviceCode("37011501", 1, 132, 7, 1_000_000))
    with pytest.raises(CodeError, match="digit"):
        format_device_code(DeviceCode("370115", 1, 132, 7, 1))
