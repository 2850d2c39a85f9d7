"""Names are folded and spelled as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.spelling import VARIANTS, fold, initials, pinyin, tokens

TEXTS = st.text("重庆乐长路12aB ·Ａ１", max_size=12).map(fold)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＡＢ１２", "ab12"),
        ("  幸福　路 ", "幸福 路"),
        ("①号楼", "1号楼"),
        ("ẞ", "ss"),
        ("", ""),
    ],
)
def test_width_case_and_spaces_make_no_difference(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("name", "spelled", "short"),
    [
        ("重庆路", ["chongqinglu", "zhongqinglu"], ["cql", "zql"]),
        ("济阳街道", ["jiyangjiedao"], ["jyjd"]),
        ("绿地", ["lvdi", "ludi"], ["ld"]),
        ("幸福路61号", ["xingfulu61hao"], ["xfl61h"]),
        ("helsinki", ["helsinki"], ["helsinki"]),
        ("", [""], [""]),
    ],
)
def test_a_name_has_its_readings_the_likeliest_first(
    name: str, spelled: list[str], short: list[str]
) -> None:
    assert pinyin(name) == spelled
    assert initials(name) == short


def test_a_phrase_decides_how_it_is_read() -> None:
    assert pinyin("长安社区")[0] == "changanshequ"
    assert pinyin("厦门路")[0] == "xiamenlu"
    assert pinyin("大厦")[0] == "dasha"


def test_readings_are_few_however_long_the_name() -> None:
    assert len(pinyin("重长乐朝厦都行单")) == VARIANTS


@given(text=TEXTS, data=st.data())
def test_what_a_text_holds_has_no_token_the_text_lacks(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert set(tokens(text[start:end])) <= set(tokens(text))
