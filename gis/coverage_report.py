"""The proof that parts cover their wholes, and the faults where they do not."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from gis.chains import cancel, directed_segments
from gis.crs import require_metric
from gis.errors import CoverageError
from gis.faces import faulty_faces, missing_vertices, usable_polygons

__all__ = [
    "NOISE_AREA",
    "CoverageReport",
    "check_coverage",
    "check_coverages",
    "require_coverage",
]

NOISE_AREA = 1e-6
"""Faces up to this area (m², one square millimetre) are float noise of noding.

Leaving them out hides nothing: the edges around them stay unmatched.
"""

_AREA_TOLERANCE = 1e-9

_Named = tuple[tuple[Hashable, ...], Polygon]


@dataclass(frozen=True)
class CoverageReport:
    """Every fault of a coverage, each with its place.

    Attributes
    ----------
    shapes : GeoDataFrame of Point
        `polygon`, `whole`, `reason`: empty, not polygonal, crossing itself, or
        of no whole. Where there is no place to show, the point is empty.
    gaps : GeoDataFrame of Polygon
        `whole`, `area_m2`: parts of a whole that no polygon covers.
    overlaps : GeoDataFrame of Polygon
        `whole`, `left`, `right`, `area_m2`: what two polygons both cover.
    spills : GeoDataFrame of Polygon
        `whole`, `polygon`, `area_m2`: parts of a polygon outside its whole.
    edges : GeoDataFrame of LineString
        `whole`, `polygon` (None for the outline of the whole itself),
        `length_m`: segments without a partner of the same two end points.
    vertices : GeoDataFrame of Point
        `whole`, `polygon` (None as above): a vertex others have and this polygon
        lacks on its edge, a T-junction.
    areas : DataFrame
        `whole`, `area_m2` and `parts_area_m2`, the second proof.

    Notes
    -----
    All but `areas` are sorted with the largest first.
    """

    shapes: GeoDataFrame
    gaps: GeoDataFrame
    overlaps: GeoDataFrame
    spills: GeoDataFrame
    edges: GeoDataFrame
    vertices: GeoDataFrame
    areas: pd.DataFrame

    @property
    def is_proven(self) -> bool:
        """Whether every shape is valid and every segment met its match."""
        return bool(self.shapes.empty and self.edges.empty)

    @property
    def area_error(self) -> float:
        """Largest difference between a whole and its parts, relative to it."""
        whole = self.areas["area_m2"].to_numpy(dtype=float)
        parts = self.areas["parts_area_m2"].to_numpy(dtype=float)
        floor = np.finfo(float).tiny  # a whole without area may not divide by zero
        error = np.abs(parts - whole) / np.maximum(whole, floor)
        return float(np.max(error, initial=0.0))

    @property
    def ok(self) -> bool:
        """Whether the coverage is proven, by its edges and by its areas."""
        return self.is_proven and self.area_error <= _AREA_TOLERANCE

    def of(self, whole: Hashable) -> CoverageReport:
        """Return the part of the report that concerns one whole."""
        return CoverageReport(
            **{
                name: frame[(frame["whole"] == whole).to_numpy(dtype=bool)]
                for name, frame in vars(self).items()
            }
        )


def check_coverage(
    grids: GeoSeries, community: Polygon | MultiPolygon
) -> CoverageReport:
    """Check that grids cover a community exactly, edge for edge.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Polygons in a projected CRS with metre units.
    community : Polygon or MultiPolygon
        Community boundary in the CRS of `grids`. It must carry every vertex the
        grids have on it.

    Returns
    -------
    CoverageReport
        The faults; the single whole is named 0.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.

    Notes
    -----
    The proof is that of `gis.chains.cancel`: valid polygons whose directed
    segments cancel but for the community's own. Only where segments are left are
    faces built, so a good coverage costs one pass over its segments and a bad
    one hardly more. `shapely.coverage_is_valid` accepts an empty list, a missing
    middle and a wide gap; this does not.

    Examples
    --------
    >>> from shapely import box
    >>> halves = GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=32650)
    >>> community = Polygon([(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)])
    >>> check_coverage(halves, community).ok
    True
    >>> check_coverage(halves, box(0, 0, 2, 1)).vertices.geometry.tolist()
    [<POINT (1 0)>, <POINT (1 1)>]
    """
    wholes = GeoSeries([community], crs=grids.crs)
    return check_coverages(grids, wholes, np.zeros(len(grids), dtype=np.int64))


def check_coverages(
    parts: GeoSeries, wholes: GeoSeries, whole_of: NDArray[np.int64]
) -> CoverageReport:
    """Check that the parts of each of many wholes cover it exactly.

    Parameters
    ----------
    parts : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Polygons in a projected CRS with metre units.
    wholes : GeoSeries of Polygon or MultiPolygon, shape (k,)
        Polygons to be covered, in the CRS of `parts`.
    whole_of : ndarray of int64, shape (n,)
        Position in `wholes` of the whole each part belongs to, -1 for none.

    Returns
    -------
    CoverageReport
        The faults of all wholes; `whole`, `polygon`, `left` and `right` are index
        labels of `wholes` and `parts`.

    Raises
    ------
    CRSError
        If `parts` has no CRS, or one that is not in metres.

    Examples
    --------
    >>> from shapely import box
    >>> rooms = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 1)], crs=32650)
    >>> houses = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 2)], ["A", "B"], crs=32650)
    >>> report = check_coverages(rooms, houses, np.array([0, 1]))
    >>> report.gaps[["whole", "area_m2"]].values.tolist()
    [['B', 1.0]]
    """
    require_metric(parts)
    return _Check(parts, wholes, whole_of).report()


def require_coverage(grids: GeoSeries, community: Polygon | MultiPolygon) -> None:
    """Refuse grids that do not cover a community exactly.

    Parameters
    ----------
    grids : GeoSeries of Polygon or MultiPolygon, shape (n,)
        Polygons in a projected CRS with metre units.
    community : Polygon or MultiPolygon
        Community boundary in the CRS of `grids`, with their vertices on it.

    Raises
    ------
    CRSError
        If `grids` has no CRS, or one that is not in metres.
    CoverageError
        If there is a fault; the message counts them and names the first place.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoSeries([box(0, 0, 1, 1)], crs=32650)
    >>> require_coverage(grids, box(0, 0, 1, 1))
    """
    report = check_coverage(grids, community)
    if report.ok:
        return
    for name in ("shapes", "gaps", "overlaps", "spills", "vertices", "edges"):
        frame: GeoDataFrame = getattr(report, name)
        if not frame.empty:
            point = shapely.point_on_surface(frame.geometry.iloc[0])
            place = "nowhere" if point.is_empty else f"{point.x:.3f} {point.y:.3f}"
            raise CoverageError(
                f"coverage has {len(frame)} {name}, the first at {place}; "
                "draw from shared vertices or use clean_coverage"
            )
    raise CoverageError(
        f"areas of the parts differ from the whole by {report.area_error:.1e}, "
        f"more than {_AREA_TOLERANCE:.0e}; measure nearer to the origin of the CRS"
    )


class _Check:
    """One run of the check: the parts, what is left of their chains, the faces."""

    def __init__(
        self, parts: GeoSeries, wholes: GeoSeries, whole_of: NDArray[np.int64]
    ) -> None:
        self.crs = parts.crs
        self.part_names = parts.index.to_numpy(dtype=object)
        self.whole_names = wholes.index.to_numpy(dtype=object)
        self.whole_of = np.asarray(whole_of, dtype=np.int64)
        self.parts, part_reasons = usable_polygons(parts.array.to_numpy(dtype=object))
        self.wholes, whole_reasons = usable_polygons(
            wholes.array.to_numpy(dtype=object)
        )
        for row in np.flatnonzero(self.whole_of < 0):
            part_reasons.setdefault(int(row), ("belongs to no whole", shapely.Point()))
        self.reasons = [
            (self.part_names[row], self._whole_name(self.whole_of[row]), *reason)
            for row, reason in sorted(part_reasons.items())
        ] + [
            (None, self._whole_name(row), *reason)
            for row, reason in sorted(whole_reasons.items())
        ]
        known = self.parts.copy()
        known[self.whole_of < 0] = None
        self.segments = directed_segments(known)
        self.outline = directed_segments(self.wholes)
        self.left = cancel(
            self.segments, self.outline, group=self.whole_of[self.segments.owner]
        )

    def _whole_name(self, row: int | np.int64) -> Hashable:
        name: Hashable = self.whole_names[row] if row >= 0 else None
        return name

    def report(self) -> CoverageReport:
        """Build faces where segments are left, and sort every fault."""
        faces: tuple[list[_Named], list[_Named], list[_Named]] = ([], [], [])
        lines, wholes, owners = self._left_over()
        for row in np.unique(wholes):
            members = np.flatnonzero(self.whole_of == row)
            for face in faulty_faces(
                lines[wholes == row],
                self.parts[members],
                self.wholes[row],
                min_area=NOISE_AREA,
            ):
                names = self.part_names[members[list(face.parts)]]
                faces[len(names)].append(
                    ((self.whole_names[row], *names), face.geometry)
                )
        gaps, spills, overlaps = faces
        return CoverageReport(
            shapes=self._shapes(),
            gaps=self._faces(["whole"], gaps),
            overlaps=self._faces(["whole", "left", "right"], overlaps),
            spills=self._faces(["whole", "polygon"], spills),
            edges=self._edges(lines, wholes, owners),
            vertices=self._vertices(lines, wholes, owners),
            areas=self._areas(),
        )

    def _left_over(
        self,
    ) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.object_]]:
        """Return the segments left over as lines, their wholes and their owners."""
        inner, outer = self.left.parts, self.left.wholes
        owner = self.segments.owner[inner]
        nobody = np.full(len(outer), None, dtype=object)
        return (
            np.concatenate([self.segments.lines(inner), self.outline.lines(outer)]),
            np.concatenate([self.whole_of[owner], self.outline.owner[outer]]),
            np.concatenate([self.part_names[owner], nobody]),
        )

    def _shapes(self) -> GeoDataFrame:
        columns = ["polygon", "whole", "reason"]
        points = [row[3] for row in self.reasons]
        return self._frame(columns, [row[:3] for row in self.reasons], points)

    def _edges(
        self,
        lines: NDArray[np.object_],
        wholes: NDArray[np.int64],
        owners: NDArray[np.object_],
    ) -> GeoDataFrame:
        length = shapely.length(lines)
        order = np.argsort(-length, kind="stable")
        rows = zip(self.whole_names[wholes], owners, length.tolist(), strict=True)
        table = list(rows)
        columns = ["whole", "polygon", "length_m"]
        return self._frame(columns, [table[k] for k in order], lines[order])

    def _vertices(
        self,
        lines: NDArray[np.object_],
        wholes: NDArray[np.int64],
        owners: NDArray[np.object_],
    ) -> GeoDataFrame:
        rows, points = missing_vertices(lines, wholes)
        table = zip(self.whole_names[wholes[rows]], owners[rows], strict=True)
        return self._frame(["whole", "polygon"], list(table), points)

    def _areas(self) -> pd.DataFrame:
        known = self.whole_of >= 0
        return pd.DataFrame(
            {
                "whole": self.whole_names,
                "area_m2": shapely.area(self.wholes),
                "parts_area_m2": np.bincount(
                    self.whole_of[known],
                    weights=shapely.area(self.parts[known]),
                    minlength=len(self.wholes),
                ),
            }
        )

    def _faces(self, columns: list[str], faces: list[_Named]) -> GeoDataFrame:
        faces = sorted(faces, key=lambda face: -face[1].area)
        return self._frame(
            [*columns, "area_m2"],
            [(*names, polygon.area) for names, polygon in faces],
            [polygon for _, polygon in faces],
        )

    def _frame(
        self,
        columns: list[str],
        rows: list[tuple[object, ...]],
        geometry: NDArray[np.object_] | list[shapely.Geometry],
    ) -> GeoDataFrame:
        # Object columns keep labels as they are: None stays None, 1 stays 1.
        frame = pd.DataFrame(rows, columns=columns, dtype=object)
        for measure in frame.columns.intersection(["area_m2", "length_m"]):
            frame[measure] = frame[measure].astype(float)
        return GeoDataFrame(frame, geometry=list(geometry), crs=self.crs)
