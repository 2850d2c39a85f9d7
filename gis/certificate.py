"""The certificate of a plan: six checks with figures, each fault with its place."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from pyproj import CRS

from gis.certificate_model import Certificate, Check, Finding
from gis.checks import (
    check_bounds,
    check_codes,
    check_connected,
    check_households,
    check_seamless,
    check_seams,
)
from gis.crs import metric_crs
from gis.degrees import to_degrees
from gis.evidence import LISTED, Findings, Row, gather

__all__ = [
    "Certificate",
    "Check",
    "Finding",
    "certify",
    "certify_layers",
    "plan_hash",
]

# An open edge is the rim of a gap or an overlap, which says more.
_LAST = ("vertex", "edge")


def plan_hash(grids: GeoDataFrame) -> str:
    """Return the fingerprint of a plan: SHA-256 over code and outline of its grids.

    Parameters
    ----------
    grids : GeoDataFrame of Polygon or MultiPolygon
        With column `code`. Hash the stored layer: coordinates count bit by bit,
        so another CRS gives another hash.

    Returns
    -------
    str
        64 hexadecimal digits. Order of rows, start and direction of rings do not
        matter.

    Examples
    --------
    >>> from shapely import box
    >>> grids = GeoDataFrame({"code": ["1"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    >>> plan_hash(grids)[:8] == plan_hash(grids.iloc[::-1])[:8]
    True
    """
    shapes = shapely.normalize(grids.geometry.array.to_numpy())
    outlines = shapely.to_wkb(shapes, byte_order=1, output_dimension=2)
    digest = hashlib.sha256()
    rows = zip(grids["code"].astype(str), outlines, strict=True)
    for code, outline in sorted((code, outline or b"") for code, outline in rows):
        for text in (code.encode(), outline):
            digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


def certify_layers(
    layers: Mapping[str, GeoDataFrame],
    *,
    low: int,
    high: int,
    inputs_digest: str = "",
    boundaries: GeoDataFrame | None = None,
    ways: GeoSeries | None = None,
    crs: CRS | str | int | None = None,
    codes_kept: bool = False,
) -> Certificate:
    """Certify a plan as it is stored, in longitude and latitude.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        `communities`, `grids`, `cells`, `seams` and `buildings` of a plan file.
    low, high : int
        Household band of resident grids.
    inputs_digest : str, optional
        SHA-256 of the sources.
    boundaries : GeoDataFrame, optional
        Communities as the source has them (`code`, geometry), in any CRS.
    ways : GeoSeries, optional
        Streets, barriers, compounds and sites of the source, in any CRS.
    crs : CRS or what makes one, optional
        Metric CRS to measure in; by default the one that fits the communities.
    codes_kept : bool, default False
        True for a plan that keeps the codes of an earlier one.

    Returns
    -------
    Certificate
        Its `plan_hash` is of the layers as given, so the one who draws a plan
        and the one who checks the file see the same.

    Raises
    ------
    CRSError
        If a layer has no CRS.
    PlanError
        If a layer lacks a column.
    ValueError
        If `low` exceeds `high`.
    """
    roles = ("communities", "grids", "cells", "seams", "buildings")
    if crs is None:
        west, south, east, north = layers["communities"].to_crs(4326).total_bounds
        crs = metric_crs((west + east) / 2, (south + north) / 2)
    return certify(
        **{role: layers[role].to_crs(crs) for role in roles},
        low=low,
        high=high,
        inputs_digest=inputs_digest,
        boundaries=None if boundaries is None else boundaries.to_crs(crs),
        ways=None if ways is None else ways.to_crs(crs),
        stored=layers["grids"],
        codes_kept=codes_kept,
    )


def certify(
    *,
    communities: GeoDataFrame,
    grids: GeoDataFrame,
    cells: GeoDataFrame,
    seams: GeoDataFrame,
    buildings: GeoDataFrame,
    low: int,
    high: int,
    inputs_digest: str = "",
    boundaries: GeoDataFrame | None = None,
    ways: GeoSeries | None = None,
    stored: GeoDataFrame | None = None,
    codes_kept: bool = False,
) -> Certificate:
    """Check a plan and say what was proven.

    Parameters
    ----------
    communities, grids, cells, seams, buildings : GeoDataFrame
        Layers of a plan, all in one projected CRS with metre units. Several
        communities get one certificate each besides that of the whole.
    low, high : int
        Household band of resident grids; both are allowed.
    inputs_digest : str, optional
        SHA-256 of the sources.
    boundaries : GeoDataFrame, optional
        Communities as the source has them (`code`, geometry), in the same CRS:
        those of the plan must be the same, to the millimetre they were snapped
        to. Without them the plan is proven against its own communities only.
    ways : GeoSeries, optional
        Streets, barriers and outlines of compounds and sites, in the same CRS:
        seams that claim one must lie within 5 m of one (RULES 003-01) for at
        least half their length. Without them the kinds of seams are believed.
    stored : GeoDataFrame, optional
        Grids as they are stored, to be hashed in place of `grids`.
    codes_kept : bool, default False
        True for a plan that keeps the codes of an earlier one: numbers out of
        order are then remarks, not faults.

    Returns
    -------
    Certificate
        Six checks: seamless, connected, households, bounds, seams and codes.

    Raises
    ------
    CRSError
        If a layer has no CRS, or one that is not in metres.
    PlanError
        If a layer lacks a column, or is in another CRS than the others.
    ValueError
        If `low` exceeds `high`.
    """
    evidence = gather(
        communities=communities,
        grids=grids,
        cells=cells,
        seams=seams,
        buildings=buildings,
        low=low,
        high=high,
    )
    crs = communities.crs
    results = {
        "seamless": _Result(check_seamless(evidence, boundaries=boundaries), crs),
        "connected": _Result(check_connected(evidence), crs),
        "households": _Result(check_households(evidence), crs),
        "bounds": _Result(check_bounds(evidence), crs),
        "seams": _Result(check_seams(evidence, ways=ways), crs),
        "codes": _Result(check_codes(evidence, kept=codes_kept), crs),
    }
    hashed = grids if stored is None else stored

    places = [
        (str(code or ""), str(name or ""), code)
        for code, name in zip(communities["code"], communities["name"], strict=True)
    ]

    def of(row: int | None, parts: tuple[Certificate, ...] = ()) -> Certificate:
        """Certify one community, or all of them."""
        code, name, mine = "", "", hashed
        # What belongs to no community must not drop out of a plan of one.
        if row is not None or len(places) == 1:
            code, name, key = places[row or 0]
        if row is not None:
            mine = hashed[(hashed["community"] == key).to_numpy(dtype=bool)]
        return Certificate(
            code=code,
            name=name,
            low=low,
            high=high,
            checks=tuple(result.check(key, row) for key, result in results.items()),
            plan_hash=plan_hash(mine),
            inputs_digest=inputs_digest,
            crs=crs.name,
            communities=parts,
        )

    if len(places) == 1:
        return of(None)
    return of(None, tuple(of(row) for row in range(len(places))))


class _Result:
    """Findings of one check as a table, to be cut by community."""

    def __init__(self, findings: Findings, crs: CRS) -> None:
        self.figures = findings.figures
        rows = sorted(findings.rows, key=_largest_first)
        self.community = np.array([row["community"] for row in rows], dtype=int)
        self.is_fault = np.array([row["fault"] for row in rows], dtype=bool)
        self.rows = rows
        self.more = np.array(findings.more, dtype=int)
        self.crs = crs

    def check(self, code: str, community: int | None) -> Check:
        """Return the check for one community, or for all."""
        mine = np.ones(len(self.rows), dtype=bool)
        more = len(self.more)
        table = self.figures
        if community is not None:
            mine = self.community == community
            more = int((self.more == community).sum())
            table = table.iloc[[community]]
        faults = np.flatnonzero(mine & self.is_fault)
        remarks = np.flatnonzero(mine & ~self.is_fault)
        return Check(
            code=code,
            ok=len(faults) == 0,
            figures={str(name): table[name].to_numpy().sum().item() for name in table},
            fault_count=len(faults) + more,
            remark_count=len(remarks),
            faults=self._list(faults[:LISTED]),
            remarks=self._list(remarks[:LISTED]),
        )

    def _list(self, rows: NDArray[np.intp]) -> tuple[Finding, ...]:
        return tuple(self._finding(self.rows[row]) for row in rows)

    def _finding(self, row: Row) -> Finding:
        xy = lonlat = None
        if not math.isnan(row["x"]):
            xy = (row["x"], row["y"])
            lonlat = to_degrees(self.crs).transform(*xy)
        return Finding(
            kind=row["kind"],
            zh=row["zh"],
            en=row["en"],
            grids=row["grids"],
            measure=row["measure"],
            xy=xy,
            lonlat=lonlat,
        )


def _largest_first(row: Row) -> tuple[object, ...]:
    """Order findings so that the order of rows in the layers does not matter."""
    kind = row["kind"].removeprefix("cell_")
    last = _LAST.index(kind) + 1 if kind in _LAST else 0
    place = (-math.inf, -math.inf) if math.isnan(row["x"]) else (row["x"], row["y"])
    return last, -row["measure"], place, row["grids"]
