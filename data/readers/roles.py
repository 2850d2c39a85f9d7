"""Understand a layer: its role, its columns, the words and numbers in them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.aliases import (
    COLUMN_ALIASES,
    find_column,
    find_role,
    to_barrier_kind,
    to_compound_type,
    to_flags,
    to_numbers,
    to_street_class,
    to_text,
    to_use,
)
from data.readers.clean import GEOMETRY_OF
from data.readers.raw import RawLayer
from data.readers.reading import ORIGIN
from data.readers.report import RowReport
from gis.landuse import SITE_KINDS, is_nonresidential, land_kind
from gis.layers import COLUMNS
from gis.streets import STREET_CLASSES

__all__ = ["role_layers", "role_of"]

# Lines of a street layer that are no street at all. Steps, tunnels and the like
# that merely do not divide are for the engine to tell.
_NO_STREETS = (
    *("pier", "platform", "elevator", "corridor", "steps", "raceway", "ferry"),
    *("proposed", "construction", "razed", "abandoned", "rest_area", "services"),
)
_RAILS = ("rail", "railway", "light_rail", "narrow_gauge", "monorail", "铁路")


def role_of(raw: RawLayer, layer_names: dict[str, str]) -> str:
    """Return the role of a layer: as told, by its name, by its columns, or ""."""
    stem = PurePosixPath(raw.file).stem
    for name in (raw.name, stem, raw.file):
        for role, told in layer_names.items():
            if told == name:
                return role
    if raw.role:
        return raw.role
    for name in (raw.name, stem, PurePosixPath(raw.file).parent.name):
        role = find_role(name)
        if role:
            return role
    return _role_by_content(raw)


def _role_by_content(raw: RawLayer) -> str:
    """Guess the role of a layer whose name says nothing from what it holds."""
    dimensions = shapely.get_dimensions(raw.geometry)
    known = dimensions[dimensions >= 0]
    if not len(known):
        return ""
    columns = raw.table.columns
    if (known == 1).all():
        streets = "highway fclass road_class 道路等级 道路类型 道路名称"
        return "streets" if find_column(columns, streets) else ""
    if not (known == 2).all():
        counted = find_column(columns, COLUMN_ALIASES["buildings"]["households"])
        return "buildings" if counted else ""
    if find_column(columns, "社区代码 社区编码 社区名称 sqdm sqmc community_code"):
        return "communities"
    told = ("households", "floors", "height", "units")
    if any(find_column(columns, COLUMN_ALIASES["buildings"][name]) for name in told):
        return "buildings"
    if find_column(columns, "building 建筑性质 房屋用途 楼栋编号"):
        return "buildings"
    return "landuse" if find_column(columns, "landuse 用地性质 地类名称 dlmc") else ""


def role_layers(raw: RawLayer, role: str, report: RowReport) -> dict[str, GeoDataFrame]:
    """Return the layer with the fixed columns of its role, in the CRS it has.

    A street layer may hold railways; they come out as barriers.
    """
    layer = _Understood(raw, role, report)
    parts = {role: _MAKERS[role](layer)}
    if role == "streets":
        streets = parts[role]
        rail = layer.values("class").isin(_RAILS) & ~streets["tunnel"]
        rails = streets.loc[rail, ["name", "geometry"]].assign(kind="railway")
        parts["barriers"] = rails[[*COLUMNS["barriers"], "geometry"]]
        no_street = streets["class"].isin([*_NO_STREETS, *_RAILS])
        parts[role] = streets[~no_street]
        layer.say_left_out(
            int((no_street & ~rail).sum()), "码头、台阶等", "piers, steps"
        )
    return {name: part for name, part in parts.items() if len(part)}


class _Understood:
    """A raw layer seen through the alias table of its role."""

    def __init__(self, raw: RawLayer, role: str, report: RowReport) -> None:
        self.raw, self.role, self.report = raw, role, report

    def column(self, name: str) -> str | None:
        return find_column(self.raw.table.columns, COLUMN_ALIASES[self.role][name])

    def values(self, name: str) -> pd.Series:
        """Return text of a column, blanks filled from its lesser aliases."""
        result = pd.Series("", index=self.raw.table.index, dtype=object)
        for alias in COLUMN_ALIASES[self.role][name].split():
            column = find_column(self.raw.table.columns, alias)
            if column is not None and (result == "").any():
                result = result.where(result != "", to_text(self.raw.table[column]))
        return result

    def numbers(
        self, name: str, low: float, high: float, *, whole: bool = False
    ) -> NDArray[np.float64]:
        """Return numbers within bounds; others are blanked and reported."""
        column = self.column(name)
        if column is None:
            return np.full(len(self.raw.table), np.nan)
        numbers, unreadable = to_numbers(self.raw.table[column])
        with np.errstate(invalid="ignore"):
            outside = (numbers < low) | (numbers > high)
            outside |= whole & ~np.isnan(numbers) & (numbers != np.round(numbers))
        for place in np.flatnonzero(unreadable | outside).tolist():
            given = str(self.raw.table[column].iloc[place])
            kind = ("整", "whole ") if whole else ("", "")
            self.note(
                place,
                "blanked_number",
                column,
                f"值 {given!r} 不是 {low:g}–{high:g} 之间的{kind[0]}数；按缺失处理",
                f"{given!r} is no {kind[1]}number from {low:g} to {high:g}; "
                "treated as missing",
            )
        return np.where(unreadable | outside, np.nan, numbers)

    def note(self, place: int, code: str, column: str, zh: str, en: str) -> None:
        self.report.add(
            self.raw.file,
            self.raw.name,
            int(self.raw.table.index[place]),
            code,
            zh,
            en,
            field=column,
        )

    def say_left_out(self, count: int, zh: str, en: str) -> None:
        if count:
            self.note_layer(
                "note_left_out",
                f"{count} 行为{zh}，与 {self.role} 无关，未采用",
                f"{count} rows are {en}, no matter for {self.role}; left out",
            )

    def note_layer(self, code: str, zh: str, en: str) -> None:
        self.report.add(self.raw.file, self.raw.name, None, code, zh, en)

    def frame(
        self, columns: dict[str, object], keep: NDArray[np.bool_] | None = None
    ) -> GeoDataFrame:
        data = pd.DataFrame(columns, index=self.raw.table.index)
        data = data[list(COLUMNS[self.role])]
        frame = GeoDataFrame(data, geometry=self.raw.geometry, crs=self.raw.crs)
        return frame if keep is None else frame[keep]


def _communities(layer: _Understood) -> GeoDataFrame:
    codes = layer.values("code").map(lambda t: unicodedata.normalize("NFKC", t))
    good = codes.str.fullmatch(r"\d{12}").to_numpy(dtype=bool)
    for place in np.flatnonzero(~good & (codes != "").to_numpy()).tolist():
        layer.note(
            place,
            "blanked_code",
            layer.column("code") or "code",
            f"社区代码 {codes.iloc[place]!r} 不是 12 位数字；按无代码处理",
            f"community code {codes.iloc[place]!r} is not 12 digits; treated as none",
        )
    return layer.frame({"code": codes.where(good, ""), "name": layer.values("name")})


def _buildings(layer: _Understood) -> GeoDataFrame:
    names = layer.values("name")
    use = pd.Series("", index=names.index, dtype=object)
    for alias in COLUMN_ALIASES["buildings"]["use"].split():
        column = find_column(layer.raw.table.columns, alias)
        if column is not None:
            use = use.where(use != "", to_use(layer.raw.table[column]))
    land = layer.values("landuse")
    kind = pd.Series(land_kind(land), index=land.index)
    tells = (kind == "residential") | is_nonresidential(land)
    use = use.where(use != "", to_use(use, names))
    use = use.where(use != "", kind.where(tells, ""))
    address = layer.values("address")
    spelled = (layer.values("street") + " " + layer.values("number")).str.strip()
    households = pd.array(
        layer.numbers("households", 0, 20_000, whole=True), dtype="Float64"
    )
    households[np.isnan(households.to_numpy(dtype=float, na_value=np.nan))] = pd.NA
    column = layer.column("estimated")
    flags = False if column is None else to_flags(layer.raw.table[column])
    return layer.frame(
        {
            "id": layer.values("id"),
            "households": households.astype("Int64"),
            "estimated": flags & ~pd.isna(households),
            "floors": layer.numbers("floors", 0.5, 200),
            "height": layer.numbers("height", 0.5, 1000),
            "units": layer.numbers("units", 1, 200),
            "use": use,
            "address": address.where(address != "", spelled),
            "compound": layer.values("compound"),
            "cases": layer.numbers("cases", 0, 100_000),
            "party_members": layer.numbers("party_members", 0, 20_000),
        }
    )


def _streets(layer: _Understood) -> GeoDataFrame:
    def flags(name: str) -> NDArray[np.bool_]:
        column = layer.column(name)
        if column is None:
            return np.zeros(len(layer.raw.table), dtype=bool)
        return to_flags(layer.raw.table[column])

    kinds = to_street_class(layer.values("class"))
    # What OSM calls a street of unknown class: it divides.
    kinds = kinds.where(kinds != "", "road")
    known = {*STREET_CLASSES, *_NO_STREETS, *_RAILS}
    strange = kinds[~kinds.isin(list(known))].value_counts()
    if len(strange):
        words = ", ".join(f"{word} {count}" for word, count in strange.items())
        layer.note_layer(
            "note_unknown_class",
            f"这些道路类型未知，不作为分界：{words}",
            f"these street classes are unknown and divide nothing: {words}",
        )
    return layer.frame(
        {
            "class": kinds,
            "name": layer.values("name"),
            "tunnel": flags("tunnel"),
            "bridge": flags("bridge"),
        }
    )


def _barriers(layer: _Understood) -> GeoDataFrame:
    given = layer.values("kind")
    kind = to_barrier_kind(given)
    unsaid = (given == "").to_numpy()
    if unsaid.any():
        kind = kind.mask(unsaid, _kind_by_name(layer.raw))
    keep = (kind != "").to_numpy()
    layer.say_left_out(
        int((~keep).sum()), "泳池、栏杆等", "pools, bollards and the like"
    )
    return layer.frame({"kind": kind, "name": layer.values("name")}, keep)


def _kind_by_name(raw: RawLayer) -> str:
    """Tell the kind of barriers without a kind from the layer's name."""
    words = re.split(r"[\W_\d]+", unicodedata.normalize("NFKC", raw.name).lower())
    for word in [*words, *(word.removesuffix("s") for word in words)]:
        kind = to_barrier_kind(pd.Series([word])).iloc[0]
        if kind or word.startswith("waterway"):
            return str(kind) or "river"
    return ""


def _compounds(layer: _Understood) -> GeoDataFrame:
    kind, unknown = to_compound_type(layer.values("type"))
    given = layer.values("type")
    for place in np.flatnonzero(unknown).tolist():
        layer.note(
            place,
            "refused_compound_type",
            layer.column("type") or "type",
            f"小区类型 {given.iloc[place]!r} 未知，应为商品房、老旧或安置；此行未采用",
            f"compound type {given.iloc[place]!r} is unknown, it must be commodity, "
            "old or resettlement; row left out",
        )
    return layer.frame({"name": layer.values("name"), "type": kind}, ~unknown)


def _sites(layer: _Understood) -> GeoDataFrame:
    given = layer.values("kind")
    kind = pd.Series(land_kind(given), index=given.index)
    known = kind.isin(list(SITE_KINDS)).to_numpy()
    for place in np.flatnonzero(~known).tolist():
        layer.note(
            place,
            "refused_site_kind",
            layer.column("kind") or "kind",
            f"地块类型 {given.iloc[place]!r} 未知，应为学校、医院、商场、办公、工厂、"
            "公园、市场、空地、工地或农田；此行未采用",
            f"site kind {given.iloc[place]!r} is unknown, it must be one of "
            f"{', '.join(SITE_KINDS)}; row left out",
        )
    return layer.frame({"kind": kind, "name": layer.values("name")}, known)


def _landuse(layer: _Understood) -> GeoDataFrame:
    return layer.frame({"kind": layer.values("kind"), "name": layer.values("name")})


def _gates(layer: _Understood) -> GeoDataFrame:
    return layer.frame({"compound": layer.values("compound")})


def _spaces(layer: _Understood) -> GeoDataFrame:
    column = layer.column("in_use")
    in_use = True if column is None else to_flags(layer.raw.table[column])
    return layer.frame(
        {
            "kind": layer.values("kind"),
            "name": layer.values("name"),
            "area_m2": layer.numbers("area_m2", 0, 100_000),
            "origin": layer.values("origin"),
            "in_use": in_use,
        }
    )


def _devices(layer: _Understood) -> GeoDataFrame:
    return layer.frame({name: layer.values(name) for name in COLUMNS["devices"]})


_MAKERS: dict[str, Callable[[_Understood], GeoDataFrame]] = {
    "communities": _communities,
    "buildings": _buildings,
    "streets": _streets,
    "barriers": _barriers,
    "compounds": _compounds,
    "gates": _gates,
    "sites": _sites,
    "landuse": _landuse,
    "spaces": _spaces,
    "devices": _devices,
}


def fits_role(raw: RawLayer, role: str) -> bool:
    """Tell whether any row of a layer has a geometry its role can use."""
    dimensions = shapely.get_dimensions(raw.geometry)
    given = dimensions[dimensions >= 0]
    allowed = {*GEOMETRY_OF[role]}
    allowed |= {1} if 2 in allowed else set()  # closed lines become polygons
    allowed |= {1, 2} if allowed == {0} else set()
    return bool(not len(given) or np.isin(given, list(allowed)).any())


def unique_ids(buildings: GeoDataFrame) -> GeoDataFrame:
    """Return the buildings with an id each, the same in any order of rows.

    A missing id is made from the geometry. Rows alike in everything are one
    building given twice, and kept once; but points without an id may be stairwells
    or dwellings of one address, and all stay.
    """
    shapes = buildings.geometry.to_numpy()
    marks = np.array(
        [
            hashlib.blake2b(shape, digest_size=6).hexdigest()
            for shape in shapely.to_wkb(shapely.normalize(shapes))
        ],
        dtype=object,
    )
    given = buildings["id"].astype(str).to_numpy(dtype=object)
    ids = pd.Series(np.where(given == "", marks, given), index=buildings.index)
    # Same id, other place: the place tells them apart.
    places = pd.Series(marks, index=ids.index).groupby(ids).transform("nunique")
    told_apart = [
        name if count == 1 else f"{name}@{mark}"
        for name, mark, count in zip(ids, marks, places, strict=True)
    ]
    ids = pd.Series(told_apart, index=buildings.index, dtype=object)
    # Same id and place: one building given twice, or else numbered.
    shared = ids.duplicated(keep=False).to_numpy()
    if not shared.any():
        return buildings.assign(id=ids.to_numpy(dtype=object))
    told = buildings.columns.difference(["geometry", "id", *ORIGIN], sort=False)
    rows = pd.DataFrame(buildings.loc[shared, told]).astype(str)
    rows = rows.assign(id=ids[shared]).sort_values([*rows.columns, "id"], kind="stable")
    may_double = (given != "") | (shapely.get_dimensions(shapes) > 0)
    double = rows.duplicated() & pd.Series(may_double, index=ids.index)[rows.index]
    rows = rows[~double]
    number = (rows.groupby("id").cumcount() + 1).map("#{}".format)
    named = rows["id"].where(number == "#1", rows["id"] + number)
    ids.loc[named.index] = named
    gone = rows.index.symmetric_difference(ids.index[shared])
    return buildings.assign(id=ids.to_numpy(dtype=object)).drop(index=gone)
