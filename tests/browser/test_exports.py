"""The menu 导出: what is looked at becomes a file, by mouse and by keyboard."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Download, Page, expect

from data.cluster import Store
from tests.api.town import EAST, STREET
from tests.browser.conftest import Watch
from tests.browser.planner import (
    SKIP_TOUR,
    build_planned_town,
    open_plan,
    serious_findings,
)
from tests.browser.serving import serving
from tests.browser.vendored import vendored_for_tests

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def record(database: Store) -> Store:
    build_planned_town(database)
    return database


@pytest.fixture(scope="module")
def address(record: Store) -> Iterator[str]:
    with serving(record) as where:
        yield where


@pytest.fixture(autouse=True)
def no_tour(page: Page) -> None:
    page.add_init_script(SKIP_TOUR)


def downloaded(page: Page) -> Download:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出并下载").click()
    return waiting.value


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def test_a_plan_is_saved_under_its_chinese_name(
    page: Page, address: str, watch: Watch
) -> None:
    open_plan(page, address, at=EAST, on="2026-11-22")
    page.get_by_role("button", name="导出", exact=True).click()
    expect(page.locator("#export-panel h2")).to_have_text("城东社区 · 方案第 2 版")
    page.get_by_text("Shapefile", exact=True).click()
    page.get_by_label("文字编码").select_option("gbk")
    page.get_by_label("坐标系").select_option("gcj02")
    file = downloaded(page)
    assert file.suggested_filename == "城东社区-v2-网格划分方案-gcj02.zip"
    with zipfile.ZipFile(io.BytesIO(content(file))) as archive:
        assert archive.read("grids.cpg") == b"GBK"
    expect(page.locator(".export-said")).to_contain_text("已下载 城东社区-v2")
    assert watch.is_clean, watch


def test_an_atlas_of_the_grid_in_hand(page: Page, address: str, watch: Watch) -> None:
    open_plan(page, address, at=EAST, grid=f"{EAST}002")
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_text("PDF 图册").click()
    page.get_by_label("图幅").select_option(label="只要 002 号网格")
    page.get_by_label("纸张").select_option("a3")
    document = pypdfium2.PdfDocument(content(downloaded(page)))
    assert len(document) == 1
    assert "城东社区 002 号网格" in document[0].get_textpage().get_text_range()
    assert watch.is_clean, watch


def test_a_street_leaves_with_the_plans_of_its_communities(
    page: Page, address: str
) -> None:
    open_plan(page, address, at=STREET, on="2026-11-22")
    page.get_by_role("button", name="导出", exact=True).click()
    expect(page.locator("#export-panel h2")).to_have_text("济阳街道 · 1 个社区的方案")
    page.get_by_text("Excel 清单").click()
    file = downloaded(page)
    assert file.suggested_filename == "济阳街道-网格清单-2026-11-22.xlsx"
    assert content(file).startswith(b"PK")


def test_only_what_a_format_takes_is_asked_for(page: Page, address: str) -> None:
    open_plan(page, address, at=EAST)
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_text("GeoJSON", exact=True).click()
    values = (
        page.get_by_label("坐标系")
        .locator("option")
        .evaluate_all("options => options.map((each) => each.value)")
    )
    assert values == ["EPSG:4326", "EPSG:4490", "gcj02"]
    page.get_by_text("GeoPackage", exact=True).click()
    zone = page.get_by_label("坐标系").locator("option").nth(3)
    expect(zone).to_have_text("CGCS2000 3 度带 117°（EPSG:4548）")
    page.locator("#export-panel").get_by_text("检验证书").click()
    expect(page.get_by_label("坐标系")).to_have_count(0)


def test_the_menu_works_by_keyboard_and_is_told_apart(page: Page, address: str) -> None:
    open_plan(page, address, at=EAST)
    button = page.get_by_role("button", name="导出", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[value=gpkg]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=shp]")).to_be_checked()
    expect(page.locator("input[value=shp]")).to_be_focused()
    assert serious_findings(page, vendored_for_tests("axe-core@*/axe.min.js")) == []
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator("#export-panel")).to_be_hidden()


def test_a_refusal_is_said_and_the_menu_goes_on(page: Page, address: str) -> None:
    open_plan(page, address, at=EAST)
    problem = (
        '{"code": "no_font", "detail_zh": "服务器没有中文字体", "detail_en": "no font"}'
    )
    page.route(
        "**/export?*",
        lambda route: route.fulfill(
            status=503, body=problem, content_type="application/problem+json"
        ),
    )
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_role("button", name="导出并下载").click()
    expect(page.locator(".export-said.failed")).to_have_text("服务器没有中文字体")
    page.unroute("**/export?*")
    assert downloaded(page).suggested_filename.endswith(".gpkg")


def test_waiting_can_be_cancelled(page: Page, address: str) -> None:
    open_plan(page, address, at=EAST)
    page.route("**/export?*", lambda route: None)
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_role("button", name="导出并下载").click()
    expect(page.locator(".export-said")).to_have_text("正在生成…")
    page.get_by_role("button", name="取消", exact=True).click()
    expect(page.locator(".export-said")).to_have_text("已取消")


def test_what_is_too_large_becomes_a_task(page: Page, address: str) -> None:
    open_plan(page, address, at=STREET, on="2026-11-22")
    problem = '{"code": "export_too_large", "detail_zh": "太多", "detail_en": "many"}'
    page.route(
        "**/export?*",
        lambda route: route.fulfill(
            status=422, body=problem, content_type="application/problem+json"
        ),
    )
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_text("PDF 图册").click()
    page.get_by_role("button", name="导出并下载").click()
    expect(page.locator(".export-said")).to_contain_text("已转为后台任务")
    page.get_by_role("button", name="查看任务").click()
    expect(page.locator("#tasks-panel")).to_contain_text("济阳街道")


def test_the_menu_is_also_in_english(page: Page, address: str) -> None:
    open_plan(page, address, at=EAST, lang="en")
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_text("PDF atlas").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export and download").click()
    assert waiting.value.suggested_filename == "城东社区-v2-grid atlas.pdf"


def test_who_may_not_export_is_not_offered_it(page: Page, record: Store) -> None:
    with serving(record, role="guest") as where:
        open_plan(page, where, at=EAST)
        expect(page.locator("#open-export")).to_be_hidden()
