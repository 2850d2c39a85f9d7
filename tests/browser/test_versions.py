"""A plan from draft to force on the page, by two people in two browsers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.queries.publish import publish
from tests.api.signing import session_for
from tests.browser.keeping import Lend
from tests.browser.planner import SKIP_TOUR, open_plan, serious_findings
from tests.browser.serving import serving
from tests.browser.test_planner_browsers import old_chromium, wait_until_ready
from tests.browser.vendored import vendored_for_tests
from tests.data.editing.ground import drafted_town
from tests.postgis import throw_away

__all__ = ["old_chromium"]

pytestmark = pytest.mark.postgis

AXE = "axe-core@*/axe.min.js"
NOISE = "GL Driver"


@dataclass(frozen=True)
class Town:
    """A server of a town; its larger community has a plan in force."""

    address: str
    store: Store
    plan: int
    community: str


@pytest.fixture(scope="module")
def town(template: Store) -> Iterator[Town]:
    with throw_away(template, "versions", template=template.name) as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        plan = drafted_town(engine)[0]
        with engine.begin() as connection:
            done = publish(connection, plan, since=date(2026, 1, 1))
        engine.dispose()
        with serving(store, role=None) as address:
            yield Town(address, store, plan, done.community)


def cookies_for(town: Town, role: str) -> list[Any]:
    """Return what a browser of somebody with a role sends along."""
    cookie, csrf = session_for(town.store, role)
    pairs = (("wangge_session", cookie), ("wangge_csrf", csrf))
    return [{"name": n, "value": value, "url": town.address} for n, value in pairs]


class Seat:
    """A browser of somebody with a role."""

    def __init__(self, context: BrowserContext, town: Town) -> None:
        self.context, self.town = context, town
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.add_init_script(SKIP_TOUR)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.faults.append(said.text)
                if said.type in {"error", "warning"} and NOISE not in said.text
                else None
            ),
        )

    def open(self, plan: int | None = None, **query: str) -> Page:
        if plan is not None:
            query["plan"] = str(plan)
        open_plan(self.page, self.town.address, at=self.town.community, **query)
        expect(self.page.locator("#bar-actions button").first).to_be_visible()
        return self.page

    def deed(self, name: str) -> Any:
        return self.page.locator(f"#bar-actions [data-deed={name}]")

    @property
    def shown(self) -> int:
        """Number of the plan that the page shows."""
        found: int = self.page.evaluate("Wangge.desk.store.get('scene').plan.id")
        return found

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask the service as this person."""
        cookies = {each["name"]: each["value"] for each in self.context.cookies()}
        answer = self.context.request.fetch(
            f"{self.town.address}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "X-CSRF-Token": cookies["wangge_csrf"],
                **headers,
            },
        )
        assert answer.ok, answer.text()
        return answer

    def edit(self, plan: int) -> dict[str, Any]:
        """Give a cell with households to a neighbour, as the service takes it."""
        tag = self.ask("GET", f"plans/{plan}").headers["etag"]
        seams = self.ask("GET", f"plans/{plan}/seams?limit=1000").json()["features"]
        pair = [seams[0]["properties"][side] for side in ("left", "right")]
        edit = {"operation": "merge_grids", "grids": pair}
        done = self.ask("POST", f"plans/{plan}/edits", edit, **{"If-Match": tag})
        found: dict[str, Any] = done.json()
        return found


Sit = Callable[..., Seat]


@pytest.fixture
def sit(lend: Lend, town: Town) -> Iterator[Sit]:
    """Return what gives somebody with a role a browser; all end without a fault."""
    seats: list[Seat] = []

    def take(role: str, *, lang: str = "zh-CN") -> Seat:
        context = lend(
            role,
            locale=lang,
            timezone_id="Asia/Shanghai",
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
        )
        context.add_cookies(cookies_for(town, role))
        seats.append(Seat(context, town))
        return seats[-1]

    yield take
    faults = [fault for seat in seats for fault in seat.faults]
    assert faults == []


@pytest.fixture
def draft(town: Town, sit: Sit) -> Iterator[int]:
    """A draft of the plan in force, thrown away afterwards if it can be."""
    planner = sit("planner")
    made = planner.ask("POST", f"plans/{town.plan}/drafts", {"name": "春季调整"})
    plan: int = made.json()["id"]
    yield plan
    stage = planner.ask("GET", f"plans/{plan}/version").json()["stage"]
    if stage in ("review", "approved"):
        planner.ask("POST", f"plans/{plan}/withdraw")
    if stage not in ("scheduled", "in_force"):
        planner.ask("DELETE", f"plans/{plan}")


def test_a_plan_goes_from_draft_to_force(town: Town, sit: Sit) -> None:
    """Copied, edited, sent, approved by another, published; seen on its day."""
    planner, reviewer = sit("planner"), sit("reviewer")
    page = planner.open()
    expect(page.locator("#version")).to_contain_text("在用")
    planner.deed("copy").click()
    page.locator("dialog.deed input").fill("夏季调整")
    page.locator("dialog.deed [type=submit]").click()
    expect(page.locator("#version")).to_contain_text("夏季调整")
    expect(page.locator("#version")).to_contain_text("草稿")
    plan = planner.shown
    assert plan != town.plan

    other = reviewer.open(plan)
    expect(page.locator(".people .face")).to_have_count(1)
    done = planner.edit(plan)
    # What one edits the other sees, on the map and in words.
    expect(other.locator(".toasts p").first).to_contain_text(done["sentence_zh"])
    gone = done["removed"][0]
    other.wait_for_function(
        "code => !Wangge.desk.store.get('model').byCode.has(code)", arg=gone
    )
    expect(planner.deed("publish")).to_have_attribute("aria-disabled", "true")

    planner.deed("submit").click()
    dialog = page.locator("dialog.deed")
    if not dialog.locator(".proof.bad").count():
        expect(dialog.locator(".proof")).not_to_contain_text("正在检验")
    if dialog.locator(".proof.bad").count():
        # Merged it is above the band: say so, then take the merge back.
        expect(dialog.locator("[type=submit]")).to_be_disabled()
        page.keyboard.press("Escape")
        tag = planner.ask("GET", f"plans/{plan}").headers["etag"]
        planner.ask("POST", f"plans/{plan}/undo", **{"If-Match": tag})
        expect(page.locator("#checks-verdict")).to_have_class("good")
        planner.deed("submit").click()
    dialog.locator("textarea").fill("请看 003")
    expect(dialog.locator("[type=submit]")).to_be_enabled()
    dialog.locator("[type=submit]").click()
    expect(page.locator("#version")).to_contain_text("审核中")
    expect(other.locator("#version")).to_contain_text("审核中")

    reviewer.deed("approve").click()
    found = other.locator("dialog.deed .facts")
    expect(found).to_contain_text("换网格")
    expect(found).to_contain_text("合格")
    other.locator("dialog.deed [type=submit]").click()
    expect(page.locator("#version")).to_contain_text("已通过")
    planner.deed("publish").click()
    since = page.locator("dialog.deed input[type=date]")
    first = date.fromisoformat(since.input_value())
    day = first + timedelta(days=40)
    since.fill((first - timedelta(days=1)).isoformat())
    dialog.locator("[type=submit]").click()
    expect(dialog.locator(".fault")).to_contain_text(first.isoformat())
    since.fill(day.isoformat())
    expect(dialog.locator(".begins")).to_contain_text(day.isoformat())
    expect(dialog.locator(".facts")).to_contain_text("合格")
    expect(dialog.locator(".facts")).to_contain_text("第 1 版到前一天为止")
    dialog.locator("[type=submit]").click()
    expect(page.locator("#version")).to_contain_text("待生效")

    # Today the old plan counts; on its day the new one does.
    page = planner.open()
    assert planner.shown == town.plan
    page = planner.open(on=day.isoformat())
    assert planner.shown == plan
    certificate = planner.ask("GET", f"plans/{plan}/certificate").json()
    assert certificate["ok"]


def test_nobody_is_offered_to_approve_their_own(sit: Sit, draft: int) -> None:
    chief = sit("administrator")
    chief.ask("POST", f"plans/{draft}/review", {})
    page = chief.open(draft)
    approve = chief.deed("approve")
    expect(approve).to_have_attribute("aria-disabled", "true")
    approve.click(force=True)
    expect(page.locator(".toasts p").last).to_contain_text("另一人审核")
    expect(page.locator("dialog.deed")).to_have_count(0)


def test_a_returned_plan_says_what_to_mend(sit: Sit, draft: int) -> None:
    planner, reviewer = sit("planner"), sit("reviewer")
    planner.ask("POST", f"plans/{draft}/review", {})
    page, other = planner.open(draft), reviewer.open(draft)
    reviewer.deed("return").click()
    other.locator("dialog.deed [type=submit]").click()
    expect(other.locator("dialog.deed .fault")).to_be_visible()
    other.locator("dialog.deed textarea").fill("003 太大")
    other.locator("dialog.deed [type=submit]").click()
    expect(page.locator("#version")).to_contain_text("已退回")
    page.locator("#version").click()
    expect(page.locator("#version-panel")).to_contain_text("003 太大")


def test_who_may_not_is_offered_nothing(sit: Sit, draft: int) -> None:
    """RULES 003-12: drafts, review and remarks are not for everybody."""
    page = sit("guest").open()
    expect(page.locator("#bar-actions button")).to_have_count(2)
    page.locator("#version").click()
    expect(page.locator("#version-panel")).not_to_contain_text("春季调整")
    expect(page.locator("#version-panel .note").last).to_contain_text("权限")


def test_the_comparison_shows_who_moves(
    sit: Sit, town: Town, draft: int, tmp_path: Path
) -> None:
    planner = sit("planner")
    done = planner.edit(draft)
    page = planner.open(draft)
    page.locator("#bar-actions").get_by_text("比较").click()
    panel = page.locator("#compare")
    rows = panel.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(done["removed"][0][-3:])
    expect(page.locator(".leaflet-compare-pane canvas")).to_have_count(1)
    found = page.evaluate("Wangge.desk.store.get('compare').found")
    states = {seam["properties"]["state"] for seam in found["seams"]}
    assert states == {"old", "kept"}
    assert len(found["moved"]) == 1
    panel.get_by_text("新旧对照").click()
    expect(panel.locator("tbody tr")).to_have_count(found["grids_before"])
    with page.expect_download() as saved:
        panel.get_by_text("CSV").click()
    table = tmp_path / "table.csv"
    saved.value.save_as(table)
    assert "原网格" in table.read_text(encoding="utf-8-sig")
    # The other way round the grid comes back.
    panel.get_by_label("对调").click()
    expect(page.locator("#version")).to_contain_text("在用")
    expect(panel.locator("select").first).to_have_value(str(draft))
    page.keyboard.press("Escape")
    panel.locator(".cross").click()
    expect(panel).to_be_hidden()
    expect(page.locator(".leaflet-compare-pane canvas")).to_have_count(0)


AT_REST = """
    () => new Promise((tell) => {
        const { stage, store } = Wangge.desk;
        const view = store.get("view");
        const calm = () => !stage.zooming && store.get("view") === view;
        window.setTimeout(() => tell(calm()), 800);
    })
"""


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_line_swipes_between_both_plans(sit: Sit, draft: int, lang: str) -> None:
    planner = sit("planner")
    gone = planner.edit(draft)["removed"][0]
    page = planner.open(draft, lang=lang)
    page.locator("#bar-actions button").nth(1).click()
    page.locator("#compare .swipe").click()
    line = page.get_by_role("separator")
    expect(line).to_be_visible()
    expect(line).to_have_text(re.compile("原方案.*新方案|Earlier.*Later"))
    # What was compared is shown whole, once; the map comes to rest after that.
    expect(page.locator("#compare .large")).to_be_visible()
    page.wait_for_function(AT_REST)
    old = page.locator(".leaflet-old-borders-pane")
    expect(old.locator("canvas")).to_have_count(1)
    codes = page.evaluate(
        "Wangge.desk.versions.comparing.swipe.canvases[0].options.model"
        ".grids.map((grid) => grid.code)"
    )
    shown = page.evaluate("[...Wangge.desk.store.get('model').byCode.keys()]")
    assert set(codes) - set(shown) == {gone}

    def share() -> int:
        return int(line.get_attribute("aria-valuenow") or -1)

    map_box = page.locator("#map").bounding_box()
    assert map_box is not None
    line.focus()
    page.keyboard.press("Home")
    assert share() == 1
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert share() == 11
    # The mouse takes the line along; the map stays where it is.
    middle = page.evaluate("Wangge.desk.store.get('view')")
    box = line.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] * 0.4
    page.evaluate("Wangge.desk.versions.comparing.swipe.move(50)")
    page.mouse.move(map_box["x"] + map_box["width"] * 0.5, y)
    page.mouse.down()
    page.mouse.move(map_box["x"] + map_box["width"] * 0.4, y, steps=4)
    page.mouse.up()
    assert share() == 40
    assert page.evaluate("Wangge.desk.store.get('view')") == middle
    edges = page.evaluate(
        "['old-borders', 'borders'].map((name) => {"
        "const map = Wangge.desk.stage.map, cut = map.getPane(name).style.clipPath;"
        "const xs = cut.match(/-?[\\d.]+(?=px )/g).map(Number);"
        "const at = map.layerPointToContainerPoint([name === 'borders' ?"
        " Math.min(...xs) : Math.max(...xs), 0]).x;"
        "return Math.round(100 * at / map.getSize().x); })"
    )
    assert edges == [40, 40]
    assert serious_findings(page, vendored_for_tests(AXE)) == []
    page.locator("#compare .swipe").click()
    expect(line).to_be_hidden()
    expect(old.locator("canvas")).to_have_count(0)
    clip = "Wangge.desk.stage.map.getPane('borders').style.clipPath"
    assert page.evaluate(clip) == ""


def test_old_grids_lie_over_the_plan(
    sit: Sit, town: Town, draft: int, tmp_path: Path
) -> None:
    """RULES 003-04: where each old grid goes, and how many are displaced."""
    planner = sit("planner")
    where = planner.ask("GET", f"divisions/{town.community}").json()["properties"]
    west, south, east, north = where["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"名称": "综治一格"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    source = tmp_path / "综治网格2019.geojson"
    document = {"type": "FeatureCollection", "features": [feature]}
    source.write_text(json.dumps(document), encoding="utf-8")
    page = planner.open(draft)
    page.locator("#bar-actions").get_by_text("比较").click()
    panel = page.locator("#compare")
    panel.get_by_text("原网格", exact=True).first.click()
    broken = tmp_path / "broken.geojson"
    broken.write_text("{", encoding="utf-8")
    panel.locator("input[type=file]").set_input_files(broken)
    expect(panel.locator(".fault")).to_contain_text("GeoJSON")
    panel.locator("input[type=file]").set_input_files(source)
    expect(panel.locator("tbody tr").first).to_contain_text("综治一格")
    expect(panel.locator(".large")).to_contain_text("户被拆散")
    panel.get_by_label("删除这个图层").click()
    page.locator("dialog.deed .grave").click()
    expect(panel).to_contain_text("还没有原网格")


def test_remarks_are_pinned_and_dealt_with(sit: Sit, draft: int) -> None:
    planner, reviewer = sit("planner"), sit("reviewer")
    page, other = planner.open(draft), reviewer.open(draft)
    other.locator("#bar-actions").get_by_text("意见").click()
    panel = other.locator("#comments")
    panel.locator("[type=submit]").click()
    expect(panel.locator(".fault")).to_be_visible()
    panel.get_by_text("在地图上选位置").click()
    other.mouse.click(720, 420)
    panel.locator("textarea").fill("南边界 <b>沿街</b>")
    panel.locator("[type=submit]").click()
    expect(other.locator(".remark-pin")).to_have_count(1)
    expect(panel.locator(".remarks p")).to_have_text("南边界 <b>沿街</b>")
    # The other browser hears of it.
    expect(page.locator("#bar-actions .count")).to_have_text("1")
    page.locator("#bar-actions").get_by_text("意见").click()
    page.locator("#comments").get_by_text("已处理").click()
    expect(page.locator("#bar-actions .count")).to_have_count(0)
    expect(panel.locator(".remarks")).to_contain_text("意见都已处理")
    expect(other.locator(".remark-pin")).to_have_count(0)


def test_a_draft_on_an_old_base_says_so(sit: Sit, town: Town, draft: int) -> None:
    engine = create_engine(town.store.url(), poolclass=NullPool)
    planner = sit("planner")
    copy = planner.ask("POST", f"plans/{town.plan}/drafts", {"name": "二"})
    with engine.begin() as connection:
        day = connection.scalar(text("select current_date + 400"))
        publish(connection, copy.json()["id"], since=day)
    engine.dispose()
    page = planner.open(draft)
    expect(page.locator("#version")).to_have_class("warned")
    page.locator("#version").click()
    warned = page.locator("#version-panel .warn").first
    expect(warned).to_contain_text("它所依据的第 1 版已被第")


def test_a_deleted_draft_leaves_for_the_plan_in_force(sit: Sit, town: Town) -> None:
    planner, reviewer = sit("planner"), sit("reviewer")
    made = planner.ask("POST", f"plans/{town.plan}/drafts", {"name": "试"}).json()
    page, other = planner.open(made["id"]), reviewer.open(made["id"])
    expect(other.locator(".people .face")).to_have_count(1)
    page.locator("#version").click()
    page.locator("#version-panel [data-deed=delete]").click()
    page.locator("dialog.deed .grave").click()
    expect(page.locator("#version")).to_contain_text("在用")
    assert planner.shown == town.plan


@pytest.mark.full
def test_versions_work_in_an_old_browser(
    browser_type: BrowserType, old_chromium: Path, town: Town, draft: int
) -> None:
    """Chromium 92: the comparison, a dialog, the stream of events."""
    arguments = ["--no-sandbox", "--use-gl=swiftshader", "--ignore-gpu-blocklist"]
    browser = browser_type.launch(executable_path=old_chromium, args=arguments)
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(SKIP_TOUR)
    context.add_cookies(cookies_for(town, "planner"))
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{town.address}/plan?at={town.community}&plan={draft}&lang=zh-CN")
    wait_until_ready(page)
    reach = "name => document.querySelector(name)"
    for name in ("[data-deed=submit]", "#bar-actions button:nth-child(2)"):
        for _ in range(120):
            if page.evaluate(reach + " !== null", name):
                break
            page.wait_for_timeout(100)
    page.evaluate(reach + ".click()", "#bar-actions button:nth-child(2)")
    page.wait_for_timeout(2000)
    assert page.evaluate(reach + ".textContent", "#compare .large").startswith("0")
    page.evaluate(reach + ".click()", "[data-deed=submit]")
    page.wait_for_timeout(2000)
    assert page.evaluate(reach + ".open", "dialog.deed")
    assert page.evaluate("Wangge.desk.versions.live.source.readyState") == 1
    assert faults == []
    browser.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_panels_of_versions_are_for_everybody(sit: Sit, draft: int, lang: str) -> None:
    """What axe-core finds at least moderately bad: nothing."""
    seat = sit("planner", lang=lang)
    page = seat.open(draft, lang=lang)
    buttons = page.locator("#bar-actions button")
    page.locator("#version").click()
    assert serious_findings(page, vendored_for_tests(AXE)) == []
    page.keyboard.press("Escape")
    buttons.nth(1).click()
    expect(page.locator("#compare .figures")).to_be_visible()
    assert serious_findings(page, vendored_for_tests(AXE)) == []
    page.locator("#compare .cross").click()
    buttons.nth(2).click()
    assert serious_findings(page, vendored_for_tests(AXE)) == []
    seat.deed("submit").click()
    assert serious_findings(page, vendored_for_tests(AXE)) == []
