"""The plan sheet in a real browser, opened from disk without network."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from geopandas import GeoDataFrame
from playwright.sync_api import BrowserContext, Page, expect

from maps.assets import STATIC
from maps.catalogue import read_texts
from tests.browser.vendored import syntax_faults, vendored_for_tests
from tests.maps.plan_fixture import PlanParts, made_plan

HAN = re.compile(r"[\u4e00-\u9fff]")
TEXTS = read_texts("sheet")


def row(page: Page, code: str) -> Any:
    return page.locator(f'.row[data-code="{code}"]')


def test_it_opens_without_network_and_without_a_single_error(sheet: Page) -> None:
    expect(sheet.locator(".bar h1")).to_have_text("济阳街道网格划分方案")
    expect(sheet.locator("#list-total")).to_have_text("12")
    expect(sheet.locator("#list-households")).to_have_text("3,880 户")


def test_the_map_is_drawn_without_webgl(sheet: Page) -> None:
    drawn = sheet.evaluate(
        """() => {
          const canvas = document.querySelector(".plan-canvas");
          const size = [canvas.width, canvas.height];
          const data = canvas.getContext("2d").getImageData(0, 0, ...size).data;
          const colors = new Set();
          for (let i = 0; i < data.length; i += 4 * 97) {
            colors.add(data[i] + "," + data[i + 1] + "," + data[i + 2]);
          }
          return colors.size;
        }"""
    )
    assert drawn > 8
    assert "webgl" not in "".join(p.read_text() for p in STATIC.glob("js/*.js"))


def test_the_page_says_that_the_town_is_made_up_and_counts_are_estimates(
    sheet: Page,
) -> None:
    expect(sheet.get_by_text("虚构示例", exact=True)).to_be_visible()
    expect(sheet.get_by_text("户数为估算", exact=True).first).to_be_visible()


def test_a_real_plan_with_counted_households_carries_neither_mark(
    page: Page, sheet_file: Any
) -> None:
    parts = made_plan()
    parts.layers["grids"]["estimated"] = 0
    page.goto(sheet_file(parts, made_up=False))
    expect(page.locator(".badge.made-up")).to_be_hidden()
    expect(page.locator("#estimated")).to_be_hidden()


def test_a_row_opens_the_card_of_its_grid(sheet: Page) -> None:
    row(sheet, "370115001024005").click()
    card = sheet.locator("#card")
    expect(card.locator("h2")).to_have_text("005 号网格")
    expect(card).to_contain_text("512 户")
    expect(card).to_contain_text("▲ 超上限 12")
    expect(card).to_contain_text("7 号楼一栋 512 户")
    expect(card).to_contain_text("龙海社区")
    expect(card).to_contain_text("1.44 公顷")
    expect(card).to_contain_text("94 %")
    expect(card).to_contain_text("其中估算 256 户")


def test_a_row_drawn_again_between_press_and_release_still_opens(sheet: Page) -> None:
    row(sheet, "370115001024005").hover()
    sheet.mouse.down()
    sheet.evaluate("document.getElementById('rows').dispatchEvent(new Event('scroll'))")
    sheet.mouse.up()
    expect(sheet.locator("#card h2")).to_have_text("005 号网格")


def test_a_click_on_the_map_opens_the_grid_under_it(sheet: Page) -> None:
    row(sheet, "370115001023003").click()
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#card")).to_be_hidden()
    box = sheet.locator(".folium-map").bounding_box()
    assert box is not None
    # The list zoomed to the grid: it lies between the two panels.
    x = (328 + box["width"] - 328) / 2
    sheet.mouse.click(box["x"] + x, box["y"] + (24 + box["height"] - 56) / 2)
    expect(sheet.locator("#card h2")).to_have_text("003 号网格")


def test_a_long_drag_shows_no_blank(sheet: Page) -> None:
    drawn = """() => {
        const canvas = document.querySelector(".plan-canvas").getBoundingClientRect();
        const map = document.querySelector(".folium-map").getBoundingClientRect();
        return canvas.left <= map.left && canvas.right >= map.right
            && canvas.top <= map.top && canvas.bottom >= map.bottom;
    }"""
    sheet.mouse.move(600, 600)
    sheet.mouse.down()
    for step in range(1, 13):
        sheet.mouse.move(600, 600 - 45 * step)
        assert sheet.evaluate(drawn)
    sheet.mouse.up()


def test_neighbours_lead_to_each_other(sheet: Page) -> None:
    row(sheet, "370115001023001").click()
    names = sheet.locator(".neighbours .number")
    expect(names).to_have_text(["003", "002"])
    sheet.locator(".neighbours button").first.click()
    expect(sheet.locator("#card h2")).to_have_text("003 号网格")


def with_alternatives() -> tuple[PlanParts, list[dict[str, Any]]]:
    """The plan, and two that could stand in place of its grid of 512."""
    parts = made_plan()
    grids = parts.layers["grids"].set_index("code", drop=False)
    halves = grids.loc[["370115001024005", "370115001024006"]].copy()
    halves["households"] = [433, 434]
    told = [
        {
            "alternative": n, "grid": "370115001024005", "choice": choice,
            "file": f"plan-alternative-0{n}.gpkg", "text_zh": zh, "text_en": en,
            "low": 300, "high": high, "fewest": 281, "most": 512, "grids_out": n,
            "households_moved": moved, "certified": True,
        }
        for n, choice, zh, en, high, moved in (
            (1, "split_cell", "拆分单元", "Cut the cell", 500, 79),
            (2, "relax_band", "放宽上限", "Widen the band", 512, 0),
        )
    ]  # fmt: skip
    layers = [halves.assign(alternative=1), halves.iloc[:1].assign(alternative=2)]
    parts.layers["alternatives"] = GeoDataFrame(
        pd.concat(layers, ignore_index=True), crs=4326
    )
    return parts, told


def shown_on_the_map(page: Page) -> int:
    """Count the pixels in the colour of an alternative."""
    return int(
        page.evaluate(
            """() => {
              // A copy: reading one canvas twice is slow, and the browser says so.
              const shown = document.querySelectorAll(".plan-canvas")[1];
              const canvas = document.createElement("canvas");
              canvas.width = shown.width;
              canvas.height = shown.height;
              const pen = canvas.getContext("2d");
              pen.drawImage(shown, 0, 0);
              const seen = pen.getImageData(0, 0, canvas.width, canvas.height).data;
              let count = 0;
              for (let i = 0; i < seen.length; i += 4) {
                const color = seen.slice(i, i + 3).join();
                if (color === "106,61,154") count++;
              }
              return count;
            }"""
        )
    )


def test_an_alternative_is_shown_by_a_click_and_gone_by_the_next(
    page: Page, sheet_file: Any, watch: Any
) -> None:
    parts, told = with_alternatives()
    page.goto(sheet_file(parts, alternatives=told))
    row(page, "370115001024005").click()
    others = page.locator(".others button")
    expect(others).to_have_count(2)
    expect(others.first).to_contain_text("拆分单元")
    expect(others.first).to_contain_text("79 户换网格")
    expect(others.first).to_contain_text("1 格仍超出原范围")
    assert shown_on_the_map(page) == 0
    others.first.click()
    expect(others.first).to_have_attribute("aria-pressed", "true")
    assert shown_on_the_map(page) > 100
    others.last.click()
    expect(others.first).to_have_attribute("aria-pressed", "false")
    expect(others.last).to_have_attribute("aria-pressed", "true")
    expect(others.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(others.last).to_have_attribute("aria-pressed", "false")
    assert shown_on_the_map(page) == 0
    others.first.click()
    row(page, "370115001023001").click()
    expect(page.locator(".others")).to_have_count(0)
    assert shown_on_the_map(page) == 0
    assert watch.is_clean, watch


def test_n_jumps_from_one_grid_out_of_band_to_the_next(sheet: Page) -> None:
    title = sheet.locator("#card h2")
    sheet.keyboard.press("n")
    expect(title).to_have_text("004 号网格")
    sheet.keyboard.press("n")
    expect(title).to_have_text("005 号网格")
    sheet.keyboard.press("n")
    expect(title).to_have_text("004 号网格")
    sheet.keyboard.press("Shift+N")
    expect(title).to_have_text("005 号网格")


def test_n_pressed_twice_in_a_hurry_ends_at_the_second(
    page: Page, sheet_file: Any
) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.goto(sheet_file())
    page.wait_for_selector("html.ready")
    # A long list of hurried keys, so that zooms and pans get in each other's way.
    page.evaluate(
        """() => {
          const press = (key) => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: key, bubbles: true}));
          ["n", "0", "n", "n", "n"].forEach(press);
        }"""
    )
    page.wait_for_timeout(1500)
    page.keyboard.press("Escape")
    page.mouse.click((328 + 1280 - 328) / 2, 48 + (24 + 672 - 56) / 2 + 30)
    expect(page.locator("#card h2")).to_have_text("005 号网格")


def test_search_and_filters_narrow_the_list(sheet: Page) -> None:
    rows = sheet.locator(".row.grid")
    sheet.keyboard.press("/")
    expect(sheet.locator("#search")).to_be_focused()
    sheet.keyboard.type("1024003")
    expect(rows).to_have_count(1)
    sheet.locator("#search").fill("没有这个")
    expect(sheet.locator("#rows-empty")).to_contain_text("没有符合条件的网格")
    sheet.locator("#rows-clear").click()
    sheet.locator('[data-filter="out"]').click()
    expect(rows).to_have_count(2)
    sheet.locator('[data-filter="all"]').click()
    sheet.locator("#type").select_option("reserved")
    expect(rows).to_have_count(1)


def test_sorting_by_distance_puts_the_farthest_first(sheet: Page) -> None:
    sheet.locator("#sort").select_option("off")
    expect(sheet.locator(".row.grid .number").first).to_have_text("004")
    sheet.locator("#sort").select_option("households")
    expect(sheet.locator(".row.grid .households").first).to_have_text("512 户")


def test_the_list_works_from_the_keyboard_alone(sheet: Page) -> None:
    sheet.locator("#rows").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        sheet.keyboard.press(key)
    expect(sheet.locator("#card h2")).to_have_text("001 号网格")
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#card")).to_be_hidden()


def test_everything_is_reached_by_tab_and_shows_its_focus(sheet: Page) -> None:
    reached = set()
    for _ in range(24):
        sheet.keyboard.press("Tab")
        name, outline = sheet.evaluate(
            """() => [document.activeElement.id,
                getComputedStyle(document.activeElement).outlineWidth]"""
        )
        reached.add(name)
        assert outline != "0px"
    wanted = {"open-certificate", "open-print", "open-keys", "language", "search"}
    wanted |= {"sort", "type", "rows", "next-out", "zoom-in", "zoom-out", "zoom-all"}
    assert wanted | {"map_plan"} <= reached


def test_the_certificate_reads_as_a_document(sheet: Page) -> None:
    sheet.locator("#open-certificate").click()
    document = sheet.locator("#certificate article")
    expect(document.locator("h2")).to_have_text("社区网格划分方案检验证书")
    expect(document.locator(".cert-checks tbody tr")).to_have_count(6)
    expect(document).to_contain_text("空隙0.00平方米")
    expect(document).to_contain_text("370115001023004")
    expect(document.locator(".cert-digests dd").nth(1)).to_have_text(
        re.compile("^[0-9a-f]{64}$")
    )
    sheet.keyboard.press("Escape")
    expect(sheet.locator("#certificate")).to_be_hidden()


def test_a_fault_of_the_certificate_is_shown_on_the_map(
    page: Page, sheet_file: Any, watch: Any
) -> None:
    parts = made_plan()
    parts.layers["seams"] = parts.layers["seams"].iloc[1:]
    page.goto(sheet_file(parts))
    expect(page.locator("#checks-verdict")).to_have_text(re.compile("不合格"))
    page.locator("#open-certificate").click()
    page.locator("#certificate .bad .faults button").first.click()
    expect(page.locator("#certificate")).to_be_hidden()
    assert watch.is_clean


def visible_texts(page: Page) -> list[str]:
    texts: list[str] = page.evaluate(
        """() => {
          const seen = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const parent = walk.currentNode.parentElement;
            if (parent.closest("script,noscript,#print")) continue;
            seen.push(walk.currentNode.textContent.trim());
          }
          document.querySelectorAll("body *").forEach((node) => {
            ["title", "aria-label", "placeholder"].forEach((name) => {
              if (node.hasAttribute(name)) seen.push(node.getAttribute(name));
            });
          });
          return seen.filter(Boolean).concat(document.title);
        }"""
    )
    return texts


def test_the_language_switch_leaves_nothing_behind(page: Page, sheet_file: Any) -> None:
    parts = made_plan(name="Silver Hill", street="Second")
    parts.layers["grids"]["name"] = "Grid"
    parts.layers["communities"]["name"] = ["Silver Hill", "Long Hai"]
    page.goto(sheet_file(parts, title="Plan", attribution="Made-up data"))
    page.locator("#open-certificate").click()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.locator("#language").click()
    page.locator("#open-certificate").click()
    allowed = {TEXTS["lang.switch"][1]}
    left = [t for t in visible_texts(page) if HAN.search(t) and t not in allowed]
    assert left == []
    page.keyboard.press("Escape")
    page.locator("#language").click()
    page.locator("#open-certificate").click()
    keys = [t for t in visible_texts(page) if t in TEXTS or re.search(r"\{\w+\}", t)]
    assert keys == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


EVIL = [
    '<img src=x onerror="window.pwned=1;alert(1)">',
    "</script><script>window.pwned=1;alert(2)</script>",
    '"><svg onload=window.pwned=1>',
    "javascript:window.pwned=1",
    "{{constructor.constructor('window.pwned=1')()}}\u2028\u2029",
]


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_from_the_data_runs(
    page: Page, sheet_file: Any, watch: Any, evil: str
) -> None:
    parts = made_plan(name=evil, street=evil)
    grids, communities = parts.layers["grids"], parts.layers["communities"]
    # Codes link the layers, so they are spoiled everywhere alike.
    for layer, column in (
        (grids, "code"),
        (parts.layers["seams"], "left"),
        (parts.layers["seams"], "right"),
        (parts.layers["cells"], "grid"),
        (parts.layers["buildings"], "grid"),
    ):
        layer[column] = layer[column] + evil
    for column in ("reason", "reason_zh", "reason_en"):
        grids[column] = evil
    communities["name"] = evil
    page.goto(sheet_file(parts, title=evil, attribution=evil))
    page.wait_for_selector("html.ready")
    page.keyboard.press("n")
    expect(page.locator("#card .reason p")).to_have_text(evil.strip("\u2028\u2029"))
    page.locator("#search").fill(evil)
    page.locator("#language").click()
    page.locator("#open-certificate").click()
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('img, svg[onload]').length") == 0
    assert watch.is_clean, watch


def test_the_policy_stops_a_script_that_would_get_in(sheet: Page, watch: Any) -> None:
    sheet.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.pwned = 1";
          document.body.appendChild(script);
        }"""
    )
    assert sheet.evaluate("window.pwned") is None
    assert any("Content Security Policy" in error for error in watch.errors)
    watch.errors.clear()


def test_an_atlas_gives_every_community_a_page_of_its_own(sheet: Page) -> None:
    sheet.locator("#open-print").click()
    sheet.locator('input[value="atlas"]').check()
    sheet.keyboard.press("Escape")
    sheet.emulate_media(media="print")
    sheet.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    heads = sheet.locator(".map-page h1")
    expect(heads).to_have_text(["济阳街道网格划分方案", "银山社区", "龙海社区"])
    expect(sheet.locator(".map-page").nth(1)).to_contain_text("共 6 个：居民 5 个")
    expect(sheet.locator(".map-page").nth(2).locator(".print-grids li")).to_have_count(
        6
    )


def pdf_pages(pdf: bytes) -> list[tuple[float, float]]:
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    return [(float(w) / 72 * 25.4, float(h) / 72 * 25.4) for w, h in boxes]


@pytest.mark.parametrize(
    ("paper", "size", "map_mm"), [("a4", (297, 210), 206), ("a3", (420, 297), 311)]
)
def test_it_prints_on_the_paper_asked_for(
    sheet: Page, paper: str, size: tuple[int, int], map_mm: int
) -> None:
    sheet.locator("#open-print").click()
    sheet.locator(f'input[value="{paper}"]').check()
    sheet.keyboard.press("Escape")
    pdf = sheet.pdf(prefer_css_page_size=True, print_background=True)
    # The map is a picture of 288 points an inch, not a recording out of scale.
    pictures = [int(wide) for wide in re.findall(rb"/Width (\d+)", pdf)]
    assert max(pictures, default=0) == pytest.approx(map_mm * 288 / 25.4, abs=1)
    pages = pdf_pages(pdf)
    assert pages[0] == pytest.approx(size, abs=0.5)
    assert pages[1] == pytest.approx(size, abs=0.5)
    assert pages[-1] == pytest.approx((210, 297), abs=0.5)
    assert len(pages) == 3


def test_the_printed_sheet_has_map_legend_checks_and_table(sheet: Page) -> None:
    sheet.emulate_media(media="print")
    sheet.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    paper = sheet.locator("#print")
    expect(paper).to_contain_text("比例尺 1:2,500")
    expect(paper).to_contain_text("虚构示例")
    expect(paper).to_contain_text("专属网格")
    expect(paper.locator(".grid-table tbody tr")).to_have_count(12)
    expect(paper.locator(".certificate")).to_be_visible()
    shades = paper.locator("canvas").evaluate(
        """(canvas) => {
          const copy = document.createElement("canvas");
          copy.width = canvas.width;
          copy.height = canvas.height;
          const ctx = copy.getContext("2d");
          ctx.drawImage(canvas, 0, 0);
          const data = ctx.getImageData(0, 0, canvas.width, canvas.height).data;
          const colors = new Set();
          for (let i = 0; i < data.length; i += 4 * 997) colors.add(data[i + 2]);
          return colors.size;
        }"""
    )
    assert shades > 8
    sheet.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert sheet.locator("#print").evaluate("node => node.childElementCount") == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_window_scrolls_sideways_or_cuts_the_bar(
    page: Page, sheet_file: Any, lang: str
) -> None:
    page.goto(sheet_file(lang=lang))
    page.wait_for_selector("html.ready")
    page.keyboard.press("n")
    for width in (360, 390, 768, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("#language", "#open-certificate", "#card"):
            box = page.locator(name).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_empty_plans_say_what_to_do(page: Page, sheet_file: Any, watch: Any) -> None:
    parts = made_plan()
    parts.layers = {name: layer.iloc[:0] for name, layer in parts.layers.items()}
    page.goto(sheet_file(parts, certificate={}))
    expect(page.locator(".nothing")).to_contain_text("还没有可以显示的网格")
    expect(page.locator("#checks")).to_contain_text("没有附检验证书")
    page.keyboard.press("n")
    assert watch.is_clean, watch


def test_a_plan_that_fits_the_band_says_so(page: Page, sheet_file: Any) -> None:
    parts = made_plan()
    grids = parts.layers["grids"]
    grids.loc[grids["type"] == "resident", "households"] = 400
    page.goto(sheet_file(parts, certificate={}))
    page.locator('[data-filter="out"]').click()
    expect(page.locator("#rows-empty")).to_contain_text("居民网格户数全部达标")


@pytest.mark.parametrize("state", ["list", "card", "certificate", "print", "keys"])
def test_axe_finds_no_serious_issue(sheet: Page, state: str) -> None:
    if state == "card":
        sheet.keyboard.press("n")
    elif state != "list":
        sheet.locator(f"#open-{state}").click()
    axe = vendored_for_tests("axe-core@*/axe.min.js")
    sheet.evaluate(axe)
    result = sheet.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        f"{v['id']}: {[n['html'][:120] for n in v['nodes'][:3]]}"
        for v in result["violations"]
        if v["impact"] in {"serious", "critical", "moderate"}
    ]
    assert serious == []


def test_the_scripts_are_syntax_of_2018(page: Page) -> None:
    files = sorted(STATIC.glob("js/*.js"))
    assert len(files) > 10
    assert syntax_faults(page, files, 2018, "script") == []


def test_a_calm_system_gets_no_motion(context: BrowserContext, sheet: Page) -> None:
    seconds = sheet.locator("#open-print").evaluate(
        "node => getComputedStyle(node).transitionDuration"
    )
    assert seconds == "0s"
