"""Old grids of any kind, for plans that should keep near them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from geopandas import GeoDataFrame

from data.readers import read_polygons
from data.safety import Limits, require_file

__all__ = ["read_legacy"]


def read_legacy(path: Path, *, crs: str | None, datum: str | None) -> GeoDataFrame:
    """Return old grids with a `code` each, in EPSG:4326.

    A plan of ours gives its grids; of any other file every polygon is a grid.
    """
    if _is_plan(path):
        require_file(path, limits=Limits())
        return gpd.read_file(path, layer="grids")[["code", "geometry"]].to_crs(4326)
    areas = read_polygons(path, crs=crs, datum=datum)
    # Codes of old grids are of any form, or missing: rows tell them apart.
    return areas.assign(code=[f"{n:06d}" for n in range(len(areas))])[
        ["code", "geometry"]
    ]


def _is_plan(path: Path) -> bool:
    """Tell whether a file is a plan, by its layers."""
    import pyogrio

    if path.suffix.lower() != ".gpkg":
        return False
    names = {str(name) for name, _ in pyogrio.list_layers(path)}
    return {"grids", "cells", "seams"} <= names
