"""What a piece of land is for: one table from land-use words to our kinds.

Words come from OSM tags (``landuse``, ``amenity``, ``leisure``, ``natural``,
``building``) and from Chinese registers. Each means dwellings, one of the ten site
kinds, or nothing that tells (grass, paving), which leaves a building as it was.
"""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.crs import metric_crs, require_metric
from gis.kinds import GridType

__all__ = [
    "RESIDENTIAL",
    "SITE_KINDS",
    "compounds_and_sites",
    "is_nonresidential",
    "land_kind",
    "site_type",
]

RESIDENTIAL = "residential"
"""The one land kind people live on."""

SITE_KINDS: dict[str, GridType] = {
    "school": GridType.EXCLUSIVE,
    "hospital": GridType.EXCLUSIVE,
    "mall": GridType.EXCLUSIVE,
    "office": GridType.EXCLUSIVE,
    "factory": GridType.EXCLUSIVE,
    "park": GridType.EXCLUSIVE,
    "market": GridType.EXCLUSIVE,
    "vacant": GridType.RESERVED,
    "construction": GridType.RESERVED,
    "farmland": GridType.RESERVED,
}
"""Kinds of site: exclusive 专属 land in use, reserved 预留 land not yet lived on."""

_WORDS: dict[str, str] = {
    "residential": "residential apartments allotment_house 住宅 居住 居住用地 住宅用地 "
    "居住区 住宅区 小区 城镇住宅用地 农村宅基地",
    "school": "school kindergarten college university education childcare "
    "music_school 学校 小学 中学 初中 高中 幼儿园 大学 学院 教育 教育用地 教育科研",
    "hospital": "hospital clinic healthcare social_facility nursing_home 医院 卫生院 "
    "医疗 医疗卫生 医疗卫生用地 养老院",
    "mall": "mall retail shopping_centre department_store 商场 商业 商业用地 购物中心 "
    "商业服务业用地",
    # Public buildings too: like offices, nobody lives there and one body answers.
    "office": "office commercial government institutional townhall civic military "
    "civic_admin public_administration courthouse police fire_station museum theatre "
    "library arts_centre conference_centre exhibition_centre stadium sports_centre "
    "sports_hall place_of_worship religious religion attraction theme_park zoo "
    "aquarium 办公 商务 写字楼 机关 行政办公 机关单位 商务用地 事业单位",
    "factory": "factory industrial works depot port quarry warehouse railway "
    "wastewater_plant water_works power substation landfill transportation "
    "bus_station ferry_terminal fuel garages 工厂 工业 工业用地 厂区 企业 仓储 物流",
    "park": "park recreation_ground nature_reserve golf_course cemetery garden "
    "common village_green dog_park water_park 公园 绿地广场 公园绿地 广场 景区",
    "market": "market marketplace 市场 农贸市场 菜市场 批发市场 集贸市场",
    "vacant": "vacant brownfield greenfield 空地 闲置 闲置地 未利用地 待建 预留",
    "construction": "construction 工地 在建 施工 建设用地 在建工地",
    "farmland": "farmland farm farmyard orchard meadow vineyard allotments "
    "greenhouse_horticulture plant_nursery 农田 耕地 农用地 田地 果园 大棚",
}

_KIND_OF: dict[str, str] = {
    word: kind for kind, words in _WORDS.items() for word in words.split()
}


def land_kind(kinds: object) -> NDArray[np.object_]:
    """Return what each land-use word means.

    Parameters
    ----------
    kinds : array_like of str
        Words as given; missing values allowed.

    Returns
    -------
    ndarray of str
        ``"residential"``, one of `SITE_KINDS`, or ``""`` for words that do not
        tell (grass, paving, parking) or are not known.

    Examples
    --------
    >>> land_kind(["Residential", "retail", "学校", "grass", None]).tolist()
    ['residential', 'mall', 'school', '', '']
    """
    words = np.asarray(kinds, dtype=object).tolist()
    meaning = {
        word: _KIND_OF.get(word.strip().lower(), "") if isinstance(word, str) else ""
        for word in set(words)
    }
    return np.array([meaning[word] for word in words], dtype=object)


def is_nonresidential(kinds: object) -> NDArray[np.bool_]:
    """Tell on which land an unlabelled building is not a dwelling.

    Parameters
    ----------
    kinds : array_like of str
        Words as given; missing values allowed.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> is_nonresidential(["residential", "park", "grass"]).tolist()
    [False, True, False]
    """
    known = land_kind(kinds)
    return np.asarray((known != "") & (known != RESIDENTIAL), dtype=bool)


def site_type(kind: str) -> GridType:
    """Return the type of grid that a site makes.

    Parameters
    ----------
    kind : str
        One of `SITE_KINDS`, or a word that means one.

    Returns
    -------
    GridType
        EXCLUSIVE or RESERVED.

    Raises
    ------
    ValueError
        If the word means no kind of site.

    Examples
    --------
    >>> site_type("school").label, site_type("空地").label
    ('exclusive', 'reserved')
    >>> site_type("residential")
    Traceback (most recent call last):
    ValueError: site kind is 'residential'; give one of school, hospital, mall, \
office, factory, park, market, vacant, construction, farmland
    """
    known = _KIND_OF.get(kind.strip().lower(), "")
    if known not in SITE_KINDS:
        raise ValueError(f"site kind is {kind!r}; give one of {', '.join(SITE_KINDS)}")
    return SITE_KINDS[known]


def compounds_and_sites(
    landuse: GeoDataFrame, *, smallest_site: float = 2000.0
) -> tuple[GeoDataFrame, GeoDataFrame]:
    """Turn land use into compounds and sites.

    Parameters
    ----------
    landuse : GeoDataFrame of Polygon or MultiPolygon
        Columns `kind` and `name`, in any CRS that is declared.
    smallest_site : float, default 2000.0
        Leave out sites below this area, in m²: a flower bed is no grid.

    Returns
    -------
    compounds : GeoDataFrame
        `name`, `type` (""): residential land that has a name.
    sites : GeoDataFrame
        `kind`, `name`: land of the ten site kinds. A site that lies mostly in a
        larger one of the same grid type belongs to that one and is left out.

    Raises
    ------
    CRSError
        If `landuse` has no CRS.

    Examples
    --------
    >>> from shapely import box
    >>> land = GeoDataFrame(
    ...     {"kind": ["residential", "residential", "school"], "name": ["甲", "", ""]},
    ...     geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9), box(0, 9, 90, 99)],
    ...     crs=4548,
    ... )
    >>> compounds, sites = compounds_and_sites(land)
    >>> compounds["name"].tolist(), sites["kind"].tolist()
    (['甲'], ['school'])
    """
    kind = land_kind(landuse["kind"])
    named = np.array(
        [isinstance(name, str) and bool(name.strip()) for name in landuse["name"]],
        dtype=bool,
    )
    crs = landuse.crs

    lived_in = landuse.loc[(kind == RESIDENTIAL) & named]
    compounds = GeoDataFrame(
        {"name": [name.strip() for name in lived_in["name"]], "type": ""},
        geometry=lived_in.geometry.to_numpy(),
        crs=crs,
    )

    claimed = np.flatnonzero([word in SITE_KINDS for word in kind])
    polygons = _measured(landuse.iloc[claimed])
    keep = claimed[_is_own_site(polygons, kind[claimed], smallest_site)]
    chosen = landuse.iloc[keep]
    sites = GeoDataFrame(
        {"kind": kind[keep], "name": chosen["name"].fillna("").astype(str)},
        geometry=chosen.geometry.to_numpy(),
        crs=crs,
    )
    return compounds.reset_index(drop=True), sites.reset_index(drop=True)


def _measured(layer: GeoDataFrame) -> NDArray[np.object_]:
    """Return the geometries in metres."""
    if layer.empty:
        return np.array([], dtype=object)
    if layer.crs is not None and layer.crs.is_geographic:
        west, south, east, north = layer.total_bounds
        layer = layer.to_crs(metric_crs((west + east) / 2, (south + north) / 2))
    require_metric(layer)
    return np.asarray(layer.geometry.to_numpy(), dtype=object)


def _is_own_site(
    polygons: NDArray[np.object_], kinds: NDArray[np.object_], smallest: float
) -> NDArray[np.bool_]:
    """Tell which sites are large enough and not part of a larger one."""
    area = shapely.area(polygons)
    types = np.array([int(SITE_KINDS[kind]) for kind in kinds], dtype=int)
    own = area >= smallest
    small, large = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    # Of two alike in area the one with the smaller centre coordinates stays, so
    # that the order of rows does not matter.
    size = np.column_stack([area, shapely.get_coordinates(shapely.centroid(polygons))])
    inner = np.array(
        [tuple(size[i]) < tuple(size[j]) for i, j in zip(small, large, strict=True)],
        dtype=bool,
    )
    same = inner & (types[small] == types[large]) if len(small) else inner
    small, large = small[same], large[same]
    shared = shapely.area(shapely.intersection(polygons[small], polygons[large]))
    own[small[shared > 0.5 * area[small]]] = False
    return np.asarray(own, dtype=bool)
