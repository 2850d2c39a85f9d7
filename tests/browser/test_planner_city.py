"""The planner's map in a city of 30,008 grids and 1,000,000 buildings.

    scripts/test --full tests/browser/test_planner_city.py -s

prints the longest task of the page's main thread at every step.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from tests.benchmarks.city import fill_city
from tests.browser.driving import slow_steps
from tests.browser.serving import serving
from tests.postgis import throw_away

pytestmark = [pytest.mark.postgis, pytest.mark.full]

GRIDS, BUILDINGS = 30_000, 1_000_000


@pytest.fixture(scope="module")
def city(template: Store) -> Iterator[tuple[str, str]]:
    """A server of the city, and the code of the community with the most grids."""
    with throw_away(template, "city", template=template.name) as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        made = fill_city(engine, grids=GRIDS, buildings=BUILDINGS)
        assert made.grids >= GRIDS
        assert made.buildings >= BUILDINGS
        query = """
            select left(code, 12) from grid group by 1 order by count(*) desc, 1 limit 1
        """
        with engine.connect() as connection:
            largest = str(connection.scalar(text(query)))
        engine.dispose()
        with serving(store) as address:
            yield address, largest


@pytest.mark.parametrize(("place", "levels"), [("city", 9), ("community", 4)])
def test_no_step_through_the_city_holds_up_the_page(
    browser: Browser, city: tuple[str, str], place: str, levels: int
) -> None:
    address, largest = city
    at = largest if place == "community" else ""
    assert slow_steps(browser, address, levels=levels, at=at) == {}
