"""The city of the benchmarks is one the guards would let be."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from tests.benchmarks.city import City, fill_city
from tests.postgis import throw_away

pytestmark = [pytest.mark.postgis, pytest.mark.full]

BROKEN = {
    "a community out of its street": """
        select count(*) from division c join division s on s.code = c.parent
        where c.level = 'community' and not st_coveredby(st_pointonsurface(c.geom),
              s.geom)""",
    "a path that a trigger would write otherwise": """
        select count(*) from division c join division p on p.code = c.parent
        where c.path <> p.path || c.code || '/'""",
    "a cell without a grid": """
        select count(*) from cell c left join plan_cell k
        on (k.cell_set, k.cell) = (c.cell_set, c.number) where k.cell is null""",
    "households that are not those of the cells": """
        select count(*) from grid g where g.households <> (
            select sum(c.households) from plan_cell k
            join cell c on (c.cell_set, c.number) = (k.cell_set, k.cell)
            where (k.plan, k.grid) = (g.plan, g.code))""",
    "a building far from its community": """
        select count(*) from building b join division d on d.code = b.community
        where st_distance(b.geom, d.geom) > 0.0002""",
}


def test_a_small_city_is_whole(template: Store) -> None:
    with throw_away(template, "of_a_city", template=template.name) as made:
        engine = create_engine(made.url(), poolclass=NullPool)
        city = fill_city(engine, grids=700, buildings=15_000)
        assert city == City(towns=3, grids=744, buildings=15_000)
        with engine.connect() as connection:
            for fault, query in BROKEN.items():
                assert connection.scalar(text(query)) == 0, fault
            # The guards are awake again, and new rows get new numbers.
            connection.execute(text("insert into cell_set (community, name, digest, "
                "metric_crs, geom) select community, name, digest, metric_crs, geom "
                "from cell_set limit 1"))  # fmt: skip
            asleep = "select count(*) from pg_trigger where tgenabled = 'D'"
            assert connection.scalar(text(asleep)) == 0
        engine.dispose()
