"""Cut communities into street blocks: everything is noded once, together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import SegmentTable
from gis.empty_land import reserve_empty_land
from gis.errors import GeometryError
from gis.kinds import GridType
from gis.landuse import site_type
from gis.layers import Layers
from gis.noding import dividing_lines, node_lines, water_polygons
from gis.slivers import absorb_slivers, mend_communities

__all__ = ["BlockParameters", "Blocks", "build_blocks"]


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
        Gaps and overlaps between given communities up to this width are mended.
        A wider overlap is refused; a wider gap is land of no community.
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
        If there is no community, or two overlap by more than `parameters.mend`.

    Notes
    -----
    Streets that end inside a block and bridges over water cut nothing. Blocks
    are found by noding all lines at once with snap rounding and polygonizing.
    """
    p = parameters or BlockParameters()
    if len(layers.communities) == 0:
        msg = "no community to draw; give a communities layer or a boundary"
        raise GeometryError(msg, "没有可划分的社区；请给出社区图层或边界")
    sites = _sites(layers, p)
    outlines = layers.communities.geometry.to_numpy()
    edges, edge_kind = node_lines(
        shapely.boundary(outlines),
        *dividing_lines(layers, sites),
        grid=p.grid,
        spacing=p.vertex_spacing,
    )
    faces = _polygonize(edges)
    points = shapely.point_on_surface(faces)
    community = _claim(points, outlines)
    faces, community = mend_communities(
        faces, community, layers.communities, width=p.mend
    )
    points = shapely.point_on_surface(faces)

    table = SegmentTable.from_lines(edges, edge_kind)
    where = layers.buildings.geometry.representative_point().to_numpy()
    households = layers.buildings["households"].to_numpy(dtype=np.int64)
    building_face = _claim(where, faces)
    face_compound = _claim(points, layers.compounds.geometry.to_numpy())
    face_site = _claim(points, sites)
    built = np.zeros(len(faces), dtype=bool)
    built[building_face[building_face >= 0]] = True
    faces, first = absorb_slivers(
        faces, community, built, table, thin=p.thin, crumb=p.crumb
    )
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
    lake = _claim(shapely.point_on_surface(faces), water_polygons(layers))
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


def _sites(layers: Layers, p: BlockParameters) -> NDArray[Any]:
    """Return site polygons; those too small for a grid as empty polygons."""
    polygons = layers.sites.geometry.to_numpy().copy()
    polygons[shapely.area(polygons) < p.least_site] = shapely.Polygon()
    return np.asarray(polygons)


def _canonical_order(
    faces: NDArray[Any], community: NDArray[np.int32]
) -> NDArray[np.int64]:
    xy = shapely.bounds(faces)
    return np.lexsort((xy[:, 3], xy[:, 2], xy[:, 1], xy[:, 0], community))


def _claim(points: NDArray[Any], polygons: NDArray[Any]) -> NDArray[np.int32]:
    """Return the first polygon that covers each point, -1 where none does."""
    found = np.full(len(points), -1, np.int32)
    if len(polygons) and len(points):
        i, j = shapely.STRtree(polygons).query(points, predicate="intersects")
        order = np.lexsort((-j, i))
        found[i[order]] = j[order]
    return found


def _polygonize(edges: NDArray[Any]) -> NDArray[Any]:
    faces = shapely.get_parts(shapely.polygonize(edges))
    keys = shapely.to_wkb(shapely.normalize(faces))
    return np.asarray(faces[np.argsort(keys, kind="stable")])
