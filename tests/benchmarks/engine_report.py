"""The figures of a run as Markdown and JSON, and runs put together."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.engine_cases import seeds
from tests.benchmarks.engine_goals import goal_lines, to_table

__all__ = ["merged", "to_json", "to_markdown"]

COLUMNS = {
    "peer": "peer",
    "fully_valid": "communities valid",
    "bad": "bad grids",
    "grids": "grids",
    "pp": "PP",
    "street_share": "street share",
    "inside_km": "inside blocks km",
    "inside_ratio": "÷ least",
    "blocks_split": "blocks split",
    "compounds_split": "compounds split",
    "cpu_s": "CPU s",
}

Result = dict[str, Any]


def merged(earlier: Result, later: Result) -> Result:
    """Return an earlier run with everything a later one has measured anew.

    Cases and peers are kept one by one, so a table may be put together from runs.
    """
    result = {**earlier, **later}
    for key in ("cases", "parts"):
        result[key] = {**earlier.get(key, {}), **later.get(key, {})}
    for name, case in later.get("cases", {}).items():
        before = earlier.get("cases", {}).get(name, {})
        rows = {**before.get("rows", {}), **case.get("rows", {})}
        result["cases"][name] = {**before, **case, "rows": rows}
    return result


def to_markdown(result: Result) -> str:
    """Return the figures as tables."""
    lines = [
        "# The engine beside its peers",
        "",
        f"Machine: {result['machine']}. A peer is cut off after {result['cap_s']:.0f} "
        "CPU s a case; runs below 10 s are repeated and the median is shown (every run "
        "is in engine.json). Cases are made from seeds: used while tuning "
        f"{seeds(proof=False)}; kept for proof {seeds(proof=True)}. ",
        "",
        "## Goals",
        "",
        *to_table(goal_lines(result)),
        "",
        "Row 5: a metre of seam counts 1 on a street, 3.33 inside a block. Scope "
        "cells: no plan of these cells with as many grids is shorter. Scope blocks: "
        "none of whole blocks and compounds, in cells where they hold above 500 "
        "households or the plan splits them.",
    ]
    for name, case in result["cases"].items():
        lines += _case_lines(name, case)
    grown = result["parts"].get("growth")
    if grown:
        lines += ["", "## Growth", "", *_table(grown["rows"])]
    return "\n".join(lines) + "\n"


def _case_lines(name: str, case: dict[str, Any]) -> Iterable[str]:
    """Return the part about one case."""
    kind = "kept for proof" if case["proof"] else "used while tuning"
    least = case.get("inside_least_km")
    known = least is not None and math.isfinite(least)
    yield from (
        "",
        f"## {name} ({kind})",
        "",
        f"{case['communities']} communities, {case['cells']:,} cells, "
        f"{case['households']:,} households; least seam inside blocks "
        + (f"{least:.3f} km, proved." if known else "unknown."),
        "",
    )
    picture = case.get("picture")
    if picture:
        told = "METIS street, GerryChain and ours on one community"
        yield from (f"![{told}]({picture})", "")
    if case["rows"]:
        rows = [{**row, "peer": peer} for peer, row in case["rows"].items()]
        yield from _peer_table(rows)
    moves, certified = case.get("moves"), case.get("certified")
    if moves:
        yield from ("", _told_moves(moves))
    if certified:
        yield from ("", _told_distance(certified))


def _peer_table(rows: list[dict[str, Any]]) -> Iterable[str]:
    columns = {
        key: head for key, head in COLUMNS.items() if any(row.get(key) for row in rows)
    }
    yield "| " + " | ".join([*columns.values(), "runs", "note"]) + " |"
    yield "|---" * (len(columns) + 2) + "|"
    for row in rows:
        runs = len(row.get("runs", {}).get("cpu_s", [])) or ""
        entries = [_entry(row, key) for key in columns]
        yield "| " + " | ".join([*entries, str(runs), row.get("note", "")]) + " |"


def _entry(row: dict[str, Any], key: str) -> str:
    """Return one entry of a table."""
    value = row.get(key)
    if key == "fully_valid" and value is not None:
        return f"{value} of {row['communities']}"
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _table(rows: list[dict[str, Any]]) -> Iterable[str]:
    """Return rows that have the same columns as a table."""
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|---" * len(rows[0]) + "|"
    for row in rows:
        yield "| " + " | ".join(_entry(row, key) for key in row) + " |"


def _told_moves(moves: dict[str, Any]) -> str:
    shares = ", ".join(f"{share:.2%}" for share in moves["moved"])
    fresh = ", ".join(f"{share:.1%}" for share in moves["afresh"])
    return (
        f"Drawn again after ±10 % on every count, {moves['draws']} draws: {shares} of "
        f"households moved; drawn afresh {fresh}. Communities left out of the band "
        f"{moves['out_of_band']}, needlessly {moves['out_of_band_needlessly']}."
    )


def _told_distance(certified: dict[str, Any]) -> str:
    scopes = ", ".join(f"{n} {name}" for name, n in certified["scopes"].items())
    plans = certified["plans"]
    return (
        f"Certified plans: {certified['bounded']} of {certified['communities']} "
        f"communities bounded ({scopes}), {certified['within']} proved within 1 % of "
        f"the optimum, mean {certified['mean']:.2%}, worst {certified['worst']:.2%}; "
        f"CPU s a community {certified['median_cpu_s']:.1f} (median), "
        f"{certified['worst_cpu_s']:.1f} (most). Their PP {plans['pp']:.3f}, "
        f"{plans['inside_km']:.3f} km inside blocks, {plans['blocks_split']} blocks "
        f"split, {plans['fully_valid']} communities valid."
    )


def to_json(result: Result) -> str:
    """Return the figures as JSON; what could not be measured is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(held) for name, held in value.items()}
        if isinstance(value, list | tuple):
            return [plain(held) for held in value]
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value

    return json.dumps(plain(result), indent=1, default=float, ensure_ascii=False)
