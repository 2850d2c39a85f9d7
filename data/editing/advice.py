"""What is amiss in a plan and what would help, as edits ready to be done."""

from __future__ import annotations

from typing import Any

from data.editing.model import State
from gis.edits import (
    Suggestion,
    grid_parts,
    heavy_cells,
    promotable,
    suggestions,
)

__all__ = ["advice_on"]

_MOST = 10


def advice_on(state: State) -> dict[str, Any]:
    """Return what a planner would look at next, for JSON."""
    draft = state.draft
    load, off = draft.households.tolist(), draft.off.tolist()
    held = draft.graph.households
    return {
        "row_version": state.head.row_version,
        "out_of_band": [
            {
                "code": code,
                "households": load[k],
                "off": off[k],
                "reason_zh": grid.reason.text_zh if grid.reason else "",
                "reason_en": grid.reason.text_en if grid.reason else "",
            }
            for k, (code, grid) in enumerate(zip(draft.codes, draft.grids, strict=True))
            if off[k]
        ],
        "unassigned": (draft.labels < 0).nonzero()[0].tolist(),
        "parts": [
            {
                "grid": code,
                "cells": cells.tolist(),
                "households": int(held[cells].sum()),
            }
            for code, parts in grid_parts(draft).items()
            for cells in parts[1:]
        ],
        "heavy_cells": [
            {
                "number": int(cell),
                "grid": draft.code_at(int(cell)),
                "households": int(held[cell]),
            }
            for cell in heavy_cells(draft)
        ],
        "promotable": promotable(draft),
        "suggestions": [
            {
                "sentence_zh": found.text_zh,
                "sentence_en": found.text_en,
                "households": list(found.households),
                "gain": found.gain,
                "edit": _edit(found),
            }
            for found in suggestions(draft, most=_MOST)
        ],
    }


def _edit(found: Suggestion) -> dict[str, Any]:
    """Return the operation and its parameters that carry a suggestion out."""
    grids = list(found.grids)
    if found.operation == "merge_grids":
        return {"operation": "merge_grids", "grids": grids}
    if found.operation == "split_grid":
        return {"operation": "split_grid", "grid": grids[0], "parts": found.parts}
    if found.operation == "reassign":
        return {"operation": "reassign", "cells": list(found.cells), "to": grids[1]}
    return {"operation": "change_type", "grid": grids[0], "type": "resident"}
