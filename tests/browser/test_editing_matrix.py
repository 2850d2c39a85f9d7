"""Editing in both languages, two sizes, both engines and an old browser (long)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page

from data.cluster import Store
from tests.browser.editing import Draft, Planner, drafting, undo_all
from tests.browser.planner import SIZES, SKIP_TOUR
from tests.browser.test_planner_browsers import old_chromium

__all__ = ["old_chromium"]

pytestmark = [pytest.mark.postgis, pytest.mark.full]

ENGINES = ["canvas", "webgl"]


@pytest.fixture(scope="module")
def draft(template: Store) -> Iterator[Draft]:
    """The larger draft of a made-up town."""
    with drafting(template, "matrix") as made:
        yield made


def paint_split_cut_undo(planner: Planner) -> None:
    """Do what most of a planner's day is made of, by pointer and by keys."""
    move = planner.ask("find.move(false)")
    planner.paint(move)
    planner.saved(1)
    code = planner.ask("find.largest()")
    planner.fit(code)
    planner.choose(code)
    planner.key("s")
    planner.until("() => Boolean(Wangge.desk.tools.held.hint().match(/\\+/))")
    planner.key("Enter")
    planner.saved(2)
    code = planner.ask("find.largest()")
    west, south, east, north = planner.ask("find.boxOf(argument)", code)
    planner.fit(code)
    planner.choose(code)
    planner.key("x")
    middle = (west + east) / 2
    planner.click((middle, south - 200))
    planner.click((middle + 60, north + 200))
    planner.key("Enter")
    planner.saved(3)
    planner.require_certified()
    undo_all(planner)
    planner.require_certified()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_planner_edits_in_any_language_size_and_engine(
    browser: Browser,
    browser_context_args: dict[str, Any],
    draft: Draft,
    lang: str,
    size: tuple[int, int],
    engine: str,
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(**{**browser_context_args, "viewport": viewport})
    context.add_init_script(SKIP_TOUR)
    chosen = f"localStorage.setItem('wangge.planner.engine', '\"{engine}\"')"
    context.add_init_script(chosen)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    planner = Planner(page, draft)
    planner.open(lang=lang)
    paint_split_cut_undo(planner)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert errors == []
    context.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_planner_edits_in_chromium_92(
    browser_type: BrowserType, old_chromium: Path, draft: Draft, engine: str
) -> None:
    rules = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    arguments = ["--no-sandbox", "--use-gl=swiftshader", "--ignore-gpu-blocklist"]
    browser = browser_type.launch(
        executable_path=old_chromium, args=[*arguments, rules]
    )
    assert browser.version.startswith("92.")
    try:
        page: Page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script(SKIP_TOUR)
        chosen = f"localStorage.setItem('wangge.planner.engine', '\"{engine}\"')"
        page.add_init_script(chosen)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        planner = Planner(page, draft)
        planner.open()
        paint_split_cut_undo(planner)
        assert errors == []
    finally:
        browser.close()
