"""Mend or refuse geometries, and notice coordinates that cannot be meant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from pyproj import CRS

from data.errors import ImportFormatError
from data.readers.raw import RawLayer
from data.readers.report import RowReport
from gis.datum import shift_datum

__all__ = ["GEOMETRY_OF", "mended", "to_degrees"]

GEOMETRY_OF: dict[str, tuple[int, ...]] = {
    "communities": (2,),
    "buildings": (2, 0),
    "streets": (1,),
    "barriers": (1, 2),
    "compounds": (2,),
    "gates": (0,),
    "sites": (2,),
    "landuse": (2,),
    "spaces": (0,),
    "devices": (0,),
}
"""Dimensions a role may have, the first one preferred for mixed repairs."""

_ZH = {0: "点", 1: "线", 2: "面"}
_EN = {0: "points", 1: "lines", 2: "polygons"}
_CHINA = (73.0, 136.0, 3.0, 54.0)


def mended(raw: RawLayer, role: str, report: RowReport) -> RawLayer:
    """Return the rows whose geometry fits the role, repaired where it must be."""
    shapes = raw.geometry.copy()
    wanted = GEOMETRY_OF[role]
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    known = {
        note.row
        for note in report.rows
        if (note.file, note.layer) == (raw.file, raw.name)
    }
    for place in np.flatnonzero(missing).tolist():
        if int(raw.table.index[place]) not in known:
            _note(
                report, raw, place, "refused_no_geometry", "没有图形", "has no geometry"
            )
    finite = np.ones(len(shapes), dtype=bool)
    here = np.flatnonzero(~missing)
    bounds = shapely.bounds(shapes[here])
    finite[here] = np.isfinite(bounds).all(axis=1)
    for place in np.flatnonzero(~finite).tolist():
        _note(
            report,
            raw,
            place,
            "refused_coordinates",
            "坐标不是有限数",
            "has a coordinate that is no finite number",
        )
    keep = ~missing & finite
    if 2 in wanted:
        keep &= _mend_polygons(raw, shapes, keep, wanted, report)
    dimension = np.where(keep, shapely.get_dimensions(shapes), -1)
    if wanted == (0,):
        _to_points(raw, shapes, dimension, report)
    if 0 in wanted:
        parts = shapely.get_type_id(shapes) == 4
        single = parts & (shapely.get_num_geometries(shapes) == 1)
        shapes[single] = shapely.get_geometry(shapes[single], 0)
        shapes[parts & ~single] = shapely.centroid(shapes[parts & ~single])
    wrong = keep & ~np.isin(dimension, wanted)
    for place in np.flatnonzero(wrong).tolist():
        is_, must = dimension[place], wanted[0]
        _note(
            report,
            raw,
            place,
            "refused_geometry_type",
            f"图形是{_ZH.get(int(is_), '空')}，此图层应为{_ZH[must]}",
            f"is of {_EN.get(int(is_), 'nothing')} where {_EN[must]} are expected",
        )
    keep &= ~wrong
    return replace(raw, table=raw.table[keep], geometry=shapes[keep])


def _mend_polygons(
    raw: RawLayer,
    shapes: NDArray[np.object_],
    keep: NDArray[np.bool_],
    wanted: tuple[int, ...],
    report: RowReport,
) -> NDArray[np.bool_]:
    """Close outlines, untie bow-ties; return which rows are still good."""
    good = np.ones(len(shapes), dtype=bool)
    if 1 not in wanted:
        outline = keep & np.isin(shapely.get_type_id(shapes), (1, 2))
        outline &= shapely.is_closed(shapes) & (shapely.get_num_points(shapes) > 3)
        for place in np.flatnonzero(outline).tolist():
            shapes[place] = shapely.polygons(shapely.get_coordinates(shapes[place]))
            _note(
                report,
                raw,
                place,
                "repaired_outline",
                "闭合线已转为面",
                "is a closed line, made a polygon",
                kept=True,
            )
    broken = keep & (shapely.get_dimensions(shapes) == 2) & ~shapely.is_valid(shapes)
    for place in np.flatnonzero(broken).tolist():
        reason = shapely.is_valid_reason(shapes[place])
        whole = shapely.make_valid(shapes[place])
        parts = [
            part
            for part in shapely.get_parts(shapely.get_parts(whole))
            if part.geom_type == "Polygon" and part.area > 0
        ]
        good[place] = bool(parts)
        if parts:
            shapes[place] = parts[0] if len(parts) == 1 else shapely.union_all(parts)
        _note(
            report,
            raw,
            place,
            "repaired_ring" if parts else "refused_ring",
            f"面自相交或有重复环（{reason}）{'，已修复' if parts else ''}",
            f"has a bad ring ({reason}){', mended' if parts else ''}",
            kept=bool(parts),
        )
    flat = keep & good & (shapely.get_dimensions(shapes) == 2)
    flat &= shapely.area(shapes) == 0
    for place in np.flatnonzero(flat).tolist():
        _note(report, raw, place, "refused_ring", "面积为零", "has no area")
    return np.asarray(good & ~flat)


def _to_points(
    raw: RawLayer,
    shapes: NDArray[np.object_],
    dimension: NDArray[np.int64],
    report: RowReport,
) -> None:
    """Stand a point for every area or line of a layer of points."""
    large = dimension > 0
    shapes[large] = shapely.point_on_surface(shapes[large])
    dimension[large] = 0
    for place in np.flatnonzero(large).tolist():
        _note(
            report,
            raw,
            place,
            "repaired_point",
            "不是点，已取内部点",
            "is no point, a point inside it is used",
            kept=True,
        )


def _note(
    report: RowReport,
    raw: RawLayer,
    place: int,
    code: str,
    zh: str,
    en: str,
    *,
    kept: bool = False,
) -> None:
    report.add(
        raw.file,
        raw.name,
        int(raw.table.index[place]),
        code,
        zh if kept else f"{zh}；此行未采用",
        en if kept else f"{en}; row left out",
        field="geometry",
    )


def to_degrees(
    raw: RawLayer, *, crs: CRS | None, datum: str | None, report: RowReport
) -> tuple[RawLayer, CRS]:
    """Return a layer in EPSG:4326 and the CRS it came in.

    `crs` is used where the file declares none, or degrees where there are metres.
    A layer with neither is refused.
    """
    own = raw.crs or crs or raw.assumed
    if raw.crs is not None and crs is not None and _is_mislabelled(raw, crs):
        own = crs
        report.add(
            raw.file,
            raw.name,
            None,
            "note_crs_replaced",
            f"坐标是米，而文件写的是 {raw.crs.name}；按声明的 {crs.name} 读取",
            f"coordinates are metres though the file says {raw.crs.name}; "
            f"read as {crs.name}, as declared",
        )
    if own is None and datum is not None:
        own = CRS.from_epsg(4326)
    if own is None:
        raise ImportFormatError(
            f"{raw.file} 的图层 {raw.name} 没有坐标系；请用 --crs 声明，"
            "例如 --crs EPSG:4326（经纬度）或 --crs EPSG:4547（CGCS2000 三度带）",
            f"{raw.file}: layer {raw.name} has no CRS; declare it, e.g. "
            "--crs EPSG:4326 (longitude, latitude) or --crs EPSG:4547",
        )
    raw = _in_range(raw, own, report)
    if not len(raw.geometry):
        return replace(raw, crs=CRS.from_epsg(4326)), own
    place = GeoSeries(raw.geometry, crs=own).to_crs(4326)
    if datum is not None:
        place = shift_datum(place, datum, "wgs84")
    shapes = np.asarray(place.to_numpy(), dtype=object)
    return replace(raw, geometry=shapes, crs=CRS.from_epsg(4326)), own


def _is_mislabelled(raw: RawLayer, crs: CRS) -> bool:
    """Tell whether a layer called degrees is in the metres that are declared."""
    if raw.crs is None or not (raw.crs.is_geographic and crs.is_projected):
        return False
    bounds = shapely.total_bounds(raw.geometry)
    return bool(np.abs(bounds).max() > 360)


def _in_range(raw: RawLayer, crs: CRS, report: RowReport) -> RawLayer:
    """Refuse a layer whose coordinates cannot be in its CRS, then single rows."""
    if not len(raw.geometry):
        return raw
    bounds = shapely.bounds(raw.geometry)
    x, y = bounds[:, 0], bounds[:, 1]
    if crs.is_geographic:
        fits = (bounds[:, [0, 2]] >= -180) & (bounds[:, [0, 2]] <= 180)
        fits &= (bounds[:, [1, 3]] >= -90) & (bounds[:, [1, 3]] <= 90)
        good = fits.all(axis=1)
        swapped = _in_china(y, x) & ~_in_china(x, y)
        if swapped.mean() > 0.9:
            raise _swapped(raw, crs)
        if good.mean() < 0.1:
            raise ImportFormatError(
                f"{raw.file} 的图层 {raw.name} 坐标（如 {x[0]:.1f}, {y[0]:.1f}）"
                "像是米，"
                f"而声明的坐标系 {crs.name} 用度；请改正坐标系，例如 --crs EPSG:4547",
                f"{raw.file}: coordinates of layer {raw.name} (such as {x[0]:.1f}, "
                f"{y[0]:.1f}) look like metres but its CRS {crs.name} is in degrees; "
                "declare the right one, e.g. --crs EPSG:4547",
            )
    else:
        good = _within_use(x, y, crs)
        if good.mean() < 0.1:
            if _within_use(y, x, crs).mean() > 0.9:
                raise _swapped(raw, crs)
            raise ImportFormatError(
                f"{raw.file} 的图层 {raw.name} 坐标（如 {x[0]:.1f}, {y[0]:.1f}）"
                f"不在坐标系 {crs.name} 的范围内；请检查坐标系和带号",
                f"{raw.file}: coordinates of layer {raw.name} (such as {x[0]:.1f}, "
                f"{y[0]:.1f}) are out of the area of {crs.name}; check CRS and zone",
            )
    null_island = (np.abs(bounds) < 1e-6).all(axis=1)
    for place in np.flatnonzero(~good | null_island).tolist():
        _note(
            report,
            raw,
            place,
            "refused_coordinates",
            f"坐标（{x[place]:.6g}, {y[place]:.6g}）超出范围",
            f"coordinates ({x[place]:.6g}, {y[place]:.6g}) are out of range",
        )
    keep = good & ~null_island
    return replace(raw, table=raw.table[keep], geometry=raw.geometry[keep])


def _in_china(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, east, south, north = _CHINA
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _within_use(
    x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS
) -> NDArray[np.bool_]:
    """Tell which positions lie in the area a projected CRS is made for."""
    use = crs.area_of_use
    if use is None:
        return np.ones(len(x), dtype=bool)
    place = GeoSeries.from_xy(x, y, crs=crs).to_crs(4326)
    lon, lat = place.x.to_numpy(), place.y.to_numpy()
    # 3° beyond the zone is still measured well enough, and common in practice.
    fits = (lon >= use.west - 3) & (lon <= use.east + 3)
    fits &= (lat >= use.south - 3) & (lat <= use.north + 3)
    return np.asarray(fits & np.isfinite(lon) & np.isfinite(lat))


def _swapped(raw: RawLayer, crs: CRS) -> ImportFormatError:
    return ImportFormatError(
        f"{raw.file} 的图层 {raw.name} 的 x、y（经度、纬度）颠倒了；"
        "请交换两列，使经度（东坐标）在前",
        f"{raw.file}: x and y of layer {raw.name} are swapped for {crs.name}; "
        "put longitude (easting) first",
    )
