"""Browser tests: pages are opened from disk in Chromium that reaches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from gis.certificate import certify_layers
from maps.sheet import plan_sheet
from tests.browser.keeping import Lend, kept_contexts, lend
from tests.maps.plan_fixture import PlanParts, made_plan

__all__ = ["kept_contexts", "lend"]

# pytest-playwright 0.10 still declares its fixtures as methods of a class.
PLUGIN_IS_OLD = (
    "ignore:(Session|Class)-scoped fixtures defined as instance methods"
    ":pytest.PytestRemovedIn10Warning"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings(PLUGIN_IS_OLD))


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: Mapping[str, Any],
) -> dict[str, Any]:
    """Close every host but this machine, also to workers and to the browser itself."""
    rules = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"
    known = list(browser_type_launch_args.get("args", []))
    return {
        **browser_type_launch_args,
        "args": [*known, "--disable-dev-shm-usage", f"--host-resolver-rules={rules}"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 720},
        "reduced_motion": "reduce",
    }


@pytest.fixture
def context(lend: Lend, browser_context_args: dict[str, Any]) -> BrowserContext:
    """The context of the test's page."""
    return lend(**browser_context_args)


@dataclass
class Watch:
    """What a page did that it should not."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def overlook_refusals(self) -> None:
        """Drop what the browser itself writes of every refusal, 401 and 403 too."""
        told = "Failed to load resource"
        self.errors = [each for each in self.errors if told not in each]

    @property
    def is_clean(self) -> bool:
        return not (self.requests or self.errors or self.dialogs)


@pytest.fixture
def watch(context: BrowserContext, page: Page) -> Iterator[Watch]:
    """Record outside requests, console errors and dialogs of the page."""
    seen = Watch()

    def on_request(request: Request) -> None:
        local = ("file:", "data:", "blob:", "http://127.0.0.1:")
        if not request.url.startswith(local):
            seen.requests.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        # Drawing by software, the driver tells how slow that is.
        if message.type in {"error", "warning"} and "GL Driver" not in message.text:
            seen.errors.append(message.text)

    context.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))

    def on_dialog(dialog: Any) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    yield seen
    context.remove_listener("request", on_request)


SheetFile = Callable[..., str]


def _write(folder: Path, parts: PlanParts | None = None, **options: Any) -> str:
    """Write a sheet to disk and return its file:// address."""
    parts = parts or made_plan()
    if "certificate" not in options:
        proof = certify_layers(parts.layers, low=300, high=500)
        options["certificate"] = proof.to_dict()
    given = {
        "title": "济阳街道网格划分方案",
        "made_up": True,
        "attribution": "虚构数据",
    }
    html = plan_sheet(
        parts.layers,
        streets=parts.streets,
        footprints=parts.footprints,
        **{**given, **options},
    )
    file = folder / "sheet.html"
    file.write_text(html, encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def sheet_file(tmp_path: Path) -> SheetFile:
    """Return what writes the sheet of a plan and gives its address."""
    return partial(_write, tmp_path)


@pytest.fixture(scope="session")
def plain_sheet(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sheet of the small made-up plan, written once."""
    return _write(tmp_path_factory.mktemp("sheet"))


@pytest.fixture
def sheet(page: Page, plain_sheet: str, watch: Watch) -> Iterator[Page]:
    """The sheet of the small made-up plan; whatever a test does, it stays clean."""
    page.goto(plain_sheet)
    page.wait_for_selector("html.ready")
    yield page
    assert watch.is_clean, watch
