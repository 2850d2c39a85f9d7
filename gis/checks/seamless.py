"""Check that grids cover communities, and cells cover grids, exactly."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely import Polygon

from gis.coverage_report import NOISE_AREA, CoverageReport, check_coverages
from gis.evidence import Evidence, Findings

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
    _coverage_faults(found, whole, e, level="grid")
    _coverage_faults(found, fine, e, level="cell")
    _community_overlaps(found, e)
    if boundaries is not None:
        _source_boundaries(found, e, boundaries)
    return found


def _coverage_faults(
    found: Findings, report: CoverageReport, e: Evidence, *, level: str
) -> None:
    """Turn a coverage report into findings and figures."""
    zh, en = ("网格", "grid") if level == "grid" else ("单元", "cell")
    whole_zh, whole_en = ("社区", "community") if level == "grid" else ("网格", "grid")
    size = len(e.communities)

    def community(whole: Hashable) -> int:
        at = -1 if whole is None else int(str(whole))
        return at if level == "grid" or at < 0 else int(e.grid_community[at])

    def names(*rows: Hashable) -> tuple[object, ...]:
        at = [int(str(row)) for row in rows if row is not None]
        if level == "cell":
            at = [int(e.cell_grid[row]) for row in at]
        return tuple(dict.fromkeys(found.codes[row] for row in at if row >= 0))

    def say(kind: str, frame: GeoDataFrame, columns: list[str]) -> None:
        prefix = "" if level == "grid" else "cell_"
        for row in frame.to_dict("records"):
            measure = float(row.get("area_m2", row.get("length_m", 0.0)))
            text_zh, text_en = _WORDS[kind]
            fields = {
                "zh": zh,
                "en": en,
                "whole_zh": whole_zh,
                "whole_en": whole_en,
                "measure": _figure(measure),
                "reason": row.get("reason", ""),
            }
            found.add(
                prefix + kind,
                community=community(row["whole"]),
                zh=text_zh.format(**fields),
                en=text_en.format(**fields),
                grids=names(*(row[column] for column in columns)),
                measure=measure,
                where=row["geometry"],
            )

    def total(frame: GeoDataFrame, column: str | None = None) -> NDArray[np.float64]:
        keys = np.array([community(whole) for whole in frame["whole"]], dtype=int)
        known = keys >= 0
        values = np.ones(len(frame)) if column is None else frame[column].to_numpy()
        counts = np.bincount(keys[known], values[known].astype(float), size)
        return counts.astype(np.float64)

    say("shape", report.shapes, ["polygon"])
    say("gap", report.gaps, [])
    say("overlap", report.overlaps, ["left", "right"])
    say("outside", report.spills, ["polygon"])
    say("vertex", report.vertices, ["polygon"])
    say("edge", report.edges, ["polygon"])
    area_error = np.abs(report.areas["area_m2"] - report.areas["parts_area_m2"])
    if level == "grid":
        found.count("area_m2", report.areas["area_m2"])
        found.count("area_difference_m2", np.where(area_error < 1e-3, 0.0, area_error))
        found.count("gap_area_m2", total(report.gaps, "area_m2"))
        found.count("overlap_area_m2", total(report.overlaps, "area_m2"))
        found.count("outside_area_m2", total(report.spills, "area_m2"))
        found.count("unmatched_edges", total(report.edges).astype(int))
        found.count("missing_vertices", total(report.vertices).astype(int))
        found.count("broken_shapes", total(report.shapes).astype(int))
    else:
        wrong = (
            total(report.gaps, "area_m2")
            + total(report.overlaps, "area_m2")
            + total(report.spills, "area_m2")
        )
        found.count("cell_difference_m2", wrong)
        edges = total(report.edges) + total(report.shapes)
        found.count("cell_unmatched_edges", edges.astype(int))


_WORDS = {
    "shape": ("{zh}图形不可用：{reason}", "{en} shape cannot be used: {reason}"),
    "gap": (
        "{whole_zh}内有{measure}平方米未被{zh}覆盖",
        "{measure} m² of the {whole_en} lie in no {en}",
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
