"""Driving the planner's map: how long the page was held up at every step of a trip."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Page

from tests.browser.editing import Planner
from tests.browser.planner import SKIP_TOUR, open_plan

__all__ = ["LONGEST_MS", "LONG_TASKS", "brush_steps", "slow_steps", "slow_twice"]

LONGEST_MS = 200
LONG_TASKS = """
window.long = [];
new PerformanceObserver((list) => {
  list.getEntries().forEach((entry) => window.long.push(entry.duration));
}).observe({type: "longtask"});
"""
MIDDLE = (800, 400)
PANS = ((-300, -160), (280, 200))
NOTCH = 120
"""Of a wheel: not quite one zoom level here."""


def slow_steps(
    browser: Browser, address: str, *, levels: int, at: str = "", pause: float = 1000
) -> dict[str, tuple[float, float]]:
    """Return the steps whose longest task was above the limit, twice; print them all.

    The steps are the opening, zooming in by the wheel `levels` times with drags at
    each level, out again, and in and out by the buttons. A task of less than 50 ms is
    none to the browser. After a step the page has `pause` milliseconds to draw.

    A busy machine may stop any process for a while, but hardly twice at one step: if
    one was slow, the whole trip is made again by a new page with nothing in memory.
    """
    return slow_twice(lambda: _drive(browser, address, levels, at, pause))


def slow_twice(drive: Callable[[], dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Return the steps above the limit at both of two trips; print what each took.

    The second trip is made only if the first was slow anywhere.
    """
    first = drive()
    _tell(first)
    if max(first.values()) <= LONGEST_MS:
        return {}
    again = drive()
    _tell(again)
    both = {step: (first[step], again[step]) for step in first}
    return {step: times for step, times in both.items() if min(times) > LONGEST_MS}


def brush_steps(planner: Planner, *, pause: float = 600) -> dict[str, float]:
    """Paint with brush, box and lasso; returns the longest task of each step.

    Each stroke goes to and fro over the whole map, once with all of the community in
    view and once close by; then one cell is painted, stored and taken back. The page
    must have run `LONG_TASKS`; the draft is left as it was.
    """
    page, found = planner.page, {}
    page.wait_for_timeout(2 * pause)
    _longest(page)  # of the opening, which other trips are about
    for step in _strokes(planner):
        page.wait_for_timeout(pause)
        found[step] = _longest(page)
    return found


def _strokes(planner: Planner) -> Iterator[str]:
    move = planner.ask("find.move(false)")
    for near in ("", move["to"]):
        view = "close by" if near else "all in view"
        planner.fit(near or None)
        planner.choose(move["to"])
        yield f"look, {view}"
        for key, name, way in (
            ("b", "brush", _to_and_fro()),
            ("r", "box", _diagonal()),
            ("q", "lasso", _around()),
        ):
            planner.key(key)
            page, box = planner.page, planner.page.locator("#map").bounding_box()
            assert box is not None
            spots = [
                (box["x"] + box["width"] * x, box["y"] + box["height"] * y)
                for x, y in way
            ]
            page.mouse.move(*spots[0])
            page.mouse.down()
            for spot in spots[1:]:
                page.mouse.move(*spot, steps=3)
            planner.until("() => document.querySelector('#beside .sides')")
            planner.key("Escape")
            page.mouse.up()
            yield f"{name}, {view}"
            if near:
                yield from _stored(planner, name, move)
    assert planner.ask("Wangge.desk.bench.session.outbox.isEmpty")


def _stored(planner: Planner, name: str, move: dict[str, object]) -> Iterator[str]:
    """Paint one cell, and take it back."""
    before, place = len(planner.sent), move["place"]
    assert isinstance(place, list)
    if name == "brush":
        planner.paint(move)
    else:
        x, y, d = *place, 400.0
        ring = [(x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d)]
        planner.drag([ring[0], ring[2]] if name == "box" else [*ring, ring[0]])
    planner.saved(before + 1)
    yield f"{name}, one cell stored"
    planner.key("Control+z")
    planner.saved(before + 2)
    yield f"{name}, taken back"


def _to_and_fro() -> list[tuple[float, float]]:
    """Six lines across the map, as shares of its width and height."""
    lines = [(0.12 * n + 0.2, n % 2) for n in range(6)]
    return [(0.33 + 0.36 * (turn ^ back), y) for y, back in lines for turn in (0, 1)]


def _diagonal() -> list[tuple[float, float]]:
    return [(0.33 + 0.36 * n / 24, 0.2 + 0.6 * n / 24) for n in range(25)]


def _around() -> list[tuple[float, float]]:
    turns = [2 * math.pi * n / 48 for n in range(49)]
    return [(0.51 + 0.18 * math.cos(t), 0.5 + 0.3 * math.sin(t)) for t in turns]


def _tell(found: dict[str, float]) -> None:
    lines = [f"{ms:6.0f} ms  {step}" for step, ms in found.items()]
    lines.append(f"{max(found.values()):6.0f} ms  longest task of the main thread")
    print("", *lines, sep="\n")  # noqa: T201


def _drive(
    browser: Browser, address: str, levels: int, at: str, pause: float
) -> dict[str, float]:
    page = browser.new_page(
        locale="zh-CN",
        viewport={"width": 1280, "height": 720},
        reduced_motion="reduce",
    )
    page.add_init_script(SKIP_TOUR)
    page.add_init_script(LONG_TASKS)
    try:
        open_plan(page, address, at=at)
        page.wait_for_timeout(2 * pause)
        found = {"open": _longest(page)}
        for step in _steps(page, levels):
            page.wait_for_timeout(pause)
            found[step] = _longest(page)
        return found
    finally:
        page.close()


def _longest(page: Page) -> float:
    return float(max(page.evaluate("window.long.splice(0)"), default=0))


def _steps(page: Page, levels: int) -> Iterator[str]:
    for level in range(1, levels + 1):
        for number, (across, down) in enumerate(PANS, 1):
            _drag(page, across, down)
            yield f"level {level}, drag {number}"
        page.mouse.move(*MIDDLE)
        page.mouse.wheel(0, -NOTCH)
        yield f"wheel in from level {level}"
    for level in range(levels, 0, -1):
        page.mouse.wheel(0, NOTCH)
        yield f"wheel out to level {level}"
    for button, way in (("#zoom-in", "in"), ("#zoom-out", "out")):
        for number in range(1, levels // 2 + 1):
            page.click(button)
            yield f"button {way} {number}"


def _drag(page: Page, across: int, down: int, *, moves: int = 20) -> None:
    x, y = MIDDLE
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, moves + 1):
        page.mouse.move(x + across * move / moves, y + down * move / moves)
    page.mouse.up()
