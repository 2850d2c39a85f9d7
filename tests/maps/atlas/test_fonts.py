"""The font of a document: found, cut to what is written, and said if it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from maps.atlas import fonts
from maps.atlas.fonts import Face, find_fonts, open_faces
from maps.errors import FontError
from tests.maps.atlas.sheets_fixture import atlas


@pytest.fixture(scope="module")
def face() -> Face:
    return open_faces("济阳街道网格，。abc def 0123")[0]


def test_a_machine_without_a_chinese_font_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "DejaVuSans.ttf").touch()
    with pytest.raises(FontError, match="apt-get install fonts-noto-cjk") as caught:
        find_fonts([tmp_path])
    assert "没有中文字体" in caught.value.message_zh
    monkeypatch.setattr(fonts, "find_fonts", lambda: find_fonts([tmp_path]))
    with pytest.raises(FontError):
        atlas()


def test_the_chinese_of_china_is_taken_from_a_font_of_all_east_asia() -> None:
    found = find_fonts()
    assert found.family.endswith(("SC", "Hei", "Fallback"))


def test_a_character_that_no_font_has_is_no_box(face: Face) -> None:
    assert face.clean("济\U0001f600阳\n") == "济〓阳〓"


def test_width_adds_up(face: Face) -> None:
    assert face.width("济阳", 10.0) == pytest.approx(20.0)
    assert face.width("济a", 10.0) == pytest.approx(10.0 + face.width("a", 10.0))


def test_lines_break_between_chinese_and_not_inside_english(face: Face) -> None:
    assert face.wrap("济阳街道网格", 10.0, 40.0) == ["济阳街道", "网格"]
    assert face.wrap("abc def", 10.0, face.width("abc d", 10.0)) == ["abc", "def"]
    assert face.wrap("", 10.0, 40.0) == [""]


def test_no_line_begins_with_a_closing_mark(face: Face) -> None:
    lines = face.wrap("济阳街道，网格。", 10.0, 40.0)
    assert not any(line.startswith(("，", "。")) for line in lines)
    assert "".join(lines) == "济阳街道，网格。"


def test_what_does_not_fit_ends_in_three_dots(face: Face) -> None:
    assert face.fit("济阳街道网格", 10.0, 60.0) == "济阳街道网格"
    assert face.fit("abc", 10.0, 1e3) == "abc"
