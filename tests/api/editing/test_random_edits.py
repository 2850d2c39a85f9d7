"""Any sequence of edits over HTTP keeps the promises of a plan, and is undone exactly.

A planner edits at random, undoes and redoes at random; after each step the record is
looked at anew, as another process would see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from data.queries.plans import read_plans
from gis.degrees import to_degrees
from gis.edits import Draft
from tests.api.editing.desk import Desk, as_stored, assert_sound, exported, fresh_state

pytestmark = pytest.mark.postgis

KINDS = 14
"""Operations there are besides undo and redo."""


class Chance:
    """Edits at random, with arguments that may well be refused."""

    def __init__(self, draft: Draft, codes: tuple[str, ...], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.homes = codes
        self.draft = draft

    def code(self) -> str:
        """Return a grid."""
        return str(self.rng.choice(self.draft.codes))

    def pair(self) -> list[str]:
        """Return two neighbours."""
        graph, labels = self.draft.graph, self.draft.labels
        apart = np.flatnonzero(labels[graph.i] != labels[graph.j])
        at = int(self.rng.choice(apart))
        sides = [labels[graph.i[at]], labels[graph.j[at]]]
        return [self.draft.codes[k] for k in sides]

    def places(self, xy: Any) -> list[list[float]]:
        """Return places in metres as degrees."""
        lon, lat = to_degrees(self.draft.crs).transform(*np.asarray(xy, float).T)
        return [list(place) for place in zip(lon.tolist(), lat.tolist(), strict=True)]

    def line(self, code: str) -> list[list[float]]:
        """Draw across a grid, bent or straight, or from vertex to vertex."""
        outline = self.draft.outlines[self.draft.place(code)]
        if self.rng.integers(4) == 0:
            xy = shapely.get_coordinates(outline)
            return self.places(xy[self.rng.choice(len(xy) - 1, 2, replace=False)])
        low, high = np.array(outline.bounds).reshape(2, 2)
        turn = self.rng.uniform(0, np.pi)
        way = np.array([np.cos(turn), np.sin(turn)]) * np.hypot(*(high - low))
        heart = self.rng.uniform(0.3, 0.7, 2) * (high - low) + low
        bend = heart + self.rng.normal(0, 5, 2)
        return self.places([heart - way, bend, heart + way])

    def stretch(self, sides: list[str]) -> list[list[float]]:
        """Draw beside the seam of two grids, from end to end."""
        a, b = (self.draft.outlines[self.draft.place(code)] for code in sides)
        shared = shapely.line_merge(shapely.intersection(a.boundary, b.boundary))
        lines = [g for g in shapely.get_parts(shared) if g.length > 1]
        if not lines:
            return self.line(sides[0])
        xy = shapely.get_coordinates(max(lines, key=lambda g: g.length))
        middle = (xy[0] + xy[-1]) / 2 + self.rng.normal(0, 20, 2)
        return self.places([xy[0], middle, xy[-1]])

    def ring(self) -> list[list[float]]:
        """Draw a polygon around a place."""
        heart = self.draft.graph.xy[self.rng.integers(len(self.draft.labels))]
        size = self.rng.uniform(10, 150)
        around = shapely.Point(heart).buffer(size, 2)
        return self.places(shapely.get_coordinates(around))

    def edit(self) -> dict[str, Any]:
        """Return an edit of any kind."""
        rng = self.rng
        orphans = str(rng.choice(["refuse", "hand_over"]))
        how = {"orphans": orphans, "remove_emptied": bool(rng.integers(2))}
        buildings = str(rng.choice(["around", "refuse", "through"]))
        sides, code = self.pair(), self.code()
        edits: list[Callable[[], dict[str, Any]]] = [
            lambda: {"operation": "reassign", "to": sides[0], **how,
                     "cells": self.beside(sides)},
            lambda: {"operation": "reassign", "to": sides[0], **how,
                     "cells": self.beside(sides)},
            lambda: {"operation": "give_building", "to": code, **how,
                     "building": str(rng.choice(self.homes))},
            lambda: {"operation": "merge_grids", "grids": sides},
            lambda: {"operation": "split_grid", "grid": code,
                     "parts": int(rng.integers(2, 4))},
            lambda: {"operation": "split_by_line", "grid": code,
                     "line": self.line(code), "buildings": buildings},
            lambda: {"operation": "split_by_line", "grid": code,
                     "line": self.line(code), "buildings": "through"},
            lambda: {"operation": "reshape_seam", "grids": sides, "orphans": orphans,
                     "line": self.stretch(sides), "buildings": "through"},
            lambda: {"operation": "draw_grid", "polygon": self.ring(), **how,
                     "buildings": buildings},
            lambda: {"operation": "change_type", "grid": code,
                     "type": str(rng.choice(["resident", "exclusive", "reserved"]))},
            lambda: {"operation": "rename", "grid": code,
                     "name": f"网格{rng.integers(99)}"},
            lambda: {"operation": "renumber"},
            lambda: {"operation": "renumber",
                     "serials": {code: int(rng.integers(1, 60))}},
            lambda: {"operation": "lock", "grids": [code]},
            lambda: {"operation": "unlock"},
            lambda: {"operation": "redraw_around_locks", "seed": int(rng.integers(9))},
            lambda: {"operation": "repartition_after_counts", "from_register": False,
                     "counts": self.counts()},
        ]  # fmt: skip
        return edits[rng.integers(len(edits))]()

    def beside(self, sides: list[str]) -> list[int]:
        """Return cells of the second grid, of which one touches the first."""
        graph, labels = self.draft.graph, self.draft.labels
        a, b = (self.draft.place(code) for code in sides)
        near = np.r_[
            graph.j[(labels[graph.i] == a) & (labels[graph.j] == b)],
            graph.i[(labels[graph.j] == a) & (labels[graph.i] == b)],
        ]
        return [int(self.rng.choice(near))]

    def counts(self) -> dict[str, int]:
        """Return new counts of a few buildings."""
        at = self.rng.choice(len(self.homes), 3, replace=False)
        held = self.draft.buildings.households
        return {self.homes[k]: int(self.rng.poisson(held[k])) for k in at}


def wander(desk: Desk, owner: Engine, *, steps: int, seed: int) -> Counter[str]:
    """Edit, undo and redo at random; look at the record after each; undo all."""
    first = as_stored(owner, desk.plan)
    before = exported(owner, desk.plan)
    state = fresh_state(owner, desk.plan)
    chance = Chance(state.draft, state.ground.codes, seed)
    states = {0: first}  # what was stored after each step that counts
    done: list[int] = []
    undone: list[int] = []
    told: Counter[str] = Counter()
    tries = 0
    while sum(told.values()) < steps:
        tries += 1
        assert tries < 20 * steps, told
        turn = chance.rng.integers(10)
        if turn == 0 and done:
            desk.step("undo")
            undone.append(done.pop())
            told["undo"] += 1
            assert as_stored(owner, desk.plan) == states[done[-1] if done else 0]
        elif turn == 1 and undone:
            desk.step("redo")
            done.append(undone.pop())
            told["redo"] += 1
            assert as_stored(owner, desk.plan) == states[done[-1]]
        else:
            body = chance.edit()
            answer = desk.ask("edits", body)
            assert answer.status_code in {201, 422, 423}, (body, answer.text)
            if answer.status_code != 201:
                continue
            made = answer.json()
            told[body["operation"]] += 1
            done.append(made["number"])
            undone.clear()
            states[made["number"]] = as_stored(owner, desk.plan)
        assert_sound(owner, desk.plan)
        chance.draft = fresh_state(owner, desk.plan).draft
    with owner.connect() as connection:
        certificate = read_plans(connection, [desk.plan]).certify()
    faults = {check.code for check in certificate.checks if not check.ok}
    # Numbers and seams are the planner's; no gap, one piece, counts are ours.
    assert not faults & {"seamless", "connected", "households"}, faults
    while done:
        desk.step("undo")
        done.pop()
        assert as_stored(owner, desk.plan) == states[done[-1] if done else 0]
    assert desk.ask("undo").status_code == 409
    assert exported(owner, desk.plan) == before
    return told


def test_120_random_edits_keep_every_promise_and_undo_exactly(
    planner: TestClient, plans: list[int], owner: Engine
) -> None:
    told = wander(Desk(planner, plans[0]), owner, steps=120, seed=11)
    assert len(set(told) - {"undo", "redo"}) == KINDS, told
    assert {"undo", "redo"} <= set(told)


@pytest.mark.full
@pytest.mark.parametrize("seed", [1, 2])
def test_500_random_edits_keep_every_promise_and_undo_exactly(
    planner: TestClient, plans: list[int], owner: Engine, seed: int
) -> None:
    told = wander(Desk(planner, plans[-1]), owner, steps=500, seed=seed)
    assert len(set(told) - {"undo", "redo"}) == KINDS, told
