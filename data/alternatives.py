"""Alternatives of a plan: a layer of it, plan files beside it, and what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from geopandas import GeoDataFrame

from data.plan_metadata import plan_metadata
from data.readers import SourceReading
from data.writers import write_layers
from gis.alternatives import AlternativePlan, alternative_plans
from gis.certificate import certify_layers
from gis.drawing import DrawParameters
from gis.layers import Layers
from gis.plan import Plan, plan_layers

__all__ = ["Alternatives", "write_alternatives"]

_STORED = "EPSG:4326"


@dataclass(frozen=True)
class Alternatives:
    """What could be drawn instead, where a grid misses the band.

    `told` has one entry per alternative; `layer` the grids that each would change,
    by the number of the alternative. Both are empty where none were asked for.
    """

    told: list[dict[str, Any]] = field(default_factory=list)
    layer: GeoDataFrame | None = None

    def to_layers(self) -> dict[str, GeoDataFrame]:
        """Return the layer for the plan file, if there is any."""
        return {} if self.layer is None else {"alternatives": self.layer}

    def to_metadata(self) -> dict[str, str]:
        """Return what is told for the metadata of the plan file, if anything."""
        if not self.told:
            return {}
        return {"alternatives": json.dumps(self.told, ensure_ascii=False)}


def write_alternatives(
    plans: Sequence[Plan],
    layers: Layers,
    reading: SourceReading,
    *,
    parameters: DrawParameters,
    most: int,
    beside: Path,
) -> Alternatives:
    """Draw at most so many alternatives per grid outside the band, a file each.

    The files are plans of their community, proven, beside the plan they belong to:
    ``plan-alternative-01.gpkg``.
    """
    told: list[dict[str, Any]] = []
    changed: list[GeoDataFrame] = []
    for plan in plans:
        for other in alternative_plans(plan, layers, parameters=parameters, most=most):
            number = len(told) + 1
            path = beside.with_stem(f"{beside.stem}-alternative-{number:02d}")
            stored, about = _write(other, path, reading, parameters)
            told.append({"alternative": number, "file": path.name, **about})
            changed.append(_changed(other, number, stored["grids"]))
    if not changed:
        return Alternatives()
    layer = GeoDataFrame(pd.concat(changed, ignore_index=True), crs=_STORED)
    return Alternatives(told, layer)


def _write(
    other: AlternativePlan,
    path: Path,
    reading: SourceReading,
    parameters: DrawParameters,
) -> tuple[dict[str, GeoDataFrame], dict[str, Any]]:
    """Write one alternative as a plan file; return its layers and figures."""
    drawn = replace(parameters, low=other.low, high=other.high)
    metric = plan_layers([other.plan], other.layers, low=other.low, high=other.high)
    stored = {name: layer.to_crs(_STORED) for name, layer in metric.items()}
    certificate = certify_layers(
        stored,
        low=other.low,
        high=other.high,
        inputs_digest=reading.digest,
        crs=other.layers.buildings.crs,
        codes_kept=True,
    )
    metadata = plan_metadata([other.plan], other.layers, drawn, certificate, reading)
    write_layers(path, stored, metadata=metadata)
    fewest, most = other.holds
    return stored, {
        "grid": other.grid,
        "choice": other.choice.code,
        "text_zh": other.choice.text_zh,
        "text_en": other.choice.text_en,
        "low": other.low,
        "high": other.high,
        "fewest": fewest,
        "most": most,
        "grids": len(other.plan.codes),
        "grids_out": other.grids_out,
        "out": other.out,
        "households_moved": other.households_moved,
        "certified": certificate.ok,
        "plan_hash": certificate.plan_hash,
    }


def _changed(other: AlternativePlan, number: int, grids: GeoDataFrame) -> GeoDataFrame:
    """Return the grids an alternative would change."""
    codes = [other.plan.codes[g] for g in other.changed]
    rows = grids[grids["code"].isin(codes)]
    columns = ["code", "name", "type", "households", "in_band", "geometry"]
    layer = rows[columns].copy()
    layer.insert(0, "alternative", number)
    layer.insert(1, "grid", other.grid)
    layer.insert(2, "choice", other.choice.code)
    return layer
