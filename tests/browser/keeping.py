"""Contexts a file keeps: what the first page loads, the others have by then.

A page of the application is more than a hundred files, which never change; a context of
its own has none of them and takes three times as long to open it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["Lend", "kept_contexts", "lend"]

Kept = dict[str, list[BrowserContext]]
Lend = Callable[..., BrowserContext]

_STORED = "cookies,local_storage,indexeddb,cache_storage,service_workers,websql"
"""All that a page may store; what it was sent stays."""


@pytest.fixture(scope="module")
def kept_contexts() -> Iterator[Kept]:
    """Contexts that no test of the file has at the moment, by their options."""
    kept: Kept = {}
    yield kept
    for alike in kept.values():
        for made in alike:
            made.close()


@pytest.fixture
def lend(browser: Browser, kept_contexts: Kept) -> Iterator[Lend]:
    """Return what gives a context of some options until the test ends.

    It has nothing of other tests but the files they loaded, and whoever it is `for_`
    gets none of somebody else's. Init scripts belong to pages, not to it.
    """
    with ExitStack() as lent:

        def take(for_: str = "", **options: Any) -> BrowserContext:
            free = kept_contexts.setdefault(f"{for_} {sorted(options.items())}", [])
            made = free.pop() if free else browser.new_context(**options)
            lent.callback(free.append, made)
            return lent.enter_context(_emptied(made))

        yield take


@contextmanager
def _emptied(context: BrowserContext) -> Iterator[BrowserContext]:
    """Give a context to one test; its pages and all they stored are gone afterwards."""
    pages: list[Page] = []

    def on_page(page: Page) -> None:
        pages.append(page)

    context.on("page", on_page)
    yield context
    context.remove_listener("page", on_page)
    for page in pages:
        page.close()
    context.set_offline(False)
    last = context.new_page()
    session = context.new_cdp_session(last)
    opened = [urlsplit(page.url) for page in pages]
    for origin in {f"{url.scheme}://{url.netloc}" for url in opened}:
        told = {"origin": origin, "storageTypes": _STORED}
        session.send("Storage.clearDataForOrigin", told)
    context.clear_cookies()
    context.clear_permissions()
    context.unroute_all()
    last.close()
