"""How an upload is to be read: what somebody chose, applied to layers as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.aliases import COLUMN_ALIASES, IGNORED, find_column
from data.readers.raw import Places, RawLayer
from gis.layers import COLUMNS

__all__ = ["Choices", "LayerChoice", "are_degrees", "guessed_columns", "places_of"]


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """What somebody said of one layer.

    `columns` names the column of a field, None where it shall have none; fields that
    are not named are found by their aliases.
    """

    role: str
    columns: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """What somebody said of an upload.

    `swap` exchanges x and y of every layer, `places` names the columns of
    coordinates of tables; `force` puts `crs` in place of what files
    declare. `boundary` is ``hull`` where the outline
    of the buildings is to be the one community, with `code` and `name`.
    """

    layers: Mapping[tuple[str, str], LayerChoice]
    crs: str | None = None
    datum: str | None = None
    encoding: str | None = None
    swap: bool = False
    force: bool = False
    replace: bool = False
    boundary: str | None = None
    code: str = ""
    name: str = ""
    places: Places = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Choices:
        """Read what a route has checked."""
        plain = {
            key: told[key]
            for key in ("crs", "datum", "encoding", "swap", "force", "replace")
            if key in told
        }
        outline = told.get("outline") or {}
        layers = {
            (one["file"], one["layer"]): LayerChoice(
                one["role"] or IGNORED, one.get("columns") or {}
            )
            for one in told.get("layers", ())
        }
        return cls(
            layers=layers,
            **plain,
            boundary="hull" if outline else None,
            code=outline.get("code", ""),
            name=outline.get("name", ""),
            places=places_of(told),
        )

    @property
    def skip(self) -> frozenset[str]:
        """Files of which no layer is wanted; they are not even opened."""
        wanted = {f for (f, _), one in self.layers.items() if one.role != IGNORED}
        return frozenset(f for f, _ in self.layers if f not in wanted)

    def prepare(self, raw: RawLayer) -> RawLayer:
        """Return a layer with the role, columns and axes that were chosen."""
        choice = self.layers.get((raw.file, raw.name), LayerChoice(IGNORED))
        table = _with_columns(raw.table, choice) if choice.columns else raw.table
        shapes = _swapped(raw.geometry) if self.swap else raw.geometry
        made = replace(raw, role=choice.role, table=table, geometry=shapes)
        if self.force and self.crs is not None:
            return replace(made, crs=None, assumed=None)
        if made.crs is None and made.assumed is not None:
            # Chosen for a table of metres, a CRS must not move degrees beside it.
            fits = are_degrees(shapely.total_bounds(made.geometry))
            return replace(made, crs=made.assumed if fits else None)
        return made


def are_degrees(box: Sequence[float]) -> bool:
    """Tell whether the least and largest x and y can be degrees, in either order."""
    return bool(np.isfinite(box).all() and (np.abs(box) <= 180).all())


def places_of(told: Mapping[str, Any]) -> Places:
    """Return the columns of coordinates that somebody named."""
    return {
        (one["file"], one["layer"]): (one["x"], one["y"])
        for one in told.get("places") or ()
    }


def guessed_columns(role: str, columns: pd.Index[str]) -> dict[str, str | None]:
    """Return which column each field of a role would be read from."""
    aliases = COLUMN_ALIASES.get(role, {})
    return {
        name: find_column(columns, aliases[name])
        for name in COLUMNS.get(role, ())
        if name in aliases
    }


def _with_columns(table: pd.DataFrame, choice: LayerChoice) -> pd.DataFrame:
    """Return a table in which the chosen columns are found, and no others."""
    aliases = COLUMN_ALIASES.get(choice.role, {})
    chosen = {name: c for name, c in choice.columns.items() if name in aliases}
    guessed = guessed_columns(choice.role, table.columns)
    others = {column for name, column in guessed.items() if name not in chosen}
    made = table.copy(deep=False)
    for name in chosen:
        while (found := find_column(made.columns, aliases[name])) is not None:
            if found in others:
                break
            made = made.drop(columns=found)
    for name, column in chosen.items():
        if column is not None and column in table.columns:
            made[aliases[name].split()[0]] = table[column]
    return made


def _swapped(shapes: np.ndarray[Any, np.dtype[np.object_]]) -> Any:
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])
