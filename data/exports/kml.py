"""Plans as KML: folders by type, colours as on our maps, numbers that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import pandas as pd
import shapely
from geopandas import GeoDataFrame

from data.exports.labels import COLUMNS, SEAMS, TABLES, TYPES, label
from data.exports.reading import Exported
from data.exports.systems import System

__all__ = ["write_kml"]

_TINTS: Final = ("dae7f4", "f6e7cd", "e0eed7", "f6dfdd")
_FILLS: Final = {"exclusive": "7b5ea7", "reserved": "9aa5b1"}
_TOLD: Final = (
    *("code", "name", "type", "households", "estimated", "buildings"),
    *("area_m2", "street_share", "reason_zh"),
)
_WORDS: Final = {
    "numbers": ("网格编号", "Numbers"),
    "datum": (
        "坐标已转换为 GCJ-02（火星坐标），只适合在国内地图上叠加。",
        "Coordinates are GCJ-02, to lie over Chinese web maps only.",
    ),
    "made_up": (
        "虚构示例：城镇、楼栋和户数均为程序生成。",
        "Made-up town: streets, buildings and households are generated.",
    ),
}


def write_kml(
    path: Path, exported: Exported, title: str, *, system: System, lang: str = "zh"
) -> None:
    """Write communities, grids by type, seams and numbers as one KML document.

    Text of the data is escaped; the file links to nothing outside.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in _document(exported, title, system, lang):
            file.write(line)
            file.write("\n")


def _document(
    exported: Exported, title: str, system: System, lang: str
) -> Iterator[str]:
    layers = exported.layers
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<name>{escape(title)}</name>"
    yield f"<description>{escape(_description(exported, system, lang))}</description>"
    yield from _styles()
    communities = layers["communities"]
    yield from _folder(
        label(TABLES, "communities", lang),
        (_area(row, "community", ("code", "name"), lang) for row in _rows(communities)),
    )
    grids = layers["grids"]
    for kind in TYPES:
        rows = _rows(grids[grids["type"] == kind])
        name = label(TYPES, kind, lang) + ("网格" if lang == "zh" else " grids")
        yield from _folder(name, (_area(r, _style(r), _TOLD, lang) for r in rows))
    yield from _folder(
        label(TABLES, "seams", lang),
        (_seam(row, lang) for row in _rows(layers["seams"])),
    )
    numbers = (_number(row) for row in _rows(grids))
    yield from _folder(_WORDS["numbers"][lang == "en"], numbers)
    yield "</Document></kml>"


def _description(exported: Exported, system: System, lang: str) -> str:
    told = [exported.attribution]
    if exported.made_up:
        told.append(_WORDS["made_up"][lang == "en"])
    if system.datum == "gcj02":
        told.append(_WORDS["datum"][lang == "en"])
    return " ".join(part for part in told if part)


def _styles() -> Iterator[str]:
    for number, tint in enumerate(_TINTS):
        yield _polygon_style(f"resident{number}", tint, "b0")
    for kind, fill in _FILLS.items():
        yield _polygon_style(kind, fill, "70")
    yield (
        '<Style id="community"><LineStyle><color>ff432a10</color><width>4</width>'
        "</LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>"
    )
    for name, width in (("seam", 2), ("seam-none", 1)):
        yield (
            f'<Style id="{name}"><LineStyle><color>ff533b24</color>'
            f"<width>{width}</width></LineStyle></Style>"
        )
    # No icon: only the number stands there.
    yield (
        '<Style id="number"><IconStyle><scale>0</scale></IconStyle>'
        "<LabelStyle><scale>0.9</scale></LabelStyle></Style>"
    )


def _polygon_style(name: str, colour: str, alpha: str) -> str:
    red, green, blue = colour[:2], colour[2:4], colour[4:]
    return (
        f'<Style id="{name}"><LineStyle><color>ff533b24</color><width>2</width>'
        f"</LineStyle><PolyStyle><color>{alpha}{blue}{green}{red}</color></PolyStyle>"
        "</Style>"
    )


def _rows(layer: GeoDataFrame) -> Iterator[dict[str, Any]]:
    shapes = layer.geometry.to_numpy()
    columns = layer.drop(columns=layer.geometry.name)
    for values, shape in zip(columns.to_dict("records"), shapes, strict=True):
        yield {**{str(k): v for k, v in values.items()}, "shape": shape}


def _folder(name: str, placemarks: Iterator[str]) -> Iterator[str]:
    yield f"<Folder><name>{escape(name)}</name>"
    yield from placemarks
    yield "</Folder>"


def _style(row: dict[str, Any]) -> str:
    if row["type"] == "resident":
        return f"resident{int(row['color']) % len(_TINTS)}"
    return str(row["type"])


def _area(row: dict[str, Any], style: str, told: tuple[str, ...], lang: str) -> str:
    name = row.get("name") or row["code"]
    return _placemark(str(name), style, _data(row, told, lang), _shape(row["shape"]))


def _seam(row: dict[str, Any], lang: str) -> str:
    style = "seam-none" if row["kind"] == "none" else "seam"
    name = f"{row['left']} · {row['right']}"
    told = _data(row, ("left", "right", "kind", "length_m"), lang)
    return _placemark(name, style, told, _shape(row["shape"]))


def _number(row: dict[str, Any]) -> str:
    # Deep inside, so that the number of a bent grid stands in the grid.
    spot = shapely.point_on_surface(row["shape"])
    number = str(row["code"]).removeprefix(str(row["community"])) or str(row["code"])
    return _placemark(number, "number", "", _shape(spot))


def _placemark(name: str, style: str, told: str, shape: str) -> str:
    return (
        f"<Placemark><name>{escape(name)}</name><styleUrl>#{style}</styleUrl>"
        f"{told}{shape}</Placemark>"
    )


def _data(row: dict[str, Any], names: tuple[str, ...], lang: str) -> str:
    told = []
    for name in names:
        value = row.get(name)
        if value is None or pd.isna(value) or value == "":
            continue
        if name == "type":
            value = label(TYPES, str(value), lang)
        elif name == "kind":
            value = label(SEAMS, str(value), lang)
        shown = quoteattr(label(COLUMNS, name, lang))
        told.append(
            f'<Data name="{name}"><displayName>{shown[1:-1]}</displayName>'
            f"<value>{escape(_text(value))}</value></Data>"
        )
    return f"<ExtendedData>{''.join(told)}</ExtendedData>"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "".join(c for c in str(value) if c.isprintable())


def _shape(shape: shapely.Geometry) -> str:
    parts = shapely.get_parts(shape).tolist()
    told = [_SHAPES[part.geom_type](part) for part in parts]
    return (
        told[0] if len(told) == 1 else f"<MultiGeometry>{''.join(told)}</MultiGeometry>"
    )


def _polygon(shape: shapely.Polygon) -> str:
    turned = shapely.orient_polygons(shape, exterior_cw=False)
    holes = "".join(
        f"<innerBoundaryIs><LinearRing>{_places(ring)}</LinearRing></innerBoundaryIs>"
        for ring in turned.interiors
    )
    return (
        "<Polygon><tessellate>1</tessellate><outerBoundaryIs><LinearRing>"
        f"{_places(turned.exterior)}</LinearRing></outerBoundaryIs>{holes}</Polygon>"
    )


def _line(shape: shapely.LineString) -> str:
    return f"<LineString><tessellate>1</tessellate>{_places(shape)}</LineString>"


def _point(shape: shapely.Point) -> str:
    return f"<Point>{_places(shape)}</Point>"


def _places(shape: shapely.Geometry) -> str:
    """Return coordinates with every digit, so that edges still match."""
    told = (f"{x!r},{y!r}" for x, y in shapely.get_coordinates(shape).tolist())
    return f"<coordinates>{' '.join(told)}</coordinates>"


_SHAPES: Final = {"Polygon": _polygon, "LineString": _line, "Point": _point}
