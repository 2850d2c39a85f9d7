"""Cut cells along a line, exactly.

Where the line crosses an edge, one point is computed and put into every polygon that
has the edge, so that all keep matching vertex by vertex; no edge is bent to a lattice
for it. Pieces too thin or too small to stand alone stay with the piece beside them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from gis.adjacency import SegmentTable
from gis.cells import CellSet, Ways
from gis.edits.cellsets import build_cell_set, columns_of, segment_table
from gis.edits.crossings import CrossedEdges, OnEdges, Point, cross_edges
from gis.edits.draft import Buildings
from gis.edits.refusals import EditError

__all__ = ["Cut", "cut_cells", "in_the_way", "replace_cells", "tidy_line"]

LATTICE = 0.001
"""Bends of a drawn line are put on this lattice, in metres."""

_THIN, _CRUMB = 1.0, 1.0
"""Width (twice area over perimeter, metres) and area (m²) below which a piece does
not stand alone."""

_WALL = 0.05
"""A cut may graze a wall by so many metres."""

_ALONG = 1e-6
"""What is this near to an edge lies on it, in metres."""


@dataclass(frozen=True)
class Cut:
    """Cells after a cut.

    Attributes
    ----------
    cell_set : CellSet
        Cells that were not cut keep their numbers; of the pieces of a cell the
        largest has its number, the others come after the last.
    pieces : dict of int to int
        Cell each of these others was cut from.
    reshaped : tuple of int
        Cells that only got a vertex where the line ends on their edge.
    outline_vertices : ndarray of float64, shape (v, 2)
        New vertices on the outline of the community: its polygon gets them too. A
        neighbouring community that shares this border is another plan and is not
        touched; the vertex lies on its straight edge as exactly as numbers can say.
    """

    cell_set: CellSet
    pieces: dict[int, int]
    reshaped: tuple[int, ...]
    outline_vertices: NDArray[np.float64]


def tidy_line(line: Any) -> Any:
    """Return a drawn line on the lattice, or refuse one that cannot cut.

    Parameters
    ----------
    line : LineString or LinearRing
        In the metric CRS of the cells.

    Returns
    -------
    LineString
        Without repeated vertices; closed if it was.

    Raises
    ------
    EditError
        If fewer than two vertices are left, the line crosses itself, or a place of it
        is too far off to be measured in the CRS.

    Examples
    --------
    >>> tidy_line(LineString([(0, 0), (0, 0.0001), (5.00001, 3)])).wkt
    'LINESTRING (0 0, 5 3)'
    """
    drawn = shapely.get_coordinates(line)
    if not np.isfinite(drawn).all():
        raise EditError(
            "line_off_the_map",
            "线画到了地图之外；请在社区附近画",
            "the line leaves the map; draw it near the community",
        )
    xy = np.round(drawn / LATTICE) * LATTICE
    xy = np.round(xy, 3)
    keep = np.r_[True, (xy[1:] != xy[:-1]).any(axis=1)]
    xy = xy[keep]
    if len(xy) < 2:
        raise EditError(
            "line_too_short",
            "线太短；请至少点两个位置",
            "the line is too short; click two places or more",
        )
    tidy = LineString(xy)
    if not tidy.is_simple:
        raise EditError(
            "line_crosses_itself",
            "线与自己相交；请画一条不打结的线",
            "the line crosses itself; draw it without a loop",
        )
    return tidy


def cut_cells(
    cells: CellSet,
    buildings: Buildings,
    line: Any,
    *,
    within: NDArray[np.integer] | None = None,
    through_buildings: bool = False,
    ways: Ways | None = None,
) -> Cut | None:
    """Cut cells along a line.

    Parameters
    ----------
    cells : CellSet
    buildings : Buildings
        Its members; households of the pieces are counted from them.
    line : LineString
        From `tidy_line`. What dangles inside a cell cuts nothing.
    within : ndarray of int, optional
        Cells that may be cut; all by default.
    through_buildings : bool, default False
        Whether the line may part a building; it counts where its point lies.
    ways : Ways, optional
        What the line may follow, for the kind of the new seam.

    Returns
    -------
    Cut or None
        None where the line cuts no cell.

    Raises
    ------
    EditError
        If the cut would part a building, or runs so close along an edge that no
        exact cut can be made.
    """
    allowed = np.arange(len(cells.polygons)) if within is None else np.asarray(within)
    hit = allowed[shapely.intersects(cells.polygons[allowed], line)]
    edges = cross_edges(cells, hit, line)
    chords = _chords(cells, hit, line, edges)
    kept: dict[int, list[Any]] = {}
    pieces: dict[int, list[Any]] = {}
    for cell, lines in chords.items():
        used, faces = _without_slivers(cells.polygons[cell], lines, edges.points)
        if used:
            kept[cell], pieces[cell] = used, faces
    if not kept:
        return None
    used = [chord for lines in kept.values() for chord in lines]
    if not through_buildings:
        _require_no_building(used, buildings)
    needed = edges.only({xy for chord in used for xy in _ends(chord)})
    if needed.points != edges.points:
        # Points where nothing was cut in the end must not stay in the pieces.
        pieces = {
            cell: _faces(cells.polygons[cell], lines, needed.points)
            for cell, lines in kept.items()
        }
    return _assemble(cells, buildings, pieces, needed, ways)


def _ends(chord: Any) -> tuple[Point, Point]:
    xy = shapely.get_coordinates(chord)
    (a, b), (c, d) = xy[[0, -1]].tolist()
    return (a, b), (c, d)


def _chords(
    cells: CellSet, hit: NDArray[np.integer], line: Any, edges: CrossedEdges
) -> dict[int, list[Any]]:
    """Return the stretches of the line between two edges, by the cell they cross."""
    chords = edges.stretches(line)
    if len(chords) == 0:
        return {}
    middle = shapely.line_interpolate_point(chords, 0.5, normalized=True)
    k, at = shapely.STRtree(cells.polygons[hit]).query(middle, predicate="within")
    found: dict[int, list[Any]] = defaultdict(list)
    for chord, cell in zip(k.tolist(), hit[at].tolist(), strict=True):
        outline = shapely.boundary(cells.polygons[cell])
        if not shapely.dwithin(middle[chord], outline, _ALONG):
            found[cell].append(chords[chord])
    return dict(sorted(found.items()))


def _faces(polygon: Any, chords: list[Any], points: OnEdges) -> list[Any]:
    """Return the faces chords part a cell in; its edges carry all given points."""
    steps = [
        step
        for ring in shapely.get_rings(polygon)
        for step in pairwise(_carry(ring, points))
    ]
    lines = np.concatenate([shapely.linestrings(steps), np.array(chords, object)])
    faces = shapely.get_parts(shapely.polygonize(lines))
    if shapely.get_num_interior_rings(polygon):
        # The lines also enclose what lies in the holes of the cell.
        faces = faces[shapely.contains(polygon, shapely.point_on_surface(faces))]
    area = shapely.area(faces).sum()
    exact = abs(area - polygon.area) < 1e-6 + 1e-9 * polygon.area
    if not exact or not shapely.coverage_is_valid(faces):
        raise EditError(
            "line_along_edge",
            "线与单元边几乎重合，无法精确切割；请离开边线一点再画",
            "the line all but follows an edge and cannot cut exactly; draw it a "
            "little further off",
        )
    return list(faces)


def _carry(ring: Any, points: OnEdges) -> list[Point]:
    """Return the vertices of a ring with the points that lie on its edges."""
    xy = [tuple(p) for p in shapely.get_coordinates(ring).tolist()]
    result = xy[:1]
    for p, q in pairwise(xy):
        if p < q:
            result += points.get((p, q), [])
        else:
            result += points.get((q, p), [])[::-1]
        result.append(q)
    return result


def _without_slivers(
    polygon: Any, chords: list[Any], points: OnEdges
) -> tuple[list[Any], list[Any]]:
    """Return the chords that are left when every piece can stand alone, and these."""
    while chords:
        found = _faces(polygon, chords, points)
        if len(found) < 2:
            break
        faces = np.array(found, object)
        area = shapely.area(faces)
        weak = (2 * area / shapely.length(faces) < _THIN) | (area < _CRUMB)
        if not weak.any():
            return chords, found
        worst = faces[np.where(weak, area, np.inf).argmin()]
        lines = np.array(chords, object)
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        rim = shapely.dwithin(worst, middle, _ALONG)
        drop = int(np.where(rim, shapely.length(lines), -1.0).argmax())
        chords = chords[:drop] + chords[drop + 1 :]
    return [], []


def in_the_way(lines: list[Any], footprints: NDArray[Any]) -> NDArray[np.int64]:
    """Return the buildings that lines pass through, not only along.

    Parameters
    ----------
    lines : list of LineString
    footprints : ndarray of Polygon, MultiPolygon or Point, shape (n,)
        A point is in nobody's way.

    Returns
    -------
    ndarray of int64
        Their places, ascending.
    """
    solid = np.flatnonzero(shapely.get_dimensions(footprints) == 2)
    shapes, drawn = footprints[solid], np.array(lines, object)
    line, at = shapely.STRtree(shapes).query(drawn, predicate="intersects")
    core = shapely.buffer(shapes[at], -_WALL)
    return np.unique(solid[at[shapely.intersects(core, drawn[line])]])


def _require_no_building(chords: list[Any], buildings: Buildings) -> None:
    """Refuse a cut that runs through buildings, and say which."""
    names = [buildings.names[k] for k in in_the_way(chords, buildings.footprints)]
    if names:
        raise EditError(
            "through_building",
            f"无法拆分：切线穿过{'、'.join(names)}；请绕开，或选择允许穿楼",
            f"cannot cut: the line passes through {', '.join(names)}; go around, or "
            "allow it to pass through buildings",
            buildings=names,
        )


def _assemble(
    cells: CellSet,
    buildings: Buildings,
    pieces: dict[int, list[Any]],
    edges: CrossedEdges,
    ways: Ways | None,
) -> Cut:
    """Return the cell set with pieces in place of the cells they were cut from."""
    owners = np.unique(edges.owners())
    reshaped = tuple(k for k in owners.tolist() if k >= 0 and k not in pieces)
    changed = {
        k: [_with_points(cells.polygons[k], edges.points)] for k in reshaped
    } | pieces
    made, origin = replace_cells(
        cells, buildings, changed, edges.table(cells), ways=ways
    )
    return Cut(made, origin, reshaped, edges.outer())


def _with_points(polygon: Any, points: OnEdges) -> Any:
    shell, *holes = [_carry(ring, points) for ring in shapely.get_rings(polygon)]
    return Polygon(shell, holes)


def replace_cells(
    cells: CellSet,
    buildings: Buildings,
    pieces: dict[int, list[Any]],
    kinds: SegmentTable | None = None,
    *,
    ways: Ways | None = None,
) -> tuple[CellSet, dict[int, int]]:
    """Return a cell set with some cells in pieces, and where new cells come from.

    Parameters
    ----------
    cells : CellSet
    buildings : Buildings
        Its members.
    pieces : dict of int to list of Polygon
        Pieces of each cell, one or more; together with the cells that stay they are
        a coverage again.
    kinds : SegmentTable, optional
        What lies on segments that the set has not got.
    ways : Ways, optional
        What new segments may follow.

    Returns
    -------
    cell_set : CellSet
        The largest piece of a cell keeps its number, the others come after the
        last, by cell and then from west to east.
    origin : dict of int to int
        Cell each of these others was cut from.
    """
    polygons = list(cells.polygons)
    origin: dict[int, int] = {}
    for cell, parts in sorted(pieces.items()):
        largest, *others = _largest_first(parts)
        polygons[cell] = largest
        for other in others:
            origin[len(polygons)] = cell
            polygons.append(other)
    shapes = np.array(polygons, object)
    parent = np.r_[np.arange(len(cells.polygons)), list(origin.values())].astype(int)
    xy = cells.graph.xy[parent]
    fresh = np.r_[sorted(pieces), list(origin)].astype(int)
    xy[fresh] = shapely.get_coordinates(shapely.point_on_surface(shapes[fresh]))
    cut = sorted(set(origin.values()))
    known = segment_table(cells)
    if kinds is not None:
        known = SegmentTable(
            np.concatenate([known.a, kinds.a]),
            np.concatenate([known.b, kinds.b]),
            np.concatenate([known.kind, kinds.kind]),
        )
    made = build_cell_set(
        shapes,
        columns_of(cells.graph).of_rows(parent),
        code=cells.code,
        name=cells.name,
        kinds=known,
        members=cells.members,
        member_cell=_recount(cells, buildings, shapes, np.r_[cut, list(origin)]),
        households=buildings.households,
        straddles=cells.straddles,
        xy=xy,
        ways=ways,
    )
    return made, origin


def _largest_first(parts: list[Any]) -> list[Any]:
    """Return pieces with the largest first, the others from west to east."""
    shapes = np.array(parts, object)
    box = shapely.bounds(shapes)
    shapes = shapes[np.lexsort((box[:, 3], box[:, 2], box[:, 1], box[:, 0]))]
    first = int(shapely.area(shapes).argmax())
    return [shapes[first], *shapes[:first], *shapes[first + 1 :]]


def _recount(
    cells: CellSet,
    buildings: Buildings,
    polygons: NDArray[Any],
    pieces: NDArray[np.integer],
) -> NDArray[np.int32]:
    """Return the cell of each building; those of cut cells are looked up anew."""
    result = cells.member_cell.copy()
    at = pieces.astype(int)
    ask = np.flatnonzero(np.isin(cells.member_cell, at))
    if len(ask) == 0:
        return result
    # A point on a cut belongs to the first piece.
    point, piece = shapely.STRtree(polygons[at]).query_nearest(buildings.points[ask])
    order = np.lexsort((piece, point))
    _, first = np.unique(point[order], return_index=True)
    result[ask] = at[piece[order][first]]
    return result
