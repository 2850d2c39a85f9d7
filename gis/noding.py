"""Everything that divides a community, noded into edges that know what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.kinds import SeamKind
from gis.layers import Layers
from gis.streets import divides, street_kinds

__all__ = ["dividing_lines", "node_lines", "water_polygons"]

_BARRIER_KINDS = {
    "river": SeamKind.RIVER,
    "railway": SeamKind.RAILWAY,
    "wall": SeamKind.WALL,
    "elevated_road": SeamKind.MAIN_ROAD,
}
_WATER = "river"


def _is_water(barriers: GeoDataFrame) -> NDArray[np.bool_]:
    polygon = shapely.get_dimensions(barriers.geometry.to_numpy()) == 2
    return np.asarray((barriers["kind"] == _WATER).to_numpy() & polygon)


def water_polygons(layers: Layers) -> NDArray[Any]:
    """Return waters as polygons; tiles of one river are joined."""
    shapes = layers.barriers.geometry.to_numpy()[_is_water(layers.barriers)]
    parts = shapely.get_parts([shapely.union_all(shapes)])
    return np.asarray(parts[shapely.get_type_id(parts) == 3])


def dividing_lines(
    layers: Layers, sites: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """Return every line that cuts communities, and what it is.

    Parameters
    ----------
    layers : Layers
        In a metric CRS.
    sites : ndarray of Polygon, shape (k,)
        Sites that get grids of their own; empty polygons count for nothing.

    Returns
    -------
    lines : ndarray of LineString, shape (s,)
    kinds : ndarray of int8, shape (s,)
        `SeamKind` of each line.
    """
    area = shapely.union_all(shapely.box(*layers.communities.bounds.to_numpy().T))
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
    lakes = water_polygons(layers)
    water = shapely.multipolygons(lakes)
    add(lakes, SeamKind.RIVER)

    streets = layers.streets[divides(layers.streets)]
    ways = streets.geometry.to_numpy().copy()
    bridge = streets["bridge"].fillna(False).astype(bool).to_numpy()
    if bridge.any() and not shapely.is_empty(water):
        ways[bridge] = shapely.difference(ways[bridge], water)
    add(ways, street_kinds(streets))
    add(layers.compounds.geometry.to_numpy(), SeamKind.COMPOUND_EDGE)
    add(sites[~shapely.is_empty(sites)], SeamKind.COMPOUND_EDGE)
    if not lines:
        return np.empty(0, object), np.empty(0, np.int8)
    return np.concatenate(lines), np.concatenate(kinds)


def node_lines(
    rings: NDArray[Any],
    lines: NDArray[Any],
    kinds: NDArray[np.int8],
    *,
    grid: float,
    spacing: float,
) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """Node rings and lines together.

    Parameters
    ----------
    rings : ndarray of lines
        Outlines of communities.
    lines : ndarray of LineString, shape (s,)
    kinds : ndarray of int8, shape (s,)
        `SeamKind` of each line.
    grid : float
        Width of the lattice all vertices are snapped to, in metres.
    spacing : float
        Edges carry a vertex at least this often, in metres.

    Returns
    -------
    edges : ndarray of LineString, shape (e,)
        Between nodes, in an order and direction that the lines alone decide.
    kinds : ndarray of int8, shape (e,)
        The most visible of what lies on each edge, NONE on a bare outline.
    """
    noded = shapely.unary_union(np.concatenate([rings, lines]), grid_size=grid)
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
    if len(lines) and len(edges):
        middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
        e, s = shapely.STRtree(lines).query(
            middle, predicate="dwithin", distance=10 * grid
        )
        np.minimum.at(kind, e, kinds[s])
    return shapely.segmentize(edges, spacing), kind
