"""Signing in and out, in a real browser that reaches nothing but our server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data.accounts.roles import Role
from data.cluster import Store
from tests.api.town import EAST, STREET
from tests.browser.conftest import Watch
from tests.browser.people import (
    PASSWORD,
    add_person,
    another_browser,
    end_all_sessions,
    fill_in,
    sign_in,
)
from tests.browser.planner import (
    SIZES,
    SKIP_TOUR,
    build_planned_town,
    open_plan,
    serious_findings,
)
from tests.browser.serving import serving
from tests.browser.vendored import vendored_for_tests

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def store(database: Store) -> Store:
    build_planned_town(database)
    add_person(database, "planner", Role.planner, division=STREET)
    add_person(database, "slow", Role.guest)
    add_person(database, "fresh", Role.guest, must_change=True)
    add_person(database, "careful", Role.guest)
    return database


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    with serving(store, role=None) as made:
        yield made


@pytest.fixture
def desk(page: Page, watch: Watch) -> Iterator[Page]:
    """A browser nobody has signed in with."""
    page.add_init_script(SKIP_TOUR)
    yield page
    watch.overlook_refusals()
    assert watch.is_clean, watch


def open_login(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/login{query}")
    page.wait_for_selector("html.ready")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_page_is_there_in_both_languages_and_open_to_all(
    desk: Page, address: str, lang: str, size: tuple[int, int]
) -> None:
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    open_login(desk, address, f"?lang={lang}")
    assert desk.evaluate("document.documentElement.lang") == lang
    title = "登录" if lang == "zh-CN" else "Sign in"
    expect(desk.locator("h1")).to_have_text(title)
    expect(desk.locator("#login-name")).to_be_focused()
    assert desk.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert serious_findings(desk, vendored_for_tests("axe-core@*/axe.min.js")) == []


def test_the_language_changes_without_losing_what_was_typed(
    desk: Page, address: str
) -> None:
    open_login(desk, address)
    desk.locator("#login-name").fill("plan")
    desk.locator("#language").click()
    expect(desk.locator("h1")).to_have_text("Sign in")
    expect(desk.get_by_label("Account", exact=True)).to_have_value("plan")


def test_the_way_leads_where_it_was_to_lead(desk: Page, address: str) -> None:
    desk.goto(f"{address}/plan?at={EAST}&lang=en")
    desk.wait_for_selector("html.ready")
    assert "/login?next=" in desk.url
    fill_in(desk, "planner")
    desk.wait_for_url(re.compile(rf"/plan\?.*at={EAST}"))
    expect(desk.locator("#list-title")).to_have_text("Grids 2")


@pytest.mark.parametrize(
    "target", ["https://example.com/", "//example.com", "/\\example.com", "/login"]
)
def test_the_way_never_leads_elsewhere(desk: Page, address: str, target: str) -> None:
    open_login(desk, address, f"?next={quote(target)}")
    fill_in(desk, "planner")
    desk.wait_for_selector("#map")
    assert re.match(rf"{address}/plan(\?|$)", desk.url)


@pytest.mark.parametrize("name", ["planner", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    desk: Page, address: str, name: str
) -> None:
    open_login(desk, address, "?lang=zh")
    fill_in(desk, name, "not the password at all")
    expect(desk.get_by_role("alert")).to_contain_text("账号或密码")
    expect(desk.locator("#login-name")).to_have_value(name)
    desk.locator("#login-password").fill("")
    desk.locator("#login-password").press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("请把必填项填完整")


def test_who_fails_too_often_is_told_how_long_to_wait(desk: Page, address: str) -> None:
    open_login(desk, address, "?lang=zh")
    button = desk.get_by_role("button", name="登录", exact=True)
    alert = desk.get_by_role("alert")
    for _ in range(12):
        fill_in(desk, "slow", "not the password at all")
        expect(alert).not_to_be_empty()
        if button.is_disabled() and "再试" in alert.inner_text():
            break
        expect(button).to_be_enabled()
    expect(alert).to_have_text(re.compile(r"请等 .*秒后再试"))
    told = alert.inner_text()
    expect(alert).not_to_have_text(told)  # it counts down
    expect(button).to_be_disabled()


def test_capital_letters_are_pointed_out(desk: Page, address: str) -> None:
    open_login(desk, address)
    hint = desk.locator("#login-password-caps")
    expect(hint).to_be_hidden()
    press = """(node, on) => node.dispatchEvent(new KeyboardEvent("keyup", {
      key: "a", modifierCapsLock: on, bubbles: true}))"""
    field = desk.locator("#login-password")
    field.evaluate(press, True)
    expect(hint).to_have_text("大写锁定已打开")
    field.evaluate(press, False)
    expect(hint).to_be_hidden()


def test_a_password_can_be_looked_at(desk: Page, address: str) -> None:
    open_login(desk, address)
    field = desk.locator("#login-password")
    field.fill("what I typed")
    desk.get_by_role("button", name="显示").click()
    expect(field).to_have_attribute("type", "text")
    desk.get_by_role("button", name="隐藏").click()
    expect(field).to_have_attribute("type", "password")


def test_a_password_somebody_else_chose_must_be_changed(
    desk: Page, address: str
) -> None:
    desk.goto(f"{address}/account")
    desk.wait_for_selector("html.ready")
    fill_in(desk, "fresh")
    expect(desk.locator("h1")).to_have_text("设置新密码")
    # Nothing else opens before it is done.
    desk.goto(f"{address}/plan")
    desk.wait_for_selector("html.ready")
    expect(desk.locator("h1")).to_have_text("设置新密码")
    desk.locator("#login-old").fill(PASSWORD)
    desk.locator("#login-new").fill("short")
    desk.locator("#login-again").fill("short")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("12")
    desk.locator("#login-new").fill("a heron by the old weir")
    desk.locator("#login-again").fill("a heron by the new weir")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("不一样")
    desk.locator("#login-again").fill("a heron by the old weir")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"{address}/plan*")


def test_the_second_step_is_switched_on_used_and_switched_off(
    desk: Page, address: str
) -> None:
    sign_in(desk, address, "careful")
    part = desk.locator("section", has=desk.locator("#totp-title"))
    part.get_by_role("button", name="开启两步验证").click()
    part.locator("#totp-password").fill(PASSWORD)
    part.locator("#totp-password").press("Enter")
    expect(part.get_by_role("img", name="两步验证的二维码")).to_be_visible()
    secret = part.locator(".key").inner_text().replace(" ", "")
    part.locator(".code").fill(pyotp.TOTP(secret).now())
    part.get_by_role("button", name="确认开启").click()
    codes = desk.locator(".ask .once").inner_text().split()
    assert len(codes) == len(set(codes)) >= 8
    desk.get_by_role("button", name="已记下").click()
    expect(part.locator(".state")).to_have_text("已开启")
    leave(desk, address)

    open_login(desk, address, "?next=/account")
    fill_in(desk, "careful")
    expect(desk.locator("h1")).to_have_text("两步验证")
    desk.locator("#login-code").fill("000000")
    expect(desk.get_by_role("alert")).to_contain_text("码")
    desk.locator("#login-code").fill(codes[0])
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"{address}/account*")
    desk.wait_for_selector("html.ready")
    part.get_by_role("button", name="关闭两步验证").click()
    part.locator("#totp-password").fill(PASSWORD)
    part.locator("#totp-password").press("Enter")
    expect(part.locator(".state")).to_have_text("未开启")


def leave(page: Page, address: str) -> None:
    page.locator("#user").click()
    page.locator("#sign-out").click()
    page.wait_for_url(f"{address}/login*")


def test_who_signs_out_is_out(desk: Page, address: str) -> None:
    sign_in(desk, address, "planner", "/plan")
    menu = desk.locator("#user")
    menu.click()
    expect(desk.locator("#user-panel")).to_contain_text("规划员")
    desk.keyboard.press("Escape")
    expect(menu).to_be_focused()
    leave(desk, address)
    desk.go_back()
    desk.wait_for_url(f"{address}/login*")
    assert desk.request.get(f"{address}/api/v1/plans").status == 401


def test_a_session_that_ends_in_the_middle_loses_nothing(
    desk: Page, address: str, store: Store
) -> None:
    sign_in(desk, address, "planner", "/plan")
    open_plan(desk, address, at=EAST, lang="zh")
    desk.evaluate("window.stays = 'here'")
    end_all_sessions(store)
    desk.locator("#finder").fill("幸福")
    dialog = desk.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    expect(dialog.locator("#login-name")).to_have_value("planner")
    assert serious_findings(desk, vendored_for_tests("axe-core@*/axe.min.js")) == []
    dialog.locator("#login-password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    # What was asked when the session had ended is answered now.
    expect(desk.locator("#finder-list")).to_contain_text("幸福路")
    expect(desk.locator("#finder")).to_have_value("幸福")
    assert desk.evaluate("window.stays") == "here"


def test_who_declines_to_sign_in_finds_the_way_back(
    desk: Page, address: str, store: Store
) -> None:
    sign_in(desk, address, "planner", "/plan")
    open_plan(desk, address, at=EAST, lang="zh")
    end_all_sessions(store)
    desk.locator("#finder").fill("幸福")
    dialog = desk.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#user")).to_contain_text("重新登录")
    desk.locator("#finder").fill("幸福路")
    desk.wait_for_timeout(500)
    expect(dialog).to_be_hidden()
    desk.locator("#user").click()
    dialog.locator("#login-password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("#user")).to_contain_text("Planner")


def test_a_page_one_may_not_open_says_so(desk: Page, address: str) -> None:
    sign_in(desk, address, "planner", "/plan")
    expect(desk.locator('.rail [data-section="admin"]')).to_be_hidden()
    answer = desk.goto(f"{address}/admin")
    assert answer is not None
    assert answer.status == 403
    expect(desk.locator("h1")).to_have_text("没有权限打开此页")
    expect(desk.locator("dl")).to_contain_text("规划员")
    assert serious_findings(desk, vendored_for_tests("axe-core@*/axe.min.js")) == []
    desk.get_by_role("link", name="回到规划").click()
    desk.wait_for_url(f"{address}/plan*")


def test_other_devices_are_signed_out(
    desk: Page, address: str, context: BrowserContext
) -> None:
    with another_browser(context) as other:
        sign_in(other, address, "planner")
        sign_in(desk, address, "planner")
        desk.locator("#end-others").click()
        expect(desk.locator(".toast")).to_be_visible()
        assert other.request.get(f"{address}/api/v1/session").status == 401
        assert desk.request.get(f"{address}/api/v1/session").status == 200


def test_a_token_is_shown_once_works_and_is_revoked(desk: Page, address: str) -> None:
    sign_in(desk, address, "planner")
    part = desk.locator("section", has=desk.locator("#tokens-title"))
    part.get_by_role("button", name="新建令牌").click()
    part.get_by_label("用途").fill("规划室 QGIS")
    part.get_by_role("button", name="生成令牌").click()
    token = desk.locator(".ask .once").inner_text()
    assert token.startswith("wg_")
    desk.get_by_role("button", name="已记下").click()
    expect(part.locator(".lines")).to_contain_text("规划室 QGIS")
    assert token not in desk.content()
    headers = {"Authorization": f"Bearer {token}", "Cookie": ""}
    asked = f"{address}/ogc/collections/grids/items?limit=1"
    assert desk.request.get(asked, headers=headers).status == 200
    part.get_by_role("button", name="撤销").click()
    desk.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(part).to_contain_text("还没有令牌")
    assert desk.request.get(asked, headers=headers).status == 401


def test_without_javascript_the_page_says_what_it_needs(
    address: str, context: BrowserContext
) -> None:
    with another_browser(context, java_script_enabled=False) as page:
        page.goto(f"{address}/login")
        expect(page.locator("noscript p")).to_be_visible()
        assert "需要 JavaScript" in page.content()
