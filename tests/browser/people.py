"""People for the tests that sign in: made by the owner, as a command would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.accounts.people import add_account, give_role
from data.accounts.roles import Role
from data.accounts.sessions import open_session
from data.cluster import Store
from tests.api.signing import at_the_door

__all__ = [
    "PASSWORD",
    "add_person",
    "another_browser",
    "bring",
    "end_all_sessions",
    "fill_in",
    "sign_in",
]

PASSWORD = "seven swans over the ford"


def add_person(
    store: Store,
    name: str,
    role: Role | None,
    *,
    division: str = "",
    must_change: bool = False,
) -> int:
    """Make an account that signs in with `PASSWORD`."""
    engine = create_engine(store.url(), poolclass=NullPool)
    with engine.begin() as door:
        account = add_account(
            door,
            name,
            display=name.title(),
            password=PASSWORD,
            must_change=must_change,
        )
        if role is not None:
            give_role(door, account, role, division)
    engine.dispose()
    return account


def end_all_sessions(store: Store) -> None:
    """Do what two idle hours do."""
    engine = create_engine(store.url(), poolclass=NullPool)
    with engine.begin() as door:
        door.execute(text("delete from web_session"))
    engine.dispose()


@contextmanager
def another_browser(context: BrowserContext, **options: Any) -> Iterator[Page]:
    """Give a page that shares no cookie with `context`."""
    assert context.browser is not None
    elsewhere = context.browser.new_context(**options)
    try:
        yield elsewhere.new_page()
    finally:
        elsewhere.close()


def fill_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the first step of the log-in page and send it."""
    page.locator("#login-name").fill(name)
    page.locator("#login-password").fill(password)
    page.locator("#login-password").press("Enter")


def bring(context: BrowserContext, store: Store, address: str, name: str) -> None:
    """Give a browser a session of somebody, for tests that are not about coming in."""
    with at_the_door(store) as opened:
        query = text("select id from account where name = :name")
        made = open_session(opened, opened.execute(query, {"name": name}).scalar_one())
    context.add_cookies(
        [
            {"name": "wangge_session", "value": made.cookie, "url": address},
            {"name": "wangge_csrf", "value": made.csrf, "url": address},
        ]
    )


def sign_in(page: Page, address: str, name: str, then: str = "/account") -> None:
    """Sign in by the page, as a person does, and arrive somewhere."""
    page.goto(f"{address}/login?next={then}")
    page.wait_for_selector("html.ready")
    fill_in(page, name)
    page.wait_for_url(f"{address}{then}*")
    page.wait_for_selector("html.ready")
    expect(page.locator("#user")).to_be_visible()
