"""The administration in a real browser: accounts, what was done, the state."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data.accounts.roles import Role
from data.cluster import Store
from tests.api.town import STREET
from tests.browser.conftest import Watch
from tests.browser.people import (
    add_person,
    another_browser,
    bring,
    fill_in,
    sign_in,
)
from tests.browser.planner import SIZES, build_planned_town, serious_findings
from tests.browser.serving import serving
from tests.browser.vendored import vendored_for_tests

pytestmark = pytest.mark.postgis

AXE = "axe-core@*/axe.min.js"


@pytest.fixture(scope="module")
def store(database: Store) -> Store:
    build_planned_town(database)
    add_person(database, "chief", Role.administrator)
    add_person(database, "second", Role.administrator)
    add_person(database, "local", Role.administrator, division=STREET)
    add_person(database, "checker", Role.auditor)
    add_person(database, "worker", Role.planner, division=STREET)
    add_person(database, "faraway", Role.planner)
    return database


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    with serving(store, role=None) as made:
        yield made


@pytest.fixture
def desk(page: Page, watch: Watch) -> Iterator[Page]:
    yield page
    watch.overlook_refusals()
    assert watch.is_clean, watch


@pytest.fixture
def office(desk: Page, address: str, store: Store) -> Page:
    """The administration, as who may do everything."""
    bring(desk.context, store, address, "chief")
    desk.goto(f"{address}/admin")
    desk.wait_for_selector("html.ready")
    expect(desk.locator("tbody tr").first).to_be_visible()
    return desk


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("part", ["accounts", "audit", "state"])
def test_every_part_is_there_and_open_to_all(
    office: Page, address: str, part: str, lang: str, size: tuple[int, int]
) -> None:
    office.set_viewport_size({"width": size[0], "height": size[1]})
    office.goto(f"{address}/admin?lang={lang}#{part}")
    office.wait_for_selector("html.ready")
    shown = office.locator(f".sheet.{part}")
    expect(shown.locator("tbody tr, .facts-list li").first).to_be_visible()
    tab = office.locator(f'[data-tab="{part}"]')
    expect(tab).to_have_attribute("aria-current", "page")
    assert office.evaluate("document.documentElement.lang") == lang
    assert office.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert serious_findings(office, vendored_for_tests(AXE)) == []


def test_accounts_are_found_by_name_role_and_state(office: Page) -> None:
    rows = office.locator("tbody tr")
    office.get_by_role("searchbox").fill("work")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("规划员 · ")
    office.get_by_role("searchbox").fill("")
    office.get_by_label("按角色筛选").select_option("auditor")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("checker")
    office.get_by_label("状态").select_option("locked")
    expect(office.locator(".table-foot")).to_contain_text("没有符合条件的账号")


def test_a_new_account_comes_in_by_the_password_shown_once(
    office: Page, address: str, context: BrowserContext
) -> None:
    office.locator("#add-account").click()
    form = office.locator(".side-card form")
    form.get_by_label("姓名或岗位").fill("城北规划岗")
    form.get_by_label("账号").fill("New.Hand")
    form.locator("#grant-role").select_option("reviewer")
    scope = form.locator(".scope select")
    scope.nth(0).select_option(STREET[:6])
    scope.nth(1).select_option(STREET)
    form.get_by_role("button", name="建立账号").click()
    once = office.locator(".ask .once")
    expect(once).to_contain_text("new.hand")
    password = once.inner_text().splitlines()[1].partition("：")[2]
    assert len(password) >= 12
    office.get_by_role("button", name="已记下").click()
    expect(office.locator(".account-card")).to_contain_text("审核员")
    expect(office.locator("tbody")).to_contain_text("城北规划岗")
    assert password not in office.content()

    with another_browser(context) as other:
        other.goto(f"{address}/login")
        other.wait_for_selector("html.ready")
        fill_in(other, "new.hand", password)
        expect(other.locator("h1")).to_have_text("设置新密码")


@pytest.mark.parametrize("name", ["", "有汉字", "two words"])
def test_a_name_that_cannot_be_one_is_refused_in_words(office: Page, name: str) -> None:
    office.locator("#add-account").click()
    form = office.locator(".side-card form")
    form.get_by_label("姓名或岗位").fill("某岗")
    form.get_by_label("账号").fill(name)
    form.get_by_role("button", name="建立账号").click()
    expect(form.get_by_role("alert")).to_have_text(re.compile("填完整|小写字母"))


def test_a_name_that_is_taken_is_refused(office: Page) -> None:
    office.locator("#add-account").click()
    form = office.locator(".side-card form")
    form.get_by_label("姓名或岗位").fill("某岗")
    form.get_by_label("账号").fill("worker")
    form.get_by_role("button", name="建立账号").click()
    expect(form.get_by_role("alert")).to_contain_text("已存在")


def open_card(page: Page, name: str) -> None:
    page.locator("tbody tr", has=page.get_by_text(name, exact=True)).click()
    expect(page.locator(".account-card h2 small")).to_have_text(name)


def test_roles_are_given_and_taken_away(office: Page) -> None:
    open_card(office, "checker")
    card = office.locator(".account-card")
    card.get_by_role("button", name="授予角色").click()
    card.locator("#grant-role").select_option("commander")
    card.get_by_role("button", name="授予", exact=True).click()
    expect(card.locator(".lines")).to_contain_text("指挥员 · 全部区域")
    row = office.locator("tbody tr", has=office.get_by_text("checker", exact=True))
    expect(row).to_contain_text("指挥员")
    line = card.locator("li", has_text="指挥员")
    line.get_by_role("button", name="撤销").click()
    office.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(card.locator(".lines")).to_contain_text("指挥员")
    line.get_by_role("button", name="撤销").click()
    office.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(card.locator(".lines")).not_to_contain_text("指挥员")


def test_a_locked_account_is_out_at_once(
    office: Page, address: str, context: BrowserContext
) -> None:
    with another_browser(context) as other:
        sign_in(other, address, "faraway")
        open_card(office, "faraway")
        card = office.locator(".account-card")
        card.get_by_role("button", name="停用").click()
        office.get_by_role("dialog").get_by_role("button", name="停用").click()
        expect(card.locator(".standing")).to_contain_text("已停用")
        assert other.request.get(f"{address}/api/v1/session").status == 401
        card.get_by_role("button", name="启用").click()
        expect(card.locator(".standing")).to_contain_text("正常")


def test_a_password_is_reset_and_the_new_one_shown_once(office: Page) -> None:
    open_card(office, "worker")
    card = office.locator(".account-card")
    card.get_by_role("button", name="重置密码").click()
    office.get_by_role("dialog").get_by_role("button", name="重置密码").click()
    expect(office.locator(".ask .once")).to_contain_text("worker")
    office.get_by_role("button", name="已记下").click()
    expect(card.locator(".standing")).to_contain_text("待改密码")


def test_nobody_locks_themselves_out(office: Page) -> None:
    open_card(office, "chief")
    card = office.locator(".account-card")
    expect(card).to_contain_text("不能停用")
    expect(card.get_by_role("button", name="停用")).to_have_count(0)


def test_the_card_is_left_by_the_keyboard(office: Page) -> None:
    first = office.locator("tbody tr button").first
    first.focus()
    office.keyboard.press("Enter")
    expect(office.locator(".side-card")).to_be_visible()
    office.keyboard.press("Escape")
    expect(office.locator(".side-card")).to_be_hidden()
    expect(first).to_be_focused()


def test_the_log_tells_who_did_what_and_comes_as_csv(desk: Page, address: str) -> None:
    office = desk
    sign_in(office, address, "chief", "/admin")
    office.goto(f"{address}/admin#audit")
    rows = office.locator(".sheet.audit tbody tr")
    expect(rows.first).to_be_visible()
    every = rows.count()
    office.get_by_label("人员").select_option(label="Chief (chief)")
    expect(office.locator(".audit-who").last).to_have_text("Chief")
    assert 0 < rows.count() <= every
    office.get_by_label("起始日期").fill("2000-01-01")
    office.get_by_label("截止日期").fill("2000-01-02")
    expect(office.locator(".sheet.audit .table-foot")).to_contain_text(
        "没有符合条件的记录"
    )
    office.get_by_label("起始日期").fill("")
    office.get_by_label("截止日期").fill("")
    expect(rows.first).to_be_visible()
    with office.expect_download() as got:
        office.get_by_role("link", name="下载 CSV").click()
    text = got.value.path().read_text("utf-8-sig")
    assert "chief" in text.lower()
    assert "登录" in text


def test_who_has_a_street_sees_its_people_only(desk: Page, address: str) -> None:
    sign_in(desk, address, "local", "/admin")
    rows = desk.locator("tbody tr")
    expect(rows.first).to_be_visible()
    names = set(desk.locator("tbody tr th small").all_inner_texts())
    assert {"local", "worker"} <= names
    assert not {"chief", "checker", "faraway"} & names
    desk.locator("#add-account").click()
    scope = desk.locator(".scope select").first
    expect(scope).not_to_contain_text("全部区域")


def test_an_auditor_reads_the_log_and_nothing_else(desk: Page, address: str) -> None:
    sign_in(desk, address, "checker", "/admin")
    expect(desk.locator(".sheet.audit tbody tr").first).to_be_visible()
    expect(desk.locator('[data-tab="accounts"]')).to_be_hidden()
    assert desk.request.get(f"{address}/api/v1/accounts").status == 403
