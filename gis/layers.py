"""The input layers of one drawing, cleaned and with fixed columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

from geopandas import GeoDataFrame
from pyproj import CRS

__all__ = ["COLUMNS", "Layers", "empty_layer"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "communities": ("code", "name"),
    "buildings": (
        "id",
        "households",
        "estimated",
        "floors",
        "height",
        "units",
        "use",
        "address",
        "compound",
        "cases",
        "party_members",
    ),
    "streets": ("class", "name", "tunnel", "bridge"),
    "barriers": ("kind", "name"),
    "compounds": ("name", "type"),
    "gates": ("compound",),
    "sites": ("kind", "name"),
    "landuse": ("kind", "name"),
    "spaces": ("kind", "name", "area_m2", "origin", "in_use"),
    "devices": ("code", "kind", "name", "network"),
}
"""Columns every layer carries besides `geometry`, in this order."""


def empty_layer(role: str, crs: CRS | str | int) -> GeoDataFrame:
    """Return a layer of no rows with the columns of its role."""
    return GeoDataFrame({name: [] for name in COLUMNS[role]}, geometry=[], crs=crs)


@dataclass(frozen=True)
class Layers:
    """Input layers in one CRS; a role that was not given is an empty layer.

    Attributes
    ----------
    communities : GeoDataFrame of Polygon or MultiPolygon
        `code` (12 digits or ""), `name`.
    buildings : GeoDataFrame of Polygon, MultiPolygon or Point
        `id` (str, unique), `households` (int64 once estimated, Int64 with gaps
        before), `estimated` (bool), `floors`, `height` (metres), `units`, `use`,
        `address`, `compound`; `cases` and `party_members` (counts, NaN where not
        given) for the objectives that weigh them.
    streets : GeoDataFrame of LineString or MultiLineString
        `class` (OSM highway value), `name`, `tunnel` and `bridge` (bool).
    barriers : GeoDataFrame of lines or polygons
        `kind`: river, railway, wall, elevated_road; `name`.
    compounds : GeoDataFrame of polygons
        `name`, `type`: commodity, old, resettlement or "".
    gates : GeoDataFrame of Point
        `compound`: name of the compound.
    sites : GeoDataFrame of polygons
        `kind` (school, hospital, mall, office, factory, park, market; vacant,
        construction, farmland), `name`.
    landuse : GeoDataFrame of polygons
        `kind` as given, `name`: kept for the estimator and the map.
    spaces, devices : GeoDataFrame of Point
        Activity spaces and devices; carried along.
    """

    communities: GeoDataFrame
    buildings: GeoDataFrame
    streets: GeoDataFrame
    barriers: GeoDataFrame
    compounds: GeoDataFrame
    gates: GeoDataFrame
    sites: GeoDataFrame
    landuse: GeoDataFrame
    spaces: GeoDataFrame
    devices: GeoDataFrame

    def to_crs(self, crs: CRS | str | int) -> Layers:
        """Return the same layers in another CRS, x first."""
        return Layers(
            **{f.name: getattr(self, f.name).to_crs(crs) for f in fields(self)}
        )
