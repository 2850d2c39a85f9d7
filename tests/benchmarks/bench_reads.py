"""Server time of the questions a page asks, and of search, in a city.

    python -m tests.benchmarks.bench_reads [--database URL]

Measured as `bench_tiles` does: from the request to the last byte, without a socket, on
the clock and of processors. Search is asked what people type, rare words and words
that every building has.
"""

from __future__ import annotations

import argparse
import asyncio
import os

import numpy as np
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from data.queries.search import index_names
from tests.api.signing import token_for
from tests.benchmarks.bench_tiles import (
    Bench,
    backends_of,
    city,
    fetch,
    web_settings,
)

ROUNDS = 20
GRIDS_MS = 10.0
SEARCH_P95_MS = 50.0
TYPED = (
    *("银山路", "花园", "新元花园", "号楼", "3号楼", "12号3号楼", "路", "小学", "xy"),
    *("yslu", "ysl", "xyhy", "yinshan", "cq", "a", "12", "银山路 3号楼", "没有的"),
    *("大门摄像机", "社区", "第001网格", "370115001", "37011500100100001"),
)


def questions(url: str) -> dict[str, list[str]]:
    """Return addresses to ask for, by what they are, all over the city."""
    query = """
        select p.id, p.community, st_xmin(d.geom) as west, st_ymin(d.geom) as south,
               st_xmax(d.geom) as east, st_ymax(d.geom) as north
        from plan p join division d on d.code = p.community
        where p.effective_to is null and p.effective_from is not null
        order by md5(p.community) limit :many
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text(query), {"many": ROUNDS}).all()
    api = "/api/v1"
    boxes = [f"{r.west:.6f},{r.south:.6f},{r.east:.6f},{r.north:.6f}" for r in found]
    made = {
        f"plan's {part}": [f"{api}/plans/{r.id}/{part}?limit=1000" for r in found]
        for part in ("grids", "cells", "seams", "buildings")
    }
    made["plan"] = [f"{api}/plans/{r.id}" for r in found]
    made["community"] = [f"{api}/divisions/{r.community}" for r in found]
    made["street"] = [f"{api}/divisions/{r.community[:9]}" for r in found]
    made["district"] = [f"{api}/divisions/{r.community[:6]}" for r in found]
    made["grids of a box"] = [f"{api}/grids?bbox={box}" for box in boxes]
    made["first grids of a district"] = [
        f"{api}/grids?under={r.community[:6]}" for r in found
    ]
    for noun in ("buildings", "streets", "devices"):
        made[f"{noun} of a community"] = [
            f"{api}/{noun}?under={r.community}" for r in found
        ]
        made[f"{noun} of a district"] = [
            f"{api}/{noun}?under={r.community[:6]}" for r in found
        ]
    made["search"] = [f"{api}/search?q={typed}" for typed in TYPED]
    return made


async def measure(app: FastAPI, asked: dict[str, list[str]], token: str) -> list[str]:
    """Return a line for each kind of question; a first round is not counted."""
    lines = [f"{'question':28} {'kB':>7} {'clock':>7} {'p95':>7} {'cpu':>7} {'p95':>7}"]
    p95: dict[str, float] = {}
    async with app.router.lifespan_context(app):
        await fetch(Bench(app, (), token), "/api/v1/divisions")
        bench = Bench(app, backends_of(app), token)
        for name, addresses in asked.items():
            for address in addresses:
                await fetch(bench, address)
            found = np.array([await fetch(bench, address) for address in addresses])
            clock, cpu, size = found.T
            p95[name] = float(np.percentile(cpu, 95))
            numbers = (
                *(np.median(size) / 1000, np.median(clock), np.percentile(clock, 95)),
                *(np.median(cpu), p95[name]),
            )
            lines.append(f"{name:28} " + " ".join(f"{n:7.1f}" for n in numbers))
    for name, goal in (("plan's grids", GRIDS_MS), ("search", SEARCH_P95_MS)):
        verdict = "met" if p95[name] <= goal else "missed"
        lines.append(f"goal: {name}, p95 of processors at most {goal:g} ms: {verdict}")
    return lines


def index_city(url: str) -> int:
    """Make the search entries of every division; takes minutes."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        codes = connection.scalars(text("select code from division order by code"))
        made = sum(index_names(connection, code) for code in codes.all())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze search_entry"))
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="a filled city, postgresql+psycopg://…")
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    asked = parser.parse_args()
    with city(asked.database, grids=asked.grids, buildings=asked.buildings) as url:
        print("search entries", index_city(url))  # noqa: T201
        app = create_app(Settings(store=web_settings(url)))
        token = token_for(create_engine(url, poolclass=NullPool), "administrator")
        lines = asyncio.run(measure(app, questions(url), token))
    load = os.getloadavg()[0]
    print("\n".join([*lines, f"load of the machine: {load:.1f}"]))  # noqa: T201


if __name__ == "__main__":
    main()
