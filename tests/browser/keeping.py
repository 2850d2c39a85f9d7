"""One context for the pages of a file: what the first loads, the others have by then.

A page of the application is more than a hundred files, which never change; a context of
its own has none of them and takes three times as long to open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

__all__ = ["emptied", "kept_context"]

_STORED = "cookies,local_storage,indexeddb,cache_storage,service_workers,websql"
"""All that a page may store; what it was sent stays."""


@pytest.fixture(scope="module")
def kept_context(
    browser: Browser, browser_context_args: Mapping[str, Any]
) -> Iterator[BrowserContext]:
    """A context for all tests of a file. Init scripts belong to pages, not to it."""
    made = browser.new_context(**browser_context_args)
    yield made
    made.close()


@contextmanager
def emptied(context: BrowserContext) -> Iterator[BrowserContext]:
    """Give a context to one test; its pages and all they stored are gone afterwards."""
    yield context
    opened = [page.url for page in context.pages]
    for page in context.pages:
        page.close()
    last = context.new_page()
    session = context.new_cdp_session(last)
    for origin in {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, opened)}:
        told = {"origin": origin, "storageTypes": _STORED}
        session.send("Storage.clearDataForOrigin", told)
    context.clear_cookies()
    context.clear_permissions()
    context.unroute_all()
    last.close()
