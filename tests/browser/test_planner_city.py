"""The planner's map in a city of 30,008 grids and 1,000,000 buildings.

    scripts/test --full tests/browser/test_planner_city.py -s

prints the longest task of the page's main thread at every step, while the map is
dragged and while a planner paints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.versions.drafts import copy_plan
from tests.benchmarks.city import fill_city
from tests.browser.driving import LONG_TASKS, brush_steps, slow_steps, slow_twice
from tests.browser.editing import Draft, Planner, come_in
from tests.browser.planner import SIZES, SKIP_TOUR
from tests.browser.serving import serving
from tests.postgis import throw_away

pytestmark = [pytest.mark.postgis, pytest.mark.full]

GRIDS, BUILDINGS = 30_000, 1_000_000


@pytest.fixture(scope="module")
def city(template: Store) -> Iterator[Draft]:
    """A server of the city, with a draft of the community that has the most grids."""
    with throw_away(template, "city", template=template.name) as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        made = fill_city(engine, grids=GRIDS, buildings=BUILDINGS)
        assert made.grids >= GRIDS
        assert made.buildings >= BUILDINGS
        query = """
            select p.id, p.community from plan p join grid g on g.plan = p.id
            where p.status = 'published'
            group by p.id order by count(*) desc, p.community limit 1
        """
        with engine.begin() as connection:
            plan, community = connection.execute(text(query)).one()
            draft = copy_plan(connection, plan, name="测速", actor="测速")
        engine.dispose()
        with serving(store) as address:
            yield Draft(address, draft, community, store)


@pytest.mark.parametrize(("place", "levels"), [("city", 9), ("community", 4)])
def test_no_step_through_the_city_holds_up_the_page(
    browser: Browser, city: Draft, place: str, levels: int
) -> None:
    at = city.community if place == "community" else ""
    assert slow_steps(browser, city.address, levels=levels, at=at) == {}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_stroke_in_the_city_holds_up_the_page(
    browser: Browser,
    browser_context_args: dict[str, Any],
    city: Draft,
    size: tuple[int, int],
) -> None:
    viewport = {"width": size[0], "height": size[1]}

    def paint() -> dict[str, float]:
        context = browser.new_context(**{**browser_context_args, "viewport": viewport})
        context.add_init_script(SKIP_TOUR)
        come_in(context, city, "planner", city.community[:9])
        page = context.new_page()
        page.add_init_script(LONG_TASKS)
        planner = Planner(page, city)
        planner.open()
        try:
            return brush_steps(planner)
        finally:
            context.close()

    assert slow_twice(paint) == {}
