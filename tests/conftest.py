"""Fixtures and settings every test shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgis"]

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

# Timings of a busy machine must not decide whether a property holds, so no
# profile has a deadline. `ci` draws the same examples on every run.
settings.register_profile(
    "dev", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True)
settings.register_profile("full", settings.get_profile("ci"), max_examples=500)
settings.load_profile(os.environ.get("WANGGE_HYPOTHESIS", "ci"))

QUICK = (ROOT / "gis", ROOT / "tests" / "gis", ROOT / "tests" / "maps")
"""Folders whose files take seconds, having no database to fill and no page to open."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put quick files last, so that two processes end together.

    The others come by name, not by folder: two browsers at once slow each other down.
    """

    def place(item: pytest.Item) -> tuple[bool, str, str]:
        is_quick = any(item.path.is_relative_to(folder) for folder in QUICK)
        return is_quick, item.path.name, str(item.path)

    items.sort(key=place)


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real extracts beside the project; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real extracts here: the folder ../shared/data is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """OpenStreetMap extract of Helsinki that `scripts/setup` takes out of a wheel."""
    extract = ROOT / ".wangge" / "extracts" / "Helsinki.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"no Helsinki extract at {extract}: run scripts/setup first")
    return extract


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; skips where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no Chromium here: run scripts/setup, or apt-get install chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: Mapping[str, Any], chromium: str
) -> dict[str, Any]:
    """Drive the system's Chromium, closed to the world outside this machine."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
