"""Any sequence of edits over HTTP keeps the promises of a plan, and is undone exactly.

A planner edits at random, undoes and redoes at random; after each step the record is
looked at anew, as another process would see it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from data.queries.plans import read_plans
from tests.api.editing.chance import Chance
from tests.api.editing.desk import Desk, as_stored, assert_sound, exported, fresh_state

pytestmark = pytest.mark.postgis

KINDS = 14
"""Operations there are besides undo and redo."""


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
