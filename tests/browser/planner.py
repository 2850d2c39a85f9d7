"""The planner's page over a small town, for the tests that drive it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from tests.api.town import build_town

__all__ = [
    "SERIOUS",
    "SIZES",
    "SKIP_TOUR",
    "build_planned_town",
    "open_plan",
    "serious_findings",
]

SKIP_TOUR = "localStorage.setItem('wangge.planner.toured', 'true')"
SIZES = [(1280, 720), (1920, 1080)]
"""Windows every page must fit, in CSS pixels."""
SERIOUS = {"moderate", "serious", "critical"}


def build_planned_town(store: Store) -> None:
    """Write the town of the API's tests; the draft's grids lie below its band."""
    engine = create_engine(store.url(), poolclass=NullPool)
    with engine.begin() as connection:
        town = build_town(connection)
        connection.execute(
            text("update plan set low = 250 where id = :plan"), {"plan": town.draft}
        )
    engine.dispose()


def open_plan(page: Page, address: str, **query: str) -> None:
    """Open the page at a place and wait until everything is there."""
    page.goto(f"{address}/plan?{urlencode(query)}")
    page.wait_for_selector("html.ready")


def serious_findings(page: Page, axe: str) -> list[str]:
    """Return what axe-core finds at least moderately bad."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
    )
    return [
        f"{fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
