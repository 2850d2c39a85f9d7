"""A process that edits a plan without pause, to be killed: URL, plan, and a seed.

python -m tests.data.editing.restless postgresql+psycopg://… 7 3
"""

from __future__ import annotations

import sys

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from data.editing import (
    UNDO,
    Actor,
    Terms,
    apply_edit,
    find_state,
    hold_plan,
    read_head,
    undo_edit,
)
from gis.edits import EditError
from tests.api.editing.chance import Chance

WHO = Actor(None, "规划员")


def main(url: str, plan: int, seed: int) -> None:
    """Edit and undo until the end."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        state = find_state(connection, read_head(connection, plan))
    chance = Chance(state.draft, state.ground.codes, seed)
    print("ready", flush=True)  # noqa: T201
    while True:
        body = chance.edit()
        try:
            with engine.begin() as connection:
                done = apply_edit(
                    connection,
                    hold_plan(connection, plan),
                    body.pop("operation"),
                    body,
                    Terms(WHO, at_once=True),
                )
        except EditError:
            continue
        chance.draft = done.state.draft
        print(done.number, flush=True)  # noqa: T201
        if chance.rng.integers(3) == 0:
            with engine.begin() as connection:
                done = undo_edit(
                    connection,
                    hold_plan(connection, plan, UNDO),
                    Terms(WHO, at_once=True),
                )
            chance.draft = done.state.draft


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
