"""Every operation of the planner's page once, in a browser that reaches only us.

Each ends with the certificate of the plan, and with the page showing what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data.cluster import Store
from tests.browser.conftest import Watch
from tests.browser.editing import FINDERS, Draft, Planner, drafting, undo_all
from tests.browser.planner import SKIP_TOUR

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def draft(template: Store) -> Iterator[Draft]:
    """The larger draft of a made-up town."""
    with drafting(template, "editing") as made:
        yield made


@pytest.fixture
def desk(page: Page, watch: Watch, draft: Draft) -> Iterator[Planner]:
    """A planner before the draft; afterwards all of it is undone."""
    page.add_init_script(SKIP_TOUR)
    planner = Planner(page, draft)
    planner.open()
    yield planner
    undo_all(planner)
    assert watch.is_clean, watch


def test_the_brush_tells_both_sides_and_sends_one_stroke(desk: Planner) -> None:
    move = desk.ask("find.move(false)")
    before = {code: desk.households(code) for code in (move["from"], move["to"])}
    desk.aim(move)
    x, y = desk.hover(move["place"])
    desk.page.mouse.down()
    desk.page.mouse.move(x + 1, y + 1, steps=3)
    beside = desk.page.locator("#beside")
    got = before[move["to"]] + move["households"]
    expect(beside).to_contain_text(str(got))
    expect(beside).to_contain_text(str(before[move["from"]] - move["households"]))
    if got > 500:
        expect(beside.locator(".after.above").first).to_contain_text("▲")
    assert desk.sent == []
    desk.page.mouse.up()
    desk.saved(1)
    assert desk.households(move["to"]) == got
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["to"]
    row = desk.page.locator(f'.row[data-code="{move["to"]}"] .households')
    expect(row).to_contain_text(str(got))
    expect(desk.page.locator(".saved")).to_contain_text("已保存")
    desk.require_certified()


def test_a_stroke_that_would_cut_a_part_off_says_so_and_is_not_sent(
    desk: Planner,
) -> None:
    move = desk.ask("find.move(true)")
    assert move is not None
    desk.aim(move)
    x, y = desk.hover(move["place"])
    desk.page.mouse.down()
    desk.page.mouse.move(x + 1, y, steps=2)
    beside = desk.page.locator("#beside")
    expect(beside).to_contain_text("断开")
    desk.page.mouse.up()
    expect(beside).to_contain_text("✗")
    assert desk.sent == []
    # Agreed to with Shift, what is cut off goes to a neighbour.
    desk.hover(move["place"])
    desk.page.keyboard.down("Shift")
    desk.page.mouse.down()
    desk.page.mouse.up()
    desk.page.keyboard.up("Shift")
    desk.saved(1)
    desk.require_certified()


@pytest.mark.parametrize("tool", ["r", "q"])
def test_the_box_and_the_lasso_take_what_lies_within(desk: Planner, tool: str) -> None:
    move = desk.ask("find.move(false)")
    desk.fit(move["to"])
    desk.choose(move["to"])
    desk.key(tool)
    x, y = move["place"]
    d = 400.0
    ring = [(x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d)]
    desk.drag([ring[0], ring[2]] if tool == "r" else [*ring, (x - d, y - d + 20)])
    desk.saved(1)
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["to"]
    desk.require_certified()


def test_two_grids_merge_and_the_sum_shows_first(desk: Planner) -> None:
    first, second = desk.ask("find.pair()")
    total = desk.households(first) + desk.households(second)
    desk.fit()
    desk.key("m")
    desk.click(desk.label(first))
    desk.hover(desk.label(second))
    expect(desk.page.locator("#beside")).to_contain_text(f"= {total} 户")
    desk.click(desk.label(second))
    desk.saved(1)
    assert len(set(desk.layer("grids")) & {first, second}) == 1
    assert desk.households(str(desk.ask("Wangge.desk.store.get('grid')"))) == total
    desk.require_certified()


def test_grids_merge_by_keys_alone(desk: Planner) -> None:
    first, second = desk.ask("find.pair()")
    desk.choose(first)
    desk.page.locator("#grid-rows").focus()
    desk.key("m")
    row = desk.ask("find.model().byCode.get(argument).id", second)
    desk.key("Home")
    for _ in range(row):
        desk.key("ArrowDown")
    desk.key("Enter")
    expect(desk.page.locator("#hint")).to_contain_text("合并")
    assert desk.sent == []
    desk.key("Enter")
    desk.saved(1)
    desk.require_certified()


def test_a_grid_splits_in_as_many_parts_as_the_slider_says(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    grids = len(desk.layer("grids"))
    desk.fit(code)
    desk.choose(code)
    desk.key("s")
    desk.page.locator("#hint input[type=range]").fill("3")
    words = desk.page.locator("#hint .words")
    expect(words).to_contain_text("+")
    sums = re.findall(r"\d+", words.inner_text().partition("→")[2])
    parts = [int(n) for n in sums]
    assert len(parts) == 3
    assert sum(parts) == desk.households(code)
    desk.page.locator("#hint").get_by_role("button", name="拆分").click()
    desk.saved(1)
    assert len(desk.layer("grids")) == grids + 2
    desk.require_certified()


def test_a_drawn_line_cuts_a_grid_and_goes_around_buildings(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    west, south, east, north = desk.ask("find.boxOf(argument)", code)
    desk.fit(code)
    desk.choose(code)
    desk.key("x")
    middle = (west + east) / 2
    desk.click((middle, south - 200))
    desk.hover((middle + 60, north + 200))
    sides = desk.page.locator("#beside .side")
    expect(sides).not_to_have_count(0)
    assert desk.sent == []
    desk.click((middle + 60, north + 200))
    desk.key("Enter")
    desk.saved(1)
    assert "沿线" in desk.sentence
    desk.require_certified()


def test_alt_leads_the_line_through_buildings(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    west, south, east, north = desk.ask("find.boxOf(argument)", code)
    desk.fit(code)
    desk.choose(code)
    desk.key("x")
    desk.page.get_by_label("穿楼").check()
    middle = (west + east) / 2
    desk.click((middle, south - 200))
    desk.click((middle, north + 200))
    desk.key("Enter")
    desk.saved(1)
    assert '"through"' in str(desk.sent[0].post_data)
    desk.require_certified()


def test_a_stretch_of_a_seam_is_drawn_anew_in_one_free_stroke(desk: Planner) -> None:
    seam = desk.ask("find.seam(2600)")
    desk.fit(seam["left"])
    desk.choose(seam["left"])
    desk.key("e")
    desk.drag(seam["places"], steps=8)
    desk.page.wait_for_timeout(400)
    desk.key("Enter")
    desk.saved(1)
    assert "接边线" in desk.sentence
    desk.require_certified()


def test_a_new_grid_is_drawn(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    west, south, east, north = desk.ask("find.boxOf(argument)", code)
    desk.fit(code)
    desk.key("d")
    desk.page.get_by_role("button", name="预留", exact=True).click()
    x, y = (west + east) / 2, (south + north) / 2
    d = 0.22 * min(east - west, north - south)
    ring = [(x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d)]
    for place in ring:
        desk.click(place)
    x, y = desk.click(ring[3])  # the last place again, soon after, would be a double
    desk.key("Backspace")
    desk.page.wait_for_timeout(300)
    desk.key("Enter")
    desk.saved(1)
    fresh = str(desk.ask("Wangge.desk.store.get('grid')"))
    assert desk.layer("grids")[fresh]["type"] == "reserved"
    desk.require_certified()


def test_a_new_grid_is_made_of_cells(desk: Planner) -> None:
    move = desk.ask("find.move(false)")
    desk.fit(move["from"])
    desk.key("d")
    desk.page.get_by_role("button", name="选单元").click()
    desk.click(move["place"])
    expect(desk.page.locator("#beside")).to_contain_text(f"{move['households']} 户")
    desk.key("Enter")
    desk.saved(1)
    fresh = str(desk.ask("Wangge.desk.store.get('grid')"))
    assert desk.layer("cells")[str(move["cell"])]["grid"] == fresh
    assert desk.layer("grids")[fresh]["households"] == move["households"]
    desk.require_certified()


def test_a_building_is_given_to_a_neighbour(desk: Planner) -> None:
    building = desk.ask("find.building()")
    desk.fit(building["to"])
    desk.choose(building["to"])
    desk.key("g")
    desk.hover(building["place"])
    expect(desk.page.locator("#beside .side")).to_have_count(2)
    desk.click(building["place"])
    desk.saved(1)
    desk.require_certified()


def test_a_locked_grid_resists_and_all_locks_open_at_once(desk: Planner) -> None:
    move = desk.ask("find.move(false)")
    desk.fit(move["to"])
    desk.key("l")
    desk.click(desk.label(move["from"]))
    desk.saved(1)
    row = desk.page.locator(f'.row[data-code="{move["from"]}"] .lock-sign')
    expect(row).to_be_attached()
    desk.choose(move["to"])
    desk.key("b")
    desk.click(move["place"])
    expect(desk.page.locator("#beside")).to_contain_text("已锁定")
    assert len(desk.sent) == 1
    desk.require_certified()
    desk.page.locator("#open-more").click()
    desk.page.get_by_role("button", name="全部解锁").click()
    desk.saved(2)
    assert not any(grid["locked"] for grid in desk.layer("grids").values())
    desk.page.locator("#open-more").click()
    desk.page.get_by_role("button", name="全部锁定").click()
    desk.saved(3)
    assert all(grid["locked"] for grid in desk.layer("grids").values())
    desk.require_certified()


def test_type_name_and_number_are_changed_in_the_card(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    desk.choose(code)
    card = desk.page.locator("#card")
    card.locator("[name=grid-name]").fill("东门网格")
    card.locator("[name=grid-name]").press("Enter")
    desk.saved(1)
    assert desk.layer("grids")[code]["name"] == "东门网格"
    card.locator("[name=grid-type]").select_option("reserved")
    desk.saved(2)
    assert desk.layer("grids")[code]["type"] == "reserved"
    card.locator("[name=grid-number]").fill("77")
    card.locator("[name=grid-number]").press("Enter")
    desk.saved(3)
    assert desk.ask("Wangge.desk.store.get('grid')").endswith("077")
    expect(card.locator("h2")).to_have_text("077 号网格")
    desk.require_certified()


def test_a_name_that_is_taken_is_refused_beside_the_card(
    desk: Planner, watch: Watch
) -> None:
    first, second = desk.ask("find.pair()")
    taken = desk.layer("grids")[second]["name"]
    desk.choose(first)
    field = desk.page.locator("#card [name=grid-name]")
    with desk.page.expect_response(lambda r: r.url.endswith("/edits")):
        field.fill(taken)
        field.press("Enter")
    expect(desk.page.locator("#beside")).to_contain_text(taken)
    expect(field).to_have_value(desk.layer("grids")[first]["name"])
    assert len(watch.errors) == 1  # the browser notes the 422 by itself
    watch.errors.clear()


@pytest.mark.parametrize("name", ["重划未锁定", "按新户数重划", "全部重新编号"])
def test_the_whole_plan_is_drawn_anew_after_a_look(desk: Planner, name: str) -> None:
    if name == "重划未锁定":
        merged = desk.ask("find.pair()")
        body = {"operation": "merge_grids", "grids": merged}
        desk.submit(body)
        desk.saved(1)
    elif name == "全部重新编号":
        code = desk.ask("find.largest()")
        body = {"operation": "renumber", "serials": {code: 99}}
        desk.submit(body)
        desk.saved(1)
    before = len(desk.sent)
    desk.page.locator("#open-more").click()
    desk.page.get_by_role("button", name=name).click()
    ask = desk.page.locator(".ask")
    go = ask.get_by_role("button", name="就这样改")
    refused = desk.page.locator("#beside .no")
    expect(go.or_(refused)).to_be_visible(timeout=60_000)
    assert len(desk.sent) == before
    if go.is_visible():
        go.click()
        desk.saved(before + 1)
    else:
        # Nothing was counted anew since: the service says so in words.
        assert name == "按新户数重划"
        expect(refused).to_contain_text("没有")
    desk.require_certified()


def test_steps_are_undone_and_made_again_also_after_a_reload(desk: Planner) -> None:
    move = desk.ask("find.move(false)")
    body = {"operation": "reassign", "cells": [move["cell"]], "to": move["to"]}
    desk.submit(body)
    desk.saved(1)
    desk.page.reload()
    desk.page.wait_for_selector("html.ready")
    desk.until("() => Wangge.desk.store.get('editing')")
    desk.page.evaluate("() => document.activeElement.blur()")
    desk.page.evaluate(FINDERS)
    desk.key("Control+z")
    desk.saved(2)
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["from"]
    desk.key("Control+Shift+Z")
    desk.saved(3)
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["to"]
    desk.page.locator("#edit-undo").click()
    desk.saved(4)
    desk.key("Control+y")
    desk.saved(5)
    desk.key("h")
    first = desk.page.locator("#history-panel li").first
    expect(first).to_contain_text("重做")
    first.get_by_role("button").click()
    assert desk.ask("Wangge.desk.bench.overlay.painters.has('fault')")
    assert [step["operation"] for step in desk.stored()[:5]] == [
        "redo",
        "undo",
        "redo",
        "undo",
        "reassign",
    ]
    desk.key("Escape")
    desk.require_certified()


def test_a_proposal_is_carried_out_by_one_click(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    body = {"operation": "split_grid", "grid": code, "parts": 4}
    desk.submit(body)
    desk.saved(1)
    todo = desk.page.locator("#todo")
    if not todo.is_visible():
        desk.page.locator("[data-fold=checks]").click()
    do = todo.get_by_role("button", name="照做").first
    expect(do).to_be_visible()
    out = desk.ask("find.model().out.length")
    assert out > 0
    do.click()
    desk.saved(2)
    desk.require_certified()


def test_n_goes_to_the_next_grid_out_of_band(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    body = {"operation": "split_grid", "grid": code, "parts": 4}
    desk.submit(body)
    desk.saved(1)
    desk.key("n")
    chosen = desk.ask("Wangge.desk.store.get('chosen').off")
    assert chosen != 0
    desk.key("u")
    assert desk.sentence == "所有单元都已划入网格"


def test_escape_leaves_first_the_line_then_the_tool(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    desk.fit(code)
    desk.key("x")
    desk.click(desk.label(code))
    pressed = desk.page.locator("#tools [aria-pressed=true]")
    desk.key("Escape")
    expect(pressed).to_have_attribute("data-tool", "cut")
    desk.key("Escape")
    expect(pressed).to_have_attribute("data-tool", "select")
    assert desk.sent == []


def choose_by_keys(desk: Planner, code: str) -> None:
    """Choose a grid as who has no mouse does: in the list, by arrows."""
    desk.page.locator("#grid-rows").focus()
    desk.key("Home")
    for _ in range(desk.ask("find.model().byCode.get(argument).id", code)):
        desk.key("ArrowDown")
    desk.key("Enter")
    assert desk.ask("Wangge.desk.store.get('grid')") == code


def test_a_cell_is_given_to_a_grid_by_keys_alone(desk: Planner) -> None:
    move = desk.ask("find.move(false)")
    before = desk.households(move["to"])
    choose_by_keys(desk, move["to"])
    beside = desk.page.locator("#beside")
    cell = f"单元 {move['cell']}（"
    for _ in range(60):
        desk.key("c")
        if cell in desk.sentence:
            break
    expect(beside).to_contain_text(cell)
    expect(beside).to_contain_text(str(before + move["households"]))
    assert "Enter 划入" in desk.sentence
    assert desk.sent == []
    desk.key("Enter")
    desk.saved(1)
    assert desk.households(move["to"]) == before + move["households"]
    assert desk.layer("cells")[str(move["cell"])]["grid"] == move["to"]
    desk.require_certified()


def test_arrows_go_from_cell_to_cell_and_not_over_the_map(desk: Planner) -> None:
    code = desk.ask("find.largest()")
    choose_by_keys(desk, code)
    desk.fit()
    desk.key("c")
    place = "Wangge.desk.tools.held.cursor.place"
    spot = f"find.mesh().spot({place})"
    centre = "Wangge.desk.stage.map.getCenter().toString()"
    x, y = desk.ask(spot)
    seen, middle = {desk.ask(place)}, desk.ask(centre)
    for key, ahead in (
        ("ArrowRight", (1, 0)),
        ("ArrowDown", (0, -1)),
        ("ArrowLeft", (-1, 0)),
        ("ArrowUp", (0, 1)),
    ):
        desk.key(key)
        nx, ny = desk.ask(spot)
        assert (nx - x) * ahead[0] + (ny - y) * ahead[1] > 0
        x, y = nx, ny
        seen.add(desk.ask(place))
    assert len(seen) > 2
    assert desk.ask(centre) == middle
    # Left with Escape, the arrows are the map's again.
    desk.key("Escape")
    desk.key("ArrowRight")
    desk.until(f"() => {centre} !== {middle!r}")
    assert desk.sent == []


def test_enter_refuses_a_cell_that_does_not_touch_and_says_why(desk: Planner) -> None:
    move = desk.ask("find.move(true)")
    choose_by_keys(desk, move["to"])
    cell = f"单元 {move['cell']}（"
    for _ in range(60):
        desk.key("c")
        if cell in desk.sentence:
            break
    desk.key("Enter")
    expect(desk.page.locator("#beside .no")).to_contain_text("✗")
    assert desk.sent == []
    desk.key("Shift+Enter")
    desk.saved(1)
    desk.require_certified()


def test_keys_are_silent_while_an_input_method_composes(desk: Planner) -> None:
    pressed = desk.page.locator("#tools [aria-pressed=true]")
    desk.choose(desk.ask("find.largest()"))
    for how in ("isComposing: true", "keyCode: 229"):
        for key in ("b", "c", "ArrowRight", "Enter"):
            desk.page.evaluate(
                "() => document.body.dispatchEvent(new KeyboardEvent('keydown', "
                f"{{key: '{key}', bubbles: true, {how}}}))"
            )
    expect(pressed).to_have_attribute("data-tool", "select")
    expect(desk.page.locator("#beside")).to_be_hidden()
    assert desk.sent == []
    desk.page.locator("#finder").focus()
    desk.page.keyboard.type("bmx")
    expect(pressed).to_have_attribute("data-tool", "select")
    desk.key("Escape")
