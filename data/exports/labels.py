"""What columns, types and states are called in tables that people read."""

from __future__ import annotations

from typing import Final

from gis.kinds import GridType, SeamKind

__all__ = ["COLUMNS", "SEAMS", "STATUSES", "TABLES", "TYPES", "label"]

Pair = tuple[str, str]

COLUMNS: Final[dict[str, Pair]] = {
    "code": ("编码", "Code"),
    "number": ("网格", "Grid"),
    "name": ("名称", "Name"),
    "type": ("类型", "Type"),
    "community": ("社区编码", "Community code"),
    "community_name": ("社区", "Community"),
    "households": ("户数", "Households"),
    "estimated": ("其中估算", "Estimated"),
    "off": ("与标准", "Off band"),
    "buildings": ("楼栋", "Buildings"),
    "area_m2": ("面积（平方米）", "Area (m²)"),
    "area_ha": ("面积（公顷）", "Area (ha)"),
    "compactness": ("形状", "Compactness"),
    "street_share": ("沿街", "On streets"),
    "in_band": ("达标", "In band"),
    "reason": ("原因代号", "Reason code"),
    "reason_zh": ("原因", "Reason (Chinese)"),
    "reason_en": ("原因（英文）", "Reason"),
    "color": ("配色", "Colour class"),
    "cell": ("单元", "Cell"),
    "grid": ("网格编码", "Grid code"),
    "block": ("街坊", "Block"),
    "compound": ("小区序号", "Compound"),
    "site": ("用地", "Site"),
    "kind": ("类别", "Kind"),
    "left": ("一侧网格", "Grid on one side"),
    "right": ("另一侧网格", "Grid on the other"),
    "length_m": ("长度（米）", "Length (m)"),
    "id": ("楼栋编码", "Building code"),
    "floors": ("楼层", "Floors"),
    "use": ("用途", "Use"),
    "straddles": ("跨线", "Straddles a line"),
    "version": ("方案版本", "Version"),
    "status": ("状态", "Status"),
    "since": ("生效日期", "In force since"),
    "grids": ("网格数", "Grids"),
    "out": ("超标网格", "Out of band"),
}
TYPES: Final[dict[str, Pair]] = {
    GridType.RESIDENT.label: ("居民", "Resident"),
    GridType.EXCLUSIVE.label: ("专属", "Exclusive"),
    GridType.RESERVED.label: ("预留", "Reserved"),
}
SEAMS: Final[dict[str, Pair]] = {
    SeamKind.MAIN_ROAD.label: ("主干路", "Main road"),
    SeamKind.STREET.label: ("街道", "Street"),
    SeamKind.ALLEY.label: ("小路", "Alley"),
    SeamKind.RIVER.label: ("河流", "River"),
    SeamKind.RAILWAY.label: ("铁路", "Railway"),
    SeamKind.WALL.label: ("围墙", "Wall"),
    SeamKind.COMPOUND_EDGE.label: ("小区边界", "Edge of a compound"),
    SeamKind.NONE.label: ("不沿街", "Off street"),
}
STATUSES: Final[dict[str, Pair]] = {
    "draft": ("草稿", "Draft"),
    "review": ("送审", "Under review"),
    "published": ("已发布", "Published"),
    "archived": ("已归档", "Archived"),
}
TABLES: Final[dict[str, Pair]] = {
    "grids": ("网格", "Grids"),
    "communities": ("社区", "Communities"),
    "buildings": ("楼栋", "Buildings"),
    "seams": ("接边线", "Seams"),
    "cells": ("单元", "Cells"),
    "about": ("说明", "About"),
}


def label(table: dict[str, Pair], key: str, lang: str) -> str:
    """Return what something is called; itself where it has no other name."""
    pair = table.get(key)
    return key if pair is None else pair[lang == "en"]
