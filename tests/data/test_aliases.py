from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import aliases
from gis.layers import COLUMNS


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("buildings", "buildings"),
        ("nyc_buildings_102k", "buildings"),
        ("gis_osm_buildings_a_free_1", "buildings"),
        ("济阳区建筑物2023", "buildings"),
        ("楼栋（最新）", "buildings"),
        ("building_parts", "ignored"),
        ("nyc_streets_20k", "streets"),
        ("gis_osm_roads_free_1", "streets"),
        ("道路中心线", "streets"),
        ("water", "barriers"),
        ("河流水系", "barriers"),
        ("社区边界", "communities"),
        ("银山社区", "communities"),
        ("居民小区", "compounds"),
        ("小区大门", "gates"),
        ("土地利用现状", "landuse"),
        ("gis_osm_landuse_a_free_1", "landuse"),
        ("活动室", "spaces"),
        ("监控点位", "devices"),
        ("boundaries", "ignored"),
        ("gis_osm_pois_free_1", "ignored"),
        ("layer1", ""),
        ("watermelon", ""),
    ],
)
def test_layers_are_found_by_name_in_both_languages(name: str, role: str) -> None:
    assert aliases.find_role(name) == role


@pytest.mark.parametrize(
    ("given", "role", "column"),
    [
        ("户数", "buildings", "households"),
        ("总户数(户)", "buildings", "households"),
        ("户　数", "buildings", "households"),
        ("Households", "buildings", "households"),
        ("building:levels", "buildings", "floors"),
        ("building_l", "buildings", "floors"),  # cut by a Shapefile
        ("建筑高", "buildings", "height"),  # cut in UTF-8: 9 of 12 bytes
        ("社区编", "communities", "code"),
        ("道路等", "streets", "class"),
        ("is_tunnel", "streets", "tunnel"),
    ],
)
def test_columns_are_found_by_name_in_both_languages(
    given: str, role: str, column: str
) -> None:
    table = aliases.COLUMN_ALIASES[role][column]
    assert aliases.find_column(["other", given], table) == given


def test_a_whole_name_wins_over_a_cut_one_and_the_best_alias_over_lesser_ones() -> None:
    use = aliases.COLUMN_ALIASES["buildings"]["use"]
    assert aliases.find_column(["type", "building", "use"], use) == "use"
    assert aliases.find_column(["nothing"], use) is None


def test_a_short_name_is_not_taken_for_a_cut_one() -> None:
    floors = aliases.COLUMN_ALIASES["buildings"]["floors"]
    assert aliases.find_column(["building", "num", "层"], floors) is None


def test_every_column_of_every_role_has_its_aliases() -> None:
    for role, columns in COLUMNS.items():
        wanted = set(columns) - {"estimated"}
        assert wanted <= set(aliases.COLUMN_ALIASES[role]), role


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,200", 1200),
        ("12,345,678", 12345678),
        ("6层", 6),
        ("地上18层", 18),
        ("18.5 m", 18.5),
        ("３６户", 36),
        ("3;5", 5),
        ("6-11", 11),
        ("6、7、11", 11),
        ("-2", -2),
        ("1e3", 1000),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float) -> None:
    numbers, unreadable = aliases.to_numbers(pd.Series([text]))
    assert numbers.tolist() == [number]
    assert unreadable.tolist() == [False]


@pytest.mark.parametrize("text", ["六层", "约", "a12b", "12 34", "inf", "1.2.3"])
def test_what_is_no_number_is_told(text: str) -> None:
    numbers, unreadable = aliases.to_numbers(pd.Series([text]))
    assert math.isnan(numbers[0])
    assert unreadable.tolist() == [True]


def test_blanks_are_missing_but_not_unreadable() -> None:
    blanks = pd.Series(["", None, " ", "-", "nan", "/"])
    numbers, unreadable = aliases.to_numbers(blanks)
    assert [math.isnan(number) for number in numbers] == [True] * 6
    assert not unreadable.any()


@given(st.integers(0, 10**12))
def test_any_count_survives_full_width_digits_and_commas(number: int) -> None:
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    numbers, _ = aliases.to_numbers(pd.Series([wide, f"{number:,}"]))
    assert numbers.tolist() == [number, number]


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers_of_words(text: str) -> None:
    values = pd.Series([text])
    assert aliases.find_role(text) in {*COLUMNS, "ignored", ""}
    assert aliases.find_column([text], "户数 households") in {text, None}
    assert [len(part) for part in aliases.to_numbers(values)] == [1, 1]
    assert aliases.to_flags(values).dtype == bool
    assert isinstance(aliases.to_use(values, values).iloc[0], str)
    barriers = {"river", "railway", "wall", "elevated_road", ""}
    assert aliases.to_barrier_kind(values).iloc[0] in barriers
    kind, unknown = aliases.to_compound_type(values)
    assert kind.iloc[0] in {"commodity", "old", "resettlement", ""}
    assert not (kind.iloc[0] and unknown[0])
    assert isinstance(aliases.to_street_class(values).iloc[0], str)


def test_yes_and_no_in_every_dialect() -> None:
    yes = ["T", "True", "yes", "1", "是", "viaduct", "building_passage"]
    no = ["F", "False", "no", "0", "否", "", None]
    assert aliases.to_flags(pd.Series(yes)).all()
    assert not aliases.to_flags(pd.Series(no)).any()
    assert aliases.to_flags(pd.Series([True, False])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("word", "name", "use"),
    [
        ("yes", "", ""),
        ("其他", "", ""),
        ("", "上海中心大厦", "office"),
        ("", "Shangri-La Hotel", "hotel"),
        ("", "银行宿舍", "residential"),
        ("", "Hilltop", ""),
        ("住宅楼", "某某大厦", "residential"),
        ("商住楼", "", "mixed"),
        ("Apartments", "", "apartments"),
        ("变电站", "", "变电站"),
    ],
)
def test_uses_come_from_words_then_from_names(word: str, name: str, use: str) -> None:
    told = aliases.to_use(pd.Series([word]), pd.Series([name]))
    assert told.tolist() == [use]


def test_the_three_types_of_compound_and_an_unknown_one_are_told_000_04() -> None:
    words = ["商品房", "老旧小区", "安置", "resettlement", "", "别墅区"]
    kinds, unknown = aliases.to_compound_type(pd.Series(words))
    assert kinds.tolist() == [
        "commodity",
        "old",
        "resettlement",
        "resettlement",
        "",
        "",
    ]
    assert unknown.tolist() == [False] * 5 + [True]


def test_what_bars_and_what_does_not() -> None:
    words = pd.Series(["water", "运河", "rail", "围墙", "高架", "swimming_pool"])
    assert aliases.to_barrier_kind(words).tolist() == [
        "river",
        "river",
        "railway",
        "wall",
        "elevated_road",
        "",
    ]


def test_chinese_road_classes_become_the_words_of_the_engine() -> None:
    words = pd.Series(["主干道", "次干道", "胡同", "小区内部路", "Primary"])
    assert aliases.to_street_class(words).tolist() == [
        "主干路",
        "次干路",
        "街巷",
        "小区道路",
        "primary",
    ]
