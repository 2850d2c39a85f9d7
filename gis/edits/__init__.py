"""Edits of a plan: each makes a new one, says what changed, and can be undone."""

from gis.edits.advice import Suggestion, carry_out, promotable, suggestions
from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import change_type, lock, rename, renumber, unlock
from gis.edits.cellsets import CellColumns, build_cell_set
from gis.edits.changes import Edit, Move, Patch, apply_patch
from gis.edits.compare import Comparison, compare_plans
from gis.edits.crosswalk import crosswalk
from gis.edits.draft import Buildings, Draft, Grid, Reason, draft_of, plan_of
from gis.edits.history import describe
from gis.edits.lines import draw_grid, reshape_seam, split_by_line
from gis.edits.lookout import (
    Side,
    grid_parts,
    heavy_cells,
    next_out_of_band,
    next_unassigned,
    preview,
)
from gis.edits.redraw import redraw_around_locks, repartition_after_counts, split_grid
from gis.edits.refusals import EditError, LockedError
from gis.edits.single import give_building
from gis.edits.snapping import snap_between

__all__ = [
    "Buildings",
    "CellColumns",
    "Comparison",
    "Draft",
    "Edit",
    "EditError",
    "Grid",
    "LockedError",
    "Move",
    "Patch",
    "Reason",
    "Side",
    "Suggestion",
    "apply_patch",
    "build_cell_set",
    "carry_out",
    "change_type",
    "compare_plans",
    "crosswalk",
    "describe",
    "draft_of",
    "draw_grid",
    "give_building",
    "grid_parts",
    "heavy_cells",
    "lock",
    "merge_grids",
    "next_out_of_band",
    "next_unassigned",
    "plan_of",
    "preview",
    "promotable",
    "reassign",
    "redraw_around_locks",
    "rename",
    "renumber",
    "repartition_after_counts",
    "reshape_seam",
    "snap_between",
    "split_by_line",
    "split_grid",
    "suggestions",
    "unlock",
]
