"""Goals are judged rightly, and every row of the table is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.engine_goals import GoalLine, Wish, goal_lines, judge, to_table
from tests.benchmarks.engine_report import merged, to_json, to_markdown


def case_of(**changes: Any) -> dict[str, Any]:
    """Return a case of ten communities, as a run leaves it."""
    ours = {"fully_valid": 10, "no_plan": 0, "pp": 0.66, "inside_ratio": 1.1,
            "inside_km": 40.0, "blocks_split": 9, "cpu_s": 8.0}  # fmt: skip
    theirs = {"fully_valid": 8, "no_plan": 0, "pp": 0.6, "inside_ratio": 1.3,
              "inside_km": 43.0, "blocks_split": 10, "cpu_s": 38.0}  # fmt: skip
    rows = {"wangge fast": ours, "wangge best": {**ours, "pp": 0.67},
            "METIS street": theirs, "METIS street best of 20": theirs,
            "GerryChain tree": {"blocks_split": 1, "no_plan": 3},
            "spopt AZP": {"note": "not finished in 60 s"}}  # fmt: skip
    for row in rows.values():
        row["communities"] = 10  # type: ignore[assignment]
    return {
        "proof": False,
        "communities": 10,
        "cells": 1,
        "households": 1,
        "rows": rows,
        "must_split": {"blocks": 0, "compounds": 0},
        **changes,
    }


def line_of(result: dict[str, Any], words: str) -> GoalLine:
    """Return the only goal whose text holds some words."""
    (line,) = [line for line in goal_lines(result) if words in line.goal]
    return line


EMPTY: dict[str, Any] = {"machine": "m", "cap_s": 60.0, "cases": {}, "parts": {}}


@pytest.mark.parametrize(
    ("wish", "fast", "best", "verdict"),
    [
        (Wish(1.15), 1.15, 1.0, "met"),
        (Wish(1.15), 1.2, 1.1, "met by best"),
        (Wish(1.15), 1.15, 1.2, "met by fast"),
        (Wish(2.0), 3.0, 2.5, "missed by 25.0%"),
        (Wish(0.5, at_least=True), 0.4, 0.25, "missed by 20.0%"),
        (Wish(0), 3.0, None, "missed by 3"),
        (Wish(1), None, None, "not measured"),
        (Wish(1), float("nan"), None, "not measured"),
        (None, 3.0, None, "told"),
    ],
)
def test_a_figure_is_met_or_tells_how_far_away_it_is(
    wish: Wish | None, fast: float | None, best: float | None, verdict: str
) -> None:
    assert judge("row", "goal", wish, fast=fast, best=best).verdict == verdict


def test_the_ratio_is_of_our_better_effort_to_the_peer() -> None:
    line = judge("row", "goal", Wish(2), fast=3.0, best=1.5, peer=("METIS", 6.0))
    assert line.ratio == 0.25


def test_a_goal_that_only_some_efforts_meet_names_them() -> None:
    line = judge("row", "goal", Wish(2), fast=3.0, best=1.5, certified=2.0)
    assert line.verdict == "met by best and certified"


def test_every_row_stands_in_the_table_though_nothing_was_measured() -> None:
    lines = goal_lines(EMPTY)
    rows = list(dict.fromkeys(line.row.split(" ")[0] for line in lines))
    assert rows == [str(number) for number in range(1, 14)]
    assert {line.verdict for line in lines} == {"not measured"}
    assert all(line.verdict in "".join(to_table(lines)) for line in lines)


def test_all_communities_have_to_be_valid() -> None:
    result = {**EMPTY, "cases": {"mid": case_of()}}
    assert line_of(result, "mid: communities valid").verdict == "met"
    case = case_of()
    case["rows"]["wangge fast"]["fully_valid"] = 9
    case["rows"]["wangge best"]["fully_valid"] = 9
    line = line_of({**EMPTY, "cases": {"mid": case}}, "mid: communities valid")
    assert (line.verdict, line.peer, line.peer_name) == (
        "missed by 10.0%",
        8,
        "METIS street",
    )


def test_compactness_is_measured_against_metis_street() -> None:
    # 1.10 × .60 = .66, which both efforts reach.
    result = {**EMPTY, "cases": {"mid": case_of()}}
    line = line_of(result, "mid: ≥ 1.10 × METIS street")
    assert (line.verdict, line.peer) == ("met", 0.6)
    assert line.ratio == pytest.approx(0.67 / 0.6)


def test_a_peer_without_every_plan_is_not_the_best_peer() -> None:
    # GerryChain split one block but left three communities without a plan.
    result = {**EMPTY, "cases": {"mid": case_of()}}
    line = line_of(result, "mid: blocks split")
    assert (line.peer_name, line.verdict) == ("METIS street", "missed by 20.0%")


def test_a_goal_below_the_proven_least_is_said_to_be_so() -> None:
    case = case_of(must_split={"blocks": 9, "compounds": 0})
    line = line_of({**EMPTY, "cases": {"mid": case}}, "mid: blocks split")
    assert line.verdict == "missed by 20.0%, at the proven least"
    assert "no plan in the band splits fewer than 9" in line.goal


def test_towns_kept_for_proof_have_the_goals_of_their_kind() -> None:
    cases = {"newtown (proof)": case_of(proof=True)}
    lines = goal_lines({**EMPTY, "cases": cases})
    found = [line for line in lines if line.goal.startswith("newtown (proof): ")]
    assert any("÷ proven least ≤ 1.4" in line.goal for line in found)
    assert any("≥ 1.04 × METIS street" in line.goal for line in found)


def test_the_parts_are_judged() -> None:
    parts = {
        "new-towns": {"communities": 100, "solved": 98, "seconds": 60.0, "missed": 1,
                      "others": [{}, {}]},
        "impossible": {"windows": 20, "sure": 18, "equal": 17, "left_out": 5,
                       "explained": 5, "proven": 5},
        "one-community": {"wall_s": 2.5, "cpu_s": 2.25, "load": 1.5},
        "new-york": {"wall_s": 75.0, "memory_mib": 2048.0, "valid": True},
        "certificate": {"ratio": 1.2, "geos_s": 1.5},
        "growth": {"slopes": {"nested_cpu_s": 1.0, "nested_mib": 0.9,
                              "undivided_cpu_s": 1.21, "undivided_mib": 1.0,
                              "undivided_more_mib": 1.05}},
        "determinism": {"plans": 1, "rows": [{}] * 4},
    }  # fmt: skip
    result = {**EMPTY, "parts": parts}
    for words, verdict in (
        ("OR-tools can do and the engine cannot", "missed by 1"),
        ("equal the true least", "missed by 5.6%"),
        ("reason and bound", "met"),
        ("process start ≤ 3 (2.2 CPU s; load 1.5)", "met"),
        ("wall s ≤ 60", "missed by 25.0%"),
        ("peak memory GiB", "met"),
        ("certificate holds", "met"),
        ("coverage_is_valid", "met"),
        ("CPU s, nested", "met"),
        ("CPU s, undivided", "missed by 10.0%"),
        ("memory above that of the idle process", "met"),
        ("different plans", "met"),
    ):
        assert line_of(result, words).verdict == verdict, words


def test_moves_tell_median_and_worst_beside_a_fresh_draw() -> None:
    moves = {"draws": 3, "moved": [0.01, 0.02, 0.06], "afresh": [0.1, 0.2, 0.3],
             "out_of_band": 1, "out_of_band_needlessly": 0}  # fmt: skip
    result = {**EMPTY, "cases": {"mid": case_of(moves=moves)}}
    middle = line_of(result, "mid: share moved, median")
    worst = line_of(result, "mid: share moved, worst")
    assert (middle.fast, middle.peer, middle.verdict) == (0.02, 0.2, "met")
    assert (worst.fast, worst.peer, worst.verdict) == (0.06, 0.3, "missed by 20.0%")


def test_a_later_run_replaces_only_what_it_measured() -> None:
    earlier = {**EMPTY, "cases": {"mid": case_of(picture="mid.png")},
               "parts": {"growth": {"slopes": {}}}}  # fmt: skip
    anew = {"rows": {"METIS street": {"pp": 0.5}}}
    both = merged(earlier, {"cases": {"mid": anew}, "parts": {"determinism": {}}})
    assert set(both["parts"]) == {"growth", "determinism"}
    assert both["cases"]["mid"]["picture"] == "mid.png"
    assert both["cases"]["mid"]["rows"]["METIS street"] == {"pp": 0.5}
    assert both["cases"]["mid"]["rows"]["wangge fast"]["pp"] == 0.66


def test_peers_without_figures_and_what_is_unknown_stand_in_the_tables() -> None:
    case = case_of(inside_least_km=float("nan"), picture="mid.png")
    result = {**EMPTY, "cases": {"mid": case}}
    text = to_markdown(result)
    assert "| wangge fast | 10 of 10 |" in text
    assert "| not finished in 60 s |" in text
    assert "least seam inside blocks unknown" in text
    assert "](mid.png)" in text
    assert '"inside_least_km": null' in to_json(result)
