"""Read sources into clean layers, with a report of every row refused or mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from data.aliases import IGNORED
from data.errors import ImportFormatError
from data.readers.clean import mended, to_degrees
from data.readers.outline import hull_of_buildings
from data.readers.raw import RawLayer
from data.readers.report import RowNote, RowReport
from data.readers.roles import fits_role, role_layers, role_of, unique_ids
from data.readers.sources import open_source
from data.safety import Limits, digest_of
from data.writers import read_metadata
from gis.datum import DATUMS
from gis.landuse import compounds_and_sites
from gis.layers import COLUMNS, Layers, empty_layer

__all__ = [
    "LayerRecord",
    "RowNote",
    "RowReport",
    "SourceReading",
    "declared_crs",
    "open_source",
    "read_sources",
]

_OPENSTREETMAP = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """How one layer was taken: enough to repeat the way from raw coordinates."""

    file: str
    layer: str
    role: str
    crs: str
    datum: str
    rows: int
    kept: int


@dataclass(frozen=True)
class SourceReading:
    """What was read.

    Attributes
    ----------
    layers : Layers
        In EPSG:4326, WGS 84 or CGCS2000.
    report : RowReport
        Every row refused or mended, and why.
    crs : str
        CRS the files came in, several joined by ", ".
    datum : str
        Declared datum, "wgs84" where none was.
    digest : str
        SHA-256 of the contents of all inputs, in the order given.
    records : tuple of LayerRecord
        One per layer used.
    made_up : bool
        Whether a source says of itself that its data are made up.
    attribution : str
        Whom the data must name, "" where nothing tells.
    """

    layers: Layers
    report: RowReport
    crs: str
    datum: str
    digest: str
    records: tuple[LayerRecord, ...]
    made_up: bool = False
    attribution: str = ""

    def to_metadata(self) -> dict[str, Any]:
        """Return the declared CRS and datum and the way each layer was taken."""
        steps = [
            {name: getattr(record, name) for name in LayerRecord.__dataclass_fields__}
            for record in self.records
        ]
        return {
            "crs": self.crs,
            "datum": self.datum,
            "digest": self.digest,
            "transformation": "declared CRS to EPSG:4326 (always x first), then "
            f"{self.datum} to wgs84 where they differ",
            "layers": steps,
        }


def read_sources(
    paths: Sequence[Path | str],
    *,
    layer_names: Mapping[str, str] | None = None,
    crs: str | int | CRS | None = None,
    datum: str | None = None,
    communities: Path | str | None = None,
    boundary: Path | str | None = None,
    limits: Limits | None = None,
) -> SourceReading:
    """Read sources into the layers of one drawing.

    `layer_names` maps a role to the name of its layer or file. `crs` stands for
    layers that declare none; `datum` for all. `communities` and `boundary` replace
    what the sources hold; the word ``hull`` as boundary means the outline of the
    buildings, 30 m out.
    """
    reading = _Reading(dict(layer_names or {}), declared_crs(crs), datum, limits)
    files = [Path(path) for path in paths]
    if not files:
        raise ImportFormatError("没有给出数据源", "no source was given")
    for path in files:
        reading.take(path)
    reading.require_named_layers()
    hull = str(boundary) == "hull" and not Path("hull").exists()
    edge = None if boundary is None or hull else Path(boundary)
    if communities is not None or boundary is not None:
        reading.parts.pop("communities", None)
    for extra in (communities, edge):
        if extra is not None:
            files.append(Path(extra))
            reading.take(Path(extra), role="communities")
    layers = reading.layers(
        hull=hull, as_one=edge is not None, forced=communities is not None
    )
    return SourceReading(
        layers=layers,
        report=reading.report,
        crs=", ".join(sorted({record.crs for record in reading.records})),
        datum=datum or "wgs84",
        digest=digest_of(files),
        records=tuple(reading.records),
        made_up=reading.made_up,
        attribution=reading.attribution,
    )


def declared_crs(crs: str | int | CRS | None) -> CRS | None:
    """Return a CRS given by the user, or None."""
    if crs is None:
        return None
    try:
        return CRS.from_user_input(crs)
    except ProjError as error:
        raise ImportFormatError(
            f"坐标系 {crs!r} 无法识别；请给 EPSG 代码，例如 EPSG:4547",
            f"CRS {crs!r} cannot be understood; give an EPSG code, e.g. EPSG:4547",
        ) from error


class _Reading:
    """Layers gathered so far."""

    def __init__(
        self,
        layer_names: dict[str, str],
        crs: CRS | None,
        datum: str | None,
        limits: Limits | None,
    ) -> None:
        for role in layer_names:
            if role not in COLUMNS:
                raise ImportFormatError(
                    f"没有名为 {role!r} 的图层角色；可用 {' '.join(COLUMNS)}",
                    f"no layer role is called {role!r}; use {' '.join(COLUMNS)}",
                )
        if datum is not None and datum not in DATUMS:
            raise ImportFormatError(
                f"坐标基准 {datum!r} 未知；可用 {' '.join(DATUMS)}",
                f"datum {datum!r} is unknown; use {' '.join(DATUMS)}",
            )
        self.layer_names, self.crs, self.datum = layer_names, crs, datum
        self.limits = limits or Limits()
        self.report = RowReport()
        self.records: list[LayerRecord] = []
        self.parts: dict[str, list[GeoDataFrame]] = {}
        self.seen: set[str] = set()
        self.made_up = False
        self.attribution = ""

    def take(self, path: Path, role: str | None = None) -> None:
        """Read one source; `role` for a file that can hold nothing else."""
        layers = open_source(path, report=self.report, limits=self.limits)
        self._take_origin(path, layers)
        if role is not None and len(layers) > 1:
            named = [raw for raw in layers if role_of(raw, self.layer_names) == role]
            areas = [raw for raw in layers if fits_role(raw, role)]
            layers = named or areas
        for raw in layers:
            self.seen |= {raw.name, raw.file, Path(raw.file).stem}
            own = role_of(raw, self.layer_names)
            self._take_layer(raw, role or own, forced=role is not None)

    def _take_layer(self, raw: RawLayer, role: str, *, forced: bool) -> None:
        told = {raw.name, raw.file, Path(raw.file).stem} & {*self.layer_names.values()}
        fits = role not in ("", IGNORED) and fits_role(raw, role)
        if forced or told:
            self._require_fit(raw, role, fits)
        elif role in self.layer_names:
            fits = False  # another layer was named for this role
        if not fits:
            self.report.add(
                raw.file,
                raw.name,
                None,
                "note_layer_ignored",
                f"图层 {raw.name} 未使用；如需使用请加 --layer 角色={raw.name}",
                f"layer {raw.name} is not used; to use it add --layer role={raw.name}",
            )
            return
        placed, own = to_degrees(
            mended(raw, role, self.report),
            crs=self.crs,
            datum=self.datum,
            report=self.report,
        )
        parts = role_layers(placed, role, self.report)
        for name, part in parts.items():
            self.parts.setdefault(name, []).append(part)
        self.records.append(
            LayerRecord(
                file=raw.file,
                layer=raw.name,
                role=role,
                crs=own.to_string()
                if own.to_epsg() is None
                else f"EPSG:{own.to_epsg()}",
                datum=self.datum or "wgs84",
                rows=len(raw.table),
                kept=sum(len(part) for part in parts.values()),
            )
        )

    def _take_origin(self, path: Path, layers: list[RawLayer]) -> None:
        """Learn from a source who made it: ourselves, OpenStreetMap, or not told."""
        about = read_metadata(path) if path.suffix.lower() == ".gpkg" else {}
        self.made_up |= about.get("made_up") is True
        told = str(about.get("attribution") or "")
        if not told and any(
            "osm_id" in raw.table.columns or raw.role for raw in layers
        ):
            told = _OPENSTREETMAP
        if told and told not in self.attribution.split("; "):
            self.attribution = "; ".join(filter(None, [self.attribution, told]))

    def _require_fit(self, raw: RawLayer, role: str, fits: bool) -> None:
        if not fits:
            raise ImportFormatError(
                f"{raw.file} 的图层 {raw.name} 没有可作 {role} 的图形；请检查图层",
                f"{raw.file}: layer {raw.name} has no geometry that {role} can use; "
                "check which layer it is",
            )

    def require_named_layers(self) -> None:
        """Refuse a ``--layer role=name`` whose name no source has."""
        for role, name in self.layer_names.items():
            if name not in self.seen:
                known = "、".join(sorted(self.seen))
                raise ImportFormatError(
                    f"没有名为 {name!r} 的图层（--layer {role}=）；现有：{known}",
                    f"no layer is called {name!r} (--layer {role}=); "
                    f"there are: {known}",
                )

    def layers(self, *, hull: bool, as_one: bool, forced: bool) -> Layers:
        """Join the parts, add the outline, land use and the last checks."""
        whole = {role: self._joined(role) for role in COLUMNS}
        given = len(whole["buildings"])
        if given:
            whole["buildings"] = unique_ids(whole["buildings"]).reset_index(drop=True)
            self._say_doubles(given - len(whole["buildings"]))
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
        self._require_one_place(whole)
        return Layers(**whole)

    def _joined(self, role: str) -> GeoDataFrame:
        parts = self.parts.get(role)
        if not parts:
            return empty_layer(role, 4326)
        return (
            parts[0].reset_index(drop=True)
            if len(parts) == 1
            else GeoDataFrame(
                pd.concat(parts, ignore_index=True), geometry="geometry", crs=4326
            )
        )

    def _say_doubles(self, count: int) -> None:
        if count:
            self.report.add(
                "",
                "buildings",
                None,
                "repaired_duplicates",
                f"{count} 栋建筑重复给出（编号、图形和属性都相同），只保留一份",
                f"{count} buildings are given twice, alike in everything; kept once",
            )

    def _require_one_place(self, whole: dict[str, GeoDataFrame]) -> None:
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
            files = "、".join(sorted({r.file for r in self.records if r.role == role}))
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
            self._say_outside(whole)

    def _say_outside(self, whole: dict[str, GeoDataFrame]) -> None:
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
            self.report.add(
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
    rows = pd.concat([communities[~shared], merged[communities.columns]])
    return GeoDataFrame(rows, geometry="geometry", crs=4326).reset_index(drop=True)
