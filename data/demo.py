"""The made-up town in the record: register, plans in force, and plans of before."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from geopandas import GeoDataFrame
from sqlalchemy import Engine, text

from data.drawing import draw
from data.known_town import Town, known_town, town_digest
from data.queries.plans import import_plans
from data.queries.publish import archive_ended, publish
from data.readers import read_sources
from data.registers import import_registers
from data.synthetic import division_names, made_up_town
from data.writers import write_layers

__all__ = ["FIRST_DAY", "SECOND_DAYS", "load_town"]

FIRST_DAY = date(2025, 3, 1)
"""When the plans of before took effect."""
SECOND_DAYS = (date(2026, 1, 1), date(2026, 7, 1))
"""When those of today did, in turn: time travel shows something on each day."""

_EMPTY_ONE_IN = 3
"""Of the commodity compounds, which share nobody had moved into at first."""

Progress = Callable[[str, float], None]


def load_town(
    engine: Engine,
    *,
    today: date,
    seed: int = 0,
    communities: int = 16,
    history: bool = True,
    progress: Progress | None = None,
) -> Town:
    """Put the made-up town into the record, with plans in force today.

    With `history`, each community also has the plan it had before: drawn by the same
    engine when fewer people lived there, and in the archive now. What was cut off goes
    on where it stopped; what is there is left alone.
    """
    known = known_town(engine, seed=seed, communities=communities)
    if known is not None:
        return known
    with tempfile.TemporaryDirectory(prefix="wangge-town-") as folder:
        files = _Files(Path(folder), seed, communities, progress)
        digest = town_digest(seed, communities)
        _import_register(engine, files.town(), digest)
        if history:
            _put_into_force(engine, files.plan_of_before(), (FIRST_DAY,))
        plans = _put_into_force(engine, files.plan_of_today(), SECOND_DAYS)
    with engine.begin() as connection:
        archive_ended(connection, today=today)
    return Town(communities, plans, new=True)


class _Files:
    """The town as files: its source, the plan of today, the plan of before."""

    def __init__(
        self, folder: Path, seed: int, communities: int, progress: Progress | None
    ) -> None:
        self._folder, self._seed, self._progress = folder, seed, progress
        self._tables = made_up_town(seed=seed, communities=communities).tables()

    def town(self) -> Path:
        """Write the source of today's register."""
        return self._write("made-up-town.gpkg", self._tables)

    def plan_of_today(self) -> Path:
        """Draw the plans of today from today's register."""
        return self._draw(self.town(), "today.gpkg", self._seed)

    def plan_of_before(self) -> Path:
        """Draw the plans of before, when some compounds stood empty."""
        houses = _with_empty_compounds(
            self._tables["buildings"], self._tables["compounds"]
        )
        tables = {**self._tables, "buildings": houses}
        source = self._write("made-up-town-before.gpkg", tables)
        return self._draw(source, "before.gpkg", self._seed + 1)

    def _write(self, name: str, tables: dict[str, GeoDataFrame]) -> Path:
        path = self._folder / name
        if not path.exists():
            write_layers(path, tables, {"made_up": True, "seed": self._seed})
        return path

    def _draw(self, source: Path, name: str, seed: int) -> Path:
        out = self._folder / name
        draw([source], out=out, seed=seed, progress=self._progress)
        return out


def _with_empty_compounds(
    buildings: GeoDataFrame, compounds: GeoDataFrame
) -> GeoDataFrame:
    """Return the buildings with nobody living in every third commodity compound."""
    names = sorted(compounds.loc[compounds["type"] == "commodity", "name"])
    empty = buildings["compound"].isin(names[::_EMPTY_ONE_IN])
    return buildings.assign(households=buildings["households"].mask(empty, 0))


def _import_register(engine: Engine, source: Path, digest: str) -> None:
    # A GeoPackage holds the time it was written, so its own digest tells nothing.
    reading = replace(read_sources([source]), digest=digest)
    names = division_names(reading.layers.communities["code"])
    for _ in import_registers(engine, reading, replace=True, names=names):
        pass


def _put_into_force(engine: Engine, plan: Path, days: tuple[date, ...]) -> int:
    """Take a plan file in and publish its plans, the days by turns."""
    count = 0
    for one in import_plans(engine, plan):
        with engine.begin() as connection:
            status = connection.scalar(
                text("select status from plan where id = :plan"), {"plan": one.plan}
            )
            if status == "draft":
                publish(connection, one.plan, since=days[count % len(days)])
        count += 1
    return count
