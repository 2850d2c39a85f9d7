"""The one table of names: layers, columns and words, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "COLUMN_ALIASES",
    "PLACE_COLUMNS",
    "find_column",
    "find_role",
    "to_barrier_kind",
    "to_compound_type",
    "to_flags",
    "to_numbers",
    "to_street_class",
    "to_text",
    "to_use",
]

IGNORED = "ignored"

# Tried in this order; the first alias found in a layer's name wins. What merely
# mentions a role (building parts, boundary lines, places) stands first.
_ROLES: tuple[tuple[str, str], ...] = (
    (
        IGNORED,
        "building_part buildingpart building_parts boundaries boundary_line places "
        "pois poi traffic natural transport layer_styles grids seams cells stairwells "
        "行政界线 单元门",
    ),
    ("spaces", "spaces space activity_space activity_room 活动空间 活动室 公共空间"),
    ("devices", "devices device cameras camera 设备 摄像头 监控 探头"),
    ("gates", "gates gate entrances 出入口 大门 小区门 门岗"),
    ("compounds", "compounds compound estates 居民小区 小区 院落"),
    (
        "sites",
        "sites site 专属网格 专属 预留 专属地块 预留地块 单位 企事业单位 重点单位",
    ),
    ("landuse", "landuse land_use 土地利用 用地 地类 土地"),
    (
        "buildings",
        "buildings building footprints houses 建筑物 建筑 房屋 楼栋 楼宇 楼幢 住宅楼",
    ),
    (
        "barriers",
        "barriers barrier water waterways waterway rivers river railways railway rail "
        "walls wall 阻隔 障碍 水系 河流 河道 水域 水体 铁路 围墙 高架",
    ),
    (
        "streets",
        "streets street roads road highways highway road_network 街巷 街道线 道路 路网 "
        "道路中心线 街路",
    ),
    (
        "communities",
        "communities community neighbourhood_committee 社区 社区边界 社区界 居委会 "
        "村居",
    ),
)

COLUMN_ALIASES: dict[str, dict[str, str]] = {
    "communities": {
        "code": "code division_code region_code adcode 代码 编码 社区代码 社区编码 "
        "区划代码 行政区划代码 统计用区划代码 sqdm",
        "name": "name 名称 社区名称 社区 社区名 居委会 sqmc mc",
    },
    "buildings": {
        "id": "id building_id osm_id osm_way_id 编号 楼栋编号 建筑编号 楼栋id 标识码 "
        "bsm",
        "households": "households household hh dwellings flats building:flats 户数 "
        "总户数 住户数 居民户数 常住户数 hs",
        "estimated": "estimated households_estimated 户数估算 是否估算 估算",
        "floors": "floors floor levels building:levels num_floors storeys stories "
        "层数 楼层 楼层数 总层数 地上层数 建筑层数 cs",
        "height": "height building_height height_m 高度 楼高 建筑高度 gd",
        "units": "units entrances stairwells 单元 单元数 单元总数 dys",
        "use": "use building_use usage kind_detail building fclass function type class "
        "用途 房屋用途 建筑用途 建筑性质 使用性质 功能 yt",
        "address": "address addr full_address 地址 门牌 门牌号 详细地址 坐落 dz",
        "compound": "compound estate 小区 小区名称 所属小区 院落 xq xqmc",
        "cases": "cases case_count incidents 案件 案件数 案件量 事件数 工单数 工单量",
        "party_members": "party_members 党员 党员数 党员人数 在册党员 党员数量",
        "name": "name name:zh 名称 建筑名称 楼栋名称 楼名",
        "landuse": "landuse_kind landuse",
        "street": "addr_street addr:street street 街道名 路名",
        "number": "addr_housenumber addr:housenumber housenumber house_number 楼号 号",
    },
    "streets": {
        "class": "highway fclass kind_detail class road_class type kind 道路等级 "
        "道路类型 等级 类型 类别 道路类别 dldj",
        "kind": "kind",
        "name": "name name:zh 名称 道路名称 路名 街巷名称 mc",
        "tunnel": "tunnel is_tunnel 隧道",
        "bridge": "bridge is_bridge 桥 桥梁",
        "id": "id osm_id 编号",
    },
    "barriers": {
        "kind": "kind class fclass type waterway water railway barrier 类型 类别 种类",
        "name": "name name:zh 名称 mc",
    },
    "compounds": {
        "name": "name 名称 小区名称 小区 院落名称 xqmc mc",
        "type": "type kind category 类型 小区类型 类别 性质 小区性质",
    },
    "gates": {"compound": "compound estate 小区 小区名称 所属小区 xqmc"},
    "sites": {
        "kind": "kind type category landuse fclass class 类型 类别 种类 性质",
        "name": "name name:zh 名称 单位名称 mc",
    },
    "landuse": {
        "kind": "kind landuse fclass class type 用地性质 类型 地类 地类名称 用途 dlmc",
        "name": "name name:zh 名称 mc",
    },
    "spaces": {
        "kind": "kind type 类型 类别 空间类型",
        "name": "name 名称 空间名称",
        "area_m2": "area_m2 area 面积 建筑面积 使用面积 面积平方米",
        "origin": "origin source 来源 改造来源 场地来源",
        "in_use": "in_use used 是否使用 使用状态 在用 是否启用",
    },
    "devices": {
        "code": "code gb28181 device_id device_code 编码 设备编码 国标编码 国标id",
        "kind": "kind type 类型 设备类型",
        "name": "name 名称 设备名称 点位名称",
        "network": "network net 网络 接入网络 所属网络",
    },
}
"""Aliases of every column by role, best first. Some feed another column only."""

PLACE_COLUMNS: dict[str, str] = {
    "wkt": "wkt geometry geom the_geom geometry_wkt 几何 图形 空间坐标",
    "lon": "lon lng longitude long x 经度 东经 x坐标 横坐标 point_x",
    "lat": "lat latitude y 纬度 北纬 y坐标 纵坐标 point_y",
}
"""Columns of a table that say where a row lies."""

_USES: tuple[tuple[str, str], ...] = (
    ("", r"^(yes|building|unknown|none|other|其他|其它|未知|不详|无|-|—|/)$"),
    ("mixed", r"商住|住商|综合楼|mixed"),
    ("apartments", r"公寓"),
    ("dormitory", r"宿舍"),
    ("villa", r"别墅"),
    ("house", r"民房|平房|自建房"),
    ("residential", r"住宅|居住|居民|民居|家属楼"),
    ("school", r"学校|小学|中学|幼儿园|教学|教育"),
    ("hospital", r"医院|卫生|医疗|诊所"),
    ("hotel", r"酒店|宾馆|旅馆|饭店"),
    ("retail", r"商业|商铺|商场|商店|超市|市场|购物"),
    ("office", r"办公|写字楼|商务|机关|行政"),
    ("warehouse", r"仓库|仓储"),
    ("industrial", r"工业|厂房|工厂|车间"),
    ("garage", r"车库|停车"),
)
# What the name of an unlabelled building gives away. Dwellings first: 银行宿舍 is
# a dormitory, 中心花园小区 an estate.
_NAMES: tuple[tuple[str, str], ...] = (
    (
        "residential",
        r"小区|公寓|新村|花园|家园|住宅|苑$|宿舍|里弄|\b(?:apartments|"
        r"residences?|condominium|houses)\b",
    ),
    ("hotel", r"酒店|宾馆|饭店|旅馆|\b(?:hotel|inn|hostel)\b"),
    ("hospital", r"医院|卫生服务|\b(?:hospital|clinic)\b"),
    ("school", r"学校|小学|中学|大学|幼儿园|\b(?:school|college|university|academy)\b"),
    (
        "office",
        r"大厦|银行|证券|金融|中心|大楼|广场|办公|法院|派出所|公安|政府|交易所|"
        r"\b(?:tower|plaza|bank|center|centre|office|building|exchange|court)\b",
    ),
    ("retail", r"商场|商城|百货|超市|市场|购物|\b(?:mall|market|store|shop)\b"),
    (
        "public",
        r"博物馆|美术馆|图书馆|剧院|影院|体育|展览|车站|教堂|寺|庙|水族馆|电视塔|"
        r"\b(?:museum|theatre|theater|church|library|station|stadium|synagogue|mosque)\b",
    ),
)

_COMPOUND_TYPES: dict[str, str] = {
    "commodity": "commodity 商品房 商品房小区 商品住宅 商品 新建商品房",
    "old": "old 老旧 老旧小区 老小区 老旧散 老旧院落",
    "resettlement": "resettlement 安置 安置房 安置小区 回迁 回迁房 拆迁安置 安置房小区",
}

_BARRIERS: dict[str, str] = {
    "river": "river riverbank canal stream lake water reservoir dock basin pond oxbow "
    "bay lagoon wetland harbour 河 河流 河道 江 湖 湖泊 水域 水体 水系 水库 运河 渠 溪",
    "railway": "railway rail light_rail narrow_gauge monorail 铁路 铁道 轨道 高铁 轻轨",
    "wall": "wall city_wall fence retaining_wall 围墙 墙 城墙 栅栏 围栏",
    "elevated_road": "elevated_road elevated viaduct 高架 高架路 高架桥 快速路高架",
}
_STREETS: dict[str, str] = {
    "motorway": "高速 高速公路",
    "快速路": "城市快速路 快速道路 快速路",
    "主干路": "主干道 城市主干道 城市主干路 干道 主路",
    "次干路": "次干道 城市次干道 城市次干路",
    "支路": "支道 支线 城市支路 一般道路 普通道路",
    "街巷": "巷 巷道 胡同 弄 里弄 背街小巷 小巷 街 街道",
    "小区道路": "小区路 小区内部路 内部道路 内部路 院内道路",
    "primary": "国道 省道",
    "secondary": "县道",
    "tertiary": "乡道 镇道",
    "residential": "村道",
    "pedestrian": "步行街 商业步行街",
    "footway": "人行道 人行路 步道",
    "steps": "台阶 梯道",
    "pier": "码头 栈桥",
}
_STREET_OF = {word: k for k, words in _STREETS.items() for word in words.split()}
_BARRIER_OF = {word: k for k, words in _BARRIERS.items() for word in words.split()}
_TYPE_OF = {word: k for k, words in _COMPOUND_TYPES.items() for word in words.split()}
_FALSE = frozenset({"", "f", "false", "0", "0.0", "n", "no", "none", "nan", "否", "无"})


def _plain(name: str) -> str:
    """Fold width, case, spaces, units in brackets and separators of a name."""
    folded = unicodedata.normalize("NFKC", name).strip().lower()
    folded = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", folded)
    return re.sub(r"[\s_\-.:/]+", "", folded)


def find_role(name: str) -> str:
    """Return the role a layer or file name speaks of, "ignored", or ""."""
    folded = unicodedata.normalize("NFKC", name).lower()
    plain = _plain(name)
    words = set(re.split(r"[^a-z]+", folded)) | {plain}
    for role, aliases in _ROLES:
        for alias in aliases.split():
            flat = _plain(alias)
            if (flat in plain) if not flat.isascii() else _names(alias, words, folded):
                return role
    return ""


def _names(alias: str, words: set[str], folded: str) -> bool:
    """Tell whether an English alias stands in a name as a word of its own."""
    if "_" in alias:
        return alias in folded
    return alias in words


def find_column(columns: Iterable[str], aliases: str) -> str | None:
    """Return the column that an alias names, the best alias first.

    Shapefiles cut names at ten bytes, so a name that fills them may also be the
    beginning of an alias.
    """
    plain = {_plain(str(name)): str(name) for name in reversed(list(columns))}
    wanted = [_plain(alias) for alias in aliases.split()]
    for alias in wanted:
        if alias in plain:
            return plain[alias]
    cut = {short: name for short, name in plain.items() if _may_be_cut(name)}
    for alias in wanted:
        for short, name in cut.items():
            if alias.startswith(short):
                return name
    return None


def _may_be_cut(name: str) -> bool:
    """Tell whether a name fills the ten bytes of a Shapefile, whole characters."""
    if name.isascii():
        return len(name) == 10
    return len(name.encode()) in (8, 9, 10) or len(
        name.encode("gb18030", "ignore")
    ) in (9, 10)


def to_text(values: pd.Series) -> pd.Series:
    """Return text, stripped; missing becomes ""."""
    if pd.api.types.is_float_dtype(values):
        whole = values.dropna()
        if (whole == whole.round()).all():
            values = values.astype("Int64")
    # PostgreSQL keeps no zero byte, and nobody can read one.
    text = values.astype("string").fillna("").str.replace("\0", "", regex=False)
    return text.str.strip().astype(object)


def to_numbers(values: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return numbers (NaN where none) and where something unreadable stood.

    Reads full-width digits, thousands commas and a unit after the number
    (``１２``, ``1,200``, ``6层``, ``18.5 m``); of a list or range the largest.
    """
    if pd.api.types.is_bool_dtype(values):
        return np.full(len(values), np.nan), np.ones(len(values), dtype=bool)
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan), np.isinf(numbers)
    text = values.astype("string").fillna("")
    meanings = {word: _number(str(word)) for word in text.unique()}
    numbers = text.map(meanings).to_numpy(dtype=np.float64)
    blank = (
        text.str.strip().str.lower().isin(["", "nan", "none", "null", "-", "—", "/"])
    )
    return numbers, np.isnan(numbers) & ~blank.to_numpy(dtype=bool)


_NUMBER = re.compile(
    r"^[^\d+-]{0,2}([+-]?\d+(?:\.\d+)?)((?:\s*[;,~/、至-]\s*\d+(?:\.\d+)?)*)"
    r"\s*(?:层|户|米|m|f|楼|个|单元|栋|㎡|m2|平方米|°)?$"
)


def _number(word: str) -> float:
    text = unicodedata.normalize("NFKC", word).strip().lower()
    text = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text)
    found = _NUMBER.match(text)
    if found is None:
        try:
            number = float(text)
        except ValueError:
            return float("nan")
        return number if np.isfinite(number) else float("nan")
    more = [float(item) for item in re.findall(r"\d+(?:\.\d+)?", found.group(2))]
    return max([float(found.group(1)), *more])


def to_flags(values: pd.Series) -> NDArray[np.bool_]:
    """Return yes or no for OSM, Overture, Geofabrik and Chinese ways to say it."""
    if pd.api.types.is_bool_dtype(values) and not values.isna().any():
        return values.to_numpy(dtype=bool)
    text = values.astype("string").fillna("").str.strip().str.lower()
    return ~text.isin(list(_FALSE)).to_numpy(dtype=bool)


def to_use(values: pd.Series, names: pd.Series | None = None) -> pd.Series:
    """Return the use of each building in OSM words; "" where it is not known.

    A use that is none of the known words stays as given: it is known, and is no
    dwelling. Where no use is given, the name may tell.
    """
    text = to_text(values)
    meanings = {word: _first(_USES, word, word.lower()) for word in text.unique()}
    use = text.map(meanings)
    if names is None:
        return use
    told = to_text(names)
    hints = {name: _first(_NAMES, name, "") for name in told.unique()}
    return use.where(use != "", told.map(hints))


def _first(table: tuple[tuple[str, str], ...], word: str, default: str) -> str:
    folded = unicodedata.normalize("NFKC", word).strip().lower()
    for meaning, pattern in table:
        if re.search(pattern, folded):
            return meaning
    return default


def to_compound_type(values: pd.Series) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Return commodity, old, resettlement or "", and where the word is unknown."""
    text = to_text(values)
    kind = text.map(lambda word: _TYPE_OF.get(word.lower(), ""))
    return kind, ((text != "") & (kind == "")).to_numpy(dtype=bool)


def to_street_class(values: pd.Series) -> pd.Series:
    """Return the class of each street in the words of `gis.streets`."""
    return to_text(values).str.lower().map(lambda word: _STREET_OF.get(word, word))


def to_barrier_kind(values: pd.Series) -> pd.Series:
    """Return river, railway, wall, elevated_road, or "" for what bars nobody."""
    return to_text(values).map(lambda word: _BARRIER_OF.get(word.lower(), ""))
