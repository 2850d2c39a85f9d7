"""Server time of vector tiles, zoom by zoom, in a city.

Run `wangge bench tiles`, which is `python -m tests.benchmarks.bench_tiles`.

The time is that of the whole application from the request to the last byte of the
answer, without a socket: routing, snapshot, SQL, gzip. PostgreSQL has its pages in
memory, as a first round that is not counted asked for the same tiles. Beside the time
on the clock stands the time of the processors, ours and PostgreSQL's, which hangs less
on what else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.settings import Settings
from api.tile_cache import TileCache
from data.cluster import OWNER, WEB
from data.settings import StoreSettings
from tests.api.signing import token_for
from tests.benchmarks.city import fill_city
from tests.benchmarks.throw_away import throw_away_store
from tests.tiles import tile_at

TILES = 60
ZOOMS = {"plans": range(6, 17), "base": range(10, 17), "places": range(11, 16)}
GOALS_MS = {("plans", 12): 12.0, ("base", 14): 35.0}
"""Uncached medians of the trial in notes/web.md: 30,000 grids, 1,000,000 buildings."""
CACHED_MS = 3.0


@dataclass(frozen=True, slots=True)
class Times:
    """Median and 95th percentile in milliseconds, on the clock and of processors."""

    clock: float
    clock_p95: float
    cpu: float
    cpu_p95: float


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of a tileset at a zoom."""

    tileset: str
    zoom: int
    tiles: int
    kilobytes: float
    uncached: Times
    cached: Times


@dataclass(frozen=True, slots=True)
class Bench:
    """An application and the servers of PostgreSQL that work for it."""

    app: FastAPI
    backends: tuple[int, ...]
    token: str = ""

    def cpu_ms(self) -> float:
        """Return the milliseconds of processors spent so far."""
        spent = sum(
            int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
            for pid in self.backends
        )
        return time.process_time() * 1000 + spent / 1e6


async def fetch(bench: Bench, address: str) -> tuple[float, float, int]:
    """Return the milliseconds an answer took, those of processors, and its bytes."""
    path, _, query = address.partition("?")
    size = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        nonlocal size
        if message["type"] == "http.response.start":
            assert message["status"] in (200, 204), message
        body = message.get("body", b"")
        assert isinstance(body, bytes)
        size += len(body)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": quote(query, safe="=&,").encode(),
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"accept-encoding", b"gzip"),
            (b"authorization", f"Bearer {bench.token}".encode()),
        ],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    spent, began = bench.cpu_ms(), time.perf_counter()
    await bench.app(scope, receive, send)  # type: ignore[arg-type]
    clock = (time.perf_counter() - began) * 1000
    return clock, bench.cpu_ms() - spent, size


async def measure(bench: Bench, tileset: str, zoom: int, paths: list[str]) -> Row:
    """Return the times of tiles that are asked for anew, and again."""
    for path in paths:
        await fetch(bench, path)
    bench.app.state.tiles = TileCache()
    fresh = np.array([await fetch(bench, path) for path in paths])
    # Where a zoom has few tiles, they are asked for again until there are as many.
    turns = -(-TILES // len(paths))
    again = np.array([await fetch(bench, path) for path in paths * turns])
    assert (np.tile(fresh[:, 2], turns) == again[:, 2]).all()
    kilobytes = float(np.median(fresh[:, 2]) / 1000)
    return Row(tileset, zoom, len(paths), kilobytes, _times(fresh), _times(again))


def _times(found: np.ndarray) -> Times:
    clock, cpu = found[:, 0], found[:, 1]
    numbers = (np.median(clock), np.percentile(clock, 95))
    return Times(*map(float, (*numbers, np.median(cpu), np.percentile(cpu, 95))))


async def measure_all(app: FastAPI, places: np.ndarray, token: str) -> list[Row]:
    """Return a row for each tileset and zoom, of tiles around the places."""
    rows = []
    async with app.router.lifespan_context(app):
        await fetch(Bench(app, (), token), "/api/v1/tiles/base.json")
        bench = Bench(app, backends_of(app), token)
        for tileset, zooms in ZOOMS.items():
            for zoom in zooms:
                found = {tile_at(lon, lat, zoom) for lon, lat in places}
                paths = [
                    f"/api/v1/tiles/{tileset}/{tile.zoom}/{tile.x}/{tile.y}.mvt"
                    for tile in sorted(found, key=lambda tile: (tile.x, tile.y))
                ]
                rows.append(await measure(bench, tileset, zoom, paths[:TILES]))
    return rows


def backends_of(app: FastAPI) -> tuple[int, ...]:
    """Return the processes that serve the pool of the application, if they are here."""
    with app.state.engine.connect() as connection:
        pid = connection.scalar(text("select pg_backend_pid()"))
    assert app.state.engine.pool.checkedin() == 1  # requests come one by one
    return (pid,) if Path(f"/proc/{pid}/schedstat").exists() else ()


def to_table(rows: list[Row]) -> str:
    """Return the rows and the goals as text."""
    lines = [
        "                          uncached ms                cached ms",
        "tileset zoom tiles   kB   clock   p95   cpu   p95   clock   p95   cpu   p95",
    ]
    lines += [
        f"{row.tileset:7} {row.zoom:4} {row.tiles:5} {row.kilobytes:5.1f} "
        f"{_columns(row.uncached)}  {_columns(row.cached)}"
        for row in rows
    ]
    for (tileset, zoom), goal in GOALS_MS.items():
        found = next(r.uncached for r in rows if (r.tileset, r.zoom) == (tileset, zoom))
        lines.append(_goal(f"{tileset} z{zoom} uncached", found.clock, found.cpu, goal))
    clock = max(row.cached.clock for row in rows)
    cpu = max(row.cached.cpu for row in rows)
    lines.append(_goal("slowest cached median", clock, cpu, CACHED_MS))
    return "\n".join(lines)


def _columns(times: Times) -> str:
    return " ".join(f"{value:5.1f}" for value in astuple(times))


def _goal(what: str, clock: float, cpu: float, goal: float) -> str:
    found = f"clock {clock:.1f} ms, cpu {cpu:.1f} ms"
    verdict = "met" if clock <= goal else f"missed by {clock / goal - 1:.0%}"
    return f"goal: {what} at most {goal:g} ms: {found}: {verdict}"


@contextmanager
def city(url: str | None, *, grids: int, buildings: int) -> Iterator[str]:
    """Give the address of a city: one that is there, or one made for this."""
    if url is not None:
        yield url
        return
    with throw_away_store() as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        print(fill_city(engine, grids=grids, buildings=buildings))  # noqa: T201
        yield store.url().render_as_string(hide_password=False)


def web_settings(url: str) -> StoreSettings:
    """Return settings that work as the web role, which row security binds."""
    address = make_url(url)
    if address.username == OWNER:
        address = address.set(username=WEB)
    text_of = address.render_as_string(hide_password=False)
    return StoreSettings.model_validate({"database_url": text_of})


def sample(url: str) -> np.ndarray:
    """Return points in grids all over the city, the same at each run."""
    query = """
        select st_x(p), st_y(p) from (
            select st_pointonsurface(geom) p from grid
            order by md5(plan || code) limit :many) g
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text(query), {"many": TILES * 4}).all()
    return np.array([tuple(row) for row in found], dtype=float)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="a filled city, postgresql+psycopg://…")
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", dest="as_json")
    asked = parser.parse_args()
    with city(asked.database, grids=asked.grids, buildings=asked.buildings) as url:
        app = create_app(Settings(store=web_settings(url)))
        token = token_for(create_engine(url, poolclass=NullPool), "administrator")
        rows = asyncio.run(measure_all(app, sample(url), token))
    if asked.as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))  # noqa: T201
    else:
        load = math.fsum(os.getloadavg()[:1])
        print(f"{to_table(rows)}\nload of the machine: {load:.1f}")  # noqa: T201


if __name__ == "__main__":
    main()
