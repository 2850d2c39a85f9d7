"""Rows of a reading as the register keeps them: checked, owned, with keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.errors import ImportFormatError
from data.frames import plain_values
from data.readers import RowReport, SourceReading
from data.readers.reading import ORIGIN
from data.registers.keys import row_keys
from data.registers.owners import nearest_of_name, owners
from data.registers.tables import REGISTERS, Register
from gis.codes import CodeError
from gis.crs import to_metric
from gis.device_codes import parse_device_code
from gis.households import estimate_households
from gis.layers import Layers

__all__ = ["Known", "RegisterRows", "register_rows"]

_KINDS = {
    "buildings": ("Polygon", "MultiPolygon", "Point"),
    "compounds": ("Polygon", "MultiPolygon"),
    "sites": ("Polygon", "MultiPolygon"),
    "streets": ("LineString", "MultiLineString"),
}
"""Geometries a table takes, where a layer may bring others."""

_ONE_BY_ONE = ("gates", "spaces", "devices")
"""Roles of few rows, each of which is worth a remark when it lies outside."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """What the record holds already: communities, and compounds with their keys."""

    communities: GeoDataFrame
    compounds: GeoDataFrame


@dataclass(frozen=True)
class RegisterRows:
    """What a reading has for the register.

    Attributes
    ----------
    communities : GeoDataFrame
        `code`, `name`, and the columns `ORIGIN`; those the rows lie in.
    given : bool
        Whether the source brought the communities; else they are the record's.
    tables : mapping of str to GeoDataFrame
        By role: `community`, the key and columns of its register, and `ORIGIN`.
        Compounds are named by their key until they have a number.
    report : RowReport
        The remarks of the reading, and those made here.
    """

    communities: GeoDataFrame
    given: bool
    tables: Mapping[str, GeoDataFrame]
    report: RowReport


def register_rows(
    reading: SourceReading, known: Known, *, under: str = ""
) -> RegisterRows:
    """Turn what was read into rows of the register; what cannot be one is reported.

    Communities outside the division `under` are left out, and said.
    """
    maker = _Maker(reading, known, under)
    tables = {
        register.role: maker.table(register)
        for register in REGISTERS
        if len(getattr(reading.layers, register.role))
    }
    communities = maker.communities
    if not maker.given:
        # Of a part the record speaks for the rest.
        met = {code for table in tables.values() for code in table["community"]}
        communities = communities[communities["code"].isin(list(met))]
    ordered = communities.sort_values("code", ignore_index=True)
    return RegisterRows(ordered, maker.given, tables, maker.report)


class _Maker:
    """Makes one table after the other; gates and buildings look up compounds."""

    def __init__(self, reading: SourceReading, known: Known, under: str) -> None:
        self.reading, self.known, self.under = reading, known, under
        self.report = RowReport(list(reading.report.rows))
        self.given = not reading.layers.communities.empty
        self.communities = self._communities()
        self.compounds = known.compounds
        self.layers = _counted(reading.layers)

    def _communities(self) -> GeoDataFrame:
        """Return the communities of the source, or else those of the record."""
        if not self.given:
            if self.known.communities.empty:
                raise ImportFormatError(
                    "数据里没有社区，库里也没有；请用 --communities 给出社区界线",
                    "the source has no communities and neither has the database; give "
                    "them by --communities",
                )
            return self.known.communities
        rows = self._traced("communities", self.reading.layers.communities)
        coded = (rows["code"] != "").to_numpy(dtype=bool)
        self._refuse(
            "communities",
            rows[~coded],
            ("code", "code"),
            ("社区没有 12 位代码；请补上代码", "has no code of 12 digits; add it"),
        )
        if not coded.any():
            raise ImportFormatError(
                "没有一个社区有 12 位代码，无法入库；请补上代码，或用 --communities "
                "给出带代码的社区",
                "not one community has a code of 12 digits, so nothing can be taken "
                "in; add codes, or give communities with codes by --communities",
            )
        rows = rows[coded].reset_index(drop=True)
        within = rows["code"].str.startswith(self.under).to_numpy(dtype=bool)
        zh = f"不在所选区划 {self.under} 内；请改选区划，或核对代码"
        en = f"is not below division {self.under}; choose another, or check the code"
        self._refuse("communities", rows[~within], ("scope", "code"), (zh, en))
        if not within.any():
            first = rows["code"].iloc[0]
            raise ImportFormatError(
                f"没有一个社区在所选区划 {self.under} 内（例如 {first}）；"
                "请改选区划，或核对社区代码",
                f"not one community is below division {self.under} (one is {first}); "
                "choose another division, or check the codes",
            )
        return rows[within].reset_index(drop=True)

    def table(self, register: Register) -> GeoDataFrame:
        """Return the rows of one table, checked, each with its community and key."""
        role = register.role
        rows = self._traced(role, getattr(self.layers, role))
        rows = self._of_fitting_kind(role, rows.rename(columns=register.given))
        rows = _CHECKS.get(role, _unchecked)(self, rows)
        rows = self._gates(rows) if role == "gates" else self._owned(role, rows)
        if role == "buildings":
            rows = rows.assign(compound=self._compound_keys(rows))
        if register.key == "key":
            owner = "compound" if role == "gates" else "community"
            said = rows[[*{*register.columns, owner}, "geometry"]]
            by_name = role in ("compounds", "sites", "spaces")
            rows = rows.assign(key=row_keys(said, owner, by_name=by_name))
        if role == "compounds":
            self.compounds = _joined(rows, self.known.compounds)
        names = ("community", register.owner, register.key, *register.columns, *ORIGIN)
        wanted = [name for name in dict.fromkeys(names) if name in rows.columns]
        return rows[[*wanted, "geometry"]].reset_index(drop=True)

    def _traced(self, role: str, layer: GeoDataFrame) -> GeoDataFrame:
        """Return a layer with where its rows come from; made rows come from nowhere."""
        known = self.reading.origins.get(role)
        if known is not None:
            return layer.assign(**{name: known[name] for name in ORIGIN})
        return layer.assign(**dict.fromkeys(ORIGIN, None))

    def _owned(self, role: str, rows: GeoDataFrame) -> GeoDataFrame:
        """Return the rows that lie in a community, and say which do not."""
        code = owners(rows.geometry.to_numpy(), self.communities)
        outside = code == ""
        if role in _ONE_BY_ONE:
            zh = "不在任何社区内；请检查坐标，或补上社区"
            en = "lies in no community; check its coordinates, or add the community"
            self._refuse(role, rows[outside], ("outside", "geometry"), (zh, en))
        # Of buildings outside a given outline the reading has spoken already.
        elif outside.any() and not (role == "buildings" and self.given):
            zh = f"{len(rows)} 行中有 {outside.sum()} 行不在任何社区内，未采用"
            en = f"{outside.sum()} of {len(rows)} rows lie in no community; left out"
            self.report.add("", role, None, "note_outside", zh, en)
        return rows.assign(community=code)[~outside]

    def _of_fitting_kind(self, role: str, rows: GeoDataFrame) -> GeoDataFrame:
        kinds = _KINDS.get(role)
        if kinds is None:
            return rows
        fits = rows.geom_type.isin(kinds).to_numpy(dtype=bool)
        zh = f"图形混有多种类型，此图层应为 {kinds[0]}；请拆开"
        en = f"is of mixed kinds where {kinds[0]} is expected; take it apart"
        self._refuse(role, rows[~fits], ("geometry_type", "geometry"), (zh, en))
        return rows[fits]

    def _gates(self, rows: GeoDataFrame) -> GeoDataFrame:
        """Return the gates whose compound is known; each belongs where that lies."""
        names = rows["compound"].to_numpy(dtype=object)
        place = nearest_of_name(rows.geometry.to_numpy(), names, self.compounds)
        found = place >= 0
        zh = "没有这个名称的小区；请改正小区名称，或先导入小区"
        en = "names no compound that is known; correct the name, or import compounds"
        self._refuse("gates", rows[~found], ("compound", "compound"), (zh, en))
        those = self.compounds.iloc[place[found]]
        return rows[found].assign(
            community=those["community"].to_numpy(), compound=those["key"].to_numpy()
        )

    def _compound_keys(self, buildings: GeoDataFrame) -> NDArray[np.object_]:
        """Return the key of the compound each building names in its community."""
        known = self.compounds.sort_values("key", kind="stable")
        known = known.drop_duplicates(["community", "name"])
        keys = known.set_index(["community", "name"])["key"]
        wanted = pd.MultiIndex.from_frame(buildings[["community", "compound_name"]])
        return np.array(plain_values(keys.reindex(wanted)), dtype=object)

    def buildings(self, rows: GeoDataFrame) -> GeoDataFrame:
        """Return the buildings with whole numbers of stairwells, cases, members."""
        counts = {
            name: pd.to_numeric(rows[name]).round().astype("Int64")
            for name in ("units", "cases", "party_members")
        }
        return rows.assign(**counts)

    def spaces(self, rows: GeoDataFrame) -> GeoDataFrame:
        """Return the spaces with an area that can be one, or none."""
        area = pd.to_numeric(rows["area_m2"])
        zero = (area <= 0).to_numpy(dtype=bool)
        zh, en = "面积为 0；按缺失处理", "has an area of 0; treated as missing"
        code = ("blanked_number", "area_m2")
        self._note("spaces", rows[zero], code, (zh, en))
        return rows.assign(area_m2=area.mask(zero))

    def devices(self, rows: GeoDataFrame) -> GeoDataFrame:
        """Return the devices whose code is one of GB/T 28181 and given once."""
        codes = rows["code"].astype(str)
        faults = {code: _code_fault(code) for code in codes.unique()}
        twice = codes.duplicated().to_numpy(dtype=bool)
        for place, code in enumerate(codes):
            fault = faults[code]
            if fault is None and twice[place]:
                fault = (
                    f"设备编码 {code} 重复；请核对",
                    f"device code {code} is given twice; check it",
                )
            if fault is not None:
                one = rows.iloc[[place]]
                self._refuse("devices", one, ("device_code", "code"), fault)
        good = codes.map(faults).isna().to_numpy(dtype=bool) & ~twice
        return rows[good]

    def _refuse(
        self,
        role: str,
        rows: GeoDataFrame,
        about: tuple[str, str],
        words: tuple[str, str],
    ) -> None:
        """Report rows that are left out; `about` is code and field."""
        zh, en = words
        told = (f"{zh}；此行未采用", f"{en}; row left out")
        self._note(role, rows, (f"refused_{about[0]}", about[1]), told)

    def _note(
        self,
        role: str,
        rows: GeoDataFrame,
        about: tuple[str, str],
        words: tuple[str, str],
    ) -> None:
        code, field = about
        records = self.reading.records
        for record, row in zip(rows[ORIGIN[0]], rows[ORIGIN[1]], strict=True):
            file, layer, number = "", role, None
            if record is not None and not pd.isna(record):
                file, layer = records[int(record)].file, records[int(record)].layer
                number = int(row)
            self.report.add(file, layer, number, code, *words, field=field)


def _unchecked(_maker: _Maker, rows: GeoDataFrame) -> GeoDataFrame:
    return rows


_CHECKS = {
    "buildings": _Maker.buildings,
    "spaces": _Maker.spaces,
    "devices": _Maker.devices,
}


def _code_fault(code: str) -> tuple[str, str] | None:
    """Return what is wrong with a device code, in Chinese and English."""
    try:
        parse_device_code(code)
    except CodeError as error:
        return error.message_zh, error.message_en
    return None


def _counted(layers: Layers) -> Layers:
    """Return the layers with households where none were given, as the engine counts."""
    buildings = layers.buildings
    if buildings.empty or not buildings["households"].isna().any():
        return layers
    counted = estimate_households(to_metric(layers))
    told = {name: counted[name] for name in ("households", "estimated")}
    return replace(layers, buildings=buildings.assign(**told))


def _joined(table: GeoDataFrame, known: GeoDataFrame) -> GeoDataFrame:
    """Return the compounds of a source and those of the record it does not name."""
    columns = ["community", "key", "name", "geometry"]
    rows = pd.concat([table[columns], known[columns]], ignore_index=True)
    only = rows.drop_duplicates(["community", "key"])
    return GeoDataFrame(only, geometry="geometry", crs=4326)
