"""Where an upload lies if its numbers mean this or that, against a known outline.

Works on the sketch of an upload only, so it is quick and opens no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from data.errors import ImportFormatError
from data.readers import declared_crs
from data.uploads.choices import are_degrees
from gis.datum import DATUMS, shift_datum

__all__ = ["place_layers", "placed_shapes", "suggest"]

Shapes = NDArray[np.object_]

_DEGREES = (4326, 4490)
"""What is stored as it is: longitude and latitude of WGS 84 or CGCS2000."""

MOST = 5
"""Suggestions given."""
_WORTH = 0.2
"""Least share inside the outline of what is worth a suggestion."""
_DECIMALS = 7

# First zone number and its EPSG code; with the number of the zone before the easting,
# and without it. 3-degree zones count their middles from 75° E, 6-degree ones too.
_FAMILIES: tuple[tuple[int, int, int, bool], ...] = (
    (4513, 75, 3, True),
    (4534, 75, 3, False),
    (4491, 75, 6, True),
    (4502, 75, 6, False),
    (2349, 75, 3, True),
    (2370, 75, 3, False),
    (2327, 75, 6, True),
    (2338, 75, 6, False),
    (2401, 75, 3, True),
    (2422, 75, 3, False),
)
_ZONES = {3: 21, 6: 11}
_NUMBERED_FROM = 5_000_000
"""Eastings with the number of their zone before them are larger than this."""


def placed_shapes(
    sketch: Mapping[str, Any], *, crs: str | None, datum: str | None, swap: bool
) -> Shapes:
    """Return the shapes of a sketch in degrees, as these words would read them."""
    shapes = _shapes(sketch)
    if swap:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    own = _flat_crs(crs)
    if own.to_epsg() in _DEGREES:
        degrees = shapes
    else:
        change = _transformer(own.to_wkt())
        degrees = shapely.transform(
            shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
        )
    if datum not in (None, *DATUMS[:2]):
        moved = shift_datum(GeoSeries(degrees, crs=4326), str(datum), "wgs84")
        degrees = np.asarray(moved.to_numpy(), dtype=object)
    fits = np.isfinite(shapely.bounds(degrees)).all(axis=1)
    low, high = [-180.0, -90.0], [180.0, 90.0]
    bounds = shapely.bounds(degrees)
    with np.errstate(invalid="ignore"):
        fits &= (bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1)
    return np.asarray(degrees[fits], dtype=object)


def _flat_crs(crs: str | None) -> CRS:
    """Return the CRS of positions on the ground; heights and the like are refused."""
    own = declared_crs(crs) or CRS.from_epsg(4326)
    if own.is_geographic or own.is_projected:
        return own
    raise ImportFormatError(
        f"坐标系 {crs} 不是平面或经纬度坐标系；请换一个，例如 EPSG:4547",
        f"CRS {crs} is neither of the plane nor of longitude and latitude; take "
        "another, e.g. EPSG:4547",
    )


@lru_cache(maxsize=256)
def _transformer(wkt: str) -> Transformer:
    return Transformer.from_crs(CRS.from_wkt(wkt), 4326, always_xy=True)


def _shapes(sketch: Mapping[str, Any]) -> Shapes:
    texts = np.array([json.dumps(one) for one in sketch["shapes"]], dtype=object)
    return np.asarray(shapely.from_geojson(texts), dtype=object)


def place_layers(
    layers: Sequence[Mapping[str, Any]],
    outline: bytes | None,
    *,
    crs: str | None,
    datum: str | None,
    swap: bool,
    force: bool = False,
) -> dict[str, Any]:
    """Return the sketches of layers as GeoJSON, and how much lies inside the outline.

    `layers` are those of an inspection; `crs` stands for those that declare none, with
    `force` for all.
    """
    features: list[dict[str, Any]] = []
    points: list[Shapes] = [np.zeros(0, dtype=object)]
    for number, layer in enumerate(layers):
        sketch, own = layer["sketch"], layer["crs"]
        if sketch is None:
            continue
        told = own["code"] if own and _holds(own, sketch["box"]) else ""
        said = crs if force or not told else told
        shapes = placed_shapes(sketch, crs=said, datum=datum, swap=swap)
        points.append(_middles(shapes))
        features.append(
            {
                "type": "Feature",
                "id": number,
                "geometry": _rounded(shapely.geometrycollections(shapes)),
                "properties": {"layer": number},
            }
        )
    middles = np.concatenate(points)
    area = None if outline is None else shapely.from_wkb(outline)
    return {
        "type": "FeatureCollection",
        "features": features,
        "bbox": shapely.total_bounds(middles).tolist() if len(middles) else None,
        "inside": _share_inside(middles, area),
        "away_m": _metres_away(middles, area),
    }


def _holds(crs: Mapping[str, Any], box: Sequence[float]) -> bool:
    """Tell whether the CRS of a layer stands: said by the file, or by its format."""
    return bool(crs["declared"] or (crs["degrees"] and are_degrees(box)))


def _rounded(shape: shapely.Geometry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        shapely.to_geojson(shapely.transform(shape, lambda xy: xy.round(_DECIMALS)))
    )
    return told


def _middles(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.centroid(shapes), dtype=object)


def _share_inside(points: Shapes, outline: shapely.Geometry | None) -> float | None:
    if outline is None or not len(points):
        return None
    shapely.prepare(outline)
    return round(float(shapely.intersects(outline, points).mean()), 4)


def _metres_away(points: Shapes, outline: shapely.Geometry | None) -> int | None:
    """Return about how far the middle of it all lies from the outline."""
    if outline is None or not len(points):
        return None
    x, y = np.median(shapely.get_coordinates(points), axis=0)
    near = shapely.shortest_line(shapely.Point(x, y), outline)
    dx, dy = np.ptp(shapely.get_coordinates(near), axis=0)
    return round(float(np.hypot(dx * np.cos(np.radians(y)), dy)) * 111_320)


def suggest(
    sketches: Iterable[Mapping[str, Any]], outline: shapely.Geometry
) -> list[dict[str, Any]]:
    """Return the CRS, datum and order of axes that put the most inside the outline.

    Best first; with equal shares the common ones go before the rare.
    """
    sketches = list(sketches)
    middle = shapely.centroid(outline).x
    found: list[dict[str, Any]] = []
    for crs, datum, swap in _candidates(sketches, middle):
        middles = [
            _middles(placed_shapes(one, crs=crs, datum=datum, swap=swap))
            for one in sketches
        ]
        points = np.concatenate(middles)
        share = _share_inside(points, outline) or 0.0
        # Shapes that fell out of the range of degrees count as outside.
        share *= len(points) / max(sum(len(one["shapes"]) for one in sketches), 1)
        if share >= _WORTH:
            words = {"crs": crs, "datum": datum, "swap": swap}
            name = CRS.from_user_input(crs).name
            found.append({**words, "name": name, "inside": round(share, 4)})
    found.sort(key=lambda one: -round(float(one["inside"]), 2))
    return found[:MOST]


def _candidates(
    sketches: Iterable[Mapping[str, Any]], middle: float
) -> Iterator[tuple[str, str, bool]]:
    boxes = np.array([one["box"] for one in sketches])
    if not len(boxes):
        return
    most = np.abs(boxes).max()
    for swap in (False, True):
        if most <= 180:
            for datum in ("wgs84", "gcj02", "bd09"):
                yield "EPSG:4326", datum, swap
            continue
        easting = np.abs(boxes[:, [1, 3] if swap else [0, 2]]).max()
        for first, start, width, numbered in _FAMILIES:
            if numbered != (easting > _NUMBERED_FROM):
                continue
            for zone in range(_ZONES[width]):
                if abs(start + zone * width - middle) <= width:
                    yield f"EPSG:{first + zone}", "wgs84", swap
        yield "EPSG:3857", "wgs84", swap
        yield "EPSG:3857", "gcj02", swap
        utm = int((middle + 180) // 6) + 1
        yield f"EPSG:{32600 + utm}", "wgs84", swap
