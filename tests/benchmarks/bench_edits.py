"""Server time of edits of a plan in a city: round trips of a planner's day.

Run `wangge bench edits`, which is `python -m tests.benchmarks.bench_edits`.

Measured as `bench_tiles` does: from the request to the last byte of the answer,
without a socket, on the clock and of processors, ours and PostgreSQL's. The planner's
role reaches one street, so that row security is at work. What is painted, drawn and
split is made up at random; what the plan refuses is measured by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from api.main import create_app
from api.server import settle
from api.settings import Settings
from data.editing import find_state, read_head
from data.editing.cache import GROUNDS, STATES
from data.versions.drafts import copy_plan
from tests.api.editing.chance import Chance
from tests.api.signing import token_for
from tests.benchmarks.bench_tiles import Bench, backends_of, city, web_settings

PLANS = 6
MEDIAN_MS, P95_MS = 10.0, 50.0
MIX = {
    "reassign": 50,
    "undo": 14,
    "redo": 6,
    "reshape_seam": 6,
    "split_by_line": 5,
    "give_building": 4,
    "merge_grids": 3,
    "split_grid": 3,
    "draw_grid": 2,
    "change_type": 2,
    "rename": 2,
    "lock": 2,
    "unlock": 1,
}
"""Share of each operation in a planner's day, in per cent."""
SLOW = ("renumber", "redraw_around_locks", "repartition_after_counts")
"""Operations that change the whole plan; asked for a few times, told beside."""


@dataclass
class Table:
    """Milliseconds on the clock and of processors, by what was done."""

    rows: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def line(self, name: str, found: list[tuple[float, float]]) -> str:
        """Return the line of one kind."""
        clock, cpu = np.array(found).T
        numbers = [f(v) for v in (clock, cpu) for f in (np.median, _p95, np.max)]
        columns = " ".join(f"{n:7.1f}" for n in numbers)
        return f"{name:26} {len(found):5} {columns}"

    def text(self, mix: list[tuple[float, float]]) -> str:
        """Return all lines and the goals."""
        head = f"{'':26} {'n':>5} {'clock':>7} {'p95':>7} {'most':>7}"
        lines = [f"{head} {'cpu':>7} {'p95':>7} {'most':>7}  ms"]
        lines += [self.line(name, found) for name, found in self.rows.items()]
        lines.append(self.line("the mix", mix))
        clock = np.array(mix)[:, 0]
        for what, value, goal in (
            ("median", float(np.median(clock)), MEDIAN_MS),
            ("p95", _p95(clock), P95_MS),
        ):
            verdict = "met" if value <= goal else f"missed by {value / goal - 1:.0%}"
            lines.append(f"goal: {what} at most {goal:g} ms: {value:.1f} ms: {verdict}")
        return "\n".join(lines)


def _p95(values: np.ndarray) -> float:
    return float(np.percentile(values, 95))


class Hand:
    """A planner at work on one plan, in one process with the application."""

    def __init__(self, bench: Bench, owner: Engine, plan: int, seed: int) -> None:
        self.bench, self.owner, self.plan = bench, owner, plan
        state = self.state()
        self.tag = state.head.row_version
        self.chance = Chance(state.draft, state.ground.codes, seed)

    def state(self) -> Any:
        """Return the plan as it is."""
        with self.owner.connect() as connection:
            return find_state(connection, read_head(connection, self.plan))

    def body(self, operation: str) -> dict[str, Any]:
        """Return an edit of this kind at random."""
        self.chance.draft = self.state().draft
        while True:
            made = self.chance.edit()
            if made["operation"] == operation:
                return made

    async def do(self, operation: str) -> tuple[int, float, float]:
        """Do or try an edit; return the status, the clock and the processors."""
        if operation in ("undo", "redo"):
            path, sent = operation, b""
        else:
            path, sent = "edits", json.dumps(self.body(operation)).encode()
        address = f"/api/v1/plans/{self.plan}/{path}"
        tag = f'"{self.plan}-{self.tag}"'
        status, etag, clock, cpu = await post(self.bench, address, sent, tag)
        if status == 201:
            self.tag = int(etag.strip('"').partition("-")[2])
        return status, clock, cpu


async def post(
    bench: Bench, path: str, body: bytes, tag: str
) -> tuple[int, str, float, float]:
    """Post a body; return the status, the new ETag, and the milliseconds."""
    status, etag = 0, ""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, etag
        if message["type"] == "http.response.start":
            status = message["status"]
            etag = dict(message["headers"]).get(b"etag", b"").decode()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"accept-encoding", b"gzip"),
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {bench.token}".encode()),
            (b"if-match", tag.encode()),
        ],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    spent, began = bench.cpu_ms(), time.perf_counter()
    await bench.app(scope, receive, send)  # type: ignore[arg-type]
    clock = (time.perf_counter() - began) * 1000
    return status, etag, clock, bench.cpu_ms() - spent


async def measure(
    app: FastAPI, owner: Engine, plans: list[int], token: str, edits: int
) -> str:
    """Return the table of a planner's day on some plans."""
    table, mix = Table(), list[tuple[float, float]]()
    rng = np.random.default_rng(5)
    names, shares = list(MIX), np.array(list(MIX.values())) / sum(MIX.values())
    async with app.router.lifespan_context(app):
        bench = Bench(app, (), token)
        hands = [Hand(bench, owner, plan, plan) for plan in plans]
        await hands[0].do("rename")
        bench = Bench(app, backends_of(app), token)
        settle()
        for hand in hands:
            hand.bench = bench
            for _ in range(2):  # statements of the first edits are made ready
                await hand.do("reassign")
        while len(mix) < edits:
            hand = hands[len(mix) % len(hands)]
            name = str(rng.choice(names, p=shares))
            status, clock, cpu = await hand.do(name)
            if status == 201:
                mix.append((clock, cpu))
                table.rows[name].append((clock, cpu))
            else:
                assert status in {409, 422, 423}, status
                table.rows["refused"].append((clock, cpu))
        for name in SLOW:
            for hand in hands:
                status, clock, cpu = await hand.do(name)
                if status == 201:
                    table.rows[f"({name})"].append((clock, cpu))
        for hand in hands:
            STATES.clear()
            GROUNDS.clear()
            status, clock, cpu = await hand.do("undo")
            table.rows["(undo, nothing remembered)"].append((clock, cpu))
    return table.text(mix)


def drafts_of(connection: Connection, street: str) -> list[int]:
    """Copy the plans of the largest communities of a street to drafts."""
    found = connection.scalars(
        text(
            """
            select p.id from plan p join plan_cell k on k.plan = p.id
            where p.community like :street || '%' and p.status = 'published'
            group by p.id order by count(*) desc, p.id limit :many
            """
        ),
        {"street": street, "many": PLANS},
    ).all()
    return [copy_plan(connection, p, name="测速", actor="测速") for p in found]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="a filled city, postgresql+psycopg://…")
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--edits", type=int, default=600)
    asked = parser.parse_args()
    with city(asked.database, grids=asked.grids, buildings=asked.buildings) as url:
        owner = create_engine(url)
        with owner.begin() as connection:
            street = connection.scalar(
                text("select max(code) from division where level = 'street'")
            )
            plans = drafts_of(connection, str(street))
            cells = connection.scalar(
                text("select count(*) from plan_cell where plan = any(:plans)"),
                {"plans": plans},
            )
        token = token_for(
            create_engine(url, poolclass=NullPool), "planner", str(street)
        )
        app = create_app(Settings(store=web_settings(url)))
        lines = asyncio.run(measure(app, owner, plans, token, asked.edits))
        owner.dispose()
    about = f"{len(plans)} plans of {cells} cells together"
    load = os.getloadavg()[0]
    print(f"{about}\n{lines}\nload of the machine: {load:.1f}")  # noqa: T201


if __name__ == "__main__":
    main()
