"""The drawing job: read sources, draw on all cores, prove, write one plan file."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries

from data.alternatives import Alternatives, write_alternatives
from data.legacy import read_legacy
from data.plan_metadata import (
    households_moved,
    objectives_told,
    plan_metadata,
    seams_told,
)
from data.plans import read_plan
from data.readers import SourceReading, read_sources
from data.writers import write_layers
from gis.certificate import Certificate, certify_layers
from gis.crs import to_metric
from gis.drawing import DrawParameters, Runner, canonical, draw_plans, serial
from gis.earlier import EarlierPlan
from gis.households import estimate_households
from gis.kinds import SeamKind
from gis.layers import Layers
from gis.partition import ObjectiveWeights
from gis.plan import Plan, cell_seam_layer, plan_layers
from gis.streets import street_kinds

__all__ = [
    "Drawing",
    "DrawingSummary",
    "Drawn",
    "draw",
    "draw_layers",
    "metric_layers",
    "runner_for",
    "seam_ways",
]

Progress = Callable[[str, float], None]
T = TypeVar("T")
R = TypeVar("R")

_STORED = "EPSG:4326"
"""Plans rest in lon/lat; CGCS2000 agrees with WGS 84 to decimetres."""

_SMALL = 3_000
"""Buildings below which starting processes costs more than it saves."""


@dataclass(frozen=True)
class DrawingSummary:
    """What a drawing did, in figures.

    Seconds are wall time by stage; `peak_memory_mib` is that of this process plus
    that of its largest worker.
    """

    communities: int
    buildings: int
    households: int
    households_estimated: int
    cells: int
    grids: dict[str, int]
    share_in_band: float
    street_share: float
    households_moved: int | None
    plan_hash: str
    rows_read: int
    rows_refused: int
    seconds: dict[str, float]
    peak_memory_mib: float
    certificate: dict[str, Any]
    objectives: dict[str, Any] = field(default_factory=dict)
    shortest_seams: dict[str, Any] = field(default_factory=dict)
    alternatives: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary for JSON."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Drawing:
    """Plans of all communities of a source, and what a sheet of them needs."""

    layers: dict[str, GeoDataFrame]
    streets: GeoDataFrame
    footprints: GeoDataFrame
    certificate: Certificate
    summary: DrawingSummary
    made_up: bool
    attribution: str
    alternatives: Alternatives = field(default_factory=Alternatives)


@dataclass(frozen=True)
class Drawn:
    """Plans of communities, their layers in longitude and latitude, and the proof."""

    plans: list[Plan]
    stored: dict[str, GeoDataFrame]
    certificate: Certificate


class _Clock:
    """Seconds by stage, and the progress of each."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""
        self._since = time.perf_counter()

    def tell(self, stage: str, share: float) -> None:
        now = time.perf_counter()
        if self._stage:
            spent = self.seconds.get(self._stage, 0.0) + now - self._since
            self.seconds[self._stage] = round(spent, 3)
        self._stage, self._since = stage, now
        if self._progress is not None and stage:
            self._progress(stage, share)


def draw(
    sources: Sequence[Path],
    *,
    out: Path,
    communities: Path | None = None,
    boundary: Path | str | None = None,
    layer_names: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: str | None = None,
    low: int = 300,
    high: int = 500,
    seed: int = 0,
    effort: str | float = "fast",
    previous: Path | None = None,
    weights: ObjectiveWeights | None = None,
    legacy: Path | None = None,
    alternatives: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Drawing:
    """Draw the grids of the communities in `sources` and write the plan file."""
    clock = _Clock(progress)
    clock.tell("read", 0.0)
    reading = read_sources(
        sources,
        layer_names=layer_names or {},
        crs=crs,
        datum=datum,
        communities=communities,
        boundary=boundary,
    )
    clock.tell("households", 0.0)
    layers = metric_layers(reading)
    clock.tell("cells", 0.0)
    parameters = DrawParameters(
        low=low,
        high=high,
        seed=seed,
        effort=effort,
        weights=weights or ObjectiveWeights(),
    )
    earlier = None if previous is None else _earlier(previous, layers)
    old = None if legacy is None else _former(legacy, layers, crs=crs, datum=datum)
    with runner_for(workers, len(layers.buildings)) as run:
        drawn = draw_layers(
            layers,
            parameters,
            digest=reading.digest,
            earlier=earlier,
            legacy=old,
            run=run,
            progress=clock.tell,
        )
    plans, stored, certificate = drawn.plans, drawn.stored, drawn.certificate
    if alternatives:
        clock.tell("alternatives", 0.0)
    others = write_alternatives(
        plans, layers, reading, parameters=parameters, most=alternatives, beside=out
    )
    clock.tell("write", 0.0)
    metadata = {
        **others.to_metadata(),
        **plan_metadata(plans, layers, parameters, certificate, reading),
        "reading": {
            "layer_names": dict(layer_names or {}),
            "crs": crs,
            "datum": datum,
            "boundary": _boundary_word(communities, boundary),
        },
    }
    write_layers(out, {**stored, **others.to_layers()}, metadata=metadata)
    clock.tell("", 1.0)
    return Drawing(
        layers=stored,
        streets=layers.streets.to_crs(_STORED),
        footprints=layers.buildings.to_crs(_STORED),
        certificate=certificate,
        summary=_summary(
            plans,
            stored,
            layers,
            certificate,
            reading,
            clock.seconds,
            parameters,
            others,
        ),
        made_up=reading.made_up,
        attribution=reading.attribution,
        alternatives=others,
    )


def draw_layers(
    layers: Layers,
    parameters: DrawParameters,
    *,
    digest: str,
    earlier: EarlierPlan | None = None,
    legacy: EarlierPlan | None = None,
    run: Runner = serial,
    progress: Progress = lambda _stage, _share: None,
) -> Drawn:
    """Draw the grids of layers in metres, and prove them as they will be kept."""
    plans = draw_plans(
        layers,
        parameters=parameters,
        earlier=earlier,
        legacy=legacy,
        run=run,
        progress=progress,
    )
    progress("plan", 0.0)
    low, high = parameters.low, parameters.high
    metric = plan_layers(plans, layers, low=low, high=high)
    metric["cell_seams"] = cell_seam_layer(plans, crs=layers.buildings.crs)
    stored = {name: layer.to_crs(_STORED) for name, layer in metric.items()}
    progress("certify", 0.0)
    # Proven is what will be kept, not what it was made from.
    certificate = certify_layers(
        stored,
        low=low,
        high=high,
        inputs_digest=digest,
        boundaries=layers.communities,
        ways=seam_ways(layers),
        crs=layers.buildings.crs,
        codes_kept=earlier is not None,
    )
    return Drawn(plans, stored, certificate)


def metric_layers(reading: SourceReading) -> Layers:
    """Return what was read in metres, in canonical order, with households."""
    layers = canonical(to_metric(reading.layers))
    return Layers(**{**layers.__dict__, "buildings": estimate_households(layers)})


def seam_ways(layers: Layers) -> GeoSeries:
    """Return every line a seam may run along."""
    streets = layers.streets[street_kinds(layers.streets) != int(SeamKind.NONE)]
    lines = [
        streets.geometry,
        *(
            layer.geometry
            for layer in (layers.barriers, layers.compounds, layers.sites)
        ),
    ]
    return GeoSeries(pd.concat(lines, ignore_index=True), crs=layers.streets.crs)


def _boundary_word(communities: Path | None, boundary: Path | str | None) -> str | None:
    """Tell where the outline came from: hull, file, or None for the sources."""
    if communities is not None:
        return "file"
    if boundary is None:
        return None
    return "hull" if str(boundary) == "hull" else "file"


def _earlier(path: Path, layers: Layers) -> EarlierPlan:
    """Return an earlier plan in the CRS of a new drawing."""
    grids = read_plan(path)[0]["grids"]
    return EarlierPlan.from_grids(grids.to_crs(layers.buildings.crs))


def _former(
    path: Path, layers: Layers, *, crs: str | None, datum: str | None
) -> EarlierPlan:
    """Return old grids of any kind in the CRS of a new drawing."""
    grids = read_legacy(path, crs=crs, datum=datum)
    return EarlierPlan.from_grids(grids.to_crs(layers.buildings.crs))


class _Pool:
    """Applies functions on the processes of a pool."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def __call__(self, job: Callable[[T], R], items: Sequence[T]) -> Iterable[R]:
        return self._pool.map(job, items)


@contextmanager
def runner_for(workers: int | None, buildings: int) -> Iterator[Runner]:
    """Give what spreads work over processes, one a core by default, if it is enough."""
    count = workers or len(os.sched_getaffinity(0))
    if count < 2 or (workers is None and buildings < _SMALL):
        yield serial
        return
    with ProcessPoolExecutor(count, mp_context=get_context("fork")) as pool:
        yield _Pool(pool)


def _summary(
    plans: Sequence[Plan],
    stored: Mapping[str, GeoDataFrame],
    layers: Layers,
    certificate: Certificate,
    reading: SourceReading,
    seconds: dict[str, float],
    parameters: DrawParameters,
    others: Alternatives,
) -> DrawingSummary:
    grids, seams, buildings = stored["grids"], stored["seams"], stored["buildings"]
    resident = grids[grids["type"] == "resident"]
    inner = float(seams["length_m"].sum())
    off = float(seams.loc[seams["kind"] == "none", "length_m"].sum())
    estimated = buildings.loc[buildings["estimated"], "households"].sum()
    rows = reading.report.to_frame()
    return DrawingSummary(
        communities=len(layers.communities),
        buildings=len(buildings),
        households=int(grids["households"].sum()),
        households_estimated=int(estimated),
        cells=len(stored["cells"]),
        grids={
            kind: int((grids["type"] == kind).sum())
            for kind in ("resident", "exclusive", "reserved")
        },
        share_in_band=_share(resident["in_band"].sum(), len(resident)),
        street_share=_share(inner - off, inner),
        households_moved=households_moved(plans),
        plan_hash=certificate.plan_hash,
        rows_read=len(layers.buildings) + len(layers.streets),
        rows_refused=reading.report.count("refused"),
        seconds=seconds,
        peak_memory_mib=_peak_memory(),
        certificate=certificate.to_dict(),
        objectives=objectives_told(plans, parameters.weights),
        shortest_seams=seams_told(plans),
        alternatives=others.told,
        rows=[{str(k): v for k, v in row.items()} for row in rows.to_dict("records")],
    )


def _share(part: float, whole: float) -> float:
    return round(float(part) / float(whole), 4) if whole else 1.0


def _peak_memory() -> float:
    kib = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return float(np.round(kib / 1024, 1))
