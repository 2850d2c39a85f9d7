"""Files are taken in step by step in a real browser, up to proven drafts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from geopandas import GeoDataFrame
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.accounts.roles import Role
from data.cluster import Store
from data.jobs.worker import Worker
from data.settings import StoreSettings
from data.synthetic import made_up_town
from data.writers import write_layers
from tests.browser.conftest import Watch
from tests.browser.people import add_person, bring
from tests.browser.planner import SKIP_TOUR, serious_findings
from tests.browser.serving import serving
from tests.browser.vendored import vendored_for_tests
from tests.data.jobs.conftest import registered
from tests.data.uploads import files
from tests.postgis import throw_away

__all__ = ["registered"]

pytestmark = pytest.mark.postgis

STREET = "370115001"
LONG_MS = 90_000
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def town(template: Store, registered: Store) -> Iterator[Store]:
    """A registered town without plans, and a planner of its street."""
    with throw_away(template, "of_one_file", template=registered.name) as made:
        with made.connect() as connection:
            # What a planner sends does not say of itself that it is made up.
            connection.execute("update import_run set made_up = false")
        add_person(made, "planner", Role.planner, division=STREET)
        add_person(made, "member", Role.grid_member, division=STREET)
        yield made


@pytest.fixture(scope="module")
def address(town: Store) -> Iterator[str]:
    with serving(town, role=None) as made:
        yield made


@pytest.fixture(scope="module")
def worker(town: Store) -> Iterator[None]:
    url = town.url().render_as_string(hide_password=False)
    made = Worker(StoreSettings(database_url=url))
    made.start()
    yield
    made.stop()


@pytest.fixture(scope="module")
def tables() -> dict[str, GeoDataFrame]:
    return made_up_town(seed=3, communities=2).tables()


@pytest.fixture
def page_of(page: Page, watch: Watch, address: str, town: Store) -> Iterator[Page]:
    """The import page of the street's planner; whatever a test does is clean."""
    page.add_init_script(SKIP_TOUR)
    bring(page.context, town, address, "planner")
    open_import(page, address)
    yield page
    # What the service refuses, a browser notes on its console, too.
    watch.errors = [said for said in watch.errors if "Failed to load" not in said]
    assert watch.is_clean, watch


def open_import(page: Page, address: str, **query: str) -> None:
    at = query.get("at", STREET)
    page.goto(f"{address}/import?at={at}&lang={query.get('lang', 'zh-CN')}")
    page.wait_for_selector("html.ready")


def send(page: Page, *paths: Path) -> None:
    page.set_input_files("#file", [str(path) for path in paths])
    page.wait_for_selector(".step-layers", timeout=LONG_MS)


def step_on(page: Page, to: str) -> None:
    page.click("#step-on")
    page.wait_for_selector(f".step-{to}")


def place(page: Page) -> None:
    expect(page.locator(".verdict p").first).to_be_visible(timeout=LONG_MS)


def checked(page: Page) -> None:
    page.wait_for_selector(".verdict-line", timeout=LONG_MS)


def value(town: Store, query: str) -> Any:
    engine = create_engine(town.url(), poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.scalar(text(query))
    engine.dispose()
    return found


@pytest.mark.usefixtures("worker")
def test_a_gbk_shapefile_of_metres_becomes_drafts_with_valid_certificates(
    page_of: Page,
    address: str,
    town: Store,
    tables: dict[str, GeoDataFrame],
    tmp_path: Path,
) -> None:
    page = page_of
    homes = tables["buildings"][["id", "households", "address", "geometry"]]
    odd = homes.rename(columns={"households": "n1"}).assign(
        n1=(homes["households"] * 1.3).round().astype(int)
    )
    path = files.shapefile(
        tmp_path / "楼栋.zip", odd.to_crs(4548), without=(".prj", ".cpg")
    )
    send(page, path)
    expect(page.locator(".layers")).to_contain_text("楼栋")
    expect(page.locator("#encoding")).to_contain_text("GBK")
    expect(page.locator(".sample")).to_contain_text("号")
    step_on(page, "fields")
    expect(page.locator(".mapping")).to_contain_text("没有户数时按面积")
    page.locator("tr", has_text="户数").first.locator("select").select_option("n1")
    step_on(page, "place")
    place(page)
    # The zone was guessed from where the numbers fall; another one is far away.
    expect(page.locator("#crs")).to_have_value("EPSG:4548")
    expect(page.locator(".verdict")).to_contain_text("界内")
    page.select_option("#crs", "EPSG:4549")
    expect(page.locator(".verdict .bad")).to_contain_text("km")
    page.click("#suggestion0")
    expect(page.locator(".verdict .good")).to_be_visible()
    step_on(page, "check")
    checked(page)
    step_on(page, "take")
    page.reload()
    page.wait_for_selector("html.ready")
    expect(page.locator("#stage")).to_have_class("step-take")
    page.click("#take")
    page.wait_for_selector("#another", timeout=LONG_MS)
    expect(page.locator(".piece")).to_have_count(2)
    sums = value(town, "select sum(households)::bigint from building")
    assert sums == odd["n1"].sum()
    page.locator(".piece .go").first.click()
    page.wait_for_selector("html.ready")
    expect(page.locator("#checks-verdict")).to_have_text("全部合格", timeout=LONG_MS)


@pytest.mark.usefixtures("worker")
def test_steps_back_and_a_reload_lose_nothing(
    page_of: Page, tables: dict[str, GeoDataFrame], tmp_path: Path
) -> None:
    page = page_of
    path = tmp_path / "town.gpkg"
    write_layers(path, tables)
    send(page, path)
    page.locator("select[data-layer]").first.select_option("")
    step_on(page, "fields")
    page.locator(".tabs button", has_text="buildings").click()
    row = page.locator("tr", has_text="楼层数").first
    row.locator("select").select_option("units")
    step_on(page, "place")
    place(page)
    page.check("#datum-gcj02")
    for at in (1, 2, 0, 2):
        page.click(f"[data-step='{at}']")
    page.reload()
    page.wait_for_selector("html.ready")
    page.locator(".tabs button", has_text="buildings").click()
    row = page.locator("tr", has_text="楼层数").first
    expect(row.locator("select")).to_have_value("units")
    page.click("[data-step='3']")
    expect(page.locator("#datum-gcj02")).to_be_checked()
    page.click("[data-step='1']")
    expect(page.locator("select[data-layer]").first).to_have_value("")


@pytest.mark.usefixtures("worker")
def test_columns_of_coordinates_are_picked_and_several_archives_sent_at_once(
    page_of: Page, address: str, tables: dict[str, GeoDataFrame], tmp_path: Path
) -> None:
    page = page_of
    homes = tables["buildings"]
    middles = homes.geometry.to_crs(4548).centroid
    table = homes[["id", "households", "floors"]].assign(
        东距=middles.x.round(2), 北距=middles.y.round(2)
    )
    table.to_csv(tmp_path / "楼栋.csv", index=False)
    east = files.zip_of(
        tmp_path / "楼栋.zip", {"楼栋.csv": (tmp_path / "楼栋.csv").read_bytes()}
    )
    write_layers(tmp_path / "社区.geojson", {"社区": tables["communities"]})
    west = files.zip_of(
        tmp_path / "社区.zip",
        {"社区.geojson": (tmp_path / "社区.geojson").read_bytes()},
    )
    send(page, east, west)
    expect(page.locator(".layers tbody tr")).to_have_count(2)
    expect(page.locator(".layers")).to_contain_text("还没有坐标")
    page.select_option("#place-x", "东距")
    page.select_option("#place-y", "北距")
    expect(page.locator(".layers")).to_contain_text(f"点 {len(homes)}", timeout=LONG_MS)
    expect(page.locator("#place-x")).to_have_value("东距")
    expect(page.locator("select[data-layer]").first).to_have_value("buildings")
    step_on(page, "fields")
    step_on(page, "place")
    place(page)
    expect(page.locator("#crs")).to_have_value("EPSG:4548")
    expect(page.locator(".verdict .good")).to_be_visible()
    step_on(page, "check")
    checked(page)
    expect(page.locator(".verdict-line")).to_contain_text("可以导入")
    open_import(page, address, lang="en")
    page.click("[data-step='1']")
    expect(page.locator(".place-columns")).to_contain_text("Columns of coordinates")


@pytest.mark.usefixtures("worker")
def test_bad_rows_are_listed_and_downloaded(
    page_of: Page, tables: dict[str, GeoDataFrame], tmp_path: Path
) -> None:
    page = page_of
    devices = tables["devices"].copy()
    devices.loc[devices.index[:3], "code"] = "123"
    path = tmp_path / "设备.gpkg"
    write_layers(path, {"设备": devices})
    send(page, path)
    step_on(page, "fields")
    step_on(page, "place")
    place(page)
    step_on(page, "check")
    checked(page)
    expect(page.locator(".verdict-line")).to_contain_text("3 行不会导入")
    expect(page.locator(".remarks tbody tr")).to_have_count(3)
    with page.expect_download() as download:
        page.click("#remarks-csv")
    lines = Path(download.value.path()).read_bytes()
    assert lines.startswith(b"\xef\xbb\xbf")
    assert lines.count(b"\r\n") == 4


@pytest.mark.usefixtures("worker")
def test_what_cannot_be_read_as_chosen_says_why_and_waits_for_a_change(
    page_of: Page, tables: dict[str, GeoDataFrame], tmp_path: Path
) -> None:
    page = page_of
    outlines = tables["communities"].assign(
        no=tables["communities"]["code"], code=["12", "34"]
    )
    path = tmp_path / "社区.gpkg"
    write_layers(path, {"社区": outlines})
    send(page, path)
    step_on(page, "fields")
    step_on(page, "place")
    place(page)
    step_on(page, "check")
    expect(page.locator(".failure")).to_contain_text("12 位代码", timeout=LONG_MS)
    expect(page.locator(".failure")).not_to_contain_text("--")
    expect(page.locator("#step-on")).to_be_disabled()
    page.click("[data-step='2']")
    page.locator("tr", has_text="社区代码").locator("select").select_option("no")
    page.click("[data-step='3']")
    page.wait_for_selector(".step-place")
    step_on(page, "check")
    checked(page)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: (p / "x.csv").write_text("") or p / "x.csv", "空文件"),
        (lambda p: (p / "x.docx").write_text("?") and p / "x.docx", "格式不支持"),
        (
            lambda p: (p / "x.geojson").write_text(files.VRT) and p / "x.geojson",
            "内容不是",
        ),
        (lambda p: files.bomb(p / "x.zip"), "压缩炸弹"),
        (
            lambda p: (p / "x.csv").write_text("户数\n1\n") and p / "x.csv",
            "没有坐标列",
        ),
        (lambda p: files.fake_shapefile_claims(p / "x.shp"), "一起选上"),
    ],
    ids=["empty", "word", "vrt", "bomb", "no place", "half"],
)
def test_a_wrong_file_is_refused_with_what_to_do_and_leaves_nothing(
    page_of: Page, tmp_path: Path, make: Any, words: str
) -> None:
    page = page_of
    page.set_input_files("#file", str(make(tmp_path)))
    expect(page.locator("#fault")).to_contain_text(words, timeout=LONG_MS)
    expect(page.locator("#step-on")).to_be_disabled()
    expect(page.locator("#choose")).to_be_visible()


def test_the_keyboard_alone_chooses_and_the_page_speaks_english(
    page_of: Page, address: str
) -> None:
    page = page_of
    open_import(page, address, lang="en")
    # Files that other tests sent keep the names they were sent with.
    seen = page.locator("body").inner_text()
    for name in page.locator(".earlier b").all_inner_texts():
        seen = seen.replace(name, "")
    ours = re.sub(r"济阳\S*|Planner", "", seen)
    assert not HAN.search(ours.replace("中文", "")), ours
    page.locator("#scope").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "choose"


def test_nothing_about_the_page_is_hard_to_reach(page_of: Page, axe: str) -> None:
    assert serious_findings(page_of, axe) == []


def test_who_may_not_import_is_told_so(page: Page, address: str, town: Store) -> None:
    page.add_init_script(SKIP_TOUR)
    bring(page.context, town, address, "member")
    open_import(page, address)
    expect(page.locator(".nobody")).to_contain_text("没有导入权限")
    page.goto(f"{address}/plan?at={STREET}")
    page.wait_for_selector("html.ready")
    expect(page.locator("#open-import")).to_be_hidden()
    expect(page.locator("#draw-here")).to_be_hidden()


# --- drawing from the planner's page


@pytest.mark.usefixtures("worker")
def test_a_street_is_drawn_from_the_page_with_progress_and_cancelled(
    page_of: Page, address: str, town: Store
) -> None:
    page = page_of
    page.goto(f"{address}/plan?at={STREET}")
    page.wait_for_selector("html.ready")
    page.click("#draw-here")
    expect(page.locator("#draw-dialog")).to_contain_text("2 个社区")
    page.fill("#draw-dialog [name=low]", "600")
    expect(page.locator("#draw-fault")).to_contain_text("下限不能高于上限")
    expect(page.locator("#draw-dialog [type=submit]")).to_be_disabled()
    page.fill("#draw-dialog [name=low]", "280")
    page.click("#draw-dialog summary")
    page.fill("#draw-dialog [name=seed]", "21")
    page.click("#draw-dialog [type=submit]")
    first = page.locator(".jobs .job").first
    expect(first).to_have_class(re.compile("job done"), timeout=LONG_MS)
    first.locator(".head").click()
    expect(first.locator(".piece")).to_have_count(2)
    assert value(town, "select count(*) from plan where low = 280") == 2
    page.keyboard.press("Escape")
    page.click("#draw-here")
    page.check("#draw-dialog [value=best]")
    page.fill("#draw-dialog [name=seed]", "22")
    page.click("#draw-dialog [type=submit]")
    again = page.locator(".jobs .job.running, .jobs .job.queued").first
    again.locator("button", has_text="取消").click()
    expect(page.locator(".jobs .job").first).to_have_class(
        re.compile("job cancelled"), timeout=10_000
    )


@pytest.fixture(scope="module")
def axe() -> str:
    return vendored_for_tests("axe-core@*/axe.min.js")
