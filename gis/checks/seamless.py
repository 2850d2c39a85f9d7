"""Check that grids cover communities, and cells cover grids, exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely import Polygon

from gis.coverage_report import NOISE_AREA, CoverageReport, check_coverages
from gis.evidence import LISTED, Evidence, Findings

__all__ = ["check_seamless"]

# Boundaries are snapped to a millimetre before anything is drawn in them.
_SNAP = 0.001


def check_seamless(e: Evidence, *, boundaries: GeoDataFrame | None = None) -> Findings:
    """Prove that grids cover communities and cells cover grids (RULES 003-03).

    Parameters
    ----------
    e : Evidence
        Layers of a plan.
    boundaries : GeoDataFrame, optional
        Communities as the source has them, `code` and geometry, in the same CRS.

    Returns
    -------
    Findings
        Gaps, overlaps, spills, unmatched edges and broken shapes, located; and
        where the plan's communities are not those of the source.
    """
    found = Findings(e)
    grids = e.grids.geometry
    outlines = e.communities.geometry
    whole = check_coverages(grids, outlines, e.grid_community)
    fine = check_coverages(e.cells.geometry, grids, e.cell_grid)
    upper, lower = _Level(found, e, cells=False), _Level(found, e, cells=True)
    upper.say_all(whole)
    lower.say_all(fine)
    _grid_figures(upper, whole)
    _cell_figures(lower, fine)
    _community_overlaps(found, e)
    if boundaries is not None:
        _source_boundaries(found, e, boundaries)
    return found


class _Level:
    """One of the two coverages: grids of communities, or cells of grids."""

    def __init__(self, found: Findings, e: Evidence, *, cells: bool) -> None:
        self.found = found
        self.evidence = e
        self.prefix = "cell_" if cells else ""
        words = ("单元", "cell", "网格", "grid")
        if not cells:
            words = ("网格", "grid", "社区", "community")
        self.words = dict(zip(("zh", "en", "whole_zh", "whole_en"), words, strict=True))
        nobody = np.array([-1])
        # Positions -1 stand for no whole and no polygon.
        self.community = np.append(
            e.grid_community if cells else np.arange(len(e.communities)), nobody
        )
        self.grid = np.append(e.cell_grid if cells else np.arange(len(e.grids)), nobody)

    def communities(self, frame: GeoDataFrame | pd.DataFrame) -> NDArray[np.int64]:
        """Return the position of the community of each row, -1 for none."""
        return self.community[_rows(frame["whole"])]

    def total(
        self, frame: GeoDataFrame | pd.DataFrame, column: str | None = None
    ) -> NDArray[np.float64]:
        """Count rows, or add up a column, by community."""
        keys = self.communities(frame)
        values = np.ones(len(frame)) if column is None else frame[column].to_numpy()
        counts = np.bincount(
            keys[keys >= 0],
            values[keys >= 0].astype(float),
            len(self.evidence.communities),
        )
        return counts.astype(np.float64)

    def say(self, kind: str, frame: GeoDataFrame, columns: list[str]) -> None:
        """Note the first faults of each community in full, and count the rest."""
        keys = self.communities(frame)
        listed = pd.Series(keys).groupby(keys).cumcount().to_numpy() < LISTED
        self.found.count_more(keys[~listed])
        rows = frame[listed]
        owners = [self.grid[_rows(rows[name])] for name in columns]
        text_zh, text_en = _WORDS[kind]
        for k, row in enumerate(rows.to_dict("records")):
            measure = float(row.get("area_m2", row.get("length_m", 0.0)))
            reason = row.get("reason", "")
            fields = {**self.words, "measure": _figure(measure), "reason": reason}
            codes = dict.fromkeys(
                self.found.codes[grids[k]] for grids in owners if grids[k] >= 0
            )
            self.found.add(
                self.prefix + kind,
                community=int(keys[listed][k]),
                zh=text_zh.format(**fields),
                en=text_en.format(**fields),
                grids=tuple(codes),
                measure=measure,
                where=row["geometry"],
            )

    def say_all(self, report: CoverageReport) -> None:
        """Note every fault of a report."""
        self.say("shape", report.shapes, ["polygon"])
        self.say("gap", report.gaps, [])
        self.say("overlap", report.overlaps, ["left", "right"])
        self.say("outside", report.spills, ["polygon"])
        self.say("vertex", report.vertices, ["polygon"])
        self.say("edge", report.edges, ["polygon"])
        if report.is_proven and not report.ok:
            apart = (report.areas["parts_area_m2"] - report.areas["area_m2"]).abs()
            off = report.areas.assign(area_m2=apart, geometry=None)
            self.say("area", off.nlargest(1, "area_m2"), [])


def _rows(names: pd.Series) -> NDArray[np.int64]:
    """Return positions as whole numbers, -1 for None."""
    return np.array([-1 if name is None else name for name in names], dtype=np.int64)


def _grid_figures(level: _Level, report: CoverageReport) -> None:
    found = level.found
    apart = (report.areas["parts_area_m2"] - report.areas["area_m2"]).abs()
    found.count("area_m2", report.areas["area_m2"])
    found.count("area_difference_m2", apart.where(apart >= NOISE_AREA * 1e3, 0.0))
    found.count("gap_area_m2", level.total(report.gaps, "area_m2"))
    found.count("overlap_area_m2", level.total(report.overlaps, "area_m2"))
    found.count("outside_area_m2", level.total(report.spills, "area_m2"))
    found.count("unmatched_edges", level.total(report.edges).astype(int))
    found.count("missing_vertices", level.total(report.vertices).astype(int))
    found.count("broken_shapes", level.total(report.shapes).astype(int))


def _cell_figures(level: _Level, report: CoverageReport) -> None:
    faces = (report.gaps, report.overlaps, report.spills)
    wrong = [level.total(frame, "area_m2") for frame in faces]
    edges = level.total(report.edges) + level.total(report.shapes)
    level.found.count("cell_difference_m2", np.sum(wrong, axis=0))
    level.found.count("cell_unmatched_edges", edges.astype(int))


_WORDS = {
    "shape": ("{zh}图形不可用：{reason}", "{en} shape cannot be used: {reason}"),
    "gap": (
        "{whole_zh}内有{measure}平方米未被{zh}覆盖",
        "{measure} m² of the {whole_en} lie in no {en}",
    ),
    "area": (
        "{zh}面积之和与{whole_zh}面积相差{measure}平方米",
        "areas of the {en}s differ from the {whole_en} by {measure} m²",
    ),
    "overlap": ("两个{zh}重叠{measure}平方米", "two {en}s overlap by {measure} m²"),
    "outside": (
        "{zh}超出{whole_zh}边界{measure}平方米",
        "{measure} m² of the {en} lie outside its {whole_en}",
    ),
    "vertex": (
        "接边处缺少共用顶点",
        "edge lacks a vertex that its neighbour has",
    ),
    "edge": (
        "{measure}米边线没有对应的接边",
        "{measure} m of edge have no matching edge",
    ),
}


def _figure(value: float) -> str:
    """Write a measure so that a tiny one does not read as zero."""
    if value == 0 or value >= 0.01:
        return f"{value:,.2f}"
    return f"{value:.1e}"


def _community_overlaps(found: Findings, e: Evidence) -> None:
    """Note what two communities both claim."""
    outlines = e.communities.geometry.array.to_numpy()
    sound = shapely.is_valid(outlines)  # broken ones are already a fault
    left, right = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    pairs = (left < right) & sound[left] & sound[right]
    left, right = left[pairs], right[pairs]
    shared = shapely.intersection(outlines[left], outlines[right])
    area = shapely.area(shared)
    total = np.zeros(len(outlines))
    names = e.communities["name"].astype(str).to_numpy()
    for k in np.flatnonzero(area > NOISE_AREA):
        total[left[k]] += area[k]
        pair = f"{names[left[k]]}, {names[right[k]]}"
        found.add(
            "community_overlap",
            community=int(left[k]),
            zh=f"两个社区（{pair}）重叠{_figure(area[k])}平方米",
            en=f"two communities ({pair}) overlap by {_figure(area[k])} m²",
            measure=area[k],
            where=shared[k],
        )
    found.count("community_overlap_m2", total)


def _source_boundaries(found: Findings, e: Evidence, boundaries: GeoDataFrame) -> None:
    """Hold the plan's communities against those of the source.

    A community that was put together from its own cells has no gap whatever is
    missing; only the source tells.
    """
    given = dict(
        zip(
            boundaries["code"].fillna("").astype(str),
            shapely.make_valid(boundaries.geometry.array.to_numpy()),
            strict=True,
        )
    )
    codes = e.communities["code"].fillna("").astype(str)
    total = np.zeros(len(e.communities))
    for row, (code, outline) in enumerate(
        zip(codes, shapely.make_valid(e.communities.geometry), strict=True)
    ):
        source = given.get(code, Polygon())
        apart = shapely.symmetric_difference(source, outline)
        total[row] = apart.area
        if apart.area > _SNAP * source.length:
            largest = max(shapely.get_parts(apart), key=lambda part: part.area)
            found.add(
                "boundary",
                community=row,
                zh=f"社区边界与源数据相差{_figure(apart.area)}平方米",
                en=f"community differs from its source by {_figure(apart.area)} m²",
                measure=apart.area,
                where=largest,
            )
    found.count("source_difference_m2", total)
    for code in sorted(set(given) - set(codes)):
        found.add(
            "boundary",
            community=-1,
            zh=f"源数据中的社区{code}不在方案内",
            en=f"community {code} of the source is not in the plan",
            measure=given[code].area,
            where=given[code],
        )
