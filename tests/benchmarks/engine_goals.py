"""The goals of the engine beside what a run measured: met, or how far away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

__all__ = ["GoalLine", "goal_lines", "to_table"]

FAST, BEST = "wangge fast", "wangge best"
STREET, STREET_20 = "METIS street", "METIS street best of 20"
HEADS = ("goal", "ours fast", "ours best", "best peer", "ratio", "")

SHAPES = {"mid": (1.15, 1.10), "large": (1.15, 1.10), "newtown": (1.4, 1.04)}
"""Most seam inside blocks over the proven least; least PP over that of METIS street."""

Row = dict[str, Any]


@dataclass(frozen=True)
class GoalLine:
    """One goal.

    Attributes
    ----------
    goal : str
        What is measured, where, and the figure wished for.
    fast, best : float or None
        Ours, by effort; None where it was not measured.
    peer : float or None
        The best peer's, or the one the goal names.
    peer_name : str
    ratio : float or None
        Our better effort over the peer.
    verdict : str
        "met", "met by fast", "met by best", "missed by …", or "not measured".
    """

    goal: str
    fast: float | None
    best: float | None
    peer: float | None
    peer_name: str
    ratio: float | None
    verdict: str


@dataclass(frozen=True)
class _Wish:
    """A limit, and on which side of it a figure has to be."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Return whether a figure is on the right side."""
        return value >= self.limit if self.at_least else value <= self.limit

    def missing(self, value: float) -> str:
        """Return how far a figure is on the wrong side."""
        if self.limit == 0:
            return f"missed by {abs(value):g}"
        return f"missed by {abs(value / self.limit - 1):.1%}"


def goal_lines(result: dict[str, Any]) -> list[GoalLine]:
    """Return the goals that the cases of a run can speak of."""
    cases = {case["case"]: case for case in result["cases"]}
    lines: list[GoalLine] = []
    for name, case in cases.items():
        if not case["proof"]:
            lines += _valid(name, [case])
    proof = [case for case in cases.values() if case["proof"]]
    if proof:
        lines += _valid("all proof towns", proof)
    for name, case in cases.items():
        # Towns kept for proof have the goals of the town they are like.
        kind = name.partition(" ")[0]
        if kind in SHAPES:
            lines += _shape(name, case, *SHAPES[kind])
    if "mid" in cases:
        lines += _splits(cases["mid"]) + _redraw(cases["mid"])
    lines += [_certified(case) for case in cases.values()]
    if "large" in cases:
        lines += _speed(cases["large"])
    slope = result.get("growth", {}).get("slope", float("nan"))
    if isfinite(slope):
        goal = "CPU s against cells, whole towns, log-log slope ≤ 1.1"
        lines.append(_line(goal, _Wish(1.1), fast=slope))
    return lines


def to_table(lines: Sequence[GoalLine]) -> list[str]:
    """Return the goals as a Markdown table."""
    rows = ["| " + " | ".join(HEADS) + " |", "|---" * len(HEADS) + "|"]
    for line in lines:
        peer = f"{_show(line.peer)} ({line.peer_name})" if line.peer_name else "–"
        entries = (
            line.goal,
            _show(line.fast),
            _show(line.best),
            peer,
            _show(line.ratio),
            line.verdict,
        )
        rows.append("| " + " | ".join(entries) + " |")
    return rows


def _show(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _line(
    goal: str,
    wish: _Wish,
    *,
    fast: float | None = None,
    best: float | None = None,
    peer: tuple[str, float] | None = None,
) -> GoalLine:
    """Return a goal with its ratio and verdict."""
    ours = {"fast": fast, "best": best}
    known = {name: value for name, value in ours.items() if value is not None}
    if not known:
        return GoalLine(goal, None, None, *_named(peer), None, "not measured")
    nearest = (max if wish.at_least else min)(known.values())
    met = [name for name, value in known.items() if wish.is_met(value)]
    if len(met) == len(known):
        verdict = "met"
    elif met:
        verdict = f"met by {met[0]}"
    else:
        verdict = wish.missing(nearest)
    ratio = nearest / peer[1] if peer and peer[1] else None
    return GoalLine(goal, fast, best, *_named(peer), ratio, verdict)


def _named(peer: tuple[str, float] | None) -> tuple[float | None, str]:
    return (None, "") if peer is None else (peer[1], peer[0])


def _of(case: Row, peer: str, key: str) -> Any:
    """Return a figure of one peer, None where the run has none."""
    for row in case["rows"]:
        if row["peer"] == peer:
            return row.get(key)
    return None


def _best_peer(
    case: Row, key: str, choose: Callable[..., Row] = min
) -> tuple[str, float] | None:
    """Return the peer with the best figure among those that gave every plan."""
    rows = [
        row
        for row in case["rows"]
        if row["peer"] not in (FAST, BEST)
        and row.get(key) is not None
        and row.get("no_plan", 0) == 0
    ]
    if not rows:
        return None
    row = choose(rows, key=lambda held: held[key])
    return row["peer"], row[key]


def _valid(where: str, cases: list[Row]) -> list[GoalLine]:
    """Return how many communities have every grid in the band and in one piece."""
    whole = sum(case["communities"] for case in cases)
    sums: dict[str, int] = {}
    names = {row["peer"] for case in cases for row in case["rows"]}
    for name in sorted(names):
        counts = [_of(case, name, "fully_valid") for case in cases]
        if None not in counts:
            sums[name] = sum(counts)
    peers = {name: n for name, n in sums.items() if name not in (FAST, BEST)}
    best = max(peers.items(), key=lambda held: held[1]) if peers else None
    line = _line(
        f"{where}: communities valid, all {whole}",
        _Wish(whole, at_least=True),
        fast=sums.get(FAST),
        best=sums.get(BEST),
        peer=best,
    )
    return [line]


def _shape(where: str, case: Row, inside: float, round_: float) -> list[GoalLine]:
    """Return the seam inside blocks, and the compactness beside METIS street."""
    lines = [
        _line(
            f"{where}: seam inside blocks ÷ proven least ≤ {inside}",
            _Wish(inside),
            fast=_of(case, FAST, "inside_ratio"),
            best=_of(case, BEST, "inside_ratio"),
            peer=_best_peer(case, "inside_ratio"),
        )
    ]
    theirs = _of(case, STREET, "pp")
    if theirs is not None:
        lines.append(
            _line(
                f"{where}: mean PP ≥ {round_:.2f} × METIS street",
                _Wish(round_ * theirs, at_least=True),
                fast=_of(case, FAST, "pp"),
                best=_of(case, BEST, "pp"),
                peer=(STREET, theirs),
            )
        )
    return lines


def _splits(case: Row) -> list[GoalLine]:
    """Return the blocks that a seam splits."""
    peer = _best_peer(case, "blocks_split")
    if peer is None:
        return []
    return [
        _line(
            "mid: blocks split ≤ 75 % of the best peer",
            _Wish(0.75 * peer[1]),
            fast=_of(case, FAST, "blocks_split"),
            best=_of(case, BEST, "blocks_split"),
            peer=peer,
        )
    ]


def _redraw(case: Row) -> list[GoalLine]:
    """Return what moves when every count changes by up to 10 %."""
    found = case["redraw"]
    return [
        _line(
            "mid: households moved after ±10 % on every count ≤ 5 %",
            _Wish(0.05),
            fast=found["moved_share"],
        ),
        _line("mid: grids out of the band then, 0", _Wish(0), fast=found["bad"]),
    ]


def _certified(case: Row) -> GoalLine:
    """Return the share of communities proved to be within 1 % of the optimum."""
    found = case["certified"]
    share = found["within_1_percent"] / found["communities"]
    goal = f"{case['case']}: proved within 1 % of the optimum, ≥ 90 % of communities"
    return _line(goal, _Wish(0.9, at_least=True), best=share)


def _speed(case: Row) -> list[GoalLine]:
    """Return the goals of speed: fast by itself, best beside METIS of 20 seeds."""
    lines = [
        _line("large, fast: CPU s ≤ 10", _Wish(10), fast=_of(case, FAST, "cpu_s")),
        _line("large, fast: PP ≥ .64", _Wish(0.64, True), fast=_of(case, FAST, "pp")),
        _line(
            "large, fast: seam inside blocks ≤ 52 km",
            _Wish(52),
            fast=_of(case, FAST, "inside_km"),
        ),
    ]
    for key, words, at_least in (
        ("cpu_s", "CPU s at most", False),
        ("pp", "PP at least", True),
        ("inside_km", "seam inside blocks, km, at most", False),
        ("fully_valid", "communities valid at least", True),
    ):
        theirs = _of(case, STREET_20, key)
        if theirs is not None:
            lines.append(
                _line(
                    f"large, best: {words} that of {STREET_20}",
                    _Wish(theirs, at_least),
                    best=_of(case, BEST, key),
                    peer=(STREET_20, theirs),
                )
            )
    return lines
