"""Sources into the register, community by community."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from sqlalchemy import Connection, Engine, func, select

from data.frames import read_frame
from data.models import Compound
from data.queries.search_index import index_names
from data.queries.tree import outline_parents, plant_parents
from data.readers import RowReport, SourceReading
from data.readers.reading import ORIGIN
from data.registers.merging import Change, merge_community, merge_rows
from data.registers.rows import Known, RegisterRows, register_rows
from data.registers.runs import Run, begin_run, end_run, note_community
from data.registers.stairwells import renew_stairwells
from data.registers.tables import REGISTERS, Register

__all__ = ["RegisterImport", "Taken", "import_registers", "preview_registers"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A community of the register as a source says; `again` if it was done before."""

    community: str
    changes: Mapping[str, Change]
    again: bool = False


@dataclass(frozen=True)
class RegisterImport:
    """An import that has begun: its number, the remarks on its rows, its communities.

    Iterating does the work: each step is one transaction, whole or not at all.
    """

    engine: Engine
    run: Run
    rows: RegisterRows
    replace: bool

    @property
    def report(self) -> RowReport:
        """Remarks on rows, as they are kept in the record."""
        return self.rows.report

    def __len__(self) -> int:
        return len(self.rows.communities)

    def __iter__(self) -> Iterator[Taken]:
        parts = _parts(self.rows, self.run)
        for place, code in enumerate(self.rows.communities["code"].tolist()):
            if code in self.run.done:
                yield Taken(code, {}, again=True)
                continue
            with self.engine.begin() as connection:
                changes = self._take(connection, place, parts[code])
                note_community(
                    connection,
                    self.run,
                    code,
                    {role: change.to_dict() for role, change in changes.items()},
                )
            yield Taken(code, changes)
        with self.engine.begin() as connection:
            for division in outline_parents(connection, self.rows.communities["code"]):
                index_names(connection, division)
            end_run(connection, self.run)

    def _take(
        self, connection: Connection, place: int, tables: Mapping[str, GeoDataFrame]
    ) -> dict[str, Change]:
        """Bring one community to what the sources say, table by table."""
        outline = self.rows.communities.iloc[place]
        code = str(outline["code"])
        # Two imports take turns at each community.
        key = func.hashtextextended(f"register {code}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))
        changes: dict[str, Change] = {}
        if self.rows.given:
            source = _sources(self.rows.communities.iloc[[place]], self.run).iloc[0]
            changes["communities"] = merge_community(connection, outline, source)
        for register in REGISTERS:
            if register.role in tables:
                table = _numbered(connection, register, code, tables[register.role])
                changes[register.role] = merge_rows(
                    connection, register, code, table, replace=self.replace
                )
        if "buildings" in tables:
            renew_stairwells(connection, code)
        index_names(connection, code)
        return changes


def import_registers(
    engine: Engine,
    reading: SourceReading,
    *,
    replace: bool = False,
    names: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    under: str = "",
) -> RegisterImport:
    """Begin to take sources into the register; iterate over what is returned.

    The same sources again change nothing; others change rows by their key. Rows of
    the record that a source does not have stay, or go with `replace`. An import that
    was cut off goes on where it stopped. `names` of districts and streets by code;
    `options` are kept with the report. Nothing outside the division `under` is
    touched.
    """
    with engine.begin() as connection:
        rows = preview_registers(connection, reading, under=under)
        codes = rows.communities["code"].tolist()
        told = {**(options or {}), "replace": replace}
        run = begin_run(connection, reading, rows.report, codes, told)
        if rows.given:
            plant_parents(connection, codes, names)
    return RegisterImport(engine, run, rows, replace)


def preview_registers(
    connection: Connection, reading: SourceReading, *, under: str = ""
) -> RegisterRows:
    """Return what an import would take in, and its remarks; nothing is written."""
    return register_rows(reading, _known(connection, reading, under), under=under)


def _known(connection: Connection, reading: SourceReading, under: str) -> Known:
    """Return the communities and compounds of the record near a reading."""
    bounds = [
        layer.total_bounds
        for layer in vars(reading.layers).values()
        if isinstance(layer, GeoDataFrame) and len(layer)
    ]
    low, high = np.min(bounds, axis=0)[:2], np.max(bounds, axis=0)[2:]
    box = dict(zip(("west", "south", "east", "north"), (*low, *high), strict=True))
    near: dict[str, Any] = {name: float(value) for name, value in box.items()}
    near["under"] = under
    here = "geom && st_makeenvelope(:west, :south, :east, :north, 4326)"
    communities = read_frame(
        connection,
        f"select code, name, st_asbinary(geom) as geometry from division "
        f"where level = 'community' and starts_with(code, :under) and {here} "
        "order by code",
        **near,
    )
    compounds = read_frame(
        connection,
        f"select community, key, name, st_asbinary(geom) as geometry from compound "
        f"where starts_with(community, :under) and {here} order by community, key",
        **near,
    )
    return Known(communities, compounds)


def _parts(rows: RegisterRows, run: Run) -> dict[str, dict[str, GeoDataFrame]]:
    """Return the rows of each community by role; a role it lacks has no rows there."""
    tables = {
        role: table.assign(source=_sources(table, run))
        for role, table in rows.tables.items()
    }
    parts: dict[str, dict[str, GeoDataFrame]] = {
        code: {role: table.iloc[:0] for role, table in tables.items()}
        for code in rows.communities["code"]
    }
    for role, table in tables.items():
        for code, part in table.groupby("community", sort=False):
            parts[str(code)][role] = part
    return parts


def _sources(rows: GeoDataFrame, run: Run) -> pd.Series:
    """Return the number of the layer each row was read from."""
    numbers = dict(enumerate(run.layers))
    return pd.Series(rows[ORIGIN[0]].map(numbers)).astype("Int64")


def _numbered(
    connection: Connection, register: Register, community: str, table: GeoDataFrame
) -> GeoDataFrame:
    """Return rows with their owner, compounds by number instead of key."""
    if register.owner == "division":
        return table.assign(division=community)
    if "compound" not in (register.owner, *register.columns):
        return table
    query = select(Compound.key, Compound.id).where(Compound.community == community)
    numbers = {key: number for key, number in connection.execute(query)}  # noqa: C416
    return table.assign(compound=table["compound"].map(numbers).astype("Int64"))
