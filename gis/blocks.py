"""Cut communities into street blocks: everything is noded once, together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.adjacency import SegmentTable, pair_sums, shared_segments
from gis.empty_land import reserve_empty_land
from gis.errors import GeometryError
from gis.kinds import GridType, SeamKind
from gis.landuse import site_type
from gis.layers import Layers
from gis.streets import divides, street_kinds

__all__ = ["BlockParameters", "Blocks", "build_blocks"]

_BARRIER_KINDS = {
    "river": SeamKind.RIVER,
    "railway": SeamKind.RAILWAY,
    "wall": SeamKind.WALL,
    "elevated_road": SeamKind.MAIN_ROAD,
}
_WATER = "river"

# A face too thin to stand alone is given to a neighbour; it goes where nothing
# but a drawn line lies between, and across a street only if it must.
_CROSSING_COST = {
    SeamKind.MAIN_ROAD: 0.02,
    SeamKind.STREET: 0.1,
    SeamKind.ALLEY: 0.5,
    SeamKind.RIVER: 0.02,
    SeamKind.RAILWAY: 0.02,
    SeamKind.WALL: 0.5,
    SeamKind.COMPOUND_EDGE: 1.0,
    SeamKind.NONE: 1.0,
}


@dataclass(frozen=True, slots=True)
class BlockParameters:
    """Sizes that decide what is a block. Metres and square metres.

    Attributes
    ----------
    grid : float
        All lines are snapped once to a lattice of this width.
    vertex_spacing : float
        Block edges carry a vertex at least this often, so that later cuts can
        end at one and never disturb the neighbour.
    thin : float
        Faces without buildings and narrower than this (twice area over
        perimeter) join a neighbour: road medians, strips along a wall.
    crumb : float
        Faces without buildings and smaller than this join a neighbour.
    least_site : float
        Smaller sites get no grid of their own.
    large_empty : float
        Empty land of this size or more is a reserved grid of its own.
    mend : float
        Gaps and overlaps between given communities narrower than this are
        mended; wider ones are refused.
    """

    grid: float = 0.001
    vertex_spacing: float = 15.0
    thin: float = 18.0
    crumb: float = 400.0
    least_site: float = 5_000.0
    large_empty: float = 20_000.0
    mend: float = 2.0


@dataclass(frozen=True)
class Blocks:
    """Street blocks of all communities: a coverage, matched vertex by vertex.

    Attributes
    ----------
    polygons : ndarray of Polygon, shape (b,)
        In a metric CRS; sorted by community, then west to east.
    community : ndarray of int32, shape (b,)
        Row of the community each block lies in.
    compound : ndarray of int32, shape (b,)
        Row of the compound, -1 where none.
    site : ndarray of int32, shape (b,)
        Site number, -1 where none. Numbers past the rows of the site layer
        stand for large empty land.
    kind : ndarray of int8, shape (b,)
        `GridType` the block belongs to.
    households : ndarray of int64, shape (b,)
    building_block : ndarray of int32, shape (buildings,)
        Block of each building by its representative point, -1 outside.
    building_points : ndarray of Point, shape (buildings,)
    edges : SegmentTable
        Seam kind of every segment of a block edge.
    """

    polygons: NDArray[Any]
    community: NDArray[np.int32]
    compound: NDArray[np.int32]
    site: NDArray[np.int32]
    kind: NDArray[np.int8]
    households: NDArray[np.int64]
    building_block: NDArray[np.int32]
    building_points: NDArray[Any]
    edges: SegmentTable


def build_blocks(
    layers: Layers,
    *,
    low: int = 300,
    high: int = 500,
    parameters: BlockParameters | None = None,
) -> Blocks:
    """Cut communities into blocks along streets, barriers and outlines.

    Parameters
    ----------
    layers : Layers
        In a metric CRS; buildings with households.
    low, high : int
        Household band; decides which empty land may be reserved.
    parameters : BlockParameters, optional

    Returns
    -------
    Blocks
        An exact coverage of every community, snapped to the lattice of
        `parameters.grid`; communities that share a border share its vertices.

    Raises
    ------
    GeometryError
        If there is no community, or two communities overlap or leave a gap
        between them wider than `parameters.mend`.

    Notes
    -----
    Streets that end inside a block and bridges over water cut nothing. Blocks
    are found by noding all lines at once with snap rounding and polygonizing.
    """
    p = parameters or BlockParameters()
    if len(layers.communities) == 0:
        msg = "no community to draw; give a communities layer or a boundary"
        raise GeometryError(msg)
    rings, sources, source_kind = _source_lines(layers, p)
    edges, edge_kind = _node(rings, sources, source_kind, p)
    faces = _polygonize(edges)
    points = shapely.point_on_surface(faces)
    community = _claim(points, layers.communities.geometry.to_numpy())
    faces, community = _mend(faces, community, layers, p)
    points = shapely.point_on_surface(faces)

    table = SegmentTable.from_lines(edges, edge_kind)
    where = layers.buildings.geometry.representative_point().to_numpy()
    households = layers.buildings["households"].to_numpy(dtype=np.int64)
    building_face = _claim(where, faces)
    face_compound = _claim(points, layers.compounds.geometry.to_numpy())
    site_polygons = _sites(layers, p)
    face_site = _claim(points, site_polygons)
    group = _absorb(faces, community, building_face, face_compound, face_site, table, p)
    faces, first = _merge(faces, group)
    community, compound, site = (
        community[first],
        face_compound[first],
        face_site[first],
    )
    order = _canonical_order(faces, community)
    faces, community = faces[order], community[order]
    compound, site = compound[order], site[order]
    building_block = _claim(where, faces)
    inside = building_block >= 0
    count = np.bincount(
        building_block[inside], households[inside], minlength=len(faces)
    ).astype(np.int64)
    kinds = np.array(
        [site_type(kind) for kind in layers.sites["kind"]], dtype=np.int8
    ).reshape(-1)
    kind = np.zeros(len(faces), np.int8)
    kind[site >= 0] = kinds[site[site >= 0]]
    lake = _claim(shapely.point_on_surface(faces), _water(layers))
    group = reserve_empty_land(
        faces,
        community,
        count,
        site,
        lake >= 0,
        large=p.large_empty,
        thin=p.thin,
        low=low,
        high=high,
    )
    empty = group >= 0
    site[empty] = len(kinds) + group[empty]
    kind[empty] = int(GridType.RESERVED)
    return Blocks(
        faces, community, compound, site, kind, count, building_block, where, table
    )


def _claim(points: NDArray[Any], polygons: NDArray[Any]) -> NDArray[np.int32]:
    """Return the first polygon that covers each point, -1 where none does."""
    found = np.full(len(points), -1, np.int32)
    if len(polygons) and len(points):
        i, j = shapely.STRtree(polygons).query(points, predicate="intersects")
        order = np.lexsort((-j, i))
        found[i[order]] = j[order]
    return found


def _sites(layers: Layers, p: BlockParameters) -> NDArray[Any]:
    """Return site polygons; those too small for a grid as empty polygons."""
    polygons = layers.sites.geometry.to_numpy().copy()
    polygons[shapely.area(polygons) < p.least_site] = shapely.Polygon()
    return np.asarray(polygons)


def _is_water(barriers: GeoDataFrame) -> NDArray[np.bool_]:
    polygon = shapely.get_dimensions(barriers.geometry.to_numpy()) == 2
    return np.asarray((barriers["kind"] == _WATER).to_numpy() & polygon)


def _water(layers: Layers) -> NDArray[Any]:
    """Return waters as polygons; tiles of one river are joined."""
    shapes = layers.barriers.geometry.to_numpy()[_is_water(layers.barriers)]
    parts = shapely.get_parts([shapely.union_all(shapes)])
    return np.asarray(parts[shapely.get_type_id(parts) == 3])


def _source_lines(
    layers: Layers, p: BlockParameters
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int8]]:
    """Collect rings of communities, and every dividing line with its kind."""
    area = shapely.union_all(shapely.box(*layers.communities.bounds.to_numpy().T))
    rings = shapely.boundary(layers.communities.geometry.to_numpy())
    lines: list[NDArray[Any]] = []
    kinds: list[NDArray[np.int8]] = []

    def add(geometries: NDArray[Any], kind: NDArray[np.int8] | SeamKind) -> None:
        given = np.broadcast_to(np.asarray(kind, np.int8), len(geometries))
        polygon = shapely.get_dimensions(geometries) == 2
        geometries = np.where(polygon, shapely.boundary(geometries), geometries)
        near = shapely.intersects(geometries, area)
        parts, index = shapely.get_parts(geometries[near], return_index=True)
        lines.append(parts)
        kinds.append(given[near][index])

    barriers = layers.barriers
    dry = ~_is_water(barriers)
    barrier_kind = barriers["kind"].map(_BARRIER_KINDS).fillna(SeamKind.NONE)
    add(barriers.geometry.to_numpy()[dry], barrier_kind.to_numpy(dtype=np.int8)[dry])
    lakes = _water(layers)
    water = shapely.multipolygons(lakes)
    add(lakes, SeamKind.RIVER)

    streets = layers.streets[divides(layers.streets)]
    ways = streets.geometry.to_numpy().copy()
    bridge = streets["bridge"].fillna(False).astype(bool).to_numpy()
    if bridge.any() and not shapely.is_empty(water):
        ways[bridge] = shapely.difference(ways[bridge], water)
    add(ways, street_kinds(streets))
    add(layers.compounds.geometry.to_numpy(), SeamKind.COMPOUND_EDGE)
    sites = _sites(layers, p)
    add(sites[~shapely.is_empty(sites)], SeamKind.COMPOUND_EDGE)
    if not lines:
        return rings, np.empty(0, object), np.empty(0, np.int8)
    return rings, np.concatenate(lines), np.concatenate(kinds)


def _node(
    rings: NDArray[Any],
    sources: NDArray[Any],
    source_kind: NDArray[np.int8],
    p: BlockParameters,
) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """Node all lines on the lattice; return edges with vertices and kinds."""
    noded = shapely.unary_union(np.concatenate([rings, sources]), grid_size=p.grid)
    edges = shapely.get_parts(noded)
    edges = edges[shapely.get_type_id(edges) == 1]
    # Direction must not hang on the order of rows: floats differ both ways round.
    start = shapely.get_coordinates(shapely.get_point(edges, 0))
    end = shapely.get_coordinates(shapely.get_point(edges, -1))
    back = (start[:, 0] > end[:, 0]) | (
        (start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1])
    )
    edges = shapely.normalize(np.where(back, shapely.reverse(edges), edges))
    edges = edges[np.argsort(shapely.to_wkb(edges), kind="stable")]
    kind = np.full(len(edges), int(SeamKind.NONE), np.int8)
    if len(sources) and len(edges):
        middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
        e, s = shapely.STRtree(sources).query(
            middle, predicate="dwithin", distance=10 * p.grid
        )
        np.minimum.at(kind, e, source_kind[s])
    return shapely.segmentize(edges, p.vertex_spacing), kind


def _polygonize(edges: NDArray[Any]) -> NDArray[Any]:
    faces = shapely.get_parts(shapely.polygonize(edges))
    keys = shapely.to_wkb(shapely.normalize(faces))
    return np.asarray(faces[np.argsort(keys, kind="stable")])


def _mend(
    faces: NDArray[Any],
    community: NDArray[np.int32],
    layers: Layers,
    p: BlockParameters,
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Drop faces outside; refuse wide overlaps, give hairline gaps away."""
    polygons = layers.communities.geometry.to_numpy()
    names = [
        str(n or c or k + 1)
        for k, (n, c) in enumerate(
            zip(layers.communities["name"], layers.communities["code"], strict=True)
        )
    ]
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    for a, b in zip(first, second, strict=True):
        if a >= b:
            continue
        common = shapely.intersection(polygons[a], polygons[b])
        core = shapely.buffer(common, -p.mend / 2)
        if not shapely.is_empty(core):
            spot = shapely.point_on_surface(core)
            msg = (
                f"communities {names[a]} and {names[b]} overlap by "
                f"{shapely.area(common):.0f} m² near ({spot.x:.1f}, {spot.y:.1f}); "
                "correct their outlines so that they only share a border"
            )
            raise GeometryError(msg)
    outside = np.flatnonzero(community < 0)
    if len(outside) and len(polygons) > 1:
        seg = shared_segments(faces)
        inner = seg.inner
        i, j, (shared,) = pair_sums(seg.i[inner], seg.j[inner], seg.length[inner])
        thin = 2 * shapely.area(faces) / shapely.length(faces) < p.mend
        # A hairline gap has neighbours of its community on nearly all sides.
        best: dict[int, tuple[float, int]] = {}
        covered = np.zeros(len(faces))
        for u, v, metres in zip(i, j, shared, strict=True):
            for f, g in ((u, v), (v, u)):
                if community[f] < 0 <= community[g] and thin[f]:
                    covered[f] += metres
                    best[f] = max(best.get(f, (0.0, -1)), (metres, -int(g)))
        around = shapely.length(faces)
        for f, (_, g) in best.items():
            if covered[f] > 0.9 * around[f]:
                community = community.copy()
                community[f] = community[-g]
    inside = community >= 0
    return faces[inside], community[inside]


def _absorb(
    faces: NDArray[Any],
    community: NDArray[np.int32],
    building_face: NDArray[np.int32],
    compound: NDArray[np.int32],
    site: NDArray[np.int32],
    table: SegmentTable,
    p: BlockParameters,
) -> NDArray[np.int32]:
    """Give thin faces and crumbs without buildings to a neighbour.

    Returns the group of each face; the lowest number of a group is the face
    that gives its compound and site.
    """
    n = len(faces)
    seg = shared_segments(faces)
    inner = seg.inner
    cost = np.array([_CROSSING_COST[kind] for kind in SeamKind])
    kinds = table.lookup(seg, missing=int(SeamKind.NONE))
    pull = (seg.length * cost[kinds])[inner]
    i, j, (pull,) = pair_sums(seg.i[inner], seg.j[inner], pull)
    area, length = shapely.area(faces), shapely.length(faces)
    built = np.zeros(n, dtype=bool)
    built[building_face[building_face >= 0]] = True
    weak = ~built & ((2 * area / length < p.thin) | (area < p.crumb))
    neighbours: list[list[tuple[float, int]]] = [[] for _ in range(n)]
    for u, v, w in zip(i.tolist(), j.tolist(), pull.tolist(), strict=True):
        if community[u] == community[v]:
            neighbours[u].append((w, v))
            neighbours[v].append((w, u))
    group = np.arange(n, dtype=np.int32)

    def root(f: int) -> int:
        while group[f] != f:
            group[f] = group[group[f]]
            f = int(group[f])
        return f

    # Smallest first, so that a chain of slivers ends in a real block.
    for f in sorted(np.flatnonzero(weak).tolist(), key=lambda f: (area[f], f)):
        mine = root(f)
        pulls: dict[int, float] = {}
        for w, g in neighbours[f]:
            other = root(g)
            if other != mine:
                pulls[other] = pulls.get(other, 0.0) + w
        if pulls:
            # Strong neighbours first: a strip shall not swallow its like.
            target = max(pulls, key=lambda g: (not weak[g], pulls[g], -g))
            group[mine] = target
    return np.array([root(f) for f in range(n)], np.int32)


def _merge(
    faces: NDArray[Any], group: NDArray[np.int32]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Unite the faces of each group; return blocks and their leading face."""
    order = np.argsort(group, kind="stable")
    leaders, start = np.unique(group[order], return_index=True)
    stop = np.r_[start[1:], len(order)]
    merged = faces[leaders].copy()
    for k in np.flatnonzero(stop - start > 1):
        merged[k] = shapely.coverage_union_all(faces[order[start[k] : stop[k]]])
    return merged, leaders.astype(np.int64)


def _canonical_order(
    faces: NDArray[Any], community: NDArray[np.int32]
) -> NDArray[np.int64]:
    xy = shapely.bounds(faces)
    return np.lexsort((xy[:, 3], xy[:, 2], xy[:, 1], xy[:, 0], community))
