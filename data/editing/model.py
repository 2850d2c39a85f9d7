"""What the parts of editing hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from data.editing.ground import Ground
from gis.edits import Draft

__all__ = ["Actor", "Change", "Head", "Outcome", "Row", "Side", "State"]

Row = dict[str, Any]
"""A row as it is stored; `geom` is EWKB, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who edits: the number of the account, if any, and the name that people read."""

    account: int | None
    display: str


@dataclass(frozen=True, slots=True)
class Head:
    """The row of a plan, and what else is asked of the record before an edit.

    `stamp` differs for any two states that were ever stored; `searched` tells if names
    of its grids are those that search finds; `register` counts changes of buildings and
    streets. Who holds the lock also knows the number of the next `step` of the log, and
    the `transaction`.
    """

    id: int
    community: str
    cell_set: int
    status: str
    low: int
    high: int
    row_version: int
    done: int
    undone: int
    searched: bool
    stamp: tuple[Any, ...]
    register: int
    step: int = 0
    transaction: str = ""

    def after(self, *, cell_set: int, done: int, undone: int) -> Head:
        """Return the row as the transaction that holds its lock leaves it."""
        version = self.row_version + 1
        return replace(
            self,
            cell_set=cell_set,
            done=done,
            undone=undone,
            row_version=version,
            stamp=(self.stamp[0], version, self.transaction),
        )


@dataclass(frozen=True)
class State:
    """A plan in memory: its draft, and its rows as they are stored.

    Attributes
    ----------
    head : Head
    ground : Ground
    draft : Draft
    grids : mapping of str to Row
        Rows of the table by code.
    seams : mapping of int to Row
        Rows of the table by number.
    """

    head: Head
    ground: Ground
    draft: Draft
    grids: Mapping[str, Row]
    seams: Mapping[int, Row]

    def at(self, head: Head) -> State:
        """Return the same with another row of the plan."""
        return replace(self, head=head)


@dataclass(frozen=True)
class Change:
    """Rows of a plan that become others: what the log keeps of both directions.

    Attributes
    ----------
    cells : mapping of int to str or None
        New grid of cells; None takes a cell out of its grid.
    grids : mapping of str to Row or None
        Rows by code; None for those that go.
    seams : mapping of int to Row or None
        Rows by number; None for those that go.
    gone : int or None
        Cells from this number on are there no more.
    cut : tuple of int
        Cells that are new or have another shape.
    sides : tuple of Side
        Households of grids before and after.
    """

    cells: Mapping[int, str | None] = field(default_factory=dict)
    grids: Mapping[str, Row | None] = field(default_factory=dict)
    seams: Mapping[int, Row | None] = field(default_factory=dict)
    gone: tuple[int, ...] = ()
    cut: tuple[int, ...] = ()
    sides: tuple[Side, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "cells": {str(cell): code for cell, code in self.cells.items()},
            "grids": dict(self.grids),
            "seams": {str(number): row for number, row in self.seams.items()},
            "gone": list(self.gone),
            "cut": list(self.cut),
            "sides": [[s.code, s.before, s.after, s.in_band] for s in self.sides],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Change:
        """Return what `to_dict` wrote."""
        return cls(
            cells={int(cell): code for cell, code in values["cells"].items()},
            grids=values["grids"],
            seams={int(number): row for number, row in values["seams"].items()},
            gone=tuple(values["gone"]),
            cut=tuple(values["cut"]),
            sides=tuple(Side(*side) for side in values["sides"]),
        )


@dataclass(frozen=True)
class Moved:
    """Cells that come to another grid; None is no grid.

    Attributes
    ----------
    now, then : mapping of int to str or None
        Grid of each of them after a change, and before.
    gone : tuple of int
        Cells that are there no more.
    """

    now: Mapping[int, str | None]
    then: Mapping[int, str | None]
    gone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """Households of a grid before and after; 0 where it is not there."""

    code: str
    before: int
    after: int
    in_band: bool | None


@dataclass(frozen=True)
class Outcome:
    """What was done to a plan, and how it is now.

    Attributes
    ----------
    number : int or None
        Of the step in the log; None for a preview.
    operation, sentence_zh, sentence_en : str
    change : Change
    head : Head
        The row of the plan, afterwards.
    state : State
        The plan afterwards; for a step that is told again, as it is now.
    unassigned : int
        Cells without a grid.
    line : LineString or None
        The line as it was cut along, in degrees.
    hit : tuple of int
        Places in `Ground.buildings` of those the drawn line runs through.
    told : bytes
        What was made of all this while the record was still writing.
    """

    number: int | None
    operation: str
    sentence_zh: str
    sentence_en: str
    change: Change
    head: Head
    state: State
    unassigned: int
    line: Any = None
    hit: tuple[int, ...] = ()
    told: bytes = b""
