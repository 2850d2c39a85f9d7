"""Browser libraries that only tests use, as scripts/vendor_assets.py fetched them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page

__all__ = ["syntax_faults", "vendored_for_tests"]

TEST_VENDOR = Path(__file__).resolve().parents[2] / "build" / "test-vendor"


def vendored_for_tests(pattern: str) -> str:
    """Return the text of a library; skips the test where it was not fetched."""
    found = sorted(TEST_VENDOR.glob(pattern))
    if not found:
        pytest.skip(f"{pattern} is not in {TEST_VENDOR}: run scripts/vendor_assets.py")
    return found[-1].read_text(encoding="utf-8")


PARSE = """([code, ecmaVersion, sourceType]) => {
  try {
    acorn.parse(code, {ecmaVersion, sourceType});
    return null;
  } catch (fault) {
    return fault.message;
  }
}"""


def syntax_faults(page: Page, files: Iterable[Path], year: int, kind: str) -> list[str]:
    """Return the scripts that are not syntax of a year, each with what is wrong.

    `kind` is script or module.
    """
    page.goto("about:blank")
    page.evaluate(vendored_for_tests("acorn@*/dist/acorn.js"))
    faults = {
        path.name: page.evaluate(PARSE, [path.read_text("utf-8"), year, kind])
        for path in files
    }
    return [f"{name}: {fault}" for name, fault in faults.items() if fault]
