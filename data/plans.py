"""Plan files as they rest on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
from geopandas import GeoDataFrame

from data.errors import ImportFormatError
from data.safety import Limits, require_file
from data.writers import read_metadata

__all__ = ["LATER_LAYERS", "PLAN_LAYERS", "is_plan", "read_plan"]

PLAN_LAYERS = ("communities", "grids", "cells", "seams", "buildings")
"""Layers every plan file has."""

LATER_LAYERS = ("cell_seams",)
"""Layers that files of before have not."""


def is_plan(path: Path) -> bool:
    """Tell whether a file says of itself that it is a plan."""
    if path.suffix.lower() != ".gpkg" or not path.is_file():
        return False
    return str(read_metadata(path).get("format", "")).startswith("wangge-plan")


def read_plan(path: Path) -> tuple[dict[str, GeoDataFrame], dict[str, Any]]:
    """Return the layers and the metadata of a plan file."""
    import pyogrio

    require_file(path, limits=Limits())
    about = read_metadata(path)
    present = {str(name) for name, _ in pyogrio.list_layers(path)}
    missing = [name for name in PLAN_LAYERS if name not in present]
    if missing or not {"low", "high"} <= about.keys():
        what = ", ".join(missing) or "metadata"
        raise ImportFormatError(
            f"{path.name} 不是划分方案：缺少 {what}；请给出 wangge draw 写出的文件",
            f"{path.name} is not a plan: {what} missing; give a file of wangge draw",
        )
    wanted = [*PLAN_LAYERS, *(name for name in LATER_LAYERS if name in present)]
    return {name: gpd.read_file(path, layer=name) for name in wanted}, about
