"""The collections that are open to other systems, and nothing beside them.

A collection names its rows, key and properties as SQL that stands here; what a caller
sends is only ever a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["COLLECTIONS", "Collection", "Property", "Type"]

Type = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the features: its SQL, type, and title in Chinese and English."""

    sql: str
    type: Type
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Rows `g` of a source, in the order of their key.

    A `dated` collection holds what plans made; its source has the plan as `p`.
    """

    name: str
    title: str
    about: str
    source: str
    key: Mapping[str, Literal["string", "integer"]]
    geometry: Literal["point", "linestring", "polygon", "geometry"]
    properties: Mapping[str, Property]
    where: str = "true"
    dated: bool = False
    tile: tuple[str, str] | None = field(default=None, kw_only=True)


def _own(**columns: tuple[Type, str]) -> dict[str, Property]:
    """Return properties that are columns of `g` under their own names."""
    return {
        name: Property(f"g.{name}", kind, title)
        for name, (kind, title) in columns.items()
    }


_ID: Mapping[str, Literal["string", "integer"]] = {"g.id": "integer"}
_COMMUNITY = _own(community=("string", "社区代码 code of the community"))
_CODE = _own(code=("string", "代码 code"))
_NAME = _own(name=("string", "名称 name"))
_KIND = _own(kind=("string", "类别 kind"))
_DIVISION = {
    "division": Property("g.division", "string", "行政区划代码 code of the division")
}
_COUNTS = _own(
    households=("integer", "户数 households"), buildings=("integer", "楼栋 buildings")
)
_PLAN = {
    "plan": Property("p.id", "integer", "方案编号 number of the plan"),
    "community": Property("p.community", "string", "社区代码 code of the community"),
}
_PLACE_OF_DIVISION = {
    **_CODE,
    **_NAME,
    **_own(
        level=("string", "级别 city, district, street or community"),
        parent=("string", "上级代码 code of the division above"),
    ),
}

_ALL = (
    Collection(
        "grids",
        "网格 Grids",
        "某日生效的方案中的网格；不给 datetime 时为今天。Grids of the plans in force "
        "at `datetime`; today without it.",
        "grid g join plan p on p.id = g.plan",
        {"g.plan": "integer", "g.code": "string"},
        "polygon",
        {
            **_CODE,
            **_NAME,
            **_PLAN,
            **_own(type=("string", "类型 resident, exclusive or reserved")),
            **_COUNTS,
            **_own(
                estimated=("integer", "估算户数 households that are estimates"),
                area_m2=("number", "面积 area in m²"),
                compactness=("number", "紧凑度 compactness, 0 to 1"),
                street_share=("number", "沿街接边 share of inner seam on streets"),
                in_band=("boolean", "户数达标 households within the bounds"),
                color=("integer", "配色 number of a colour unlike its neighbours'"),
            ),
        },
        dated=True,
        tile=("plans", "grids"),
    ),
    Collection(
        "cells",
        "基本空间单元 Cells",
        "网格由整单元组成。Atomic areas that grids are built of, of plans in force.",
        "plan_cell k join plan p on p.id = k.plan "
        "join cell g on g.cell_set = k.cell_set and g.number = k.cell",
        {"k.plan": "integer", "k.cell": "integer"},
        "polygon",
        {
            **_own(number=("integer", "单元号 number in its set")),
            "grid": Property("k.grid", "string", "网格代码 code of the grid"),
            **_PLAN,
            **_COUNTS,
            **_KIND,
        },
        dated=True,
    ),
    Collection(
        "seams",
        "接边线 Seams",
        "相邻网格的公共边界。Lines that two grids share, of the plans in force.",
        "seam g join plan p on p.id = g.plan",
        _ID,
        "linestring",
        {
            "left": Property("g.left_grid", "string", "一侧网格 grid on one side"),
            "right": Property("g.right_grid", "string", "另一侧网格 grid on the other"),
            **_PLAN,
            **_own(
                kind=("string", "类别 main_road, street, alley, river, … or none"),
                length_m=("number", "长度 length in metres"),
            ),
        },
        dated=True,
        tile=("plans", "seams"),
    ),
    Collection(
        "divisions",
        "行政区划 Divisions",
        "区县、街道、社区。Districts, streets and communities.",
        "division g",
        {"g.code": "string"},
        "polygon",
        _PLACE_OF_DIVISION,
        tile=("plans", "divisions"),
    ),
    Collection(
        "communities",
        "社区 Communities",
        "社区居委会辖区。Areas that one residents' committee serves.",
        "division g",
        {"g.code": "string"},
        "polygon",
        _PLACE_OF_DIVISION,
        "g.level = 'community'",
    ),
    Collection(
        "buildings",
        "楼栋 Buildings",
        "楼栋及户数。Buildings with their counts of households.",
        "building g",
        _ID,
        "geometry",
        {
            **_CODE,
            **_COMMUNITY,
            **_own(
                compound=("integer", "小区编号 id of the compound"),
                households=("integer", "户数 households"),
                estimated=("boolean", "户数为估算 the count is an estimate"),
                floors=("number", "楼层 floors"),
                height_m=("number", "高度 height in metres"),
                units=("integer", "单元数 stairwells"),
                use=("string", "用途 use"),
                address=("string", "地址 address"),
            ),
        },
        tile=("base", "buildings"),
    ),
    Collection(
        "streets",
        "道路 Streets",
        "道路中心线。Centre lines of streets.",
        "street g",
        _ID,
        "linestring",
        {
            "class": Property("g.road_class", "string", "道路等级 class of the road"),
            **_NAME,
            **_DIVISION,
            **_own(
                tunnel=("boolean", "隧道 in a tunnel"),
                bridge=("boolean", "桥梁 on a bridge"),
            ),
        },
        tile=("base", "streets"),
    ),
    Collection(
        "barriers",
        "阻隔 Barriers",
        "河流、铁路、围墙、高架。Rivers, railways, walls and elevated roads.",
        "barrier g",
        _ID,
        "geometry",
        {**_KIND, **_NAME, **_DIVISION},
        tile=("base", "barriers"),
    ),
    Collection(
        "compounds",
        "小区 Compounds",
        "住宅小区。Residential estates.",
        "compound g",
        _ID,
        "polygon",
        {**_NAME, **_KIND, **_COMMUNITY},
        tile=("base", "compounds"),
    ),
    Collection(
        "gates",
        "出入口 Gates",
        "小区出入口。Gates of compounds.",
        "gate g",
        _ID,
        "point",
        {**_NAME, **_own(compound=("integer", "小区编号 id of the compound"))},
    ),
    Collection(
        "sites",
        "专属和预留用地 Sites",
        "学校、商场、公园、空地等。Schools, malls, parks, vacant land.",
        "site g",
        _ID,
        "polygon",
        {**_KIND, **_NAME, **_COMMUNITY},
        tile=("base", "sites"),
    ),
    Collection(
        "spaces",
        "活动空间 Activity spaces",
        "活动用房和场地。Rooms and places for activities.",
        "activity_space g",
        _ID,
        "point",
        {
            **_KIND,
            **_NAME,
            **_COMMUNITY,
            **_own(
                area_m2=("number", "面积 area in m²"),
                origin=("string", "来源 where the room comes from"),
                in_use=("boolean", "在用 in use"),
            ),
        },
        tile=("places", "spaces"),
    ),
    Collection(
        "devices",
        "设备 Devices",
        "摄像机、门禁等。Cameras, access control.",
        "device g",
        _ID,
        "point",
        {
            **_CODE,
            **_KIND,
            **_NAME,
            **_COMMUNITY,
            **_own(network=("string", "网络 network it is on")),
        },
        tile=("places", "devices"),
    ),
)

COLLECTIONS: Mapping[str, Collection] = {entry.name: entry for entry in _ALL}
"""Name → collection; a name that is not here does not exist."""
