"""A made-up town of a few communities, drawn and put into the record as drafts."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, text

from data.drawing import draw
from data.queries.plans import import_plans
from data.readers import read_sources
from data.registers import import_registers
from data.synthetic import division_names, made_up_town
from data.writers import write_layers

__all__ = ["drafted_town"]


@lru_cache
def _files(communities: int) -> tuple[Path, Path]:
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    source, plan = folder / "town.gpkg", folder / "plan.gpkg"
    tables = made_up_town(seed=3, communities=communities).tables()
    write_layers(source, tables, {"made_up": True, "seed": 3})
    draw([source], out=plan, seed=3, workers=1)
    return source, plan


def drafted_town(engine: Engine, *, communities: int = 2) -> list[int]:
    """Fill the register and the drafts; return the numbers of the plans.

    `engine` is the owner's. The larger community comes first.
    """
    source, plan = _files(communities)
    reading = read_sources([source])
    names = division_names(reading.layers.communities["code"])
    for _ in import_registers(engine, reading, replace=True, names=names):
        pass
    made = [done.plan for done in import_plans(engine, plan)]
    query = text(
        "select plan from grid where plan = any(:plans) group by plan "
        "order by count(*) desc, plan"
    )
    with engine.connect() as connection:
        return list(connection.scalars(query, {"plans": made}))
