"""What an edit made of a plan, as an answer; and how a request names its version."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import shapely
from fastapi import Header
from numpy.typing import NDArray

from api.answers import plan_tag
from api.errors import PreconditionError
from data.editing import Head, Outcome, State
from data.editing.ground import building_marks
from data.editing.log import Counts
from data.editing.model import Row
from gis.kinds import GridType

__all__ = ["IdempotencyKey", "IfMatch", "edit_body", "expected_version"]

IfMatch = Annotated[
    str | None,
    Header(
        description="the ETag of the plan that the edit was made for",
        examples=['"7-12"'],
        max_length=200,
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]{8,100}$",
        description="the same word again means the same request, sent again",
    ),
]


def expected_version(if_match: str | None, plan: int) -> int | None:
    """Return the row version an If-Match means; "*" is any.

    -1 fits no version: the tag of another plan, or no tag of ours.
    """
    if if_match is None:
        raise PreconditionError(
            "缺少 If-Match；请带上读到方案时的 ETag",
            "there is no If-Match; send the ETag the plan was read with",
        )
    tags = [tag.strip().removeprefix("W/") for tag in if_match.split(",")]
    if tags == ["*"]:
        return None
    for tag in tags:
        number, _, version = tag.strip('"').partition("-")
        known = version.isascii() and version.isdigit() and len(version) < 18
        if known and number == str(plan) and plan_tag(plan, int(version)) == tag:
            return int(version)
    return -1


def edit_body(outcome: Outcome) -> Callable[[Counts], bytes]:
    """Return the answer to an edit: only what a map must draw again.

    The grids are told when it is known what stands in them.
    """
    state, change = outcome.state, outcome.change
    touched = {code for code, row in change.grids.items() if row is not None}
    head = outcome.head
    gone = set(change.gone)
    plain = {
        "number": outcome.number,
        "operation": outcome.operation,
        "sentence_zh": outcome.sentence_zh,
        "sentence_en": outcome.sentence_en,
        "row_version": head.row_version,
        "removed": sorted(set(change.grids) - touched),
        "cells": {str(c): g for c, g in change.cells.items() if c not in gone},
        "removed_cells": list(change.gone),
        "sides": [
            {
                "code": side.code,
                "before": side.before,
                "after": side.after,
                "in_band": side.in_band,
            }
            for side in change.sides
        ],
        "buildings": building_marks(state.ground, outcome.hit),
        "can_undo": head.done > 0,
        "can_redo": head.undone > 0,
        "unassigned": outcome.unassigned,
    }
    line = "null" if outcome.line is None else shapely.to_geojson(outcome.line)
    cut = _cells(state, change.cut) if change.cut else "null"
    told = json.dumps(plain, ensure_ascii=False)
    seams = _seams(state, touched)
    rows = [row for row in change.grids.values() if row is not None]
    shapes = [_geojson(row["geom"]) for row in rows]

    def told_with(counts: Counts) -> bytes:
        grids = _grids(outcome.head, rows, shapes, counts)
        return (
            f'{told[:-1]}, "grids": {grids}, "seams": {seams}, "cut": {cut}, '
            f'"line": {line}}}'
        ).encode()

    return told_with


def _grids(
    head: Head, rows: Sequence[Row], shapes: Sequence[str], counts: Counts
) -> str:
    properties = []
    for row in rows:
        devices, spaces = counts[row["code"]]
        about = {
            "code": row["code"],
            "number": row["code"][-3:],
            "community": head.community,
            "plan": head.id,
            **{name: row[name] for name in _GRID},
            "low": head.low,
            "high": head.high,
            "devices": devices,
            "spaces": spaces,
        }
        properties.append(about)
    return _collection([row["code"] for row in rows], shapes, properties)


_GRID = (
    *("name", "type", "households", "buildings", "estimated", "area_m2"),
    *("compactness", "street_share", "in_band", "reason", "reason_zh", "reason_en"),
    *("color", "locked"),
)


def _seams(state: State, touched: set[str]) -> str:
    seams = {
        number: row
        for number, row in state.seams.items()
        if row["left_grid"] in touched or row["right_grid"] in touched
    }
    rows = list(seams.values())
    properties = [
        {
            "left": row["left_grid"],
            "right": row["right_grid"],
            "kind": row["kind"],
            "length_m": row["length_m"],
        }
        for row in rows
    ]
    shapes = [_geojson(row["geom"]) for row in rows]
    return _collection(list(seams), shapes, properties)


def _cells(state: State, numbers: Iterable[int]) -> str:
    draft = state.draft
    graph = draft.graph
    at = [k for k in numbers if k < graph.size]
    properties = [
        {
            "number": k,
            "grid": draft.code_at(k),
            "households": int(graph.households[k]),
            "buildings": int(draft.cell_set.buildings[k]),
            "kind": GridType(int(graph.kind[k])).label,
            "block": int(graph.block[k]),
            "compound": int(graph.compound[k]),
        }
        for k in at
    ]
    return _collection(at, _geometries(state.ground.stored[at]), properties)


@lru_cache(2048)
def _geojson(geom: str) -> str:
    """Return a shape of the record as GeoJSON; a seam is often told again."""
    return _geometries(np.array([shapely.from_wkb(geom)], object))[0]


def _geometries(shapes: NDArray[Any]) -> list[str]:
    """Return shapes as GeoJSON; every coordinate is told to its last digit."""
    if not len(shapes):
        return []
    found = shapely.to_geojson(shapely.orient_polygons(shapes))
    return [str(geometry) for geometry in np.atleast_1d(found)]


def _collection(
    ids: Sequence[str | int],
    geometries: Sequence[str],
    properties: Sequence[dict[str, Any]],
) -> str:
    """Return a GeoJSON collection."""
    features = ",".join(
        f'{{"type":"Feature","id":{json.dumps(name)},"geometry":{geometry},'
        f'"properties":{json.dumps(about, ensure_ascii=False)}}}'
        for name, geometry, about in zip(ids, geometries, properties, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{features}],"next":null}}'
