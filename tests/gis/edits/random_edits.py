"""Random drafts and random edits, and what must hold after every one of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
from shapely import LineString

from gis.cells import CellSet
from gis.drawing import canonical, draw_plans
from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import change_type, lock, rename, renumber, unlock
from gis.edits.cellsets import build_cell_set, columns_of, segment_table
from gis.edits.changes import Edit
from gis.edits.draft import Buildings, Draft, draft_of, plan_of
from gis.edits.lines import draw_grid, reshape_seam, split_by_line
from gis.edits.redraw import redraw_around_locks, repartition_after_counts, split_grid
from gis.edits.single import give_building
from gis.kinds import GridType, SeamKind
from gis.layers import Layers
from gis.plan import outline_of, plan_layers
from tests.communities import CRS

LOW, HIGH = 300, 500


def drafts_of(layers: Layers) -> tuple[Layers, list[Draft]]:
    """Draw the plans of a source and take them in hand."""
    ordered = canonical(layers)
    plans = draw_plans(ordered)
    made = [
        draft_of(
            plan,
            Buildings.of_layer(ordered.buildings, plan.cell_set),
            low=LOW,
            high=HIGH,
            crs=CRS,
        )
        for plan in plans
    ]
    return ordered, made


def exported(draft: Draft, layers: Layers) -> dict[str, pd.DataFrame]:
    """Return the layers of a plan file, geometries as bytes."""
    buildings = layers.buildings.copy()
    rows = draft.cell_set.members
    buildings.iloc[rows, buildings.columns.get_loc("households")] = (
        draft.buildings.households
    )
    counted = Layers(**{**vars(layers), "buildings": buildings})
    frames = plan_layers([plan_of(draft)], counted, low=LOW, high=HIGH)
    return {role: frame.to_wkb() for role, frame in frames.items()}


def random_line(draft: Draft, rng: np.random.Generator) -> LineString:
    """Draw right across the community, bent or straight."""
    west, south, east, north = shapely.total_bounds(draft.outlines)
    low, span = np.array([west, south]), np.array([east - west, north - south])
    ends = low + rng.uniform(-0.3, 1.3, (2, 2)) * span
    bends = low + rng.uniform(0, 1, (rng.integers(0, 3), 2)) * span
    return LineString([ends[0], *bends, ends[1]])


def line_from_vertices(draft: Draft, rng: np.random.Generator) -> LineString:
    """Draw from vertex to vertex of the cells, as a planner who snaps does."""
    xy = np.unique(shapely.get_coordinates(draft.cell_set.polygons), axis=0)
    return LineString(xy[rng.choice(len(xy), min(3, len(xy)), replace=False)])


def random_edit(draft: Draft, rng: np.random.Generator) -> Edit:
    """Try one edit of any kind, with arguments at random."""
    n = len(draft.labels)

    def code() -> str:
        return str(draft.codes[rng.integers(len(draft.codes))])

    def line() -> LineString:
        return (random_line, line_from_vertices)[rng.integers(2)](draft, rng)

    def anyway() -> dict[str, bool]:
        return {"through_buildings": bool(rng.integers(4))}

    def polygon() -> shapely.Polygon:
        size = rng.uniform(5, 200)
        return shapely.Point(rng.choice(draft.graph.xy)).buffer(size, 3)

    orphans = ("refuse", "hand_over")[rng.integers(2)]
    edits: list[Callable[[], Edit]] = [
        lambda: reassign(
            draft,
            rng.choice(n, rng.integers(1, 4)).tolist(),
            code(),
            orphans=orphans,
            remove_emptied=bool(rng.integers(2)),
        ),
        lambda: give_building(
            draft,
            int(rng.integers(len(draft.buildings.names) or 1)),
            code(),
            orphans=orphans,
            remove_emptied=True,
        ),
        lambda: merge_grids(draft, {code(), code()}),
        lambda: split_grid(draft, code(), int(rng.integers(2, 4))),
        lambda: split_by_line(draft, code(), line(), **anyway()),
        lambda: split_by_line(draft, code(), line(), **anyway()),
        lambda: reshape_seam(
            draft, (code(), code()), line(), **anyway(), orphans=orphans
        ),
        lambda: draw_grid(
            draft, polygon(), **anyway(), orphans=orphans, remove_emptied=True
        ),
        lambda: change_type(draft, code(), GridType(int(rng.integers(3)))),
        lambda: rename(draft, code(), f"网格{rng.integers(9)}"),
        lambda: renumber(draft),
        lambda: renumber(draft, {code(): int(rng.integers(1, 9))}),
        lambda: lock(draft, [code()]),
        lambda: unlock(draft),
        lambda: redraw_around_locks(draft, seed=int(rng.integers(9))),
        lambda: repartition_after_counts(
            draft, rng.poisson(draft.buildings.households)
        ),
    ]
    return edits[rng.integers(len(edits))]()


def assert_sound(draft: Draft) -> None:
    """Every cell in one grid, no gap or overlap, edges matched, nothing stale."""
    cells = draft.cell_set
    assert len(draft.labels) == len(cells.polygons)
    assert draft.labels.min() >= 0
    assert list(draft.codes) == sorted(set(draft.codes))
    assert shapely.is_valid(cells.polygons).all()
    assert shapely.coverage_is_valid(cells.polygons)
    assert shapely.coverage_is_valid(draft.outlines)
    assert set(shapely.get_type_id(draft.outlines)) == {3}
    total = shapely.area(cells.polygons).sum()
    assert abs(total - shapely.area(draft.outlines).sum()) < 1e-9 * total
    assert draft.households.sum() == draft.buildings.households.sum()
    resident = [grid.type is GridType.RESIDENT for grid in draft.grids]
    explained = [grid.reason is not None for grid in draft.grids]
    assert ((draft.off > 0) == explained).all()
    assert not (np.array(explained) & ~np.array(resident)).any()


def assert_as_if_fresh(draft: Draft) -> None:
    """What was carried along equals what is built from the polygons alone."""
    cells = draft.cell_set
    for k, outline in enumerate(draft.outlines):
        fresh = outline_of(cells.polygons[draft.labels == k])
        assert shapely.equals_identical(outline, fresh)
    anew = rebuilt(draft, cells.polygons)
    for name in cells.graph.__slots__:
        old, new = getattr(cells.graph, name), getattr(anew.graph, name)
        assert np.array_equal(old, new), name
    assert np.array_equal(cells.buildings, anew.buildings)
    assert np.array_equal(segments_of(cells), segments_of(anew))


def rebuilt(draft: Draft, polygons: np.ndarray) -> CellSet:
    """Return the cell set of a draft built anew on polygons."""
    cells = draft.cell_set
    return build_cell_set(
        polygons,
        columns_of(cells.graph),
        code=cells.code,
        name=cells.name,
        kinds=segment_table(cells),
        members=cells.members,
        member_cell=cells.member_cell,
        households=draft.buildings.households,
        straddles=cells.straddles,
    )


def segments_of(cells: CellSet) -> np.ndarray:
    """Return the segments as rows, in the order of all their columns."""
    s = cells.segments
    rows = np.column_stack([s.i, s.j, s.a, s.b, cells.segment_kind])
    return rows[np.lexsort(rows.T)]


def street_metres(draft: Draft) -> dict[int, float]:
    """Return the metres of every kind of seam, open ground left out."""
    cells = draft.cell_set
    metres = np.bincount(cells.segment_kind, cells.segments.length, len(SeamKind))
    return {k: float(metres[k]) for k in range(int(SeamKind.NONE))}
