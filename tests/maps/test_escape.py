"""Text from data cannot leave the place it is put."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.escape import to_html, to_script_json


class Reader(HTMLParser):
    """Collects what a browser would see as text, and every tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_json_in_a_script_block_has_no_markup(text: str) -> None:
    code = to_script_json({text: [text]})
    assert not set("<>&\u2028\u2029") & set(code)
    assert json.loads(code) == {text: [text]}


@given(TEXTS.filter(lambda text: "\r" not in text and "\0" not in text))
def test_escaped_text_makes_no_tag(text: str) -> None:
    reader = Reader()
    reader.feed(f"<p>{to_html(text)}</p>")
    reader.close()
    assert reader.tags == ["p"]
    assert reader.text == text


def test_quotes_are_escaped_for_attributes() -> None:
    assert to_html("\"'") == "&quot;&#x27;"


def test_numbers_json_has_no_word_for_are_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        to_script_json([float("nan")])
