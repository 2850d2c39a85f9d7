"""A planner at a desk: edits one plan over HTTP and looks at what the record holds."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from data.editing.cache import GROUNDS, STATES
from data.editing.figures import grid_rows, seam_change, shapes_of
from data.editing.model import State
from data.editing.state import find_state, read_head
from data.queries.plans import export_plans, read_plans
from gis.plan import outline_of

__all__ = ["Desk", "as_stored", "assert_sound", "exported", "fresh_state"]


class Desk:
    """One planner with one plan in hand, who knows it by its tag."""

    def __init__(self, client: TestClient, plan: int) -> None:
        self.client, self.plan = client, plan
        self.tag = ""
        self.reload()

    @property
    def path(self) -> str:
        """Address of the plan."""
        return f"/api/v1/plans/{self.plan}"

    def reload(self) -> None:
        """Read the plan anew."""
        found = self.client.get(self.path)
        assert found.status_code == 200, found.text
        self.tag = found.headers["etag"]

    def get(self, part: str) -> Any:
        """Read a part of the plan."""
        found = self.client.get(f"{self.path}/{part}")
        assert found.status_code == 200, found.text
        return found.json()

    def rows(self, part: str) -> list[dict[str, Any]]:
        """Read the features of a part of the plan."""
        features: list[dict[str, Any]] = self.get(f"{part}?limit=1000")["features"]
        return features

    def ask(self, what: str, body: Any = None, **headers: str) -> Response:
        """Post something for the version in hand, and take the new one in hand."""
        sent = {"If-Match": self.tag, **headers}
        answer = self.client.post(f"{self.path}/{what}", json=body, headers=sent)
        if answer.status_code == 201:
            self.tag = answer.headers["etag"]
        return answer

    def edit(self, operation: str, **parameters: Any) -> Response:
        """Try an edit."""
        return self.ask("edits", {"operation": operation, **parameters})

    def done(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Do an edit that must succeed."""
        answer = self.edit(operation, **parameters)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def preview(self, operation: str, **parameters: Any) -> Response:
        """Try what an edit would do."""
        return self.ask("edits?preview=true", {"operation": operation, **parameters})

    def step(self, word: str) -> dict[str, Any]:
        """Undo or redo."""
        answer = self.ask(word)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def fresh_state(engine: Engine, plan: int) -> State:
    """Read a plan from the record, whatever this process remembers."""
    STATES.clear()
    GROUNDS.clear()
    with engine.connect() as connection:
        return find_state(connection, read_head(connection, plan))


def assert_sound(engine: Engine, plan: int, *, households: int | None = None) -> None:
    """Every cell in one grid, no gap or overlap, edges matched, nothing stale.

    Looked at in what the record holds: keys, shapes in degrees, and figures that are
    counted and measured anew.
    """
    with engine.connect() as connection:
        row = connection.execute(text(_COUNTS), {"plan": plan}).one()
    assert row.unassigned == 0
    assert row.twice == 0
    assert row.miscounted == 0
    assert row.in_cells == row.in_grids == row.in_buildings
    if households is not None:
        assert row.in_cells == households
    state = fresh_state(engine, plan)
    stored = state.ground.stored
    assert shapely.is_valid(stored).all()
    assert shapely.coverage_is_valid(stored)
    grids = shapes_of(list(state.grids.values()))
    assert shapely.coverage_is_valid(grids)
    whole = shapely.from_wkb(bytes(row.outline))
    for shapes in (stored, grids):
        united = shapely.coverage_union_all(shapes)
        assert shapely.symmetric_difference(united, whole).area < 1e-14
    corners = set(map(tuple, shapely.get_coordinates(whole).tolist()))
    outer = outline_of(stored)
    assert set(map(tuple, shapely.get_coordinates(outer).tolist())) <= corners
    draft = state.draft
    for k, (code, shape) in enumerate(zip(draft.codes, grids, strict=True)):
        cells = outline_of(stored[draft.labels == k])
        assert shapely.equals(cells, shape), code
        assert segments(cells) == segments(shape), code
    anew = seam_change(state, draft, state.ground, draft.codes)
    assert not anew.come
    assert not anew.gone
    for code, found in grid_rows(state, draft, state.ground, draft.codes, anew).items():
        # A share is rounded from sums that were added up in another order.
        assert found | {"street_share": 0} == state.grids[code] | {"street_share": 0}
        assert abs(found["street_share"] - state.grids[code]["street_share"]) <= 1e-4


def segments(shape: Any) -> set[tuple[Any, ...]]:
    """Return the straight pieces of an outline, whichever way they run."""
    found = set()
    for ring in shapely.get_rings(shape):
        for a, b in pairwise(map(tuple, shapely.get_coordinates(ring).tolist())):
            found.add((min(a, b), max(a, b)))
    return found


def exported(engine: Engine, plan: int) -> tuple[str, dict[str, bytes]]:
    """Return the hash of a plan as it is exported, and its layers to the last byte."""
    with engine.connect() as connection:
        layers = read_plans(connection, [plan]).layers
    with tempfile.TemporaryDirectory() as folder:
        told = export_plans(engine, [plan], Path(folder) / "plan.gpkg")
    canonical = {
        name: frame.to_wkb(hex=True).to_csv(index=False).encode()
        for name, frame in layers.items()
    }
    return told, canonical


def as_stored(engine: Engine, plan: int) -> list[tuple[Any, ...]]:
    """Return all rows of a plan, those of its cells too, as text."""
    with engine.connect() as connection:
        found = connection.execute(text(_ROWS), {"plan": plan})
        return [tuple(row) for row in found]


def middle(bounds: np.ndarray, share: float) -> list[list[float]]:
    """Return a line from west to east across a box, at a share of its height."""
    west, south, east, north = bounds.tolist()
    height = south + share * (north - south)
    aside = 0.1 * (east - west)
    return [[west - aside, height], [east + aside, height]]


_COUNTS = """
    select
        (select count(*) from cell c left join plan_cell k
            on k.plan = p.id and k.cell = c.number and k.cell_set = c.cell_set
         where c.cell_set = p.cell_set and k.cell is null) as unassigned,
        (select count(*) - count(distinct cell) from plan_cell
         where plan = p.id) as twice,
        (select count(*) from grid g left join lateral (
            select sum(c.households) as households, sum(c.buildings) as buildings
            from plan_cell k join cell c
              on c.cell_set = k.cell_set and c.number = k.cell
            where k.plan = g.plan and k.grid = g.code) own on true
         where g.plan = p.id and (g.households is distinct from own.households
                                  or g.buildings is distinct from own.buildings)
        ) as miscounted,
        (select sum(households) from cell where cell_set = p.cell_set) as in_cells,
        (select sum(households) from grid where plan = p.id) as in_grids,
        (select sum(households) from counted_building
         where cell_set = p.cell_set) as in_buildings,
        (select st_asbinary(geom) from cell_set where id = p.cell_set) as outline
    from plan p where p.id = :plan
"""
_ROWS = """
    select 'plan', p.community, p.cell_set::text from plan p where p.id = :plan
    union all
    select 'cell', k.cell::text, k.grid from plan_cell k where k.plan = :plan
    union all
    select 'grid', code, (to_jsonb(g) - 'geom' - 'outline')::text || g.geom::text
    from grid g where plan = :plan
    union all
    select 'seam', id::text, (to_jsonb(s) - 'geom')::text || s.geom::text
    from seam s where plan = :plan
    order by 1, 2
"""
