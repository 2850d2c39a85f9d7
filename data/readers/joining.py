"""Join what was gathered into the layers of one drawing, and look at the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from data.errors import ImportFormatError
from data.readers.gathering import Gathering
from data.readers.outline import hull_of_buildings
from data.readers.reading import ORIGIN
from data.readers.roles import unique_ids
from gis.landuse import compounds_and_sites
from gis.layers import COLUMNS, Layers, empty_layer

__all__ = ["joined_layers"]


def joined_layers(
    gathered: Gathering, *, hull: bool, as_one: bool, forced: bool
) -> tuple[Layers, dict[str, pd.DataFrame]]:
    """Join the parts, add the outline, land use and the last checks.

    Returns the layers and, by role, where their rows come from.
    """
    whole = {role: _joined(gathered, role) for role in COLUMNS}
    given = len(whole["buildings"])
    if given:
        whole["buildings"] = unique_ids(whole["buildings"]).reset_index(drop=True)
        _say_doubles(gathered, given - len(whole["buildings"]))
    if (as_one or forced) and whole["communities"].empty:
        raise ImportFormatError(
            "没有读到任何社区边界；请检查 --communities 或 --boundary 的文件",
            "no boundary of a community was read; check the file given with "
            "--communities or --boundary",
        )
    if hull:
        outline = hull_of_buildings(whole["buildings"])
        whole["communities"] = GeoDataFrame(
            {"code": [""], "name": [""]}, geometry=[outline], crs=4326
        )
    elif as_one:
        whole["communities"] = _as_one(whole["communities"])
    else:
        whole["communities"] = _merged_by_code(whole["communities"])
    compounds, sites = compounds_and_sites(whole["landuse"])
    if whole["compounds"].empty:
        whole["compounds"] = compounds
    if whole["sites"].empty:
        whole["sites"] = sites
    _require_one_place(gathered, whole)
    origins = {
        role: pd.DataFrame(layer[list(ORIGIN)])
        for role, layer in whole.items()
        if set(ORIGIN) <= set(layer.columns)
    }
    plain = {role: layer[[*COLUMNS[role], "geometry"]] for role, layer in whole.items()}
    return Layers(**plain), origins


def _joined(gathered: Gathering, role: str) -> GeoDataFrame:
    parts = gathered.parts.get(role)
    if not parts:
        return empty_layer(role, 4326)
    return (
        parts[0].reset_index(drop=True)
        if len(parts) == 1
        else GeoDataFrame(
            pd.concat(parts, ignore_index=True), geometry="geometry", crs=4326
        )
    )


def _say_doubles(gathered: Gathering, count: int) -> None:
    if count:
        gathered.report.add(
            "",
            "buildings",
            None,
            "repaired_duplicates",
            f"{count} 栋建筑重复给出（编号、图形和属性都相同），只保留一份",
            f"{count} buildings are given twice, alike in everything; kept once",
        )


def _require_one_place(gathered: Gathering, whole: dict[str, GeoDataFrame]) -> None:
    """Refuse layers that lie nowhere near the communities or buildings."""
    base = "buildings" if whole["communities"].empty else "communities"
    if whole[base].empty:
        return
    west, south, east, north = whole[base].total_bounds
    near = shapely.box(west - 0.05, south - 0.05, east + 0.05, north + 0.05)
    for role, layer in whole.items():
        if layer.empty or role == base:
            continue
        shapes = layer.geometry.to_numpy()
        if shapely.intersects(near, shapes).any():
            continue
        files = "、".join(sorted({r.file for r in gathered.records if r.role == role}))
        box = layer.total_bounds
        turned = shapely.box(box[1], box[0], box[3], box[2])
        swapped = bool(shapely.intersects(near, turned))
        raise ImportFormatError(
            f"{files} 的 {role} 图层不在 {base} 范围附近"
            + ("；x、y 似乎颠倒了，请使经度在前" if swapped else "；请检查坐标系"),
            f"{files}: layer {role} lies nowhere near the {base}; "
            + (
                "x and y seem swapped, put longitude first"
                if swapped
                else "check its CRS"
            ),
        )
    if base == "communities" and not whole["buildings"].empty:
        _say_outside(gathered, whole)


def _say_outside(gathered: Gathering, whole: dict[str, GeoDataFrame]) -> None:
    places = shapely.point_on_surface(whole["buildings"].geometry.to_numpy())
    # The tree holds the points: GEOS prepares the polygons it asks with.
    areas = whole["communities"].geometry.to_numpy()
    inside = np.unique(shapely.STRtree(places).query(areas, "intersects")[1])
    outside = len(places) - len(inside)
    if outside == len(places):
        raise ImportFormatError(
            "没有一栋建筑落在社区内；请检查边界文件、坐标系和 --datum",
            "not one building lies in a community; check the boundary, the CRS "
            "and --datum",
        )
    if outside:
        gathered.report.add(
            "",
            "buildings",
            None,
            "note_outside",
            f"{len(places)} 栋建筑中有 {outside} 栋不在任何社区内",
            f"{outside} of {len(places)} buildings lie in no community",
        )


def _as_one(communities: GeoDataFrame) -> GeoDataFrame:
    """Return a boundary of any number of parts as one community."""
    if len(communities) == 1:
        return communities
    return GeoDataFrame(
        {"code": [""], "name": [""]}, geometry=[communities.union_all()], crs=4326
    )


def _merged_by_code(communities: GeoDataFrame) -> GeoDataFrame:
    """Join the rows of one code: a community of several parts."""
    shared = communities["code"].ne("") & communities["code"].duplicated(keep=False)
    if not shared.any():
        return communities
    merged = communities[shared].dissolve("code", as_index=False, aggfunc="first")
    merged["origin_raw"] = None  # no row of the source holds them all
    rows = pd.concat([communities[~shared], merged[communities.columns]])
    return GeoDataFrame(rows, geometry="geometry", crs=4326).reset_index(drop=True)
