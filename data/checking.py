"""Prove a plan file from what it holds, and from the sources where they are given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from geopandas import GeoDataFrame

from data.drawing import metric_layers, seam_ways
from data.plans import read_plan
from data.readers import read_sources
from gis.certificate import Certificate, certify_layers

__all__ = ["check_plan"]


def check_plan(path: Path, *, sources: Sequence[Path] = ()) -> Certificate:
    """Certify the plan in a file; with sources, hold it against them as well.

    The sources are read the way the plan says they were. Buildings are counted
    again, communities must have the outline given, and seams that claim a street
    must have one.
    """
    layers, about = read_plan(path)
    truth = None
    if sources:
        options = dict(about.get("reading") or {})
        if options.get("boundary") == "file":
            options["boundary"] = None
            # The outline came from a file of its own, which is not at hand.
            truth = metric_layers(read_sources(sources, communities=path, **options))
        else:
            truth = metric_layers(read_sources(sources, **options))
        layers["buildings"] = _recounted(layers, truth.buildings)
    return certify_layers(
        layers,
        low=int(about["low"]),
        high=int(about["high"]),
        inputs_digest=str(about.get("inputs_digest", "")),
        boundaries=None if truth is None else truth.communities,
        ways=None if truth is None else seam_ways(truth),
        crs=about.get("metric_crs"),
        codes_kept=bool(about.get("codes_kept", False)),
    )


def _recounted(
    layers: dict[str, GeoDataFrame], buildings: GeoDataFrame
) -> GeoDataFrame:
    """Return the buildings of the sources, placed where the plan says they are.

    Buildings the plan does not know are placed by their point, so that they show up
    in the recount; those outside all communities are left out.
    """
    points = buildings.set_geometry(buildings.representative_point()).to_crs(4326)
    points = points[["id", "households", "geometry"]]
    claim = layers["buildings"].set_index("id")
    columns = ["grid", "cell", "community", "straddles"]
    known = points[points["id"].isin(claim.index)].join(claim[columns], on="id")
    new = points[~points["id"].isin(claim.index)]
    cells = layers["cells"][["grid", "cell", "community", "geometry"]]
    placed = new.sjoin(cells, predicate="intersects").drop_duplicates("id")
    placed = placed.drop(columns="index_right").assign(straddles=False)
    return GeoDataFrame(pd.concat([known, placed], ignore_index=True), crs=points.crs)
