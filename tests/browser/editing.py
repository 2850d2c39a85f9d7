"""A planner at work on a draft: finds places, draws there, waits for answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, Request
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from tests.api.signing import session_for
from tests.browser.serving import serving
from tests.data.editing.ground import drafted_town
from tests.postgis import throw_away

__all__ = ["FINDERS", "Draft", "Planner", "come_in", "drafting", "undo_all"]

Spot = tuple[float, float]
Place = Sequence[float]

FINDERS = (Path(__file__).parent / "finders.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Draft:
    """A draft of a served town."""

    address: str
    plan: int
    community: str
    store: Store


@contextmanager
def drafting(template: Store, name: str) -> Iterator[Draft]:
    """Serve a made-up town with drafts; gives the larger one."""
    with throw_away(template, name, template=template.name) as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        plan = drafted_town(engine)[0]
        with engine.connect() as connection:
            query = text("select community from plan where id = :plan")
            community = str(connection.scalar(query, {"plan": plan}))
        engine.dispose()
        with serving(store) as address:
            yield Draft(address, plan, community, store)


def come_in(
    context: BrowserContext, draft: Draft, role: str, division: str = ""
) -> None:
    """Sign a browser in as somebody of its own, without the log-in page."""
    cookie, csrf = session_for(draft.store, role, division)
    context.add_cookies(
        [
            {"name": "wangge_session", "value": cookie, "url": draft.address},
            {"name": "wangge_csrf", "value": csrf, "url": draft.address},
        ]
    )


class Planner:
    """The page of one planner on one draft."""

    def __init__(self, page: Page, draft: Draft) -> None:
        self.page, self.address = page, draft.address
        self.plan, self.community = draft.plan, draft.community
        self.sent: list[Request] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        told = request.url.partition("?")
        stored = request.method == "POST" and "preview" not in told[2]
        if stored and told[0].rpartition("/")[2] in {"edits", "undo", "redo"}:
            self.sent.append(request)

    def open(self, *, lang: str = "zh-CN") -> None:
        """Open the draft and wait until it may be edited."""
        query = {"at": self.community, "plan": self.plan, "lang": lang}
        self.page.goto(f"{self.address}/plan?{urlencode(query)}")
        # Old browsers lack what Playwright's own waiting calls.
        self.until("() => document.documentElement.classList.contains('ready')")
        self.until("() => Wangge.desk.store.get('editing')")
        self.page.evaluate(FINDERS)

    def until(self, condition: str, seconds: float = 20.0) -> None:
        """Wait for something the page knows; asked from outside, as it forbids eval."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {condition}")
            self.page.wait_for_timeout(40)

    def ask(self, what: str, argument: Any = None) -> Any:
        """Return what a finder in the page says, e.g. `find.pair()`."""
        return self.page.evaluate(f"(argument) => {what}", argument)

    def saved(self, number: int) -> None:
        """Wait until so many edits were answered, and nothing is on its way."""
        session = "Wangge.desk.bench.session"
        self.until(f"() => {session}.outbox.isEmpty && !{session}.mustWait")
        assert len(self.sent) == number, [r.post_data for r in self.sent]

    def choose(self, code: str) -> None:
        """Choose a grid in the list."""
        self.page.evaluate(
            "code => Wangge.desk.choose(find.model().byCode.get(code), {stay: true})",
            code,
        )

    def fit(self, code: str | None = None) -> None:
        """Look at a grid, or at the whole community."""
        self.page.evaluate(
            "code => code ? Wangge.desk.stage.fitGrid(find.model().byCode.get(code))"
            " : Wangge.desk.stage.fitAll(false)",
            code,
        )
        self.page.wait_for_timeout(120)

    def spot(self, place: Place) -> Spot:
        """Return the pixels of a place in the units of the plan."""
        x, y = self.page.evaluate("place => find.spot(place)", list(place))
        return x, y

    def label(self, code: str) -> Place:
        """Return the place of a grid's label."""
        label: list[float] = self.ask("find.model().byCode.get(argument).label", code)
        return label[:2]

    def hover(self, place: Place) -> Spot:
        """Move the pointer to a place, as a hand does: not in one leap."""
        x, y = self.spot(place)
        self.page.mouse.move(x - 3, y - 2)
        self.page.mouse.move(x, y)
        return x, y

    def click(self, place: Place) -> Spot:
        """Click at a place; far enough in time from the last to be no double click."""
        x, y = self.hover(place)
        self.page.mouse.down()
        self.page.mouse.up()
        self.page.wait_for_timeout(380)
        return x, y

    def drag(self, places: Sequence[Place], *, steps: int = 4) -> None:
        """Press at the first place, drag through the others, let go at the last."""
        self.hover(places[0])
        self.page.mouse.down()
        for place in places[1:]:
            x, y = self.spot(place)
            self.page.mouse.move(x, y, steps=steps)
        self.page.mouse.up()

    def key(self, key: str) -> None:
        """Press a key of the page."""
        self.page.keyboard.press(key)

    def submit(self, body: dict[str, Any]) -> None:
        """Hand an edit to the page, as a tool does."""
        self.ask("void Wangge.desk.bench.session.submit(argument)", body)

    def aim(self, move: dict[str, Any]) -> None:
        """Take a small brush in hand, for the grid that gets the cell."""
        self.fit(move["to"])
        self.choose(move["to"])
        self.key("b")
        for _ in range(6):
            self.key("[")

    def paint(self, move: dict[str, Any]) -> None:
        """Paint one cell into a grid with the brush."""
        self.aim(move)
        self.hover(move["place"])
        self.page.mouse.down()
        self.page.mouse.up()

    def households(self, code: str) -> int:
        """Return the households of a grid as the page shows them."""
        return int(self.ask("find.model().byCode.get(argument).households", code))

    @property
    def sentence(self) -> str:
        """What was said aloud last."""
        return self.page.locator("#announce").text_content() or ""

    def stored(self) -> list[dict[str, Any]]:
        """Return the log of the plan, newest first, as the service has it."""
        answer = self.page.request.get(
            f"{self.address}/api/v1/plans/{self.plan}/edits?limit=1000"
        )
        assert answer.ok
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def layer(self, name: str) -> dict[str, Any]:
        """Return grids or cells as the service has them, by code or number."""
        answer = self.page.request.get(
            f"{self.address}/api/v1/plans/{self.plan}/{name}?limit=1000"
        )
        assert answer.ok
        found = [feature["properties"] for feature in answer.json()["features"]]
        return {str(each.get("code", each.get("number"))): each for each in found}

    def require_certified(self) -> None:
        """Hold the plan to its certificate, and the page to what the service has."""
        answer = self.page.request.get(
            f"{self.address}/api/v1/plans/{self.plan}/certificate"
        )
        assert answer.ok
        proof = answer.json()
        faults = {c["code"]: c["faults"] for c in proof["checks"] if c["faults"]}
        assert proof["ok"], faults
        shown = self.page.evaluate(
            "() => ({grids: Object.fromEntries(find.model().grids.map("
            "g => [g.code, [g.households, g.type, Boolean(g.locked), g.name]])),"
            "cells: Object.fromEntries(find.model().cells.map("
            "(c) => [c.number, c.grid]))})"
        )
        grids = self.layer("grids")
        assert shown["grids"] == {
            code: [g["households"], g["type"], g["locked"], g["name"]]
            for code, g in grids.items()
        }
        cells = {number: cell["grid"] for number, cell in self.layer("cells").items()}
        assert shown["cells"] == cells


def undo_all(planner: Planner) -> None:
    """Take everything back that was done to the draft."""
    while planner.ask("Wangge.desk.bench.session.canUndo"):
        before = len(planner.sent)
        planner.ask("void Wangge.desk.bench.session.undo()")
        planner.saved(before + 1)
