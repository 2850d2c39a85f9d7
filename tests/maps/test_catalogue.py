"""The catalogues are whole in both languages, and no page has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maps.assets import STATIC
from maps.catalogue import LOCALE, read_texts, tag
from scripts import catalogues

HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def test_the_pages_read_what_the_catalogues_say() -> None:
    assert {path.stem for path in LOCALE.glob("*.json")} == set(catalogues.domains())
    assert catalogues.main(["--check"]) == 0


@pytest.mark.parametrize("domain", catalogues.domains())
def test_every_text_is_in_both_languages(domain: str) -> None:
    for zh, en in read_texts(domain).values():
        assert isinstance(zh, str)
        forms = en if isinstance(en, list) else [en]
        assert all(form.strip() for form in [zh, *forms])


def test_a_text_missing_in_one_language_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for locale, words in (("zh_Hans_CN", "保存"), ("en", "")):
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        entry = f'msgid "save"\nmsgstr "{words}"\n'
        (folder / "page.po").write_text(head + entry, encoding="utf-8")
    assert catalogues.main([]) == 1
    assert not (tmp_path / "page.json").exists()


def test_forms_of_a_text_name_the_same_places() -> None:
    catalogues.require_same_places("grids", "{n} 个网格", ["{n} grid", "{n} grids"])
    with pytest.raises(ValueError, match="places differ"):
        catalogues.require_same_places("grids", "{n} 个网格", ["a grid", "{n} grids"])


@pytest.mark.parametrize(
    ("asked", "language"),
    [("zh-CN", "zh"), ("zh_Hans", "zh"), ("en-GB", "en"), ("fr", None), (None, None)],
)
def test_a_language_is_known_by_its_first_part(
    asked: str | None, language: str | None
) -> None:
    assert tag(asked) == language


@pytest.mark.parametrize(
    "path",
    [
        *(STATIC / "js" / "planner").rglob("*.js"),
        *STATIC.glob("css/*.css"),
        STATIC.parent / "templates" / "planner.html",
    ],
    ids=lambda path: path.name,
)
def test_no_file_of_a_page_holds_chinese_words(path: Path) -> None:
    assert not HAN.search(path.read_text(encoding="utf-8"))
