"""Both languages are complete, and every text of the page has a key."""

from __future__ import annotations

import re

import pytest

from gis.kinds import GridType
from maps.assets import STATIC
from maps.catalogue import read_texts

TEXTS = read_texts("sheet")
PLACES = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = {"lang.switch", "unit.m", "unit.m2", "unit.km"}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_chinese_and_english_with_the_same_places(key: str) -> None:
    zh, en = TEXTS[key]
    assert isinstance(en, str)
    assert sorted(set(PLACES.findall(zh))) == sorted(set(PLACES.findall(en)))
    if key not in SAME_IN_BOTH:
        assert HAN.search(zh) or not re.search(r"[A-Za-z]{3}", PLACES.sub("", zh))
        assert not HAN.search(en)


def test_every_key_the_page_asks_for_exists_and_none_is_idle() -> None:
    template = STATIC.parent / "templates" / "sheet.html"
    files = [template, *STATIC.glob("js/*.js")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    plain = set(re.findall(r'"([a-z]+(?:\.[a-z_0-9]+)+)"', code)) & set(TEXTS)
    asked = set(
        re.findall(r'(?:W\.t\(\s*|data-t(?:-\w+)?=|texts\[)"([a-z_.0-9]+)"', code)
    )
    stems = {key for key in asked if key.endswith(".")}
    made = {key for key in TEXTS if key.startswith((*stems, "keys.", "filter."))}
    assert asked - stems <= set(TEXTS)
    assert set(TEXTS) - plain - asked - made == set()


def test_every_grid_type_has_its_words() -> None:
    for kind in GridType:
        assert f"type.{kind.label}" in TEXTS
        assert f"type.{kind.label}.short" in TEXTS
