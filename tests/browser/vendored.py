"""Browser libraries that only tests use, as scripts/vendor_assets.py fetched them."""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["vendored_for_tests"]

TEST_VENDOR = Path(__file__).resolve().parents[2] / "build" / "test-vendor"


def vendored_for_tests(pattern: str) -> str:
    """Return the text of a library; skips the test where it was not fetched."""
    found = sorted(TEST_VENDOR.glob(pattern))
    if not found:
        pytest.skip(f"{pattern} is not in {TEST_VENDOR}: run scripts/vendor_assets.py")
    return found[-1].read_text(encoding="utf-8")
