"""Take sources one by one: every layer to its role, in degrees."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from data.aliases import IGNORED
from data.errors import ImportFormatError
from data.readers.clean import mended, to_degrees
from data.readers.raw import Places, RawLayer
from data.readers.reading import ORIGIN, LayerRecord
from data.readers.report import RowReport
from data.readers.roles import fits_role, role_layers, role_of
from data.readers.rooms import with_areas
from data.readers.sources import open_source
from data.safety import Limits
from data.writers import read_metadata
from gis.datum import DATUMS
from gis.layers import COLUMNS

__all__ = ["Gathering", "Prepare", "declared_crs"]

Prepare = Callable[[RawLayer], RawLayer]
"""Changes a layer as it was read, before anything in it is understood."""

_OPENSTREETMAP = "© OpenStreetMap contributors, ODbL 1.0"


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


class Gathering:
    """Layers taken from sources so far, by role, and what was said of them."""

    def __init__(
        self,
        layer_names: dict[str, str],
        crs: CRS | None,
        datum: str | None,
        limits: Limits | None,
        *,
        encoding: str | None = None,
        skip: Collection[str] = (),
        places: Places | None = None,
        prepare: Prepare | None = None,
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
        self.encoding, self.skip, self.places = encoding, skip, places
        self.prepare = prepare or (lambda raw: raw)
        self.report = RowReport()
        self.records: list[LayerRecord] = []
        self.parts: dict[str, list[GeoDataFrame]] = {}
        self.seen: set[str] = set()
        self.made_up = False
        self.attribution = ""

    def take(self, path: Path, role: str | None = None) -> None:
        """Read one source; `role` for a file that can hold nothing else."""
        found = open_source(
            path,
            report=self.report,
            limits=self.limits,
            encoding=self.encoding,
            skip=self.skip,
            places=self.places,
        )
        self._take_origin(path, found)
        layers = [self.prepare(raw) for raw in found]
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
        # Wild coordinates overflow on the way to being refused for what they are.
        with np.errstate(over="ignore", invalid="ignore"):
            if role == "spaces":
                raw = with_areas(raw, raw.crs or self.crs or raw.assumed)
            good = mended(raw, role, self.report)
        placed, own = to_degrees(
            good,
            crs=self.crs,
            datum=self.datum,
            report=self.report,
        )
        parts = role_layers(placed, role, self.report)
        for name, part in parts.items():
            traced = _traced(part, len(self.records), good)
            self.parts.setdefault(name, []).append(traced)
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


def _traced(part: GeoDataFrame, record: int, good: RawLayer) -> GeoDataFrame:
    """Return a part with where each row comes from and what stood there."""
    given = pd.Series(good.geometry, index=good.table.index, dtype=object)
    if given.index.has_duplicates:
        # Ways and relations of OpenStreetMap may share a number: whose is whose?
        given = given[~given.index.duplicated(keep=False)]
    raw = given.reindex(part.index)
    same = shapely.equals_identical(raw.to_numpy(), part.geometry.to_numpy())
    values = (record, part.index.to_numpy(), raw.mask(same | raw.isna(), None))
    return part.assign(**dict(zip(ORIGIN, values, strict=True)))
