"""Two planners at once, a connection that breaks, a finger: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data.cluster import Store
from tests.browser.driving import LONG_TASKS, LONGEST_MS
from tests.browser.editing import Draft, Planner, come_in, drafting, undo_all
from tests.browser.keeping import Lend
from tests.browser.planner import SKIP_TOUR, serious_findings
from tests.browser.vendored import vendored_for_tests

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def draft(template: Store) -> Iterator[Draft]:
    """The larger draft of a made-up town."""
    with drafting(template, "trouble") as made:
        yield made


@pytest.fixture
def desk(page: Page, draft: Draft) -> Iterator[Planner]:
    """A planner before the draft; afterwards all of it is undone."""
    page.add_init_script(SKIP_TOUR)
    planner = Planner(page, draft)
    planner.open()
    yield planner
    undo_all(planner)


def colleague(lend: Lend, draft: Draft, options: dict[str, Any]) -> Planner:
    """Open the same draft in another browser, signed in as somebody else."""
    context = lend("colleague", **options)
    come_in(context, draft, "planner")
    page = context.new_page()
    page.add_init_script(SKIP_TOUR)
    planner = Planner(page, draft)
    planner.open()
    return planner


def reassign(move: dict[str, Any]) -> dict[str, Any]:
    return {"operation": "reassign", "cells": [move["cell"]], "to": move["to"]}


def test_an_edit_survives_a_lost_connection_and_is_done_once(
    context: BrowserContext, desk: Planner
) -> None:
    move = desk.ask("find.move(false)")
    before = desk.households(move["to"])
    desk.fit(move["to"])
    context.set_offline(True)
    desk.paint(move)
    strip = desk.page.locator("#strip")
    expect(strip).to_contain_text("未保存")
    assert desk.households(move["to"]) == before + move["households"]
    desk.page.wait_for_timeout(1200)
    context.set_offline(False)
    desk.until("() => Wangge.desk.bench.session.outbox.isEmpty")
    expect(strip).to_be_hidden()
    keys = {request.headers["idempotency-key"] for request in desk.sent}
    assert len(desk.sent) > 1
    assert len(keys) == 1
    assert [step["operation"] for step in desk.stored()[:1]] == ["reassign"]
    desk.require_certified()


def test_an_answer_that_is_lost_on_its_way_does_not_do_the_edit_twice(
    desk: Planner,
) -> None:
    steps = len(desk.stored())
    move = desk.ask("find.move(false)")
    lost: list[str] = []

    def lose_first(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    desk.page.route("**/edits", lose_first)
    desk.paint(move)
    desk.until("() => Wangge.desk.bench.session.outbox.isEmpty")
    assert json.loads(lost[0])["number"] == desk.stored()[0]["number"]
    assert len(desk.stored()) == steps + 1
    desk.require_certified()


def test_a_stale_stroke_is_kept_told_and_done_again_by_one_click(
    lend: Lend,
    desk: Planner,
    draft: Draft,
    browser_context_args: dict[str, Any],
) -> None:
    # The first does not hear of the second until it sends something itself.
    desk.ask("void (Wangge.desk.bench.session.follow = async () => false)")
    other = colleague(lend, draft, browser_context_args)
    largest = other.ask("find.largest()")
    move = desk.ask("find.move(false)")
    rename = {"operation": "rename", "grid": largest, "name": "同事改的名"}
    other.submit(rename)
    other.saved(1)
    desk.paint(move)
    strip = desk.page.locator("#strip")
    expect(strip).to_contain_text("同事改的名")
    expect(strip).to_contain_text("还没有保存")
    desk.until("() => Wangge.desk.bench.session.ready")
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["from"]
    strip.get_by_role("button", name="再做一次").click()
    desk.until("() => Wangge.desk.bench.session.outbox.isEmpty")
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["to"]
    desk.require_certified()
    other.page.close()


def test_only_what_a_colleague_changed_is_loaded_and_drawn_anew(
    lend: Lend,
    desk: Planner,
    draft: Draft,
    browser_context_args: dict[str, Any],
) -> None:
    other = colleague(lend, draft, browser_context_args)
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    version = "Wangge.desk.bench.session.rowVersion"

    def layers_after(body: dict[str, Any]) -> set[str]:
        asked.clear()
        before = len(other.sent)
        other.submit(body)
        other.saved(before + 1)
        desk.until(f"() => {version} === {other.ask(version)}")
        desk.until("() => Wangge.desk.bench.session.ready")
        desk.require_certified()
        paths = [url.partition("?")[0].rpartition("/")[2] for url in asked]
        every = {"grids", "cells", "seams", "buildings", "devices", "spaces"}
        return every & set(paths)

    move = desk.ask("find.move(false)")
    desk.page.evaluate("() => { window.mesh = find.mesh(); }")
    assert layers_after(reassign(move)) == {"grids", "cells", "seams"}
    assert desk.ask("find.mesh() === window.mesh")
    assert desk.ask("find.model().byCode.get(argument).households", move["to"]) == (
        other.households(move["to"])
    )
    code = desk.ask("find.largest()")
    split = {"operation": "split_grid", "grid": code, "parts": 2}
    assert "devices" not in layers_after(split)
    other.page.close()


TALLY = """
() => {
  const { outbox, session } = {
    outbox: Wangge.desk.bench.session.outbox, session: Wangge.desk.bench.session,
  };
  window.tally = { asked: 0, done: 0, none: 0, refused: 0, kept: 0 };
  const put = outbox.put.bind(outbox);
  outbox.put = (item) => {
    window.tally.asked += 1;
    const answer = put(item);
    answer.then((data) => { window.tally[data ? "done" : "none"] += 1; });
    return answer;
  };
  const stale = session.stale.bind(session);
  outbox.tell.stale = (items, error) => {
    window.tally.kept += items.length;
    return stale(items, error);
  };
  session.on("refused", () => { window.tally.refused += 1; });
}
"""


def test_two_planners_at_once_end_in_the_same_state(
    lend: Lend,
    desk: Planner,
    draft: Draft,
    browser_context_args: dict[str, Any],
) -> None:
    other = colleague(lend, draft, browser_context_args)
    both = (desk, other)
    for planner in both:
        planner.page.evaluate(TALLY)
    steps = len(desk.stored())
    for turn in range(5):
        # Both work in the same moment: neither knows of the other's step.
        for planner in both:
            if planner is other and turn % 2 == 1:
                planner.ask("void Wangge.desk.bench.session.undo()")
                continue
            move = planner.ask("find.move(false)")
            planner.ask(
                "void Wangge.desk.bench.session.submit(argument.body, "
                "{moves: {cells: [argument.cell], to: argument.to}})",
                {"body": reassign(move), "cell": move["cell"], "to": move["to"]},
            )
        for planner in both:
            settle(planner)
    tallies = [planner.ask("window.tally") for planner in both]
    for tally in tallies:
        # What has no answer was refused in words, or kept to be done again.
        assert tally["asked"] == tally["done"] + tally["none"]
        assert tally["none"] == tally["refused"] + tally["kept"]
    assert len(desk.stored()) - steps == sum(tally["done"] for tally in tallies)
    version = "Wangge.desk.bench.session.rowVersion"
    for _ in range(100):
        # The service tells the page that is behind.
        if desk.ask(version) == other.ask(version):
            break
        desk.page.wait_for_timeout(100)
    for planner in both:
        planner.until("() => Wangge.desk.bench.session.ready")
    shown = [
        planner.ask("find.model().cells.map(({number, grid}) => [number, grid])")
        for planner in both
    ]
    assert shown[0] == shown[1]
    for planner in both:
        planner.require_certified()
    other.page.close()


def settle(planner: Planner) -> None:
    """Wait for the answer; what was kept for another time is done again."""
    for _ in range(6):
        planner.until(
            "() => Wangge.desk.bench.session.outbox.isEmpty "
            "&& Wangge.desk.bench.session.ready"
        )
        if not planner.ask("Boolean(Wangge.desk.store.get('kept'))"):
            return
        planner.page.get_by_role("button", name="再做一次").click()
    raise AssertionError("a step is still kept")


def test_a_refused_edit_says_why_at_the_cursor_and_blocks_nothing(
    desk: Planner,
) -> None:
    first, second = desk.ask("find.pair()")
    body = {"operation": "lock", "grids": [first]}
    desk.submit(body)
    desk.saved(1)
    merge = {"operation": "merge_grids", "grids": [first, second]}
    desk.submit(merge)
    beside = desk.page.locator("#beside")
    expect(beside).to_contain_text("已锁定")
    assert desk.page.locator("dialog[open]").count() == 0
    assert desk.ask("Wangge.desk.bench.overlay.painters.has('fault')")
    move = desk.ask("find.move(false)")
    assert desk.ask("Wangge.desk.bench.session.mustWait") is False
    assert move is not None


def test_a_finger_paints_and_two_fingers_do_not(
    lend: Lend,
    draft: Draft,
    browser_context_args: dict[str, Any],
) -> None:
    options = {**browser_context_args, "has_touch": True}
    planner = colleague(lend, draft, options)
    move = planner.ask("find.move(false)")
    planner.aim(move)
    touch = planner.page.context.new_cdp_session(planner.page)
    x, y = planner.spot(move["place"])

    def send(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": px, "y": py, "id": n} for n, (px, py) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", (x, y))
    send(
        "touchMove",
        (x + 1, y + 1),
    )
    send("touchStart", (x + 1, y + 1), (x + 80, y))
    send("touchEnd")
    planner.page.wait_for_timeout(200)
    assert planner.sent == []
    planner.fit(move["to"])
    x, y = planner.spot(move["place"])
    send("touchStart", (x, y))
    send("touchMove", (x + 1, y + 1))
    send("touchEnd")
    planner.saved(1)
    planner.require_certified()
    undo_all(planner)
    planner.page.close()


def test_nothing_holds_up_the_page_while_brushing_and_panning(desk: Planner) -> None:
    desk.page.wait_for_timeout(1500)
    desk.page.evaluate(LONG_TASKS)
    slow = set(work_for_a_while(desk))
    for _ in range(3):
        # A busy machine stops any process now and then, but not at one step each time.
        if not slow:
            break
        slow &= set(work_for_a_while(desk))
    assert not slow


def work_for_a_while(desk: Planner) -> list[str]:
    """Brush, pan, store a stroke and take it back; returns what was slow."""
    slow = []

    def step(name: str) -> None:
        desk.page.wait_for_timeout(300)
        if max(desk.ask("window.long.splice(0)"), default=0) > LONGEST_MS:
            slow.append(name)

    move = desk.ask("find.move(false)")
    desk.fit()
    desk.choose(move["to"])
    step("choose")
    desk.key("b")
    x, y = desk.hover(move["place"])
    desk.page.mouse.down()
    for turn in range(30):
        desk.page.mouse.move(x + 5 * turn, y + 40 * (turn % 3), steps=3)
    desk.key("Escape")
    desk.page.mouse.up()
    step("brush")
    desk.page.keyboard.down(" ")
    for dx in (-160, 120, 60):
        desk.page.mouse.move(x, y)
        desk.page.mouse.down()
        desk.page.mouse.move(x + dx, y + 60, steps=12)
        desk.page.mouse.up()
    desk.page.keyboard.up(" ")
    step("pan")
    before = len(desk.sent)
    desk.paint(move)
    desk.saved(before + 1)
    step("store")
    desk.key("Control+z")
    desk.saved(before + 2)
    step("undo")
    return slow


@pytest.mark.parametrize("state", ["brush", "split", "more", "history"])
def test_axe_finds_nothing_serious_while_editing(desk: Planner, state: str) -> None:
    desk.choose(desk.ask("find.largest()"))
    if state == "history":
        desk.key("h")
        expect(desk.page.locator("#history-panel")).not_to_contain_text("正在载入")
    elif state == "more":
        desk.page.locator("#open-more").click()
    else:
        desk.key(state[0])
        desk.page.wait_for_timeout(600)
    axe = vendored_for_tests("axe-core@*/axe.min.js")
    assert serious_findings(desk.page, axe) == []
