"""Two plans of a community side by side, and old grids of any kind over one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from sqlalchemy import Connection, text

from data.editing import find_state, read_head
from data.frames import read_frame
from gis.edits.compare import Matching, compare_plans, grids_at, moved_ground
from gis.edits.crosswalk import crosswalk
from gis.edits.draft import Draft

__all__ = [
    "Compared",
    "Shares",
    "compare",
    "crosswalk_of_plans",
    "load_draft",
    "shares",
    "to_features",
    "usual_matching",
]

_LEAST_GROUND_M2 = 1.0
"""Ground without households below which nobody calls it moved: seams drawn anew."""


@dataclass(frozen=True)
class Compared:
    """What differs between two plans.

    `moves` has a row for each pair of grids between which ground moves: `former`,
    `grid`, `households`, `buildings`, `area_m2`, `devices`, `spaces`, most households
    first. `seams` (`state` old, new or kept) and `moved` are layers in degrees.
    """

    matching: Matching
    households: int
    households_moved: int
    moves: pd.DataFrame
    seams: GeoDataFrame
    moved: GeoDataFrame
    grids_before: int
    grids_after: int
    added: list[str]
    gone: list[str]


def compare(
    connection: Connection, before: int, after: int, *, matching: Matching | None = None
) -> Compared:
    """Compare two plans of one community; counts are those of the later one."""
    how = matching or usual_matching(connection, before, after)
    old, new = load_draft(connection, before), load_draft(connection, after)
    found = compare_plans(old, new, matching=how)
    ground = moved_ground(old, new, found)
    moves = found.moves
    real = (moves["households"] > 0) | (moves["area_m2"] >= _LEAST_GROUND_M2)
    moves = moves[real].drop(columns="moved")
    for kind in ("device", "activity_space"):
        places = _places(connection, kind, new)
        pairs = _pairs(old, new, places)
        keys = zip(moves["former"], moves["grid"], strict=True)
        name = "devices" if kind == "device" else "spaces"
        moves[name] = [pairs[key] for key in keys]
    moves = moves.sort_values(
        ["households", "area_m2", "former", "grid"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )
    large = (ground["households"] > 0) | (ground.area >= _LEAST_GROUND_M2)
    return Compared(
        matching=how,
        households=int(new.households.sum()),
        households_moved=int(moves["households"].sum()),
        moves=moves,
        seams=found.seams.to_crs(4326),
        moved=ground[large].to_crs(4326),
        grids_before=len(old.codes),
        grids_after=len(new.codes),
        added=sorted(set(new.codes) - set(old.codes)),
        gone=sorted(set(old.codes) - set(new.codes)),
    )


def usual_matching(connection: Connection, before: int, after: int) -> Matching:
    """Return how grids of two plans are told apart if nobody says otherwise.

    Plans made from one another keep their codes; codes of plans that were drawn each on
    its own say nothing, so the ground does.
    """
    roots = connection.execute(_ROOTS, {"plans": [before, after]}).scalars().all()
    return "code" if len(set(roots)) == 1 else "share"


_ROOTS = text(
    """
    with recursive line as (
        select id as plan, id, parent from plan where id = any(:plans)
        union all
        select l.plan, p.id, p.parent from line l join plan p on p.id = l.parent
    )
    select id from line where parent is null
    """
)


def _places(connection: Connection, table: str, draft: Draft) -> Any:
    """Return the points of a register of the community, in metres."""
    frame = read_frame(
        connection,
        f"select st_asbinary(geom) as geometry from {table} "
        "where community = :community and geom is not null",
        community=draft.cell_set.code,
    )
    return frame.geometry.to_crs(draft.crs).centroid.to_numpy()


def _pairs(old: Draft, new: Draft, points: Any) -> Counter[tuple[str, str]]:
    """Count points by the grids they lie in before and after."""
    former = np.array(old.codes, object)[grids_at(old, points)]
    grid = np.array(new.codes, object)[grids_at(new, points)]
    return Counter(zip(former, grid, strict=True))


def crosswalk_of_plans(connection: Connection, before: int, after: int) -> pd.DataFrame:
    """Return the shares of the grids of one plan over those of another."""
    old, new = load_draft(connection, before), load_draft(connection, after)
    frame = GeoDataFrame({"code": old.codes}, geometry=list(old.outlines), crs=old.crs)
    table = crosswalk(frame, new)
    names = dict(zip(old.codes, (grid.name for grid in old.grids), strict=True))
    return _named(table, names, new)


@dataclass(frozen=True)
class Shares:
    """Old grids over a plan: the table, a row for each old grid, and two figures.

    `grids` has `legacy`, `name`, `households`, `into` (the grid that takes most of it),
    `share` (percent of its households there, of its area where nobody lives) and
    `displaced` (households that go elsewhere). `covered` counts the households that lie
    in any old grid.
    """

    table: pd.DataFrame
    grids: pd.DataFrame
    covered: int
    displaced: int


def shares(connection: Connection, plan: int, legacy: GeoDataFrame) -> Shares:
    """Hold old grids against a plan (RULES 003-04); they are in degrees."""
    draft = load_draft(connection, plan)
    table = crosswalk(legacy.to_crs(draft.crs), draft)
    names = dict(zip(legacy["code"], legacy["name"], strict=True))
    named = _named(table, names, draft)
    rows = [_heir(str(code), part) for code, part in named.groupby("legacy")]
    columns = ["legacy", "name", "households", "into", "share", "displaced"]
    grids = pd.DataFrame(rows, columns=columns)
    return Shares(
        table=named,
        grids=grids,
        covered=int(grids["households"].sum()),
        displaced=int(grids["displaced"].sum()),
    )


def _heir(code: str, part: pd.DataFrame) -> Sequence[object]:
    """Return what becomes of one old grid."""
    total = int(part["households"].sum())
    by = "households" if total else "area_m2"
    inside = part[part["grid"] != ""]
    if inside.empty:
        return (code, part["name"].iloc[0], total, "", 0.0, total)
    most = inside.sort_values([by, "grid"], ascending=[False, True]).to_dict("records")
    heir = most[0]
    percent = heir["household_percent" if total else "area_percent"]
    displaced = total - int(heir["households"])
    return (code, heir["name"], total, heir["grid"], float(percent), displaced)


def _named(table: pd.DataFrame, names: dict[str, str], draft: Draft) -> pd.DataFrame:
    """Add the names of grids beside their codes."""
    new = dict(zip(draft.codes, (grid.name for grid in draft.grids), strict=True))
    after = table.assign(
        name=table["legacy"].map(names).fillna(""),
        grid_name=table["grid"].map(new).fillna(""),
    )
    order = ["legacy", "name", "grid", "grid_name"]
    return after[[*order, *(c for c in after.columns if c not in order)]]


def load_draft(connection: Connection, plan: int) -> Draft:
    """Return a plan of any status in metres, as edits have it in hand."""
    return find_state(connection, read_head(connection, plan)).draft


def to_features(layer: GeoDataFrame) -> list[dict[str, Any]]:
    """Return the rows of a layer in degrees as GeoJSON features, to the centimetre."""
    shapes = gpd.GeoSeries(shapely.set_precision(layer.geometry.to_numpy(), 1e-7))
    about = layer.drop(columns=layer.geometry.name).to_dict("records")
    return [
        {
            "type": "Feature",
            "id": number,
            "geometry": shapely.geometry.mapping(shape),
            "properties": row,
        }
        for number, (row, shape) in enumerate(zip(about, shapes, strict=True))
        if not shape.is_empty
    ]
