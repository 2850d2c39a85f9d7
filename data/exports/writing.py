"""Plans into the data formats: GeoPackage, Shapefile, GeoJSON, KML, workbook."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from data.exports.cards import PlanCard
from data.exports.kml import write_kml
from data.exports.labels import COLUMNS, STATUSES, label
from data.exports.order import LAYERS, Format, Order
from data.exports.reading import Exported, read_layers_of
from data.exports.steady import steady_geopackage, steady_zip
from data.exports.systems import require_near
from data.exports.workbook import write_workbook
from data.queries.plans import read_plans
from data.writers import placed_in, write_layers

__all__ = ["DATA_FORMATS", "write_data"]


def write_data(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    """Write plans in a data format; the file's ending is that of the order.

    Raises
    ------
    ParameterError
        If the coordinate system does not fit the place.
    ConflictError
        If plans of different bands are to share a plan file.
    """
    for card in cards:
        require_near(order.system, card.lon, card.lat)
    _WRITERS[order.format](connection, cards, order, title, out)


def _geopackage(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    """Write the plan file: in the coordinates of the record it can be read in again."""
    stored = read_plans(connection, [card.plan for card in cards])
    about: dict[str, Any] = dict(stored.about)
    if order.system.is_plain:
        about["certificate"] = json.dumps(
            stored.certify().to_dict(), ensure_ascii=False
        )
        about["findings"] = json.dumps(stored.findings, ensure_ascii=False)
    else:
        # Moved coordinates are for looking at: no plan to be taken for the record's.
        about.pop("format", None)
        about |= {"title": title, "datum": order.system.datum}
    write_layers(
        out, stored.layers, about, crs=order.system.crs, datum=order.system.datum
    )
    steady_geopackage(out, max(card.made for card in cards))


def _shapefiles(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    exported = read_layers_of(connection, cards)
    layers = {name: exported.layers[name] for name in LAYERS}
    write_layers(
        out,
        layers,
        crs=order.system.crs,
        datum=order.system.datum,
        encoding=order.encoding or "utf-8",
        labels={name: pair[0] for name, pair in COLUMNS.items()},
    )
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.txt", _about(exported, order, title))
    steady_zip(out, max(card.made for card in cards))


def _about(exported: Exported, order: Order, title: str) -> bytes:
    """Return what a folder of Shapefiles cannot say of itself."""
    lines = [title, f"crs: {order.system.words}"]
    lines += [
        f"{card.community} {card.community_name}: v{card.version} "
        f"{label(STATUSES, card.status, 'zh')} {card.since or ''}".rstrip()
        for card in exported.cards
    ]
    if exported.attribution:
        lines.append(exported.attribution)
    if exported.made_up:
        lines.append("虚构示例：城镇、楼栋和户数均为程序生成，不对应任何真实地点")
        lines.append("made-up town: streets, buildings and households are generated")
    return "\r\n".join(lines).encode("utf-8-sig")


def _geojson(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    exported = read_layers_of(connection, cards)
    name = order.layer or LAYERS[0]
    about: dict[str, Any] = {
        "title": title,
        "layer": name,
        "made_up": exported.made_up,
        "coordinate_system": order.system.words,
    }
    if exported.attribution:
        about["attribution"] = exported.attribution
    if order.system.datum != "wgs84":
        about["datum"] = order.system.datum
    write_layers(
        out,
        {name: exported.layers[name]},
        about,
        crs=order.system.crs,
        datum=order.system.datum,
    )


def _kml(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    exported = read_layers_of(connection, cards)
    system = order.system
    layers = {
        name: placed_in(layer, system.crs, system.datum)
        for name, layer in exported.layers.items()
    }
    moved = Exported(exported.cards, layers)
    write_kml(out, moved, title, system=system, lang=order.lang or "zh")


def _workbook(
    connection: Connection, cards: list[PlanCard], order: Order, title: str, out: Path
) -> None:
    exported = read_layers_of(connection, cards)
    write_workbook(out, exported, title, lang=order.lang or "zh")
    steady_zip(out, max(card.made for card in cards))


Write = Callable[[Connection, list[PlanCard], Order, str, Path], None]

_WRITERS: Final[dict[Format, Write]] = {
    Format.GPKG: _geopackage,
    Format.SHP: _shapefiles,
    Format.GEOJSON: _geojson,
    Format.KML: _kml,
    Format.XLSX: _workbook,
}
DATA_FORMATS: Final = frozenset(_WRITERS)
"""Formats that hold data; the others are documents to look at."""
