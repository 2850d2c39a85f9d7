"""Edits of a plan: each makes a new one, says what changed, and can be undone."""

from gis.edits.assign import merge_grids, reassign
from gis.edits.attributes import change_type, lock, rename, renumber, unlock
from gis.edits.changes import Edit, Move, Patch, apply_patch
from gis.edits.draft import Buildings, Draft, Grid, Reason, draft_of, plan_of
from gis.edits.refusals import EditError, LockedError

__all__ = [
    "Buildings",
    "Draft",
    "Edit",
    "EditError",
    "Grid",
    "LockedError",
    "Move",
    "Patch",
    "Reason",
    "apply_patch",
    "change_type",
    "draft_of",
    "lock",
    "merge_grids",
    "plan_of",
    "reassign",
    "rename",
    "renumber",
    "unlock",
]
