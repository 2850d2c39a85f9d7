"""Edits at random, as a planner's hand might make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from gis.degrees import to_degrees
from gis.edits import Draft

__all__ = ["Chance"]


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
