"""What a plan file says about itself besides its layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from data.readers import SourceReading
from gis.certificate import Certificate
from gis.drawing import DrawParameters
from gis.layers import Layers
from gis.partition import ObjectiveWeights
from gis.plan import Plan

__all__ = ["households_moved", "objectives_told", "plan_metadata", "seams_told"]


def plan_metadata(
    plans: Sequence[Plan],
    layers: Layers,
    parameters: DrawParameters,
    certificate: Certificate,
    reading: SourceReading,
) -> dict[str, Any]:
    """Return the metadata of a plan file, ready to be written."""
    findings = [
        {"grid": plan.codes[g], **finding.to_dict()}
        for plan in plans
        for g, finding in sorted(plan.findings.items())
    ]
    return {
        "format": "wangge-plan-1",
        "version": version("wangge"),
        "seed": parameters.seed,
        "effort": parameters.effort,
        "low": parameters.low,
        "high": parameters.high,
        "parameters": json.dumps(
            {
                name: getattr(parameters.blocks, name)
                for name in parameters.blocks.__slots__
            }
        ),
        "inputs_digest": reading.digest,
        "inputs": reading.to_metadata(),
        "codes_kept": households_moved(plans) is not None,
        "households_moved": households_moved(plans),
        "metric_crs": layers.buildings.crs.to_string(),
        "made_up": reading.made_up,
        "attribution": reading.attribution,
        "certificate": json.dumps(certificate.to_dict(), ensure_ascii=False),
        "findings": json.dumps(findings, ensure_ascii=False),
        **_told("objectives", objectives_told(plans, parameters.weights)),
        **_told("shortest_seams", seams_told(plans)),
    }


def _told(name: str, told: dict[str, Any]) -> dict[str, str]:
    """Return a part of the metadata; a plan that has none of it says nothing."""
    return {name: json.dumps(told)} if told else {}


def seams_told(plans: Sequence[Plan]) -> dict[str, Any]:
    """Return of each community how near its seams are to the shortest, if proved.

    Metres inside blocks count 3.33 times. No plan of the scope (all plans of these
    cells, or those of whole blocks) with as many grids is shorter than the bound.
    """
    return {
        plan.cell_set.code: {
            "seam_cost_m": round(plan.seam_cost, 2),
            "seam_bound_m": round(plan.seam_bound, 2),
            "scope": plan.seam_scope,
        }
        for plan in plans
        if plan.seam_cost is not None and plan.seam_bound is not None
    }


def objectives_told(plans: Sequence[Plan], weights: ObjectiveWeights) -> dict[str, Any]:
    """Return what the resident grids have of each objective asked for, and spread."""
    found: dict[str, Any] = {}
    for name, weight in weights.to_dict().items():
        if weight == 0:
            continue
        grids = {
            code: round(float(value), 3)
            for plan in plans
            for code, value in zip(plan.codes, plan.figures[name], strict=True)
            if not np.isnan(value)
        }
        values = np.array(list(grids.values()))
        found[name] = {
            "weight": weight,
            "least": min(grids.values(), default=None),
            "mean": round(float(values.mean()), 3) if grids else None,
            "most": max(grids.values(), default=None),
            "grids": grids,
        }
    return found


def households_moved(plans: Sequence[Plan]) -> int | None:
    """Return how many households change grid; None where nothing came before."""
    moved = [plan.households_moved for plan in plans]
    return None if None in moved else sum(m for m in moved if m is not None)
