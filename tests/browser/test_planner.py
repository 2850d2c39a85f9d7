"""The planner's page in a real browser that reaches nothing but our server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data.cluster import Store
from maps.assets import STATIC
from maps.catalogue import read_texts
from scripts.catalogues import domains
from tests.api.town import BARE, DEVICE, DISTRICT, EAST, WEST
from tests.browser.conftest import Watch
from tests.browser.planner import (
    SIZES,
    SKIP_TOUR,
    build_planned_town,
    open_plan,
    serious_findings,
)
from tests.browser.serving import serving
from tests.browser.vendored import syntax_faults, vendored_for_tests
from tests.postgis import throw_away

pytestmark = pytest.mark.postgis

MADE_OF_PARTS = ("box", "cut", "draw", "lasso", "more", "reshape", "todo")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def address(database: Store) -> Iterator[str]:
    """A server of a street with a planned, a drafted and a bare community."""
    build_planned_town(database)
    with serving(database) as made:
        yield made


@pytest.fixture
def desk(page: Page, watch: Watch) -> Iterator[Page]:
    """The page of somebody who has seen the tour; whatever a test does is clean."""
    page.add_init_script(SKIP_TOUR)
    yield page
    assert watch.is_clean, watch


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_it_opens_in_both_languages_and_sizes_without_an_error(
    desk: Page, address: str, lang: str, size: tuple[int, int]
) -> None:
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    open_plan(desk, address, at=EAST, lang=lang)
    assert desk.evaluate("document.documentElement.lang") == lang
    word = "网格" if lang == "zh-CN" else "Grids"
    expect(desk.locator("#list-title")).to_have_text(f"{word} 2")
    expect(desk.locator("#checks-verdict")).not_to_be_empty()
    wide = desk.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0]


def test_everything_is_loaded_under_names_that_never_change(
    desk: Page, address: str
) -> None:
    answers = []
    desk.on("response", lambda answer: answers.append(answer))
    open_plan(desk, address, at=EAST)
    files = [answer for answer in answers if "/static/" in answer.url]
    names = {answer.url.rpartition("/")[2] for answer in files}
    assert {"planner.css", "map.js", "planner.js", "words.json"} <= names
    assert len(files) < 10
    for answer in files:
        assert answer.ok, answer.url
        assert "immutable" in answer.headers["cache-control"]
    page = next(answer for answer in answers if "/plan?" in answer.url)
    assert "unsafe" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("engine", ["webgl", "canvas"])
def test_both_engines_draw_the_map(desk: Page, address: str, engine: str) -> None:
    desk.add_init_script(
        f"localStorage.setItem('wangge.planner.engine', '\"{engine}\"')"
    )
    tiles = []
    desk.on("response", lambda answer: tiles.append(answer.url.partition("?")[0]))
    open_plan(desk, address, at=EAST)
    assert desk.evaluate("document.documentElement.dataset.engine") == engine
    assert colors_of(desk, ".plan-canvas") > 3
    desk.wait_for_timeout(500)
    assert any("/tiles/base/" in url for url in tiles)
    assert any("/tiles/plans/" in url for url in tiles)


def test_webgl_by_software_is_left_alone(desk: Page, address: str) -> None:
    # The tests' browser has no graphics chip: canvases keep the page quick.
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    open_plan(desk, address, at=EAST)
    assert desk.evaluate("document.documentElement.dataset.engine") == "canvas"
    assert not [url for url in asked if "maplibre" in url]


def test_without_maplibre_canvases_draw_the_map(page: Page, address: str) -> None:
    page.add_init_script(SKIP_TOUR)
    page.add_init_script("localStorage.setItem('wangge.planner.engine', '\"webgl\"')")
    page.route("**/maplibre-gl-csp.js", lambda route: route.abort())
    open_plan(page, address, at=EAST)
    expect(page.locator("html[data-engine=canvas]")).to_be_attached()
    expect(page.locator(".leaflet-tile-pane canvas").first).to_be_attached()


def colors_of(page: Page, selector: str) -> int:
    """Return how many colours a canvas shows."""
    found: int = page.locator(selector).first.evaluate(
        """canvas => {
          const {width, height} = canvas;
          const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4 * 53) {
            seen.add(data[i] + "," + data[i + 1] + "," + data[i + 2]);
          }
          return seen.size;
        }"""
    )
    return found


def test_the_list_shows_figures_and_the_card_what_a_grid_holds(
    desk: Page, address: str
) -> None:
    open_plan(desk, address, at=EAST)
    row = desk.locator(f'.row[data-code="{EAST}001"]')
    expect(row).to_contain_text("200 户")
    row.click()
    card = desk.locator("#card")
    expect(card.locator("h2")).to_have_text("001 号网格")
    expect(card).to_contain_text("在标准内")
    expect(card.locator(".neighbours")).to_contain_text("街道 111 m")
    card.get_by_role("button", name="设备 1").click()
    expect(desk.locator("#register-rows .row")).to_contain_text([DEVICE])
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("#register-rows .row")).to_have_attribute(
        "aria-selected", "true"
    )


def test_a_click_on_the_map_chooses_and_the_list_lights_up(
    desk: Page, address: str
) -> None:
    open_plan(desk, address, at=EAST)
    # The community is four cells in a row; the map centres it between the panels.
    list_box = desk.locator("#list").bounding_box()
    map_box = desk.locator("#map").bounding_box()
    assert list_box is not None
    assert map_box is not None
    left = list_box["x"] + list_box["width"] + 16
    right = map_box["x"] + map_box["width"] - 16
    middle = map_box["y"] + (28 + map_box["height"] - 64) / 2
    desk.mouse.move(left + (right - left) * 0.3, middle)
    expect(desk.locator(".row.lit")).to_have_attribute("data-code", f"{EAST}001")
    desk.mouse.click(left + (right - left) * 0.7, middle)
    expect(desk.locator("#card h2")).to_have_text("002 号网格")


def test_a_row_lit_between_press_and_release_still_opens(
    desk: Page, address: str
) -> None:
    open_plan(desk, address, at=EAST)
    row = desk.locator("#grid-rows .row").last
    row.hover()
    desk.mouse.down()
    redraw = "document.getElementById('grid-rows').dispatchEvent(new Event('scroll'))"
    desk.evaluate(redraw)
    desk.mouse.up()
    expect(desk.locator("#card")).to_be_visible()


def test_n_goes_through_the_grids_out_of_band(desk: Page, address: str) -> None:
    open_plan(desk, address, at=WEST)
    title = desk.locator("#card h2")
    desk.keyboard.press("n")
    expect(title).to_have_text("001 号网格")
    expect(desk.locator("#card")).to_contain_text("▼ 低于下限 50")
    desk.keyboard.press("n")
    expect(title).to_have_text("002 号网格")
    desk.keyboard.press("n")
    expect(title).to_have_text("001 号网格")
    desk.keyboard.press("Shift+N")
    expect(title).to_have_text("002 号网格")
    desk.keyboard.press("Escape")
    expect(desk.locator("#card")).to_be_hidden()


def test_the_filter_keeps_only_grids_out_of_band(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.locator("#grids .chips button").nth(1).click()
    expect(desk.locator("#grids .rows-empty")).to_contain_text("全部达标")
    desk.get_by_role("button", name="清除筛选").click()
    expect(desk.locator("#grid-rows .row")).to_have_count(2)


def test_a_district_lists_its_communities_and_a_click_goes_in(
    desk: Page, address: str
) -> None:
    open_plan(desk, address)
    expect(desk.locator("#picker")).to_contain_text("济阳区")
    rows = desk.locator("#area-rows .row.area")
    expect(rows).to_have_count(3)
    bare = desk.locator(f'.row[data-code="{BARE}"]')
    expect(bare).to_contain_text("暂无方案")
    desk.locator(f'.row[data-code="{EAST}"]').click()
    expect(desk.locator("#list-title")).to_have_text("网格 2")
    assert f"at={EAST}" in desk.url
    desk.go_back()
    expect(rows).to_have_count(3)


def test_a_community_without_a_plan_says_what_to_do(desk: Page, address: str) -> None:
    open_plan(desk, address, at=BARE)
    expect(desk.locator("#blank")).to_contain_text("还没有划分方案")
    expect(desk.locator("#blank")).to_contain_text("可以由登记资料直接划分一份草稿")
    expect(desk.locator("#blank button")).to_be_visible()
    expect(desk.locator("#checks")).to_be_hidden()


def test_the_picker_goes_down_level_by_level_with_the_keyboard(
    desk: Page, address: str
) -> None:
    open_plan(desk, address)
    desk.locator("#picker").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".column h2")).to_have_text(["区县", "街道"])
    desk.locator(".column").last.locator("button").first.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".column h2")).to_have_text(["区县", "街道", "社区"])
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("#picker-panel")).to_be_hidden()
    expect(desk.locator("#picker b")).to_have_text("城东社区")


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("cdsq", "division", "城东社区"),
        ("chongqing", "compound", "重庆花园"),
        ("幸福路61号", "building", "幸福路61号3号楼"),
        (DEVICE, "device", "东门"),
    ],
)
def test_search_finds_by_initials_pinyin_address_and_code(
    desk: Page, address: str, words: str, kind: str, name: str
) -> None:
    open_plan(desk, address)
    desk.keyboard.press("/")
    desk.keyboard.type(words)
    found = desk.locator(f'#finder-list .option[data-kind="{kind}"]').first
    expect(found).to_contain_text(name)


def test_search_is_walked_by_arrows_and_goes_to_what_it_found(
    desk: Page, address: str
) -> None:
    open_plan(desk, address)
    desk.locator("#finder").fill("重庆")
    options = desk.locator("#finder-list .option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Enter")
    expect(desk.locator("#finder-list")).to_be_hidden()
    expect(desk.locator("#picker b")).to_have_text("城东社区")
    assert desk.locator("#finder").input_value() == "重庆花园"


def test_keys_are_left_to_an_input_method_that_composes(
    desk: Page, address: str
) -> None:
    open_plan(desk, address, at=WEST)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.locator("#finder").focus()
    desk.evaluate(
        """() => {
          const input = document.getElementById("finder");
          const fire = (event) => input.dispatchEvent(event);
          fire(new CompositionEvent("compositionstart", {bubbles: true}));
          input.value = "n";
          fire(new InputEvent("input", {bubbles: true, isComposing: true}));
          fire(new KeyboardEvent("keydown",
            {key: "Enter", isComposing: true, bubbles: true, cancelable: true}));
        }"""
    )
    desk.wait_for_timeout(400)
    assert not [url for url in asked if "/search" in url]
    expect(desk.locator("#card")).to_be_hidden()


def test_time_travel_shows_the_plan_of_that_day(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    expect(desk.locator("#version")).to_contain_text("第 2 版")
    desk.locator("#time").click()
    expect(desk.locator(".steps button")).to_have_count(2)
    desk.get_by_role("button", name="2025-01-01").click()
    expect(desk.locator("#version")).to_contain_text("第 1 版")
    expect(desk.locator("#time")).to_have_class(re.compile("travelling"))
    assert "on=2025-01-01" in desk.url
    desk.locator("#time-today").click()
    expect(desk.locator("#version")).to_contain_text("第 2 版")
    open_plan(desk, address, at=EAST, on="2024-05-01")
    expect(desk.locator("#blank")).to_contain_text("没有生效的方案")


def test_every_version_can_be_looked_at(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.locator("#version").click()
    expect(desk.locator("#version-panel .option")).to_have_count(2)
    desk.locator("#version-panel .option").nth(1).click()
    expect(desk.locator("#version b")).to_have_text("第 1 版")
    assert "plan=" in desk.url


def test_the_address_holds_what_is_shown(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST, lang="en")
    desk.locator(f'.row[data-code="{EAST}002"]').click()
    expect(desk.locator("#card h2")).to_have_text("Grid 002")
    desk.wait_for_function("location.search.includes('view=')")
    before = desk.url
    desk.reload()
    desk.wait_for_selector("html.ready")
    expect(desk.locator("#card h2")).to_have_text("Grid 002")
    assert desk.url == before


def test_the_certificate_reads_as_a_document_to_sign(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.locator("[data-fold=checks]").click()
    expect(desk.locator(".checks li")).to_have_count(6)
    desk.locator("#open-certificate").click()
    document = desk.locator("#certificate-body")
    expect(document).to_contain_text("社区网格划分方案检验证书")
    expect(document).to_contain_text("济阳街道城东社区网格划分方案第 2 版")
    expect(document.locator(".cert-checks tbody tr")).to_have_count(6)
    expect(document).to_contain_text("审核人")
    desk.emulate_media(media="print")
    expect(document).to_be_visible()
    expect(desk.locator(".rail")).to_be_hidden()
    assert desk.pdf().count(b"/Type /Page\n") in {1, 2}


def test_the_language_switch_leaves_nothing_behind(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.locator(f'.row[data-code="{EAST}001"]').click()
    desk.locator("#user").click()
    desk.locator("#language").click()
    assert desk.evaluate("document.documentElement.lang") == "en"
    # Names come from the data, and the switch is written in the other language.
    names = {"城东社区", "济阳街道", "济阳区", "中文", "银龄", "重庆花园", "居民活动室"}
    seen = desk.evaluate("document.body.innerText")
    for name in names:
        seen = seen.replace(name, "")
    assert HAN.findall(seen) == []
    keys = [key for key in read_texts("planner") if key in seen.split()]
    assert keys == []
    desk.reload()
    desk.wait_for_selector("html.ready")
    expect(desk.locator("#list-title")).to_have_text("Grids 2")


def test_a_server_that_is_gone_leaves_what_is_there_and_is_tried_again(
    page: Page, address: str
) -> None:
    page.add_init_script(SKIP_TOUR)
    open_plan(page, address, at=EAST)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.locator("#time").click()
    expect(page.locator("#time-panel")).to_contain_text("连不上服务")
    page.keyboard.press("Escape")
    page.locator("#version").click()
    page.locator("#version-panel .option").nth(1).click()
    expect(page.locator("#banner")).to_contain_text("连不上服务")
    expect(page.locator("#grid-rows .row")).to_have_count(2)
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="立即重试").click()
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#version b")).to_have_text("第 1 版")


def test_a_place_that_does_not_exist_is_told_in_words(page: Page, address: str) -> None:
    page.add_init_script(SKIP_TOUR)
    open_plan(page, address, at="999999999999")
    expect(page.locator("#banner")).to_contain_text("999999999999")
    page.locator("#banner").get_by_role("button", name="查看全部区域").click()
    expect(page.locator("#area-rows .row.area")).to_have_count(3)


def test_an_empty_record_says_how_to_fill_it(desk: Page, template: Store) -> None:
    with (
        throw_away(template, "of_no_rows", template=template.name) as store,
        serving(store) as empty,
    ):
        open_plan(desk, empty)
        expect(desk.locator("#nowhere")).to_contain_text("wangge demo")
        expect(desk.locator("#blank")).to_contain_text("还没有社区")


def test_the_rest_of_the_rail_says_that_it_is_not_there_yet(
    desk: Page, address: str
) -> None:
    open_plan(desk, address)
    desk.get_by_role("button", name="指挥").focus()
    expect(desk.locator("#not-yet")).to_contain_text("指挥")
    expect(desk.locator("#not-yet")).to_be_visible()


def test_layers_and_folded_panels_are_kept(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.locator("#open-layers").click()
    desk.get_by_label("楼栋").uncheck()
    desk.keyboard.press("Escape")
    desk.locator("[data-fold=list]").click()
    expect(desk.locator("#list-body")).to_be_hidden()
    desk.reload()
    desk.wait_for_selector("html.ready")
    expect(desk.locator("#list-body")).to_be_hidden()
    desk.locator("#open-layers").click()
    expect(desk.get_by_label("楼栋")).not_to_be_checked()


def test_the_tour_is_shown_once(page: Page, address: str) -> None:
    open_plan(page, address)
    tour = page.locator("#tour")
    expect(tour).to_contain_text("1 / 4")
    tour.get_by_role("button", name="下一步").click()
    expect(tour).to_contain_text("2 / 4")
    tour.get_by_role("button", name="跳过").click()
    expect(tour).to_be_hidden()
    page.reload()
    page.wait_for_selector("html.ready")
    expect(tour).to_be_hidden()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_step_of_the_tour_covers_what_it_speaks_about(
    page: Page, address: str, lang: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_plan(page, address, at=WEST, lang=lang)
    covered = """() => {
      const a = document.getElementById("tour").getBoundingClientRect();
      return [".toured", "#plan-bar", ".panel", "#tools", ".top"]
        .flatMap((each) => [...document.querySelectorAll(each)])
        .filter((node) => node.offsetParent !== null)
        .filter((node) => {
          const b = node.getBoundingClientRect();
          return a.left < b.right && b.left < a.right
            && a.top < b.bottom && b.top < a.bottom;
        })
        .map((node) => node.id || node.className);
    }"""
    spoken_about = []
    while page.locator("#tour").is_visible():
        assert page.evaluate(covered) == []
        spoken_about.append(page.locator(".toured").get_attribute("id"))
        page.locator("#tour .primary").click()
    assert spoken_about == ["picker", "list", "tools", "time"]
    expect(page.locator(".toured")).to_have_count(0)


def test_who_may_not_edit_is_told_nothing_of_editing(
    database: Store, page: Page
) -> None:
    with serving(database, role="guest") as address:
        open_plan(page, address, at=EAST)
        expect(page.locator("#tour")).to_contain_text("1 / 3")


def test_measuring_is_a_tool_of_its_own(desk: Page, address: str) -> None:
    open_plan(desk, address, at=EAST)
    desk.keyboard.press("k")
    desk.mouse.click(600, 500)
    desk.mouse.click(900, 500)
    expect(desk.locator(".leaflet-tooltip.tip")).to_contain_text("m")
    expect(desk.locator("#card")).to_be_hidden()
    desk.keyboard.press("v")
    expect(desk.locator(".leaflet-tooltip.tip")).to_have_count(0)


def test_everything_is_reached_by_tab_and_shows_its_focus(
    desk: Page, address: str
) -> None:
    open_plan(desk, address, at=EAST)
    wanted = {"picker", "version", "time", "finder", "user", "map", "grid-rows"}
    seen = set()
    for _ in range(60):
        desk.keyboard.press("Tab")
        state = desk.evaluate(
            """() => {
              const node = document.activeElement;
              if (node === document.body) return ["", "left the page"];
              return [node.id || node.outerHTML, getComputedStyle(node).outlineStyle];
            }"""
        )
        assert state[1] != "none", state
        seen.add(state[0])
    assert wanted <= seen


@pytest.mark.parametrize(
    "state", ["area", "list", "card", "certificate", "keys", "picker", "time", "found"]
)
@pytest.mark.parametrize("lang", ["zh-CN", pytest.param("en", marks=pytest.mark.full)])
def test_axe_finds_nothing_serious(
    desk: Page, address: str, state: str, lang: str
) -> None:
    at = {"area": DISTRICT}.get(state, EAST)
    open_plan(desk, address, at=at, lang=lang)
    if state == "card":
        desk.locator(f'.row[data-code="{EAST}001"]').click()
    elif state == "certificate":
        desk.locator("[data-fold=checks]").click()
        desk.locator("#open-certificate").click()
    elif state == "found":
        desk.locator("#finder").fill("cd")
        expect(desk.locator("#finder-list .option").first).to_be_visible()
    elif state in {"picker", "time"}:
        desk.locator(f"#{state}").click()
        expect(desk.locator(f"#{state}-panel button").first).to_be_visible()
    elif state == "keys":
        desk.keyboard.press("?")
    assert serious_findings(desk, vendored_for_tests("axe-core@*/axe.min.js")) == []


def test_the_modules_are_syntax_of_2020(page: Page) -> None:
    files = sorted((STATIC / "js" / "planner").rglob("*.js"))
    classic = [f for f in files if f.name in {"polyfills.js", "gl-worker.js"}]
    modules = [f for f in files if f not in classic]
    assert len(modules) > 100
    assert syntax_faults(page, modules, 2020, "module") == []
    assert syntax_faults(page, classic, 2020, "script") == []


def test_the_words_of_the_page_are_all_asked_for() -> None:
    files = [
        STATIC.parent / "templates" / "planner.html",
        STATIC.parent / "planner.py",
        *(STATIC / "js" / "planner").rglob("*.js"),
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    texts = read_texts("planner") | read_texts("edit")
    known = {key for domain in domains() for key in read_texts(domain)}
    plain = set(re.findall(r'"([a-z]+(?:\.[a-z_0-9]+)+)"', code))
    asked = set(re.findall(r'(?:W\.t\(|data-t(?:-\w+)?=)"([a-z_.0-9]+)"', code))
    stems = {key for key in asked if key.endswith(".")} | {
        "rail.",
        "tour.",
        "tool.",
        "blank.",
        "device.",
        "type.",
        *(f"edit.{part}." for part in MADE_OF_PARTS),
    }
    made = {key for key in texts if key.startswith(tuple(stems))}
    assert {key for key in asked if not key.endswith(".")} <= known
    assert set(texts) - plain - asked - made == set()


def test_the_page_carries_no_text_that_could_run(address: str, page: Page) -> None:
    answer = page.goto(f"{address}/plan?at=%3Cscript%3E&lang=%22onload%3D1")
    assert answer is not None
    body = answer.text()
    assert "<script>" not in body.replace('<script type="application/json"', "")
    data = re.search(r'id="page">(.*?)</script>', body, re.S)
    assert data is not None
    assert json.loads(data[1])["lang"] == "zh"
