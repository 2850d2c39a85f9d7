"""Every operation of the planner's desk, done and refused over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import Engine, text

from data.cluster import Store
from data.queries.plans import read_plans
from gis.edits import Draft
from tests.api.editing.desk import (
    Desk,
    as_stored,
    assert_sound,
    exported,
    fresh_state,
    middle,
)
from tests.api.signing import bearer, token_for

pytestmark = pytest.mark.postgis


def households(draft: Draft) -> dict[str, int]:
    return dict(zip(draft.codes, draft.households.tolist(), strict=True))


def neighbours(draft: Draft) -> Iterator[tuple[str, str]]:
    """Return pairs of grids that share a seam, both ways."""
    graph, labels = draft.graph, draft.labels
    found = {(labels[i], labels[j]) for i, j in zip(graph.i, graph.j, strict=True)}
    for a, b in sorted(found | {(b, a) for a, b in found}):
        if a != b:
            yield draft.codes[a], draft.codes[b]


def movable(desk: Desk, draft: Draft, *, least: int = 1) -> tuple[int, str, str]:
    """Return a cell of a grid that a neighbour can take, and the two grids."""
    graph = draft.graph
    for i, j in [*zip(graph.i, graph.j, strict=True)]:
        for cell, beside in ((int(i), int(j)), (int(j), int(i))):
            giver, taker = draft.code_at(cell), draft.code_at(beside)
            if giver == taker or graph.households[cell] < least:
                continue
            asked = desk.preview("reassign", cells=[cell], to=taker)
            if asked.status_code == 200:
                return cell, str(giver), str(taker)
    raise AssertionError("no cell can move")


def splitting(desk: Desk, draft: Draft, **more: Any) -> tuple[str, list[list[float]]]:
    """Return a grid and a line that parts it and cuts cells."""
    for code, outline in zip(draft.codes, stored_outlines(desk), strict=True):
        for share in (0.5, 0.4, 0.6):
            line = middle(np.array(outline.bounds), share)
            asked = desk.preview("split_by_line", grid=code, line=line, **more)
            if asked.status_code == 200 and asked.json()["cut"]:
                return code, line
    raise AssertionError("no grid can be split")


def turned(row: dict[str, Any]) -> dict[str, Any]:
    """Return a line with its lesser end first: which way it runs says nothing."""
    places = row["geometry"]["coordinates"]
    forth = min(places, places[::-1])
    return {**row, "geometry": {"type": "LineString", "coordinates": forth}}


def stored_outlines(desk: Desk) -> list[Any]:
    return [shape(grid["geometry"]) for grid in desk.rows("grids")]


# --- one operation after the other


def test_cells_are_painted_into_a_grid(desk: Desk, draft: Draft, owner: Engine) -> None:
    cell, giver, taker = movable(desk, draft)
    moved = int(draft.graph.households[cell])
    before = households(draft)
    done = desk.done("reassign", cells=[cell], to=taker)
    assert done["cells"] == {str(cell): taker}
    assert {side["code"]: side["after"] for side in done["sides"]} | {
        giver: before[giver] - moved,
        taker: before[taker] + moved,
    } == {side["code"]: side["after"] for side in done["sides"]}
    assert (done["can_undo"], done["can_redo"], done["unassigned"]) == (True, False, 0)
    assert giver[-3:] in done["sentence_zh"]
    assert_sound(owner, desk.plan, households=sum(before.values()))


def test_the_answer_holds_what_a_map_must_draw_again(desk: Desk, draft: Draft) -> None:
    grids = {row["id"]: row for row in desk.rows("grids")}
    seams = {row["id"]: row for row in desk.rows("seams")}
    cell, _, taker = movable(desk, draft)
    done = desk.done("reassign", cells=[cell], to=taker)
    grids = {k: row for k, row in grids.items() if k not in done["removed"]}
    grids |= {row["id"]: row for row in done["grids"]["features"]}
    touched = {*done["removed"], *(row["id"] for row in done["grids"]["features"])}
    seams = {
        k: row
        for k, row in seams.items()
        if not touched & {row["properties"]["left"], row["properties"]["right"]}
    } | {row["id"]: row for row in done["seams"]["features"]}
    assert [grids[k] for k in sorted(grids)] == desk.rows("grids")
    assert [turned(seams[k]) for k in sorted(seams)] == [
        turned(row) for row in desk.rows("seams")
    ]
    cells = {row["id"]: row["properties"]["grid"] for row in desk.rows("cells")}
    assert cells[cell] == taker


def test_the_etag_is_that_of_the_plan(desk: Desk, draft: Draft) -> None:
    cell, _, taker = movable(desk, draft)
    former = desk.tag
    done = desk.done("reassign", cells=[cell], to=taker)
    now = desk.client.get(desk.path)
    assert desk.tag == now.headers["etag"] != former
    assert now.json()["row_version"] == done["row_version"]


def test_a_preview_tells_all_and_changes_nothing(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    before = as_stored(owner, desk.plan)
    code, line = splitting(desk, draft)
    tried = desk.preview("split_by_line", grid=code, line=line).json()
    assert tried["number"] is None
    assert tried["line"]["type"] == "LineString"
    assert as_stored(owner, desk.plan) == before
    done = desk.done("split_by_line", grid=code, line=line)
    for name in ("sides", "cells", "removed", "cut", "line", "grids"):
        assert done[name] == tried[name], name


def test_neighbours_are_merged(desk: Desk, draft: Draft, owner: Engine) -> None:
    for a, b in neighbours(draft):
        answer = desk.edit("merge_grids", grids=[a, b])
        if answer.status_code == 201:
            break
    done = answer.json()
    heir = a if b in done["removed"] else b
    total = households(draft)[a] + households(draft)[b]
    assert len(done["removed"]) == 1
    (side,) = [side for side in done["sides"] if side["code"] == heir]
    assert side["after"] == total
    assert_sound(owner, desk.plan)


def test_a_grid_is_split_in_balanced_parts(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    code = max(draft.codes, key=lambda c: len(draft.cells_of(c)))
    done = desk.done("split_grid", grid=code, parts=3)
    parts = [s["after"] for s in done["sides"] if s["after"] or s["code"] == code]
    assert sum(parts) == households(draft)[code]
    assert_sound(owner, desk.plan)


def test_a_line_splits_a_grid_and_cuts_cells(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    total = sum(households(draft).values())
    code, line = splitting(desk, draft)
    done = desk.done("split_by_line", grid=code, line=line)
    assert done["cut"]["features"]
    assert_sound(owner, desk.plan, households=total)
    back = desk.step("undo")
    assert back["removed_cells"]
    assert_sound(owner, desk.plan, households=total)


def test_a_line_goes_around_buildings_unless_told_otherwise(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    for code, outline in zip(draft.codes, stored_outlines(desk), strict=True):
        line = middle(np.array(outline.bounds), 0.5)
        refused = desk.preview(
            "split_by_line", grid=code, line=line, buildings="refuse"
        )
        around = desk.preview("split_by_line", grid=code, line=line)
        if refused.status_code == 422 and around.status_code == 200:
            break
    told = refused.json()
    assert (told["code"], told["reason"]) == ("refused", "through_building")
    names = [mark["name"] for mark in told["buildings"]]
    assert names
    assert names[0] in told["detail_zh"]
    assert not names[0].startswith(code[:12])
    west, south, east, north = outline.bounds
    for mark in told["buildings"]:
        assert west < mark["point"][0] < east
        assert south < mark["point"][1] < north
    drawn = shape(around.json()["line"])
    assert not drawn.equals(shapely.LineString(line))
    desk.done("split_by_line", grid=code, line=line, buildings="through")
    assert_sound(owner, desk.plan)


def test_a_seam_is_drawn_anew(desk: Desk, draft: Draft, owner: Engine) -> None:
    total = sum(households(draft).values())
    seams = [row for row in desk.rows("seams") if row["properties"]["length_m"] > 40]
    for seam in seams:
        sides = [seam["properties"]["left"], seam["properties"]["right"]]
        start, end = (seam["geometry"]["coordinates"][k] for k in (0, -1))
        for aside in (0.0002, -0.0002):
            bend = [
                (start[0] + end[0]) / 2 + aside * np.sign(end[1] - start[1]),
                (start[1] + end[1]) / 2 - aside * np.sign(end[0] - start[0]),
            ]
            answer = desk.edit(
                "reshape_seam", grids=sides, line=[start, bend, end],
                orphans="hand_over",
            )  # fmt: skip
            if answer.status_code == 201:
                break
        else:
            continue
        break
    assert answer.status_code == 201, answer.text
    assert answer.json()["operation"] == "reshape_seam"
    assert_sound(owner, desk.plan, households=total)


def test_a_new_grid_is_drawn(desk: Desk, draft: Draft, owner: Engine) -> None:
    for outline in stored_outlines(desk):
        spot = outline.representative_point()
        ring = [list(xy) for xy in spot.buffer(0.0006, 3).exterior.coords]
        answer = desk.edit(
            "draw_grid", polygon=ring, name="新村", orphans="hand_over",
            remove_emptied=True,
        )  # fmt: skip
        if answer.status_code == 201:
            break
    done = answer.json()
    names = [row["properties"]["name"] for row in done["grids"]["features"]]
    assert "新村" in names
    assert_sound(owner, desk.plan)


def test_a_building_is_given_with_the_ground_around_it(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    homes = {row["properties"]["code"]: row for row in desk.rows("buildings")}
    for a, b in neighbours(draft):
        for code, row in homes.items():
            if row["properties"]["grid"] != a or not row["properties"]["households"]:
                continue
            answer = desk.edit("give_building", building=code, to=b)
            if answer.status_code == 201:
                moved = sum(
                    s["after"] - s["before"]
                    for s in answer.json()["sides"]
                    if s["code"] == b
                )
                assert moved == row["properties"]["households"]
                assert_sound(owner, desk.plan)
                return
    raise AssertionError("no building can be given")


def test_a_grid_changes_its_type_and_the_band_no_longer_binds_it(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    """RULES 003-05: three types; the band is about resident grids alone."""
    code = max(households(draft), key=lambda c: households(draft)[c])
    for kind in ("reserved", "exclusive"):
        done = desk.done("change_type", grid=code, type=kind)
        (grid,) = done["grids"]["features"]
        assert (grid["properties"]["type"], grid["properties"]["in_band"]) == (
            kind,
            None,
        )
    assert_sound(owner, desk.plan)


def test_reserved_land_with_300_households_is_proposed_as_resident(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    """RULES 003-05: the proposal is an edit ready to be posted."""
    code = max(households(draft), key=lambda c: households(draft)[c])
    assert households(draft)[code] >= 300
    desk.done("change_type", grid=code, type="reserved")
    advice = desk.get("advice")
    assert code in advice["promotable"]
    (found,) = [
        s["edit"]
        for s in advice["suggestions"]
        if s["edit"]["operation"] == "change_type" and s["edit"]["grid"] == code
    ]
    done = desk.done(**found)
    assert done["grids"]["features"][0]["properties"]["type"] == "resident"
    assert code not in desk.get("advice")["promotable"]


def test_suggestions_bring_a_plan_nearer_to_the_band(desk: Desk, draft: Draft) -> None:
    code = max(draft.codes, key=lambda c: len(draft.cells_of(c)))
    desk.done("split_grid", grid=code, parts=2)
    before = desk.get("advice")
    assert before["out_of_band"]
    for _ in range(3):
        advice = desk.get("advice")
        if not advice["suggestions"]:
            break
        best = advice["suggestions"][0]
        assert best["sentence_zh"]
        desk.done(**best["edit"])
    after = desk.get("advice")
    off = sum(grid["off"] for grid in after["out_of_band"])
    assert off < sum(grid["off"] for grid in before["out_of_band"])


def test_a_grid_is_renamed_and_gets_its_name_back(desk: Desk, draft: Draft) -> None:
    code = draft.codes[0]
    done = desk.done("rename", grid=code, name=" 幸福里 ")
    assert done["grids"]["features"][0]["properties"]["name"] == "幸福里"
    done = desk.done("rename", grid=code, name="")
    assert done["grids"]["features"][0]["properties"]["name"].endswith("第001网格")
    twice = desk.edit("rename", grid=code, name=draft.grids[1].name)
    assert (twice.status_code, twice.json()["reason"]) == (422, "name_taken")


def test_two_grids_change_places_in_the_list(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    first, second = draft.codes[:2]
    done = desk.done("renumber", serials={first: 2, second: 1})
    assert done["removed"] == []
    after = households(fresh_state(owner, desk.plan).draft)
    assert after[first] == households(draft)[second]
    assert_sound(owner, desk.plan)
    done = desk.done("renumber", serials={first: 99})
    assert done["removed"] == [first]
    assert_sound(owner, desk.plan)
    desk.done("renumber")
    assert_sound(owner, desk.plan)


def test_a_locked_grid_is_left_alone_also_by_undo_of_what_came_before(
    desk: Desk, draft: Draft
) -> None:
    cell, giver, taker = movable(desk, draft)
    desk.done("lock", grids=[giver])
    refused = desk.edit("reassign", cells=[cell], to=taker)
    assert (refused.status_code, refused.json()["code"]) == (423, "locked")
    assert refused.json()["grids"] == [giver]
    assert giver[-3:] in refused.json()["detail_zh"]
    locked = {row["id"] for row in desk.rows("grids") if row["properties"]["locked"]}
    assert locked == {giver}
    desk.done("lock")
    desk.done("unlock")
    desk.done("reassign", cells=[cell], to=taker)


def test_grids_are_drawn_anew_around_locked_ones(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    code = max(draft.codes, key=lambda c: len(draft.cells_of(c)))
    kept = next(c for c in draft.codes if c != code)
    desk.done("split_grid", grid=code, parts=2)
    desk.done("lock", grids=[kept])
    before = fresh_state(owner, desk.plan)
    desk.done("redraw_around_locks", seed=1)
    after = fresh_state(owner, desk.plan)
    assert after.grids[kept] == before.grids[kept]
    assert_sound(owner, desk.plan)


def test_new_counts_are_taken_in_with_few_moves(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    """RULES 003-11: the households of a grid are those of its buildings."""
    state = fresh_state(owner, desk.plan)
    k = int(draft.buildings.households.argmax())
    code, held = state.ground.codes[k], int(draft.buildings.households[k])
    total = sum(households(draft).values())
    done = desk.done(
        "repartition_after_counts", counts={code: held + 40}, from_register=False
    )
    assert sum(s["after"] - s["before"] for s in done["sides"]) == 40
    assert_sound(owner, desk.plan, households=total + 40)
    home = next(
        row["properties"]
        for row in desk.rows("buildings")
        if row["properties"]["code"] == code
    )
    assert (home["households"], home["estimated"]) == (held + 40, False)
    with owner.begin() as connection:
        change = "update building set households = households + 7 where code = :code"
        connection.execute(text(change), {"code": code})
    desk.done("repartition_after_counts")
    assert_sound(owner, desk.plan, households=total + 7)
    with owner.begin() as connection:
        change = "update building set households = households - 7 where code = :code"
        connection.execute(text(change), {"code": code})


# --- what is refused


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"operation": "reassign", "cells": [10**6], "to": "{0}"}, 422, "unknown_cell"),
        ({"operation": "reassign", "cells": [0], "to": "none"}, 422, "unknown_grid"),
        ({"operation": "merge_grids", "grids": ["{0}"]}, 422, "too_few_grids"),
        ({"operation": "split_grid", "grid": "{0}", "parts": 50}, 422, "too_few_cells"),
        (
            {"operation": "split_by_line", "grid": "{0}", "line": [[0, 0], [0, 0]]},
            422,
            "line_too_short",
        ),
        (
            {"operation": "split_by_line", "grid": "{0}", "line": [[0, 0], [1, 1]]},
            422,
            "line_does_not_cut",
        ),
        (
            {"operation": "split_by_line", "grid": "{0}", "line": [[27, 0], [117, 36]]},
            422,
            "line_off_the_map",
        ),
        (
            {"operation": "give_building", "building": "none", "to": "{0}"},
            422,
            "unknown_building",
        ),
        ({"operation": "unlock"}, 422, "nothing_changes"),
        ({"operation": "renumber", "serials": {"{0}": 0}}, 422, "bad_serial"),
        (
            {"operation": "draw_grid", "polygon": [[0, 0], [0, 0.1], [0.1, 0]]},
            422,
            "no_cells",
        ),
    ],
)
def test_a_refusal_says_which_thing_and_why(
    desk: Desk, draft: Draft, body: dict[str, Any], status: int, reason: str
) -> None:
    code = draft.codes[0]

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(k): filled(v) for k, v in value.items()}
        if isinstance(value, list):
            return [filled(v) for v in value]
        return code if value == "{0}" else value

    refused = desk.ask("edits", filled(body))
    assert (refused.status_code, refused.json()["reason"]) == (status, reason)
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()
    assert told["detail_zh"] != told["detail_en"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operation": "explode"},
        {"operation": "reassign", "cells": [], "to": "x"},
        {"operation": "reassign", "cells": [-1], "to": "x"},
        {"operation": "reassign", "cells": [1], "to": "x\x00"},
        {"operation": "reassign", "cells": [1], "to": "x", "colour": 3},
        {"operation": "split_by_line", "grid": "x", "line": [[0, 0]]},
        {"operation": "split_by_line", "grid": "x", "line": [[0, 0], [200, 0]]},
        {"operation": "rename", "grid": "x", "name": "a\x00b"},
        {"operation": "repartition_after_counts", "counts": {"b": -1}},
    ],
)
def test_a_body_that_is_none_is_refused_before_the_record_is_asked(
    desk: Desk, body: dict[str, Any]
) -> None:
    refused = desk.ask("edits", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


def test_an_edit_must_say_which_version_it_is_for(desk: Desk) -> None:
    for what in ("edits", "undo", "redo"):
        body = {"operation": "lock"} if what == "edits" else None
        answer = desk.client.post(f"{desk.path}/{what}", json=body)
        assert answer.status_code == 428
        assert answer.json()["code"] == "precondition_required"


def test_who_comes_too_late_is_told_what_was_done(desk: Desk, draft: Draft) -> None:
    cell, giver, taker = movable(desk, draft)
    late = Desk(desk.client, desk.plan)
    done = desk.done("reassign", cells=[cell], to=taker)
    desk.done("rename", grid=giver, name="城东")
    refused = late.edit("lock")
    assert (refused.status_code, refused.json()["code"]) == (412, "stale")
    changes = refused.json()["changes"]
    assert [c["operation"] for c in changes] == ["rename", "reassign"]
    assert changes[1]["sentence_zh"] == done["sentence_zh"]
    assert changes[0]["actor"] in refused.json()["detail_zh"]
    for tag in ('"x"', '"1-1"', f'"{desk.plan}-999999"', "W/", ""):
        answer = late.ask("undo", None, **{"If-Match": tag})
        assert answer.status_code == 412, tag


def test_a_plan_in_force_cannot_be_edited(
    desk: Desk, plans: list[int], owner: Engine
) -> None:
    with owner.begin() as connection:
        change = (
            "update plan set status = 'published', effective_from = '2020-01-01' "
            "where id = :plan"
        )
        connection.execute(text(change), {"plan": plans[1]})
    other = Desk(desk.client, plans[1])
    for refused in (other.edit("lock"), other.ask("undo"), other.preview("lock")):
        assert (refused.status_code, refused.json()["code"]) == (409, "not_draft")


def test_no_plan_no_edit(desk: Desk) -> None:
    for what in ("edits", "undo", "redo"):
        body = {"operation": "lock"} if what == "edits" else None
        headers = {"If-Match": '"999999-1"'}
        answer = desk.client.post(
            f"/api/v1/plans/999999/{what}", json=body, headers=headers
        )
        assert answer.status_code == 404
    assert desk.client.get("/api/v1/plans/999999/edits").status_code == 404
    assert desk.client.get("/api/v1/plans/999999/advice").status_code == 404


def test_only_a_planner_edits(
    desk: Desk, database: Store, draft: Draft, owner: Engine, plans: list[int]
) -> None:
    """RULES 003-12: nothing of another subtree, and no edit without the right."""
    community = draft.cell_set.code
    next_door = fresh_state(owner, plans[1]).head.community
    body = {"operation": "lock"}
    for role, division, status in (
        ("reviewer", "", 403),
        ("auditor", community, 403),
        ("planner", next_door, 404),
        ("grid_member", community, 404),
        ("planner", community, 200),
    ):
        headers = bearer(token_for(database, role, division)) | {"If-Match": desk.tag}
        answer = desk.client.post(
            f"{desk.path}/edits?preview=true", json=body, headers=headers
        )
        assert answer.status_code == status, (role, answer.text)


# --- undo, redo, history


def test_undo_and_redo_have_no_limit_and_survive_a_reload(
    desk: Desk, draft: Draft, owner: Engine
) -> None:
    seen = [as_stored(owner, desk.plan)]
    hash_first = exported(owner, desk.plan)
    code, line = splitting(desk, draft)
    cell, _, taker = movable(desk, draft)
    edits: list[Callable[[], Any]] = [
        lambda: desk.done("reassign", cells=[cell], to=taker),
        lambda: desk.done("split_by_line", grid=code, line=line),
        lambda: desk.done("rename", grid=code, name="甲"),
        lambda: desk.done("lock", grids=[code]),
        lambda: desk.done("renumber", serials={code: 77}),
    ]
    for edit in edits:
        edit()
        seen.append(as_stored(owner, desk.plan))
    for expected in seen[-2::-1]:
        fresh_state(owner, desk.plan)  # another process knows nothing
        back = desk.step("undo")
        assert as_stored(owner, desk.plan) == expected
    assert (back["can_undo"], back["can_redo"]) == (False, True)
    assert exported(owner, desk.plan) == hash_first
    nothing = desk.ask("undo")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_do")
    for expected in seen[1:]:
        fresh_state(owner, desk.plan)
        again = desk.step("redo")
        assert as_stored(owner, desk.plan) == expected
    assert (again["can_undo"], again["can_redo"]) == (True, False)
    assert desk.ask("redo").status_code == 409
    assert_sound(owner, desk.plan)


def test_a_new_edit_forgets_what_could_be_redone(desk: Desk, draft: Draft) -> None:
    code = draft.codes[0]
    desk.done("rename", grid=code, name="甲")
    desk.done("rename", grid=code, name="乙")
    desk.step("undo")
    desk.done("rename", grid=code, name="丙")
    assert desk.ask("redo").status_code == 409
    names = []
    for word in ("undo", "undo", "redo", "redo"):
        done = desk.step(word)
        names.append(done["grids"]["features"][0]["properties"]["name"])
    assert names[0] == "甲"
    assert names[2:] == ["甲", "丙"]


def test_the_history_reads_as_sentences(desk: Desk, draft: Draft) -> None:
    code = draft.codes[0]
    first = desk.done("rename", grid=code, name="甲")["number"]
    desk.done("lock", grids=[code])
    desk.step("undo")
    items = desk.get("edits")["items"][:3]
    assert [item["number"] for item in items] == [first + 2, first + 1, first]
    assert [item["operation"] for item in items] == ["undo", "lock", "rename"]
    assert [item["undone"] for item in items] == [False, True, False]
    assert items[0]["target"] == first + 1
    assert items[0]["sentence_zh"] == f"撤销：{items[1]['sentence_zh']}"
    assert items[2]["sentence_zh"] == f"把 {code[-3:]} 改名为“甲”"
    assert items[2]["sentence_en"] == f"rename {code[-3:]} to 甲"
    page = desk.get("edits?limit=1")
    assert page["items"] == items[:1]
    assert desk.get(f"edits?limit=1&after={page['next']}")["items"] == items[1:2]


# --- a request that is sent again, two at once


def test_a_request_that_is_sent_again_is_done_once(desk: Desk, draft: Draft) -> None:
    former = desk.tag
    body = {"operation": "rename", "grid": draft.codes[0], "name": "甲"}
    key = {"Idempotency-Key": "try-0001"}
    first = desk.ask("edits", body, **key)
    again = desk.ask("edits", body, **{**key, "If-Match": former})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["etag"] == first.headers["etag"]
    other = desk.ask("edits", {**body, "name": "乙"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    undo = desk.ask("undo", None, **{"Idempotency-Key": "try-0002"})
    twice = desk.ask("undo", None, **{"Idempotency-Key": "try-0002"})
    assert twice.json()["number"] == undo.json()["number"]
    assert len(desk.get("edits")["items"]) >= 2


def test_of_two_who_edit_at_once_one_wins_and_the_other_is_told(
    desk: Desk, draft: Draft
) -> None:
    tag, code = desk.tag, draft.codes[0]

    def attempt(turn: int) -> int:
        body = {"operation": "rename", "grid": code, "name": f"第{turn}次"}
        answer = desk.client.post(
            f"{desk.path}/edits", json=body, headers={"If-Match": tag}
        )
        return int(answer.status_code)

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(attempt, range(8)))
    assert found == [201, *[412] * 7]


def test_what_was_edited_is_certified(desk: Desk, draft: Draft, owner: Engine) -> None:
    code, line = splitting(desk, draft)
    desk.done("split_by_line", grid=code, line=line)
    desk.done("renumber", serials={code: 88})
    with owner.connect() as connection:
        certificate = read_plans(connection, [desk.plan]).certify()
    assert certificate.ok, certificate.to_text("zh")
