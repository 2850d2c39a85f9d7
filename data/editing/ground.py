"""The cells a plan is built on, as the edits want them: read once, never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyproj import CRS
from sqlalchemy import Connection, Row, text

from gis.adjacency import SegmentTable
from gis.cells import CellSet, Ways
from gis.crs import metric_crs
from gis.degrees import from_degrees, to_degrees
from gis.edits import Buildings, CellColumns, build_cell_set
from gis.edits.stored import VertexBook
from gis.kinds import GridType, SeamKind
from gis.seams import seam_table

__all__ = ["Ground", "building_marks", "load_ground", "metres"]

_STREETS_AROUND = 0.0003
"""Degrees around a community within which a street may lie along one of its cuts."""


@dataclass(frozen=True)
class Ground:
    """A cell set of the record in metres, with all that edits ask of it.

    Attributes
    ----------
    id : int
        Number of the cell set; 0 for one that is not stored.
    base : int
        The set that later ones of the same plan are cut from.
    cells : CellSet
    buildings : Buildings
        By names that planners know; each is there once.
    codes : tuple of str
        Numbers of the buildings in the register, in the same order.
    estimated : ndarray of bool, shape (b,)
    stored : ndarray of Polygon, shape (n,)
        Cells in degrees, bit by bit as they are in the record.
    book : VertexBook
        Where each vertex is stored.
    ways : Ways
        What a new seam may run along.
    """

    id: int
    base: int
    cells: CellSet
    buildings: Buildings
    codes: tuple[str, ...]
    estimated: NDArray[np.bool_]
    stored: NDArray[Any]
    book: VertexBook
    ways: Ways

    @property
    def crs(self) -> CRS:
        """Metric CRS of the cells."""
        return self.book.crs


def metres(shapes: NDArray[Any], crs: CRS) -> NDArray[Any]:
    """Return shapes in degrees in a metric CRS; the same degrees give the same bits."""
    change = from_degrees(crs)
    return np.asarray(
        shapely.transform(shapes, change.transform, interleaved=False), object
    )


def load_ground(
    connection: Connection, cell_set: int, *, plan: int | None = None
) -> Ground:
    """Read a cell set. Kinds that it does not tell come from `plan` and the register.

    Footprints and names are those of the register; a building it has not got is a
    point and goes by its number.
    """
    about = connection.execute(text(_ABOUT), {"cell_set": cell_set}).one()
    crs = CRS(about.metric_crs or _guess(about))
    cells = connection.execute(text(_CELLS), {"cell_set": cell_set}).all()
    stored = _shapes([row.geom for row in cells])
    polygons = metres(stored, crs)
    homes = connection.execute(
        text(_BUILDINGS), {"cell_set": cell_set, "community": about.community}
    ).all()
    buildings = _buildings(homes, crs)
    columns = CellColumns(
        block=np.array([row.block for row in cells], np.int32),
        compound=np.array([row.compound for row in cells], np.int32),
        kind=np.array([int(GridType[row.kind.upper()]) for row in cells], np.int8),
        site=np.array([row.site for row in cells], np.int32),
    )
    ways = _ways(connection, cell_set, crs)
    kinds, known = _kinds(connection, cell_set, plan, crs)
    built = build_cell_set(
        polygons,
        columns,
        code=about.community,
        name=about.name,
        kinds=kinds,
        members=np.arange(len(homes)),
        member_cell=np.array([row.cell for row in homes], np.int32),
        households=buildings.households,
        straddles=np.array([row.straddles for row in homes], bool),
        ways=ways if known else _all_ways(connection, cell_set, crs, ways),
    )
    return Ground(
        id=cell_set,
        base=about.base,
        cells=built,
        buildings=buildings,
        codes=tuple(row.code for row in homes),
        estimated=np.array([row.estimated for row in homes], bool),
        stored=stored,
        book=VertexBook.of(polygons, stored, crs=crs),
        ways=ways,
    )


def building_marks(ground: Ground, places: Sequence[int]) -> list[dict[str, Any]]:
    """Return buildings as a map shows them: number, name, households, point."""
    at = list(places)
    if not at:
        return []
    change = to_degrees(ground.crs).transform
    points = shapely.transform(ground.buildings.points[at], change, interleaved=False)
    return [
        {
            "code": ground.codes[k],
            "name": ground.buildings.names[k],
            "households": int(ground.buildings.households[k]),
            "point": [point.x, point.y],
        }
        for k, point in zip(at, points, strict=True)
    ]


def _guess(about: Row[Any]) -> CRS:
    return metric_crs(about.lon, about.lat)


def _shapes(values: Sequence[bytes]) -> NDArray[Any]:
    return np.asarray(shapely.from_wkb(np.array(values, object)), object)


def _buildings(rows: Sequence[Row[Any]], crs: CRS) -> Buildings:
    names = [row.name for row in rows]
    often = Counter(names)
    points = metres(_shapes([row.point for row in rows]), crs)
    footprints = metres(_shapes([row.footprint or row.point for row in rows]), crs)
    return Buildings(
        names=tuple(
            name if often[name] == 1 else f"{name}（{row.code}）"
            for name, row in zip(names, rows, strict=True)
        ),
        points=points,
        households=np.array([row.households for row in rows], np.int64),
        footprints=footprints,
    )


def _kinds(
    connection: Connection, cell_set: int, plan: int | None, crs: CRS
) -> tuple[SegmentTable, bool]:
    """Return what lies between the cells, and whether the record tells it of all."""
    rows = connection.execute(text(_SEAMS), {"cell_set": cell_set}).all()
    if rows:
        shapes = metres(_shapes([row.geom for row in rows]), crs)
        found = [SeamKind[row.kind.upper()] for row in rows]
        return seam_table(dict(zip(found, shapes, strict=True))), True
    # A set of before: its plans tell what lies between grids, at least.
    rows = connection.execute(
        text(_SEAMS_OF_PLANS), {"cell_set": cell_set, "plan": plan}
    ).all()
    lines = metres(_shapes([row.geom for row in rows]), crs)
    kinds = [int(SeamKind[row.kind.upper()]) for row in rows]
    return SegmentTable.from_lines(lines, np.array(kinds, np.int8)), False


def _ways(connection: Connection, cell_set: int, crs: CRS) -> Ways:
    """Return the streets of the register around a cell set."""
    rows = connection.execute(
        text(_STREETS), {"cell_set": cell_set, "around": _STREETS_AROUND}
    ).all()
    streets = GeoDataFrame(
        {
            "class": [row.road_class for row in rows],
            "tunnel": [row.tunnel for row in rows],
            "bridge": [row.bridge for row in rows],
        },
        geometry=list(metres(_shapes([row.geom for row in rows]), crs)),
        crs=crs,
    )
    return Ways.of_streets(streets)


def _all_ways(connection: Connection, cell_set: int, crs: CRS, streets: Ways) -> Ways:
    """Return streets, barriers and outlines of compounds: all that divides."""
    rows = connection.execute(
        text(_BARRIERS), {"cell_set": cell_set, "around": _STREETS_AROUND}
    ).all()
    lines = metres(_shapes([row.geom for row in rows]), crs)
    parts, index = shapely.get_parts(lines, return_index=True)
    kinds = np.array([int(_BARRIER_KINDS[row.kind]) for row in rows], np.int8)
    return Ways(
        shapely.STRtree(np.r_[streets.tree.geometries, parts]),
        np.r_[streets.kind, kinds[index]].astype(np.int8),
    )


_BARRIER_KINDS = {
    "river": SeamKind.RIVER,
    "railway": SeamKind.RAILWAY,
    "wall": SeamKind.WALL,
    "elevated_road": SeamKind.MAIN_ROAD,
    "compound": SeamKind.COMPOUND_EDGE,
}

_ABOUT = """
    select s.community, s.name, s.metric_crs, coalesce(s.parent, s.id) as base,
           st_x(st_centroid(s.geom)) as lon, st_y(st_centroid(s.geom)) as lat
    from cell_set s where s.id = :cell_set
"""
_CELLS = """
    select households, block, compound, kind, site, st_asbinary(geom) as geom
    from cell where cell_set = :cell_set order by number
"""
_BUILDINGS = """
    select b.code, b.cell, b.households, b.estimated, b.straddles,
           coalesce(nullif(r.address, ''),
                    nullif(concat_ws(' ', nullif(r.compound_name, ''), b.code), ''),
                    b.code) as name,
           st_asbinary(b.geom) as point, st_asbinary(r.geom) as footprint
    from counted_building b
    left join building r on r.community = :community and r.code = b.code
    where b.cell_set = :cell_set order by b.code collate "C"
"""
_SEAMS = """
    select kind, st_asbinary(geom) as geom from cell_seam where cell_set = :cell_set
    order by kind collate "C"
"""
_SEAMS_OF_PLANS = """
    select m.kind, st_asbinary(m.geom) as geom
    from seam m join plan p on p.id = m.plan
    where p.cell_set = :cell_set
    order by p.id = :plan desc, m.id
"""
_NEAR = """
    (select st_expand(geom, :around) from cell_set where id = :cell_set)
"""
_STREETS = f"""
    select road_class, tunnel, bridge, st_asbinary(geom) as geom
    from street where geom && {_NEAR} order by id
"""
_BARRIERS = f"""
    select kind, st_asbinary(case when st_dimension(geom) = 2 then st_boundary(geom)
                             else geom end) as geom
    from barrier where geom && {_NEAR}
    union all
    select 'compound', st_asbinary(st_boundary(geom))
    from compound where geom && {_NEAR}
    order by 1, 2
"""
