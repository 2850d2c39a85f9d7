"""Driving the planner's map: how long the page was held up at every step of a trip."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.browser.planner import SKIP_TOUR, open_plan

__all__ = ["LONGEST_MS", "LONG_TASKS", "slow_steps"]

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
    first = _drive(browser, address, levels, at, pause)
    _tell(first)
    if max(first.values()) <= LONGEST_MS:
        return {}
    again = _drive(browser, address, levels, at, pause)
    _tell(again)
    both = {step: (first[step], again[step]) for step in first}
    return {step: times for step, times in both.items() if min(times) > LONGEST_MS}


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
